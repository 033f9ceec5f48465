"""The command line beside a running server: what it changed reaches open pages as it ends."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from server.store.engine import Database
from server.store.migrate import migrate
from tests.acme import Acme, opened
from tests.integration.socket_stage import HINTS_ONLY, Desk, Stage, with_redis
from tests.processes import ChildProcess

COMMAND_TIMEOUT_S = 60.0
NO_REDIS = "redis://127.0.0.1:9/0"
"""Nothing listens there."""


class Office(NamedTuple):
    """A server that never compares by time, and the settings of a command beside it."""

    acme: Acme
    node: Stage
    settings: dict[str, str]

    async def run(self, *arguments: str) -> str:
        """What the command printed, which must have gone well."""
        command = ChildProcess([sys.executable, "-m", "server", *arguments], env=self.settings)
        code = await asyncio.to_thread(command.wait, timeout_s=COMMAND_TIMEOUT_S)
        assert code == 0, command.log
        return command.log


@pytest.fixture
async def office(postgres_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    database = Database(postgres_url)
    await migrate(database, "epoch-one")
    await database.close()
    settings = {
        "BATTERY_DATA": str(tmp_path / "data"),
        "BATTERY_DATABASE_URL": postgres_url,
        "BATTERY_REDIS_URL": redis_url,
    }
    async with opened(postgres_url) as house:
        acme = await Acme.founded(house)
        async with Stage(house, Desk(), redis_url=redis_url, tempo=HINTS_ONLY).open() as node:
            await with_redis(node)
            yield Office(acme, node, settings)


async def test_r16_a_grant_on_the_command_line_reaches_open_pages_through_redis(
    office: Office,
) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        await office.run("grant", office.acme.org.id, "500", "--note", "Annual plan")
        assert (await jane.hear("battery"))["battery"]["extra"]["remaining"] == 500


async def test_a_command_that_changed_nothing_says_nothing_to_redis(office: Office) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        looks = office.node.database.looks
        assert "Acme" in await office.run("orgs")
        await jane.hear("heartbeat")
        assert office.node.database.looks == looks


async def test_a_command_does_without_redis(office: Office) -> None:
    away = Office(office.acme, office.node, office.settings | {"BATTERY_REDIS_URL": NO_REDIS})
    await away.run("grant", office.acme.org.id, "500", "--note", "Annual plan")
    battery = await office.acme.bob.battery()
    assert battery.extra is not None
    assert battery.extra.remaining == 500
