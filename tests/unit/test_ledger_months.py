"""Credit months and licenses as a ledger keeps them (R12, R13, R15)."""

from datetime import UTC, date, datetime

import pytest

from server.domain import errors
from server.domain.ids import UserId
from tests.desk import Desk

MOBILE = "+14155550101"


@pytest.fixture
def desk() -> Desk:
    return Desk(zone="America/New_York")


@pytest.fixture
def bob(desk: Desk) -> UserId:
    return desk.member("Bob", anchor=date(2026, 1, 31))


def test_r12_the_months_of_31_january_in_new_york(desk: Desk, bob: UserId) -> None:
    desk.now = datetime(2026, 3, 31, 3, 59, 59, tzinfo=UTC)
    second = desk.battery(bob).license
    desk.now = datetime(2026, 3, 31, 4, tzinfo=UTC)
    third = desk.battery(bob).license
    assert (second.starts_on, second.last_day) == (date(2026, 2, 28), date(2026, 3, 30))
    assert second.resets_at == desk.now
    assert third.starts_on == date(2026, 3, 31)


def test_r13_a_month_starts_full_and_what_is_unused_is_gone(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(phones=(MOBILE,))
    desk.reveal(bob, (ana, "phone"))
    assert desk.battery(bob).license.remaining == 90
    desk.later(days=31)
    assert desk.battery(bob).license.remaining == 100


def test_r13_a_month_that_nobody_used_is_not_added_to_the_next(desk: Desk, bob: UserId) -> None:
    desk.later(days=365)
    license_ = desk.battery(bob).license
    assert (license_.allotment, license_.remaining) == (100, 100)


def test_r15_a_raised_allotment_applies_at_once(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(phones=(MOBILE,))
    desk.reveal(bob, (ana, "phone"))
    desk.license(bob, 150)
    license_ = desk.battery(bob).license
    assert (license_.allotment, license_.used, license_.remaining) == (150, 10, 140)


def test_r15_a_lowered_allotment_applies_from_the_next_month(desk: Desk, bob: UserId) -> None:
    desk.license(bob, 5)
    assert desk.battery(bob).license.allotment == 100
    desk.later(days=31)
    assert desk.battery(bob).license.allotment == 5


def test_r15_lowered_and_raised_within_a_month_gives_the_higher_of_them(
    desk: Desk, bob: UserId
) -> None:
    desk.license(bob, 5)
    desk.license(bob, 120)
    desk.license(bob, 7)
    assert desk.battery(bob).license.allotment == 120
    desk.later(days=31)
    assert desk.battery(bob).license.allotment == 7


def test_r12_the_anchor_is_fixed_by_the_first_license(desk: Desk) -> None:
    jane = UserId("usr_jane")
    desk.license(jane, 10, date(2026, 2, 17))
    with pytest.raises(errors.BadRequest):
        desk.license(jane, 10, date(2026, 2, 18))
    assert desk.plan.is_empty
    desk.license(jane, 20, date(2026, 2, 17))
    assert desk.battery(jane).license.starts_on == date(2026, 2, 17)


def test_r12_without_an_anchor_the_first_day_is_today_in_the_orgs_zone(desk: Desk) -> None:
    desk.now = datetime(2026, 3, 11, 3, tzinfo=UTC)
    jane = UserId("usr_jane")
    desk.license(jane, 10)
    assert desk.battery(jane).license.starts_on == date(2026, 3, 10)


def test_r32_time_never_goes_back_in_the_ledger(desk: Desk, bob: UserId) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(bob, (ana, "email"))
    desk.later(days=-400)
    desk.reveal(bob, (bo, "email"))
    first, second = desk.entries
    assert second.at_us == first.at_us
    assert second.month_no == first.month_no


def test_r32_time_never_goes_back_behind_a_month_that_only_a_saving_opened(
    desk: Desk, bob: UserId
) -> None:
    jane = desk.member("Jane", anchor=date(2026, 1, 31))
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(jane, (ana, "email"))
    desk.later(days=31)
    desk.reveal(bob, (ana, "email"))
    desk.later(days=-31)
    desk.reveal(bob, (bo, "email"))
    month = desk.state.seats[bob].month
    assert month is not None
    assert month.bounds.starts_us <= desk.entries[-1].at_us < month.bounds.ends_us


def test_r22_nothing_is_given_back_into_a_month_that_a_clock_gone_back_shows_again(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(phones=(MOBILE,)), desk.contact(email="bo@example.com")
    desk.reveal(bob, (ana, "phone"))
    desk.later(days=31)
    desk.reveal(bob, (bo, "email"))
    desk.later(days=-31)
    line = desk.reverse(1)
    assert (line.from_license, line.granted) == (0, 10)
