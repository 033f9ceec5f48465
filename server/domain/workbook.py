"""A sheet of people out of an XLSX file (ECMA-376 part 1, section 18), as typed cells.

Read by ourselves because a general reader keeps every text of the workbook as an object: 100,000
rows of 20 columns take a quarter of a gigabyte with it, and here a tenth of that.
"""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from server.domain.errors import UnreadableFile
from server.domain.workbook_parts import UNPACKED_BYTES_MAX, Events, Parts, hear, hear_all
from server.domain.workbook_sheet import Sheet, SheetRow, Strings, Styles

LIST_BYTES_MAX: Final = 16_000_000
"""Of a part that is kept whole: lists of parts and sheets have kilobytes, styles some megabytes."""

_OTHER_ARCHIVES: Final = (
    ("xl/workbook.bin", "This is a binary Excel workbook (.xlsb)."),
    ("content.xml", "This is an OpenDocument file."),
    ("index/document.iwa", "This is a Numbers document."),
    ("word/document.xml", "This is a Word document."),
)
_SAVE_AS: Final = "Save the sheet with the people as .xlsx or as “CSV UTF-8” and import that."


def read_workbook(stream: BinaryIO) -> Iterator[SheetRow]:
    """The rows of the first sheet that has any, visible sheets first.

    Formulas are what they last came to. Reads on as it is iterated; `stream` must be seekable.
    Raises UnreadableFile, at any row.
    """
    parts = Parts(stream)
    found = {name.lower(): name for name in parts.names}
    _refuse_other_archives(found)
    book = _Book(parts, found)
    for sheet in book.sheets():
        rows = book.rows(sheet)
        first = next(rows, None)
        if first is not None:
            yield first
            yield from rows
            return


def _refuse_other_archives(found: dict[str, str]) -> None:
    for part, what in _OTHER_ARCHIVES:
        if part in found:
            raise UnreadableFile(f"{what} {_SAVE_AS}")
    if "_rels/.rels" not in found:
        raise UnreadableFile(f"This is a zip file and no Excel workbook. {_SAVE_AS}")


class _Book:
    """The parts of a workbook that a table needs."""

    def __init__(self, parts: Parts, found: dict[str, str]) -> None:
        self._parts = parts
        self._found = found
        [path, *_] = self._related("").of("officeDocument") or [""]
        self._path = path
        self._relations = self._related(path)
        self._contents = _Contents()
        self._hear(path, self._contents)
        self._strings: Strings | None = None
        self._styles = Styles()
        for styles in self._relations.of("styles"):
            self._hear(styles, self._styles)

    def sheets(self) -> list[str]:
        """Their parts, in the workbook's order, hidden ones last. Charts are none."""
        tables = set(self._relations.of("worksheet"))
        in_order = sorted(self._contents.sheets, key=lambda sheet: sheet.is_hidden)
        paths = (self._relations.path(sheet.relation) for sheet in in_order)
        return [path for path in paths if path in tables]

    def rows(self, path: str) -> Iterator[SheetRow]:
        if self._strings is None:
            self._strings = Strings()
            for strings in self._relations.of("sharedStrings"):
                hear_all(self._content(strings), self._strings)
        sheet = Sheet(self._strings, self._styles, since_1904=self._contents.since_1904)
        for _ in hear(self._content(path), sheet):
            yield from sheet.take()

    def _hear(self, path: str, events: Events) -> None:
        hear_all(self._content(path, LIST_BYTES_MAX), events)

    def _content(self, path: str, bytes_max: int = UNPACKED_BYTES_MAX) -> Iterator[bytes]:
        name = self._found.get(path.lower())
        if name is None:
            raise UnreadableFile(f"The workbook lacks parts of itself. {_SAVE_AS}")
        return self._parts.content(name, bytes_max)

    def _related(self, path: str) -> "_Relations":
        """What the part at `path` refers to; "": the package itself."""
        folder, name = posixpath.split(path)
        relations = _Relations(folder)
        self._hear(posixpath.join(folder, "_rels", f"{name}.rels"), relations)
        return relations


class _Relations(Events):
    """Which other parts a part refers to, by id and by what they are to it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._paths: dict[str, str] = {}
        self._by_kind: dict[str, list[str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        path = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", "")))
        self._paths[attributes.get("Id", "")] = path.lstrip("/")
        # The last word of a type is the same in both editions of the standard.
        kind = attributes.get("Type", "").rpartition("/")[2]
        self._by_kind.setdefault(kind, []).append(path.lstrip("/"))

    def path(self, relation: str) -> str:
        return self._paths.get(relation, "")

    def of(self, kind: str) -> list[str]:
        return self._by_kind.get(kind, [])


class _Listed(NamedTuple):
    """A sheet as the workbook lists it."""

    relation: str
    is_hidden: bool


class _Contents(Events):
    """The workbook's list of sheets."""

    def __init__(self) -> None:
        self.sheets: list[_Listed] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            relation = next((id_ for name, id_ in attributes.items() if name.endswith(":id")), "")
            self.sheets.append(_Listed(relation, attributes.get("state", "visible") != "visible"))
