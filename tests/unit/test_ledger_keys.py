"""Idempotency keys replay answers and nothing else (R11)."""

import pytest

from server.domain import errors
from server.domain.ids import UserId
from server.wire.reveals import RevealAnswer
from tests.desk import Desk, Item, as_told, key

MOBILE = "+14155550101"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    return desk.member("Bob")


def decision(answer: RevealAnswer) -> tuple[object, ...]:
    """The answer less the battery and the position, which are of the moment."""
    return (
        answer.credits,
        answer.from_license,
        answer.from_extra,
        answer.saved,
        answer.results,
    )


def test_r11_the_same_request_gets_the_first_answer_again(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    desk.reveal(jane, (ana, "phone"))
    items: tuple[Item, ...] = ((ana, "email"), (ana, "phone"), (ana, "personality"))
    first = desk.reveal(bob, *items, key=key("k"))
    again = desk.reveal(bob, *items, key=key("k"))
    assert decision(again) == decision(first)
    assert [result.outcome for result in again.results] == ["charged", "already_owned", "not_found"]
    assert desk.plan.is_empty


def test_r11_the_first_answer_comes_again_after_other_things_happened(
    desk: Desk, bob: UserId
) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    first = desk.reveal(bob, (ana, "email"), key=key("k"))
    desk.reveal(bob, (bo, "email"))
    desk.grant(50)
    desk.later(days=40)
    assert decision(desk.reveal(bob, (ana, "email"), key=key("k"))) == decision(first)


def test_r11_another_body_is_a_conflict(desk: Desk, bob: UserId) -> None:
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(bob, (ana, "email"), key=key("k"))
    with pytest.raises(errors.IdempotencyConflict):
        desk.reveal(bob, (bo, "email"), key=key("k", "another body"))
    assert desk.plan.is_empty


def test_r11_keys_are_of_the_caller(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    ana, bo = desk.contact(email="ana@example.com"), desk.contact(email="bo@example.com")
    desk.reveal(bob, (ana, "email"), key=key("k"))
    assert desk.reveal(jane, (bo, "email"), key=key("k", "another body")).credits == 1


def test_r11_a_value_no_longer_owned_does_not_come_back(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com")
    first = desk.reveal(bob, (ana, "email"), key=key("k"))
    desk.reverse(first.seq)
    again = desk.reveal(bob, (ana, "email"), key=key("k"))
    assert [(r.outcome, r.value) for r in again.results] == [("charged", None)]
    assert "ana@example.com" not in as_told(again)
    assert desk.plan.is_empty


def test_r11_a_replay_shows_the_value_its_own_charge_paid_for(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@old.test")
    first = desk.reveal(bob, (ana, "email"), key=key("k"))
    desk.offer_email(ana, "ana@new.test")
    desk.reveal(bob, (ana, "email"))
    assert decision(desk.reveal(bob, (ana, "email"), key=key("k"))) == decision(first)


def test_r11_nothing_personal_is_kept_with_a_key(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    desk.reveal(bob, (ana, "email"), (ana, "phone"), key=key("k"))
    [kept] = desk.plan.answers
    assert "ana@" not in kept.answer
    assert MOBILE not in kept.answer


def test_r11_a_refusal_is_not_kept(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=9)
    ana = desk.contact(phones=(MOBILE,))
    with pytest.raises(errors.InsufficientCredits):
        desk.reveal(bob, (ana, "phone"), key=key("k"))
    desk.grant(1)
    assert desk.reveal(bob, (ana, "phone"), key=key("k")).credits == 10


def test_r11_an_answer_with_something_unaffordable_is_not_kept(desk: Desk) -> None:
    bob = desk.member("Bob", allotment=5)
    ana = desk.contact(email="ana@example.com", phones=(MOBILE,))
    items: tuple[Item, ...] = ((ana, "email"), (ana, "phone"))
    first = desk.reveal(bob, *items, allow_partial=True, key=key("k"))
    assert desk.plan.answers == []
    desk.grant(50)
    second = desk.reveal(bob, *items, allow_partial=True, key=key("k"))
    assert [r.outcome for r in first.results] == ["charged", "unaffordable"]
    assert [r.outcome for r in second.results] == ["already_owned", "charged"]
    assert [answer.key for answer in desk.plan.answers] == ["k"]


def test_r11_a_grant_with_the_same_key_is_the_same_grant(desk: Desk) -> None:
    first = desk.grant(50, key=key("k"))
    assert desk.grant(50, key=key("k")) == first
    assert desk.state.head.granted == 50
    with pytest.raises(errors.IdempotencyConflict):
        desk.grant(70, key=key("k", "another body"))
    assert desk.grant(50, key=key("k2")) == first + 1


def test_r02_without_the_key_the_piece_is_still_paid_once(desk: Desk, bob: UserId) -> None:
    ana = desk.contact(email="ana@example.com")
    desk.reveal(bob, (ana, "email"), key=key("k"))
    desk.state.answers.clear()
    assert desk.reveal(bob, (ana, "email"), key=key("k")).credits == 0
