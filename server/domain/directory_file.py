"""The directory file (demo.md): CSV of people and companies, read row by row as it streams in."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from server.domain.csv_records import BadRecord, Record, delimiter_of, records
from server.domain.directory_rows import COLUMN_CHARS_MAX, DirectoryRow, directory_row
from server.domain.errors import UnreadableFile

COLUMNS: Final = tuple(COLUMN_CHARS_MAX)
"""Every column the file may have, in the order this product writes them."""

# An unknown column's name is repeated to the user; a whole paragraph of it helps nobody.
NAME_CHARS_TOLD_MAX: Final = 60

COLUMNS_REQUIRED: Final = {
    "url": "url, the address of the person's or company's page",
    "colleague": "colleague, the email address of the member who knows the person",
    "strength": "strength, how well on a scale from 0 to 100",
}

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


class NamedCells(NamedTuple):
    """The cells of a row by column; `line` as in Problem."""

    line: int
    cells: dict[str, str]


class OpenedTable(NamedTuple):
    """A CSV table whose header has been read: `columns` by position, "" for an unknown one."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    found: Iterator[Record | BadRecord]


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
    table = opened_table(lines, _KNOWN, required=("url",))
    return DirectoryFile(_KNOWN & set(table.columns), table.ignored_columns, _rows(table))


def opened_table(
    lines: Iterable[str], known: frozenset[str], required: tuple[str, ...]
) -> OpenedTable:
    """Reads the header of `lines`, of which the `known` columns count.

    Raises DirectoryFileError if it is no header or has not all `required` columns.
    """
    lines = iter(lines)
    first = next(lines, "").removeprefix("\ufeff")
    _refuse_other_formats(first)
    found = records(chain([first], lines), delimiter_of(first, known))
    header = next(found, None)
    if header is None:
        raise DirectoryFileError(
            f"The file is empty. It needs a header line with a {required[0]} column."
        )
    if isinstance(header, BadRecord):
        raise DirectoryFileError(
            f"The header cannot be read: {header.reason}.", line=header.line, reason=header.reason
        )
    columns = tuple(_column(cell) for cell in header.cells)
    _refuse_headers(columns, header.line, known, required)
    ignored = tuple(
        cell.strip()[:NAME_CHARS_TOLD_MAX] or f"column {position}"
        for position, cell in enumerate(header.cells, start=1)
        if columns[position - 1] not in known
    )
    return OpenedTable(tuple(name if name in known else "" for name in columns), ignored, found)


def rows_of(table: OpenedTable) -> Iterator[NamedCells | Problem]:
    """The rows that have a cell for each column; the others as problems, empty ones not at all."""
    for record in table.found:
        if isinstance(record, BadRecord):
            yield Problem(record.line, record.reason)
        # Spreadsheets leave lines of commas behind where rows were deleted.
        elif any(map(str.strip, record.cells)):
            yield _named(record, table.columns)


def _named(record: Record, columns: tuple[str, ...]) -> NamedCells | Problem:
    if len(record.cells) != len(columns):
        return Problem(
            record.line, f"has {len(record.cells)} cells where the header has {len(columns)}"
        )
    named = zip(columns, record.cells, strict=True)
    return NamedCells(record.line, {column: cell for column, cell in named if column})


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


def _refuse_headers(
    columns: tuple[str, ...], line: int, known: frozenset[str], required: tuple[str, ...]
) -> None:
    twice = sorted({name for name in columns if name in known and columns.count(name) > 1})
    if twice:
        raise DirectoryFileError(
            f"The header has {', '.join(twice)} twice. Keep one column of each.",
            line=line,
            reason="column twice",
        )
    for name in required:
        if name not in columns:
            raise DirectoryFileError(
                f"The header has no {name} column. The first line must name the columns; "
                f"{COLUMNS_REQUIRED[name]}, is required.",
                line=line,
                reason=f"no {name} column",
            )


def _rows(table: OpenedTable) -> Iterator[DirectoryRow | Problem]:
    line_of: dict[str, int] = {}
    for named in rows_of(table):
        row = _row(named)
        if isinstance(row, DirectoryRow):
            first_line = line_of.setdefault(row.url, row.line)
            if first_line != row.line:
                row = Problem(row.line, f"url is already on line {first_line}")
        yield row


def _row(named: NamedCells | Problem) -> DirectoryRow | Problem:
    if isinstance(named, Problem):
        return named
    try:
        return directory_row(named.line, named.cells)
    except ValueError as error:
        return Problem(named.line, str(error))
