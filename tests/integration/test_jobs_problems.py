"""R25: a row that was quoted and becomes a problem later is listed like those of the quote."""

from collections.abc import AsyncIterator

import pytest

from server.domain.commands import BeginSettling
from server.domain.ids import JobId
from server.usecases.seeking import SEVERAL
from tests.integration.directory_stage import Stage, person, stage_on
from tests.job_stage import Process, caller, record_of, rows_of
from tests.job_steps import SteppedLedger


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with stage_on(
        database_url, person("ana", "Ana López", company="Kestrel", email="ana@kestrel.example")
    ) as stage:
        yield stage
        await stage.acme.house.check()


async def test_r25_a_row_that_becomes_a_problem_at_the_lookups_is_listed(stage: Stage) -> None:
    """It was quoted, and is settled as not found."""
    process, bob = Process(stage.acme.house), stage.acme.bob
    job = await process.imported(bob, "Name,Company", "Ana Lopez,Kestrel", "Nobody,")
    await stage.load(person("ana-2", "Ana Lopez", company="Kestrel"))
    await process.work()
    job = await process.jobs.one(caller(bob), JobId(job.id))
    assert (job.status, job.problem_count) == ("completed", 2)
    assert [(one.line, one.reason) for one in job.problems][0] == (2, SEVERAL)
    assert job.settlement is not None
    assert (job.settlement.not_found, job.settlement.credits) == (1, 0)
    assert [(line.why, line.credits) for line in job.account] == [("not_found", -1)]


async def test_r25_a_row_that_becomes_a_problem_at_the_settlement_is_listed_once(
    stage: Stage,
) -> None:
    async def namesake() -> None:
        await stage.load(person("ana-2", "Ana Lopez", company="Kestrel"))

    house, bob = stage.acme.house, stage.acme.bob
    ledger = SteppedLedger(house.charger, after={BeginSettling: namesake})
    process = Process(house, charger=ledger)
    job = await process.imported(bob, "Name,Company", "Ana Lopez,Kestrel")
    await process.work()
    record = await record_of(bob, job)
    assert (record.status, record.problem_count) == ("completed", 1)
    assert [row.problem for row in await rows_of(bob, job)] == [SEVERAL]
