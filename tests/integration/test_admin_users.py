"""What an admin sees of the members and changes about them (R15, R17)."""

import pytest

from server.domain.ids import UserId
from tests.integration.office import Office, Staff, names


async def test_an_admin_sees_every_user_of_the_own_org_with_battery(
    office: Office, staff: Staff
) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    answer = await office.call("GET", "/admin/users", staff.alice)
    assert answer.status_code == 200
    assert names(answer) == ["Alice Nakamura", "Bob Reyes", "Jane Okafor"]
    bob = answer.json()["users"][1]
    assert bob["battery"]["license"]["used"] == 10
    assert bob["last_spend_at"] == "2026-11-23T12:00:00Z"
    assert (bob["active"], bob["invited"], bob["extra_cap"]) == (True, False, None)
    assert answer.json()["users"][2]["last_spend_at"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/users"),
        ("PATCH", "/admin/users"),
        ("PATCH", "/admin/users/{id}"),
        ("GET", "/admin/users/{id}/battery"),
        ("POST", "/admin/invitations"),
        ("POST", "/admin/reversals"),
        ("GET", "/admin/verify"),
        ("POST", "/credit-requests/req_1/answer"),
    ],
)
async def test_admin_calls_are_closed_to_reps(
    office: Office, staff: Staff, method: str, path: str
) -> None:
    answer = await office.call(method, path.format(id=staff.jane.id), staff.bob)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


async def test_one_users_battery_is_the_battery_of_the_list(office: Office, staff: Staff) -> None:
    await office.reveal(staff.bob, "con_ana", "email")
    one = await office.call("GET", f"/admin/users/{staff.bob.id}/battery", staff.alice)
    listed = await office.call("GET", "/admin/users", staff.alice)
    assert one.json() == listed.json()["users"][1]["battery"]


@pytest.mark.parametrize("path", ["/admin/users/{id}", "/admin/users/{id}/battery"])
async def test_a_user_of_another_org_is_as_unknown_as_none(
    office: Office, staff: Staff, path: str
) -> None:
    method, body = ("GET", None) if path.endswith("battery") else ("PATCH", {"active": False})
    foreign = await office.call(method, path.format(id=staff.zoe.id), staff.alice, body)
    unknown = await office.call(method, path.format(id="usr_none"), staff.alice, body)
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"].replace(staff.zoe.id, "usr_none") == unknown.json()["detail"]


async def test_r17_a_cap_bounds_what_the_user_may_take_and_is_an_entry(
    office: Office, staff: Staff
) -> None:
    await office.grant(staff.alice.org, 500)
    answer = await office.call(
        "PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"extra_cap": 40}
    )
    assert answer.status_code == 200
    assert answer.json()["extra_cap"] == 40
    assert answer.json()["battery"]["extra"]["available"] == 40
    lifted = await office.call(
        "PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"extra_cap": None}
    )
    assert lifted.json()["battery"]["extra"]["available"] == 500
    assert (await office.call("GET", "/admin/verify", staff.alice)).json()["ok"] is True


@pytest.mark.parametrize("cap", [-1, 1_000_000_001, 2**53, "40", 4.5, True])
async def test_a_cap_that_is_no_number_of_credits_is_refused_by_name(
    office: Office, staff: Staff, cap: object
) -> None:
    answer = await office.call(
        "PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"extra_cap": cap}
    )
    assert answer.status_code == 400
    assert "extra_cap" in answer.json()["detail"]


async def test_r15_a_deactivated_user_is_signed_out_sockets_close_and_jobs_stop(
    office: Office, staff: Staff
) -> None:
    answer = await office.call(
        "PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"active": False}
    )
    assert answer.json()["active"] is False
    assert office.closed == [staff.bob.id]
    assert office.stopped == [staff.bob.id]
    refused = await office.call("GET", "/credit-requests", staff.bob)
    assert refused.status_code == 401
    await office.call("PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"active": True})
    assert (await office.call("GET", "/credit-requests", staff.bob)).status_code == 401


async def test_r15_the_same_months_row_goes_on_after_reactivation(
    office: Office, staff: Staff
) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    for active in (False, True):
        answer = await office.call(
            "PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"active": active}
        )
    assert answer.json()["active"] is True
    assert answer.json()["battery"]["license"]["used"] == 10


@pytest.mark.parametrize("patch", [{"active": False}, {"role": "rep"}])
async def test_r15_the_last_admin_cannot_be_removed(
    office: Office, staff: Staff, patch: dict[str, object]
) -> None:
    answer = await office.call("PATCH", f"/admin/users/{staff.alice.id}", staff.alice, patch)
    assert answer.status_code == 403
    assert "last admin" in answer.json()["detail"].lower()
    assert (await office.call("GET", "/admin/users", staff.alice)).status_code == 200


async def test_cap_and_role_change_together(office: Office, staff: Staff) -> None:
    answer = await office.call(
        "PATCH", f"/admin/users/{staff.jane.id}", staff.alice, {"extra_cap": 5, "role": "admin"}
    )
    assert (answer.json()["extra_cap"], answer.json()["role"]) == (5, "admin")
    assert (await office.call("GET", "/admin/users", staff.jane)).status_code == 200


async def test_an_empty_patch_changes_nothing(office: Office, staff: Staff) -> None:
    answer = await office.call("PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {})
    assert answer.status_code == 200
    assert answer.json()["active"] is True


async def test_r17_one_call_caps_many(office: Office, staff: Staff) -> None:
    body = {"users": [staff.bob.id, staff.jane.id, staff.bob.id], "extra_cap": 0}
    answer = await office.call("PATCH", "/admin/users", staff.alice, body)
    assert answer.status_code == 200
    assert names(answer) == ["Bob Reyes", "Jane Okafor"]
    assert {user["extra_cap"] for user in answer.json()["users"]} == {0}
    listed = await office.call("GET", "/admin/users", staff.alice)
    assert [user["extra_cap"] for user in listed.json()["users"]] == [None, 0, 0]


async def test_capping_many_is_refused_whole_for_one_stranger(office: Office, staff: Staff) -> None:
    body = {"users": [staff.bob.id, staff.zoe.id], "extra_cap": 7}
    answer = await office.call("PATCH", "/admin/users", staff.alice, body)
    assert answer.status_code == 404
    listed = await office.call("GET", "/admin/users", staff.alice)
    assert [user["extra_cap"] for user in listed.json()["users"]] == [None, None, None]


@pytest.mark.parametrize("count", [0, 2_001])
async def test_capping_none_or_too_many_is_refused_by_name(
    office: Office, staff: Staff, count: int
) -> None:
    body = {"users": [f"usr_{number}" for number in range(count)], "extra_cap": 7}
    answer = await office.call("PATCH", "/admin/users", staff.alice, body)
    assert answer.status_code == 400
    assert "users" in answer.json()["detail"]


async def test_an_invited_user_has_a_license_without_credits_anchored_today(
    office: Office, staff: Staff
) -> None:
    body = {"email": " Nia@Acme.example ", "name": "Nia Adu", "extra_cap": 25}
    answer = await office.call("POST", "/admin/invitations", staff.alice, body)
    assert answer.status_code == 201
    assert answer.json()["url"].startswith("http://office.example/")
    listed = await office.call("GET", "/admin/users", staff.alice)
    nia = next(user for user in listed.json()["users"] if user["id"] == answer.json()["user_id"])
    assert (nia["email"], nia["role"], nia["invited"]) == ("nia@acme.example", "rep", True)
    assert nia["extra_cap"] == 25
    license = nia["battery"]["license"]
    assert (license["allotment"], license["starts_on"]) == (0, "2026-11-23")


async def test_r12_today_is_todays_date_in_the_orgs_zone(office: Office, staff: Staff) -> None:
    office.clock.move(hours=16)  # 24 November in UTC, still the 23rd in New York
    body = {"email": "nia@acme.example"}
    await office.call("POST", "/admin/invitations", staff.alice, body)
    listed = await office.call("GET", "/admin/users", staff.alice)
    nia = next(user for user in listed.json()["users"] if user["name"] == "nia")
    assert nia["battery"]["license"]["starts_on"] == "2026-11-23"


async def test_an_invitation_for_a_member_leaves_all_but_the_password_alone(
    office: Office, staff: Staff
) -> None:
    body = {"email": "bob@acme.example", "role": "admin", "extra_cap": 1}
    answer = await office.call("POST", "/admin/invitations", staff.alice, body)
    assert answer.status_code == 201
    assert UserId(answer.json()["user_id"]) == staff.bob.id
    bob = (await office.call("GET", "/admin/users", staff.alice)).json()["users"][1]
    assert (bob["role"], bob["extra_cap"], bob["invited"]) == ("rep", None, False)


async def test_nobody_invites_another_orgs_user(office: Office, staff: Staff) -> None:
    body = {"email": "ZOE@globex.example"}
    answer = await office.call("POST", "/admin/invitations", staff.alice, body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "already_exists"
    assert len((await office.call("GET", "/admin/users", staff.alice)).json()["users"]) == 3


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c.example", "a b@acme.example"])
async def test_what_is_no_address_is_not_invited(office: Office, staff: Staff, email: str) -> None:
    answer = await office.call("POST", "/admin/invitations", staff.alice, {"email": email})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("email")


async def test_a_deactivated_user_gets_no_new_password(office: Office, staff: Staff) -> None:
    await office.call("PATCH", f"/admin/users/{staff.bob.id}", staff.alice, {"active": False})
    body = {"email": "bob@acme.example"}
    answer = await office.call("POST", "/admin/invitations", staff.alice, body)
    assert answer.status_code == 403
