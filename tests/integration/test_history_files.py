"""Files of the credit use history: exactly the filtered entries, as CSV and XLSX (R30)."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from server.usecases import history as history_module
from server.usecases.history_scope import HistoryAsk, viewer_of
from tests.integration.history_app import Office, Query, office_on
from tests.ledger_rows import at

MORNING = at("2026-11-03 14:00")
LATER = at("2026-11-10 14:00")


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Entries 1–3 are licenses, 4 a grant, 5 and 7 Bob's, 6 Jane's."""
    async with office_on(database_url) as office:
        acme = office.acme
        acme.contact("con_ana", "=HYPERLINK(1)")
        acme.grant(50, MORNING, note="+49 30 1234567")
        charge = acme.charge("usr_bob", "con_ana", MORNING, kind="phone")
        acme.charge("usr_jane", "con_ben", MORNING)
        acme.reverse(charge, LATER, reason="wrong_number", note="-5 credits, please")
        await office.open()
        yield office


async def csv_rows(office: Office, query: Query) -> list[dict[str, str]]:
    response = await office.get(office.alice, {**query, "format": "csv"}, "/file")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


async def xlsx_rows(office: Office, query: Query) -> list[dict[str, Any]]:
    response = await office.get(office.alice, {**query, "format": "xlsx"}, "/file")
    assert response.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


async def test_r30_a_csv_holds_exactly_the_filtered_entries(office: Office) -> None:
    rows = await csv_rows(office, {"user": "usr_bob"})
    assert [row["Entry"] for row in rows] == ["7", "5"]
    assert rows[0] == {
        "Entry": "7",
        "When (America/New_York)": "2026-11-10 09:00:00",
        "User": "Bob Reyes",
        "By": "Sam Ortiz",
        "Action": "reversal",
        "Contact or company": "'=HYPERLINK(1)",
        "Type": "contact",
        "Kind": "phone",
        "Credits": "-10",
        "From license": "-10",
        "From extra": "0",
        "License left": "20",
        "Extra left": "50",
        "Extra granted": "",
        "Job": "",
        "Reverses entry": "5",
        "Reason": "wrong_number",
        "Note": "'-5 credits, please",
        "Setting": "",
    }


async def test_r30_an_xlsx_holds_the_same_with_real_numbers_and_dates(office: Office) -> None:
    rows = await xlsx_rows(office, {"user": "usr_bob"})
    assert [row["Entry"] for row in rows] == [7, 5]
    assert rows[0]["Credits"] == -10
    assert rows[0]["Contact or company"] == "=HYPERLINK(1)"
    wall_clock = datetime(2026, 11, 10, 9)  # noqa: DTZ001  cells have no zone
    assert rows[0]["When (America/New_York)"] == wall_clock
    [grant] = await xlsx_rows(office, {"action": "grant"})
    assert (grant["Note"], grant["Extra granted"]) == ("+49 30 1234567", 50)


async def test_r30_a_file_and_its_pages_hold_the_same_entries(office: Office) -> None:
    queries: list[Query] = [
        {},
        {"kind": "email"},
        {"action": "license"},
        {"from": "2026-11-04"},
        {"q": "ana"},
        {"source": "extra"},
    ]
    for query in queries:
        shown = [str(seq) for seq in await office.seqs(office.alice, query)]
        assert [row["Entry"] for row in await csv_rows(office, query)] == shown, query


async def test_r30_a_file_of_many_chunks_has_no_gap_and_ends_where_it_was_asked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "CHUNK_ENTRIES", 2)
    known = len(office.acme.lines)
    for number in range(5):
        office.acme.charge("usr_jane", f"con_{number}", LATER)
    await office.acme.append(office.database, known)
    stream = await office.history.stream(viewer_of(office.alice), HistoryAsk())
    late = office.acme.charge("usr_jane", "con_late", LATER)
    await office.acme.append(office.database, late - 1)
    seqs = [entry.seq async for chunk in stream.chunks for entry in chunk]
    assert seqs == list(range(12, 3, -1))


async def test_r30_a_rep_gets_a_file_of_the_own_entries(office: Office) -> None:
    response = await office.get(office.jane, {"format": "csv"}, "/file")
    assert response.text.count("\r\n") == 2
    assert "Jane Okafor" in response.text


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
async def test_a_file_is_saved_under_a_name_that_says_what_it_holds(
    office: Office, ending: str, media_type: str
) -> None:
    response = await office.get(office.alice, {"format": ending, "to": "2026-11-30"}, "/file")
    name = f"credit-history_to_2026-11-30.{ending}"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_workbook_says_its_length(office: Office) -> None:
    response = await office.get(office.alice, {"format": "xlsx"}, "/file")
    assert int(response.headers["content-length"]) == len(response.content)


async def test_a_file_of_nothing_is_a_header(office: Office) -> None:
    assert await csv_rows(office, {"from": "2027-01-01"}) == []
    assert await xlsx_rows(office, {"from": "2027-01-01"}) == []


async def test_an_unknown_or_missing_format_is_a_bad_request(office: Office) -> None:
    for query in ({}, {"format": "pdf"}, {"format": "csv", "limit": "5"}):
        assert await office.refusal(office.alice, query, "/file") == (400, "bad_request")
