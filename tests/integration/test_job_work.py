"""The worker on real databases: from the start of a job to its bill (R19–R23)."""

import pytest

from server.domain.credit_month import from_us
from server.store import job_rows
from server.wire.jobs import AccountLine
from tests.acme import Acme, House
from tests.job_stage import Process, record_of


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=1_000)


@pytest.fixture
def server(house: House) -> Process:
    return Process(house)


async def test_r20_a_job_charges_what_is_net_new_at_its_end(acme: Acme, server: Process) -> None:
    people = await acme.house.contacts(30)
    stranger = await acme.house.contact()
    job = await server.started(acme.bob, [*people, stranger, people[0]])
    assert (await acme.bob.battery()).license.held == 30
    await server.work()
    record = await record_of(acme.bob, job)
    assert record.status == "completed"
    assert record.worker is None
    assert record.account == []
    told = record.settlement
    assert told is not None
    assert (told.charged, told.not_found, told.duplicates, told.credits) == (30, 1, 1, 30)
    assert (told.from_license, told.from_extra) == (30, 0)
    license_ = (await acme.bob.battery()).license
    assert (license_.used, license_.held) == (30, 0)


async def test_the_owner_hears_of_every_status(acme: Acme, server: Process) -> None:
    await server.started(acme.bob, await acme.house.contacts(600))
    await server.work()
    assert server.statuses == ["running", "settling", "completed"]
    assert (server.told[-1].looked_up, server.told[-1].settled) == (600, 600)


async def test_a_file_is_of_what_the_directory_said_when_it_was_looked_up(
    acme: Acme, server: Process
) -> None:
    [ana] = await acme.house.contacts(1)
    job = await server.started(acme.bob, [ana])
    await server.work()
    record = await record_of(acme.bob, job)
    async with acme.house.database.read() as connection:
        [row] = await job_rows.between(connection, record.org, record.id, 0, 1)
    assert row.told is not None
    assert row.told.url == f"https://www.linkedin.com/in/{ana}"


async def test_worked_example_8_a_colleague_reveals_meanwhile_and_the_account_says_so(
    acme: Acme, server: Process
) -> None:
    people = await acme.house.contacts(120)
    job = await server.started(acme.bob, people)
    await acme.jane.reveal(*[(person, "email") for person in people[:20]])
    await server.work()
    record = await record_of(acme.bob, job)
    assert record.settlement is not None
    assert (record.settlement.charged, record.settlement.already_owned) == (100, 20)
    now = from_us(acme.house.clock())
    assert record.account == [
        AccountLine(
            why="already_owned",
            count=20,
            credits=-20,
            kind="email",
            by="Jane Okafor",
            action="reveal",
            first_at=now,
            last_at=now,
        )
    ]
    license_ = (await acme.bob.battery()).license
    assert (license_.used, license_.held) == (100, 0)
