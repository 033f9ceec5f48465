"""The web app's pages and the modules they load, straight from the checkout: there is no build."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from os import PathLike, stat_result
from pathlib import Path, PurePath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.api.door import cookie_token
from server.api.errors import router_problem
from server.domain import errors
from server.domain.callers import Member
from server.settings import SettingsError

CHECKOUT = Path(__file__).resolve().parents[2]
WEB = CHECKOUT / "server" / "web"
EXTENSION_UI = CHECKOUT / "extension" / "ui"
EXTENSION_TEXTS = CHECKOUT / "extension" / "_locales"
APP = "app.html"
APP_PATHS = (
    "/",
    "/batteries",
    "/history",
    "/account",
    "/people",
    "/people/{subject}",
    "/companies",
    "/companies/{subject}",
    "/import",
    "/jobs",
    "/jobs/{job}",
    "/admin",
    "/admin/usage",
    "/admin/requests",
    "/admin/ledger",
    "/admin/users/{user}/batteries",
    "/admin/users/{user}/history",
)
"""The screens of the signed-in app: one document, which shows what the address names."""
OPERATOR_PATHS = (
    "/operator",
    "/operator/orgs/{org}",
    "/operator/orgs/{org}/extra",
    "/operator/orgs/{org}/prices",
    "/operator/orgs/{org}/history",
    "/operator/directory",
    "/operator/erasure",
)
"""The screens of the vendor's staff: another document, because no org's session is theirs."""
ADMIN_PATHS = frozenset(path for path in APP_PATHS if path.startswith("/admin"))
PAGES: Mapping[str, str] = {
    **dict.fromkeys(APP_PATHS, APP),
    "/signin": "signin.html",
    "/pair": "pair.html",
    "/invite": "invite.html",
    **dict.fromkeys(OPERATOR_PATHS, "operator.html"),
}
MEDIA_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
}
"""All that is served: a stray file beside the modules stays where it is. Named here, because
machines differ in what they know of types."""
PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_HEADERS: Mapping[str, str] = {
    # Asked about each time and answered by 304: a new release is seen at once, without a build
    # that would put hashes into names.
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": PAGE_CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})

Authenticate = Callable[[str], Awaitable[Member]]
"""Whose token it is. Raises Unauthenticated."""


def page_routes(
    authenticate: Authenticate,
    web: Path = WEB,
    extension_ui: Path = EXTENSION_UI,
    extension_texts: Path = EXTENSION_TEXTS,
) -> list[BaseRoute]:
    """Every page, and `/web/*`, `/ui/*`, `/_locales/*`.

    A rep's browser gets an admin's page with status 403: the document is the same, and shows that.
    The last two folders are the extension's views and their texts, at the same places relative to
    each other as in the extension.

    Raises SettingsError when the files are not there.
    """
    for folder in (web, extension_ui, extension_texts):
        if not folder.is_dir():
            raise SettingsError(
                f"{folder} is missing: run the server from a checkout of the repository, "
                "since it serves the extension's views too"
            )
    files = _Files(web)
    pages = [
        Route(path, _page(files, name, authenticate if path in ADMIN_PATHS else None), name=path)
        for path, name in PAGES.items()
    ]
    return [
        *pages,
        Mount("/web", files, name="web"),
        Mount("/ui", _Files(extension_ui), name="ui"),
        Mount("/_locales", _Files(extension_texts), name="texts"),
    ]


class _Files(StaticFiles):
    """One folder's files of the known types, with ETags."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        media_type = MEDIA_TYPES.get(PurePath(full_path).suffix)
        if media_type is None:
            raise HTTPException(404)
        response = super().file_response(full_path, stat_result, scope, status_code)
        if isinstance(response, FileResponse):
            response.headers["Content-Type"] = media_type
        response.headers.update(FILE_HEADERS)
        return response

    async def refusal(self, name: str, scope: Scope, status: HTTPStatus) -> Response:
        """The whole document with another status, whatever of it the browser has kept.

        Answered by 304 it would be a refusal without a page; and it is itself none to keep, since
        the same document is no refusal to somebody else.
        """
        heads = [(head, value) for head, value in scope["headers"] if head not in _CONDITIONS]
        response = await self.get_response(name, {**scope, "headers": heads})
        response.status_code = status
        for validator in ("etag", "last-modified"):
            del response.headers[validator]
        return response


def unknown_page(web: Path = WEB) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Handles a 404: a person's browser gets a page, everybody else the problem as JSON."""
    files = _Files(web)

    async def unknown(request: Request, error: Exception) -> Response:
        if not _wants_page(request):
            return await router_problem(request, error)
        return await files.refusal(APP, request.scope, HTTPStatus.NOT_FOUND)

    return unknown


def _wants_page(request: Request) -> bool:
    """An address that somebody typed or followed, and no file or call of a page's own."""
    path = request.url.path
    return (
        request.method in ("GET", "HEAD")
        and "text/html" in request.headers.get("accept", "")
        and not path.startswith(("/api/", "/web/", "/ui/", "/_locales/", "/demo/"))
    )


def _page(
    files: _Files, name: str, authenticate: Authenticate | None
) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        if authenticate is not None and await _is_reps(request, authenticate):
            return await files.refusal(name, request.scope, HTTPStatus.FORBIDDEN)
        return await files.get_response(name, request.scope)

    return page


async def _is_reps(request: Request, authenticate: Authenticate) -> bool:
    """Who is not signed in is led to sign in by the page itself."""
    token = cookie_token(dict(request.headers.raw))
    if token is None:
        return False
    try:
        return (await authenticate(token)).role != "admin"
    except (errors.Unauthenticated, errors.Unavailable):
        return False
