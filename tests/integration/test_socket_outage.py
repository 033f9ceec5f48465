"""The database goes away or breaks under open sockets: they wait, and miss nothing."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from server.domain.commands import Grant
from tests.acme import ODA, Acme
from tests.integration.socket_stage import Browser, Stage, staged
from tests.services import Postgres, eventually

AWAKE = {"relay: compare", "ended sessions"}
"""What hears of other processes."""


class Office(NamedTuple):
    node: Stage
    acme: Acme
    postgres: Postgres


@pytest.fixture
async def office(postgres: Postgres, postgres_url: str) -> AsyncIterator[Office]:
    async with staged(postgres_url) as (node, acme):
        yield Office(node, acme, postgres)


async def test_a_newcomer_is_told_to_come_back(office: Office) -> None:
    office.postgres.stop()
    async with connect(office.node.url) as connection:
        bob = Browser(connection)
        await bob.say(type="hello", token=office.node.desk.sign_in(office.acme.bob))
        code, reason = await bob.closed()
        assert code == 4000
        assert "database" in reason
    office.postgres.start()
    async with office.node.browser(office.acme.bob) as again:
        assert again.welcome["resumed"] is False


async def test_open_sockets_stay_and_get_what_was_owed(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        office.postgres.stop()
        # The battery is owed from now on, and can only be read once the database is back.
        office.node.hub.refresh(office.acme.org.id, [office.acme.bob.id])
        assert (await bob.hear("heartbeat"))["seq"] == bob.welcome["seq"]
        office.postgres.start()
        assert (await bob.hear("battery"))["battery"] == bob.welcome["battery"]
        seq = await office.acme.org.grant(50)
        assert (await bob.hear("changes"))["to"] == seq


async def test_what_keeps_a_node_awake_outlives_a_failure_nobody_foresaw(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        with capture_logs() as logged:
            office.node.database.failure = RuntimeError("no outage we know")
            office.node.desk.failure = RuntimeError("no outage we know")
            await eventually(lambda: {line.get("work") for line in logged} >= AWAKE)
            office.node.database.failure = office.node.desk.failure = None
        elsewhere = office.acme.house.another_charger(office.acme.house.database)
        await elsewhere.change(office.acme.org.id, Grant(ODA, 50, "found by comparing"))
        await elsewhere.close()
        await bob.hear("changes")
        desk = office.node.desk
        desk.ended.add(desk.members[desk.sign_in(office.acme.bob)].session)
        assert await bob.closed() == (4501, "signed out")


@pytest.mark.parametrize("plain", [False, True])
async def test_a_bug_while_signing_in_is_logged_and_the_client_told_to_come_back(
    sqlite_url: str, plain: bool
) -> None:
    async with (
        staged(sqlite_url, plain=plain) as (node, acme),
        connect(node.url) as connection,
    ):
        node.desk.failure = RuntimeError("nobody foresaw this")
        bob = Browser(connection)
        with capture_logs() as logged:
            await bob.say(type="hello", token=node.desk.sign_in(acme.bob))
            assert await bob.closed() == (4000, "something broke on our side")
        assert node.desk.failure in [line.get("exc_info") for line in logged]
