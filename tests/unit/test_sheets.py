"""Tables as CSV and XLSX: real numbers and dates, and text that nothing runs."""

import csv
import errno
import gc
import io
import math
import os
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from server.domain import errors
from server.usecases.sheets import (
    CELL_CHARS_MAX,
    Column,
    Row,
    harmless,
    temporary_xlsx,
    write_csv,
    write_xlsx,
)

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 3, 12, 30, 5, tzinfo=NEW_YORK)
COLUMNS = (
    Column("Name", width=30),
    Column("Credits", "number"),
    Column("When", "moment", 20),
    Column("Day", "day"),
)


async def chunked(*chunks: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for chunk in chunks:
        yield chunk


async def as_csv(*rows: Row) -> bytes:
    return b"".join([part async for part in write_csv(COLUMNS, chunked(rows))])


async def as_sheet(*rows: Row, columns: Sequence[Column] = COLUMNS) -> Worksheet:
    book = io.BytesIO()
    await write_xlsx(columns, chunked(rows), book)
    sheet = openpyxl.load_workbook(book).active
    assert isinstance(sheet, Worksheet)
    return sheet


async def test_a_csv_starts_with_a_byte_order_mark_and_ends_lines_with_crlf() -> None:
    written = await as_csv(("Ana", 1, NOON, date(2026, 11, 3)))
    assert written == (
        b"\xef\xbb\xbfName,Credits,When,Day\r\nAna,1,2026-11-03 12:30:05,2026-11-03\r\n"
    )


async def test_a_csv_gives_back_quotes_commas_line_breaks_and_other_scripts() -> None:
    name = 'Ana "Ace", née 李\r\nSecond line'
    written = await as_csv((name, -5, None, None))
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert rows[1] == [name, "-5", "", ""]


async def test_a_csv_is_written_while_it_is_read() -> None:
    reads = 0

    async def chunks() -> AsyncIterator[Sequence[Row]]:
        nonlocal reads
        while True:
            reads += 1
            yield [(f"row {reads}", reads, None, None)]

    parts = write_csv(COLUMNS, chunks())
    for _ in range(3):
        last = await anext(parts)
    assert last == b"row 2,2,,\r\n"
    assert reads == 2
    await parts.aclose()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+4930123456",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1+1",
        "\u00a0=1",
        "\x00=1",
        "\u200b=1",
        "\ufeff=1",
        "\t",
        "＝1+1",
    ],
    ids=ascii,
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ana", "a=b", "1-2", "O'Brien", "5"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


async def test_numbers_below_zero_stay_numbers() -> None:
    assert b"\r\nAna,-10,," in await as_csv(("Ana", -10, None, None))
    sheet = await as_sheet(("Ana", -10, None, None))
    assert sheet["B2"].value == -10
    assert sheet["B2"].data_type == "n"


async def test_numbers_and_booleans_stay_what_they_are() -> None:
    rows: list[Row] = [(True, -7, None, None), (2.5, 0.1, None, None), (1e300, 2**53, None, None)]
    assert (await as_csv(*rows)).endswith(
        b"\r\nTRUE,-7,,\r\n2.5,0.1,,\r\n1e+300,9007199254740992,,\r\n"
    )
    sheet = await as_sheet(*rows)
    cells = [cell for line in sheet["A2:B4"] for cell in line]
    assert [cell.value for cell in cells] == [True, -7, 2.5, 0.1, 1e300, 2**53]
    assert [cell.data_type for cell in cells] == ["b", "n", "n", "n", "n", "n"]


async def test_only_a_column_of_numbers_shows_them_by_thousands() -> None:
    sheet = await as_sheet((1234, 1234, None, None))
    assert (sheet["A2"].number_format, sheet["B2"].number_format) == ("General", "#,##0")


@pytest.mark.parametrize(
    "number", [2**53 + 1, -(10**400), math.inf, math.nan], ids=lambda n: str(n)[:9]
)
async def test_a_number_that_a_cell_cannot_hold_is_text(number: int | float) -> None:
    sheet = await as_sheet((number, 1, None, None))
    assert sheet["A2"].value == str(number)
    assert sheet["A2"].data_type != "n"


async def test_a_date_before_the_first_of_spreadsheets_is_text() -> None:
    moment = datetime(1899, 12, 31, 1, 2, 3)  # noqa: DTZ001  cells have no zone
    sheet = await as_sheet((date(1815, 12, 10), 1, moment, date(1900, 1, 1)))
    assert (sheet["A2"].value, sheet["C2"].value) == ("1815-12-10", "1899-12-31 01:02:03")
    assert sheet["D2"].is_date


async def test_a_date_is_shown_as_one_in_any_column() -> None:
    sheet = await as_sheet((date(2026, 11, 3), NOON, None, None))
    assert (sheet["A2"].number_format, sheet["B2"].number_format) == (
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
    )


async def test_an_xlsx_has_real_dates_on_the_wall_clock_given() -> None:
    sheet = await as_sheet(("Ana", 1, NOON, date(2026, 11, 3)))
    assert sheet["C2"].value == datetime(2026, 11, 3, 12, 30, 5)  # noqa: DTZ001  cells have no zone
    assert sheet["C2"].is_date
    assert sheet["D2"].number_format == "yyyy-mm-dd"
    assert sheet["D2"].is_date


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+4930123456",
        "007",
        "https://example.test/",
        "<r>x</t></r>",
        " two  spaces ",
        "a\tb",
        "",
    ],
    ids=ascii,
)
async def test_text_stays_text_in_an_xlsx(text: str) -> None:
    sheet = await as_sheet((text, 1, None, None), ("end", 2, None, None))
    cell = sheet["A2"]
    assert (cell.value or "").removesuffix(" ") == text.removesuffix(" ")
    assert cell.data_type != "f"
    assert cell.hyperlink is None
    assert sheet["A3"].value == "end"


@pytest.mark.parametrize(
    "odd", ["\x00", "\x01", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"], ids=ascii
)
async def test_what_xml_cannot_hold_spoils_no_workbook(odd: str) -> None:
    sheet = await as_sheet((f"a{odd}b", 1, None, None))
    assert unescape(str(sheet["A2"].value)) == f"a{odd}b"
    assert sheet["B2"].value == 1


async def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    row = ("a\ud800b", 1, None, None)
    assert b"\r\na?b,1,," in await as_csv(row)
    assert (await as_sheet(row))["A2"].value == "a?b"


async def test_titles_are_as_harmless_as_cells() -> None:
    columns = (Column("=1+1"), Column("\x01" + "x" * CELL_CHARS_MAX))
    [head] = [part async for part in write_csv(columns, chunked())]
    assert head.startswith(b"\xef\xbb\xbf'=1+1,")
    sheet = await as_sheet(columns=columns)
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=1+1", "s")
    assert str(sheet["B1"].value).endswith("x…")


async def test_an_empty_text_is_an_empty_cell() -> None:
    sheet = await as_sheet(("", 1, None, None))
    assert sheet["A2"].value is None


async def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    sheet = await as_sheet(("𝒳" * CELL_CHARS_MAX, 1, None, None))
    assert sheet["A2"].value.endswith("𝒳…")
    assert len(sheet["A2"].value.encode("utf-16-le")) // 2 <= CELL_CHARS_MAX


async def test_the_header_is_frozen_filterable_and_as_wide_as_its_column() -> None:
    sheet = await as_sheet(("Ana", 1, NOON, None), ("Ben", 2, NOON, None))
    assert [cell.value for cell in sheet[1]] == ["Name", "Credits", "When", "Day"]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D3"
    assert sheet.column_dimensions["A"].width == pytest.approx(30, abs=1)


async def test_a_table_longer_than_a_sheet_goes_on_in_the_next() -> None:
    file = io.BytesIO()
    rows: list[Row] = [(f"row {n}", n, None, None) for n in range(5)]
    await write_xlsx(COLUMNS, chunked(rows[:2], rows[2:]), file, sheet="Rows", sheet_rows_max=3)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Rows", "Rows 2", "Rows 3"]
    assert [[cell.value for cell in sheet["A"]] for sheet in book] == [
        ["Name", "row 0", "row 1"],
        ["Name", "row 2", "row 3"],
        ["Name", "row 4"],
    ]


async def test_an_empty_table_is_a_header() -> None:
    sheet = await as_sheet()
    assert sheet.max_row == 1


async def test_rows_that_break_off_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    async def breaking() -> AsyncIterator[Sequence[Row]]:
        yield [("Ana", 1, NOON, None)]
        raise errors.Unavailable("The database is away.", retry_after_s=2)

    with pytest.raises(errors.Unavailable, match="database"):
        await temporary_xlsx(COLUMNS, breaking(), sheet="Rows")
    assert os.listdir(tmp_path) == []


class FullDisk(io.RawIOBase):
    """Takes `room` bytes."""

    def __init__(self, room: int) -> None:
        self._room = room

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        if size > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._room -= size
        return size


@pytest.mark.parametrize("room", [0, 500, 5_000])
async def test_a_disk_that_fills_up_is_told_as_unavailable_and_nothing_complains_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = [(os.urandom(5_000).hex(), 1, None, None) for _ in range(3)]
    # Without a buffer, which would fail once more when it is closed.
    with FullDisk(room) as disk, pytest.raises(errors.Unavailable, match="could not be written"):
        await write_xlsx(COLUMNS, chunked(rows), cast(IO[bytes], disk))
    gc.collect()
    assert os.listdir(tmp_path) == []


async def test_without_a_place_for_temporary_files_there_is_no_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no such folder"))
    with pytest.raises(errors.Unavailable, match="could not be written"):
        await temporary_xlsx(COLUMNS, chunked(), sheet="Rows")
