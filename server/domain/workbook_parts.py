"""The parts of an XLSX file, unpacked in bounded memory whatever its directory claims.

A zip file says itself how much it unpacks to, and how many parts it has; neither is believed.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from server.domain.errors import UnreadableFile

READ_BYTES: Final = 1 << 16
# The directory is read at once; a workbook's takes some 70 bytes for each of a few dozen parts.
GULP_BYTES_MAX: Final = 1 << 20
# 100,000 rows of 20 long texts are 150 MB.
UNPACKED_BYTES_MAX: Final = 400_000_000
# XML of a table packs 10 to 40 times smaller; only what repeats itself for ever packs better.
RATIO_MAX: Final = 150
RATIO_FROM_BYTES: Final = 20_000_000
# An opening tag with all its attributes; Excel's are below a kilobyte.
TAG_BYTES_MAX: Final = 1 << 20

_BROKEN: Final = "The workbook is damaged. Open it in a spreadsheet program and save it again."
_TOO_LARGE: Final = (
    "The workbook unpacks to more than an import takes. Save the sheet with the people as “CSV "
    "UTF-8” and import that."
)
# What the zip reader raises for hostile bytes: its own error, and those of what it is made of.
_ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError,
    OverflowError,
)  # fmt: skip
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 1


class Parts:
    """An opened zip file. All its parts together unpack to UNPACKED_BYTES_MAX at most.

    Raises UnreadableFile, here and wherever it is read.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._left = UNPACKED_BYTES_MAX
        with _told_plainly():
            self._zip = zipfile.ZipFile(_Sips(stream))
            self.names = frozenset(self._zip.namelist())

    def content(self, name: str, bytes_max: int = UNPACKED_BYTES_MAX) -> Iterator[bytes]:
        """A part, unpacked piece by piece."""
        with _told_plainly():
            info = self._zip.getinfo(name)
            self._admit(info, bytes_max)
            with self._zip.open(info) as part:
                while some := part.read(READ_BYTES):
                    self._left -= len(some)
                    if self._left < 0:
                        raise UnreadableFile(_TOO_LARGE)
                    yield some

    def _admit(self, info: zipfile.ZipInfo, bytes_max: int) -> None:
        """Other methods than these two may ask for gigabytes to unpack a byte. More than it says
        the zip reader never unpacks."""
        if info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED:
            raise UnreadableFile(_BROKEN)
        swells = info.file_size > RATIO_MAX * max(info.compress_size, 1)
        if info.file_size > min(self._left, bytes_max) or (
            swells and info.file_size > RATIO_FROM_BYTES
        ):
            raise UnreadableFile(_TOO_LARGE)


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


class Events:
    """What a part is made of, heard tag by tag; names come without their prefix.

    To be subclassed: every part has its own reader.
    """

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""

    def end(self, tag: str) -> None:
        """It closes."""

    def text(self, text: str) -> None:
        """Some of the text of what is open."""


def hear(content: Iterator[bytes], events: Events) -> Iterator[None]:
    """Reads XML, and pauses after each piece, so that what was heard can be used meanwhile.

    Raises UnreadableFile for what is no XML, has a document type (in which one finds entity
    bombs and names of other files, and no spreadsheet program writes one) or an endless tag.
    """
    parser = _parser(events)
    fed = 0
    for some in content:
        fed += len(some)
        _parse(parser, some, is_last=False)
        if fed - max(parser.CurrentByteIndex, 0) > TAG_BYTES_MAX:
            raise UnreadableFile(_BROKEN)
        yield
    _parse(parser, b"", is_last=True)
    yield


def hear_all(content: Iterator[bytes], events: Events) -> None:
    """Reads all of it."""
    for _ in hear(content, events):
        pass


def _parser(events: Events) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = _unprefixed_start(events.start)
    parser.EndElementHandler = _unprefixed_end(events.end)
    parser.CharacterDataHandler = events.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _unprefixed_start(
    hear_tag: Callable[[str, dict[str, str]], None],
) -> Callable[[str, dict[str, str]], None]:
    def start(name: str, attributes: dict[str, str]) -> None:
        hear_tag(name.rpartition(":")[2], attributes)

    return start


def _unprefixed_end(hear_tag: Callable[[str], None]) -> Callable[[str], None]:
    def end(name: str) -> None:
        hear_tag(name.rpartition(":")[2])

    return end


def _refuse_document_type(*_declared: Any) -> None:
    raise UnreadableFile(_BROKEN)


def _parse(parser: expat.XMLParserType, some: bytes, *, is_last: bool) -> None:
    try:
        parser.Parse(some, is_last)
    except expat.ExpatError:
        raise UnreadableFile(_BROKEN) from None


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except _ZIP_ERRORS:
        raise UnreadableFile(_BROKEN) from None
