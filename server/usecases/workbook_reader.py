"""What the rows of a workbook refer to: its sheets, the texts that cells share, which cells show
dates. The way to them and the meaning of formats are openpyxl's."""

import warnings
from array import array
from datetime import datetime
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.xml import DEFUSEDXML
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from server.domain.errors import UnreadableFile
from server.usecases.workbook_archive import TOO_LARGE, Archive

TEXTS_MAX: Final = 2_500_000
"""100,000 rows of 20 different ones, and some."""
TEXTS_BYTES_MAX: Final = 120_000_000
FORMATS_MAX: Final = 70_000
"""Of cells: Excel itself has 65,490."""

_MAIN: Final = f"{{{SHEET_MAIN_NS}}}"
_STYLES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"

# openpyxl does without where it is missing.
assert DEFUSEDXML, "defusedxml is not installed"
# It tells what it drops by the file's own words, which are not for anybody's log. Once, for all
# threads: what `catch_warnings` puts back at its end another thread may have set.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


class Texts:
    """Texts by number, one after the other in UTF-8: a quarter of what they take as objects."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def add(self, text: str) -> None:
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._bytes) > TEXTS_BYTES_MAX or len(self._ends) > TEXTS_MAX:
            raise UnreadableFile(TOO_LARGE)

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()


class Book(NamedTuple):
    """`sheets`: their parts, visible ones first. `dates`: the cell styles that show a date, by
    number as cells write it. `epoch`: the day that dates count from."""

    sheets: list[str]
    texts: Texts
    dates: frozenset[str]
    epoch: datetime


def open_book(archive: Archive) -> Book:
    """Raises UnreadableFile, and what openpyxl raises for what is no workbook."""
    reader = ExcelReader(archive.stream, read_only=True, keep_links=False)
    reader.archive = archive
    reader.read_manifest()
    reader.read_workbook()
    there = frozenset(archive.namelist())
    listed = sorted(reader.parser.find_sheets(), key=lambda found: found[0].state != "visible")
    # One part may be listed as many sheets.
    sheets = list(dict.fromkeys(link.target for _, link in listed if link.target in there))
    texts = _texts(archive, _part_of(reader, SHARED_STRINGS))
    dates = _dates(archive, _part_of(reader, _STYLES))
    return Book(sheets, texts, dates, reader.wb.epoch)


def text_of(node: Element) -> str:
    """A text, rich ones whole, without reading aids."""
    parts = [node, *node.iterfind(f"{_MAIN}r")]
    return "".join(text.text or "" for part in parts for text in part.iterfind(f"{_MAIN}t"))


def _part_of(reader: ExcelReader, content_type: str) -> str | None:
    listed = reader.package.find(content_type)  # type: ignore[no-untyped-call]
    return None if listed is None else listed.PartName[1:]


def _texts(archive: Archive, part: str | None) -> Texts:
    texts = Texts()
    for _, node in archive.records(part, depth=1) if part is not None else ():
        if node.tag == f"{_MAIN}si":
            texts.add(text_of(node))
    return texts


def _dates(archive: Archive, part: str | None) -> frozenset[str]:
    codes: dict[int, str] = {}
    formats: list[int] = []
    for within, node in archive.records(part, depth=2) if part is not None else ():
        if within == f"{_MAIN}numFmts":
            codes[int(node.attrib["numFmtId"])] = node.attrib["formatCode"]
        elif within == f"{_MAIN}cellXfs":
            formats.append(int(node.get("numFmtId", 0)))
        if len(codes) + len(formats) > FORMATS_MAX:
            raise UnreadableFile(TOO_LARGE)
    days = {number for number in {*formats} if _shows_a_date(codes, number)}
    return frozenset(str(style) for style, number in enumerate(formats) if number in days)


def _shows_a_date(codes: dict[int, str], number: int) -> bool:
    code = codes.get(number) or builtin_format_code(number)
    return bool(is_date_format(code)) and not is_timedelta_format(code)
