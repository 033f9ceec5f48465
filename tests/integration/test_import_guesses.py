"""R10: an imported file finds out nothing about addresses that its org has not paid for."""

import io
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from server.domain.ids import JobId
from server.usecases.import_files import read_upload
from server.usecases.job_files import job_table
from server.wire.jobs import Job
from server.wire.words import Kind
from tests.acme import Member
from tests.integration.directory_stage import PERSON, Stage, person, stage_on
from tests.job_stage import Process, caller, items_of, record_of, rows_of

ADDRESS = "ana.lopez@kestrel.example"


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The directory has Ana's address and number, and of Bea the address alone."""
    async with stage_on(
        database_url,
        person("ana", "Ana López", email=ADDRESS, mobile="+14155550100"),
        person("bea", "Bea Roth", email="bea@kestrel.example"),
    ) as stage:
        yield stage
        await stage.acme.house.check()


@pytest.fixture
def process(stage: Stage) -> Process:
    return Process(stage.acme.house)


async def imported(process: Process, member: Member, text: str, *kinds: Kind) -> Job:
    upload = await read_upload(io.BytesIO(text.encode()), "people.csv")
    return await process.jobs.create_import(caller(member), upload, list(kinds))


async def file_of(member: Member, job: Job) -> str:
    record = await record_of(member, job)
    table = await job_table(member.org.house.database, record, ZoneInfo("UTC"))
    return b"".join([part async for part in table.csv()]).decode()


async def test_r10_a_quote_does_not_tell_a_good_guess_from_a_bad_one(
    stage: Stage, process: Process
) -> None:
    quotes = [
        (await imported(process, stage.acme.bob, f"Email\n{guess}\n", "phone", "personality")).quote
        for guess in ("ana@kestrel.example", "a.lopez@kestrel.example", ADDRESS)
    ]
    assert [(quote.found, quote.credits) for quote in quotes] == [(0, 0)] * 3


async def test_r10_a_file_that_cost_nothing_names_nobody(stage: Stage, process: Process) -> None:
    bob = stage.acme.bob
    job = await imported(process, bob, "Email\nbea@kestrel.example\n", "phone")
    await process.start(bob, job)
    await process.work()
    assert (await bob.battery()).license.used == 0
    text = await file_of(bob, job)
    assert "not found" in text
    assert "Bea" not in text
    assert f"{PERSON}bea" not in text


async def test_r25_an_address_that_was_paid_for_leads_to_its_person(
    stage: Stage, process: Process
) -> None:
    """With all that the person has; to the colleagues too, and to no other org."""
    acme = stage.acme
    ana = await stage.id_of(f"{PERSON}ana")
    first = await imported(process, acme.bob, f"Email\n{ADDRESS}\n", "email")
    await process.start(acme.bob, first)
    await process.work()
    [row] = await rows_of(acme.bob, first)
    assert row.subject != ana
    janes = await imported(process, acme.jane, f"Email\n{ADDRESS}\n", "email", "phone")
    [row] = await rows_of(acme.jane, janes)
    assert row.subject == ana
    assert [item.quoted for item in row.items] == ["already_owned", "net_new"]
    zoes = await imported(process, acme.zoe, f"Email\n{ADDRESS}\n", "email", "phone")
    assert [item.quoted for item in await items_of(acme.zoe, zoes)] == ["net_new", "not_found"]


async def test_r20_an_address_that_is_paid_for_while_the_job_runs_brings_no_number_to_charge(
    stage: Stage, process: Process
) -> None:
    """The hold is for what was quoted; one number more, and the rows after it would be left out."""
    acme = stage.acme
    ana = await stage.id_of(f"{PERSON}ana")
    text = f"Email\n{ADDRESS}\numa@oak.example\n"
    job = await imported(process, acme.bob, text, "email", "phone")
    await process.start(acme.bob, job)
    await acme.jane.reveal((ana, "email"))
    await process.work()
    assert [item.outcome for item in await items_of(acme.bob, job)] == [
        "already_owned",
        "not_found",
        "charged",
        "not_found",
    ]


async def test_r19_an_address_that_is_paid_for_before_the_start_is_counted_with_it(
    stage: Stage, process: Process
) -> None:
    acme = stage.acme
    job = await imported(process, acme.bob, f"Email\n{ADDRESS}\n", "email")
    await acme.jane.reveal((await stage.id_of(f"{PERSON}ana"), "email"))
    await process.start(acme.bob, job)
    assert (await acme.bob.battery()).license.held == 0
    await process.work()
    job = await process.jobs.one(caller(acme.bob), JobId(job.id))
    assert job.settlement is not None
    assert (job.settlement.already_owned, job.settlement.credits) == (1, 0)
