"""CORS for the extension's origins: bearer tokens may come along, cookies never (api.md)."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.origins import Origins

API = "/api/"
PREFLIGHT_KEPT_S = 600
METHODS = "GET, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS = "authorization, content-type, idempotency-key"
EXPOSED_HEADERS = "retry-after, content-disposition"


class Cors:
    """Middleware. There is no `Access-Control-Allow-Credentials`, so a browser sends no cookie."""

    def __init__(self, app: ASGIApp, *, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = self._extension(scope)
        if origin is None:
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await _preflight(origin)(scope, receive, send)
        else:
            await self._app(scope, receive, _told(send, origin))

    def _extension(self, scope: Scope) -> str | None:
        if scope["type"] != "http":
            return None
        for name, value in scope["headers"]:
            if name == b"origin":
                origin: str = value.decode("latin-1")
                ours = scope["path"].startswith(API) and self._origins.is_extension(origin)
                return origin if ours else None
        return None


def _preflight(origin: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
        "Vary": "Origin",
    }
    return Response(status_code=204, headers=headers)


def _told(send: Send, origin: str) -> Send:
    async def send_with_origin(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
            headers.add_vary_header("Origin")
        await send(message)

    return send_with_origin
