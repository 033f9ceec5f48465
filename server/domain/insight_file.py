"""The insights file (demo.md): CSV of who in an org knows whom."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import msgspec

from server.domain.directory_file import NamedCells, Problem, opened_table, rows_of
from server.domain.pieces import canonical_email
from server.domain.profile_urls import canonical_profile_url

INSIGHT_COLUMNS: Final = frozenset({"url", "colleague", "strength", "since", "note"})
STRENGTH_MAX: Final = 100
NOTE_CHARS_MAX: Final = 500
"""A note stands in a panel beside others: longer ones are letters."""

_WHOLE = re.compile(r"[0-9]{1,3}")
_YEAR_ON = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


class InsightLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`colleague` (canonical address) knows whoever is at the canonical `url`.

    `since`: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """

    line: int
    url: str
    colleague: str
    strength: int
    since: str | None
    note: str | None


class InsightFile(msgspec.Struct, frozen=True):
    """As DirectoryFile: of two rows with one person and colleague the first good one counts."""

    ignored_columns: tuple[str, ...]
    rows: Iterator[InsightLine | Problem]


def read_insight_file(lines: Iterable[str]) -> InsightFile:
    """Reads the header. Raises DirectoryFileError without `url`, `colleague` and `strength`."""
    table = opened_table(lines, INSIGHT_COLUMNS, required=("url", "colleague", "strength"))
    return InsightFile(table.ignored_columns, _rows(rows_of(table)))


def _rows(named: Iterable[NamedCells | Problem]) -> Iterator[InsightLine | Problem]:
    line_of: dict[tuple[str, str], int] = {}
    for one in named:
        row = one if isinstance(one, Problem) else _checked(one)
        if isinstance(row, InsightLine):
            first = line_of.setdefault((row.url, row.colleague), row.line)
            if first != row.line:
                row = Problem(row.line, f"url and colleague are already on line {first}")
        yield row


def _checked(named: NamedCells) -> InsightLine | Problem:
    texts = {column: " ".join(cell.split()) for column, cell in named.cells.items()}
    try:
        return InsightLine(
            line=named.line,
            url=_url(texts["url"]),
            colleague=_colleague(texts["colleague"]),
            strength=_strength(texts.get("strength", "")),
            since=_since(texts.get("since", "")),
            note=_note(texts.get("note", "")),
        )
    except ValueError as error:
        return Problem(named.line, str(error))


def _url(written: str) -> str:
    profile = canonical_profile_url(written)
    if profile is None:
        raise ValueError("url is neither a person's page (/in/…) nor a company's (/company/…)")
    return profile.url


def _colleague(written: str) -> str:
    try:
        return canonical_email(written)
    except ValueError as error:
        raise ValueError(f"colleague: {error}") from None


def _strength(written: str) -> int:
    if not _WHOLE.fullmatch(written) or int(written) > STRENGTH_MAX:
        raise ValueError(f"strength: not a whole number from 0 to {STRENGTH_MAX}")
    return int(written)


def _since(written: str) -> str | None:
    if not written:
        return None
    try:
        if not _YEAR_ON.fullmatch(written):
            raise ValueError
        date.fromisoformat(written + "-01-01"[len(written) - len("YYYY") :])
    except ValueError:
        raise ValueError("since: write a date such as 2019, 2019-03 or 2019-03-04") from None
    return written


def _note(written: str) -> str | None:
    if len(written) > NOTE_CHARS_MAX:
        raise ValueError(f"note is longer than {NOTE_CHARS_MAX} characters")
    return written or None
