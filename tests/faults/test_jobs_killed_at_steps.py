"""kill -9 at each step of a job: another process finishes it, once (R20, R21, R23)."""

import signal
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.ids import SubjectId
from server.store import jobs, schema
from server.store.jobs import JobFilter
from server.usecases.job_told import job_of
from server.usecases.job_work import Pace
from server.wire.words import JobAction
from tests.acme import House, Member, opened
from tests.faults.child import START_TIMEOUT_S, working
from tests.faults.working import STEPS
from tests.job_stage import Process, record_of

ROWS = 600
"""Several chunks of the lookups and of the settlement."""
ADDRESSES = [f"person{number}@oak.example" for number in range(ROWS)]
LEASE_OVER = timedelta(microseconds=Pace().lease_us)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url, now=datetime.now(UTC)) as house:
        yield house
        await house.check()


@pytest.fixture
async def bob(house: House) -> Member:
    org = await house.org("Acme")
    return await org.member("Bob Reyes", allotment=1_000)


@pytest.fixture
async def people(house: House) -> list[SubjectId]:
    return await house.contacts(ROWS)


@pytest.mark.parametrize("step", STEPS)
async def test_worked_example_9_a_job_killed_at_any_step_is_finished_once(
    bob: Member, people: list[SubjectId], step: str
) -> None:
    charged = await killed_and_finished(bob, step, "export", people)
    assert sorted(charged) == sorted(people)


@pytest.mark.parametrize("step", STEPS)
async def test_r25_an_import_killed_at_any_step_leaves_each_of_its_people_once(
    bob: Member, step: str
) -> None:
    """As contacts of the org, which come into being with the chunk that charges them."""
    charged = await killed_and_finished(bob, step, "import", ADDRESSES)
    assert len(set(charged)) == len(charged) == ROWS
    async with bob.org.house.database.read() as connection:
        own = select(*schema.subject.c["id", "email"]).where(schema.subject.c.org_id == bob.org.id)
        contacts = (await connection.execute(own)).all()
    assert sorted(row.id for row in contacts) == sorted(charged)
    assert sorted(row.email for row in contacts) == sorted(ADDRESSES)


async def killed_and_finished(
    bob: Member, step: str, action: JobAction, whom: Sequence[str]
) -> list[SubjectId]:
    """The job is killed at the step and finished by another process; whom it charged."""
    house = bob.org.house
    child = working(bob, step, action, whom)
    assert child.wait(timeout_s=START_TIMEOUT_S) == -signal.SIGKILL, child.log
    await house.check()
    house.clock.now = datetime.now(UTC) + LEASE_OVER
    async with house.database.read() as connection:
        [left] = await jobs.listed(connection, bob.org.id, JobFilter(user=bob.id), limit=2)
    next_process = Process(house)
    job = job_of(left, [])
    if left.status == "quoted":
        assert (await bob.battery()).license.held == 0
        await next_process.start(bob, job)
    await next_process.work()
    record = await record_of(bob, job)
    assert record.status == "completed"
    assert record.account == []
    assert record.settlement is not None
    assert (record.settlement.charged, record.settlement.credits) == (ROWS, ROWS)
    license_ = (await bob.battery()).license
    assert (license_.used, license_.held) == (ROWS, 0)
    charged = [line for line in await bob.org.entries() if line.action == action]
    return [line.subject_id for line in charged if line.subject_id is not None]
