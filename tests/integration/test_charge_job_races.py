"""Jobs moved by several servers at once: one counts, and nothing is charged twice (R2, R19–R23)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text, update

from server.domain.holding import NotTheWorker
from server.store import schema
from server.store.engine import Database
from server.usecases.charge import Charger
from tests.acme import Acme, House, key, opened
from tests.acme_jobs import WORKER, Work, codes, led_to, quoted, spent
from tests.job_rows import outcomes_of

SERVERS = 3
WAIT_S = 10


@pytest.fixture
async def servers(house: House) -> AsyncIterator[list[Charger]]:
    """The charger of each server, with connections of its own."""
    async with AsyncExitStack() as closing:
        several = []
        for _ in range(SERVERS):
            database = Database(house.database.url)
            closing.push_async_callback(database.close)
            several.append(house.another_charger(database))
            closing.push_async_callback(several[-1].close)
        yield several


async def test_r19_a_job_started_by_many_at_once_starts_once(
    acme: Acme, servers: list[Charger]
) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(10))
    led = await asyncio.gather(*(led_to(job.start(10, by=servers[n % SERVERS])) for n in range(9)))
    assert codes(led) == {"done": 1, "job_state": 8}
    assert (await acme.bob.battery()).license.held == 10


async def test_r11_a_start_sent_many_times_with_its_key_starts_once(
    acme: Acme, servers: list[Charger]
) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(10))
    led = await asyncio.gather(
        *(led_to(job.start(10, key=key("k"), by=servers[n % SERVERS])) for n in range(9))
    )
    assert codes(led) == {"done": 9}
    assert (await acme.bob.battery()).license.held == 10


async def test_r19_jobs_started_at_once_never_hold_a_credit_twice(
    acme: Acme, servers: list[Charger]
) -> None:
    people = await acme.house.contacts(1)
    several = [await quoted(acme.bob, people) for _ in range(12)]
    led = await asyncio.gather(
        *(led_to(job.start(30, by=servers[n % SERVERS])) for n, job in enumerate(several))
    )
    assert codes(led) == {"done": 3, "insufficient_credits": 9}
    assert (await acme.bob.battery()).license.held == 90


async def test_r21_of_a_stop_and_the_settling_mark_at_once_one_counts(
    acme: Acme, servers: list[Charger]
) -> None:
    jobs = [await quoted(acme.bob, await acme.house.contacts(1)) for _ in range(8)]
    for job in jobs:
        await job.start(5)
    for place, job in enumerate(jobs):
        one, other = servers[place % SERVERS], servers[(place + 1) % SERVERS]
        led = await asyncio.gather(led_to(job.end(by=one)), led_to(job.mark(by=other)))
        assert codes(led) == {"done": 1, "job_state": 1}
    ends = Counter([(await job.record()).status for job in jobs])
    assert (await acme.bob.battery()).license.held == 5 * ends["settling"]
    assert ends["settling"] + ends["stopped"] == len(jobs)


async def test_r02_colleagues_reveals_racing_a_settlement_pay_each_piece_once(
    acme: Acme, servers: list[Charger]
) -> None:
    people = await acme.house.contacts(40)
    job = await quoted(acme.bob, people)
    await job.start(40)
    await job.mark()

    async def settle() -> None:
        while job.done < len(people):
            await job.settle(5, by=servers[0])

    reveals = [
        servers[1 + n % 2].reveal(acme.org.id, colleague.asks((one, "email")))
        for n, one in enumerate(people[::-1])
        for colleague in (acme.jane, acme.alice)
    ]
    settlement = asyncio.create_task(settle())
    answers = await asyncio.gather(*reveals)
    await settlement
    await job.complete()
    charged = Counter(outcomes_of(job.outcomes))["charged"]
    assert await spent(acme.org) == (40, 0)
    assert charged + sum(answer.credits for answer in answers) == 40
    assert (await acme.bob.battery()).license.used == charged


async def test_r02_two_jobs_about_the_same_people_at_once_pay_each_piece_once(
    acme: Acme, servers: list[Charger]
) -> None:
    people = await acme.house.contacts(30)
    bobs, janes = await quoted(acme.bob, people), await quoted(acme.jane, people[::-1])
    for job in (bobs, janes):
        await job.start(30)
        await job.mark()

    async def settled(job: Work, by: Charger) -> None:
        while job.done < len(people):
            await job.settle(3, by=by)
        await job.complete(by=by)

    await asyncio.gather(settled(bobs, servers[0]), settled(janes, servers[1]))
    assert await spent(acme.org) == (30, 0)
    used = [(await one.battery()).license for one in (acme.bob, acme.jane)]
    assert sum(license_.used for license_ in used) == 30
    assert [license_.held for license_ in used] == [0, 0]


async def test_r23_after_a_crash_another_worker_goes_on_and_nothing_settles_twice(
    acme: Acme, servers: list[Charger]
) -> None:
    twins = [await acme.house.contact(email="ana@example.com") for _ in range(2)]
    people = [twins[0], *await acme.house.contacts(6), twins[1]]
    job = await quoted(acme.bob, people)
    await job.start(7)
    await job.mark()
    await job.settle(3, by=servers[0])
    other = await job.taken_over("worker 2")
    late = await led_to(job.settle(2, by=servers[0]))
    assert isinstance(late, NotTheWorker)
    await other.settle(by=servers[1])
    assert outcomes_of(other.outcomes) == ["charged"] * 7 + ["duplicate"]
    assert isinstance(await led_to(job.complete(by=servers[0])), NotTheWorker)
    done = await other.complete(by=servers[1])
    assert done.settlement is not None
    assert done.settlement.credits == 7
    assert await spent(acme.org) == (7, 0)


async def test_r23_a_crash_at_the_mark_or_before_the_end_is_gone_on_from(
    acme: Acme, servers: list[Charger]
) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(4))
    await job.start(4)
    await job.mark()
    second = await job.taken_over("worker 2")
    assert (await second.mark()).status == "settling"
    await second.settle(by=servers[1])
    third = await second.taken_over("worker 3")
    assert (await third.complete(by=servers[2])).status == "completed"
    assert (await acme.bob.battery()).license.used == 4


async def test_r23_a_chunk_sent_by_two_servers_settles_once(
    acme: Acme, servers: list[Charger]
) -> None:
    people = await acme.house.contacts(6)
    job = await quoted(acme.bob, people)
    await job.start(6)
    await job.mark()
    twin = await job.taken_over(WORKER)
    led = await asyncio.gather(
        led_to(job.settle(by=servers[0])), led_to(twin.settle(by=servers[1]))
    )
    assert codes(led) == {"done": 1, "job_state": 1}
    await job.complete()
    assert await spent(acme.org) == (6, 0)


async def test_r20_a_reversal_racing_a_chunk_charges_within_the_hold(
    acme: Acme, servers: list[Charger]
) -> None:
    people = await acme.house.contacts(8)
    paid = (await acme.jane.reveal((people[7], "email"))).seq
    job = await quoted(acme.bob, people)
    await job.start(7)
    await job.mark()
    await asyncio.gather(job.settle(by=servers[0]), acme.org.reverse(paid))
    await job.complete()
    last = outcomes_of(job.outcomes)[-1]
    assert last in ("already_owned", "over_hold")
    assert (await acme.bob.battery()).license.used == 7


async def test_r23_a_lease_renewed_while_the_job_is_written_is_not_lost(postgres_url: str) -> None:
    """The writer has the org, and waits for the renewal of a lease that it would write over."""
    async with opened(postgres_url) as house, AsyncExitStack() as closing:
        acme = await Acme.founded(house)
        job = await quoted(acme.bob, await house.contacts(1))
        await job.start(1)
        database = Database(postgres_url)
        closing.push_async_callback(database.close)
        server = house.another_charger(database)
        closing.push_async_callback(server.close)
        async with house.database.write() as connection:
            renewed = update(schema.job).where(schema.job.c.id == job.id).values(lease_us=77)
            await connection.execute(renewed)
            marked = asyncio.create_task(job.mark(by=server))
            await somebody_waits(house)
        assert (await marked).status == "settling"
        assert (await job.record()).lease_us == 77


async def somebody_waits(house: House) -> None:
    """Until a transaction of this PostgreSQL database waits for another's lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(WAIT_S):
        while True:
            async with house.database.read() as connection:
                if await connection.scalar(waiting):
                    return
            await asyncio.sleep(0.01)
