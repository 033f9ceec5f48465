"""`/docs`: the generated documents as a page to read, without a script."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.api.asyncapi import CLOSE_CODES, asyncapi
from server.api.endpoint import Endpoint
from server.api.openapi import openapi

TEMPLATES = Path(__file__).parent / "templates"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

EXAMPLE_URL = "http://127.0.0.1:8000"

Json = dict[str, Any]


class DocsApi:
    """Builds both documents and the page once. `close_codes`: of the socket, with meanings."""

    def __init__(
        self, endpoints: Sequence[Endpoint], cookie: str, close_codes: Mapping[int, str]
    ) -> None:
        self._openapi = openapi(endpoints, cookie)
        self._asyncapi = asyncapi(close_codes)
        self._page = _page(self._openapi, self._asyncapi)

    def routes(self) -> list[Route]:
        """Plain routes: open to everyone."""
        return [
            Route("/openapi.json", _answering(self._openapi)),
            Route("/asyncapi.json", _answering(self._asyncapi)),
            Route("/docs", self._read),
        ]

    async def _read(self, _request: Request) -> Response:
        return Response(self._page, media_type="text/html", headers=PAGE_HEADERS)


def _answering(document: Json) -> Callable[[Request], Response]:
    answer = JSONResponse(document, headers={"Access-Control-Allow-Origin": "*"})

    def answered(_request: Request) -> Response:
        return answer

    return answered


def _page(http: Json, socket: Json) -> str:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["coded"] = _coded
    schemas = {**http["components"]["schemas"], **socket["components"]["schemas"]}
    return templates.get_template("docs.html").render(
        groups=_groups(http),
        socket=_messages(socket),
        close_codes=socket[CLOSE_CODES],
        schemas=dict(sorted(schemas.items())),
        base=EXAMPLE_URL,
    )


def _coded(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd else escape(part)
        for part, odd in zip(parts, cycle((False, True)), strict=False)
    )


def _groups(http: Json) -> dict[str, list[Json]]:
    groups: dict[str, list[Json]] = {}
    for path, methods in http["paths"].items():
        for method, operation in methods.items():
            call = {
                "method": method.upper(),
                "path": path,
                "operation": operation,
                "who": _who(operation),
            }
            groups.setdefault(operation["tags"][0], []).append(call)
    return groups


def _who(operation: Json) -> str:
    schemes = [name for choice in operation["security"] for name in choice]
    return f"signed in by {' or '.join(schemes)}" if schemes else "open to everyone"


def _messages(document: Json) -> list[tuple[str, list[Json]]]:
    messages, operations = document["components"]["messages"], document["operations"]
    return [
        (title, [messages[ref["$ref"].rsplit("/", 1)[1]] for ref in operations[key]["messages"]])
        for key, title in (("fromClient", "Client to server"), ("fromServer", "Server to client"))
    ]
