"""The rows of an XLSX sheet (ECMA-376 part 1, 18.3) as typed cells, with the texts and styles that
they refer to."""

import re
from array import array
from typing import Final, NamedTuple

from server.domain.errors import UnreadableFile
from server.domain.job_rows import Cell
from server.domain.sheet_dates import dated, is_date_format, iso_dated
from server.domain.workbook_parts import Events

COLUMNS_READ_MAX: Final = 1_000
"""Cells further to the right are not looked at; above COLUMNS_MAX columns a file is refused."""
CELL_CHARS_MAX: Final = 32_767
"""Of Excel itself."""
STRINGS_BYTES_MAX: Final = 120_000_000
STRINGS_MAX: Final = 4_000_000
"""Texts that cells share are kept while the sheet is read: these two are what that may cost."""
WHOLE_DIGITS_MAX: Final = 15
"""What a spreadsheet's number holds exactly."""

_CELL = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# How a character stands in a text that XML has no place for: `_x000D_`.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIRST_SHOWN: Final = 0x20
_LINE_BREAKS: Final = frozenset({0x09, 0x0A, 0x0D})
_SURROGATES: Final = range(0xD800, 0xE000)


class SheetRow(NamedTuple):
    """A row that has something in it; `line` is its number in the sheet."""

    line: int
    cells: tuple[Cell, ...]


class Styles(Events):
    """Which cell styles show a date."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._open = ""
        self._dates: list[bool] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("numFmts", "cellXfs"):
            self._open = tag
        elif tag == "numFmt" and self._open == "numFmts":
            self._codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "xf" and self._open == "cellXfs":
            number = _whole(attributes.get("numFmtId"))
            self._dates.append(is_date_format(number, self._codes.get(number)))

    def end(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def is_date(self, style: str | None) -> bool:
        number = _whole(style)
        return number < len(self._dates) and self._dates[number]


class _Written:
    """The text of one cell, put together of its pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._chars = 0

    def add(self, text: str) -> None:
        if self._chars < CELL_CHARS_MAX:
            self._pieces.append(text[: CELL_CHARS_MAX - self._chars])
            self._chars += len(text)

    def take(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._chars = 0
        return text


class Strings(Events):
    """The texts that cells share, one after the other in UTF-8: as objects they took six times as
    much."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I")
        self._written = _Written()
        self._in_text = False
        self._in_reading_aid = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "rPh":
            self._in_reading_aid = True
        elif tag == "t":
            self._in_text = not self._in_reading_aid

    def end(self, tag: str) -> None:
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._in_reading_aid = False
        elif tag == "si":
            self._keep(_unescaped(self._written.take()))

    def text(self, text: str) -> None:
        if self._in_text:
            self._written.add(text)

    def at(self, number: int) -> str | None:
        """None for a text that is not there."""
        if not 0 <= number < len(self._ends):
            return None
        start = self._ends[number - 1] if number else 0
        return self._bytes[start : self._ends[number]].decode()

    def _keep(self, text: str) -> None:
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._bytes) > STRINGS_BYTES_MAX or len(self._ends) > STRINGS_MAX:
            raise UnreadableFile(
                "The workbook holds more text than an import takes. Save the sheet with the "
                "people as “CSV UTF-8” and import that."
            )


class Sheet(Events):
    """The rows of a sheet as they come."""

    def __init__(self, strings: Strings, styles: Styles, *, since_1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._since_1904 = since_1904
        self._rows: list[SheetRow] = []
        self._line = 0
        self._cells: list[Cell] = []
        self._place = 0
        self._type = "n"
        self._style: str | None = None
        self._written = _Written()
        self._in_value = False
        self._in_reading_aid = False

    def take(self) -> list[SheetRow]:
        """Those that are complete since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "c":
                self._begin_cell(attributes)
            case "v" | "t":
                self._in_value = not self._in_reading_aid
            case "rPh":
                self._in_reading_aid = True
            case "row":
                self._line = _whole(attributes.get("r")) or self._line + 1
                self._cells.clear()
                self._place = 0
            case _:
                pass

    def end(self, tag: str) -> None:
        match tag:
            case "v" | "t":
                self._in_value = False
            case "c":
                self._end_cell()
            case "rPh":
                self._in_reading_aid = False
            case "row":
                if any(map(_says_something, self._cells)):
                    self._rows.append(SheetRow(self._line, tuple(self._cells)))
            case _:
                pass

    def text(self, text: str) -> None:
        if self._in_value:
            self._written.add(text)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        named = _CELL.fullmatch(attributes.get("r", ""))
        self._place = _place(named[1]) if named else self._place + 1
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s")

    def _end_cell(self) -> None:
        written = self._written.take()
        if not written or self._place > COLUMNS_READ_MAX:
            return
        cell = self._cell(written)
        if cell is None:
            return
        missing = self._place - len(self._cells)
        self._cells.extend([None] * missing)
        self._cells[self._place - 1] = cell

    def _cell(self, written: str) -> Cell:
        match self._type:
            case "s":
                return self._strings.at(_whole(written, -1)) or None
            case "n":
                return self._number(written)
            case "b":
                return written in ("1", "true")
            case "d":
                return iso_dated(written)
            case _:
                return _unescaped(written)

    def _number(self, written: str) -> Cell:
        text = written.strip()
        if _NUMBER.fullmatch(text) is None:
            return text or None
        number = float(text)
        if self._styles.is_date(self._style):
            return dated(number, since_1904=self._since_1904)
        is_exact = number.is_integer() and abs(number) < 10**WHOLE_DIGITS_MAX
        return int(number) if is_exact else number


def _says_something(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _whole(text: str | None, otherwise: int = 0) -> int:
    """A number of the file's own counting, or `otherwise`."""
    is_one = (
        text is not None and text.isascii() and text.isdigit() and len(text) <= WHOLE_DIGITS_MAX
    )
    return int(text) if text is not None and is_one else otherwise


def _place(letters: str) -> int:
    """`A` is 1, `AA` 27."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_meant, text) if "_x" in text else text


def _meant(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    if code in _SURROGATES or (code < _FIRST_SHOWN and code not in _LINE_BREAKS):
        return ""
    return chr(code)
