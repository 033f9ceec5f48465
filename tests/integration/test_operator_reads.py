"""What an operator reads of a customer's ledger, to find what to reverse and to prove it."""

import pytest

from tests.integration.office import Office, Staff


async def test_r27_an_operator_finds_a_charge_in_the_history_and_reverses_it(
    office: Office, staff: Staff
) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    await office.reveal(staff.jane, "con_ana", "email")
    path = f"/operator/orgs/{staff.bob.org}"
    page = (await office.call("GET", f"{path}/history?user={staff.bob.id}", staff.vera)).json()
    [charge] = page["entries"]
    assert (charge["kind"], charge["credits"], page["totals"]["credits"]) == ("phone", 10, 10)
    body = {"seq": charge["seq"], "reason": "bounced"}
    await office.call("POST", f"{path}/reversals", staff.vera, body)
    page = (await office.call("GET", f"{path}/history", staff.vera)).json()
    assert [entry["action"] for entry in page["entries"]] == ["reversal", "reveal", "reveal"]
    assert page["totals"]["credits"] == 1


async def test_an_operator_pages_as_an_admin_does(office: Office, staff: Staff) -> None:
    await office.reveal(staff.bob, "con_ana", "phone", "email")
    path = f"/operator/orgs/{staff.bob.org}/history?limit=1"
    first = (await office.call("GET", path, staff.vera)).json()
    assert len(first["entries"]) == 1
    rest = await office.call("GET", f"{path}&before={first['next_before']}", staff.vera)
    assert rest.json()["entries"][0]["seq"] == first["entries"][0]["seq"] - 1


async def test_the_user_of_another_customer_is_unknown(office: Office, staff: Staff) -> None:
    path = f"/operator/orgs/{staff.bob.org}/history?user={staff.zoe.id}"
    answer = await office.call("GET", path, staff.vera)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("what", ["history", "verify"])
async def test_an_unknown_customer_is_told(office: Office, staff: Staff, what: str) -> None:
    answer = await office.call("GET", f"/operator/orgs/org_none/{what}", staff.vera)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_r32_an_operator_verifies_a_customer(office: Office, staff: Staff) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    path = f"/operator/orgs/{staff.bob.org}/verify"
    answer = (await office.call("GET", path, staff.vera)).json()
    assert (answer["ok"], answer["broken"]) == (True, [])
    assert answer == (await office.call("GET", "/admin/verify", staff.alice)).json()
