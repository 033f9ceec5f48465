"""What must hold when those who look after an org act at the same instant, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.domain import errors
from server.store import schema
from server.wire.words import Kind
from tests.integration.office import ANA_URL, Office, Person, Staff, names, open_office


@pytest.fixture
async def opened_office(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Staff]]:
    async with open_office(database_url, tmp_path) as both:
        yield both


async def test_r15_two_admins_who_remove_each_other_at_once_leave_one(
    office: Office, staff: Staff
) -> None:
    await office.call("PATCH", f"/admin/users/{staff.jane.id}", staff.alice, {"role": "admin"})

    async def remove(by: Person, whom: Person) -> int:
        body = {"role": "rep"}
        return (await office.call("PATCH", f"/admin/users/{whom.id}", by, body)).status_code

    codes = await asyncio.gather(remove(staff.alice, staff.jane), remove(staff.jane, staff.alice))
    assert sorted(codes) == [200, 403]


async def test_a_patch_is_carried_out_whole_or_not_at_all(office: Office, staff: Staff) -> None:
    before = await office.count(schema.entry)
    answer = await office.call(
        "PATCH", f"/admin/users/{staff.alice.id}", staff.alice, {"extra_cap": 5, "active": False}
    )
    assert answer.status_code == 403
    assert await office.count(schema.entry) == before
    alice = (await office.call("GET", "/admin/users", staff.alice)).json()["users"][0]
    assert (alice["extra_cap"], alice["active"]) == (None, True)


async def test_of_two_invitations_of_one_address_at_once_one_makes_the_user(
    office: Office, staff: Staff
) -> None:
    body = {"email": "nia@acme.example", "name": "Nia Adu"}
    answers = await asyncio.gather(
        *[office.call("POST", "/admin/invitations", staff.alice, body) for _ in range(4)]
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert any(answer.status_code == 201 for answer in answers)
    listed = await office.call("GET", "/admin/users", staff.alice)
    assert names(listed).count("Nia Adu") == 1
    assert (await office.call("GET", "/admin/verify", staff.alice)).json()["ok"] is True


async def test_requests_sent_at_once_do_not_pass_their_limit(office: Office, staff: Staff) -> None:
    for _ in range(4):
        await office.call("POST", "/credit-requests", staff.bob, {"note": "More"})
    answers = await asyncio.gather(
        *[office.call("POST", "/credit-requests", staff.bob, {"note": "Now"}) for _ in range(6)]
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [429] * 5


async def test_of_two_answers_at_once_to_one_request_one_counts(
    office: Office, staff: Staff
) -> None:
    await office.grant(staff.alice.org, 100)
    bob = f"/admin/users/{staff.bob.id}"
    await office.call("PATCH", bob, staff.alice, {"extra_cap": 5})
    asked = (await office.call("POST", "/credit-requests", staff.bob, {"note": "More"})).json()
    answers = await asyncio.gather(
        *[
            office.call(
                "POST",
                f"/credit-requests/{asked['id']}/answer",
                staff.alice,
                {"outcome": "cap_raised", "extra_cap": cap},
            )
            for cap in (10, 20)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(cap for cap, answer in zip((10, 20), answers, strict=True) if answer.is_success)
    listed = await office.call("GET", "/admin/users", staff.alice)
    assert listed.json()["users"][1]["extra_cap"] == won


async def test_r11_the_same_grant_sent_twice_at_once_is_one_grant(
    office: Office, staff: Staff
) -> None:
    body = {"credits": 100, "note": "Annual plan"}
    path = f"/operator/orgs/{staff.alice.org}/grants"
    answers = await asyncio.gather(
        *[office.call("POST", path, staff.vera, body, key="order-7") for _ in range(3)]
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["seq"] for answer in answers}) == 1
    battery = (await office.call("GET", f"/admin/users/{staff.bob.id}/battery", staff.alice)).json()
    assert battery["extra"]["granted"] == 100


async def test_r04_an_erasure_among_reveals_leaves_no_value_behind(
    office: Office, staff: Staff
) -> None:
    kinds: tuple[Kind, ...] = ("email", "phone")

    async def reveal_if_there(who: Person, kind: Kind) -> None:
        with suppress(errors.NotFound):
            await office.reveal(who, "con_ana", kind)

    reveals = asyncio.gather(
        *[reveal_if_there(who, kind) for who in (staff.bob, staff.zoe) for kind in kinds]
    )
    answer = await office.call("POST", "/operator/erasures", staff.vera, {"url": ANA_URL})
    await reveals
    assert answer.status_code == 200
    assert await office.count(schema.owned_value) == 0
    assert await office.count(schema.subject) == 0
    for admin in (staff.alice, staff.zoe):
        assert (await office.call("GET", "/admin/verify", admin)).json()["ok"] is True


async def test_one_address_given_to_two_orgs_at_once_goes_to_one(
    office: Office, staff: Staff
) -> None:
    body = {"email": "nia@nowhere.example", "name": "Nia Adu", "license": {"allotment": 10}}
    answers = await asyncio.gather(
        *[
            office.call("POST", f"/operator/orgs/{org}/users", staff.vera, body)
            for org in (staff.alice.org, staff.zoe.org)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    for admin in (staff.alice, staff.zoe):
        assert (await office.call("GET", "/admin/verify", admin)).json()["ok"] is True
