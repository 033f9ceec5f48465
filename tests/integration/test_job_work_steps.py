"""What happens to a job between two steps of its worker (R4, R15, R20–R22)."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from server.domain import errors
from server.domain.commands import BeginSettling, SettleRows
from server.domain.ids import SubjectId
from server.store.schema import subject
from server.usecases.job_settling import CHUNK_PIECES
from server.usecases.seeking import Seeker
from tests.acme import Acme, House
from tests.job_stage import Process, items_of, record_of, rows_of
from tests.job_steps import Gate, Nth, SteppedLedger, SteppedSeeker

RACES = 12
CHUNKS_APART = 600
"""Rows: the lookups and the settlement take several chunks each."""


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=2_000)


def at_lookups(house: House, gate: Gate, chunk: int = 2) -> Process:
    """The worker stops before it looks up that chunk of rows."""
    return Process(house, seeker=SteppedSeeker(Seeker(house.settings.secret), Nth(chunk, gate)))


def at_mark(house: House, gate: Gate) -> Process:
    """Before the mark after which nothing stops the job."""
    return Process(house, charger=SteppedLedger(house.charger, before={BeginSettling: gate}))


def at_settlement(house: House, gate: Gate, chunk: int = 2) -> Process:
    """Before it settles that chunk of rows."""
    ledger = SteppedLedger(house.charger, before={SettleRows: Nth(chunk, gate)})
    return Process(house, charger=ledger)


async def standing(server: Process, gate: Gate) -> "asyncio.Task[None]":
    """The work, once it stands at the gate."""
    work = asyncio.create_task(server.work())
    await gate.reached.wait()
    return work


async def test_r21_a_stop_during_the_lookups_charges_nothing_and_leaves_no_row(
    acme: Acme,
) -> None:
    gate = Gate()
    server = at_lookups(acme.house, gate)
    job = await server.started(acme.bob, await acme.house.contacts(CHUNKS_APART))
    work = await standing(server, gate)
    await server.stop(acme.bob, job)
    gate.open()
    await work
    assert (await record_of(acme.bob, job)).status == "stopped"
    await server.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []
    license_ = (await acme.bob.battery()).license
    assert (license_.used, license_.held) == (0, 0)


async def test_r21_a_stop_that_comes_before_the_mark_counts(acme: Acme) -> None:
    gate = Gate()
    server = at_mark(acme.house, gate)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    work = await standing(server, gate)
    await server.stop(acme.bob, job)
    gate.open()
    await work
    assert (await record_of(acme.bob, job)).status == "stopped"
    assert (await acme.bob.battery()).license.held == 0


async def test_r21_a_stop_after_the_mark_is_refused_and_the_job_completes(acme: Acme) -> None:
    gate = Gate()
    server = at_settlement(acme.house, gate, chunk=1)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    work = await standing(server, gate)
    with pytest.raises(errors.JobState):
        await server.stop(acme.bob, job)
    gate.open()
    await work
    assert (await record_of(acme.bob, job)).status == "completed"


async def test_r15_the_jobs_of_a_user_deactivated_during_the_lookups_are_stopped(
    acme: Acme,
) -> None:
    gate = Gate()
    server = at_mark(acme.house, gate)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    work = await standing(server, gate)
    await acme.bob.set_active(False)
    gate.open()
    await work
    record = await record_of(acme.bob, job)
    assert (record.status, record.error) == ("stopped", "The user was deactivated.")
    assert server.statuses[-1] == "stopped"
    await server.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []


async def test_r21_a_job_past_the_mark_completes_though_its_user_is_deactivated(
    acme: Acme,
) -> None:
    gate = Gate()
    server = at_settlement(acme.house, gate, chunk=1)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    work = await standing(server, gate)
    await acme.bob.set_active(False)
    await server.sweep.sweep()
    gate.open()
    await work
    record = await record_of(acme.bob, job)
    assert record.status == "completed"
    assert record.settlement is not None
    assert record.settlement.credits == 3


async def test_r22_a_job_that_ends_after_midnight_uses_the_month_of_its_hold(
    acme: Acme,
) -> None:
    gate = Gate()
    acme.house.clock.now = datetime(2026, 4, 1, 3, 59, tzinfo=UTC)  # 31 March in New York
    server = at_settlement(acme.house, gate)
    people = await acme.house.contacts(CHUNKS_APART)
    await server.started(acme.bob, people)
    await acme.jane.reveal(*[(person, "email") for person in people[:100]])
    work = await standing(server, gate)
    acme.house.clock.move(minutes=2)
    gate.open()
    await work
    license_ = (await acme.bob.battery()).license
    assert license_.starts_on.month == 4
    assert (license_.used, license_.held, license_.remaining) == (0, 0, 2_000)
    charged = [line for line in await acme.org.entries() if line.action == "export"]
    assert len(charged) == CHUNKS_APART - 100
    assert {line.month_no for line in charged} == {0}


async def test_r02_what_a_colleague_reveals_between_two_chunks_is_paid_once(acme: Acme) -> None:
    gate = Gate()
    server = at_settlement(acme.house, gate)
    people = await acme.house.contacts(CHUNKS_APART)
    job = await server.started(acme.bob, people)
    work = await standing(server, gate)
    answer = await acme.jane.reveal(
        *[(person, "email") for person in people[CHUNK_PIECES - 50 : CHUNK_PIECES + 50]]
    )
    assert answer.credits == 50
    gate.open()
    await work
    record = await record_of(acme.bob, job)
    assert record.settlement is not None
    assert (record.settlement.charged, record.settlement.already_owned) == (550, 50)
    [line] = record.account
    assert (line.why, line.by, line.action, line.count) == (
        "already_owned", "Jane Okafor", "reveal", 50,
    )  # fmt: skip


async def test_r20_what_is_taken_back_meanwhile_is_over_hold_and_the_account_says_so(
    acme: Acme,
) -> None:
    people = await acme.house.contacts(10)
    owned = await acme.jane.reveal(*[(person, "email") for person in people[:4]])
    gate = Gate()
    server = at_mark(acme.house, gate)
    job = await server.started(acme.bob, people)
    work = await standing(server, gate)
    await acme.org.reverse(owned.results[0].seq or 0)
    await acme.jane.reveal((people[9], "email"))
    await acme.org.reverse(owned.results[3].seq or 0)
    gate.open()
    await work
    record = await record_of(acme.bob, job)
    assert record.settlement is not None
    assert record.settlement.credits == 6
    outcomes = [item.outcome for item in await items_of(acme.bob, job)]
    assert outcomes == [
        "charged", "already_owned", "already_owned", *["charged"] * 5, "over_hold", "already_owned",
    ]  # fmt: skip
    told = {line.why: (line.count, line.credits, line.by) for line in record.account}
    assert told == {
        "already_owned": (1, -1, "Jane Okafor"),
        "reversed": (2, 2, "opr_oda"),
        "over_hold": (1, -1, None),
    }


async def test_a_record_that_vanishes_during_a_job_is_not_found_and_not_charged(
    acme: Acme,
) -> None:
    gate = Gate()
    server = at_settlement(acme.house, gate, chunk=1)
    people = await acme.house.contacts(3)
    job = await server.started(acme.bob, people)
    work = await standing(server, gate)
    await vanish(acme.house, people[1])
    gate.open()
    await work
    assert [item.outcome for item in await items_of(acme.bob, job)] == [
        "charged", "not_found", "charged",
    ]  # fmt: skip
    record = await record_of(acme.bob, job)
    assert [(line.why, line.credits) for line in record.account] == [("not_found", -1)]


async def test_r04_nobody_who_vanished_since_the_lookup_is_told_of(acme: Acme) -> None:
    gate = Gate()
    server = at_mark(acme.house, gate)
    people = await acme.house.contacts(3)
    job = await server.started(acme.bob, people)
    work = await standing(server, gate)
    await vanish(acme.house, people[1])
    gate.open()
    await work
    told = [row.told is not None for row in await rows_of(acme.bob, job)]
    assert told == [True, False, True]


URL = "https://www.linkedin.com/in/ana"


async def test_r25_a_stranger_known_to_the_directory_by_the_settlement_is_that_person(
    acme: Acme,
) -> None:
    gate = Gate()
    server = at_mark(acme.house, gate)
    job = await server.imported(acme.bob, "Email,LinkedIn", f"ana@example.com,{URL}")
    work = await standing(server, gate)
    ana = await acme.house.contact(email="ana@example.com")
    await acme.house.rewrite(ana, url=URL)
    gate.open()
    await work
    [row] = await rows_of(acme.bob, job)
    assert row.subject == ana
    assert row.told is not None
    assert row.told.name == f"Person {ana}"
    charged = [line for line in await acme.org.entries() if line.action == "import"]
    assert [(line.subject_id, line.credits) for line in charged] == [(ana, 1)]


async def test_r25_a_person_of_an_import_who_vanishes_is_this_orgs_own_by_the_settlement(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    await acme.house.rewrite(ana, url=URL)
    gate = Gate()
    server = at_mark(acme.house, gate)
    job = await server.imported(acme.bob, "Email,LinkedIn", f"ana@example.com,{URL}")
    work = await standing(server, gate)
    await vanish(acme.house, ana)
    gate.open()
    await work
    [row] = await rows_of(acme.bob, job)
    assert row.subject != ana
    assert row.told is None
    [item] = row.items
    assert (item.outcome, item.credits) == ("charged", 1)


async def test_r19_a_job_started_twice_at_once_is_held_and_worked_on_once(acme: Acme) -> None:
    first, second = Process(acme.house), Process(acme.house)
    job = await first.quoted(acme.bob, await acme.house.contacts(30))
    answers = await asyncio.gather(
        *(server.start(acme.bob, job) for server in (first, second)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Job", "NotQuoted"]
    assert (await acme.bob.battery()).license.held == 30
    await asyncio.gather(first.work(), second.work())
    assert (await record_of(acme.bob, job)).status == "completed"
    assert (await acme.bob.battery()).license.used == 30


async def test_r21_of_a_stop_and_a_completion_at_once_one_counts_whole(acme: Acme) -> None:
    server = Process(acme.house)
    people = await acme.house.contacts(20 * RACES)
    used = 0
    for number in range(RACES):
        job = await server.started(acme.bob, people[20 * number : 20 * (number + 1)])
        work = asyncio.create_task(server.work())
        for _ in range(3 * number):
            await asyncio.sleep(0)
        with suppress(errors.JobState):
            await server.stop(acme.bob, job)
        await work
        record = await record_of(acme.bob, job)
        assert record.status in {"stopped", "completed"}
        used += 20 * (record.status == "completed")
        license_ = (await acme.bob.battery()).license
        assert (license_.used, license_.held) == (used, 0)


async def vanish(house: House, person: SubjectId) -> None:
    async with house.database.write() as connection:
        await connection.execute(delete(subject).where(subject.c.id == person))
