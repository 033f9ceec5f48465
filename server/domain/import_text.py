"""An imported CSV file as spreadsheets of all countries write it: which encoding and delimiter."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

from server.domain.csv_records import (
    DELIMITERS,
    BadRecord,
    Record,
    records,
    text_lines,
)
from server.domain.errors import UnreadableFile
from server.domain.import_columns import field_of

LOOKED_AT_BYTES: Final = 4_096
CHUNK_BYTES: Final = 1 << 20
_BOM: Final = "\ufeff"
# What Excel puts above the header to tell itself the delimiter.
_EXCELS_OWN = re.compile(r"\"?sep=([,;\t])\"?[\r\n]*", re.IGNORECASE)


class Encoding(NamedTuple):
    """`codec` and `errors` are Python's; `name` is for people."""

    name: str
    codec: str
    errors: str = "surrogateescape"


UTF8: Final = Encoding("UTF-8", "utf-8")
# surrogateescape cannot keep a half of UTF-16; this leaves a lone surrogate, which is as good.
UTF16_LE: Final = Encoding("UTF-16", "utf-16-le", "surrogatepass")
UTF16_BE: Final = Encoding("UTF-16", "utf-16-be", "surrogatepass")
WINDOWS: Final = Encoding("Windows-1252", "cp1252")
_MARKS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, UTF16_LE),
    (codecs.BOM_UTF16_BE, UTF16_BE),
)


def read_text(stream: BinaryIO) -> Iterator[Record | BadRecord]:
    """The records of a CSV file, its header the first of them.

    Reads on as it is iterated. `stream` must be seekable, and stays open. Raises UnreadableFile.
    """
    encoding = encoding_of(stream)
    lines = text_lines(stream, encoding.codec, encoding.errors)
    first = next(lines, "").lstrip(_BOM)
    told = _EXCELS_OWN.fullmatch(first)
    if told is not None:
        return _numbered_from_second(records(lines, told[1], encoding.name))
    return records(chain([first], lines), delimiter_of(first), encoding.name)


def encoding_of(stream: BinaryIO) -> Encoding:
    """The encoding of the whole of `stream`: what its mark says, else UTF-16 where that is plain to
    see, else UTF-8 if it is that to its end, else Windows-1252. Leaves `stream` at its start.

    Raises UnreadableFile for UTF-16 that ends within a character.
    """
    stream.seek(0)
    start = stream.read(LOOKED_AT_BYTES)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    encoding = marked or _seen_utf16(start) or (UTF8 if _is_utf8(start, stream) else WINDOWS)
    if encoding.name == UTF16_LE.name and stream.seek(0, 2) % 2:
        raise UnreadableFile(
            "This file is UTF-16 text that ends within a character: it was cut off on its way. "
            "Export it again, as “CSV UTF-8” if there is a choice."
        )
    stream.seek(0)
    return encoding


def delimiter_of(header: str) -> str:
    """The delimiter by which a header line names the most fields, then the one that makes the most
    columns; a comma in doubt."""

    def rank(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return sum(field_of(cell) is not None for cell in cells), len(cells)

    return max(DELIMITERS, key=rank)


def _seen_utf16(start: bytes) -> Encoding | None:
    """UTF-16 without its mark: in plain letters, of which a header line is mostly made, one byte of
    two is zero, always on the same side."""
    header = start.partition(b"\n")[0]
    units = len(header) // 2
    even, odd = header[0 : units * 2 : 2].count(0), header[1 : units * 2 : 2].count(0)
    if 2 * max(even, odd) <= units or (even and odd):
        return None
    return UTF16_LE if odd else UTF16_BE


def _is_utf8(start: bytes, rest: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
        while chunk := rest.read(CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _numbered_from_second(
    found: Iterable[Record | BadRecord],
) -> Iterator[Record | BadRecord]:
    for record in found:
        yield record._replace(line=record.line + 1)
