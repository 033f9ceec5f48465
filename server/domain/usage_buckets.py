"""Days, weeks and months of the calendar, for charts of what was spent."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

BucketSize = Literal["day", "week", "month"]


def bucket_start(day: date, size: BucketSize) -> date:
    """The first day of the bucket `day` is in; weeks start on Monday (ISO 8601)."""
    match size:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def next_start(start: date, size: BucketSize) -> date:
    """The first day of the bucket after the one that starts on `start`."""
    match size:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            years, month0 = divmod(start.month, 12)
            return date(start.year + years, month0 + 1, 1)


def bucket_starts(first: date, last: date, size: BucketSize) -> Iterator[date]:
    """Every bucket from the one of `first` to the one of `last`."""
    start = bucket_start(first, size)
    while start <= last:
        yield start
        start = next_start(start, size)
