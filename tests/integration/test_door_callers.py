"""Who is let in where, and what every answer looks like."""

from collections.abc import AsyncIterator

import httpx
import pytest
import structlog.testing
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from server.api.door import idempotency_of
from server.api.endpoint import Call, Endpoint, Who
from server.api.errors import EXCEPTION_HANDLERS, TABLE, close_code
from server.domain import errors
from server.domain.callers import Member, Operator
from server.usecases.sessions import Deactivated
from server.wire.base import Answer, Request
from tests.integration.accounts_app import (
    ALICE,
    BOB,
    EXTENSION,
    PASSWORD,
    WEB,
    Accounts,
    accounts_on,
    told,
)


class Heard(Answer, frozen=True):
    who: str


class Nothing(Request, frozen=True):
    """An empty object."""


async def _hear(call: Call) -> Heard:
    match call.caller:
        case Member(user=user):
            return Heard(user)
        case Operator(name=name):
            return Heard(name)
        case None:
            return Heard("anyone")


async def _hear_key(call: Call) -> Heard:
    key = idempotency_of(call)
    return Heard("none" if key is None else f"{key.key} {key.fingerprint.hex()}")


async def _break(call: Call) -> Heard:
    raise RuntimeError("the secret is 42")


async def _be_away(call: Call) -> Heard:
    raise errors.Unavailable("The database is away.", retry_after_s=2)


async def _refuse(call: Call) -> Heard:
    raise errors.InsufficientCredits("7 are missing.", need=10, short_by=7, items=[])


def _for(who: Who) -> Endpoint:
    return Endpoint(method="GET", path=f"/api/v1/{who}", handler=_hear, summary="", who=who)


def _get(name: str, handler: object) -> Endpoint:
    return Endpoint(
        method="GET",
        path=f"/api/v1/{name}",
        handler=handler,  # type: ignore[arg-type]  # one of the handlers above
        summary="",
        who="anyone",
    )


CALLS = [
    _for("anyone"),
    _for("member"),
    _for("admin"),
    _for("operator"),
    _get("broken", _break),
    _get("broken/{code}", _break),
    _get("away", _be_away),
    _get("refused", _refuse),
    Endpoint(method="POST", path="/api/v1/member", handler=_hear, summary=""),
    Endpoint(
        method="POST",
        path="/api/v1/keyed",
        handler=_hear_key,
        summary="",
        who="anyone",
        body=Nothing,
        idempotent=True,
    ),
]


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url) as accounts:
        yield accounts


@pytest.mark.parametrize("who", ["member", "admin", "operator"])
async def test_without_a_token_only_calls_for_anyone_are_let_in(
    accounts: Accounts, who: str
) -> None:
    async with accounts.client(more=CALLS) as client:
        assert (await client.get("/api/v1/anyone")).json() == {"who": "anyone"}
        refused = await client.get(f"/api/v1/{who}")
    assert told(refused) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_a_rep_is_a_member_and_no_admin(accounts: Accounts) -> None:
    async with await accounts.signed_in(BOB, more=CALLS) as bob:
        assert (await bob.get("/api/v1/member")).json() == {"who": BOB}
        assert told(await bob.get("/api/v1/admin")) == (403, "forbidden")
        assert told(await bob.get("/api/v1/operator")) == (403, "forbidden")


async def test_an_admin_is_a_member_too_and_no_operator(accounts: Accounts) -> None:
    async with await accounts.signed_in(ALICE, more=CALLS) as alice:
        assert (await alice.get("/api/v1/member")).json() == {"who": ALICE}
        assert (await alice.get("/api/v1/admin")).json() == {"who": ALICE}
        assert told(await alice.get("/api/v1/operator")) == (403, "forbidden")


async def test_an_operator_is_let_in_to_operator_calls_only(accounts: Accounts) -> None:
    _, token = await accounts.operators.create("Olga")
    async with accounts.client(token, more=CALLS) as olga:
        assert (await olga.get("/api/v1/operator")).json() == {"who": "Olga"}
        assert told(await olga.get("/api/v1/member")) == (403, "forbidden")
        assert told(await olga.get("/api/v1/admin")) == (403, "forbidden")
        accounts.clock.forward(366 * 86_400)
        assert told(await olga.get("/api/v1/operator")) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Basic Ym9iOmJvYg==", "Bearer unknown", "Bearer op_unknown", "\xff\xfe"],
)
async def test_a_malformed_or_unknown_token_is_unauthenticated(
    accounts: Accounts, header: str
) -> None:
    async with accounts.client(more=CALLS) as client:
        given = {"Authorization": header.encode("latin-1")}
        refused = await client.get("/api/v1/member", headers=given)  # type: ignore[arg-type]  # bytes
    assert told(refused) == (401, "unauthenticated")


async def test_with_the_cookie_a_change_must_come_from_our_own_pages(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as web:
        credentials = {"email": "bob@acme.example", "password": PASSWORD, "cookie": True}
        assert (await web.post("/api/v1/sessions", json=credentials)).status_code == 201
        assert (await web.get("/api/v1/member")).json() == {"who": BOB}
        assert told(await web.post("/api/v1/member")) == (403, "forbidden")
        for origin in ("http://evil.example", "null", EXTENSION, "http://battery.example:81"):
            refused = await web.post("/api/v1/member", headers={"Origin": origin})
            assert told(refused) == (403, "forbidden")
        assert (await web.post("/api/v1/member", headers={"Origin": WEB})).json() == {"who": BOB}


async def test_a_page_that_was_opened_for_somebody_else_is_let_in_no_more(
    accounts: Accounts,
) -> None:
    async with accounts.client(more=CALLS) as web:
        credentials = {"email": "bob@acme.example", "password": PASSWORD, "cookie": True}
        assert (await web.post("/api/v1/sessions", json=credentials)).status_code == 201
        bobs, alices = {"Origin": WEB, "Battery-User": BOB}, {"Origin": WEB, "Battery-User": ALICE}
        assert (await web.post("/api/v1/member", headers=bobs)).json() == {"who": BOB}
        assert told(await web.post("/api/v1/member", headers=alices)) == (401, "unauthenticated")


async def test_the_extension_may_call_with_a_token_and_is_never_allowed_cookies(
    accounts: Accounts,
) -> None:
    token = await accounts.token(BOB)
    async with accounts.client(more=CALLS) as client:
        for origin in (EXTENSION, "moz-extension://9c9ac8f5-9b4c-4d13-9c8b-7e1b2c3d4e5f"):
            preflight = await client.options(
                "/api/v1/member",
                headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            )
            assert preflight.status_code == 204
            assert preflight.headers["access-control-allow-origin"] == origin
            assert "authorization" in preflight.headers["access-control-allow-headers"]
            answer = await client.post(
                "/api/v1/member", headers={"Origin": origin, "Authorization": f"Bearer {token}"}
            )
            assert answer.headers["access-control-allow-origin"] == origin
            assert "retry-after" in answer.headers["access-control-expose-headers"]
            for told_browser in (preflight, answer):
                assert "access-control-allow-credentials" not in told_browser.headers
                assert told_browser.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "chrome-extension://another", "moz-extension://a b", WEB]
)
async def test_other_origins_get_no_cors(accounts: Accounts, origin: str) -> None:
    async with accounts.client(more=CALLS) as client:
        preflight = await client.options("/api/v1/member", headers={"Origin": origin})
        answer = await client.get("/api/v1/anyone", headers={"Origin": origin})
    assert told(preflight) == (405, "method_not_allowed")
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in answer.headers


async def test_every_answer_is_kept_sniffed_and_framed_by_nobody(accounts: Accounts) -> None:
    async with await accounts.signed_in(BOB, more=CALLS) as bob:
        paths = ("member", "admin", "broken", "unknown", "me")
        answers = [await bob.get(f"/api/v1/{path}") for path in paths]
        answers.append(await bob.delete("/api/v1/sessions/current"))
    assert [answer.status_code for answer in answers] == [200, 403, 500, 404, 200, 204]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_bug_is_logged_under_an_id_and_not_leaked(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        with structlog.testing.capture_logs() as logged:
            broken = await client.get("/api/v1/broken")
    assert told(broken) == (500, "internal")
    assert "42" not in broken.text
    [line] = logged
    assert line["request_id"] == broken.json()["request_id"]
    assert isinstance(line["exc_info"], RuntimeError)


async def test_a_bugs_log_names_the_route_and_not_the_code_in_its_path(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        with structlog.testing.capture_logs() as logged:
            assert told(await client.get("/api/v1/broken/a-code")) == (500, "internal")
    [line] = logged
    assert (line["method"], line["route"]) == ("GET", "/api/v1/broken/{code}")
    assert "a-code" not in repr(line)


async def test_a_bug_outside_the_door_names_its_route_too() -> None:
    async def break_down(request: HttpRequest) -> Response:
        raise RuntimeError

    plain = Starlette(
        routes=[Route("/plain/{code}", break_down)], exception_handlers=EXCEPTION_HANDLERS
    )
    transport = httpx.ASGITransport(plain, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=WEB) as client:
        with structlog.testing.capture_logs() as logged:
            assert told(await client.get("/plain/a-code")) == (500, "internal")
    assert logged[0]["route"] == "/plain/{code}"
    assert "a-code" not in repr(logged)


async def test_a_refusal_keeps_its_own_fields_beside_the_standard_ones(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        refused = await client.get("/api/v1/refused")
    assert refused.json() == {
        "type": "about:blank",
        "title": "Not enough credits",
        "status": 402,
        "code": "insufficient_credits",
        "detail": "7 are missing.",
        "need": 10,
        "short_by": 7,
        "items": [],
    }
    assert told(refused) == (402, "insufficient_credits")


async def test_what_is_worth_trying_again_says_when(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        away = await client.get("/api/v1/away")
    assert told(away) == (503, "unavailable")
    assert away.headers["retry-after"] == "2"


async def test_unknown_addresses_and_methods_are_problems_too(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        assert told(await client.get("/api/v1/nothing")) == (404, "not_found")
        wrong = await client.delete("/api/v1/member")
    assert told(wrong) == (405, "method_not_allowed")
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_every_refusal_has_its_status() -> None:
    def every(kind: type[errors.BatteryError]) -> set[type[errors.BatteryError]]:
        return {kind}.union(*(every(below) for below in kind.__subclasses__()))

    codes = {kind.code for kind in every(errors.BatteryError) if hasattr(kind, "code")}
    assert codes | {"internal", "method_not_allowed"} == TABLE.keys()


def test_a_socket_tells_the_deactivated_from_the_signed_out() -> None:
    assert close_code(errors.Unauthenticated("unknown")) == 4501
    assert close_code(Deactivated()) == 4503
    assert close_code(errors.Unavailable("away")) == 4000


async def test_r11_the_fingerprint_covers_method_path_and_body(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:

        async def heard(body: bytes, key: str) -> str:
            answer = await client.post(
                "/api/v1/keyed", content=body, headers={"Idempotency-Key": key}
            )
            return str(answer.json()["who"])

        first = await heard(b"{}", "key-1")
        assert first.startswith("key-1 ")
        assert await heard(b"{}", "key-1") == first
        assert await heard(b"{ }", "key-1") != first
        unkeyed = await client.post("/api/v1/keyed", content=b"{}")
    assert unkeyed.json() == {"who": "none"}


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\tb"])
async def test_r11_a_key_is_1_to_255_visible_ascii_characters(accounts: Accounts, key: str) -> None:
    async with accounts.client(more=CALLS) as client:
        given = [("Idempotency-Key", key.encode("latin-1"))]
        refused = await client.post("/api/v1/keyed", content=b"{}", headers=given)  # type: ignore[arg-type]  # bytes
    assert told(refused) == (400, "bad_request")
    assert "Idempotency-Key" in refused.json()["detail"]


async def test_r11_two_keys_are_none(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        given = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        refused = await client.post("/api/v1/keyed", content=b"{}", headers=given)
    assert told(refused) == (400, "bad_request")
