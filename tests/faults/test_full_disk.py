"""A full disk under SQLite: 503, nothing half done, and work again when there is room (R7)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from server.clock import now_us
from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.ids import SubjectId
from tests.acme import House, Member, opened
from tests.faults.child import START_TIMEOUT_S, answered, charging

MORE_PAGES = 3
FILE_BYTES = 400_000
"""What a file may grow by: less than 1,500 charges need."""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with opened(sqlite_url, now=from_us(now_us())) as house:
        yield house


@pytest.fixture
async def bob(house: House) -> Member:
    org = await house.org("Acme")
    return await org.member("Bob Reyes", allotment=1_000_000)


async def limit_pages(house: House, pages: int) -> None:
    """Let the file grow by `pages` from here; 0: without end."""

    def limit(connection: Connection) -> None:
        count = int(connection.execute(text("PRAGMA page_count")).scalar_one())
        most = count + pages if pages else 2**30
        connection.execute(text(f"PRAGMA max_page_count = {most}"))

    # The limit is of a connection: this is the one that charges.
    await house.database.carry_out(limit)


async def test_a_full_database_refuses_and_charges_when_there_is_room_again(bob: Member) -> None:
    house = bob.org.house
    people = await house.contacts(400)
    await limit_pages(house, MORE_PAGES)
    charged = await _charge_until_refused(bob, people)
    await house.check()
    assert len(await bob.org.charges()) == charged
    assert (await bob.battery()).license.used == charged
    await limit_pages(house, 0)
    assert (await bob.reveal((people[charged], "email"))).credits == 1
    await house.check()


async def test_a_full_disk_is_told_and_survived_by_a_running_server(
    bob: Member, tmp_path: Path
) -> None:
    house = bob.org.house
    people = await house.contacts(1_500)
    child = charging(bob, people, "--file-bytes", str(_largest_file(tmp_path) + FILE_BYTES))
    child.wait_for_line(r" done$", timeout_s=START_TIMEOUT_S)
    assert child.wait(timeout_s=START_TIMEOUT_S) == 0
    assert re.findall(r"refused (\w+)", child.log)[:1] == ["unavailable"]
    assert " made room" in child.log
    revealed = answered(child.log, "revealed")
    await house.check()
    charges = {str(line.subject_id): line.seq for line in await bob.org.charges()}
    assert charges == revealed
    assert answered(child.log.split(" made room")[1], "revealed")


async def _charge_until_refused(bob: Member, people: list[SubjectId]) -> int:
    """How many were charged before the 503."""
    for charged, person in enumerate(people):
        try:
            await bob.reveal((person, "email"))
        except errors.Unavailable:
            return charged
    raise AssertionError("the database never was full")


def _largest_file(folder: Path) -> int:
    """In bytes; of the database and its log."""
    return max(file.stat().st_size for file in folder.iterdir())
