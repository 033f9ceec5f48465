"""The directory file (demo.md): CSV of people and companies, read row by row as it streams in."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

from server.domain.csv_records import BadRecord, Record, delimiter_of, records
from server.domain.directory_rows import COLUMN_CHARS_MAX, DirectoryRow, directory_row
from server.domain.errors import UnreadableFile

COLUMNS: Final = tuple(COLUMN_CHARS_MAX)
"""Every column the file may have, in the order this product writes them."""

# An unknown column's name is repeated to the user; a whole paragraph of it helps nobody.
NAME_CHARS_TOLD_MAX: Final = 60

_KNOWN = frozenset(COLUMNS)
_ZIP_START = "PK\x03\x04"
# The two byte-order marks of UTF-16, as `surrogateescape` leaves them.
_UTF16_STARTS = ("\udcff\udcfe", "\udcfe\udcff")


class DirectoryFileError(UnreadableFile):
    """The file as a whole is no directory file; the text is a sentence that says what to do."""


class Problem(msgspec.Struct, frozen=True, gc=False):
    """A row that was skipped: the physical line it starts on, and why, as a clause."""

    line: int
    reason: str


class DirectoryFile(msgspec.Struct, frozen=True):
    """A file whose header has been read.

    `columns` are the known ones it has, `ignored_columns` the unknown ones as written. `rows` reads
    on as it is iterated, once; of two rows with one canonical url the first that is good counts and
    the later is a problem.
    """

    columns: frozenset[str]
    ignored_columns: tuple[str, ...]
    rows: Iterator[DirectoryRow | Problem]


def read_directory_file(lines: Iterable[str]) -> DirectoryFile:
    """Reads the header of `lines`, which keep their ends; `text_lines` makes them of a binary file.

    Raises DirectoryFileError if there is no header with a `url` column.
    """
    lines = iter(lines)
    first = next(lines, "").removeprefix("\ufeff")
    _refuse_other_formats(first)
    found = records(chain([first], lines), delimiter_of(first, _KNOWN))
    header = next(found, None)
    if header is None:
        raise DirectoryFileError("The file is empty. It needs a header line with a url column.")
    if isinstance(header, BadRecord):
        raise DirectoryFileError(
            f"The header cannot be read: {header.reason}.", line=header.line, reason=header.reason
        )
    columns = [_column(cell) for cell in header.cells]
    _refuse_headers(columns, header.line)
    ignored = tuple(
        cell.strip()[:NAME_CHARS_TOLD_MAX] or f"column {position}"
        for position, cell in enumerate(header.cells, start=1)
        if columns[position - 1] not in _KNOWN
    )
    return DirectoryFile(_KNOWN & set(columns), ignored, _rows(found, columns))


def _refuse_other_formats(first: str) -> None:
    if first.startswith(_ZIP_START):
        raise DirectoryFileError(
            "This is an Excel or zip file. Save it as “CSV UTF-8” and import that.",
            line=1,
            reason="not text",
        )
    if first.startswith(_UTF16_STARTS):
        raise DirectoryFileError(
            "This file is UTF-16 text. Save it as “CSV UTF-8” and import that.",
            line=1,
            reason="not UTF-8",
        )


def _column(cell: str) -> str:
    """A header cell as a column name: `First Name` is `first_name`."""
    return "_".join(cell.strip().lower().replace("-", " ").split())


def _refuse_headers(columns: list[str], line: int) -> None:
    twice = sorted({name for name in columns if name in _KNOWN and columns.count(name) > 1})
    if twice:
        raise DirectoryFileError(
            f"The header has {', '.join(twice)} twice. Keep one column of each.",
            line=line,
            reason="column twice",
        )
    if "url" not in columns:
        raise DirectoryFileError(
            "The header has no url column. The first line must name the columns; url, the address "
            "of the person's or company's page, is required.",
            line=line,
            reason="no url column",
        )


def _rows(
    found: Iterator[Record | BadRecord], columns: list[str]
) -> Iterator[DirectoryRow | Problem]:
    line_of: dict[str, int] = {}
    for record in found:
        if isinstance(record, BadRecord):
            yield Problem(record.line, record.reason)
            continue
        # Spreadsheets leave lines of commas behind where rows were deleted.
        if not any(map(str.strip, record.cells)):
            continue
        row = _row(record, columns)
        if isinstance(row, DirectoryRow):
            first_line = line_of.setdefault(row.url, row.line)
            if first_line != row.line:
                row = Problem(row.line, f"url is already on line {first_line}")
        yield row


def _row(record: Record, columns: list[str]) -> DirectoryRow | Problem:
    if len(record.cells) != len(columns):
        return Problem(
            record.line, f"has {len(record.cells)} cells where the header has {len(columns)}"
        )
    cells = {
        column: cell for column, cell in zip(columns, record.cells, strict=True) if column in _KNOWN
    }
    try:
        return directory_row(record.line, cells)
    except ValueError as error:
        return Problem(record.line, str(error))
