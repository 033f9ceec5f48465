"""What an operator sets up and sells (R12, R15, R16), and what is refused by name."""

from typing import Any

import pytest

from server.domain import errors
from server.domain.ids import OrgId
from server.store import orgs, schema
from server.store.orgs import OrgRow
from server.usecases.deployment_prices import follow
from server.usecases.verify import verify
from server.wire.battery import Prices
from tests.integration.office import ANA_URL, PASSWORD, Office, Staff, names

CALLS = [
    ("POST", "/operator/orgs"),
    ("GET", "/operator/orgs"),
    ("GET", "/operator/orgs/{org}"),
    ("GET", "/operator/me"),
    ("PATCH", "/operator/orgs/{org}"),
    ("PUT", "/operator/orgs/{org}/prices"),
    ("POST", "/operator/orgs/{org}/users"),
    ("GET", "/operator/orgs/{org}/users"),
    ("PUT", "/operator/users/{user}/license"),
    ("POST", "/operator/users/{user}/invitation"),
    ("POST", "/operator/orgs/{org}/grants"),
    ("POST", "/operator/orgs/{org}/reversals"),
    ("GET", "/operator/orgs/{org}/history"),
    ("GET", "/operator/orgs/{org}/verify"),
    ("POST", "/operator/directory"),
    ("POST", "/operator/erasures"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_operator_calls_are_closed_to_admins(
    office: Office, staff: Staff, method: str, path: str
) -> None:
    filled = path.format(org=staff.alice.org, user=staff.bob.id)
    answer = await office.call(method, filled, staff.alice)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_operators_token_opens_no_members_call(office: Office, staff: Staff) -> None:
    answer = await office.call("GET", "/admin/users", staff.vera)
    assert answer.status_code == 403


async def test_a_new_org_pays_the_deployments_prices_from_its_first_entry(
    office: Office, staff: Staff
) -> None:
    body = {"name": " Initech ", "time_zone": "Asia/Kolkata"}
    answer = await office.call("POST", "/operator/orgs", staff.vera, body)
    assert answer.status_code == 201
    org = answer.json()
    assert (org["name"], org["time_zone"], org["own_prices"]) == ("Initech", "Asia/Kolkata", False)
    assert org["prices"] == {"email": 1, "phone": 10, "personality": 100}
    iris = await office.hire(org["id"], "Iris", "iris@initech.example", role="admin")
    verified = await office.call("GET", "/admin/verify", iris)
    assert verified.json() == {"ok": True, "entries": 2, "broken": []}
    listed = await office.call("GET", "/operator/orgs", staff.vera)
    assert [one["name"] for one in listed.json()["orgs"]] == ["Acme", "Globex", "Initech"]


async def test_the_list_of_customers_says_how_large_each_is(office: Office, staff: Staff) -> None:
    await office.grant(staff.bob.org, 500)
    nia = await office.hire(staff.bob.org, "Nia", "nia@acme.example", allotment=0)
    await office.reveal(nia, "con_ana", "phone")
    answer = (await office.call("GET", "/operator/orgs", staff.vera)).json()
    acme, globex = answer["orgs"]
    assert answer["prices"] == {"email": 1, "phone": 10, "personality": 100}
    assert (acme["users"], globex["users"]) == (4, 1)
    assert acme["extra"] == {"granted": 500, "used": 10, "held": 0, "remaining": 490}
    assert acme["last_spend_at"] == "2026-11-23T12:00:00Z"
    assert (globex["extra"], globex["last_spend_at"]) == (None, None)
    one = await office.call("GET", f"/operator/orgs/{staff.bob.org}", staff.vera)
    assert one.json() == acme


async def test_an_operators_token_says_whose_it_is(office: Office, staff: Staff) -> None:
    answer = await office.call("GET", "/operator/me", staff.vera)
    assert answer.json()["name"] == "Vera Vendor"
    assert answer.json()["id"].startswith("opr_")
    assert answer.json()["directory_bytes"] == 50_000_000


async def test_an_org_may_have_prices_of_its_own(office: Office, staff: Staff) -> None:
    own = {"email": 0, "phone": 7, "personality": 90}
    path = f"/operator/orgs/{staff.bob.org}/prices"
    answer = await office.call("PUT", path, staff.vera, {"prices": own})
    assert (answer.json()["prices"], answer.json()["own_prices"]) == (own, True)
    assert await office.reveal(staff.bob, "con_ana", "phone") == 7
    back = await office.call("PUT", path, staff.vera, {"prices": None})
    assert (back.json()["prices"]["phone"], back.json()["own_prices"]) == (10, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "time_zone": "Europe/Berlin"}, "name"),
        ({"name": "n" * 201, "time_zone": "Europe/Berlin"}, "name"),
        ({"name": "a\nb", "time_zone": "Europe/Berlin"}, "name"),
        ({"name": "Initech", "time_zone": "Mars/Olympus"}, "IANA time zone"),
        ({"name": "Initech", "time_zone": "../../etc/passwd"}, "IANA time zone"),
        ({"name": "Initech", "time_zone": ""}, "IANA time zone"),
        ({"name": "Initech"}, "time_zone"),
        ({"name": "Initech", "time_zone": "Europe/Berlin", "plan": "gold"}, "plan"),
        (
            {"name": "Initech", "time_zone": "Europe/Berlin", "prices": {"email": -1}},
            "prices.email",
        ),
        (
            {"name": "Initech", "time_zone": "Europe/Berlin", "prices": {"phone": 10**10}},
            "prices.phone",
        ),
    ],
)
async def test_an_org_that_makes_no_sense_is_refused_by_field(
    office: Office, staff: Staff, body: dict[str, Any], field: str
) -> None:
    answer = await office.call("POST", "/operator/orgs", staff.vera, body)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]
    assert await office.count(schema.org) == 2


@pytest.mark.parametrize(("method", "path"), [c for c in CALLS if "{org}" in c[1]])
async def test_an_unknown_org_is_not_found(
    office: Office, staff: Staff, method: str, path: str
) -> None:
    bodies: dict[str, Any] = {
        "prices": {"prices": None},
        "users": {"email": "x@y.example", "name": "X", "license": {"allotment": 1}},
        "grants": {"credits": 1, "note": "n"},
        "reversals": {"seq": 1, "reason": "mistake"},
        "{org}": {"time_zone": "Europe/Paris"},
    }
    body = None if method == "GET" else bodies[path.rpartition("/")[2]]
    answer = await office.call(method, path.format(org="org_none"), staff.vera, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_unknown_users_license_is_not_found(office: Office, staff: Staff) -> None:
    path = "/operator/users/usr_none/license"
    answer = await office.call("PUT", path, staff.vera, {"allotment": 5})
    assert answer.status_code == 404


async def test_r15_after_a_change_of_zone_the_running_month_keeps_its_end(
    office: Office, staff: Staff
) -> None:
    untouched = f"/admin/users/{staff.jane.id}/battery"
    before = (await office.call("GET", untouched, staff.alice)).json()["license"]["resets_at"]
    path = f"/operator/orgs/{staff.alice.org}"
    answer = await office.call("PATCH", path, staff.vera, {"time_zone": "Asia/Tokyo"})
    assert answer.json()["time_zone"] == "Asia/Tokyo"
    assert answer.json()["name"] == "Acme"
    assert office.refreshed == [staff.alice.org]
    after = (await office.call("GET", untouched, staff.alice)).json()["license"]["resets_at"]
    assert (before, after) == ("2026-12-15T05:00:00Z", "2026-12-15T05:00:00Z")
    office.clock.move(days=25)
    alice = await office.token(staff.alice.id)
    license = (await office.call("GET", untouched, alice)).json()["license"]
    assert license["resets_at"] == "2027-01-14T15:00:00Z"
    assert (await office.call("GET", "/admin/verify", alice)).json()["ok"] is True


async def test_an_org_is_renamed(office: Office, staff: Staff) -> None:
    path = f"/operator/orgs/{staff.alice.org}"
    answer = await office.call("PATCH", path, staff.vera, {"name": "Acme Corp"})
    assert (answer.json()["name"], answer.json()["time_zone"]) == ("Acme Corp", "America/New_York")
    for body in ({"name": " "}, {"time_zone": "Nowhere"}):
        assert (await office.call("PATCH", path, staff.vera, body)).status_code == 400


@pytest.mark.parametrize(
    ("anchor", "starts_on", "last_day"),
    [
        ("2026-01-29", "2026-10-29", "2026-11-28"),
        ("2026-01-30", "2026-10-30", "2026-11-29"),
        ("2026-01-31", "2026-10-31", "2026-11-29"),
        ("2024-02-29", "2026-10-29", "2026-11-28"),
        (None, "2026-11-23", "2026-12-22"),
    ],
)
async def test_r12_a_license_may_be_anchored_on_any_day(
    office: Office, staff: Staff, anchor: str | None, starts_on: str, last_day: str
) -> None:
    body = {
        "email": "nia@acme.example",
        "name": "Nia Adu",
        "license": {"allotment": 40, "anchor": anchor},
        "password": PASSWORD,
    }
    path = f"/operator/orgs/{staff.alice.org}/users"
    answer = await office.call("POST", path, staff.vera, body)
    assert answer.status_code == 201
    assert answer.json()["invitation_url"] is None
    listed = (await office.call("GET", path, staff.vera)).json()["users"]
    nia = next(user for user in listed if user["name"] == "Nia Adu")
    license = nia["battery"]["license"]
    assert (license["starts_on"], license["last_day"]) == (starts_on, last_day)
    assert nia["license"] == answer.json()["license"]


async def test_a_new_user_without_a_password_gets_an_invitation(
    office: Office, staff: Staff
) -> None:
    body = {
        "email": "nia@acme.example",
        "name": "Nia Adu",
        "role": "admin",
        "license": {"allotment": 0},
        "extra_cap": 30,
    }
    path = f"/operator/orgs/{staff.alice.org}/users"
    answer = await office.call("POST", path, staff.vera, body)
    assert answer.json()["invitation_url"].startswith("http://office.example/")
    assert answer.json()["license"] == {"allotment": 0, "anchor": "2026-11-23"}
    listed = (await office.call("GET", path, staff.vera)).json()["users"]
    nia = next(user for user in listed if user["name"] == "Nia Adu")
    assert (nia["invited"], nia["extra_cap"], nia["role"]) == (True, 30, "admin")


async def test_a_lost_invitation_is_replaced_by_a_fresh_link(office: Office, staff: Staff) -> None:
    path = f"/operator/users/{staff.bob.id}/invitation"
    first, second = [await office.call("POST", path, staff.vera) for _ in range(2)]
    assert (first.status_code, second.json()["user_id"]) == (201, staff.bob.id)
    codes = [answer.json()["url"].partition("code=")[2] for answer in (first, second)]
    assert codes[0] != codes[1]
    with pytest.raises(errors.NotFound):
        await office.invitations.accept(codes[0], "a new password of his")
    await office.invitations.accept(codes[1], "a new password of his")
    unknown = await office.call("POST", "/operator/users/usr_none/invitation", staff.vera)
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"email": "nobody"}, 400),
        ({"email": "BOB@acme.example"}, 409),
        ({"email": "zoe@globex.example"}, 409),
        ({"name": ""}, 400),
        ({"role": "owner"}, 400),
        ({"license": {"allotment": -1}}, 400),
        ({"license": {"allotment": 10**10}}, 400),
        ({"license": {"allotment": 1, "anchor": "2026-02-30"}}, 400),
        ({"license": {"allotment": 1, "anchor": "1026-02-01"}}, 400),
        ({"extra_cap": -1}, 400),
        ({"password": "short"}, 400),
    ],
)
async def test_a_user_that_makes_no_sense_is_refused_whole(
    office: Office, staff: Staff, change: dict[str, Any], status: int
) -> None:
    good = {"email": "nia@acme.example", "name": "Nia", "license": {"allotment": 1}}
    before = await office.count(schema.entry)
    path = f"/operator/orgs/{staff.alice.org}/users"
    answer = await office.call("POST", path, staff.vera, {**good, **change})
    assert answer.status_code == status
    assert len(names(await office.call("GET", path, staff.vera))) == 3
    assert await office.count(schema.entry) == before


async def test_r15_more_credits_come_at_once_and_fewer_next_month(
    office: Office, staff: Staff
) -> None:
    path = f"/operator/users/{staff.bob.id}/license"
    more = await office.call("PUT", path, staff.vera, {"allotment": 300})
    assert more.status_code == 200
    assert more.json()["battery"]["license"]["allotment"] == 300
    fewer = await office.call("PUT", path, staff.vera, {"allotment": 50})
    assert fewer.json()["license"]["allotment"] == 50
    assert fewer.json()["battery"]["license"]["allotment"] == 300
    office.clock.move(days=30)
    users = f"/operator/orgs/{staff.bob.org}/users"
    bob = (await office.call("GET", users, staff.vera)).json()["users"][1]
    assert bob["battery"]["license"]["allotment"] == 50


async def test_r12_the_anchor_of_a_license_stays(office: Office, staff: Staff) -> None:
    path = f"/operator/users/{staff.bob.id}/license"
    same = {"allotment": 20, "anchor": "2026-01-15"}
    assert (await office.call("PUT", path, staff.vera, same)).status_code == 200
    other = {"allotment": 20, "anchor": "2026-01-16"}
    refused = await office.call("PUT", path, staff.vera, other)
    assert refused.status_code == 400
    assert "2026-01-15" in refused.json()["detail"]


async def test_r16_a_grant_is_an_entry_with_operator_and_note(office: Office, staff: Staff) -> None:
    path = f"/operator/orgs/{staff.alice.org}/grants"
    answer = await office.call(
        "POST", path, staff.vera, {"credits": 15_000, "note": " Annual plan "}
    )
    assert answer.status_code == 201
    entry = answer.json()
    assert (entry["action"], entry["granted"], entry["credits"]) == ("grant", 15_000, 0)
    assert (entry["note"], entry["extra_left"]) == ("Annual plan", 15_000)
    assert (entry["by"]["type"], entry["by"]["name"]) == ("operator", "Vera Vendor")


@pytest.mark.parametrize("credits", [0, -1, 1_000_000_001, 2**63, 1.5, "100", None])
async def test_r16_a_grant_of_no_number_of_credits_is_refused(
    office: Office, staff: Staff, credits: object
) -> None:
    path = f"/operator/orgs/{staff.alice.org}/grants"
    answer = await office.call("POST", path, staff.vera, {"credits": credits, "note": "n"})
    assert answer.status_code == 400
    assert "credits" in answer.json()["detail"]
    battery = await office.call("GET", f"/admin/users/{staff.bob.id}/battery", staff.alice)
    assert battery.json()["extra"] is None


@pytest.mark.parametrize("body", [{"credits": 5}, {"credits": 5, "note": "  "}])
async def test_r16_a_grant_needs_a_note(office: Office, staff: Staff, body: dict[str, Any]) -> None:
    path = f"/operator/orgs/{staff.alice.org}/grants"
    answer = await office.call("POST", path, staff.vera, body)
    assert answer.status_code == 400
    assert "note" in answer.json()["detail"]


async def test_r27_an_operator_reverses_without_a_window(office: Office, staff: Staff) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    seq = office.commits[-1].to_seq
    office.clock.move(days=60)
    path = f"/operator/orgs/{staff.bob.org}/reversals"
    body = {"seq": seq, "reason": "bounced"}
    answer = await office.call("POST", path, staff.vera, body, key="undo")
    assert answer.status_code == 201
    assert (answer.json()["from_extra"], answer.json()["granted"]) == (-10, 10)
    again = await office.call("POST", path, staff.vera, body, key="undo")
    assert again.json() == answer.json()


async def test_the_directory_upload_hands_the_file_on(office: Office, staff: Staff) -> None:
    content = b"url,name\nhttps://www.linkedin.com/in/bo,Bo\n"
    answer = await office.call(
        "POST", "/operator/directory", staff.vera, content=content, content_type="text/csv"
    )
    assert answer.status_code == 200
    assert office.imported == [content]
    refused = await office.call(
        "POST", "/operator/directory", staff.vera, content=b"{}", content_type="application/json"
    )
    assert refused.status_code == 415


@pytest.mark.parametrize(
    "url",
    [ANA_URL, "http://uk.linkedin.com/in/Ana-B-1/?trk=x", "linkedin.com/in/ana%2Db%2D1/"],
)
async def test_r04_erasure_takes_the_person_from_everybody_and_no_balance(
    office: Office, staff: Staff, url: str
) -> None:
    await office.add_contact("con_private", ANA_URL, staff.zoe.org)
    await office.add_contact("con_other", "https://www.linkedin.com/in/other")
    for who in (staff.bob, staff.zoe):
        await office.reveal(who, "con_ana", "email", "phone")
    await office.reveal(staff.zoe, "con_private", "email")
    await office.reveal(staff.bob, "con_other", "email")
    answer = await office.call("POST", "/operator/erasures", staff.vera, {"url": url})
    assert answer.json() == {"erased": True, "values": 5}
    assert (await office.count(schema.subject), await office.count(schema.owned_value)) == (1, 1)
    battery = await office.call("GET", f"/admin/users/{staff.bob.id}/battery", staff.alice)
    assert battery.json()["license"]["used"] == 12
    for admin in (staff.alice, staff.zoe):
        assert (await office.call("GET", "/admin/verify", admin)).json()["ok"] is True


async def test_r04_an_unknown_person_is_remembered_as_erased(office: Office, staff: Staff) -> None:
    body = {"url": "https://www.linkedin.com/in/nobody-yet"}
    for _ in range(2):
        answer = await office.call("POST", "/operator/erasures", staff.vera, body)
        assert answer.json() == {"erased": False, "values": 0}
    assert await office.count(schema.erasure) == 1


@pytest.mark.parametrize("url", ["", "ana", "https://www.linkedin.com/jobs/1", "x" * 3_000])
async def test_what_is_no_profile_is_not_erased(office: Office, staff: Staff, url: str) -> None:
    answer = await office.call("POST", "/operator/erasures", staff.vera, {"url": url})
    assert answer.status_code == 400
    assert "url" in answer.json()["detail"]


async def test_an_org_whose_creation_was_cut_short_gets_its_first_entry_at_start(
    office: Office, staff: Staff
) -> None:
    own = Prices(email=2, phone=20, personality=200)
    row = OrgRow(
        id=OrgId("org_half"),
        name="Half",
        time_zone="UTC",
        prices=own,
        own_prices=True,
        has_entries=False,
    )
    async with office.database.write() as connection:
        await orgs.add(connection, row, office.clock())
    dearer = Prices(email=3, phone=10, personality=100)
    for _ in range(2):
        await follow(office.database, office.charger, dearer)
    half = await office.customers.one(row.id)
    assert (half.prices, half.own_prices, half.has_entries) == (own, True, True)
    assert (await verify(office.database, row.id)).entries == 1
    assert (await office.customers.one(staff.bob.org)).prices == dearer
    assert (await verify(office.database, staff.bob.org)).ok
