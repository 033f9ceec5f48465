"""What a browser sees of what its colleagues do (api.md, The battery socket)."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from tests.acme import Acme
from tests.integration.socket_stage import Stage, staged


class Office(NamedTuple):
    node: Stage
    acme: Acme


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with staged(database_url) as (node, acme):
        yield Office(node, acme)


async def test_welcome_says_who_and_what_and_where(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        assert bob.welcome["epoch"] == "epoch-one"
        assert bob.welcome["resumed"] is False
        assert bob.welcome["user"]["name"] == "Bob Reyes"
        assert bob.welcome["org"]["name"] == "Acme"
        assert bob.welcome["battery"]["license"]["remaining"] == 100
        assert bob.welcome["battery"]["seq"] == bob.welcome["seq"]
        assert bob.welcome["prices"] == {"email": 1, "phone": 10, "personality": 100}
        assert bob.welcome["jobs"] == []
        assert bob.welcome["missed"] == []
        assert bob.welcome["alert"] is None
        assert bob.connection.subprotocol == "battery.v1"


async def test_r05_a_colleague_hears_of_a_reveal_and_only_the_spender_gets_a_battery(
    office: Office,
) -> None:
    ana = await office.acme.house.contact(email="ana@example.com")
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
        office.node.browser(office.acme.zoe) as zoe,
    ):
        answer = await office.acme.bob.reveal((ana, "email"))

        seen = await jane.hear("changes")
        assert seen["from"] == seen["to"] == answer.seq
        [item] = seen["items"]
        assert item["subject"] == ana
        assert item["kind"] == "email"
        assert item["action"] == "reveal"
        assert item["by"] == {"id": office.acme.bob.id, "name": "Bob Reyes"}
        assert item["url"].startswith("https://www.linkedin.com/in/")
        assert "value" not in item

        own = await bob.hear("battery")
        assert [message["type"] for message in bob.heard] == ["welcome", "changes", "battery"]
        assert own["battery"]["license"]["remaining"] == 99

        assert (await jane.hear("heartbeat"))["seq"] == answer.seq
        assert "battery" not in {message["type"] for message in jane.heard}
        await zoe.hear("heartbeat")
        assert {message["type"] for message in zoe.heard} == {"welcome", "heartbeat"}


async def test_extra_credits_move_everybodys_battery(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
    ):
        seq = await office.acme.org.grant(50)
        for browser in (bob, jane):
            changes = await browser.hear("changes")
            assert (changes["to"], changes["items"]) == (seq, [])
            battery = await browser.hear("battery")
            assert battery["battery"]["extra"]["available"] == 50


async def test_a_cap_moves_the_battery_of_its_user_only(office: Office) -> None:
    await office.acme.org.grant(50)
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
    ):
        await office.acme.org.cap(5, office.acme.bob.id)
        assert (await bob.hear("battery"))["battery"]["extra"]["available"] == 5
        await jane.hear("heartbeat")
        assert "battery" not in {message["type"] for message in jane.heard}


async def test_r28_a_reversal_masks_the_piece_again_everywhere(office: Office) -> None:
    ana = await office.acme.house.contact(email="ana@example.com")
    answer = await office.acme.bob.reveal((ana, "email"))
    async with office.node.browser(office.acme.jane) as jane:
        await office.acme.org.reverse(answer.seq)
        [item] = (await jane.hear("changes"))["items"]
        assert (item["action"], item["subject"], item["kind"]) == ("reversal", ana, "email")


async def test_r31_credits_saved_move_the_battery_at_the_same_seq(office: Office) -> None:
    ana = await office.acme.house.contact(email="ana@example.com")
    answer = await office.acme.bob.reveal((ana, "email"))
    async with office.node.browser(office.acme.jane) as jane:
        await office.acme.jane.reveal((ana, "email"))
        battery = await jane.hear("battery")
        assert battery["seq"] == answer.seq
        assert battery["battery"]["saved"] == {"month": 1, "total": 1}
        assert [message["type"] for message in jane.heard] == ["welcome", "battery"]


async def test_new_prices_reach_every_socket(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
    ):
        prices = office.acme.house.settings.prices
        await office.acme.org.set_prices(type(prices)(email=2, phone=20, personality=200))
        for browser in (bob, jane):
            message = await browser.hear("prices")
            assert message["prices"] == {"email": 2, "phone": 20, "personality": 200}


async def test_r33_a_level_is_announced_once_and_again_in_welcome_until_seen(
    office: Office,
) -> None:
    people = [await office.acme.house.contact(mobile=f"+1202555{n:04}") for n in range(8)]
    async with office.node.browser(office.acme.bob) as bob:
        await office.acme.bob.reveal(*((one, "phone") for one in people))
        alert = await bob.hear("alert")
        assert alert["level"] == "low"
        assert alert["battery"]["license"]["remaining"] == 20
        assert [m["type"] for m in bob.heard] == ["welcome", "changes", "battery", "alert"]
        crossed = alert["battery"]["seq"]
    async with office.node.browser(office.acme.bob) as again:
        assert again.welcome["alert"] == {"level": "low", "seq": crossed}
    for seen in (alert["battery"]["seq"], again.welcome["alert"]["seq"]):
        since = {"epoch": "epoch-one", "seq": crossed, "alert": seen}
        async with office.node.browser(office.acme.bob, since=since) as knowing:
            assert knowing.welcome["alert"] is None


async def test_r33_an_alert_that_got_lost_behind_its_changes_is_told_when_the_client_resumes(
    office: Office,
) -> None:
    people = [await office.acme.house.contact(mobile=f"+1202555{n:04}") for n in range(9)]
    low = (await office.acme.bob.reveal(*((one, "phone") for one in people[:8]))).seq
    # It has handled every entry, but showed no alert: the line was cut before that came.
    since: dict[str, Any] = {"epoch": "epoch-one", "seq": low}
    async with office.node.browser(office.acme.bob, since=since) as bob:
        assert (bob.welcome["resumed"], bob.welcome["missed"]) == (True, [])
        assert bob.welcome["alert"] == {"level": "low", "seq": low}
    # What it showed was the level before: the next one is news.
    critical = (await office.acme.bob.reveal((people[8], "phone"))).seq
    async with office.node.browser(office.acme.bob, since=since | {"alert": low}) as bob:
        assert bob.welcome["alert"] == {"level": "critical", "seq": critical}
    # Positions of another ledger's history say nothing about this one.
    elsewhere = {"epoch": "epoch-two", "seq": critical, "alert": critical}
    async with office.node.browser(office.acme.bob, since=elsewhere) as bob:
        assert bob.welcome["alert"] == {"level": "critical", "seq": critical}


async def test_r14_a_connected_client_sees_the_fresh_battery_when_the_month_turns(
    office: Office,
) -> None:
    ana = await office.acme.house.contact(email="ana@example.com")
    await office.acme.bob.reveal((ana, "email"))
    async with office.node.browser(office.acme.bob) as bob:
        before = bob.welcome["battery"]
        assert before["license"]["last_day"] == "2026-03-31"
        office.acme.house.clock.move(days=40)
        turned = await bob.hear("battery")
        assert turned["seq"] == before["seq"]
        assert turned["battery"]["license"]["starts_on"] == "2026-04-01"
        assert turned["battery"]["license"]["remaining"] == 100
        office.acme.house.clock.move(days=30)
        again = await bob.hear("battery")
        assert again["battery"]["license"]["starts_on"] == "2026-05-01"


async def test_a_restarted_clock_never_brings_a_left_month_back(office: Office) -> None:
    office.acme.house.clock.move(days=30)
    ana = await office.acme.house.contact(email="ana@example.com")
    await office.acme.bob.reveal((ana, "email"))
    office.acme.house.clock.move(days=-30)
    async with office.node.browser(office.acme.bob) as bob:
        assert bob.welcome["battery"]["license"]["starts_on"] == "2026-04-01"
        assert bob.welcome["battery"]["license"]["remaining"] == 99


async def test_above_500_items_changes_only_counts(office: Office) -> None:
    people = [await office.acme.house.contact(email=f"p{n}@example.com") for n in range(501)]
    await office.acme.org.grant(1000)
    async with office.node.browser(office.acme.jane) as jane:
        await office.acme.bob.reveal(*((one, "email") for one in people))
        changes = await jane.hear("changes")
        assert changes["to"] - changes["from"] == 500
        assert (changes["items"], changes["many"]) == ([], 501)


async def test_what_is_told_to_a_user_reaches_that_users_sockets_and_no_others(
    office: Office,
) -> None:
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.bob, session="two") as phone,
        office.node.browser(office.acme.jane) as jane,
    ):
        office.node.relay.tell(office.acme.bob.id, {"type": "job", "job": {"id": "job_1"}})
        for browser in (bob, phone):
            assert (await browser.hear("job"))["job"] == {"id": "job_1"}
        await jane.hear("heartbeat")
        assert "job" not in {message["type"] for message in jane.heard}


async def test_welcome_lists_the_users_unfinished_jobs(office: Office) -> None:
    office.node.jobs[office.acme.bob.id] = [{"id": "job_1", "status": "running"}]
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
    ):
        assert bob.welcome["jobs"] == [{"id": "job_1", "status": "running"}]
        assert jane.welcome["jobs"] == []


async def test_a_busy_org_gets_its_commits_joined_and_none_lost(office: Office) -> None:
    people = [await office.acme.house.contact(email=f"p{n}@example.com") for n in range(60)]
    async with office.node.browser(office.acme.jane) as jane:
        for one in people:
            await office.acme.bob.reveal((one, "email"))
        items: list[dict[str, Any]] = []
        while len(items) < len(people):
            items += (await jane.hear("changes"))["items"]
        assert [item["subject"] for item in items] == people
        assert [item["seq"] for item in items] == sorted(item["seq"] for item in items)
