"""The demo site under `/demo/`: people search, profiles and companies, public fields only.

It stands in for the sites on which the extension lives. It knows nothing of credits, orgs or the
extension, and it sends the headers such a site sends: whatever works here works under a strict
content security policy with Trusted Types.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.demo.about import about
from server.demo.public_directory import PublicDirectory, PublicPage, PublicSubject
from server.domain.profile_urls import (
    LINKEDIN_HOST,
    canonical_profile_url,
    profile_path,
)
from server.wire.words import SubjectType

PER_PAGE: Final = 20
# No page of a larger number holds anybody, and larger ones would overflow a database's integers.
PAGE_MAX: Final = 100_000
Q_CHARS_MAX: Final = 200
SITE_FILES: Final = Path(__file__).parent / "site"

# Chromium lets an extension's frame load whatever the page's policy says, `frame-src 'none'`,
# COOP and Trusted Types included (seen in 156), so this is as strict as a site can be.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

STRICT_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}


class Card(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A subject as the site's script gets it; `href` and `company_href` are paths on this site.

    `href` is None for a subject that lives on another host.
    """

    type: SubjectType
    href: str | None
    name: str
    headline: str | None
    company: str | None
    company_href: str | None
    location: str | None


class CardPage(msgspec.Struct, frozen=True, kw_only=True):
    results: tuple[Card, ...]
    page: int
    pages: int
    total: int


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    card: Card
    about: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    status: int


def demo_routes(find: PublicDirectory) -> list[BaseRoute]:
    """The site's routes, all under `/demo/`, over the public part of a directory."""
    site = _Site(find)
    pages = [
        Route("/", _shell),
        Route("/search/results/people", _shell),
        Route("/search/results/people/", _shell),
    ]
    data = [
        Route("/data/people", site.people),
        Route("/data/{segment}/{slug}", site.profile),
        Route("/data/company/{slug}/people", site.staff),
    ]
    assets = Mount("/assets", StaticFiles(directory=SITE_FILES))
    # `/in/ana/details/experience` is Ana's page too; what is no profile ends as 404.
    profiles = [
        Route("/{segment}/{slug}", site.profile_page),
        Route("/{segment}/{slug}/{rest:path}", site.profile_page),
        Route("/{rest:path}", _lost),
    ]
    return [
        Mount(
            "/demo",
            routes=[*pages, *data, assets, *profiles],
            # An asset that is not there is answered inside, so that its headers are strict too.
            middleware=[Middleware(_Strict), Middleware(ExceptionMiddleware)],
        )
    ]


class _Site:
    """The endpoints that ask the directory."""

    def __init__(self, find: PublicDirectory) -> None:
        self._find = find

    async def profile_page(self, request: Request) -> Response:
        """The shell for a person or company, 404 where there is none."""
        subject = await self._subject(request.path_params["segment"], request)
        return _shell_of(200 if subject else 404)

    async def people(self, request: Request) -> Response:
        q = request.query_params.get("q", "").replace("\0", "").strip()[:Q_CHARS_MAX]
        page = _page_number(request)
        return _json(_card_page(await self._find.search(q, page, PER_PAGE), page))

    async def profile(self, request: Request) -> Response:
        subject = await self._subject(request.path_params["segment"], request)
        if subject is None:
            return _nobody()
        return _json(Profile(card=_card(subject), about=about(subject)))

    async def staff(self, request: Request) -> Response:
        company = await self._subject("company", request)
        if company is None:
            return _nobody()
        page = _page_number(request)
        return _json(_card_page(await self._find.people_of(company.url, page, PER_PAGE), page))

    async def _subject(self, segment: str, request: Request) -> PublicSubject | None:
        slug = quote(request.path_params["slug"], safe="")
        profile = canonical_profile_url(f"https://{LINKEDIN_HOST}/{segment}/{slug}")
        return await self._find.by_url(profile.url) if profile else None


class _Strict:
    """Adds STRICT_HEADERS to every answer of the site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def strict_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(STRICT_HEADERS)
            await send(message)

        await self._app(scope, receive, strict_send)


async def _shell(_request: Request) -> Response:
    return _shell_of(200)


async def _lost(_request: Request) -> Response:
    return _shell_of(404)


def _shell_of(status: int) -> Response:
    """The one HTML page; its script draws what the address asks for."""
    return FileResponse(SITE_FILES / "index.html", status_code=status, media_type="text/html")


def _page_number(request: Request) -> int:
    """`page` of the query; 1 for anything that is no page."""
    written = request.query_params.get("page", "")
    page = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 1
    return min(max(page, 1), PAGE_MAX)


def _card_page(found: PublicPage, page: int) -> CardPage:
    return CardPage(
        results=tuple(map(_card, found.subjects)),
        page=page,
        pages=-(-found.total // PER_PAGE),
        total=found.total,
    )


def _card(subject: PublicSubject) -> Card:
    return Card(
        type=subject.type,
        href=_href(subject.url),
        name=subject.name,
        headline=subject.headline,
        company=subject.company,
        company_href=_href(subject.company_url),
        location=subject.location,
    )


def _href(url: str | None) -> str | None:
    """The path of a subject on this site; None for one that lives on another host."""
    profile = canonical_profile_url(url) if url else None
    if profile is None or not profile.url.startswith(f"https://{LINKEDIN_HOST}/"):
        return None
    return f"/demo/{profile_path(profile)}"


def _json(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")


def _nobody() -> Response:
    return _json(Failure(title="Nobody here under this address", status=404), 404)
