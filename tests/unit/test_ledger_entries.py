"""Every change is an entry with the balances after it (R16, R17, R29, R32)."""

import msgspec
import pytest

from server.domain import errors
from server.domain.commands import SetCaps, SetPrices
from server.domain.credit_month import to_us
from server.domain.entries import CapData, LicenseData, PricesData
from server.domain.ids import UserId
from server.domain.ledger import Ledger
from server.wire.battery import Prices
from tests.desk import ANCHOR, ODA, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    return desk.member("Bob")


def test_r16_a_grant_is_the_orgs_and_outlives_the_month(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    desk.grant(50)
    line = desk.entries[-1]
    assert (line.granted, line.extra_left, line.credits, line.user_id) == (50, 50, 0, None)
    assert (line.by_type, line.by_id, line.note) == ("operator", ODA.id, "bought")
    desk.later(days=400)
    for user in (bob, jane):
        extra = desk.battery(user).extra
        assert extra is not None
        assert extra.available == 50


def test_r17_a_cap_is_an_entry_for_each_user_once(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    desk.cap(20, bob, jane, bob)
    assert [(line.action, line.user_id) for line in desk.entries] == [("cap", bob), ("cap", jane)]
    data = msgspec.json.decode(desk.entries[0].data or "", type=CapData)
    assert data == CapData(cap=20)


def test_r17_a_cap_for_a_stranger_is_refused_for_all(desk: Desk, bob: UserId) -> None:
    ledger = Ledger(desk.state, to_us(desk.now))
    with pytest.raises(errors.NotFound):
        ledger.set_caps(SetCaps(ODA, (bob, UserId("usr_zoe")), 20))
    assert ledger.plan.is_empty
    assert desk.state.seats[bob].cap is None


def test_r15_a_license_entry_says_what_it_set(desk: Desk, bob: UserId) -> None:
    desk.license(bob, 250)
    line = desk.entries[-1]
    data = msgspec.json.decode(line.data or "", type=LicenseData)
    assert data == LicenseData(allotment=250, anchor=ANCHOR)
    assert (line.user_id, line.license_left, line.credits) == (bob, 250, 0)


def test_prices_are_entries_and_each_charge_keeps_the_price_of_its_moment(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(bob, (ana, "email"))
    ledger = Ledger(desk.state, to_us(desk.now))
    dearer = Prices(email=3, phone=10, personality=100)
    ledger.set_prices(SetPrices(ODA, dearer, True))
    [line] = ledger.plan.entries
    assert msgspec.json.decode(line.data or "", type=PricesData) == PricesData(
        prices=dearer, own=True
    )
    commit = ledger.plan.commit()
    assert commit is not None
    assert commit.prices_changed
    desk.reveal(bob, (bo, "email"))
    assert [line.credits for line in desk.entries] == [1, 3]


def test_r32_positions_have_no_gaps_over_refusals(desk: Desk, bob: UserId) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(personality=True)
    desk.reveal(bob, (ana, "email"))
    with pytest.raises(errors.InsufficientCredits):
        desk.reveal(bob, (bo, "personality"))
    desk.grant(50)
    desk.reverse(1)
    assert [line.seq for line in desk.entries] == [1, 2, 3]


def test_r32_a_savings_only_commit_has_an_empty_range_of_entries(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    ana = desk.contact(email="ana@example.com")
    desk.reveal(jane, (ana, "email"))
    desk.reveal(bob, (ana, "email"))
    commit = desk.plan.commit()
    assert commit is not None
    assert (commit.from_seq, commit.to_seq, commit.users) == (2, 1, frozenset({bob}))
