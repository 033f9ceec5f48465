"""Planning a reveal: what is charged, to whom, and what is told (R1–R9, R31)."""

import pytest

from server.domain import errors
from server.domain.ids import SubjectId, UserId
from server.domain.values import KeptPhone
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.reveals import PhoneResult, RevealAnswer
from tests.desk import Desk, Item, as_told, phones_of

MOBILE, DIRECT, THIRD = "+14155550101", "+14155550102", "+14155550103"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    return desk.member("Bob")


@pytest.fixture
def jane(desk: Desk) -> UserId:
    return desk.member("Jane")


def outcomes(answer: RevealAnswer) -> list[str]:
    return [result.outcome for result in answer.results]


def test_r01_what_is_not_found_costs_nothing(desk: Desk, bob: UserId) -> None:
    ana = desk.contact()
    answer = desk.reveal(bob, (ana, "email"), (ana, "phone"), (ana, "personality"))
    assert outcomes(answer) == ["not_found"] * 3
    assert (answer.credits, answer.seq, desk.entries) == (0, 0, [])


def test_r02_a_piece_is_paid_once_across_users_and_months(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana = desk.contact(email="ana@example.com")
    first = desk.reveal(bob, (ana, "email"))
    desk.later(days=40)
    again, colleague = desk.reveal(bob, (ana, "email")), desk.reveal(jane, (ana, "email"))
    assert outcomes(first) + outcomes(again) + outcomes(colleague) == [
        "charged",
        "already_owned",
        "already_owned",
    ]
    assert [line.credits for line in desk.entries] == [1]


def test_r02_the_same_item_twice_in_a_request_is_charged_once(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com")
    answer = desk.reveal(bob, (ana, "email"), (ana, "email"))
    assert outcomes(answer) == ["charged", "already_owned"]
    assert (answer.credits, answer.saved) == (1, 0)


def test_r02_two_contacts_with_one_number_in_a_request_are_charged_once(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(phones=(MOBILE, DIRECT)), desk.contact(phones=(MOBILE, THIRD))
    answer = desk.reveal(bob, (ana, "phone"), (bo, "phone"))
    assert (outcomes(answer), answer.credits) == (["charged", "already_owned"], 10)
    shown = [result.value for result in answer.results if isinstance(result, PhoneResult)]
    assert [value.phones if value else None for value in shown] == [
        phones_of(MOBILE, DIRECT),
        phones_of(MOBILE),
    ]


def test_r03_the_value_of_a_second_contact_is_kept_there_without_an_entry(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(phones=(MOBILE, DIRECT)), desk.contact(phones=(MOBILE, THIRD))
    desk.reveal(bob, (ana, "phone"))
    desk.reveal(bob, (bo, "phone"))
    assert desk.plan.entries == []
    [(key, subject)] = desk.plan.owned
    assert (subject, key) == (bo, desk.entries[0].piece_key)
    assert desk.plan.owned[key, subject] == KeptPhone(phones=phones_of(MOBILE))


def test_r05_the_answer_says_who_revealed_it_and_when(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana = desk.contact(email="ana@example.com")
    desk.reveal(jane, (ana, "email"))
    revealed_at = desk.now
    desk.later(days=3)
    [result] = desk.reveal(bob, (ana, "email")).results
    assert (result.revealed_by, result.revealed_at, result.seq) == ("Jane", revealed_at, 1)


def test_r06_an_update_is_bought_as_a_new_piece(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@old.test")
    desk.reveal(bob, (ana, "email"))
    desk.offer_email(ana, "ana@new.test")
    answer = desk.reveal(bob, (ana, "email"))
    assert (outcomes(answer), answer.credits) == (["charged"], 1)
    assert "ana@new.test" in as_told(answer)
    assert desk.entries[0].piece_key != desk.entries[1].piece_key


def test_r06_reordered_numbers_are_free(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(phones=(MOBILE, DIRECT))
    desk.reveal(bob, (ana, "phone"))
    desk.offer_phones(ana, DIRECT, MOBILE)
    assert desk.reveal(bob, (ana, "phone")).credits == 0


def test_r07_refusal_leaves_no_trace(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=9)
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    before = desk.battery(bob)
    with pytest.raises(errors.InsufficientCredits) as refused:
        desk.reveal(bob, (ana, "email"), (ana, "phone"))
    assert desk.plan.is_empty
    assert desk.plan.commit() is None
    assert (desk.battery(bob), desk.state.pieces, desk.state.savings) == (before, {}, set())
    assert refused.value.fields == {
        "need": 11,
        "license_remaining": 9,
        "extra_available": 0,
        "short_by": 2,
        "items": [
            {"subject": ana, "kind": "email", "credits": 1},
            {"subject": ana, "kind": "phone", "credits": 10},
        ],
    }
    assert "2 more" in refused.value.detail


def test_r07_the_refused_request_succeeds_after_a_top_up(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=9)
    ana = desk.contact(phones=(MOBILE,))
    with pytest.raises(errors.InsufficientCredits):
        desk.reveal(bob, (ana, "phone"))
    desk.grant(1)
    assert outcomes(desk.reveal(bob, (ana, "phone"))) == ["charged"]


def test_r07_a_refusal_counts_a_piece_once_and_owned_ones_not_at_all(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=10)
    ana, bo = desk.contact(phones=(MOBILE,)), desk.contact(phones=(MOBILE,))
    cy = desk.contact(phones=(THIRD,))
    desk.reveal(bob, (cy, "phone"))
    with pytest.raises(errors.InsufficientCredits) as refused:
        desk.reveal(bob, (ana, "phone"), (bo, "phone"), (cy, "phone"))
    assert refused.value.fields["need"] == 10


def test_r07_an_unknown_subject_refuses_the_whole_request(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com")
    for allow_partial in (False, True):
        with pytest.raises(errors.NotFound):
            desk.reveal(
                bob, (ana, "email"), (SubjectId("con_0"), "email"), allow_partial=allow_partial
            )
        assert desk.plan.is_empty


def test_a_user_of_no_seat_here_is_not_found(desk: Desk) -> None:
    ana = desk.contact(email="ana@example.com")
    with pytest.raises(errors.NotFound):
        desk.reveal(UserId("usr_zoe"), (ana, "email"))


def test_r15_a_deactivated_user_reveals_nothing(desk: Desk) -> None:
    bob = desk.member("Bob", active=False)
    ana = desk.contact(email="ana@example.com")
    with pytest.raises(errors.Unauthenticated):
        desk.reveal(bob, (ana, "email"))
    assert desk.plan.is_empty


def test_r08_after_the_first_that_cannot_be_paid_nothing_more_is_charged(desk: Desk) -> None:
    bob, jane = desk.member("Bob", allotment=5), desk.member("Jane")
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    bo, owned = desk.contact(email="bo@example.com"), desk.contact(email="owned@example.com")
    desk.reveal(jane, (owned, "email"))
    answer = desk.reveal(
        bob,
        (ana, "email"),
        (ana, "phone"),
        (bo, "email"),
        (owned, "email"),
        (bo, "phone"),
        allow_partial=True,
    )
    assert outcomes(answer) == [
        "charged",
        "unaffordable",
        "unaffordable",
        "already_owned",
        "not_found",
    ]
    assert (answer.credits, answer.battery.license.remaining) == (1, 4)
    told = as_told(answer)
    assert MOBILE not in told
    assert "bo@example.com" not in told


def test_r08_the_given_order_decides(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=5)
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    answer = desk.reveal(bob, (ana, "phone"), (ana, "email"), allow_partial=True)
    assert (outcomes(answer), answer.credits) == (["unaffordable", "unaffordable"], 0)


def test_r09_the_license_is_drawn_before_extra_and_both_parts_are_on_the_entry(
    desk: Desk,
) -> None:
    bob = desk.member("Bob", allotment=3)
    desk.grant(50)
    ana = desk.contact(phones=(MOBILE,))
    answer = desk.reveal(bob, (ana, "phone"))
    assert (answer.from_license, answer.from_extra) == (3, 7)
    line = desk.entries[-1]
    assert (line.credits, line.from_license, line.from_extra) == (10, 3, 7)
    assert (line.license_left, line.extra_left) == (0, 43)


def test_r17_a_reveal_takes_no_more_from_extra_than_the_cap_leaves(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=0, cap=15)
    desk.grant(100)
    ana, bo = desk.contact(phones=(MOBILE,)), desk.contact(phones=(DIRECT,))
    desk.reveal(bob, (ana, "phone"))
    with pytest.raises(errors.InsufficientCredits) as refused:
        desk.reveal(bob, (bo, "phone"))
    assert (refused.value.fields["extra_available"], refused.value.fields["short_by"]) == (5, 5)


def test_r17_a_new_credit_month_has_the_whole_cap_again(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=0, cap=10)
    desk.grant(100)
    ana, bo = desk.contact(phones=(MOBILE,)), desk.contact(phones=(DIRECT,))
    desk.reveal(bob, (ana, "phone"))
    desk.later(days=31)
    assert desk.reveal(bob, (bo, "phone")).from_extra == 10


def test_a_client_pays_no_more_than_it_agreed_to(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    items: tuple[Item, ...] = ((ana, "email"), (ana, "phone"))
    with pytest.raises(errors.PriceChanged) as refused:
        desk.reveal(bob, *items, max_credits=10)
    assert refused.value.fields == {"need": 11, "max_credits": 10, "prices": DEFAULT_PRICES}
    assert desk.plan.is_empty
    assert desk.reveal(bob, *items, max_credits=11).credits == 11


def test_owned_and_duplicate_items_do_not_count_toward_what_was_agreed(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="ANA@example.com")
    assert desk.reveal(bob, (ana, "email"), (bo, "email"), max_credits=1).credits == 1
    assert desk.reveal(bob, (ana, "email"), (bo, "email"), max_credits=0).credits == 0


def test_a_price_of_zero_is_a_price_that_an_empty_battery_pays() -> None:
    desk = Desk(prices=Prices(email=0, phone=10, personality=100))
    bob = desk.member("Bob", allotment=0)
    ana = desk.contact(email="ana@example.com")
    answer = desk.reveal(bob, (ana, "email"))
    assert (outcomes(answer), answer.credits) == (["charged"], 0)
    assert [line.credits for line in desk.entries] == [0]


def test_billions_of_credits_add_up_exactly() -> None:
    billion = 1_000_000_000
    desk = Desk(prices=Prices(email=billion, phone=billion, personality=billion))
    bob = desk.member("Bob", allotment=billion)
    for _ in range(3):
        desk.grant(billion)
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,), personality=True)
    answer = desk.reveal(bob, (ana, "email"), (ana, "phone"), (ana, "personality"))
    assert (answer.from_license, answer.from_extra) == (billion, 2 * billion)
    assert answer.battery.available == billion


def test_r31_a_colleagues_piece_is_saved_once_per_user(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana = desk.contact(phones=(MOBILE,))
    desk.reveal(jane, (ana, "phone"))
    first, second = desk.reveal(bob, (ana, "phone")), desk.reveal(bob, (ana, "phone"))
    assert (first.saved, first.battery.saved.month, first.battery.saved.total) == (10, 10, 10)
    assert second.battery.saved == first.battery.saved
    assert desk.state.head.saved == 10


def test_r31_ones_own_piece_saves_nothing(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(phones=(MOBILE,))
    desk.reveal(bob, (ana, "phone"))
    answer = desk.reveal(bob, (ana, "phone"))
    assert (answer.battery.saved.month, answer.battery.saved.total) == (0, 0)


def test_r31_a_piece_that_two_contacts_share_is_saved_once(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="Ana@example.com")
    desk.reveal(jane, (ana, "email"))
    answer = desk.reveal(bob, (ana, "email"), (bo, "email"))
    assert (answer.saved, answer.battery.saved.month) == (1, 1)


def test_r31_savings_of_a_month_start_again_and_the_total_goes_on(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(jane, (ana, "email"), (bo, "email"))
    desk.reveal(bob, (ana, "email"))
    desk.later(days=31)
    saved = desk.reveal(bob, (bo, "email")).battery.saved
    assert (saved.month, saved.total) == (1, 2)


def test_every_watcher_learns_of_a_reveal_without_its_value(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com")
    desk.reveal(bob, (ana, "email"))
    commit = desk.plan.commit()
    assert commit is not None
    [item] = commit.items
    assert (item.subject, item.kind, item.action, item.by_name) == (ana, "email", "reveal", "Bob")
    assert (commit.from_seq, commit.to_seq, commit.users) == (1, 1, frozenset({bob}))
    assert "ana@example.com" not in repr(commit)
