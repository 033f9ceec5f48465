"""The web app's pages and the modules they load, straight from the checkout: there is no build."""

from collections.abc import Awaitable, Callable, Mapping
from os import PathLike, stat_result
from pathlib import Path, PurePath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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
PAGES: Mapping[str, str] = {
    **dict.fromkeys(APP_PATHS, APP),
    "/signin": "signin.html",
    "/pair": "pair.html",
    "/invite": "invite.html",
    "/operator": "operator.html",
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


def page_routes(
    web: Path = WEB,
    extension_ui: Path = EXTENSION_UI,
    extension_texts: Path = EXTENSION_TEXTS,
) -> list[BaseRoute]:
    """`/`, `/signin`, `/pair`, `/invite`, and `/web/*`, `/ui/*`, `/_locales/*`.

    The last two are the extension's views and their texts, at the same places relative to each
    other as in the extension.

    Raises SettingsError when the files are not there.
    """
    for folder in (web, extension_ui, extension_texts):
        if not folder.is_dir():
            raise SettingsError(
                f"{folder} is missing: run the server from a checkout of the repository, "
                "since it serves the extension's views too"
            )
    files = _Files(web)
    pages = [Route(path, _page(files, name), name=path) for path, name in PAGES.items()]
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


def _page(files: _Files, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return await files.get_response(name, request.scope)

    return page
