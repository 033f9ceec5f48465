"""openpyxl's reader, keeping the texts that cells share small."""

from array import array
from typing import IO, Any, Final, cast
from xml.etree.ElementTree import Element

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml import DEFUSEDXML
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from server.domain.errors import UnreadableFile
from server.usecases.workbook_archive import Archive
from server.usecases.workbook_shapes import DAMAGED

_TEXT: Final = f"{{{SHEET_MAIN_NS}}}si"
_PLAIN: Final = f"{{{SHEET_MAIN_NS}}}t"

# openpyxl does without where it is missing.
assert DEFUSEDXML, "defusedxml is not installed"


class WorkbookReader(ExcelReader):
    """Reads of an archive what rows cannot do without: no links, drawings, themes, properties."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive.stream, read_only=True, data_only=True, keep_links=False)
        self.archive = self._measured = archive
        self.valid_files = archive.sheets

    def read_strings(self) -> None:
        """A step of `read`; openpyxl has a list of two million objects after it."""
        listed = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if listed is not None:
            name = listed.PartName[1:]
            if name not in self._measured.texts:
                raise UnreadableFile(DAMAGED)
            with self._measured.open(name) as part:
                self.shared_strings = cast("list[str]", _Texts(part))


class _Texts:
    """Texts by number, one after the other in UTF-8: a quarter of what they take as objects."""

    def __init__(self, part: IO[bytes]) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])
        events = iterparse(part, events=("start", "end"))
        _, root = next(events)
        for event, node in events:
            if event == "end" and node.tag == _TEXT:
                self._bytes += _text(node).encode()
                self._ends.append(len(self._bytes))
                root.clear()

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()


def _text(node: Element) -> str:
    """Rich ones whole, without reading aids."""
    if len(node) == 1 and node[0].tag == _PLAIN:
        return node[0].text or ""
    text = Text.from_tree(cast("Any", node))
    return "" if text is None else text.content
