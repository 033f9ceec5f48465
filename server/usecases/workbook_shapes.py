"""What a part of a workbook would take in memory, counted tag by tag before openpyxl reads it."""

from typing import Any, Final
from xml.parsers import expat

from server.domain.errors import UnreadableFile

ELEMENTS_MAX: Final = 200_000
"""Of a row, and beside the rows: a row has 16,384 cells at most, styles have 65,490."""
RECORD_BYTES_MAX: Final = 4_000_000
"""Of a row or a shared text."""
LOOSE_BYTES_MAX: Final = 32_000_000
"""Of what stays while rows go by: spaces between them, their heights."""
TAG_BYTES_MAX: Final = 1 << 20
TEXTS_BYTES_MAX: Final = 120_000_000
RECORDS_MAX: Final = {"worksheet": 300_000, "sst": 2_500_000}
"""Rows of a sheet, empty ones with a format counted (openpyxl keeps half a kilobyte of each), and
texts: 100,000 rows of 20 different ones, and some."""
LINES_MAX: Final = 1_048_576
"""Of Excel itself; openpyxl makes up every line that is left out."""

DAMAGED: Final = "The workbook is damaged. Open it in a spreadsheet program and save it again."
SAVE_AS: Final = "Save the sheet with the people as .xlsx or as “CSV UTF-8” and import that."
TOO_LARGE: Final = (
    "The workbook unpacks to more than an import takes. Save the sheet with the people as “CSV "
    "UTF-8” and import that."
)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RECORDS: Final = {"worksheet": "row", "sst": "si"}


class Shape:
    """`root`: its outermost tag; `bytes`: heard so far. A sheet with rows is counted and
    read up to `end`, and there `closing` takes the place of its links, merged cells and formats,
    all of which openpyxl would keep."""

    def __init__(self) -> None:
        self.root = self._prefix = self._record = ""
        self.bytes = 0
        self.end: int | None = None
        self.closing = b""
        self._depth = self._record_depth = self._elements = self._loose = self._records = 0
        self._line = self._mark = self._loose_bytes = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse_document_type

    def hear(self, some: bytes) -> bool:
        """More of the part; False where it is no XML. Raises UnreadableFile beyond a bound, and for
        a document type: one finds entity bombs in it, and no spreadsheet program writes one."""
        self.bytes += len(some)
        if self.end is None:
            try:
                self._parser.Parse(some, False)
            except expat.ExpatError:
                return False
            self._require_bounded_text()
        return True

    def _require_bounded_text(self) -> None:
        unread = self.bytes - max(self._parser.CurrentByteIndex, 0)
        pending = self.bytes - self._mark
        loose = self._loose_bytes + (0 if self._record_depth else pending)
        _require(self.end is not None or unread <= TAG_BYTES_MAX, DAMAGED)
        _require(self.end is not None or loose <= LOOSE_BYTES_MAX)
        _require(not self._record_depth or pending <= RECORD_BYTES_MAX)
        _require(self.root != "sst" or self.bytes <= TEXTS_BYTES_MAX)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._record_depth:
            self._elements += 1
            _require(self._elements <= ELEMENTS_MAX)
        elif self._depth == 1:
            self._begin(name)
        elif name == self._record:
            self._start_record(attributes)
        else:
            self._loose += 1
            _require(self._loose <= ELEMENTS_MAX)

    def _begin(self, name: str) -> None:
        """`name` is `space root prefix`, as far as it has them."""
        space, _, rest = name.partition(" ") if " " in name else ("", "", name)
        self.root, _, self._prefix = rest.partition(" ")
        _require(space != _STRICT, f"This workbook is strict Open XML. {SAVE_AS}")
        if space == _MAIN and self.root in _RECORDS:
            self._record = name.replace(f" {self.root}", f" {_RECORDS[self.root]}", 1)

    def _start_record(self, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        self._loose_bytes += at - self._mark + sum(map(len, attributes.values()))
        self._mark = at
        self._record_depth = self._depth
        self._elements = 0
        self._records += 1
        _require(self._records <= RECORDS_MAX[self.root], _too_many(self.root))
        if self.root == "worksheet":
            line = int(attributes.get("r", self._line + 1))
            _require(self._line < line <= LINES_MAX, DAMAGED)
            self._line = line

    def _end(self, name: str) -> None:
        if self._depth == self._record_depth:
            self._record_depth = 0
            self._mark = self._parser.CurrentByteIndex
        elif self._records and name == self._record.replace(" row", " sheetData", 1):
            self._cut()
        self._depth -= 1

    def _cut(self) -> None:
        self.end = self._parser.CurrentByteIndex
        prefix = f"{self._prefix}:" if self._prefix else ""
        self.closing = f"</{prefix}sheetData></{prefix}{self.root}>".encode()
        self._parser.StartElementHandler = self._parser.EndElementHandler = None


def _require(is_bounded: bool, otherwise: str = TOO_LARGE) -> None:
    if not is_bounded:
        raise UnreadableFile(otherwise)


def _too_many(root: str) -> str:
    if root == "sst":
        return TOO_LARGE
    return (
        f"A sheet of the workbook has more than {RECORDS_MAX[root]:,} rows, empty ones counted. "
        "Save the sheet with the people as “CSV UTF-8”, in several files where it is long."
    )


def _refuse_document_type(*_declared: Any) -> None:
    raise UnreadableFile(DAMAGED)
