"""The zip file that an XLSX workbook is, let through to openpyxl in bounded memory only.

openpyxl believes a workbook: it keeps some parts whole, whole rows of others, and whatever stands
between rows. So every part is unpacked once beforehand, and what it would take is counted.
"""

import zipfile
from typing import IO, Any, BinaryIO, Final, cast

from server.domain.errors import UnreadableFile
from server.usecases.workbook_shapes import DAMAGED, TOO_LARGE, Shape

READ_BYTES: Final = 1 << 16
# The directory is read at once; a workbook's takes some 70 bytes for each of a few dozen parts.
GULP_BYTES_MAX: Final = 1 << 20
PARTS_MAX: Final = 5_000
# 100,000 rows of 20 long texts are 150 MB.
UNPACKED_BYTES_MAX: Final = 400_000_000
# XML of a table packs 10 to 40 times smaller; only what repeats itself for ever packs better.
RATIO_MAX: Final = 150
RATIO_FROM_BYTES: Final = 20_000_000
KEPT_WHOLE_BYTES_MAX: Final = 8_000_000
"""Of a part that is read at once: lists of parts have kilobytes, styles some megabytes."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 1


class Archive(zipfile.ZipFile):
    """A zip file whose parts have been measured. `sheets` and `texts`: the names of those that are
    tables, and lists of the texts that cells share.

    Raises UnreadableFile, and what the zip reader raises for hostile bytes.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = cast("IO[bytes]", _Sips(stream))
        super().__init__(self.stream)
        if len(self.infolist()) > PARTS_MAX:
            raise UnreadableFile(TOO_LARGE)
        self._left = UNPACKED_BYTES_MAX
        self._shapes: dict[str, Shape] = {}
        for info in self.infolist():
            self._measure(info)
        self.sheets = [name for name, shape in self._shapes.items() if shape.root == "worksheet"]
        self.texts = [name for name, shape in self._shapes.items() if shape.root == "sst"]

    def open(self, name: str | zipfile.ZipInfo, *_mode: Any, **_options: Any) -> IO[bytes]:
        """A measured part, for reading. KeyError for any other."""
        named = name if isinstance(name, str) else name.filename
        return cast("IO[bytes]", _Part(super().open(named), self._shapes[named]))

    def _measure(self, info: zipfile.ZipInfo) -> None:
        """Other methods than these two may ask for gigabytes to unpack a byte. More than the
        directory says the zip reader never unpacks."""
        if info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED:
            raise UnreadableFile(DAMAGED)
        swelling_bytes_max = max(RATIO_MAX * info.compress_size, RATIO_FROM_BYTES)
        if info.file_size > min(swelling_bytes_max, self._left):
            raise UnreadableFile(TOO_LARGE)
        is_xml = info.filename.lower().endswith((".xml", ".rels"))
        shape = Shape()
        with super().open(info) as part:
            while some := part.read(READ_BYTES):
                self._left -= len(some)
                is_xml = is_xml and shape.hear(some)
        if is_xml:
            self._shapes[info.filename] = shape


class _Part:
    """A part as openpyxl reads it: whole where it is small, a sheet to the end of its rows."""

    def __init__(self, part: IO[bytes], shape: Shape) -> None:
        self._part = part
        self._is_small = shape.bytes <= KEPT_WHOLE_BYTES_MAX
        self._left = shape.bytes if shape.end is None else shape.end
        self._closing = shape.closing
        self.close = part.close

    def __enter__(self) -> "_Part":
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        if size < 0 and not self._is_small:
            raise UnreadableFile(TOO_LARGE)
        some = self._part.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(some)
        if some and size >= 0:
            return some
        closing, self._closing = self._closing, b""
        return some + closing


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
