"""Idempotency-Key on making and starting jobs (R11)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.domain import errors
from server.domain.commands import Idempotency
from server.domain.ids import AtUs, JobId, SubjectId
from server.store import job_claims, schema
from server.store import jobs as store
from server.store.engine import Database
from server.store.jobs import NewJob
from server.usecases.job_drafts import Begun, Drafts, sweep_drafts
from tests.acme import Acme, House, key
from tests.integration.jobs_desk import Server, caller, count, nothing_is_left, rows_of

LEASE_US = 30_000_000


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Server]:
    """Another server process on the same database."""
    database = Database(house.database.url)
    charger = house.another_charger(database)
    yield Server(house, database, charger)
    await charger.close()
    await database.close()


def draft(acme: Acme, id_: str = "job_dead") -> NewJob:
    """As a server writes it that dies right after."""
    now = acme.house.clock()
    return NewJob(
        id=JobId(id_),
        user=acme.bob.id,
        action="export",
        kinds=("email",),
        max_credits=None,
        label="x",
        chosen=None,
        file=None,
        mapping={},
        worker="claim_dead",
        lease_us=AtUs(now + LEASE_US),
        created_us=now,
        expires_us=AtUs(now + LEASE_US),
    )


async def begun(acme: Acme, name: Idempotency, *, wait_s: float = 5.0) -> tuple[Drafts, Begun]:
    """A draft under this key that nobody goes on with."""
    drafts = Drafts(acme.house.database, acme.house.clock, 100, wait_s)
    return drafts, await drafts.begin(caller(acme.bob), draft(acme), name)


async def test_r11_the_same_key_and_request_answer_the_same_job(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(2)
    first = await server.export(acme.bob, people, key=key("a"))
    again = await server.export(acme.bob, people, key=key("a"))
    assert again == first
    assert await count(acme.house, schema.job.c.id) == 1
    assert len(server.told) == 1


async def test_r11_the_first_answer_is_rebuilt_of_the_job_as_it_is(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(2)
    first = await server.export(acme.bob, people, key=key("a"))
    await server.start(acme.bob, first)
    again = await server.export(acme.bob, people, key=key("a"))
    assert (again.id, again.status) == (first.id, "running")


async def test_r11_the_same_key_for_another_request_is_a_conflict(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(2)
    await server.export(acme.bob, people, key=key("a"))
    with pytest.raises(errors.IdempotencyConflict):
        await server.export(acme.bob, people[:1], key=key("a", "other"))
    await server.export(acme.jane, people[:1], key=key("a", "other"))


async def test_r11_a_key_of_a_job_is_no_key_of_a_reveal(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(1)
    await server.export(acme.bob, people, key=key("a"))
    with pytest.raises(errors.IdempotencyConflict):
        await acme.bob.reveal((people[0], "email"), key=key("a", "a reveal"))


async def test_r11_a_creation_that_is_refused_leaves_no_trace_in_its_key(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(300)
    with pytest.raises(errors.NotFound):
        await server.export(acme.bob, [*people, SubjectId("con_nobody")], key=key("a"))
    assert await nothing_is_left(acme.house)
    assert (await server.export(acme.bob, people, key=key("a", "other"))).quote.rows == 300


async def test_r11_a_creation_whose_client_went_away_leaves_no_trace(
    acme: Acme, server: Server
) -> None:
    server.seeker.gate.clear()
    people = await acme.house.contacts(1)
    creating = asyncio.create_task(server.export(acme.bob, people, key=key("a")))
    await server.seeker.arrived.wait()
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert await nothing_is_left(acme.house)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
async def test_r11_a_second_request_in_flight_waits_for_the_first(
    acme: Acme, server: Server, elsewhere: Server, where: str
) -> None:
    people = await acme.house.contacts(2)
    server.seeker.gate.clear()
    first = asyncio.create_task(server.export(acme.bob, people, key=key("a")))
    await server.seeker.arrived.wait()
    other = server if where == "here" else elsewhere
    second = asyncio.create_task(other.export(acme.bob, people, key=key("a")))
    done, _ = await asyncio.wait([second], timeout=0.3)
    assert not done
    server.seeker.gate.set()
    assert await first == await second
    assert await count(acme.house, schema.job.c.id) == 1


async def test_r11_when_the_first_request_fails_the_second_makes_the_job(
    acme: Acme, server: Server, elsewhere: Server
) -> None:
    people = await acme.house.contacts(2)
    server.seeker.gate.clear()
    first = asyncio.create_task(server.export(acme.bob, people, key=key("a")))
    await server.seeker.arrived.wait()
    second = asyncio.create_task(elsewhere.export(acme.bob, people, key=key("a")))
    server.seeker.broken_after = 0
    server.seeker.gate.set()
    with pytest.raises(RuntimeError):
        await first
    assert (await second).quote.net_new == 2
    assert await count(acme.house, schema.job.c.id) == 1


async def test_r11_a_request_waits_no_longer_than_its_client_would(acme: Acme) -> None:
    drafts, first = await begun(acme, key("a"), wait_s=0.0)
    second = await drafts.begin(caller(acme.bob), draft(acme, "job_second"), key("a"))
    assert second == Begun(first.job, None)
    with pytest.raises(errors.Busy) as refused:
        await drafts.awaited(acme.org.id, first.job)
    assert refused.value.retry_after_s > 0


async def test_r11_a_draft_of_a_dead_server_is_swept_with_its_key(
    acme: Acme, server: Server
) -> None:
    _, first = await begun(acme, key("a"))
    assert first.claim is not None
    people = await acme.house.contacts(2)
    other = await server.export(acme.bob, people)
    await first.claim.add(await rows_of(acme.bob, other))
    clock = acme.house.clock
    assert await sweep_drafts(acme.house.database, clock()) == 0
    clock.move(seconds=31)
    assert await sweep_drafts(acme.house.database, clock()) == 1
    assert await rows_of(acme.bob, other) != []
    assert await count(acme.house, schema.job_row.c.job_id) == 2
    assert (await server.export(acme.bob, people, key=key("a"))).quote.rows == 2


async def test_r11_who_was_swept_away_writes_no_more(acme: Acme, server: Server) -> None:
    _, first = await begun(acme, key("a"))
    assert first.claim is not None
    other = await server.export(acme.bob, await acme.house.contacts(1))
    clock = acme.house.clock
    clock.move(seconds=31)
    now = clock()
    async with acme.house.database.write() as connection:
        assert await job_claims.take_draft(
            connection, acme.org.id, first.job, "claim_sweep", now, AtUs(now + 1)
        )
    with pytest.raises(errors.Busy):
        await first.claim.add(await rows_of(acme.bob, other))
    assert not await first.claim.holds()
    async with acme.house.database.read() as connection:
        record = await store.one(connection, acme.org.id, first.job)
    assert record is not None
    assert (record.status, record.worker) == ("drafting", "claim_sweep")


async def test_a_creation_keeps_its_draft_for_as_long_as_it_counts(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.job_quotes.CHUNK_ROWS", 1)
    clock, people = acme.house.clock, await acme.house.contacts(4)
    keep = job_claims.keep

    async def slow(*args: Any) -> bool:
        assert await sweep_drafts(acme.house.database, clock()) == 0
        clock.move(seconds=20)
        return await keep(*args)

    monkeypatch.setattr(job_claims, "keep", slow)
    job = await server.export(acme.bob, people)
    assert job.quote.rows == 4


async def test_r11_a_start_with_the_same_key_is_answered_again(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(2))
    first = await server.start(acme.bob, job, key("s"))
    again = await server.start(acme.bob, job, key("s"))
    assert again == first
    assert (await acme.bob.battery()).license.held == 2
    with pytest.raises(errors.IdempotencyConflict):
        await server.start(acme.bob, job, key("s", "other"))
    with pytest.raises(errors.JobState):
        await server.start(acme.bob, job, key("t"))


async def test_r11_a_refused_start_keeps_no_key(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(101))
    with pytest.raises(errors.InsufficientCredits):
        await server.start(acme.bob, job, key("s"))
    await acme.org.grant(1)
    assert (await server.start(acme.bob, job, key("s"))).status == "running"


async def test_r11_two_starts_at_once_place_one_hold(
    acme: Acme, server: Server, elsewhere: Server
) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(2))
    keyed = await asyncio.gather(
        server.start(acme.bob, job, key("s")), elsewhere.start(acme.bob, job, key("s"))
    )
    assert {one.status for one in keyed} == {"running"}
    assert (await acme.bob.battery()).license.held == 2
    assert [line.action for line in await acme.org.entries()].count("hold") == 1


async def test_of_two_starts_without_a_key_one_is_refused(
    acme: Acme, server: Server, elsewhere: Server
) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(2))
    starts = server.start(acme.bob, job), elsewhere.start(acme.bob, job)
    led = await asyncio.gather(*starts, return_exceptions=True)
    assert sorted(type(one).__name__ for one in led) == ["Job", "NotQuoted"]
