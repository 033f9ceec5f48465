"""What an admin's open table asks for again: who changed since, and who hears that somebody did."""

from typing import Any

import pytest

from server.usecases import members
from server.wire.socket import UsersMessage
from tests.integration.office import Office, Person, Staff, names

NEW_PASSWORD = "a longer battery"


async def _table(office: Office, admin: Person, since: int | None = None) -> Any:
    query = "" if since is None else f"?since={since}"
    answer = await office.call("GET", f"/admin/users{query}", admin)
    assert answer.status_code == 200
    return answer.json()


async def _changed(office: Office, admin: Person, since: int) -> list[str]:
    return sorted(user["name"] for user in (await _table(office, admin, since))["users"])


async def _patch(office: Office, admin: Person, who: Person, patch: dict[str, object]) -> Any:
    answer = await office.call("PATCH", f"/admin/users/{who.id}", admin, patch)
    assert answer.status_code == 200
    return answer.json()


async def test_nothing_happened_so_nobody_is_listed(office: Office, staff: Staff) -> None:
    table = await _table(office, staff.alice)
    assert await _table(office, staff.alice, table["seq"]) == {**table, "users": []}


async def test_who_charged_is_listed_and_nobody_else(office: Office, staff: Staff) -> None:
    before = (await _table(office, staff.alice))["seq"]
    await office.reveal(staff.bob, "con_ana", "phone")
    after = await _table(office, staff.alice, before)
    assert [user["name"] for user in after["users"]] == ["Bob Reyes"]
    assert after["users"][0]["battery"]["license"]["used"] == 10
    assert after["seq"] == before + 1


async def test_r17_who_was_capped_is_listed(office: Office, staff: Staff) -> None:
    before = (await _table(office, staff.alice))["seq"]
    await _patch(office, staff.alice, staff.jane, {"extra_cap": 5})
    assert await _changed(office, staff.alice, before) == ["Jane Okafor"]


async def test_a_reversal_lists_whose_charge_it_took_back(office: Office, staff: Staff) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    before = (await _table(office, staff.alice))["seq"]
    body = {"seq": before, "reason": "mistake"}
    await office.call("POST", "/admin/reversals", staff.alice, body)
    assert await _changed(office, staff.alice, before) == ["Bob Reyes"]


async def test_the_pools_figures_are_told_once_for_all(office: Office, staff: Staff) -> None:
    await office.grant(staff.alice.org, 500)
    table = await _table(office, staff.alice)
    assert table["extra"] == {"granted": 500, "used": 0, "held": 0, "remaining": 500}
    await office.grant(staff.alice.org, 20)
    after = await _table(office, staff.alice, table["seq"])
    assert after["extra"] == {"granted": 520, "used": 0, "held": 0, "remaining": 520}
    assert after["users"] == []


async def test_before_the_first_grant_there_is_no_pool(office: Office, staff: Staff) -> None:
    assert (await _table(office, staff.alice))["extra"] is None


async def test_r33_a_filled_pool_may_move_every_level_so_everybody_is_listed(
    office: Office, staff: Staff
) -> None:
    before = (await _table(office, staff.alice))["seq"]
    await office.grant(staff.alice.org, 1)
    everybody = ["Alice Nakamura", "Bob Reyes", "Jane Okafor"]
    assert await _changed(office, staff.alice, before) == everybody


@pytest.mark.parametrize("patch", [{"role": "admin"}, {"active": False}])
async def test_a_change_that_no_entry_tells_is_listed_too(
    office: Office, staff: Staff, patch: dict[str, object]
) -> None:
    before = (await _table(office, staff.alice))["seq"]
    await _patch(office, staff.alice, staff.bob, patch)
    assert await _changed(office, staff.alice, before) == ["Bob Reyes"]
    await office.reveal(staff.jane, "con_ana", "email")
    later = (await _table(office, staff.alice))["seq"]
    assert await _changed(office, staff.alice, later) == []


async def test_an_accepted_invitation_is_listed(office: Office, staff: Staff) -> None:
    body = {"email": "nia@acme.example"}
    invited = (await office.call("POST", "/admin/invitations", staff.alice, body)).json()
    table = await _table(office, staff.alice)
    code = invited["url"].partition("?code=")[2]
    await office.invitations.accept(code, NEW_PASSWORD)
    [nia] = (await _table(office, staff.alice, table["seq"]))["users"]
    assert (nia["id"], nia["invited"]) == (invited["user_id"], False)
    assert {user for user, _ in office.news} == {nia["id"], staff.alice.id}


async def test_a_new_user_is_listed(office: Office, staff: Staff) -> None:
    before = (await _table(office, staff.alice))["seq"]
    await office.hire(staff.alice.org, "Nia Adu", "nia@acme.example")
    assert await _changed(office, staff.alice, before) == ["Nia Adu"]


@pytest.mark.parametrize("since", [0, 10**6])
async def test_after_a_long_time_or_from_the_future_everybody_is_listed(
    office: Office, staff: Staff, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "SINCE_ENTRIES_MAX", 2)
    table = await _table(office, staff.alice)
    assert await _table(office, staff.alice, since) == table


async def test_nobody_of_another_org_is_listed(office: Office, staff: Staff) -> None:
    before = (await _table(office, staff.zoe))["seq"]
    await office.reveal(staff.bob, "con_ana", "phone")
    await _patch(office, staff.alice, staff.bob, {"active": False})
    assert await _changed(office, staff.zoe, before) == []


@pytest.mark.parametrize("since", ["-1", "x", "1.5"])
async def test_a_since_that_is_no_position_is_refused_by_name(
    office: Office, staff: Staff, since: str
) -> None:
    answer = await office.call("GET", f"/admin/users?since={since}", staff.alice)
    assert answer.status_code == 400
    assert "since" in answer.json()["detail"]


@pytest.mark.parametrize("patch", [{"role": "admin"}, {"active": False}])
async def test_the_admins_and_the_user_hear_of_a_changed_standing(
    office: Office, staff: Staff, patch: dict[str, object]
) -> None:
    await _patch(office, staff.alice, staff.bob, patch)
    told = UsersMessage(users=[staff.bob.id])
    assert office.news == [(staff.bob.id, told), (staff.alice.id, told)]


async def test_a_cap_is_an_entry_and_needs_no_news(office: Office, staff: Staff) -> None:
    await _patch(office, staff.alice, staff.bob, {"extra_cap": 5})
    assert office.news == []


async def test_the_cap_of_many_answers_its_position(office: Office, staff: Staff) -> None:
    body = {"users": [staff.bob.id, staff.jane.id], "extra_cap": 0}
    answer = await office.call("PATCH", "/admin/users", staff.alice, body)
    assert names(answer) == ["Bob Reyes", "Jane Okafor"]
    assert answer.json()["seq"] == (await _table(office, staff.alice))["seq"]
