"""An uploaded file of people, opened for an import (R25).

What it is shows in its first bytes: names and media types of uploads are guesses of the sender's.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

import msgspec

from server.domain.csv_records import BadRecord
from server.domain.errors import BadRequest, UnreadableFile
from server.domain.import_columns import Header, header_of
from server.domain.import_rows import cell_text
from server.domain.import_text import read_text
from server.domain.job_rows import Cell, JobRow
from server.usecases.workbooks import SheetRow, read_workbook
from server.wire.jobs import JobFile

ROWS_MAX: Final = 100_000
"""Of one import (api.md, Limits)."""
SCANNED_BYTES: Final = 1 << 20

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_WORKBOOK: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS: Final = "Save the list as .xlsx or as “CSV UTF-8” and import that."
_OTHERS: Final = (
    (b"PK\x05\x06", "This is an empty zip file."),
    (b"%PDF", "This is a PDF document."),
    (b"\x1f\x8b", "This is a gzip file."),
    (b"{\\rtf", "This is a rich text document."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
)
# Many programs write a page or an XML file and call it .xls.
_MARKUP: Final = (b"<!doctype", b"<html", b"<table", b"<?xml")
_START_BYTES: Final = 512


class Upload(msgspec.Struct, frozen=True):
    """A file whose header has been read. `mapping`: field to column, as far as recognised.

    `rows` are read from the file as they are iterated, once, which blocks: iterate in a thread, and
    leave the stream open until then. They carry `row_no`, `line` and `cells`, one for each column
    (and another only in rows that seeking will find a problem), or `problem` where the record
    cannot be read; iterating may raise BadRequest (too many rows) and UnreadableFile.
    """

    file: JobFile
    mapping: dict[str, str]
    rows: Iterator[JobRow]


class _Opened(NamedTuple):
    header: Header
    rows: Iterator[SheetRow | BadRecord]


async def read_upload(stream: BinaryIO, name: str, *, rows_max: int = ROWS_MAX) -> Upload:
    """Reads what kind of file it is and its header. `stream` must be seekable, `name` is shown.

    Raises UnreadableFile and BadRequest.
    """
    opened = await asyncio.to_thread(_opened, stream)
    columns, mapping = opened.header.columns, opened.header.mapping
    rows = _job_rows(opened.rows, len(columns), rows_max)
    return Upload(JobFile(name=name, columns=columns), mapping, rows)


def _opened(stream: BinaryIO) -> _Opened:
    rows = _reader_of(stream)(stream)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(
            "The file is empty. Its first line must name the columns, and each line after it is a "
            "person."
        )
    if isinstance(first, BadRecord):
        raise UnreadableFile(
            f"The header cannot be read: {first.reason}.", line=first.line, reason=first.reason
        )
    header = header_of([cell_text(cell) for cell in first.cells])
    return _Opened(header, chain([first], rows) if header.is_data else rows)


def _reader_of(stream: BinaryIO) -> Callable[[BinaryIO], Iterator[SheetRow | BadRecord]]:
    """What reads a file that begins like this one. Raises UnreadableFile for other formats."""
    stream.seek(0)
    start = stream.read(_START_BYTES)
    if start.startswith(_ZIP):
        return read_workbook
    if start.startswith(_OLE):
        raise UnreadableFile(f"{_older_workbook(stream)} {_SAVE_AS}")
    for magic, what in _OTHERS:
        if start.startswith(magic):
            raise UnreadableFile(f"{what} {_SAVE_AS}")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise UnreadableFile(f"This is a web page or XML, whatever it is called. {_SAVE_AS}")
    return _text_rows


def _older_workbook(stream: BinaryIO) -> str:
    """Workbooks with a password come in the container that old ones came in."""
    stream.seek(0)
    kept = b""
    while some := stream.read(SCANNED_BYTES):
        if _ENCRYPTED_WORKBOOK in kept + some:
            return "This workbook is protected by a password."
        kept = some[-len(_ENCRYPTED_WORKBOOK) :]
    return "This is an Excel workbook of before 2007 (.xls)."


def _text_rows(stream: BinaryIO) -> Iterator[SheetRow | BadRecord]:
    for record in read_text(stream):
        if isinstance(record, BadRecord):
            yield record
        # Spreadsheets leave lines of commas behind where rows were deleted.
        elif any(map(str.strip, record.cells)):
            yield SheetRow(record.line, tuple(record.cells))


def _job_rows(
    rows: Iterator[SheetRow | BadRecord], columns: int, rows_max: int
) -> Iterator[JobRow]:
    for row_no, row in enumerate(rows):
        if row_no == rows_max:
            raise BadRequest(
                f"The file has more than {rows_max:,} rows; split it into several imports."
            )
        if isinstance(row, BadRecord):
            yield JobRow(row_no, line=row.line, problem=row.reason)
        else:
            yield JobRow(row_no, line=row.line, cells=_squared(row.cells, columns))


def _squared(cells: tuple[Cell, ...], columns: int) -> tuple[Cell, ...]:
    """One cell for each column. Spreadsheets leave empty cells at a row's end out, and write some
    that no column has; a row with something in those keeps the first and is a problem."""
    beyond = next((cell for cell in cells[columns:] if cell not in (None, "")), None)
    return (
        cells[:columns] + (None,) * (columns - len(cells)) + (() if beyond is None else (beyond,))
    )
