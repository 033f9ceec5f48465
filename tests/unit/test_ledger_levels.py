"""Crossing a level downward is announced once per level, user and credit month (R33)."""

import pytest

from server.domain.commands import Reveal
from server.domain.credit_month import to_us
from server.domain.ids import SubjectId, UserId
from server.domain.ledger import Ledger
from server.domain.revealing import reveal
from tests.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def spend(desk: Desk, user: UserId, emails: int) -> list[tuple[UserId, str]]:
    """What is announced when `user` reveals this many emails."""
    found = [desk.contact(email=f"{len(desk.entries)}-{n}@example.com") for n in range(emails)]
    desk.reveal(user, *((subject, "email") for subject in found))
    return announced(desk)


def announced(desk: Desk) -> list[tuple[UserId, str]]:
    return [(crossing.user, crossing.level) for crossing in desk.plan.crossings]


def test_r33_each_level_is_announced_when_it_is_reached(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=20)
    assert spend(desk, bob, 14) == []
    assert spend(desk, bob, 1) == [(bob, "low")]
    assert spend(desk, bob, 1) == []
    assert spend(desk, bob, 2) == [(bob, "critical")]
    assert spend(desk, bob, 2) == [(bob, "empty")]


def test_r33_a_fall_over_several_levels_announces_the_last(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=20)
    assert spend(desk, bob, 20) == [(bob, "empty")]


def test_r33_a_level_is_announced_once_a_month_also_when_reached_again(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=4)
    assert spend(desk, bob, 3) == [(bob, "low")]
    desk.reverse(1)
    assert desk.battery(bob).level == "ok"
    assert spend(desk, bob, 1) == []
    desk.later(days=31)
    assert spend(desk, bob, 3) == [(bob, "low")]


def test_r33_a_crossing_carries_the_position_it_happened_at(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=4)
    spend(desk, bob, 3)
    [crossing] = desk.plan.crossings
    month = desk.state.seats[bob].month
    assert month is not None
    assert (crossing.seq, month.alert_seq) == (3, 3)


def test_r33_a_lowered_cap_can_empty_a_battery(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=0)
    desk.grant(50)
    desk.cap(0, bob)
    assert announced(desk) == [(bob, "empty")]


def test_r33_a_grant_lifts_a_level_without_a_word(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=1)
    spend(desk, bob, 1)
    desk.grant(50)
    assert announced(desk) == []
    assert desk.battery(bob).level == "critical"


def test_r33_with_allotment_0_there_is_only_ok_and_empty(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=0)
    desk.grant(10)
    assert spend(desk, bob, 9) == []
    assert spend(desk, bob, 1) == [(bob, "empty")]


def test_r33_who_lived_on_the_pool_is_empty_whoever_spent_the_last_of_it(desk: Desk) -> None:
    bob, jane = desk.member("Bob", allotment=1), desk.member("Jane", allotment=0)
    desk.grant(1)
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    batch = ((bob, ana), (jane, bo))
    ledger = _planned(desk, batch)
    assert ledger.drained
    ledger.announce_drained([])
    last = {crossing.user: crossing.level for crossing in ledger.plan.crossings}
    assert last == {bob: "empty", jane: "empty"}


def test_r33_who_has_license_left_is_not_told_of_a_drained_pool(desk: Desk) -> None:
    bob, jane = desk.member("Bob", allotment=100), desk.member("Jane", allotment=0)
    desk.grant(1)
    ana = desk.contact(email="ana@example.com")
    ledger = _planned(desk, ((jane, ana),))
    ledger.announce_drained([desk.state.seats[bob]])
    assert [crossing.user for crossing in ledger.plan.crossings] == [jane]


def _planned(desk: Desk, batch: tuple[tuple[UserId, SubjectId], ...]) -> Ledger:
    """Emails revealed in one batch, before its end."""
    ledger = Ledger(desk.state, to_us(desk.now))
    for user, subject in batch:
        reveal(ledger, Reveal(user, ((subject, "email"),)))
    return ledger
