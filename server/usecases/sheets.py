"""Tables as CSV and XLSX files, a chunk of rows at a time, harmless in spreadsheets (R24, R30)."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

import msgspec
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from server.domain import errors

Cell: TypeAlias = str | int | date | datetime | None
"""A `datetime` is written as its own wall clock shows it, whatever its zone."""
Row: TypeAlias = Sequence[Cell]

SHEET_ROWS_MAX = 1_048_576
"""Of one XLSX sheet, header included; a longer table goes on in the next sheet."""
CELL_CHARS_MAX = 32_767
"""Of one XLSX cell."""
RETRY_AFTER_S = 30
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's old code page."""
_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Spreadsheets in East Asian locales take the full-width forms for the same."""
_BLANKS_THAT_RUN = ("\t", "\r", "\n")


class Column(msgspec.Struct, frozen=True):
    """`width` in characters. Text stays text (phone numbers, ids), whatever it looks like."""

    title: str
    type: Literal["text", "number", "moment", "day"] = "text"
    width: int = 14


async def write_csv(
    columns: Sequence[Column], chunks: AsyncIterable[Sequence[Row]]
) -> AsyncGenerator[bytes]:
    """RFC 4180 with CRLF and a header, UTF-8 with a byte order mark."""
    yield _csv_bytes([[column.title for column in columns]], BYTE_ORDER_MARK)
    async for rows in chunks:
        yield _csv_bytes([[_csv_cell(cell) for cell in row] for row in rows])


async def write_xlsx(
    columns: Sequence[Column],
    chunks: AsyncIterable[Sequence[Row]],
    target: Path | IO[bytes],
    *,
    sheet: str = "Sheet",
    sheet_rows_max: int = SHEET_ROWS_MAX,
) -> None:
    """Writes the whole workbook to `target` in a thread; memory does not grow with the rows.

    Raises Unavailable when the disk does not take it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="battery-sheet-") as folder:
            book = _Book(columns, target, sheet, sheet_rows_max, folder)
            try:
                async for rows in chunks:
                    await asyncio.to_thread(book.add, rows)
            finally:
                # Also when the rows broke off: the library keeps files open until it is closed.
                await asyncio.to_thread(book.close)
    except (OSError, XlsxWriterException) as error:
        raise errors.Unavailable(
            f"The file could not be written; try again in {RETRY_AFTER_S} s.",
            retry_after_s=RETRY_AFTER_S,
        ) from error


async def temporary_xlsx(
    columns: Sequence[Column], chunks: AsyncIterable[Sequence[Row]], *, sheet: str
) -> IO[bytes]:
    """The workbook in a file without a name, at its start; it is gone once it is closed.

    Raises Unavailable when the disk does not take it.
    """
    file: IO[bytes] = tempfile.TemporaryFile(prefix="battery-sheet-")
    try:
        await write_xlsx(columns, chunks, file, sheet=sheet)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def harmless(text: str) -> str:
    """The text so that no spreadsheet runs it as a formula: with an apostrophe before it."""
    if text.startswith(_BLANKS_THAT_RUN) or text.lstrip().startswith(_RUNS):
        return f"'{text}"
    return text


def _csv_bytes(rows: Sequence[Sequence[str | int]], mark: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(mark)
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", errors="replace")


def _csv_cell(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.replace(tzinfo=None, microsecond=0).isoformat(" ")
        case date():
            return cell.isoformat()
        case str():
            return harmless(cell)
        case int():
            return cell


class _Book:
    """One workbook being written, row after row. Not for two threads at once."""

    def __init__(
        self,
        columns: Sequence[Column],
        target: Path | IO[bytes],
        sheet: str,
        sheet_rows_max: int,
        folder: str,
    ) -> None:
        self._columns = columns
        self._sheet_name = sheet
        self._sheet_rows_max = sheet_rows_max
        self._book = xlsxwriter.Workbook(
            str(target) if isinstance(target, Path) else target,
            {"constant_memory": True, "tmpdir": folder, "use_zip64": True},
        )
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._formats = {
            "text": None,
            "number": self._book.add_format({"num_format": "#,##0"}),
            "moment": self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "day": self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._sheets = 0
        self._sheet: Any = None
        self._next_row = 0
        self._start_sheet()

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._next_row == self._sheet_rows_max:
                self._end_sheet()
                self._start_sheet()
            for place, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
                self._write(place, column, cell)
            self._next_row += 1

    def close(self) -> None:
        self._end_sheet()
        try:
            self._book.close()
        finally:
            # The library closes its rows only when the workbook was written.
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()

    def _start_sheet(self) -> None:
        self._sheets += 1
        name = self._sheet_name if self._sheets == 1 else f"{self._sheet_name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        # No green corners on phone numbers that are text on purpose.
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width, self._formats[column.type])
            self._sheet.write_string(0, place, column.title, self._head)
        self._next_row = 1

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._next_row - 1, len(self._columns) - 1)

    def _write(self, place: int, column: Column, cell: Cell) -> None:
        style = self._formats[column.type]
        match cell:
            case None:
                return
            case datetime():
                self._sheet.write_datetime(self._next_row, place, cell.replace(tzinfo=None), style)
            case date():
                self._sheet.write_datetime(self._next_row, place, cell, style)
            case str():
                # Never as a formula, a link or a number: text is written as text.
                self._sheet.write_string(self._next_row, place, _fitting(cell), style)
            case int():
                self._sheet.write_number(self._next_row, place, cell, style)


def _fitting(text: str) -> str:
    """The text as a cell takes it: no half surrogate pairs, not longer than CELL_CHARS_MAX."""
    sound = text.encode("utf-8", errors="replace").decode()
    if sound.startswith("<r>"):
        # In constant memory the library takes text between <r> and </r> for markup of its own.
        sound += " "
    if len(sound) > CELL_CHARS_MAX // 2:
        units = sound.encode("utf-16-le")
        if len(units) // 2 > CELL_CHARS_MAX:
            return units[: 2 * (CELL_CHARS_MAX - 1)].decode("utf-16-le", errors="ignore") + "…"
    return sound
