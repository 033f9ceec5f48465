"""Rates at the door: each names its limit and says when to come back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.api.endpoint import Call, Endpoint
from server.api.limits import FailureLimits, Remembered
from server.domain import errors
from server.settings import Limits
from server.wire.base import Answer
from tests.integration.accounts_app import BOB, JANE, Accounts, Clock, accounts_on, told

LIMITS = Limits(spending_burst=3, spending_per_s=1, lookup_burst=2, lookup_per_s=1)


class Done(Answer, frozen=True):
    """Nothing to say."""


async def _do(call: Call) -> Done:
    return Done()


CALLS = [
    Endpoint(method="POST", path="/api/v1/spend", handler=_do, summary="", rate="spending"),
    Endpoint(method="GET", path="/api/v1/look", handler=_do, summary="", rate="lookup"),
    Endpoint(
        method="GET", path="/api/v1/peek", handler=_do, summary="", who="anyone", rate="lookup"
    ),
]


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url, limits=LIMITS) as accounts:
        yield accounts


async def test_spending_calls_are_limited_per_user_and_come_back_in_time(
    accounts: Accounts,
) -> None:
    async with await accounts.signed_in(BOB, more=CALLS) as bob:
        jane = {"Authorization": f"Bearer {await accounts.token(JANE)}"}
        for _ in range(3):
            assert (await bob.post("/api/v1/spend")).status_code == 200
        refused = await bob.post("/api/v1/spend")
        assert told(refused) == (429, "rate_limited")
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["limit"] == "spending"
        assert (await bob.post("/api/v1/spend", headers=jane)).status_code == 200
        assert (await bob.get("/api/v1/look")).status_code == 200
        accounts.clock.forward(1)
        assert (await bob.post("/api/v1/spend")).status_code == 200


async def test_before_sign_in_lookups_are_limited_per_address(accounts: Accounts) -> None:
    async with accounts.client(more=CALLS) as client:
        assert (await client.get("/api/v1/peek")).status_code == 200
        assert (await client.get("/api/v1/peek")).status_code == 200
        refused = await client.get("/api/v1/peek")
    assert told(refused) == (429, "rate_limited")
    assert refused.json()["limit"] == "lookup"


def test_what_is_remembered_is_bounded_and_the_least_recent_goes_first() -> None:
    remembered: Remembered[str, int] = Remembered(keys_max=2)
    remembered.put("bob", 1)
    remembered.put("jane", 2)
    remembered.put("bob", 3)
    remembered.put("zoe", 4)
    assert len(remembered) == 2
    assert [remembered.get(name, 0) for name in ("bob", "jane", "zoe")] == [3, 0, 4]


async def _fail(limits: FailureLimits, account: str, address: str) -> None:
    with pytest.raises(errors.Unauthenticated):
        async with limits.attempt(account=account, address=address):
            raise errors.Unauthenticated("wrong")


async def test_failures_count_per_account_and_per_address() -> None:
    clock = Clock()
    limits = FailureLimits(Limits(sign_in_failures=2, sign_in_window_s=900), clock.monotonic)
    await _fail(limits, "bob", "a")
    await _fail(limits, "bob", "b")
    with pytest.raises(errors.RateLimited) as refused:
        await _fail(limits, "bob", "c")
    assert refused.value.fields == {"limit": "failures_per_account"}
    assert refused.value.retry_after_s == 900
    await _fail(limits, "jane", "a")
    with pytest.raises(errors.RateLimited) as refused:
        await _fail(limits, "zoe", "a")
    assert refused.value.fields == {"limit": "failures_per_address"}
    clock.forward(900)
    await _fail(limits, "bob", "a")


async def test_what_is_no_refusal_of_the_credential_is_no_failure() -> None:
    limits = FailureLimits(Limits(sign_in_failures=1), Clock().monotonic)
    async with limits.attempt(account="bob", address="a"):
        pass
    with pytest.raises(errors.Unavailable):
        async with limits.attempt(account="bob", address="a"):
            raise errors.Unavailable("away")
    await _fail(limits, "bob", "a")


async def test_guesses_sent_together_are_not_all_tried() -> None:
    limits = FailureLimits(Limits(sign_in_failures=3), Clock().monotonic)
    tried = 0

    async def guess(number: int) -> None:
        nonlocal tried
        async with limits.attempt(account="bob", address=f"address {number}"):
            tried += 1
            await asyncio.sleep(0)
            raise errors.Unauthenticated("wrong")

    outcomes = await asyncio.gather(*map(guess, range(50)), return_exceptions=True)
    assert tried == 3
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(errors.Unauthenticated) == 3
    assert kinds.count(errors.RateLimited) == 47


async def test_an_office_that_signs_in_together_waits_and_is_let_in() -> None:
    limits = FailureLimits(Limits(sign_in_failures=3), Clock().monotonic)
    at_once = most_at_once = 0

    async def sign_in(number: int) -> None:
        nonlocal at_once, most_at_once
        async with limits.attempt(account=f"user {number}", address="office"):
            at_once += 1
            most_at_once = max(most_at_once, at_once)
            await asyncio.sleep(0)
            at_once -= 1

    await asyncio.gather(*map(sign_in, range(50)))
    assert most_at_once == 3
