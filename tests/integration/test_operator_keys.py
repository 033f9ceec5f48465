"""Keys and caps that must hold over more than one command or org (R11, R17)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain.commands import By, Grant, Idempotency
from server.domain.errors import IdempotencyConflict, NotFound
from server.domain.ids import OrgId
from server.usecases.charge import Charger
from tests.integration.office import Office, Staff, open_office

VERA = By("operator", "op_vera")


@pytest.fixture
async def opened(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Staff]]:
    async with open_office(database_url, tmp_path) as both:
        yield both


async def granted(charger: Charger, org: OrgId) -> str:
    """One grant with the key of the test; what came of it."""
    key = Idempotency("order-4711", org.encode())
    try:
        await charger.change(org, Grant(VERA, 50, "Order 4711", key))
    except IdempotencyConflict as refusal:
        return refusal.code
    return "granted"


async def test_r11_an_operators_key_used_on_another_org_is_a_conflict(
    opened: tuple[Office, Staff],
) -> None:
    office, staff = opened
    assert await granted(office.charger, staff.bob.org) == "granted"
    assert await granted(office.charger, staff.zoe.org) == "idempotency_conflict"
    assert await granted(office.charger, staff.bob.org) == "granted"


async def test_r11_an_operators_key_grants_once_when_two_orgs_race_for_it(
    opened: tuple[Office, Staff],
) -> None:
    office, staff = opened
    outcomes = await asyncio.gather(
        *(granted(office.charger, org) for org in (staff.bob.org, staff.zoe.org))
    )
    assert sorted(outcomes) == ["granted", "idempotency_conflict"]


async def test_r17_a_newcomer_has_the_cap_from_the_first_moment(
    opened: tuple[Office, Staff],
) -> None:
    office, staff = opened
    body = {"email": "nora@acme.example", "name": "Nora", "extra_cap": 0}
    before = len(office.commits)
    answer = await office.call("POST", "/admin/invitations", staff.alice, body)
    assert answer.status_code == 201
    assert len(office.commits) == before + 1
    listed = (await office.call("GET", "/admin/users", staff.alice)).json()["users"]
    assert [user["extra_cap"] for user in listed if user["name"] == "Nora"] == [0]


async def test_an_unknown_org_leaves_no_writer_behind(opened: tuple[Office, Staff]) -> None:
    office, _ = opened
    writers = {task.get_name() for task in asyncio.all_tasks()}
    for number in range(3):
        with pytest.raises(NotFound):
            await office.charger.change(OrgId(f"org_nobody{number}"), Grant(VERA, 1, "typo"))
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks()} == writers
