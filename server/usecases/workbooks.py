"""A sheet of people out of an XLSX file, as typed cells."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import BinaryIO, Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError

from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHEET_MAIN_NS

from server.domain.csv_records import LINE_CHARS_MAX, BadRecord
from server.domain.errors import UnreadableFile
from server.domain.import_columns import COLUMNS_MAX
from server.domain.job_rows import Cell, DateCell
from server.usecases.workbook_archive import DAMAGED, SAVE_AS, Archive
from server.usecases.workbook_reader import Book, open_book, text_of

CELL_CHARS_MAX: Final = 32_767
"""Of Excel itself."""
CHARS_MAX: Final = 200_000_000
"""Of all cells together: four times the largest CSV file. In the XML a text that cells share costs
each of them twenty bytes."""
LINES_MAX: Final = 1_048_576
"""Of Excel itself."""
WHOLE_MAX: Final = 10**15
"""Up to here a spreadsheet's number is exact."""

_DATA: Final = f"{{{SHEET_MAIN_NS}}}sheetData"
_ROW: Final = f"{{{SHEET_MAIN_NS}}}row"
_CELL: Final = f"{{{SHEET_MAIN_NS}}}c"
_VALUE: Final = f"{{{SHEET_MAIN_NS}}}v"
_INLINE: Final = f"{{{SHEET_MAIN_NS}}}is"
_DIGITS: Final = "0123456789"
_OTHER_ARCHIVES: Final = (
    ("xl/workbook.bin", "This is a binary Excel workbook (.xlsb)."),
    ("content.xml", "This is an OpenDocument file."),
    ("Index/Document.iwa", "This is a Numbers document."),
    ("word/document.xml", "This is a Word document."),
)
# What openpyxl, the zip and the XML reader raise for files that are not as they should be: few of
# their own.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ExpatError,
    ParseError, InvalidFileException, LookupError, ValueError, TypeError, AttributeError,
    OverflowError, RecursionError,
)  # fmt: skip
# How a character stands in a text that XML has no place for: `_x000D_`.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIRST_SHOWN: Final = 0x20
_LINE_BREAKS: Final = frozenset({0x09, 0x0A, 0x0D})
_SURROGATES: Final = range(0xD800, 0xE000)


class SheetRow(NamedTuple):
    """A row that has something in it; `line` is its number in the sheet."""

    line: int
    cells: tuple[Cell, ...]


def read_workbook(stream: BinaryIO) -> Iterator[SheetRow | BadRecord]:
    """The rows of the first sheet that has any, visible sheets first; BadRecord for one of more
    than LINE_CHARS_MAX characters.

    Formulas are what they last came to. Of cells beyond COLUMNS_MAX only the first is looked at.
    Reads on as it is iterated; `stream` must be seekable. Raises UnreadableFile, at any row.
    """
    with _told_plainly():
        archive = Archive(stream)
        _require_workbook(archive)
        book = open_book(archive)
    for part in book.sheets:
        rows = _each(_Sheet(book).rows(archive, part))
        first = next(rows, None)
        if first is not None:
            yield from chain([first], rows)
            return


def _require_workbook(archive: Archive) -> None:
    names = frozenset(archive.namelist())
    for part, what in _OTHER_ARCHIVES:
        if part in names:
            raise UnreadableFile(f"{what} {SAVE_AS}")
    if "[Content_Types].xml" not in names:
        raise UnreadableFile(f"This is a zip file and no Excel workbook. {SAVE_AS}")


def _each(rows: Iterator[SheetRow | BadRecord]) -> Iterator[SheetRow | BadRecord]:
    with _told_plainly():
        yield from rows


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except _BROKEN:
        raise UnreadableFile(DAMAGED) from None
    except OSError as error:
        if error.errno is not None:
            raise
        # openpyxl's own, for a package without a workbook.
        raise UnreadableFile(f"The workbook lacks parts of itself. {SAVE_AS}") from None


class _Sheet:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._chars_left = CHARS_MAX

    def rows(self, archive: Archive, part: str) -> Iterator[SheetRow | BadRecord]:
        """Those with something in them, up to what follows the rows: links, merged cells."""
        line = 0
        for within, node in archive.records(part, depth=2):
            if within == _DATA and node.tag == _ROW:
                line = _line(node, line)
                row = self._row(line, node)
                if row is not None:
                    yield row
            elif line:
                return

    def _row(self, line: int, node: Element) -> SheetRow | BadRecord | None:
        cells: list[Cell] = []
        place = chars = 0
        for written in node.iterfind(_CELL):
            named = written.get("r")
            place = column_index_from_string(named.rstrip(_DIGITS)) if named else place + 1
            if place > COLUMNS_MAX + 1:
                break
            cell = self._cell(written)
            if cell is None:
                continue
            if isinstance(cell, str):
                chars += len(cell)
                if chars > LINE_CHARS_MAX:
                    break
            cells.extend([None] * (place - len(cells)))
            cells[place - 1] = cell
        self._take(chars)
        if chars > LINE_CHARS_MAX:
            return BadRecord(line, f"the row is longer than {LINE_CHARS_MAX:,} characters")
        return SheetRow(line, tuple(cells)) if any(map(_says_something, cells)) else None

    def _take(self, chars: int) -> None:
        self._chars_left -= chars
        if self._chars_left < 0:
            raise UnreadableFile(
                "The workbook holds more text than an import takes. Save the sheet with the people "
                "as “CSV UTF-8”, in several files where it is long, and import those."
            )

    def _cell(self, node: Element) -> Cell:
        kind = node.get("t", "n")
        written = _inline(node) if kind == "inlineStr" else node.findtext(_VALUE)
        if not written:
            return None
        match kind:
            case "s":
                return _text(self._book.texts[int(written)])
            case "n":
                return self._number(written, node.get("s"))
            case "b":
                return bool(int(written))
            case "d":
                return _moment(from_ISO8601(written))  # type: ignore[no-untyped-call]
            case _:
                return _text(written)

    def _number(self, written: str, style: str | None) -> Cell:
        number = int(written) if written.isdecimal() else float(written)
        if style in self._book.dates:
            try:
                return _moment(from_excel(number, self._book.epoch))
            except (OverflowError, ValueError):
                # No day has this number: the cell shows hashes, the number says more.
                return _exact(number)
        return _exact(number)


def _inline(cell: Element) -> str:
    text = cell.find(_INLINE)
    return "" if text is None else text_of(text)


def _line(row: Element, before: int) -> int:
    """A row's number, by its own word or the one after the row `before`."""
    line = int(row.get("r", before + 1))
    if not before < line <= LINES_MAX:
        raise UnreadableFile(DAMAGED)
    return line


def _moment(value: datetime | date | time | timedelta) -> Cell:
    match value:
        case datetime():
            is_day = value.time() == time.min
            return DateCell(value.date().isoformat() if is_day else value.isoformat(), is_day)
        case date():
            return DateCell(value.isoformat(), True)
        case timedelta():
            return _exact(value / timedelta(days=1))
        case time():
            return str(value)


def _exact(number: float) -> Cell:
    is_exact = abs(number) < WHOLE_MAX and number == int(number)
    return int(number) if is_exact else float(number)


def _says_something(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _text(text: str) -> str | None:
    cut = text[:CELL_CHARS_MAX]
    return (_ESCAPED.sub(_meant, cut) if "_x" in cut else cut) or None


def _meant(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    if code in _SURROGATES or (code < _FIRST_SHOWN and code not in _LINE_BREAKS):
        return ""
    return chr(code)
