"""What no call takes: bodies, queries and ids that are none, at every call there is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.settings import Limits
from tests.integration.every_call import operations
from tests.integration.whole import API, Whole, open_whole, problem, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNLIMITED = Limits(lookup_burst=100_000, pairings_per_minute=100_000, sign_in_failures=100_000)
"""Refusals of bad input are counted as calls, and some as failures."""
FIVE_MB = 5_000_000
BODY_BYTES_MAX = {f"{API}/exports": 4_000_000}
"""Of the calls that may have more than the rest."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Nothing here is let through, so one app with one set of customers serves all."""
    async with open_whole(tmp_path_factory.mktemp("whole"), limits=UNLIMITED) as whole:
        yield whole


BODIES = {
    "no body": (b"", "is empty"),
    "no JSON": (b"credits=1", "must be JSON"),
    "cut off": (b"{", "must be JSON"),
    "a list": (b"[]", "expected `object`, got `array`"),
    "null": (b"null", "expected `object`, got `null`"),
    "a text": (b'"x"', "expected `object`, got `str`"),
    "unknown field": (b'{"unknown_field": 1}', "`unknown_field`"),
    "NUL in a name": (b'{"nul\\u0000": 1}', "`nul\x00`"),
    "invalid UTF-8": (b'{"\xff": 1}', ""),
    "half a character": (b'{"\\ud800": 1}', "must be JSON"),
    "too deep": (b'{"a": ' + b"[" * 100_000, ""),
}


@pytest.mark.parametrize("bad", BODIES)
async def test_every_call_refuses_a_body_that_is_none_of_its_own(whole: Whole, bad: str) -> None:
    body, named = BODIES[bad]
    for each in await operations(whole):
        if each.takes_json:
            answer = await whole.call(each.method, each.path, each.caller(whole), content=body)
            status, code, detail = refusal(answer)
            assert (status, code) == (400, "bad_request"), each
            assert named in detail, each


async def test_every_call_refuses_5_mb(whole: Whole) -> None:
    body = b'{"note": "' + b"x" * FIVE_MB + b'"}'
    for each in await operations(whole):
        if each.takes_json:
            answer = await whole.call(each.method, each.path, each.caller(whole), content=body)
            assert problem(answer) == (413, "too_large"), each
            assert answer.json()["limit"] == BODY_BYTES_MAX.get(each.template, 1_000_000)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("unknown=1", "`unknown`"),
        ("%FF=1", "UTF-8"),
        ("\u00e9=%C3", "UTF-8"),
        ("&".join(f"p{number}=1" for number in range(60)), "50 parameters"),
    ],
)
async def test_every_call_refuses_a_query_that_is_none_of_its_own(
    whole: Whole, query: str, named: str
) -> None:
    for each in await operations(whole):
        path = f"{each.path}?{query}"
        status, code, detail = refusal(await whole.call(each.method, path, each.caller(whole)))
        assert (status, code) == (400, "bad_request"), each
        assert named in detail, each


@pytest.mark.parametrize(
    "id_", ["%00", "con_%00x", "%FF%FE", "x" * 10_000, "%F0%9F%94%8B", "%27--"]
)
async def test_what_cannot_be_an_id_names_nothing(whole: Whole, id_: str) -> None:
    people = whole.people
    for method, path, who, body in (
        ("GET", "/subjects/{id}", people.bob, None),
        ("GET", "/admin/users/{id}/battery", people.alice, None),
        ("PATCH", "/admin/users/{id}", people.alice, {}),
        ("POST", "/credit-requests/{id}/answer", people.alice, {"outcome": "declined"}),
        ("DELETE", "/devices/{id}", people.bob, None),
        ("GET", "/jobs/{id}", people.bob, None),
        ("GET", "/jobs/{id}/file?format=csv", people.bob, None),
        ("PUT", "/jobs/{id}/mapping", people.bob, {}),
        ("POST", "/jobs/{id}/start", people.bob, None),
        ("POST", "/jobs/{id}/stop", people.alice, None),
        ("GET", "/pairings/{id}", people.bob, None),
        ("POST", "/pairings/{id}/approve", people.bob, None),
        ("POST", "/pairings/{id}/token", None, {"verifier": "x"}),
        ("POST", "/invitations/{id}", None, {"password": "a long password"}),
        ("GET", "/operator/orgs/{id}/users", people.vera, None),
        ("POST", "/operator/orgs/{id}/grants", people.vera, {"credits": 1, "note": "x"}),
        ("PUT", "/operator/users/{id}/license", people.vera, {"allotment": 1}),
    ):
        answer = await whole.call(method, path.replace("{id}", id_), who, body)
        assert problem(answer) == (404, "not_found"), (method, path)
