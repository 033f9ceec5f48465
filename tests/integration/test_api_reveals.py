"""Reveals over HTTP, in the exact shapes of api.md."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.whole import (
    ANA_EMAIL,
    ANA_PHONE,
    API,
    AT,
    VALUES,
    Whole,
    open_whole,
    problem,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> AsyncIterator[Whole]:
    """With customers of this test alone, whose ledgers add up at its end (R32)."""
    await app.found()
    yield app
    for who in (app.people.alice, app.people.zoe):
        assert (await app.get("/admin/verify", who))["broken"] == []


def battery(seq: int, used: int = 0, *, saved: int = 0, **more: Any) -> dict[str, Any]:
    """A battery of the org that never had extra credits, of one who has 100 a month."""
    return {
        "seq": seq,
        "license": {
            "allotment": 100,
            "used": used,
            "held": 0,
            "remaining": 100 - used,
            "starts_on": "2026-11-15",
            "last_day": "2026-12-14",
            "resets_at": "2026-12-15T05:00:00Z",
        },
        "extra": None,
        "available": 100 - used,
        "level": "ok",
        "saved": {"month": saved, "total": saved},
        **more,
    }


async def test_what_is_charged_is_told_with_its_value_and_the_battery(whole: Whole) -> None:
    bob, ana = whole.people.bob, whole.ids["ana"]
    seq = (await whole.get("/battery", bob))["seq"] + 1
    assert await whole.revealed(bob, ("ana", "email")) == {
        "seq": seq,
        "credits": 1,
        "from_license": 1,
        "from_extra": 0,
        "saved": 0,
        "results": [
            {
                "subject": ana,
                "kind": "email",
                "outcome": "charged",
                "credits": 1,
                "value": ANA_EMAIL,
                "seq": seq,
            }
        ],
        "battery": battery(seq, 1),
    }
    assert await whole.get("/battery", bob) == battery(seq, 1)


async def test_r31_what_a_colleague_revealed_is_told_with_who_and_when(whole: Whole) -> None:
    jane, ana = whole.people.jane, whole.ids["ana"]
    seq = (await whole.revealed(whole.people.bob, ("ana", "phone")))["seq"]
    whole.clock.move(days=2)
    assert await whole.revealed(jane, ("ana", "phone")) == {
        "seq": seq,
        "credits": 0,
        "from_license": 0,
        "from_extra": 0,
        "saved": 10,
        "results": [
            {
                "subject": ana,
                "kind": "phone",
                "outcome": "already_owned",
                "credits": 0,
                "value": ANA_PHONE,
                "revealed_by": "Bob Reyes",
                "revealed_at": AT,
                "seq": seq,
            }
        ],
        "battery": battery(seq, saved=10),
    }


async def test_r01_what_is_not_found_is_told_without_a_value(whole: Whole) -> None:
    answer = await whole.revealed(whole.people.bob, ("cleo", "email"))
    assert answer["results"] == [
        {"subject": whole.ids["cleo"], "kind": "email", "outcome": "not_found", "credits": 0}
    ]
    assert (answer["credits"], answer["battery"]["license"]["used"]) == (0, 0)


async def test_r08_outcomes_come_in_the_order_asked_for(whole: Whole) -> None:
    await whole.revealed(whole.people.bob, ("ben", "email"))
    wanted = (("nobody", "email"), ("ben", "email"), ("dora", "phone,email"))
    answer = await whole.revealed(whole.people.jane, *wanted)
    assert [(told["kind"], told["outcome"]) for told in answer["results"]] == [
        ("email", "not_found"),
        ("email", "already_owned"),
        ("phone", "charged"),
        ("email", "charged"),
    ]
    assert (answer["credits"], answer["saved"]) == (11, 1)


async def test_r08_with_allow_partial_the_rest_is_unaffordable_and_not_shown(whole: Whole) -> None:
    bob, dora = whole.people.bob, whole.ids["dora"]
    wanted = (("dora", "phone,personality,email"), ("nobody", "email"))
    answer = await whole.revealed(bob, *wanted, allow_partial=True)
    assert answer["results"][1:] == [
        {"subject": dora, "kind": "personality", "outcome": "unaffordable", "credits": 0},
        {"subject": dora, "kind": "email", "outcome": "unaffordable", "credits": 0},
        {
            "subject": whole.ids["nobody"],
            "kind": "email",
            "outcome": "not_found",
            "credits": 0,
        },
    ]
    assert (answer["credits"], answer["battery"]["available"]) == (10, 90)


async def test_r02_one_piece_twice_in_one_request_is_charged_once(whole: Whole) -> None:
    wanted = (("ana", "email,email"), ("ana_too", "email"), ("ana", "email"))
    answer = await whole.revealed(whole.people.bob, *wanted)
    outcomes = [told["outcome"] for told in answer["results"]]
    assert outcomes == ["charged", "already_owned", "already_owned"]
    assert answer["credits"] == 1
    assert {told["seq"] for told in answer["results"]} == {answer["seq"]}


async def test_r07_a_402_says_what_is_missing_and_leaves_no_trace(whole: Whole) -> None:
    bob, dora = whole.people.bob, whole.ids["dora"]
    await whole.license(bob, 104)
    before = await whole.get("/battery", bob)
    wanted = (("dora", "email,personality"), ("nobody", "phone"), ("ben", "email"))
    refused = await whole.reveal(bob, *wanted, ("ana", "email,phone"))
    assert problem(refused) == (402, "insufficient_credits")
    assert refused.json() == {
        "type": "about:blank",
        "title": "Not enough credits",
        "status": 402,
        "code": "insufficient_credits",
        "detail": "This needs 113 credits; 104 are left on your license and 0 can be taken from "
        "extra. Ask your admin for 9 more.",
        "need": 113,
        "license_remaining": 104,
        "extra_available": 0,
        "short_by": 9,
        "items": [
            {"subject": dora, "kind": "email", "credits": 1},
            {"subject": dora, "kind": "personality", "credits": 100},
            {"subject": whole.ids["ben"], "kind": "email", "credits": 1},
            {"subject": whole.ids["ana"], "kind": "email", "credits": 1},
            {"subject": whole.ids["ana"], "kind": "phone", "credits": 10},
        ],
    }
    assert await whole.get("/battery", bob) == before
    shown = await whole.get(f"/subjects/{dora}", bob)
    assert shown["pieces"]["email"] == {"state": "available", "price": 1}


async def test_more_than_max_credits_is_409_with_the_prices(whole: Whole) -> None:
    bob = whole.people.bob
    before = await whole.get("/battery", bob)
    refused = await whole.reveal(bob, ("ana", "email,phone"), max_credits=10)
    assert problem(refused) == (409, "price_changed")
    told = refused.json()
    assert {name: told[name] for name in ("need", "max_credits", "prices")} == {
        "need": 11,
        "max_credits": 10,
        "prices": {"email": 1, "phone": 10, "personality": 100},
    }
    assert await whole.get("/battery", bob) == before
    assert (await whole.revealed(bob, ("ana", "email,phone"), max_credits=11))["credits"] == 11
    assert (await whole.revealed(bob, ("ana", "email,phone"), max_credits=0))["credits"] == 0


async def test_r11_the_same_key_and_body_answer_the_first_answer_again(whole: Whole) -> None:
    bob = whole.people.bob
    first = await whole.reveal(bob, ("ana", "email"), ("nobody", "phone"), key="k-1")
    again = await whole.reveal(bob, ("ana", "email"), ("nobody", "phone"), key="k-1")
    assert first.json()["results"][0]["outcome"] == "charged"
    assert (again.status_code, again.content) == (200, first.content)
    assert (await whole.get("/battery", bob))["license"]["used"] == 1


async def test_r11_a_second_request_in_flight_gets_the_same_answer(whole: Whole) -> None:
    bob = whole.people.bob
    answers = await asyncio.gather(
        *(whole.reveal(bob, ("ana", "email"), key="twice") for _ in range(5))
    )
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["results"][0]["outcome"] == "charged"


async def test_r11_the_same_key_with_another_body_is_409(whole: Whole) -> None:
    bob = whole.people.bob
    await whole.revealed(bob, ("ana", "email"), key="k-1")
    refused = await whole.reveal(bob, ("ana", "email,phone"), key="k-1")
    assert problem(refused) == (409, "idempotency_conflict")
    assert (await whole.get("/battery", bob))["license"]["used"] == 1


async def test_r11_a_key_is_the_callers_own(whole: Whole) -> None:
    await whole.revealed(whole.people.bob, ("ana", "email"), key="k-1")
    answer = await whole.revealed(whole.people.jane, ("ben", "email"), key="k-1")
    assert answer["results"][0]["outcome"] == "charged"


async def test_r11_a_refused_request_may_be_sent_again_with_its_key(whole: Whole) -> None:
    bob = whole.people.bob
    wanted = ("dora", "personality,email")
    assert (await whole.reveal(bob, wanted, key="k-1")).status_code == 402
    await whole.grant(bob.org, 1)
    assert (await whole.revealed(bob, wanted, key="k-1"))["from_extra"] == 1


async def test_r11_an_answer_with_something_unaffordable_is_not_kept(whole: Whole) -> None:
    bob = whole.people.bob
    wanted = ("dora", "personality,email")
    first = await whole.revealed(bob, wanted, key="k-1", allow_partial=True)
    await whole.grant(bob.org, 1)
    again = await whole.revealed(bob, wanted, key="k-1", allow_partial=True)
    assert [told["outcome"] for told in first["results"]] == ["charged", "unaffordable"]
    assert [told["outcome"] for told in again["results"]] == ["already_owned", "charged"]


async def test_r11_after_a_reversal_the_replay_has_no_value(whole: Whole) -> None:
    bob = whole.people.bob
    first = await whole.revealed(bob, ("ana", "email"), key="k-1")
    await whole.reverse(bob.org, first["seq"])
    again = await whole.reveal(bob, ("ana", "email"), key="k-1")
    [told] = again.json()["results"]
    assert told == {**first["results"][0], "value": None}
    assert VALUES["ana"][0] not in again.text


async def test_r27_a_bounced_value_is_never_sold_again(whole: Whole) -> None:
    bob = whole.people.bob
    first = await whole.revealed(bob, ("ana", "email"))
    await whole.reverse(bob.org, first["seq"], "bounced")
    again = await whole.revealed(bob, ("ana", "email"), ("ana_too", "email"))
    assert [told["outcome"] for told in again["results"]] == ["not_found", "not_found"]


async def test_example_10_another_org_pays_for_itself(whole: Whole) -> None:
    await whole.revealed(whole.people.bob, ("ana", "email"))
    answer = await whole.reveal(whole.people.gus, ("ana", "email"))
    [told] = answer.json()["results"]
    assert (told["outcome"], told["credits"]) == ("charged", 1)
    assert [known["colleague"] for known in told["value"]["insights"]] == ["Gus Adeyemi"]
    assert "Bob" not in answer.text


async def test_an_answer_is_kept_by_nobody(whole: Whole) -> None:
    answer = await whole.reveal(whole.people.bob, ("ana", "email"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert answer.request.url.path == f"{API}/reveals"
