"""The file of a finished import: the user's own, with what was found after it (R25)."""

from datetime import datetime

from server.domain.directory_records import Record, filed
from server.domain.ids import SubjectId
from server.domain.job_rows import Cell, DateCell, JobRow, Sought, Told
from server.domain.pieces import PieceHasher
from server.domain.state import Offer
from server.domain.values import KeptEmail
from server.usecases.erasure import UrlHasher, erase
from server.wire.jobs import JobFile
from tests.acme import SECRET, Acme
from tests.integration.job_files_stage import (
    NEW_YORK,
    Ask,
    csv_bytes,
    csv_rows,
    finished,
    person,
    table_of,
    xlsx_rows,
)

AT = "Revealed at (America/New_York)"
FOUND = [
    *("Headline", "Location", "Profile URL", "Email outcome", "Seniority", "Function"),
    *("Tenure years", "Skills", "Credits", "Revealed by", AT, "Ledger entry"),
]


def imported(
    no: int,
    *cells: Cell,
    subject: SubjectId | None = None,
    problem: str | None = None,
    told: Told | None = None,
) -> JobRow:
    """A row of the user's file; the header is its first line."""
    return JobRow(no, line=no + 2, subject=subject, cells=cells, problem=problem, told=told)


def of_people(*columns: str) -> JobFile:
    return JobFile(name="people.xlsx", columns=list(columns))


async def test_r25_the_users_own_columns_come_first_with_their_own_cells(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    own = (
        "Ana",
        7,
        2.5,
        True,
        DateCell("2026-02-03", True),
        DateCell("2026-02-03T04:05:06", False),
    )
    rows = [imported(0, *own, subject=ana, told=person(0, ana)), imported(1, "Ben", -1, None)]
    file = of_people("First", "Score", "Ratio", "Active", "Met", "Called at")
    job = await finished(acme.bob, Ask(rows, file=file))
    first, second = await xlsx_rows(acme.bob, job)
    assert list(first) == [
        *file.columns,
        "Name",
        "Headline",
        "Company",
        *FOUND[1:3],
        "Email",
        *FOUND[3:],
    ]
    day, moment = datetime(2026, 2, 3), datetime(2026, 2, 3, 4, 5, 6)  # noqa: DTZ001  as a cell is
    assert list(first.values())[:6] == ["Ana", 7, 2.5, True, day, moment]
    assert first["Active"] is True
    assert isinstance(first["Score"], int)
    assert (first["Name"], first["Email"], first["Email outcome"]) == (
        "Person 0",
        "ana@example.com",
        "charged",
    )
    assert list(second.values())[:6] == ["Ben", -1, None, None, None, None]
    assert second["Email outcome"] == "not found"


async def test_r25_a_csv_has_the_same_cells_as_texts(acme: Acme) -> None:
    own = (
        "=1+1",
        7,
        2.5,
        False,
        DateCell("2026-02-03", True),
        DateCell("2026-02-03T04:05:06", False),
    )
    file = of_people("@First", "Score", "Ratio", "Active", "Met", "Called at")
    [row] = await csv_rows(acme.bob, await finished(acme.bob, Ask([imported(0, *own)], file=file)))
    assert list(row.items())[:6] == [
        ("'@First", "'=1+1"),
        ("Score", "7"),
        ("Ratio", "2.5"),
        ("Active", "FALSE"),
        ("Met", "2026-02-03"),
        ("Called at", "2026-02-03 04:05:06"),
    ]


async def test_r25_a_column_that_the_file_has_is_told_apart(acme: Acme) -> None:
    file = of_people("name", "E-mail", "Email", "Found email", "COMPANY", "Credits")
    [row] = await csv_rows(acme.bob, await finished(acme.bob, Ask([imported(0, "Ana")], file=file)))
    assert list(row)[:6] == file.columns
    assert list(row)[6:12] == [
        *("Found name", "Headline", "Found company", "Location", "Profile URL", "Found email (2)"),
    ]
    assert "Found credits" in row
    assert row["name"] == "Ana"


async def test_r25_rows_that_are_left_out_say_why_in_their_place(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    rows = [
        imported(0, "nobody@", problem="email: an address has something before and after one @"),
        imported(1, "ana@example.com", subject=ana, told=person(1, ana)),
        imported(2, problem="the record has no end"),
        imported(3, "ben@example.com", "a stray cell", 7, problem="has 3 cells where 1 are named"),
    ]
    ask = Ask(rows, kinds=("email", "phone"), file=of_people("E-mail"))
    table = await csv_rows(acme.bob, await finished(acme.bob, ask))
    assert [row["E-mail"] for row in table] == [
        "nobody@",
        "ana@example.com",
        "",
        "ben@example.com, a stray cell, 7",
    ]
    for kind in ("Email", "Phone"):
        assert table[0][f"{kind} outcome"] == f"problem: {rows[0].problem}"
        assert table[2][f"{kind} outcome"] == "problem: the record has no end"
    assert [row["Credits"] for row in table] == ["", "1", "", ""]
    assert [row["Name"] for row in table] == ["", "Person 1", "", ""]


async def test_r25_an_address_of_nobody_known_is_found_duplicated_and_has_no_page(
    acme: Acme,
) -> None:
    key = PieceHasher(SECRET).key(acme.org.id, "email", "ana@example.com")
    url = "urn:battery:con_own"
    own = Record(
        type="contact", url=url, name="Ana", headline=None, company=None, company_url=None,
        location=None, email="Ana@example.com", mobile=None, direct=None, personality=None,
        analysis=None,
    )  # fmt: skip
    subject, typed = SubjectId("con_own"), Offer(key, KeptEmail(email="Ana@example.com"))
    told = Told(type="contact", name="Ana", url=url)
    rows = [imported(no, "Ana@example.com", subject=subject, told=told) for no in range(2)]
    sought = {no: Sought(no, subject, typed, filed(own)) for no in range(2)}
    job = await finished(acme.bob, Ask(rows, file=of_people("E-mail"), sought=sought))
    table = await csv_rows(acme.bob, job)
    assert [row["Email outcome"] for row in table] == ["charged", "duplicate"]
    assert [row["Email"] for row in table] == ["Ana@example.com"] * 2
    assert [row["Profile URL"] for row in table] == ["", ""]


async def test_r04_nothing_of_an_erased_person_is_left_in_the_users_own_columns(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    url = f"https://www.linkedin.com/in/{ana.lower()}"
    await acme.house.rewrite(ana, url=url)
    rows = [imported(0, "Ana", "x", subject=ana, told=person(0, ana)), imported(1, "Ben")]
    job = await finished(acme.bob, Ask(rows, file=of_people("Name", "Note")))
    await erase(acme.house.database, UrlHasher(SECRET), acme.house.clock, url)
    erased, ben = await csv_rows(acme.bob, job)
    assert {title: cell for title, cell in erased.items() if cell} == {
        "Found name": "erased contact",
        "Email outcome": "charged",
        "Credits": "1",
        "Revealed by": "Bob Reyes",
        AT: "2026-03-10 08:00:00",
        "Ledger entry": erased["Ledger entry"],
    }
    assert (ben["Name"], ben["Found name"]) == ("Ben", "")


async def test_r24_two_downloads_of_an_import_are_the_same(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    rows = [imported(0, "Ana", 1e300, subject=ana, told=person(0, ana)), imported(1, "Ben")]
    job = await finished(acme.bob, Ask(rows, file=of_people("Who", "Score")))
    file, cells = await csv_bytes(acme.bob, job), await xlsx_rows(acme.bob, job)
    await acme.house.rewrite(ana, email="new@example.com", name="Renamed")
    assert await csv_bytes(acme.jane, job) == file
    assert await xlsx_rows(acme.jane, job) == cells


async def test_an_imports_file_is_told_from_the_one_it_was_made_of(acme: Acme) -> None:
    ask = Ask([imported(0, "Ana")], label="people.csv", file=of_people("Who"))
    table = await table_of(acme.bob, await finished(acme.bob, ask))
    assert table.name == "people_import"
    assert str(NEW_YORK) in table.fields[-2].column.title
