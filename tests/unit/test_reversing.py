"""Planning a reversal: exactly the recorded parts, at most once (R27, R28)."""

import pytest

from server.domain import errors
from server.domain.commands import By
from server.domain.ids import Seq, SubjectId, UserId
from server.domain.reversing import AdminReversals
from server.wire.words import ReversalReason
from tests.desk import ODA, Desk, as_told, key

MOBILE = "+14155550101"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    return desk.member("Bob", allotment=4)


@pytest.fixture
def alice(desk: Desk) -> By:
    return By("user", desk.member("Alice"))


@pytest.fixture
def ana(desk: Desk) -> SubjectId:
    return desk.contact(email="ana@example.com", phones=(MOBILE,))


@pytest.fixture
def split(desk: Desk, bob: UserId, ana: SubjectId) -> Seq:
    """Bob's phone: 4 from the license, 6 of 20 extra."""
    desk.grant(20)
    desk.reveal(bob, (ana, "phone"))
    return desk.entries[-1].seq


def figures(desk: Desk, user: UserId) -> tuple[int, int, int, int]:
    """License remaining, pool granted, pool remaining, mine used."""
    battery = desk.battery(user)
    assert battery.extra is not None
    extra = battery.extra
    return battery.license.remaining, extra.granted, extra.remaining, extra.mine.used


@pytest.mark.parametrize("who", ["operator", "admin"])
def test_r27_in_an_open_month_both_parts_go_where_they_came_from(
    desk: Desk, bob: UserId, alice: By, split: Seq, who: str
) -> None:
    assert figures(desk, bob) == (0, 20, 14, 6)
    line = desk.reverse(split, by=alice if who == "admin" else ODA)
    assert figures(desk, bob) == (4, 20, 20, 0)
    assert (line.credits, line.from_license, line.from_extra, line.granted) == (-10, -4, -6, None)
    assert (line.ref_seq, line.license_left, line.extra_left) == (split, 4, 20)


def test_r27_an_operator_gives_the_license_part_of_a_closed_month_back_as_extra(
    desk: Desk, bob: UserId, split: Seq
) -> None:
    desk.later(days=31)
    line = desk.reverse(split)
    assert figures(desk, bob) == (4, 24, 24, 0)
    assert (line.credits, line.from_license, line.from_extra, line.granted) == (-10, 0, -10, 4)
    assert line.month_no == desk.entries[split - 1].month_no


def test_r27_an_admin_gives_the_license_part_of_a_closed_month_back_to_nobody(
    desk: Desk, bob: UserId, alice: By, ana: SubjectId
) -> None:
    desk.grant(20)
    desk.later(days=20)
    desk.reveal(bob, (ana, "phone"))
    charge = desk.entries[-1].seq
    desk.later(days=3)
    line = desk.reverse(charge, by=alice)
    assert figures(desk, bob) == (4, 20, 20, 0)
    assert (line.credits, line.from_license, line.from_extra, line.granted) == (-6, 0, -6, None)


def test_r27_a_charge_is_reversed_at_most_once(desk: Desk, bob: UserId, split: Seq) -> None:
    desk.reverse(split)
    after = figures(desk, bob)
    with pytest.raises(errors.AlreadyReversed):
        desk.reverse(split)
    assert figures(desk, bob) == after


@pytest.mark.parametrize("seq", [0, -1, 99, 2**53])
def test_r27_an_entry_that_is_not_there_cannot_be_reversed(desk: Desk, seq: int) -> None:
    with pytest.raises(errors.NotFound):
        desk.reverse(seq)


def test_r28_a_reversed_piece_is_masked_and_charges_again(
    desk: Desk, bob: UserId, ana: SubjectId, split: Seq
) -> None:
    desk.reverse(split)
    assert desk.plan.closed == {desk.entries[split - 1].piece_key}
    again = desk.reveal(bob, (ana, "phone"))
    assert (again.credits, again.from_license, again.from_extra) == (10, 4, 6)
    assert desk.state.pieces[list(desk.plan.pieces)[0]].gen == 2


def test_r28_a_charge_paid_again_can_be_reversed_again(
    desk: Desk, bob: UserId, ana: SubjectId, split: Seq
) -> None:
    desk.reverse(split)
    desk.reveal(bob, (ana, "phone"))
    desk.reverse(desk.entries[-1].seq)
    assert figures(desk, bob) == (4, 20, 20, 0)


@pytest.mark.parametrize("reason", ["bounced", "wrong_number"])
def test_r27_a_wrong_value_is_never_sold_to_the_org_again(
    desk: Desk, bob: UserId, ana: SubjectId, split: Seq, reason: ReversalReason
) -> None:
    desk.reverse(split, reason=reason)
    answer = desk.reveal(bob, (ana, "phone"))
    assert [result.outcome for result in answer.results] == ["not_found"]
    assert MOBILE not in as_told(answer)


def test_r27_a_banned_value_stays_banned_on_every_contact_that_has_it(
    desk: Desk, bob: UserId, split: Seq
) -> None:
    desk.reverse(split, reason="wrong_number")
    twin = desk.contact(phones=(MOBILE, "+14155550177"))
    assert desk.reveal(bob, (twin, "phone")).results[0].outcome == "not_found"


@pytest.mark.parametrize("reason", ["mistake", "goodwill"])
def test_r27_other_reasons_leave_the_value_for_sale(
    desk: Desk, bob: UserId, ana: SubjectId, split: Seq, reason: ReversalReason
) -> None:
    desk.reverse(split, reason=reason)
    assert desk.reveal(bob, (ana, "phone")).results[0].outcome == "charged"


def test_r27_admins_may_reverse_nothing_unless_the_deployment_lets_them(
    desk: Desk, alice: By, split: Seq
) -> None:
    with pytest.raises(errors.Forbidden):
        desk.reverse(split, by=alice, allowed=AdminReversals(0, 0))
    assert desk.plan.is_empty


@pytest.mark.parametrize(("hours", "is_allowed"), [(7 * 24, True), (7 * 24 + 1, False)])
def test_r27_an_admins_window_ends_after_its_days(
    desk: Desk, alice: By, split: Seq, hours: int, is_allowed: bool
) -> None:
    desk.later(hours=hours)
    if is_allowed:
        assert desk.reverse(split, by=alice).ref_seq == split
        return
    with pytest.raises(errors.Forbidden):
        desk.reverse(split, by=alice)
    assert desk.plan.is_empty


def test_r27_an_operator_has_no_window(desk: Desk, split: Seq) -> None:
    desk.later(days=400)
    assert desk.reverse(split).ref_seq == split


def test_r27_an_admins_allowance_is_counted_in_credits(desk: Desk, alice: By) -> None:
    jane = desk.member("Jane")
    numbers = [desk.contact(phones=(f"+1415555020{n}",)) for n in range(3)]
    desk.reveal(jane, *((subject, "phone") for subject in numbers))
    for seq in (1, 2):
        desk.reverse(seq, by=alice, allowed=AdminReversals(7, 25))
    with pytest.raises(errors.Forbidden) as refused:
        desk.reverse(3, by=alice, allowed=AdminReversals(7, 25))
    assert "5 are left" in refused.value.detail
    assert desk.reverse(3, by=ODA).ref_seq == 3


def test_r27_a_reversal_leaves_colleagues_and_their_pieces_alone(
    desk: Desk, bob: UserId, split: Seq
) -> None:
    jane = desk.member("Jane")
    bo = desk.contact(email="bo@example.com")
    desk.reveal(jane, (bo, "email"))
    before = desk.battery(jane).license
    desk.reverse(split)
    assert desk.battery(jane).license == before
    assert desk.reveal(bob, (bo, "email")).credits == 0


def test_r28_a_reversal_masks_the_value_on_every_contact_that_shared_it(
    desk: Desk, bob: UserId, split: Seq
) -> None:
    twin = desk.contact(phones=(MOBILE,))
    assert desk.reveal(bob, (twin, "phone")).credits == 0
    desk.reverse(split)
    desk.offer_phones(twin)
    assert desk.reveal(bob, (twin, "phone")).results[0].outcome == "not_found"


def test_r28_everybody_is_told_that_the_piece_closed(
    desk: Desk, alice: By, ana: SubjectId, split: Seq
) -> None:
    desk.reverse(split, by=alice)
    commit = desk.plan.commit()
    assert commit is not None
    [item] = commit.items
    assert (item.subject, item.action, item.by_name) == (ana, "reversal", "Alice")
    assert commit.extra_changed


def test_r31_what_was_saved_stays_saved_after_a_reversal(
    desk: Desk, bob: UserId, ana: SubjectId, split: Seq
) -> None:
    jane = desk.member("Jane")
    desk.reveal(jane, (ana, "phone"))
    desk.reverse(split)
    assert desk.battery(jane).saved.total == 10
    desk.reveal(bob, (ana, "phone"))
    desk.reveal(jane, (ana, "phone"))
    assert desk.battery(jane).saved.total == 10


def test_r11_a_reversal_with_the_same_key_is_the_same_reversal(desk: Desk, split: Seq) -> None:
    first = desk.reverse(split, key=key("k"))
    assert desk.reverse(split, key=key("k")) == first
    assert desk.plan.is_empty
    with pytest.raises(errors.IdempotencyConflict):
        desk.reverse(split, key=key("k", "another body"))
