"""PostgreSQL killed, stopped and started again under a server that charges: 503, never a half."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from server.domain import errors
from server.wire.reveals import RevealAnswer
from tests.acme import House, Member, key, opened
from tests.services import Postgres

REQUESTS = 200


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with opened(postgres_url) as house:
        yield house


@pytest.fixture
async def bob(house: House) -> Member:
    org = await house.org("Acme")
    return await org.member("Bob Reyes", allotment=1_000)


async def test_while_the_database_is_away_requests_are_told_to_come_back(
    bob: Member, postgres: Postgres
) -> None:
    [ana] = await bob.org.house.contacts(1)
    await asyncio.to_thread(postgres.kill)
    for _ in range(2):
        with pytest.raises(errors.Unavailable) as told:
            await bob.reveal((ana, "email"))
        assert told.value.retry_after_s > 0
    with pytest.raises(errors.Unavailable):
        await bob.org.house.database.ping()
    await asyncio.to_thread(postgres.start)
    assert (await bob.reveal((ana, "email"))).credits == 1
    await bob.org.house.check()


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "shut down"])
async def test_an_end_in_the_middle_loses_no_answer_and_halves_no_charge(
    bob: Member, postgres: Postgres, is_killed: bool
) -> None:
    house = bob.org.house
    people = await house.contacts(REQUESTS)
    answered: dict[str, int] = {}
    is_charging = asyncio.Event()

    async def reveal_until_refused() -> None:
        for person in people:
            answered[person] = (await bob.reveal((person, "email"))).seq
            if len(answered) == REQUESTS // 10:
                is_charging.set()

    charging = asyncio.create_task(reveal_until_refused())
    await is_charging.wait()
    await asyncio.to_thread(postgres.kill if is_killed else postgres.stop)
    with pytest.raises(errors.Unavailable):
        await charging
    await asyncio.to_thread(postgres.start)
    await house.check()
    charges = {str(line.subject_id): line.seq for line in await bob.org.charges()}
    assert {person: charges.get(person) for person in answered} == answered
    # The one that was told 503 may have been committed, whole: its answer was on its way.
    assert len(charges) - len(answered) in (0, 1)


async def test_after_a_restart_nobody_noticed_one_read_and_one_charge_are_refused_at_most(
    bob: Member, postgres: Postgres
) -> None:
    house = bob.org.house
    people = await house.contacts(6)
    await asyncio.gather(*(house.database.ping() for _ in range(5)))
    await asyncio.to_thread(postgres.restart)
    reads = [await _is_refused(house.database.ping()) for _ in range(6)]
    charges = [await _is_refused(bob.reveal((person, "email"))) for person in people]
    assert sum(reads) <= 1
    assert sum(charges) <= 1
    assert len(await bob.org.charges()) == charges.count(False)
    await house.check()


async def test_r11_a_request_sent_again_after_an_outage_has_one_effect(
    bob: Member, postgres: Postgres
) -> None:
    house = bob.org.house
    people = await house.contacts(20)
    work = [
        asyncio.create_task(bob.reveal((person, "email"), key=key(person))) for person in people
    ]
    await asyncio.to_thread(postgres.kill)
    first = await asyncio.gather(*work, return_exceptions=True)
    assert {type(one) for one in first} <= {RevealAnswer, errors.Unavailable}
    await asyncio.to_thread(postgres.start)
    second = [await bob.reveal((person, "email"), key=key(person)) for person in people]
    assert [answer.results[0].outcome for answer in second] == ["charged"] * len(people)
    assert len(await bob.org.charges()) == len(people)
    await house.check()


async def _is_refused(work: Awaitable[object]) -> bool:
    try:
        await work
    except errors.Unavailable:
        return True
    return False
