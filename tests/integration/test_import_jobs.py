"""R25: a file of people becomes charges, contacts of the org's own, and a list of problems."""

import io
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from server.domain.ids import JobId
from server.usecases.import_files import read_upload
from server.usecases.job_files import job_table
from server.wire.jobs import Job, MappingRequest
from server.wire.subjects import OwnedPiece, UpdatedPiece
from tests.acme import Member
from tests.integration.directory_stage import PERSON, Stage, person, stage_on
from tests.job_stage import Process, caller, items_of, record_of, rows_of

PEOPLE = (
    "Name;E-mail;Profile\n"
    "Ana Lopez;ana@home.example;linkedin.com/in/ana\n"
    "Ana again; ANA@Home.example ;\n"
    "Gus Oak;gus@oak.example;\n"
    "Bea Roth;;https://www.linkedin.com/in/bea\n"
    "Nobody Known;;https://www.linkedin.com/in/nobody\n"
    "Broken;nobody@;\n"
)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with stage_on(
        database_url,
        person("ana", "Ana López", email="ana@kestrel.example", seniority="Director"),
        person("bea", "Bea Roth", email="bea@kestrel.example", seniority="Manager"),
    ) as stage:
        yield stage


async def imported(process: Process, member: Member, text: str) -> Job:
    """The quoted job of a file."""
    upload = await read_upload(io.BytesIO(text.encode()), "people.csv")
    return await process.jobs.create_import(caller(member), upload, ["email"])


async def completed(process: Process, member: Member, job: Job) -> Job:
    await process.start(member, job)
    await process.work()
    ended = await process.jobs.one(caller(member), JobId(job.id))
    assert ended.status == "completed", ended.error
    return ended


async def test_r25_typed_and_found_addresses_are_charged_once_and_bad_rows_told(
    stage: Stage,
) -> None:
    process, bob = Process(stage.acme.house), stage.acme.bob
    job = await imported(process, bob, PEOPLE)
    assert job.columns == {"email": "E-mail", "name": "Name", "url": "Profile"}
    assert (job.quote.rows, job.quote.found, job.quote.not_found) == (5, 4, 1)
    assert (job.quote.net_new, job.quote.duplicates, job.quote.credits) == (3, 1, 3)
    assert [(one.line, one.reason.partition(":")[0]) for one in job.problems] == [(7, "email")]
    done = await completed(process, bob, job)
    assert done.settlement is not None
    assert (done.settlement.charged, done.settlement.credits) == (3, 3)
    outcomes = [item.outcome for item in await items_of(bob, done)]
    assert outcomes == ["charged", "duplicate", "charged", "charged", "not_found"]
    await stage.acme.house.check()


async def test_r02_the_same_file_again_costs_nothing_and_makes_nobody_anew(stage: Stage) -> None:
    process, bob, jane = Process(stage.acme.house), stage.acme.bob, stage.acme.jane
    first = await completed(process, bob, await imported(process, bob, PEOPLE))
    again = await imported(process, jane, PEOPLE)
    assert (again.quote.net_new, again.quote.credits) == (0, 0)
    done = await completed(process, jane, again)
    subjects = [[row.subject for row in await rows_of(bob, job)] for job in (first, done)]
    assert subjects[0] == subjects[1]


async def test_r25_a_person_only_acme_imported_is_nobody_to_globex(stage: Stage) -> None:
    process, bob, zoe = Process(stage.acme.house), stage.acme.bob, stage.acme.zoe
    done = await completed(process, bob, await imported(process, bob, PEOPLE))
    gus = (await rows_of(bob, done))[2].subject
    assert gus is not None
    shown = await stage.see(bob, gus)
    assert shown.name == "Gus Oak"
    assert (await stage.get(zoe, f"subjects/{gus}")).status_code == 404
    assert await stage.names(bob, "Gus Oak") == ["Gus Oak"]
    assert await stage.names(zoe, "Gus Oak") == []
    theirs = await imported(process, zoe, "Email\ngus@oak.example\n")
    assert (theirs.quote.net_new, theirs.quote.credits) == (1, 1)
    paid = await completed(process, zoe, theirs)
    assert (await rows_of(zoe, paid))[0].subject != gus


async def test_r25_columns_that_say_nothing_are_mapped_by_the_user(stage: Stage) -> None:
    process, bob = Process(stage.acme.house), stage.acme.bob
    job = await imported(process, bob, "Wer,Post\nAna,ana@home.example\nGus,gus@oak.example\n")
    assert (job.quote.rows, job.problem_count) == (0, 2)
    mapped = await process.jobs.map_columns(
        caller(bob), JobId(job.id), MappingRequest(email="Post", name="Wer")
    )
    assert (mapped.quote.net_new, mapped.problem_count) == (2, 0)


async def test_r25_the_directorys_person_shows_the_imported_address_as_owned(
    stage: Stage,
) -> None:
    process, bob = Process(stage.acme.house), stage.acme.bob
    text = "Email,LinkedIn\nana@kestrel.example,linkedin.com/in/ana\n"
    await completed(process, bob, await imported(process, bob, text))
    ana = await stage.id_of(f"{PERSON}ana")
    shown = await stage.see(stage.acme.jane, ana)
    assert isinstance(shown.pieces.email, OwnedPiece)
    assert shown.pieces.email.value.email == "ana@kestrel.example"


async def test_r25_one_typed_address_opens_nobodys_analysis(stage: Stage) -> None:
    process, bob = Process(stage.acme.house), stage.acme.bob
    bait = "x@bait.example"
    text = f"Email,LinkedIn\n{bait},linkedin.com/in/ana\n{bait},linkedin.com/in/bea\n"
    done = await completed(process, bob, await imported(process, bob, text))
    assert done.settlement is not None
    assert done.settlement.credits == 1
    for slug in ("ana", "bea"):
        email = (await stage.see(bob, await stage.id_of(f"{PERSON}{slug}"))).pieces.email
        assert isinstance(email, UpdatedPiece)
        assert (email.price, email.value.email, email.value.analysis) == (1, bait, None)
    file = await _csv_of(stage, bob, done)
    assert "Director" not in file
    assert "Manager" not in file


async def test_r25_the_directorys_own_address_typed_opens_its_analysis(stage: Stage) -> None:
    process, bob = Process(stage.acme.house), stage.acme.bob
    text = "Email,LinkedIn\nAna@Kestrel.example,linkedin.com/in/ana\n"
    done = await completed(process, bob, await imported(process, bob, text))
    email = (await stage.see(bob, await stage.id_of(f"{PERSON}ana"))).pieces.email
    assert isinstance(email, OwnedPiece)
    assert email.value.analysis is not None
    assert email.value.analysis.seniority == "Director"
    assert "Director" in await _csv_of(stage, bob, done)


async def _csv_of(stage: Stage, member: Member, job: Job) -> str:
    record = await record_of(member, job)
    table = await job_table(stage.acme.house.database, record, ZoneInfo("UTC"))
    return b"".join([part async for part in table.csv()]).decode()
