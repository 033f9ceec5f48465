"""Exports and imports over HTTP, from the quote to the file (api.md, Jobs)."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest
import pytest_asyncio

from tests.integration.job_calls import (
    completed,
    ended,
    file_of,
    history,
    quoted_export,
    quoted_import,
    started,
    verified,
)
from tests.integration.whole import AT, SITE, Person, Whole, open_whole, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOKED_UP_WITHIN_S = 15.0
PEOPLE = f"""\
Work e-mail;First name;Surname;Organisation;LinkedIn;Note
Ana.Beck@Initech.example ;Ana;Beck;Initech;;met in May
new.person@hooli.example;New;Person;Hooli;;=1+1
ana.beck@initech.example;Ana;Beck;Initech;;the same again
nonsense@;Bad;Address;Hooli;;
;Ben;Cole;Initech;{SITE}/in/ben;
;Unknown;Nobody;Nowhere;;
;;;;;nothing to go by
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> AsyncIterator[Whole]:
    """With customers of this test alone, whose ledgers add up at its end (R32)."""
    await app.found()
    yield app
    await verified(app, app.people.alice, app.people.zoe)


async def credits_of(whole: Whole, who: Person) -> tuple[int, int]:
    """Used and held of the license."""
    license = (await whole.get("/battery", who))["license"]
    return license["used"], license["held"]


async def test_r18_a_quote_says_all_and_charges_nothing(whole: Whole) -> None:
    bob, jane = whole.people.bob, whole.people.jane
    seq = (await whole.revealed(jane, ("ben", "email")))["seq"]
    chosen = ("ana", "ana_too", "ben", "cleo", "dora")
    job = await quoted_export(whole, bob, chosen, label="West coast VPs", max_credits=50)
    quote = {
        "rows": 5,
        "found": 4,
        "not_found": 1,
        "duplicates": 1,
        "already_owned": 1,
        "net_new": 2,
        "credits": 2,
    }
    assert job == {
        "id": job["id"],
        "action": "export",
        "status": "quoted",
        "by": {"id": bob.id, "name": "Bob Reyes"},
        "progress": {"done": 0, "total": 5},
        "quote": {
            **quote,
            "from_license": 2,
            "from_extra": 0,
            "license_after": 98,
            "extra_after": 0,
            "affordable": True,
            "short_by": 0,
            "as_of_seq": seq,
            "by_kind": {"email": quote},
        },
        "settlement": None,
        "account": [],
        "kinds": ["email"],
        "max_credits": 50,
        "label": "West coast VPs",
        "columns": {},
        "file": None,
        "sample": [],
        "problems": [],
        "problem_count": 0,
        "error": None,
        "created_at": AT,
        "started_at": None,
        "finished_at": None,
        "expires_at": "2026-11-24T12:00:00Z",
    }
    assert job["id"].startswith("job_")
    assert await whole.get(f"/jobs/{job['id']}", bob) == job
    assert await credits_of(whole, bob) == (0, 0)


async def test_r18_several_kinds_are_counted_by_row_and_each_for_itself(whole: Whole) -> None:
    bob = whole.people.bob
    await whole.license(bob, 1_000)
    await whole.revealed(whole.people.jane, ("ana", "email"))
    kinds = ["personality", "email", "phone"]
    job = await quoted_export(whole, bob, ["ana", "ana_too", "nobody", "initech"], kinds=kinds)
    quote = job["quote"]
    assert job["kinds"] == ["email", "phone", "personality"]
    assert [quote[name] for name in ("net_new", "already_owned", "duplicates", "not_found")] == [
        2,
        0,
        1,
        1,
    ]
    assert quote["by_kind"]["email"]["already_owned"] == 1
    assert quote["by_kind"]["phone"]["credits"] == 20
    assert quote["by_kind"]["personality"]["not_found"] == 3
    assert quote["credits"] == 1 + 20 + 100
    done = await completed(whole, bob, job)
    assert done["settlement"]["credits"] == 121
    assert done["settlement"]["by_kind"]["email"]["charged"] == 1


async def test_r20_a_started_job_holds_completes_and_charges(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana", "ben", "dora", "cleo"], kinds=["phone"])
    running = await started(whole, bob, job)
    assert (running["status"], running["started_at"], running["expires_at"]) == (
        "running",
        AT,
        None,
    )
    done = await ended(whole, bob, job)
    assert done["status"] == "completed"
    assert (done["finished_at"], done["error"], done["account"]) == (AT, None, [])
    assert done["progress"] == {"done": 4, "total": 4}
    settled = {"charged": 3, "already_owned": 0, "duplicates": 0, "not_found": 1, "over_hold": 0}
    assert done["settlement"] == {
        **settled,
        "credits": 30,
        "from_license": 30,
        "from_extra": 0,
        "seq": (await whole.get("/battery", bob))["seq"],
        "by_kind": {"phone": {**settled, "credits": 30}},
    }
    assert await credits_of(whole, bob) == (30, 0)
    entries = await history(whole, whole.people.alice, "export")
    assert [entry["job"] for entry in entries] == [job["id"]] * 3


async def test_r24_the_file_is_csv_or_a_workbook_and_says_what_happened(whole: Whole) -> None:
    bob, jane = whole.people.bob, whole.people.jane
    await whole.revealed(jane, ("ben", "email"))
    chosen = ["ana", "ana_too", "ben", "cleo"]
    done = await completed(whole, bob, await quoted_export(whole, bob, chosen, label="VPs"))
    rows = await file_of(whole, bob, done)
    assert [(row["Name"], row["Email"], row["Email outcome"]) for row in rows] == [
        ("Ana Beck", "ana.beck@initech.example", "charged"),
        ("Ana B.", "Ana.Beck@Initech.example", "duplicate"),
        ("Ben Cole", "ben.cole@initech.example", "already owned"),
        ("Cleo Duarte", "", "not found"),
    ]
    path = f"/jobs/{done['id']}/file"
    as_csv = await whole.call("GET", f"{path}?format=csv", bob)
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_csv.headers["content-disposition"] == 'attachment; filename="vps_export.csv"'
    assert as_csv.content.startswith(b"\xef\xbb\xbf")
    as_xlsx = await whole.call("GET", f"{path}?format=xlsx", whole.people.alice)
    assert as_xlsx.headers["content-disposition"] == 'attachment; filename="vps_export.xlsx"'
    assert int(as_xlsx.headers["content-length"]) == len(as_xlsx.content)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.content))
    [sheet] = book.worksheets
    header, *cells = sheet.iter_rows(values_only=True)
    column = header.index("Email outcome")
    assert [row[column] for row in cells] == ["charged", "duplicate", "already owned", "not found"]
    assert await credits_of(whole, bob) == (1, 0)


async def test_r28_what_is_reversed_is_left_out_of_a_file_made_before(whole: Whole) -> None:
    bob = whole.people.bob
    done = await completed(whole, bob, await quoted_export(whole, bob, ["ana", "ben"]))
    [entry] = [
        entry
        for entry in await history(whole, whole.people.alice, "export")
        if entry["subject"]["id"] == whole.ids["ben"]
    ]
    await whole.reverse(bob.org, entry["seq"], "bounced")
    rows = await file_of(whole, bob, done)
    assert [(row["Email"], row["Email outcome"]) for row in rows] == [
        ("ana.beck@initech.example", "charged"),
        ("", "reversed"),
    ]


async def test_only_a_completed_job_has_a_file(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana"])
    answer = await whole.call("GET", f"/jobs/{job['id']}/file?format=csv", bob)
    assert problem(answer) == (409, "job_state")


async def test_accounts_are_exported_by_pages(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, {"accounts": {"q": "initech", "pages": [1, 1]}})
    assert (job["quote"]["rows"], job["quote"]["credits"]) == (1, 1)
    done = await completed(whole, bob, job)
    [row] = await file_of(whole, bob, done)
    assert (row["Name"], row["Email"]) == ("Initech", "office@initech.example")


async def test_r25_an_import_shows_its_columns_problems_and_price(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_import(whole, bob, PEOPLE, name="Größe “x”.csv", label="Fair in May")
    assert (job["action"], job["label"], job["kinds"]) == ("import", "Fair in May", ["email"])
    assert job["file"] == {
        "name": "Größe “x”.csv",
        "columns": ["Work e-mail", "First name", "Surname", "Organisation", "LinkedIn", "Note"],
    }
    assert job["columns"] == {
        "email": "Work e-mail",
        "first_name": "First name",
        "last_name": "Surname",
        "company": "Organisation",
        "url": "LinkedIn",
    }
    assert [each["line"] for each in job["problems"]] == [5, 8]
    assert job["problem_count"] == 2
    quote = job["quote"]
    assert [quote[name] for name in ("rows", "net_new", "duplicates", "not_found")] == [5, 3, 1, 1]
    assert job["progress"] == {"done": 0, "total": 7}
    assert await credits_of(whole, bob) == (0, 0)


async def test_r25_the_imported_file_comes_back_with_what_was_found(whole: Whole) -> None:
    bob, alice, zoe = whole.people.bob, whole.people.alice, whole.people.zoe
    done = await completed(whole, bob, await quoted_import(whole, bob, PEOPLE))
    assert done["settlement"]["charged"] == 3
    assert await credits_of(whole, bob) == (3, 0)
    rows = await file_of(whole, bob, done)
    assert [row["Email outcome"].partition(":")[0] for row in rows] == [
        "charged",
        "charged",
        "duplicate",
        "problem",
        "charged",
        "not found",
        "problem",
    ]
    assert [row["Note"] for row in rows[:2]] == ["met in May", "'=1+1"]
    assert rows[4]["Email"] == "ben.cole@initech.example"
    entries = await history(whole, alice, "import")
    assert len(entries) == 3
    for who, number in ((bob, 1), (zoe, 0)):
        found = await whole.get("/people?q=new.person", who)
        assert found["total"] == number


async def test_an_imports_columns_can_be_corrected(whole: Whole) -> None:
    bob = whole.people.bob
    file = "contact,other\nana.beck@initech.example,x@hooli.example\n,y@hooli.example\n"
    job = await quoted_import(whole, bob, file)
    put = await whole.call("PUT", f"/jobs/{job['id']}/mapping", bob, {"email": "other"})
    assert put.status_code == 200, put.text
    mapped = put.json()
    assert mapped["columns"] == {"email": "other"}
    assert (mapped["quote"]["net_new"], mapped["problem_count"]) == (2, 0)
    assert mapped["id"] == job["id"]
    unknown = await whole.call("PUT", f"/jobs/{job['id']}/mapping", bob, {"email": "colour"})
    assert problem(unknown) == (400, "bad_request")
    assert (await whole.get(f"/jobs/{job['id']}", bob))["columns"] == {"email": "other"}
    exported = await quoted_export(whole, bob, ["ana"])
    other = await whole.call("PUT", f"/jobs/{exported['id']}/mapping", bob, {"email": "other"})
    assert problem(other) == (409, "job_state")
