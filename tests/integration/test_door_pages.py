"""The web app's pages and modules, under a strict policy."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.api.door import COOKIE
from server.api.errors import EXCEPTION_HANDLERS
from server.api.pages import (
    APP,
    EXTENSION_UI,
    PAGE_CSP,
    PAGES,
    WEB,
    page_routes,
    unknown_page,
)
from server.domain import errors
from server.domain.callers import Member
from server.domain.ids import OrgId, SessionId, UserId
from server.settings import SettingsError
from server.wire.words import Role
from tests.integration.accounts_app import told

MODULE = "export const name = 1;\n"
ROLES: Mapping[str, Role] = {"bobs": "rep", "alices": "admin"}


async def authenticate(token: str) -> Member:
    """Bob the rep and Alice the admin."""
    if token not in ROLES:
        raise errors.Unauthenticated("The session is over.")
    return Member(
        user=UserId(token),
        org=OrgId("org_acme"),
        role=ROLES[token],
        name=token,
        email=f"{token}@acme.example",
        session=SessionId("ses_1"),
        kind="cookie",
    )


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    web, ui = tmp_path / "web", tmp_path / "ui"
    web.mkdir()
    ui.mkdir()
    for name in PAGES.values():
        (web / name).write_text(f"<!doctype html><title>{name}</title>")
    (web / "app.js").write_text(MODULE)
    (web / "notes.txt").write_text("not served")
    (ui / "look.css").write_text("p { color: red }")
    (tmp_path / "secret.js").write_text("not served")
    handlers = {**EXCEPTION_HANDLERS, 404: unknown_page(web)}
    app = Starlette(routes=page_routes(authenticate, web, ui), exception_handlers=handlers)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://battery.example") as client:
        yield client


@pytest.mark.parametrize(("path", "name"), PAGES.items())
async def test_each_page_comes_with_the_strict_policy(
    client: httpx.AsyncClient, path: str, name: str
) -> None:
    page = await client.get(f"{path}?code=KFWQ-7M3D")
    assert name in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == PAGE_CSP
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_a_file_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/web/app.js")
    assert first.text == MODULE
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = await client.get("/web/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["cache-control"] == "no-cache"


async def test_the_extensions_views_are_served_too(client: httpx.AsyncClient) -> None:
    style = await client.get("/ui/look.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/web/notes.txt",
        "/web/missing.js",
        "/web/",
        "/web/../secret.js",
        "/web/%2e%2e/secret.js",
        "/web/..%2fsecret.js",
        "/web/a%00.js",
        "/ui/" + "a" * 300 + ".js",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert told(await client.get(path)) == (404, "not_found")


async def test_pages_are_for_reading(client: httpx.AsyncClient) -> None:
    assert told(await client.post("/signin")) == (405, "method_not_allowed")
    assert told(await client.post("/web/app.js")) == (405, "method_not_allowed")
    assert (await client.head("/signin")).status_code == 200


@pytest.mark.parametrize(
    ("cookie", "path", "status"),
    [
        ("bobs", "/admin", 403),
        ("bobs", "/admin/users/usr_1/history", 403),
        ("bobs", "/history", 200),
        ("alices", "/admin", 200),
        ("nobodys", "/admin", 200),
        (None, "/admin", 200),
    ],
)
async def test_a_rep_gets_an_admins_page_with_403(
    client: httpx.AsyncClient, cookie: str | None, path: str, status: int
) -> None:
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    page = await client.get(path, headers=headers)
    assert (page.status_code, APP in page.text) == (status, True)
    assert page.headers["content-security-policy"] == PAGE_CSP


@pytest.mark.parametrize(("path", "status"), [("/admin", 403), ("/nowhere", 404)])
async def test_a_refusal_is_a_whole_page_also_when_the_browser_has_kept_one(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    allowed = await client.get("/admin")
    kept = {"If-None-Match": allowed.headers["etag"], "Accept": "text/html"}
    page = await client.get(path, headers={"Cookie": f"{COOKIE}=bobs", **kept})
    assert (page.status_code, APP in page.text) == (status, True)
    assert "etag" not in page.headers


@pytest.mark.parametrize("path", ["/nowhere", "/admin/nothing", "/jobs/job_1/more"])
async def test_an_unknown_address_is_a_page_for_a_browser_and_a_problem_for_a_program(
    client: httpx.AsyncClient, path: str
) -> None:
    page = await client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, APP in page.text) == (404, True)
    assert page.headers["content-security-policy"] == PAGE_CSP
    assert told(await client.get(path)) == (404, "not_found")


async def test_an_unknown_call_is_a_problem_whoever_asks(client: httpx.AsyncClient) -> None:
    asked = await client.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert told(asked) == (404, "not_found")


def test_without_the_checkout_the_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="run the server from a checkout"):
        page_routes(authenticate, tmp_path / "nowhere", tmp_path)


def test_the_folders_are_those_of_the_checkout() -> None:
    assert WEB.parts[-2:] == ("server", "web")
    assert (EXTENSION_UI / "look.css").is_file()
