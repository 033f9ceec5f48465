"""Tables as CSV and XLSX files, a chunk of rows at a time, harmless in spreadsheets (R24, R30)."""

import asyncio
import csv
import io
import math
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from threading import Lock
from typing import IO, Any, Literal, TypeAlias

import msgspec
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from server.domain import errors

Cell: TypeAlias = str | int | float | bool | date | datetime | None
"""A `datetime` is written as its own wall clock shows it, to the second, whatever its zone."""
Row: TypeAlias = Sequence[Cell]

SHEET_ROWS_MAX = 1_048_576
"""Of one XLSX sheet, header included; a longer table goes on in the next sheet."""
CELL_CHARS_MAX = 32_767
"""Of one XLSX cell, in UTF-16 units."""
NUMBER_MAX = 2**53
"""What an XLSX number keeps to the unit; a larger one is written as text."""
FIRST_YEAR = 1900
"""Of an XLSX date; an earlier one is written as text."""
RETRY_AFTER_S = 30
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's old code page."""
_RUNS = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
"""Spreadsheets drop what cannot be seen before they look at a cell, and in East Asian locales they
take the full-width forms for the same."""


class Column(msgspec.Struct, frozen=True):
    """`width` in characters. Text stays text (phone numbers, ids), whatever it looks like.

    `type` is how its numbers are shown: by thousands in a `number` column, plainly in another.
    """

    title: str
    type: Literal["text", "number", "moment", "day", "mixed"] = "text"
    width: int = 14


async def write_csv(
    columns: Sequence[Column], chunks: AsyncIterable[Sequence[Row]]
) -> AsyncGenerator[bytes]:
    """RFC 4180 with CRLF and a header, UTF-8 with a byte order mark."""
    yield _csv_bytes([[column.title for column in columns]], mark=BYTE_ORDER_MARK)
    async for rows in chunks:
        yield await asyncio.to_thread(_csv_bytes, rows)


async def write_xlsx(
    columns: Sequence[Column],
    chunks: AsyncIterable[Sequence[Row]],
    target: IO[bytes],
    *,
    sheet: str = "Sheet",
    sheet_rows_max: int = SHEET_ROWS_MAX,
) -> None:
    """Writes the whole workbook to `target` in a thread; memory does not grow with the rows.

    Raises Unavailable when the disk does not take it.
    """
    with _disk_told_plainly(), tempfile.TemporaryDirectory(prefix="battery-sheet-") as folder:
        # Not in a thread: whoever waits for that may be gone before there is a book to let go of.
        book = _Book(columns, target, sheet, sheet_rows_max, folder)
        try:
            async for rows in chunks:
                await asyncio.to_thread(book.add, rows)
            await asyncio.to_thread(book.finish)
        finally:
            await asyncio.to_thread(book.let_go)


async def temporary_xlsx(
    columns: Sequence[Column], chunks: AsyncIterable[Sequence[Row]], *, sheet: str
) -> IO[bytes]:
    """The workbook in a file without a name, at its start; it is gone once it is closed.

    Raises Unavailable when the disk does not take it.
    """
    with _disk_told_plainly(), ExitStack() as unless_done:
        file: IO[bytes] = tempfile.TemporaryFile(prefix="battery-sheet-")
        unless_done.callback(_let_go_of, file)
        await write_xlsx(columns, chunks, file, sheet=sheet)
        file.seek(0)
        unless_done.pop_all()
    return file


def harmless(text: str) -> str:
    """The text so that no spreadsheet runs it as a formula: with an apostrophe before it."""
    return f"'{text}" if _RUNS.match(text) else text


@contextmanager
def _disk_told_plainly() -> Iterator[None]:
    try:
        yield
    except (OSError, XlsxWriterException) as error:
        raise errors.Unavailable(
            f"The file could not be written; try again in {RETRY_AFTER_S} s.",
            retry_after_s=RETRY_AFTER_S,
        ) from error


def _let_go_of(file: IO[Any]) -> None:
    """Closes a file that is not wanted: what a full disk did not take of it does not matter."""
    with suppress(OSError):
        file.close()


def _csv_bytes(rows: Sequence[Row], mark: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(mark)
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", errors="replace")


def _csv_cell(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return cell
        case date():
            return _as_text(cell)


def _as_text(day: date) -> str:
    if isinstance(day, datetime):
        return day.replace(tzinfo=None, microsecond=0).isoformat(" ")
    return day.isoformat()


class _UntilFull:
    """A file that, after the first failure, takes what comes in silence: the library leaves its zip
    file to Python then, which ends it in vain. Written from start to end: it cannot be sought."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._is_full = False

    def write(self, data: bytes) -> int:
        if not self._is_full:
            with self._watched():
                self._file.write(data)
        return len(data)

    def flush(self) -> None:
        if not self._is_full:
            with self._watched():
                self._file.flush()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._is_full = True
            raise


class _Book:
    """One workbook being written, row after row, in threads that wait for each other: whoever
    waited for one may be gone before it ends."""

    def __init__(
        self,
        columns: Sequence[Column],
        target: IO[bytes],
        sheet: str,
        sheet_rows_max: int,
        folder: str,
    ) -> None:
        self._turn = Lock()
        self._columns = columns
        self._sheet_name = sheet
        self._sheet_rows_max = sheet_rows_max
        self._book = xlsxwriter.Workbook(
            _UntilFull(target),
            {"constant_memory": True, "tmpdir": folder, "use_zip64": True},
        )
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._formats = {
            "text": None,
            "mixed": None,
            "number": self._book.add_format({"num_format": "#,##0"}),
            "moment": self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "day": self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._sheets = 0
        self._sheet: Any = None
        self._next_row = 0
        self._start_sheet()

    def add(self, rows: Sequence[Row]) -> None:
        with self._turn:
            for row in rows:
                if self._next_row == self._sheet_rows_max:
                    self._end_sheet()
                    self._start_sheet()
                for place, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
                    self._write(place, column, cell)
                self._next_row += 1

    def finish(self) -> None:
        """Puts the workbook together in its target."""
        with self._turn:
            self._end_sheet()
            self._book.close()

    def let_go(self) -> None:
        """Closes the rows that the library keeps open unless it put them together."""
        with self._turn:
            for sheet in self._book.worksheets():
                _let_go_of(sheet.row_data_fh)

    def _start_sheet(self) -> None:
        self._sheets += 1
        name = self._sheet_name if self._sheets == 1 else f"{self._sheet_name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        # No green corners on phone numbers that are text on purpose.
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width, self._formats[column.type])
            self._sheet.write_string(0, place, _fitting(column.title), self._head)
        self._next_row = 1

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._next_row - 1, len(self._columns) - 1)

    def _write(self, place: int, column: Column, cell: Cell) -> None:
        at = (self._next_row, place)
        match cell:
            case None | "":
                return
            case str():
                # Never as a formula, a link or a number: text is written as text.
                self._sheet.write_string(*at, _fitting(cell))
            case bool():
                self._sheet.write_boolean(*at, cell)
            case int() | float():
                self._write_number(at, column, cell)
            case date():
                self._write_day(at, cell)

    def _write_number(self, at: tuple[int, int], column: Column, number: int | float) -> None:
        if _is_held_by_a_cell(number):
            shown = self._formats["number"] if column.type == "number" else None
            self._sheet.write_number(*at, number, shown)
        else:
            self._sheet.write_string(*at, str(number))

    def _write_day(self, at: tuple[int, int], day: date) -> None:
        if day.year < FIRST_YEAR:
            self._sheet.write_string(*at, _as_text(day))
        elif isinstance(day, datetime):
            moment = day.replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(*at, moment, self._formats["moment"])
        else:
            self._sheet.write_datetime(*at, day, self._formats["day"])


def _is_held_by_a_cell(number: int | float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else abs(number) <= NUMBER_MAX


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
