"""The license's own month (R12): from `anchor + n months` to `anchor + n + 1 months`, at local
midnight."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.domain.ids import AtUs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class MonthBounds(NamedTuple):
    """Credit month `no` of a license, half open: `starts_us <= t < ends_us`, UTC."""

    no: int
    starts_us: AtUs
    ends_us: AtUs


def to_us(moment: datetime) -> AtUs:
    """Microseconds since 1970 of an aware moment."""
    return AtUs((moment - _EPOCH) // _MICROSECOND)


def from_us(at: AtUs) -> datetime:
    """The aware UTC moment."""
    return _EPOCH + timedelta(microseconds=at)


def anchored_day(anchor: date, n: int) -> date:
    """`anchor + n months`, the day clamped to the month's length and always counted from the
    anchor."""
    years, month0 = divmod(anchor.year * 12 + anchor.month - 1 + n, 12)
    return date(years, month0 + 1, min(anchor.day, monthrange(years, month0 + 1)[1]))


def local_midnight_us(day: date, zone: ZoneInfo) -> AtUs:
    """The first instant of `day` in `zone`.

    Where daylight saving skips midnight this is the instant of the jump, where it repeats it, the
    first of the two: `fold=0` reads both so (PEP 495).
    """
    return to_us(datetime(day.year, day.month, day.day, tzinfo=zone))


def month_at(anchor: date, zone: ZoneInfo, at: AtUs) -> MonthBounds:
    """The credit month that the calendar puts `at` in. `no` is negative before the anchor."""
    local = from_us(at).astimezone(zone).date()
    n = (local.year - anchor.year) * 12 + local.month - anchor.month
    if local_midnight_us(anchored_day(anchor, n), zone) > at:
        n -= 1
    return bounds(anchor, zone, n)


def bounds(anchor: date, zone: ZoneInfo, n: int) -> MonthBounds:
    """Credit month `n` by the calendar."""
    starts, ends = (local_midnight_us(anchored_day(anchor, m), zone) for m in (n, n + 1))
    return MonthBounds(n, starts, ends)


def month_after(last: MonthBounds, anchor: date, zone: ZoneInfo, at: AtUs) -> MonthBounds:
    """The month `at` falls in, given the last one whose bounds were frozen.

    Frozen bounds stay: `at` before the end of `last` is still `last`, also with the clock gone
    back. The month right behind it starts where it ended, whatever the org's zone is now (R15).
    """
    if at < last.ends_us:
        return last
    calendar = month_at(anchor, zone, at)
    if calendar.no > last.no + 1:
        return calendar
    following = bounds(anchor, zone, last.no + 1)
    return MonthBounds(last.no + 1, last.ends_us, max(following.ends_us, AtUs(last.ends_us + 1)))


@lru_cache(maxsize=4_096)
def first_day(starts_us: AtUs, zone: ZoneInfo) -> date:
    """The first day of a credit month, in the org's zone."""
    return from_us(starts_us).astimezone(zone).date()


@lru_cache(maxsize=4_096)
def last_day(ends_us: AtUs, zone: ZoneInfo) -> date:
    """The last day of a credit month, in the org's zone (R14)."""
    return from_us(AtUs(ends_us - 1)).astimezone(zone).date()


def calendar_month_start(at: AtUs, zone: ZoneInfo) -> AtUs:
    """The first instant of the calendar month `at` falls in, in the org's zone (R27's
    allowance)."""
    return local_midnight_us(from_us(at).astimezone(zone).date().replace(day=1), zone)
