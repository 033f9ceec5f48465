"""R25: whom the rows of an imported file are about, on both databases."""

import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, JobId, SubjectId, UserId
from server.domain.job_rows import JobRow, Sought
from server.domain.own_contacts import UNNAMED
from server.domain.pieces import PieceHasher
from server.store import directory
from server.store.jobs import JobRecord
from server.usecases.erasure import UrlHasher, erase
from server.usecases.import_files import read_upload
from server.usecases.names import new_id
from server.usecases.seeking import ERASED, SEVERAL, Seeker
from server.wire.jobs import JobFile
from server.wire.words import JobAction
from tests.acme import SECRET, Org
from tests.integration.directory_stage import PERSON, Stage, company, person, stage_on

HASHER = PieceHasher(SECRET)
SEEKER = Seeker(SECRET)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """A directory of five people and a company."""
    async with stage_on(
        database_url,
        person("ana", "Ana López", company="Kestrel Logistics Inc.", email="Ana@Kestrel.example"),
        person("bea", "Bea Roth", company="Kestrel Logistics", email="office@kestrel.example"),
        person("cem", "Cem Kaya", company="Kestrel Logistics", email="office@kestrel.example"),
        person("john-1", "John Smith", company="Acme GmbH"),
        person("john-2", "John Smith", company="ACME"),
        company("kestrel", "Kestrel Logistics", email="info@kestrel.example"),
    ) as stage:
        yield stage


def record_of(org: Org, columns: list[str], mapping: dict[str, str]) -> JobRecord:
    return _record(org, "import", JobFile(name="people.csv", columns=columns), mapping)


async def imported(org: Org, text: str) -> tuple[JobRecord, list[JobRow]]:
    """The job and the resolved rows of this file."""
    upload = await read_upload(io.BytesIO(text.encode()), "people.csv")
    record = record_of(org, upload.file.columns, upload.mapping)
    return record, await resolved(org, record, list(upload.rows))


async def resolved(org: Org, record: JobRecord, rows: list[JobRow]) -> list[JobRow]:
    async with org.house.database.read() as connection:
        return await SEEKER.resolved(connection, record, rows)


async def found(org: Org, text: str) -> SubjectId | None:
    """Of a file of one row, whom it is about; it must be no problem."""
    _, [row] = await imported(org, text)
    assert row.problem is None
    return row.subject


async def paid_for(stage: Stage, slug: str) -> SubjectId:
    """Acme owns the address of the directory's person."""
    subject = await stage.id_of(f"{PERSON}{slug}")
    await stage.acme.bob.reveal((subject, "email"))
    return subject


async def problem(org: Org, text: str) -> str | None:
    """Of a file of one row, why it is left out."""
    _, [row] = await imported(org, text)
    assert row.subject is None
    return row.problem


async def sought(org: Org, text: str) -> Sought:
    """Of a file of one row, what is looked for."""
    record, [row] = await imported(org, text)
    return SEEKER.sought(record, row)


async def filed(org: Org, text: str) -> SubjectId:
    """The contact that settling this file of one row leaves with the org."""
    looked_for = await sought(org, text)
    assert looked_for.contact is not None
    assert looked_for.subject is not None
    async with org.house.database.write() as connection:
        await directory.put(connection, {looked_for.subject: looked_for.contact}, org.id)
    return looked_for.subject


async def test_r25_a_person_is_found_by_the_page_in_any_form(stage: Stage) -> None:
    ana = await stage.id_of(f"{PERSON}ana")
    text = "LinkedIn,Name\nhttp://uk.linkedin.com/in/ANA/?trk=x,Somebody Else\n"
    assert await found(stage.acme.org, text) == ana


@pytest.mark.parametrize("typed", ["Ana@Kestrel.example", " Ana Maria <Ana@Kestrel.example>"])
async def test_r25_a_person_is_found_by_an_address_that_is_paid_for(
    stage: Stage, typed: str
) -> None:
    ana = await paid_for(stage, "ana")
    assert await found(stage.acme.org, f"Email\n{typed}\n") == ana


async def test_r10_nobody_is_found_by_an_address_that_is_not_paid_for(stage: Stage) -> None:
    """Not by another org that paid either, nor once the charge was reversed."""
    ana, text = await paid_for(stage, "ana"), "Email\nAna@Kestrel.example\n"
    assert await found(stage.acme.globex, text) != ana
    [entry] = [line for line in await stage.acme.org.entries() if line.subject_id == ana]
    await stage.acme.org.reverse(entry.seq)
    assert (await sought(stage.acme.org, text)).contact is not None


async def test_r10_what_is_not_paid_for_is_not_even_looked_for(stage: Stage) -> None:
    """So that nothing, the time it takes included, tells a good guess from a bad one."""
    org = stage.acme.org
    good, bad = [
        await statements_of(org, f"Email\n{guess}@Kestrel.example\n") for guess in ("Ana", "Ann")
    ]
    assert [statement for statement, _ in good] == [statement for statement, _ in bad]
    looked_at = [given for statement, given in good if "subject.email IN" in statement]
    assert [org.id in given for given in looked_at] == [True]


async def test_r25_an_address_is_found_in_small_letters_however_it_is_typed(stage: Stage) -> None:
    await stage.load(person("dee", "Dee Ito", email="dee@kestrel.example"))
    dee = await paid_for(stage, "dee")
    assert await found(stage.acme.org, "Email\nDEE@Kestrel.EXAMPLE\n") == dee


async def test_r25_of_people_who_share_an_address_the_name_tells(stage: Stage) -> None:
    """It is one piece: who paid for Cem's paid for Bea's."""
    await paid_for(stage, "cem")
    org, bea = stage.acme.org, await stage.id_of(f"{PERSON}bea")
    header = "Email,Name\n"
    assert await found(org, f"{header}office@kestrel.example,bea ROTH\n") == bea
    assert await found(org, f"{header}office@kestrel.example,Beatrix Roth\n") == bea


async def test_r25_an_address_that_several_share_is_nobodys_in_the_directory(stage: Stage) -> None:
    await paid_for(stage, "bea")
    looked_for = await sought(stage.acme.org, "Email\noffice@kestrel.example\n")
    assert looked_for.contact is not None
    assert looked_for.contact.record.name == UNNAMED


async def test_r25_an_address_of_somebody_with_quite_another_name_is_not_the_rows(
    stage: Stage,
) -> None:
    await paid_for(stage, "ana")
    looked_for = await sought(stage.acme.org, "Email,Name\nAna@Kestrel.example,Ugo Neri\n")
    assert looked_for.contact is not None
    assert looked_for.contact.record.name == "Ugo Neri"


async def test_r25_an_accounts_address_is_no_persons(stage: Stage) -> None:
    assert (await sought(stage.acme.org, "Email\ninfo@kestrel.example\n")).contact is not None


@pytest.mark.parametrize("row", ["Ana,Lopez,Kestrel Logistics", "ANA,López,kestrel logistics ltd."])
async def test_r25_a_person_is_found_by_name_and_company(stage: Stage, row: str) -> None:
    text = f"First name,Last name,Company\n{row}\n"
    assert await found(stage.acme.org, text) == await stage.id_of(f"{PERSON}ana")


async def test_r25_a_person_at_another_company_is_not_found(stage: Stage) -> None:
    assert await found(stage.acme.org, "Name,Company\nAna Lopez,Kestrel Airlines\n") is None
    assert await found(stage.acme.org, "Name,Company\nNobody Known,Kestrel Logistics\n") is None


async def test_r25_several_people_of_a_name_are_a_problem_and_with_an_address_an_own_contact(
    stage: Stage,
) -> None:
    org = stage.acme.org
    assert await problem(org, "Name,Company\nJohn Smith,Acme\n") == SEVERAL
    text = "Name,Company,Email\nJohn Smith,Acme,j.smith@acme.example\n"
    assert (await sought(org, text)).contact is not None


async def test_r25_the_typed_address_is_what_is_imported_for_a_person_known_under_another(
    stage: Stage,
) -> None:
    org, ana = stage.acme.org, await stage.id_of(f"{PERSON}ana")
    looked_for = await sought(org, "Email,LinkedIn\nAna@Home.example,linkedin.com/in/ana\n")
    assert looked_for.subject == ana
    assert looked_for.contact is None
    assert looked_for.typed is not None
    assert looked_for.typed.key == HASHER.key(org.id, "email", "ana@home.example")
    assert msgspec.to_builtins(looked_for.typed.kept) == {
        "kind": "email",
        "email": "Ana@Home.example",
        "typed": True,
    }


async def test_r25_a_row_without_an_address_types_none(stage: Stage) -> None:
    looked_for = await sought(stage.acme.org, "LinkedIn\nlinkedin.com/in/ana\n")
    assert (looked_for.typed, looked_for.contact) == (None, None)


async def test_r25_somebody_unknown_becomes_a_contact_of_the_org_with_what_the_row_says(
    stage: Stage,
) -> None:
    text = (
        "Email,Name,Title,Company,LinkedIn,Mobile\n"
        "Gus@Oak.example,Gus Oak,Cook,Oak Ltd,linkedin.com/in/gus-oak,+491511234567\n"
    )
    looked_for = await sought(stage.acme.org, text)
    assert looked_for.contact is not None
    record = looked_for.contact.record
    assert (record.type, record.url, record.name) == ("contact", f"{PERSON}gus-oak", "Gus Oak")
    assert (record.headline, record.company) == ("Cook", "Oak Ltd")
    assert (record.email, record.mobile, record.direct) == ("Gus@Oak.example", None, None)


async def test_r25_two_rows_of_one_unknown_person_are_one_contact(stage: Stage) -> None:
    _, rows = await imported(stage.acme.org, "Email\ngus@oak.example\nmailto:GUS@Oak.example\n")
    assert len({row.subject for row in rows}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Email,LinkedIn\ngus@oak.example,linkedin.com/in/gus-oak\n",
        "LinkedIn\nhttps://de.linkedin.com/in/Gus-Oak/\n",
        "Email\nGUS@oak.example\n",
        "Name,Company\nGus Oak,Oak\n",
    ],
)
async def test_r25_a_contact_of_an_earlier_import_is_found_again_by_its_own_org_alone(
    stage: Stage, text: str
) -> None:
    row = "gus@oak.example,Gus Oak,Oak Ltd,linkedin.com/in/gus-oak\n"
    gus = await filed(stage.acme.org, f"Email,Name,Company,LinkedIn\n{row}")
    assert await found(stage.acme.org, text) == gus
    assert await found(stage.acme.globex, text) != gus


async def test_r25_another_orgs_contact_changes_nothing_about_what_is_found(stage: Stage) -> None:
    text = "Email,Name,Company,LinkedIn\ng@oak.example,Gus Oak,Oak,linkedin.com/in/gus-oak\n"
    before = await sought(stage.acme.globex, text)
    await filed(stage.acme.org, text)
    assert await sought(stage.acme.globex, text) == before
    assert await found(stage.acme.globex, "Name,Company\nGus Oak,Oak\n") is None


async def test_r25_the_directorys_record_goes_before_the_orgs_own(stage: Stage) -> None:
    await filed(stage.acme.org, "Email,Name,Company\ngus@oak.example,Gus Oak,Oak\n")
    await stage.load(person("gus", "Gus Oak", company="Oak", email="gus@oak.example"))
    gus = await paid_for(stage, "gus")
    assert await found(stage.acme.org, "Email\ngus@oak.example\n") == gus
    assert await found(stage.acme.org, "Name,Company\nGus Oak,Oak\n") == gus


async def test_r04_an_erased_person_is_a_problem_and_no_contact(stage: Stage) -> None:
    await erase(stage.database, UrlHasher(SECRET), stage.acme.house.clock, f"{PERSON}ana")
    text = "Email,LinkedIn\nana@new.example,linkedin.com/in/ANA\n"
    assert await problem(stage.acme.org, text) == ERASED


async def test_r04_of_a_row_whose_cells_an_erasure_took_nothing_is_looked_for(
    stage: Stage,
) -> None:
    record, [row] = await imported(stage.acme.org, "Email\ngus@oak.example\n")
    taken = msgspec.structs.replace(row, cells=None)
    looked_for = SEEKER.sought(record, taken)
    assert (looked_for.typed, looked_for.contact) == (None, None)
    [again] = await resolved(stage.acme.org, record, [taken])
    assert (again.subject, again.problem) == (None, None)


async def test_r25_bad_rows_are_told_by_line_and_do_not_sink_the_rest(stage: Stage) -> None:
    ana = await paid_for(stage, "ana")
    text = "Email,Name\nana@,Ana\ng\0us@oak.example,Gus\nAna@Kestrel.example,Ana\n"
    _, rows = await imported(stage.acme.org, text)
    assert [(row.line, row.problem is None) for row in rows] == [(2, False), (3, False), (4, True)]
    assert rows[2].subject == ana


async def test_r25_another_mapping_judges_every_row_anew(stage: Stage) -> None:
    org = stage.acme.org
    ana = await paid_for(stage, "ana")
    upload = await read_upload(io.BytesIO(b"Post,Wer\nAna@Kestrel.example,\nx\0x,\n"), "x.csv")
    rows = list(upload.rows)
    unmapped = await resolved(org, record_of(org, upload.file.columns, upload.mapping), rows)
    assert [row.problem for row in unmapped] == [
        "no column is mapped to an address, a profile URL, or a name and a company",
        "the line holds a NUL character",
    ]
    mapped = await resolved(org, record_of(org, upload.file.columns, {"email": "Post"}), unmapped)
    assert mapped[0].problem is None
    assert mapped[0].subject == ana
    assert mapped[1].problem == "the line holds a NUL character"


async def test_r18_an_export_looks_for_those_whom_the_org_can_see(stage: Stage) -> None:
    ana = await stage.id_of(f"{PERSON}ana")
    own = await filed(stage.acme.org, "Email\ngus@oak.example\n")
    gone = SubjectId(new_id("con"))
    rows = [JobRow(no, subject=one) for no, one in enumerate((ana, own, gone))]
    for org, seen in ((stage.acme.org, [ana, own, None]), (stage.acme.globex, [ana, None, None])):
        record = _record(org, "export", None, {})
        assert [row.subject for row in await resolved(org, record, rows)] == seen
    assert SEEKER.sought(_record(stage.acme.globex, "export", None, {}), rows[0]) == Sought(0, ana)


async def test_a_chunk_of_rows_takes_few_statements_that_read_no_table_through(
    stage: Stage,
) -> None:
    org = stage.acme.org
    lines = (f"p{n}@oak.example,Person {n},Oak {n},linkedin.com/in/oak-{n}" for n in range(250))
    upload = await read_upload(
        io.BytesIO("\n".join(("Email,Name,Company,LinkedIn", *lines)).encode()), "people.csv"
    )
    record = record_of(org, upload.file.columns, upload.mapping)
    async with stage.database.read() as connection:
        rows, seen = await watched(connection, record, list(upload.rows))
        assert len(seen) == 5
        plans = [await plan_of(connection, *one) for one in seen]
    assert len({row.subject for row in rows}) == 250
    assert [plan for plan in plans if "SCAN subject" in plan or "Seq Scan on subject" in plan] == []
    assert any("ix_subject_email" in plan for plan in plans)
    assert any("ix_subject_list" in plan for plan in plans)


async def statements_of(org: Org, text: str) -> list[tuple[str, Any]]:
    """That resolving a file takes, with their values."""
    upload = await read_upload(io.BytesIO(text.encode()), "people.csv")
    record = record_of(org, upload.file.columns, upload.mapping)
    async with org.house.database.read() as connection:
        _, seen = await watched(connection, record, list(upload.rows))
    return seen


async def watched(
    connection: AsyncConnection, record: JobRecord, rows: list[JobRow]
) -> tuple[list[JobRow], list[tuple[str, Any]]]:
    """The resolved rows, and the statements that it took."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        seen.append((statement, given))

    target = connection.sync_connection
    event.listen(target, "before_cursor_execute", note)
    found = await SEEKER.resolved(connection, record, rows)
    event.remove(target, "before_cursor_execute", note)
    return found, seen


async def plan_of(connection: AsyncConnection, statement: str, given: Any) -> str:
    """How the database means to carry it out."""
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = await connection.exec_driver_sql(f"{explain} {statement}", given)
    return "\n".join(str(row[-1]) for row in rows)


def _record(
    org: Org, action: JobAction, file: JobFile | None, mapping: dict[str, str]
) -> JobRecord:
    return JobRecord(
        org=org.id,
        id=JobId("job_1"),
        user=UserId("usr_1"),
        user_name="Bob Reyes",
        action=action,
        status="drafting",
        kinds=("email",),
        max_credits=None,
        label="",
        chosen=None,
        file=file,
        mapping=mapping,
        rows=0,
        problem_count=0,
        looked_up=0,
        settled=0,
        quote=None,
        prices=None,
        settlement=None,
        account=[],
        error=None,
        worker=None,
        lease_us=AtUs(0),
        failures=0,
        created_us=AtUs(0),
        started_us=None,
        finished_us=None,
        expires_us=AtUs(0),
    )
