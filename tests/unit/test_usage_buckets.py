"""Days, weeks and months of the calendar."""

from datetime import date

import pytest

from server.domain.usage_buckets import BucketSize, bucket_starts


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("day", ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("week", ["2026-12-28"]),
        ("month", ["2026-12-01", "2027-01-01"]),
    ],
)
def test_buckets_cross_the_turn_of_a_year(size: BucketSize, expected: list[str]) -> None:
    first, last = date(2026, 12, 30), date(2027, 1, 1)
    assert [start.isoformat() for start in bucket_starts(first, last, size)] == expected


def test_a_last_day_before_the_first_gives_no_bucket() -> None:
    assert list(bucket_starts(date(2026, 11, 3), date(2026, 11, 2), "day")) == []
