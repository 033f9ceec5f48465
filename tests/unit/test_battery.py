"""What a battery shows (R14, R17, R31) and its levels (R33)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.battery import MonthFigures, Pool, battery_of, level_of, may_take
from server.domain.credit_month import bounds
from server.domain.ids import Seq
from server.wire.battery import Battery, ExtraCredits, LicenseBattery, Mine, Saved
from server.wire.words import LEVELS

NEW_YORK = ZoneInfo("America/New_York")
credits = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("pool", "cap", "taken", "available"),
    [
        (50, None, 0, 50),
        (50, None, 70, 50),
        (50, 0, 0, 0),
        (50, 20, 0, 20),
        (50, 20, 15, 5),
        (50, 20, 20, 0),
        (50, 20, 30, 0),
        (3, 20, 0, 3),
        (0, 20, 0, 0),
        (0, None, 0, 0),
    ],
)
def test_r17_a_user_may_take_the_smaller_of_the_pools_and_the_caps_rest(
    pool: int, cap: int | None, taken: int, available: int
) -> None:
    assert may_take(pool, cap, taken) == available


@pytest.mark.parametrize(
    ("granted", "remaining", "extra", "level"),
    [
        (100, 100, 0, "ok"),
        (100, 26, 0, "ok"),
        (100, 25, 0, "low"),
        (100, 11, 0, "low"),
        (100, 10, 0, "critical"),
        (100, 1, 0, "critical"),
        (100, 0, 0, "empty"),
        (100, 0, 1, "critical"),
        (100, 25, 1_000, "low"),
        (3, 1, 0, "ok"),
        (4, 1, 0, "low"),
        (10, 1, 0, "critical"),
        (1, 1, 0, "ok"),
        (0, 0, 0, "empty"),
        (0, 0, 1, "ok"),
        (10**9, 250_000_000, 0, "low"),
        (10**9, 250_000_001, 0, "ok"),
        (10**9, 100_000_000, 0, "critical"),
    ],
)
def test_r33_levels_are_of_the_license(
    granted: int, remaining: int, extra: int, level: str
) -> None:
    assert level_of(granted, remaining, extra) == level


@given(credits, credits, credits)
def test_r33_spending_never_lifts_a_level(granted: int, one: int, other: int) -> None:
    less, more = sorted((min(one, granted), min(other, granted)))
    ranks = [LEVELS.index(level_of(granted, remaining, 5)) for remaining in (less, more)]
    assert ranks[0] >= ranks[1]


def test_r14_a_battery_shows_every_figure_and_the_last_day() -> None:
    month = MonthFigures(bounds(date(2026, 11, 15), NEW_YORK, 0), 2000, 150, 10, 40, 5, saved=80)
    battery = battery_of(Seq(1042), NEW_YORK, Pool(15_000, 3_000, 200), month, 100, 410)
    assert battery == Battery(
        seq=1042,
        license=LicenseBattery(
            allotment=2000,
            used=150,
            held=10,
            remaining=1840,
            starts_on=date(2026, 11, 15),
            last_day=date(2026, 12, 14),
            resets_at=datetime(2026, 12, 15, 5, tzinfo=UTC),
        ),
        extra=ExtraCredits(
            granted=15_000,
            used=3_000,
            held=200,
            remaining=11_800,
            cap=100,
            mine=Mine(used=40, held=5),
            available=55,
        ),
        available=1895,
        level="ok",
        saved=Saved(month=80, total=410),
    )


def test_r16_without_a_grant_there_is_no_extra_part() -> None:
    month = MonthFigures(bounds(date(2026, 11, 15), NEW_YORK, 0), 10)
    battery = battery_of(Seq(1), NEW_YORK, Pool(0, 0, 0), month, None, 0)
    assert (battery.extra, battery.available) == (None, 10)


@given(credits, credits, credits, st.none() | credits)
def test_r17_figures_always_add_up(granted: int, used: int, mine: int, cap: int | None) -> None:
    pool = Pool(granted, min(used, granted), 0)
    month = MonthFigures(
        bounds(date(2026, 1, 1), NEW_YORK, 0), granted, min(used, granted), 0, mine
    )
    battery = battery_of(Seq(1), NEW_YORK, pool, month, cap, 0)
    of_license, extra = battery.license, battery.extra
    assert of_license.allotment == of_license.used + of_license.held + of_license.remaining
    available = extra.available if extra else 0
    assert 0 <= available <= pool.remaining
    assert battery.available == of_license.remaining + available
