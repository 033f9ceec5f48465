"""Dates as spreadsheets keep them: numbers of days that a format shows as a date (ECMA-376 part 1,
18.8.30 and 18.17.4)."""

import re
from datetime import datetime, timedelta
from typing import Final

from server.domain.job_rows import Cell, DateCell

# Formats that have a number only: what they show differs by country, but these are all dates.
_BUILT_IN: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_ELAPSED: Final = frozenset({46})
_BUILT_IN_MAX: Final = 163

# Texts, escaped letters, colours, countries, fillers: none of it says what the number is.
_DECORATION = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]")
_LASTING = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_PARTS_OF_A_DATE: Final = frozenset("dmyhs")

_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 (cells have no zone)
_DAY_ZERO_OF_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 (cells have no zone)
# In the first system 29 February 1900 is day 60, so the days before it are one too low.
_FIRST_DAY_COUNTED_RIGHT: Final = 61
_DAYS_MAX: Final = 2_958_465
"""31 December 9999."""
_MS_OF_A_DAY: Final = 86_400_000


def is_date_format(number: int, code: str | None) -> bool:
    """Whether a number format shows a date or a time of day. `code`: of one the workbook defines.

    A duration is a number: it has no day.
    """
    if code is None:
        return number in _BUILT_IN - _ELAPSED and number <= _BUILT_IN_MAX
    if _LASTING.search(code):
        return False
    bare = _DECORATION.sub("", code.partition(";")[0]).lower()
    return "general" not in bare and not _PARTS_OF_A_DATE.isdisjoint(bare)


def dated(days: float, *, since_1904: bool) -> Cell:
    """The date of a number of days, the moment where it has a fraction; a time of day as text; the
    number itself where there is no such date."""
    if not 0 <= days <= _DAYS_MAX:
        return days
    milliseconds = round(days * _MS_OF_A_DAY)
    whole, within = divmod(milliseconds, _MS_OF_A_DAY)
    if not since_1904 and 0 < whole < _FIRST_DAY_COUNTED_RIGHT:
        whole += 1
    zero = _DAY_ZERO_OF_1904 if since_1904 else _DAY_ZERO
    moment = zero + timedelta(days=whole, milliseconds=within)
    if whole == 0 and (within or not since_1904):
        return moment.time().isoformat()
    return _cell(moment)


def iso_dated(text: str) -> Cell:
    """A date that is written out; text that is none stays text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return _cell(moment.replace(tzinfo=None))


def _cell(moment: datetime) -> DateCell:
    is_day = moment.time() == moment.min.time()
    return DateCell(moment.date().isoformat() if is_day else moment.isoformat(), is_day)
