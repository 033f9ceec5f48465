"""What goes out: encoded wire shapes, with the headers that every answer carries."""

from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.wire.base import to_json

JSON_TYPE = b"application/json"
API_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""An answer of the API is data for one caller: never kept, sniffed, framed or run."""


async def send_json(send: Send, status: int, body: bytes) -> None:
    """The short way out, for the path that is measured: no Response object in between."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", JSON_TYPE),
                (b"content-length", b"%d" % len(body)),
                *API_HEADERS,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_response(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """A finished Response; it keeps what it says itself of the headers every answer carries."""
    own = {name for name, _ in response.raw_headers}
    response.raw_headers.extend(header for header in API_HEADERS if header[0] not in own)
    await response(scope, receive, send)


def json_answer(shape: Any, status: int = 200) -> Response:
    """A Response of a wire shape, for a handler with a second status or a cookie."""
    return Response(to_json(shape), status, media_type=JSON_TYPE.decode())
