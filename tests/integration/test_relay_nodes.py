"""Several nodes on one PostgreSQL, with Redis between them, or away, or restarted in the middle."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import redis.asyncio as aioredis

from server.domain import errors
from server.domain.ids import Seq, SubjectId
from server.push.relay import TOPIC, Reached
from server.usecases.customers import Customers
from server.usecases.history import History
from server.wire.base import to_json
from server.wire.operator import OrgPatch
from tests.acme import Acme, opened
from tests.integration.socket_stage import (
    BRISK,
    HINTS_ONLY,
    Desk,
    Stage,
    founded,
    speak_through,
    with_redis,
)
from tests.services import Redis, eventually


class Nodes(NamedTuple):
    """Two servers. The house's people act on `here`; whoever watches `there` hears by the relay."""

    acme: Acme
    here: Stage
    there: Stage
    people: list[SubjectId]

    async def reveal(self, number: int, *, node: Stage | None = None) -> int:
        command = self.acme.bob.asks((self.people[number], "email"))
        charger = (node or self.here).charger
        return (await charger.reveal(self.acme.org.id, command)).seq


@pytest.fixture
async def nodes(
    request: pytest.FixtureRequest, postgres_url: str, redis_url: str
) -> AsyncIterator[Nodes]:
    """Both connected to Redis. Parameter: their tempo."""
    tempo = getattr(request, "param", HINTS_ONLY)
    desk = Desk()
    async with opened(postgres_url) as house:
        acme = await founded(house)
        people = [await house.contact(email=f"p{n}@example.com") for n in range(12)]
        async with (
            Stage(house, desk, redis_url=redis_url, tempo=tempo).open() as here,
            Stage(house, desk, redis_url=redis_url, tempo=tempo).open() as there,
        ):
            await speak_through(house, here)
            await with_redis(here)
            await with_redis(there)
            yield Nodes(acme, here, there, people)


async def without_redis(node: Stage) -> None:
    async def absent() -> bool:
        try:
            await node.relay.ping()
        except errors.Unavailable:
            return True
        return False

    await eventually(absent, timeout_s=20)


async def test_a_reveal_on_one_node_reaches_the_sockets_of_another(nodes: Nodes) -> None:
    async with (
        nodes.here.browser(nodes.acme.bob) as bob,
        nodes.there.browser(nodes.acme.bob) as elsewhere,
        nodes.there.browser(nodes.acme.jane) as jane,
    ):
        seq = await nodes.reveal(0)
        for browser in (bob, elsewhere, jane):
            changes = await browser.hear("changes")
            assert (changes["from"], changes["to"]) == (seq, seq)
            assert changes["items"][0]["subject"] == nodes.people[0]
        for browser in (bob, elsewhere):
            assert (await browser.hear("battery"))["battery"]["license"]["remaining"] == 99


async def test_a_stretch_is_read_once_for_a_node_however_many_sockets_it_has(
    nodes: Nodes,
) -> None:
    async with (
        nodes.there.browser(nodes.acme.bob) as bob,
        nodes.there.browser(nodes.acme.jane) as jane,
        nodes.there.browser(nodes.acme.alice) as alice,
    ):
        await nodes.reveal(0)
        for browser in (bob, jane, alice):
            await browser.hear("changes")
        assert nodes.there.hub.counters.holes == 1
        assert nodes.here.hub.counters.holes == 0


async def test_two_nodes_charging_one_org_are_seen_in_one_order(nodes: Nodes) -> None:
    async with (
        nodes.here.browser(nodes.acme.jane) as first,
        nodes.there.browser(nodes.acme.jane, session="two") as second,
    ):
        await asyncio.gather(
            *(
                nodes.reveal(number, node=nodes.here if number % 2 else nodes.there)
                for number in range(12)
            )
        )
        seen = []
        for browser in (first, second):
            items: list[tuple[int, str]] = []
            while len(items) < 12:
                changes = await browser.hear("changes")
                items += [(item["seq"], item["subject"]) for item in changes["items"]]
            seen.append(items)
        assert seen[0] == seen[1]
        assert {subject for _, subject in seen[0]} == set(nodes.people)


async def test_r31_credits_saved_reach_the_other_node_without_an_entry(nodes: Nodes) -> None:
    await nodes.reveal(0)
    async with nodes.there.browser(nodes.acme.jane) as jane:
        await nodes.acme.jane.reveal((nodes.people[0], "email"))
        assert (await jane.hear("battery"))["battery"]["saved"]["month"] == 1


async def test_r14_after_a_change_of_zone_the_last_day_is_fresh_on_every_node(
    nodes: Nodes,
) -> None:
    house, node = nodes.acme.house, nodes.here
    customers = Customers(
        node.database,
        node.charger,
        History(node.database),
        house.clock,
        house.settings.prices,
        refresh_org=node.relay.refresh_org,
    )
    async with (
        nodes.here.browser(nodes.acme.bob) as bob,
        nodes.there.browser(nodes.acme.jane) as jane,
        nodes.there.browser(nodes.acme.zoe) as zoe,
    ):
        await customers.change(nodes.acme.org.id, OrgPatch(time_zone="Asia/Tokyo"))
        for browser in (bob, jane):
            before = browser.welcome["battery"]["license"]
            after = (await browser.hear("battery"))["battery"]["license"]
            assert after["resets_at"] == before["resets_at"]
            assert (before["last_day"], after["last_day"]) == ("2026-03-31", "2026-04-01")
        await zoe.hear("heartbeat")
        assert [message["type"] for message in zoe.heard] == ["welcome", "heartbeat"]


async def test_what_is_told_and_what_is_ended_crosses_to_the_other_node(nodes: Nodes) -> None:
    desk = nodes.there.desk
    async with (
        nodes.there.browser(nodes.acme.bob) as bob,
        nodes.there.browser(nodes.acme.jane) as jane,
    ):
        nodes.here.relay.tell(nodes.acme.bob.id, {"type": "job", "job": {"id": "job_1"}})
        assert (await bob.hear("job"))["job"] == {"id": "job_1"}
        session = desk.members[desk.sign_in(nodes.acme.bob)].session
        await nodes.here.relay.close_session(session)
        assert await bob.closed() == (4501, "signed out")
        await nodes.here.relay.close_user(nodes.acme.jane.id)
        assert await jane.closed() == (4503, "user deactivated")


async def test_without_redis_nothing_fails_and_the_loss_is_counted(
    nodes: Nodes, redis: Redis
) -> None:
    redis.stop()
    await without_redis(nodes.there)
    assert nodes.there.hub.counters.redis_losses == 1
    async with nodes.here.browser(nodes.acme.jane) as near:
        seq = await nodes.reveal(0)
        assert (await near.hear("changes"))["to"] == seq


@pytest.mark.parametrize("nodes", [BRISK], indirect=True)
async def test_losing_redis_costs_delay_and_never_an_event(nodes: Nodes, redis: Redis) -> None:
    async with nodes.there.browser(nodes.acme.jane) as jane:
        first = await nodes.reveal(0)
        assert (await jane.hear("changes"))["to"] == first
        redis.kill()
        second = await nodes.reveal(1)
        assert (await jane.hear("changes"))["to"] == second
        redis.start()
        await with_redis(nodes.there)
        await with_redis(nodes.here)
        third = await nodes.reveal(2)
        assert (await jane.hear("changes"))["to"] == third


async def test_what_was_published_into_nothing_is_found_when_redis_is_back(
    nodes: Nodes, redis: Redis
) -> None:
    """The re-subscription itself is the sign that something may have been missed."""
    async with nodes.there.browser(nodes.acme.jane) as jane:
        redis.kill()
        await without_redis(nodes.here)
        await without_redis(nodes.there)
        seqs = [await nodes.reveal(number) for number in range(3)]
        redis.start()
        seen = 0
        while seen < seqs[-1]:
            seen = (await jane.hear("changes"))["to"]


async def test_a_hint_that_promises_too_much_is_looked_at_once(
    nodes: Nodes, redis_url: str
) -> None:
    async with nodes.there.browser(nodes.acme.jane) as jane:
        looks = nodes.there.database.looks
        async with aioredis.from_url(redis_url) as other:
            hint = Reached("another deployment", nodes.acme.org.id, Seq(1_000_000))
            await other.publish(TOPIC, to_json(hint))
        await jane.hear("heartbeat")
        assert nodes.there.database.looks == looks + 1


@pytest.mark.parametrize("noise", [b"", b"\xff", b"{}", b'{"type":"from a newer version"}'])
async def test_what_another_version_says_is_passed_over(
    nodes: Nodes, redis_url: str, noise: bytes
) -> None:
    async with nodes.there.browser(nodes.acme.jane) as jane:
        async with aioredis.from_url(redis_url) as other:
            await other.publish(TOPIC, noise)
        seq = await nodes.reveal(0)
        assert (await jane.hear("changes"))["to"] == seq


async def test_a_client_that_changes_nodes_resumes_where_it_was(nodes: Nodes) -> None:
    first = await nodes.reveal(0)
    await nodes.reveal(1)
    since = {"epoch": "epoch-one", "seq": first}
    async with nodes.there.browser(nodes.acme.jane, since=since) as jane:
        assert jane.welcome["resumed"] is True
        [missed] = jane.welcome["missed"]
        assert [item["subject"] for item in missed["items"]] == [nodes.people[1]]
