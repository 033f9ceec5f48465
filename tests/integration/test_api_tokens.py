"""Who is let in: expired, revoked and malformed tokens, and roles, at every call there is."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from server.settings import Limits
from tests.integration.every_call import operations
from tests.integration.whole import API, WEB, Person, Whole, open_whole, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNLIMITED = Limits(lookup_burst=100_000, pairings_per_minute=100_000, sign_in_failures=100_000)
"""Refusals of bad input are counted as calls, and some as failures."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Nothing here is let through, so one app with one set of customers serves all."""
    async with open_whole(tmp_path_factory.mktemp("whole"), limits=UNLIMITED) as whole:
        yield whole


MALFORMED = [
    b"",
    b"Bearer",
    b"Bearer  ",
    b"Basic Ym9iOmJvYg==",
    b"bob",
    b"Bearer two words",
    b"Bearer \xc3\xa9\xf0\x9f\x94\x8b",
    b"Bearer \xff\xfe",
    b"Bearer \x00",
    b"Bearer op_",
    b"Bearer op_\xff",
    b"Bearer " + b"x" * 100_000,
]


@pytest.mark.parametrize("token", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_malformed_token_opens_no_call(whole: Whole, token: bytes) -> None:
    for method, path, scheme, *_ in await operations(whole):
        if scheme is None:
            continue
        heads = httpx.Headers([(b"authorization", token)])
        answer = await whole.client.request(method, API + path, headers=heads)
        assert problem(answer) == (401, "unauthenticated"), (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_token_opens_no_call(whole: Whole) -> None:
    for method, path, scheme, *_ in await operations(whole):
        answer = await whole.call(method, path)
        assert (answer.status_code == 401) is (scheme is not None), (method, path)


@pytest.mark.parametrize("cookie", ["battery_session=no-such", "battery_session=\x01; x", "x"])
async def test_a_malformed_cookie_opens_no_call(whole: Whole, cookie: str) -> None:
    heads = {"Cookie": cookie, "Origin": WEB}
    answer = await whole.call("GET", "/battery", heads=heads)
    assert problem(answer) == (401, "unauthenticated")


async def test_an_expired_token_says_to_sign_in_again(whole: Whole) -> None:
    token = await whole.session(whole.people.bob.id)
    whole.clock.move(days=30)
    answer = await whole.call("GET", "/battery", token)
    operators = await whole.call("GET", "/operator/orgs", whole.people.vera)
    whole.clock.move(days=335)
    operators_later = await whole.call("GET", "/operator/orgs", whole.people.vera)
    whole.clock.move(days=-365)
    assert problem(answer) == (401, "unauthenticated")
    assert "expired" in answer.json()["detail"]
    assert (operators.status_code, operators_later.status_code) == (200, 401)


async def test_a_token_that_was_signed_out_opens_nothing(whole: Whole) -> None:
    token = await whole.session(whole.people.bob.id)
    assert (await whole.call("GET", "/battery", token)).status_code == 200
    assert (await whole.call("DELETE", "/sessions/current", token)).status_code == 204
    for method, path, scheme, *_ in await operations(whole):
        if scheme is not None:
            answer = await whole.call(method, path, token)
            assert problem(answer) == (401, "unauthenticated"), (method, path)


async def test_each_call_is_open_to_its_role_only(whole: Whole) -> None:
    people = whole.people
    for method, path, scheme, *_ in await operations(whole):
        if scheme == "operator":
            strangers: list[Person | str] = [people.bob, people.alice]
        elif path.startswith("/admin/") or path.endswith("/answer"):
            strangers = [people.bob, people.vera]
        else:
            strangers = [people.vera] if scheme else []
        for stranger in strangers:
            answer = await whole.call(method, path, stranger)
            assert problem(answer) == (403, "forbidden"), (method, path)
