"""The zip file that an XLSX workbook is, and its parts, in bounded memory.

A workbook is a program for whoever reads it: a few kilobytes can ask for gigabytes. Everything read
of one comes through here: a small part whole, and any other record by record.
"""

import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, Final, cast
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat

from server.domain.errors import UnreadableFile

# The directory is read at once; a workbook's takes some 70 bytes for each of a few dozen parts.
GULP_BYTES_MAX: Final = 1 << 20
PARTS_MAX: Final = 5_000
# 100,000 rows of 20 long texts are 150 MB.
UNPACKED_BYTES_MAX: Final = 400_000_000
# XML of a table packs 10 to 40 times smaller; only what repeats itself for ever packs better.
RATIO_MAX: Final = 150
RATIO_FROM_BYTES: Final = 20_000_000
WHOLE_BYTES_MAX: Final = 1_000_000
"""Of a part that is read at once, such as the list of sheets; its objects take thirty times it."""
RECORD_BYTES_MAX: Final = 2_000_000
"""Of a record and what stands before it: the widest row without its texts has 500 kB."""
DEPTH_MAX: Final = 64
"""Of elements in elements; extensions reach ten. An open one costs the reader 300 bytes."""
PROLOG_BYTES_MAX: Final = 1 << 16
"""Before the outermost tag; spreadsheet programs write a hundred bytes there."""

DAMAGED: Final = "The workbook is damaged. Open it in a spreadsheet program and save it again."
SAVE_AS: Final = "Save the sheet with the people as .xlsx or as “CSV UTF-8” and import that."
TOO_LARGE: Final = (
    "The workbook unpacks to more than an import takes. Save the sheet with the people as “CSV "
    "UTF-8” and import that."
)
_STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main "
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 1


class Archive(zipfile.ZipFile):
    """A zip file that unpacks to no more than UNPACKED_BYTES_MAX.

    Raises UnreadableFile, and what the zip and XML readers raise for hostile bytes.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = cast("IO[bytes]", _Sips(stream))
        super().__init__(self.stream)
        parts = self.infolist()
        if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
            raise UnreadableFile(TOO_LARGE)
        for part in parts:
            _require_usual(part)

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """A part of up to WHOLE_BYTES_MAX."""
        with self.open(name, pwd=pwd) as part:
            # Asked for everything, the zip reader unpacks before it looks how much that is.
            whole = part.read(WHOLE_BYTES_MAX + 1)
        if len(whole) > WHOLE_BYTES_MAX:
            raise UnreadableFile(TOO_LARGE)
        return whole

    def records(self, name: str, depth: int) -> Iterator[tuple[str, Element]]:
        """The elements of a part that lie in `depth` others, each with the tag that it lies in. An
        element is empty once the next has been asked for."""
        with self.open(name) as part:
            _require_plain(part)
            part.seek(0)
            metered = _Metered(part)
            within: list[Element] = []
            # Twice as fast as defusedxml's, and as safe where nothing declares entities.
            for event, node in iterparse(cast("IO[bytes]", metered), ("start", "end")):
                if event == "start":
                    within.append(node)
                    if len(within) > DEPTH_MAX:
                        raise UnreadableFile(DAMAGED)
                    continue
                within.pop()
                if 0 < len(within) <= depth:
                    if len(within) == depth:
                        yield within[-1].tag, node
                    within[-1].clear()
                    node.clear()
                    metered.left = RECORD_BYTES_MAX


def _require_usual(part: zipfile.ZipInfo) -> None:
    """Other methods than these two may ask for gigabytes to unpack a byte. More than the directory
    says the zip reader never hands out."""
    if part.compress_type not in _METHODS or part.flag_bits & _ENCRYPTED:
        raise UnreadableFile(DAMAGED)
    if part.file_size > max(RATIO_MAX * part.compress_size, RATIO_FROM_BYTES):
        raise UnreadableFile(TOO_LARGE)


def _require_plain(part: IO[bytes]) -> None:
    """No document type, which can stand before the outermost tag only: entity bombs come in one,
    and no spreadsheet program writes one."""
    tags: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda tag, _attributes: tags.append(tag)
    parser.Parse(part.read(PROLOG_BYTES_MAX), False)
    if not tags:
        raise UnreadableFile(DAMAGED)
    if tags[0].startswith(_STRICT):
        raise UnreadableFile(f"This workbook is strict Open XML. {SAVE_AS}")


def _refuse_document_type(*_declared: object) -> None:
    raise UnreadableFile(DAMAGED)


class _Metered:
    """A part of which no more than `left` bytes are handed out before somebody says how many."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self.left = RECORD_BYTES_MAX

    def read(self, size: int) -> bytes:
        some = self._part.read(size)
        self.left -= len(some)
        if self.left < 0:
            raise UnreadableFile(TOO_LARGE)
        return some


class _Sips:
    """A stream that nobody takes a large gulp of."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seekable = stream.seekable
        self.tell = stream.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and offset < 0:
            raise zipfile.BadZipFile("before the start")
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        some = self._stream.read(GULP_BYTES_MAX + 1 if size < 0 else min(size, GULP_BYTES_MAX + 1))
        if len(some) > GULP_BYTES_MAX:
            raise zipfile.BadZipFile("a directory of this size is no workbook's")
        return some
