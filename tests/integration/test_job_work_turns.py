"""Jobs that wait for each other, and those that do not: orgs, turns, places, leases (R23)."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from server.domain.commands import EndJob, MoveJob, SettleRows
from server.domain.ids import JobId, OrgId
from server.domain.job_rows import Item, RowOutcome
from server.domain.state import JobState
from server.store import job_rows, job_state
from server.usecases.job_drafts import sweep_rows
from server.usecases.job_endings import JobLedger
from server.usecases.job_settling import CHUNK_PIECES
from server.usecases.job_work import Pace
from server.wire.jobs import Job
from tests.acme import Acme, House, Member, opened
from tests.job_stage import Process, items_of, record_of, rows_of
from tests.job_steps import Gate, Nth, Step, SteppedLedger
from tests.services import eventually


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=1_000)


class OneOrgs:
    """A ledger with a step before what it does for the jobs of one org."""

    def __init__(self, ledger: JobLedger, org: OrgId, step: Step) -> None:
        self._ledger = ledger
        self._org = org
        self._step = step

    async def move_job(self, org: OrgId, command: MoveJob) -> JobState:
        if org == self._org and isinstance(command, EndJob):
            await self._step()
        return await self._ledger.move_job(org, command)

    async def settle(self, org: OrgId, command: SettleRows) -> tuple[RowOutcome, ...]:
        if org == self._org:
            await self._step()
        return await self._ledger.settle(org, command)


async def is_completed(member: Member, job: Job) -> bool:
    return (await record_of(member, job)).status == "completed"


@pytest.mark.parametrize("jobs", [2, 4])
async def test_r23_an_org_whose_writer_hangs_keeps_no_others_jobs_waiting(
    acme: Acme, jobs: int
) -> None:
    """Nor when it has every place: those of its jobs that only wait make room."""
    gate, people = Gate(), await acme.house.contacts(6)
    hung = OneOrgs(acme.house.charger, acme.org.id, gate)
    server = Process(acme.house, charger=hung, pace=Pace(turn_s=0))
    acmes = [await server.started(acme.bob, [person]) for person in people[:jobs]]
    await server.worker.look_around()
    await gate.reached.wait()
    zoes = await server.started(acme.zoe, people[4:])
    await server.keep_looking(partial(is_completed, acme.zoe, zoes))
    assert [(await record_of(acme.bob, job)).settled for job in acmes] == [0] * jobs
    gate.open()
    for job in acmes:
        await server.keep_looking(partial(is_completed, acme.bob, job))
    await server.worker.idle()


async def test_who_reads_what_was_settled_before_is_not_asked_for_the_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.settings = msgspec.structs.replace(house.settings, jobs_at_once=1)
    acme = await Acme.founded(house, allotment=1_000)
    people = await house.contacts(2 * CHUNK_PIECES)
    bobs = await half_settled(acme, people)
    gate, read = Gate(), job_rows.items_between

    async def slowly(*which: Any) -> list[tuple[Item, ...]]:
        await gate()
        return await read(*which)

    monkeypatch.setattr(job_rows, "items_between", slowly)
    server = Process(house, pace=Pace(turn_s=0))
    await server.worker.look_around()
    await gate.reached.wait()
    await server.started(acme.zoe, people[:1])
    await server.worker.look_around()
    gate.open()
    await server.worker.idle()
    assert (await record_of(acme.bob, bobs)).status == "completed"


async def test_r20_a_job_that_goes_from_hand_to_hand_settles_each_piece_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker reads only what others settled since, and knows the rest."""
    house.settings = msgspec.structs.replace(house.settings, jobs_at_once=1)
    acme = await Acme.founded(house, allotment=1_000)
    people = await house.contacts(3 * CHUNK_PIECES)
    reads: list[tuple[int, int]] = []
    read = job_rows.items_between

    async def noted(*which: Any) -> list[tuple[Item, ...]]:
        reads.append(which[3:])
        return await read(*which)

    gate = Gate()
    ledger = SteppedLedger(house.charger, after={SettleRows: Nth(1, gate)})
    first = Process(house, charger=ledger, pace=Pace(turn_s=0))
    job = await first.started(acme.bob, [*people, *people[:10], *people[-10:]])
    await first.worker.look_around()
    await gate.reached.wait()
    await first.started(acme.zoe, people[:1])
    await first.worker.look_around()
    gate.open()
    await first.worker.idle()
    assert (await record_of(acme.bob, job)).settled == CHUNK_PIECES
    await settle_one_chunk(house, acme.bob, job)
    monkeypatch.setattr(job_rows, "items_between", noted)
    await first.keep_looking(partial(is_completed, acme.bob, job))
    assert (CHUNK_PIECES, 2 * CHUNK_PIECES) in reads
    assert (0, CHUNK_PIECES) not in reads
    outcomes = [item.outcome for item in await items_of(acme.bob, job)]
    assert outcomes == ["charged"] * len(people) + ["duplicate"] * 20


async def half_settled(acme: Acme, people: Sequence[Any]) -> Job:
    """A job of Bob's that was left after its first chunk."""
    quoting = Process(acme.house)
    job = await quoting.quoted(acme.bob, people)
    await quoting.start(acme.bob, job)
    await quoting.worker.close()
    await settle_one_chunk(acme.house, acme.bob, job)
    return job


async def settle_one_chunk(house: House, member: Member, job: Job) -> None:
    """By a process that is stopped then."""
    gate = Gate()
    ledger = SteppedLedger(house.charger, after={SettleRows: gate})
    process = Process(house, charger=ledger)
    before = (await record_of(member, job)).settled
    await process.keep_looking(partial(_is_reached, gate))
    closing = asyncio.create_task(process.worker.close())
    gate.open()
    await closing
    assert (await record_of(member, job)).settled == before + CHUNK_PIECES


async def _is_reached(gate: Gate) -> bool:
    return gate.reached.is_set()


async def test_leases_are_given_back_without_a_lock_on_two_jobs(postgres_url: str) -> None:
    """An org's writer locks its jobs in an order of its own."""
    async with opened(postgres_url) as house:
        acme = await Acme.founded(house)
        server = Process(house)
        people = await house.contacts(6)
        ids = [JobId((await server.started(acme.bob, [person])).id) for person in people]
        async with house.database.write() as writer:
            await writer.run_sync(job_state.jobs, acme.org.id, ids[-1:])
            closing = asyncio.create_task(server.worker.close())
            await eventually(partial(somebody_waits, house))
            await writer.run_sync(job_state.jobs, acme.org.id, sorted(ids))
        await closing
        async with house.database.read() as connection:
            held = await connection.scalar(text("SELECT count(*) FROM job WHERE worker <> ''"))
        assert held == 0


async def somebody_waits(house: House) -> bool:
    async with house.database.read() as connection:
        waits = await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    return bool(waits)


async def test_a_job_that_cannot_be_ended_keeps_no_other_from_it(acme: Acme) -> None:
    once = Nth(1, broken)
    server = Process(acme.house, charger=OneOrgs(acme.house.charger, acme.org.id, once))
    people = await acme.house.contacts(4)
    jobs = [await server.quoted(acme.bob, [person]) for person in people[:3]]
    acme.house.clock.move(hours=24)
    await server.sweep.sweep()
    statuses = sorted([(await record_of(acme.bob, job)).status for job in jobs])
    assert statuses == ["expired", "expired", "quoted"]
    await server.sweep.sweep()
    assert {(await record_of(acme.bob, job)).status for job in jobs} == {"expired"}


async def test_jobs_of_an_org_whose_writer_hangs_keep_no_others_from_ending(acme: Acme) -> None:
    gate, people = Gate(), await acme.house.contacts(2)
    server = Process(acme.house, charger=OneOrgs(acme.house.charger, acme.org.id, gate))
    await server.quoted(acme.bob, people[:1])
    zoes = await server.quoted(acme.zoe, people[1:])
    acme.house.clock.move(hours=24)
    sweeping = asyncio.create_task(server.sweep.sweep())
    await gate.reached.wait()

    async def has_expired() -> bool:
        return (await record_of(acme.zoe, zoes)).status == "expired"

    await eventually(has_expired)
    gate.open()
    await sweeping


async def test_r25_rows_that_cannot_be_deleted_keep_no_others(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, people = Process(acme.house), await acme.house.contacts(2)
    jobs = [await server.quoted(acme.bob, [person]) for person in people]
    for job in jobs:
        await server.stop(acme.bob, job)
    forget = job_rows.forget_some

    async def unless_first(connection: Any, org: OrgId, job: JobId, limit: int) -> bool:
        if job == jobs[0].id:
            raise ZeroDivisionError
        return await forget(connection, org, job, limit)

    with monkeypatch.context() as patch:
        patch.setattr(job_rows, "forget_some", unless_first)
        await server.row_sweep.sweep()
    assert [len(await rows_of(acme.bob, job)) for job in jobs] == [1, 0]
    assert await sweep_rows(acme.house.database) == 1
    assert await rows_of(acme.bob, jobs[0]) == []


async def broken() -> None:
    raise ZeroDivisionError
