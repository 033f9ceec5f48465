"""Reversals by admins, verify, and requests for more credits."""

import pytest

from server.domain.ids import UserId
from tests.integration.office import Office, Staff


async def _charge(office: Office, staff: Staff) -> int:
    """The seq of Bob's charge for Ana's phone."""
    await office.reveal(staff.bob, "con_ana", "phone")
    return office.commits[-1].to_seq


async def test_r27_an_admin_reverses_within_the_allowance(office: Office, staff: Staff) -> None:
    seq = await _charge(office, staff)
    body = {"seq": seq, "reason": "wrong_number", "note": "Rang somebody else"}
    answer = await office.call("POST", "/admin/reversals", staff.alice, body)
    assert answer.status_code == 201
    entry = answer.json()
    assert (entry["action"], entry["ref_seq"], entry["credits"]) == ("reversal", seq, -10)
    assert entry["by"] == {"type": "user", "id": staff.alice.id, "name": "Alice Nakamura"}
    assert (entry["reason"], entry["note"]) == ("wrong_number", "Rang somebody else")
    assert entry["user"]["name"] == "Bob Reyes"


async def test_r27_a_charge_is_reversed_once(office: Office, staff: Staff) -> None:
    body = {"seq": await _charge(office, staff), "reason": "mistake"}
    await office.call("POST", "/admin/reversals", staff.alice, body)
    again = await office.call("POST", "/admin/reversals", staff.alice, body)
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")


async def test_r11_a_reversal_sent_again_with_its_key_answers_the_same_entry(
    office: Office, staff: Staff
) -> None:
    body = {"seq": await _charge(office, staff), "reason": "mistake"}
    first = await office.call("POST", "/admin/reversals", staff.alice, body, key="undo-1")
    again = await office.call("POST", "/admin/reversals", staff.alice, body, key="undo-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = await office.call(
        "POST", "/admin/reversals", staff.alice, {**body, "reason": "goodwill"}, key="undo-1"
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_r27_an_admins_reversal_has_a_window(office: Office, staff: Staff) -> None:
    seq = await _charge(office, staff)
    office.clock.move(days=8)
    token = await office.token(staff.alice.id)
    body = {"seq": seq, "reason": "mistake"}
    answer = await office.call("POST", "/admin/reversals", token, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"seq": 0, "reason": "mistake"}, 400),
        ({"seq": -7, "reason": "mistake"}, 400),
        ({"seq": 2**63, "reason": "mistake"}, 400),
        ({"seq": 999, "reason": "mistake"}, 404),
        ({"seq": 1, "reason": "mistake"}, 400),
        ({"seq": 1, "reason": "because"}, 400),
        ({"seq": 1, "reason": "mistake", "note": "a\u0000b"}, 400),
        ({"seq": 1, "reason": "mistake", "note": "n" * 2_001}, 400),
    ],
)
async def test_a_reversal_of_what_is_no_charge_is_refused(
    office: Office, staff: Staff, body: dict[str, object], status: int
) -> None:
    answer = await office.call("POST", "/admin/reversals", staff.alice, body)
    assert answer.status_code == status


async def test_r32_verify_reports_the_own_org_sound(office: Office, staff: Staff) -> None:
    await _charge(office, staff)
    answer = await office.call("GET", "/admin/verify", staff.alice)
    assert answer.json() == {"ok": True, "entries": office.commits[-1].to_seq, "broken": []}


async def _asked(office: Office, staff: Staff, note: str = "Trade fair next week") -> str:
    answer = await office.call("POST", "/credit-requests", staff.bob, {"note": note})
    assert answer.status_code == 201
    request: str = answer.json()["id"]
    return request


async def test_a_request_is_told_to_its_asker_and_every_admin(office: Office, staff: Staff) -> None:
    await office.call("PATCH", f"/admin/users/{staff.jane.id}", staff.alice, {"role": "admin"})
    request = await _asked(office, staff)
    told = {user: message.request for user, message in office.told}
    assert set(told) == {staff.bob.id, staff.alice.id, staff.jane.id}
    assert {(one.id, one.user_name, one.outcome) for one in told.values()} == {
        (request, "Bob Reyes", None)
    }


async def test_an_admin_sees_all_requests_and_a_rep_the_own(office: Office, staff: Staff) -> None:
    request = await _asked(office, staff)

    async def seen(who: UserId) -> list[str]:
        answer = await office.call("GET", "/credit-requests", await office.token(who))
        return [one["id"] for one in answer.json()["requests"]]

    assert await seen(staff.bob.id) == [request]
    assert await seen(staff.alice.id) == [request]
    assert await seen(staff.jane.id) == []
    assert await seen(staff.zoe.id) == []


async def test_open_requests_come_first_then_the_newest(office: Office, staff: Staff) -> None:
    requests = []
    for note in ("first", "second", "third"):
        requests.append(await _asked(office, staff, note))
        office.clock.move(hours=1)
    path = f"/credit-requests/{requests[2]}/answer"
    await office.call("POST", path, staff.alice, {"outcome": "declined"})
    answer = await office.call("GET", "/credit-requests", staff.alice)
    listed = [one["note"] for one in answer.json()["requests"]]
    assert listed == ["second", "first", "third"]


async def test_raising_the_cap_answers_and_raises_in_one(office: Office, staff: Staff) -> None:
    await office.grant(staff.alice.org, 100)
    bob = f"/admin/users/{staff.bob.id}"
    await office.call("PATCH", bob, staff.alice, {"extra_cap": 5})
    request = await _asked(office, staff)
    office.told.clear()
    body = {"outcome": "cap_raised", "extra_cap": 60, "note": "Good luck"}
    answer = await office.call("POST", f"/credit-requests/{request}/answer", staff.alice, body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["answered_by"]) == ("cap_raised", "Alice Nakamura")
    assert (told["answered_at"], told["answer_note"]) == ("2026-11-23T12:00:00Z", "Good luck")
    assert {user for user, _ in office.told} == {staff.bob.id, staff.alice.id}
    battery = await office.call("GET", f"{bob}/battery", staff.alice)
    assert battery.json()["extra"]["available"] == 60


@pytest.mark.parametrize(
    "body",
    [
        {"outcome": "cap_raised"},
        {"outcome": "cap_raised", "extra_cap": 5},
        {"outcome": "cap_raised", "extra_cap": 4},
        {"outcome": "cap_raised", "extra_cap": -1},
        {"outcome": "declined", "extra_cap": 50},
        {"outcome": "ordered", "extra_cap": None},
        {"outcome": "granted"},
        {"outcome": "declined", "note": "a\u0000b"},
    ],
)
async def test_an_answer_that_makes_no_sense_leaves_the_request_open(
    office: Office, staff: Staff, body: dict[str, object]
) -> None:
    await office.call("PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"extra_cap": 5})
    request = await _asked(office, staff)
    answer = await office.call("POST", f"/credit-requests/{request}/answer", staff.alice, body)
    assert answer.status_code == 400
    listed = await office.call("GET", "/credit-requests", staff.alice)
    assert listed.json()["requests"][0]["outcome"] is None


async def test_a_cap_that_is_not_there_cannot_be_raised(office: Office, staff: Staff) -> None:
    request = await _asked(office, staff)
    body = {"outcome": "cap_raised", "extra_cap": 50}
    answer = await office.call("POST", f"/credit-requests/{request}/answer", staff.alice, body)
    assert answer.status_code == 400
    assert "no cap" in answer.json()["detail"]


async def test_a_request_is_answered_once(office: Office, staff: Staff) -> None:
    path = f"/credit-requests/{await _asked(office, staff)}/answer"
    await office.call("POST", path, staff.alice, {"outcome": "ordered"})
    again = await office.call("POST", path, staff.alice, {"outcome": "declined"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_another_orgs_request_is_not_found(office: Office, staff: Staff) -> None:
    path = f"/credit-requests/{await _asked(office, staff)}/answer"
    answer = await office.call("POST", path, staff.zoe, {"outcome": "declined"})
    assert answer.status_code == 404


@pytest.mark.parametrize("note", ["", "   ", "n" * 2_001, "a\u0000b", "bell\u0007"])
async def test_a_request_needs_a_note_that_can_be_shown(
    office: Office, staff: Staff, note: str
) -> None:
    answer = await office.call("POST", "/credit-requests", staff.bob, {"note": note})
    assert answer.status_code == 400
    assert "note" in answer.json()["detail"]


async def test_unanswered_requests_of_one_user_are_limited(office: Office, staff: Staff) -> None:
    for number in range(5):
        await _asked(office, staff, f"request {number}")
    sixth = await office.call("POST", "/credit-requests", staff.bob, {"note": "again"})
    assert (sixth.status_code, sixth.json()["limit"]) == (429, "open_credit_requests")
    assert int(sixth.headers["retry-after"]) > 0
    janes = await office.call("POST", "/credit-requests", staff.jane, {"note": "mine"})
    assert janes.status_code == 201
