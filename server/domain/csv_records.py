"""Records out of CSV text that people made: each with its line; a bad one spoils no other.

The standard reader goes on over line ends until a quote is closed, so that one stray quote swallows
the rest of the file. Here a record that cannot be read gives back all its lines but the first.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

# Four times the longest row of a directory file; a longer line is not a row but a stray file.
LINE_CHARS_MAX: Final = 100_000
# A quoted summary may have paragraphs; an open quote has the rest of the file.
RECORD_LINES_MAX: Final = 64
# What spreadsheets of different countries put between two cells.
DELIMITERS: Final = (",", ";", "\t")

# `surrogateescape` leaves bytes that are no UTF-8 as lone surrogates, which no real text holds.
_UNDECODABLE = re.compile("[\ud800-\udfff]")


class Record(NamedTuple):
    """The cells of one record; `line` is the physical line, from 1, on which it starts."""

    line: int
    cells: list[str]


class BadRecord(NamedTuple):
    """A record that could not be read, and why, as a clause ("the line is not UTF-8 text")."""

    line: int
    reason: str


class _RecordTooTall(Exception):
    """More than RECORD_LINES_MAX lines and the record is still open."""


class _Lines:
    """The physical lines for the standard reader, with those of the open record kept."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self.next_line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) == RECORD_LINES_MAX:
            raise _RecordTooTall
        line = self._returned.popleft() if self._returned else next(self._source)
        self.taken.append(line)
        return line

    def settle(self, lines: int) -> None:
        """Done with the first `lines` lines taken; the others will be read again."""
        self._returned.extendleft(reversed(self.taken[lines:]))
        self.next_line += lines
        self.taken.clear()


def text_lines(
    stream: BinaryIO, encoding: str = "utf-8", errors: str = "surrogateescape"
) -> Iterator[str]:
    """The lines of `stream`, ends included, cut after LINE_CHARS_MAX + 1 characters.

    `errors` leaves what is no text of this encoding as lone surrogates, which `records` reports.
    `stream` stays open.
    """
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    try:
        while line := text.readline(LINE_CHARS_MAX + 1):
            yield line
            while len(line) > LINE_CHARS_MAX and not line.endswith("\n"):
                line = text.readline(LINE_CHARS_MAX + 1) or "\n"
    finally:
        # Without this the wrapper closes a stream that is its owner's to close.
        if not stream.closed:
            text.detach()


def records(
    lines: Iterable[str], delimiter: str = ",", encoding: str = "UTF-8"
) -> Iterator[Record | BadRecord]:
    """Every record of `lines` in order; empty lines are none. `encoding`: what it is called."""
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        start = source.next_line
        cells: list[str] = []
        reason = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _RecordTooTall:
            reason = f"a quote is still open after {RECORD_LINES_MAX} lines"
        except csv.Error as error:
            reason = f"not readable as CSV: {error}"
        taken = source.taken if reason is None else source.taken[:1]
        reason = _unreadable(taken, encoding) or reason
        source.settle(len(taken))
        if reason is not None:
            yield BadRecord(start, reason)
        elif cells:
            yield Record(start, cells)


def delimiter_of(header: str, known: frozenset[str]) -> str:
    """The delimiter that finds the most `known` column names in a header line; a comma in doubt."""

    def found(delimiter: str) -> int:
        return sum(cell.strip(' "\ufeff\r\n').lower() in known for cell in header.split(delimiter))

    return max(DELIMITERS, key=found)


def _unreadable(lines: list[str], encoding: str) -> str | None:
    """Why these physical lines cannot be a record, whatever the quotes say."""
    for line in lines:
        if len(line) > LINE_CHARS_MAX:
            return f"the line is longer than {LINE_CHARS_MAX:,} characters"
        if "\0" in line:
            return "the line holds a NUL character"
        if not line.isascii() and _UNDECODABLE.search(line):
            return f"the line is not {encoding} text"
    return None
