"""A sheet of people out of an XLSX file, as typed cells."""

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from server.domain.errors import UnreadableFile
from server.domain.import_columns import COLUMNS_MAX
from server.domain.job_rows import Cell, DateCell
from server.usecases.workbook_archive import Archive
from server.usecases.workbook_reader import WorkbookReader
from server.usecases.workbook_shapes import DAMAGED, SAVE_AS

CELL_CHARS_MAX: Final = 32_767
"""Of Excel itself."""
WHOLE_MAX: Final = 10**15
"""Up to here a spreadsheet's number is exact."""

_OTHER_ARCHIVES: Final = (
    ("xl/workbook.bin", "This is a binary Excel workbook (.xlsb)."),
    ("content.xml", "This is an OpenDocument file."),
    ("Index/Document.iwa", "This is a Numbers document."),
    ("word/document.xml", "This is a Word document."),
)
# What openpyxl and the zip reader raise for files that are not as they should be: few of their own.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ParseError,
    InvalidFileException, LookupError, ValueError, TypeError, AttributeError, OverflowError,
    RecursionError,
)  # fmt: skip
# How a character stands in a text that XML has no place for: `_x000D_`.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIRST_SHOWN: Final = 0x20
_LINE_BREAKS: Final = frozenset({0x09, 0x0A, 0x0D})
_SURROGATES: Final = range(0xD800, 0xE000)

# It tells what it drops, and repeats cells in that, which are not for anybody's log.
warnings.filterwarnings("ignore", module=r"openpyxl\.")


class SheetRow(NamedTuple):
    """A row that has something in it; `line` is its number in the sheet."""

    line: int
    cells: tuple[Cell, ...]


def read_workbook(stream: BinaryIO) -> Iterator[SheetRow]:
    """The rows of the first sheet that has any, visible sheets first.

    Formulas are what they last came to. Of cells beyond COLUMNS_MAX only the first is looked at.
    Reads on as it is iterated; `stream` must be seekable. Raises UnreadableFile, at any row.
    """
    with _told_plainly():
        book = _opened(Archive(stream))
    for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
        with _told_plainly():
            sheet.reset_dimensions()
            values = sheet.iter_rows(max_col=COLUMNS_MAX + 1, values_only=True)
        rows = _rows(values)
        first = next(rows, None)
        if first is not None:
            yield from chain([first], rows)
            return


def _opened(archive: Archive) -> Workbook:
    names = frozenset(archive.namelist())
    for part, what in _OTHER_ARCHIVES:
        if part in names:
            raise UnreadableFile(f"{what} {SAVE_AS}")
    if "[Content_Types].xml" not in names:
        raise UnreadableFile(f"This is a zip file and no Excel workbook. {SAVE_AS}")
    reader = WorkbookReader(archive)
    reader.read()
    return reader.wb


def _rows(values: Iterator[tuple[Any, ...]]) -> Iterator[SheetRow]:
    for line, row in enumerate(_each(values), 1):
        # Most of the 257 that openpyxl fills a row up to are nothing.
        cells = [None if value is None else _cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if any(map(_says_something, cells)):
            yield SheetRow(line, tuple(cells))


def _each(values: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    with _told_plainly():
        yield from values


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


def _cell(value: Any) -> Cell:
    match value:
        case None | bool():
            return value
        case str():
            return _unescaped(value[:CELL_CHARS_MAX]) or None
        case int() | float():
            return _number(value)
        case timedelta():
            return _number(value / timedelta(days=1))
        case datetime():
            is_day = value.time() == time.min
            return DateCell(value.date().isoformat() if is_day else value.isoformat(), is_day)
        case date():
            return DateCell(value.isoformat(), True)
        case _:
            return str(value)


def _number(number: float) -> Cell:
    is_exact = abs(number) < WHOLE_MAX and number == int(number)
    return int(number) if is_exact else float(number)


def _says_something(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_meant, text) if "_x" in text else text


def _meant(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    if code in _SURROGATES or (code < _FIRST_SHOWN and code not in _LINE_BREAKS):
        return ""
    return chr(code)
