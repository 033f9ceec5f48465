"""Settling jobs that break again and again: they end, and what breaks them is told (R21, R23)."""

from collections.abc import Collection

import pytest

from server.domain.commands import MoveJob, SettleRows
from server.domain.ids import OrgId, SubjectId
from server.domain.job_rows import RowOutcome
from server.domain.state import JobState
from server.usecases import job_settling
from server.usecases.job_endings import JobLedger
from server.usecases.job_settling import FAILURES_MAX, UNSETTLED
from server.wire.jobs import Job
from tests.acme import Acme, House
from tests.job_stage import Process, items_of, record_of, rows_of

ROWS = 300


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=1_000)


class BrokenBy:
    """A ledger that breaks on every settlement of one of `subjects`."""

    def __init__(self, ledger: JobLedger, subjects: Collection[SubjectId]) -> None:
        self._ledger = ledger
        self.subjects = subjects

    async def move_job(self, org: OrgId, command: MoveJob) -> JobState:
        return await self._ledger.move_job(org, command)

    async def settle(self, org: OrgId, command: SettleRows) -> tuple[RowOutcome, ...]:
        if any(row.subject in self.subjects for row, _ in command.rows):
            raise ZeroDivisionError
        return await self._ledger.settle(org, command)


async def broken_often(server: Process, acme: Acme, people: list[SubjectId]) -> Job:
    """A job of Bob's, as it is before its last chance."""
    job = await server.started(acme.bob, people)
    for failures in range(1, FAILURES_MAX + 1):
        await server.work()
        assert (await record_of(acme.bob, job)).failures == failures
        acme.house.clock.move(minutes=1)
    return job


@pytest.mark.parametrize("places", [[ROWS - 1], [130, 131, 260]])
async def test_r23_rows_that_break_a_settlement_are_left_out_and_the_rest_is_settled(
    acme: Acme, places: list[int]
) -> None:
    people = await acme.house.contacts(ROWS)
    ledger = BrokenBy(acme.house.charger, [people[place] for place in places])
    server = Process(acme.house, charger=ledger)
    job = await broken_often(server, acme, people)
    await server.work()
    record = await record_of(acme.bob, job)
    assert record.status == "completed"
    left_out = len(places)
    assert record.error == (
        "1 row could not be settled and is not charged."
        if left_out == 1
        else "3 rows could not be settled and are not charged."
    )
    assert record.settlement is not None
    told = record.settlement
    assert (told.charged, told.not_found, told.credits) == (ROWS - left_out, left_out, told.charged)
    [line] = record.account
    assert (line.why, line.count, line.credits) == ("not_found", left_out, -left_out)
    license_ = (await acme.bob.battery()).license
    assert (license_.used, license_.held) == (told.charged, 0)
    problems = [row.row_no for row in await rows_of(acme.bob, job) if row.problem == UNSETTLED]
    assert problems == places


async def test_r23_a_settlement_that_nothing_helps_says_so_while_it_is_tried_again(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_settling, "LEFT_OUT_MAX", 1)
    people = await acme.house.contacts(ROWS)
    ledger = BrokenBy(acme.house.charger, people[10:20])
    server = Process(acme.house, charger=ledger)
    job = await broken_often(server, acme, people)
    await server.work()
    record = await record_of(acme.bob, job)
    assert (record.status, record.settled) == ("settling", 11)
    assert record.error is not None
    assert "it is tried again" in record.error
    assert server.told[-1].error == record.error
    assert (await acme.bob.battery()).license.held == ROWS - 10
    await server.sweep.sweep()
    assert server.sweep.counters.stuck == 1
    ledger.subjects = ()
    acme.house.clock.move(minutes=1)
    await server.work()
    record = await record_of(acme.bob, job)
    assert record.status == "completed"
    assert record.error == "1 row could not be settled and is not charged."
    outcomes = [item.outcome for item in await items_of(acme.bob, job)]
    assert outcomes.count("charged") == ROWS - 1
    await server.sweep.sweep()
    assert server.sweep.counters.stuck == 0
