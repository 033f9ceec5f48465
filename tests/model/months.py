"""Credit months by trial instead of by arithmetic: slow, and nothing like the code under test."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
"""Every zone's clock is changed at a quarter of an hour."""


class Month(NamedTuple):
    """Half open, in microseconds since 1970."""

    no: int
    starts: int
    ends: int


@cache
def first_instant(day: date, zone: str) -> int:
    """The first quarter of an hour whose local date is `day` or later."""
    place = ZoneInfo(zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while moment.astimezone(place).date() < day:
        moment += _QUARTER
    return (moment - _EPOCH) // timedelta(microseconds=1)


@cache
def start_of(anchor: date, n: int, zone: str) -> int:
    """The start of month `n`: the anchor's day, or the last one that the month has."""
    year, month = anchor.year, anchor.month
    for _ in range(abs(n)):
        month += 1 if n > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    day = anchor.day
    while True:
        try:
            return first_instant(date(year, month, day), zone)
        except ValueError:
            day -= 1


def month_of(anchor: date, zone: str, at: int, frozen: Month | None) -> Month:
    """The month `at` is in. `frozen`: the one that was running when the zone changed (R15)."""
    if frozen is not None and at < frozen.ends:
        return frozen
    n = 0
    while start_of(anchor, n, zone) > at:
        n -= 1
    while start_of(anchor, n + 1, zone) <= at:
        n += 1
    if frozen is not None and n <= frozen.no + 1:
        return Month(frozen.no + 1, frozen.ends, start_of(anchor, frozen.no + 2, zone))
    return Month(n, start_of(anchor, n, zone), start_of(anchor, n + 1, zone))


def local_day(at: int, zone: str) -> date:
    """The date at `at` on the org's wall."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()
