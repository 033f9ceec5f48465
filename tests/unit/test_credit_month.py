"""The license's own month, by the calendar and behind frozen bounds (R12–R15)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.credit_month import (
    MonthBounds,
    anchored_day,
    bounds,
    calendar_month_start,
    first_day,
    from_us,
    last_day,
    local_midnight_us,
    month_after,
    month_at,
    to_us,
)
from server.domain.ids import AtUs

NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")
ZONES = (
    "UTC",
    "America/New_York",
    "America/Asuncion",
    "Africa/Cairo",
    "America/Havana",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
anchors = st.dates(date(2015, 1, 1), date(2028, 12, 31))
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(2014, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def local(month: MonthBounds, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The bounds as wall-clock times without their zone."""
    starts, ends = (
        from_us(at).astimezone(zone).replace(tzinfo=None) for at in (month.starts_us, month.ends_us)
    )
    return starts, ends


@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        (date(2026, 1, 31), ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31"]),
        (date(2026, 1, 30), ["01-30", "02-28", "03-30", "04-30", "05-30", "06-30", "07-30"]),
        (date(2026, 1, 29), ["01-29", "02-28", "03-29", "04-29", "05-29", "06-29", "07-29"]),
        (date(2028, 1, 31), ["01-31", "02-29", "03-31", "04-30", "05-31", "06-30", "07-31"]),
        (date(2028, 2, 29), ["02-29", "03-29", "04-29", "05-29", "06-29", "07-29", "08-29"]),
        (date(2026, 1, 15), ["01-15", "02-15", "03-15", "04-15", "05-15", "06-15", "07-15"]),
    ],
)
def test_r12_the_day_is_clamped_and_always_counted_from_the_anchor(
    anchor: date, days: list[str]
) -> None:
    assert [f"{anchored_day(anchor, n):%m-%d}" for n in range(7)] == days


def test_r12_29_february_comes_back_in_the_next_leap_year() -> None:
    anchor = date(2024, 2, 29)
    assert anchored_day(anchor, 12) == date(2025, 2, 28)
    assert anchored_day(anchor, 48) == date(2028, 2, 29)


def test_r12_months_before_the_anchor_count_down() -> None:
    assert anchored_day(date(2026, 3, 31), -1) == date(2026, 2, 28)
    at = to_us(datetime(2026, 1, 1, tzinfo=UTC))
    assert month_at(date(2026, 3, 31), UTC_ZONE, at).no == -3


def test_r12_a_month_starts_at_midnight_of_the_org_in_winter_and_summer() -> None:
    march = bounds(date(2026, 1, 31), NEW_YORK, 1)
    assert from_us(march.starts_us) == datetime(2026, 2, 28, 5, tzinfo=UTC)
    assert from_us(march.ends_us) == datetime(2026, 3, 31, 4, tzinfo=UTC)
    november = bounds(date(2026, 1, 15), NEW_YORK, 9)
    assert from_us(november.starts_us) == datetime(2026, 10, 15, 4, tzinfo=UTC)
    assert from_us(november.ends_us) == datetime(2026, 11, 15, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "first_instant"),
    [
        # The clock jumped from 23:59:59 to 01:00: the day begins at the jump.
        ("America/Asuncion", date(2023, 10, 1), datetime(2023, 10, 1, 4, tzinfo=UTC)),
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22, tzinfo=UTC)),
        # 00:00–01:00 came twice: the day begins with the first.
        ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4, tzinfo=UTC)),
        ("Atlantic/Azores", date(2024, 10, 27), datetime(2024, 10, 27, 0, tzinfo=UTC)),
        # 30 December 2011 never came in Samoa: the jump stands for it.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_r12_a_day_without_or_with_two_midnights_starts_with_its_first_instant(
    zone: str, day: date, first_instant: datetime
) -> None:
    assert from_us(local_midnight_us(day, ZoneInfo(zone))) == first_instant


@given(anchors, zones, moments)
def test_r12_every_moment_is_in_exactly_one_month(
    anchor: date, zone: ZoneInfo, moment: datetime
) -> None:
    at = to_us(moment)
    month = month_at(anchor, zone, at)
    assert month.starts_us <= at < month.ends_us
    assert month == bounds(anchor, zone, month.no)


@given(anchors, zones, st.integers(-40, 100))
def test_r12_months_are_contiguous_by_the_calendar(anchor: date, zone: ZoneInfo, n: int) -> None:
    assert bounds(anchor, zone, n).ends_us == bounds(anchor, zone, n + 1).starts_us


@given(anchors, zones, st.integers(-40, 100))
def test_r14_a_month_shows_the_days_between_two_anchored_days(
    anchor: date, zone: ZoneInfo, n: int
) -> None:
    month = bounds(anchor, zone, n)
    assert first_day(month.starts_us, zone) == anchored_day(anchor, n)
    assert last_day(month.ends_us, zone) == anchored_day(anchor, n + 1) - timedelta(days=1)


def test_r12_frozen_bounds_outlive_a_new_reading_of_the_calendar() -> None:
    frozen = MonthBounds(4, AtUs(1_000), AtUs(2_000))
    assert month_after(frozen, date(2026, 1, 1), UTC_ZONE, AtUs(1_999)) is frozen


def test_r12_a_clock_that_went_back_stays_in_the_last_month_touched() -> None:
    last = bounds(date(2026, 1, 31), NEW_YORK, 3)
    earlier = AtUs(last.starts_us - 1)
    assert month_after(last, date(2026, 1, 31), NEW_YORK, earlier) == last


def test_r12_months_nobody_touched_are_passed_over() -> None:
    last = bounds(date(2026, 1, 31), NEW_YORK, 0)
    at = to_us(datetime(2026, 7, 1, tzinfo=UTC))
    assert month_after(last, date(2026, 1, 31), NEW_YORK, at) == bounds(
        date(2026, 1, 31), NEW_YORK, 5
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("Pacific/Kiritimati", "Pacific/Pago_Pago"), ("Pacific/Pago_Pago", "Pacific/Kiritimati")],
)
def test_r15_after_a_change_of_zone_a_month_starts_where_the_last_one_ended(
    old: str, new: str
) -> None:
    anchor = date(2026, 1, 31)
    last = bounds(anchor, ZoneInfo(old), 0)
    following = month_after(last, anchor, ZoneInfo(new), last.ends_us)
    assert (following.no, following.starts_us) == (1, last.ends_us)
    assert following.ends_us == bounds(anchor, ZoneInfo(new), 1).ends_us


@settings(max_examples=50)
@given(anchors, st.lists(zones, min_size=2, max_size=12), st.data())
def test_r15_months_stay_contiguous_over_any_changes_of_zone(
    anchor: date, several: list[ZoneInfo], data: st.DataObject
) -> None:
    month = bounds(anchor, several[0], 0)
    months = [month]
    for zone in several[1:]:
        later_us = data.draw(st.integers(0, 40 * 86_400_000_000), label="after the end")
        month = month_after(month, anchor, zone, AtUs(month.ends_us + later_us))
        months.append(month)
    for before, after in pairwise(months):
        assert after.no > before.no
        assert after.starts_us < after.ends_us
        if after.no == before.no + 1:
            assert after.starts_us == before.ends_us
        assert after.starts_us >= before.ends_us


def test_r27_the_allowance_counts_from_the_first_of_the_orgs_month() -> None:
    at = to_us(datetime(2026, 4, 1, 3, tzinfo=UTC))
    assert from_us(calendar_month_start(at, NEW_YORK)) == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert from_us(calendar_month_start(at, UTC_ZONE)) == datetime(2026, 4, 1, tzinfo=UTC)


@given(moments)
def test_a_moment_survives_the_way_to_microseconds_and_back(moment: datetime) -> None:
    assert from_us(to_us(moment)) == moment
