"""Nothing is lost: what a client missed comes from memory, from the ledger, or as a fresh start."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import delete, update

from server.domain.ids import SubjectId
from server.store import schema
from tests.acme import Acme
from tests.integration.socket_stage import Stage, staged


class Office(NamedTuple):
    node: Stage
    acme: Acme
    people: list[SubjectId]

    async def reveal(self, number: int) -> int:
        """Bob reveals the email of the person of that number; its seq."""
        return (await self.acme.bob.reveal((self.people[number], "email"))).seq


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with staged(database_url) as (node, acme):
        people = [await acme.house.contact(email=f"p{n}@example.com") for n in range(8)]
        yield Office(node, acme, people)


def since(seq: int, epoch: str = "epoch-one") -> dict[str, Any]:
    return {"epoch": epoch, "seq": seq}


async def test_a_client_that_missed_nothing_resumes_with_nothing(office: Office) -> None:
    seq = await office.reveal(0)
    async with office.node.browser(office.acme.jane, since=since(seq)) as jane:
        assert (jane.welcome["resumed"], jane.welcome["missed"]) == (True, [])


async def test_what_was_missed_comes_from_memory_as_it_was_sent(office: Office) -> None:
    async with office.node.browser(office.acme.alice) as alice:
        before = alice.welcome["seq"]
        sent = []
        for number in range(3):
            await office.reveal(number)
            sent.append(await alice.hear("changes"))
        async with office.node.browser(office.acme.jane, since=since(before)) as jane:
            assert jane.welcome["resumed"] is True
            assert jane.welcome["missed"] == sent
            assert jane.welcome["seq"] == sent[-1]["to"]
        assert office.node.hub.counters.resumes["memory"] == 1


async def test_what_was_missed_comes_from_the_ledger_when_nobody_was_there(
    office: Office,
) -> None:
    first = await office.reveal(0)
    last = [await office.reveal(number) for number in range(1, 4)][-1]
    async with office.node.browser(office.acme.jane, since=since(first)) as jane:
        assert jane.welcome["resumed"] is True
        [missed] = jane.welcome["missed"]
        assert (missed["from"], missed["to"]) == (first + 1, last)
        assert [item["subject"] for item in missed["items"]] == office.people[1:4]
        assert {item["by"]["name"] for item in missed["items"]} == {"Bob Reyes"}
    assert office.node.hub.counters.resumes["ledger"] == 1


async def test_above_300_missed_entries_the_client_starts_afresh(office: Office) -> None:
    people = [await office.acme.house.contact(email=f"q{n}@example.com") for n in range(301)]
    await office.acme.org.grant(1000)
    async with office.node.browser(office.acme.alice) as alice:
        before = alice.welcome["seq"]
        await office.acme.bob.reveal(*((one, "email") for one in people))
        await alice.hear("changes")
        for seq, resumed in ((before, False), (before + 1, True)):
            async with office.node.browser(office.acme.jane, since=since(seq)) as jane:
                assert jane.welcome["resumed"] is resumed
                assert jane.welcome["battery"]["seq"] == before + 301


@pytest.mark.parametrize(
    "known", [since(1, epoch="another"), since(10**30), since(99_999), since(-1), since(-(10**30))]
)
async def test_a_position_that_means_nothing_here_starts_afresh(
    office: Office, known: dict[str, Any]
) -> None:
    await office.reveal(0)
    async with office.node.browser(office.acme.jane, since=known) as jane:
        assert (jane.welcome["resumed"], jane.welcome["missed"]) == (False, [])
        seq = await office.reveal(1)
        assert (await jane.hear("changes"))["to"] == seq


async def test_sync_sends_again_what_the_client_says_it_lacks(office: Office) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        before = jane.welcome["seq"]
        for number in range(3):
            await office.reveal(number)
        while (await jane.hear("changes"))["to"] < before + 3:
            pass
        jane.rewind(before)
        await jane.say(type="sync", seq=before)
        subjects: list[str] = []
        while len(subjects) < 3:
            subjects += [item["subject"] for item in (await jane.hear("changes"))["items"]]
        assert subjects == office.people[:3]


async def test_sync_inside_a_joined_message_gets_exactly_the_rest(office: Office) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        before = jane.welcome["seq"]
        await office.acme.bob.reveal(*((one, "email") for one in office.people[:3]))
        await jane.hear("changes")
        jane.rewind(before + 1)
        await jane.say(type="sync", seq=before + 1)
        rest = await jane.hear("changes")
        assert (rest["from"], rest["to"]) == (before + 2, before + 3)
        assert [item["subject"] for item in rest["items"]] == office.people[1:3]


async def test_sync_with_everything_is_answered_by_nothing_new(office: Office) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        await jane.say(type="sync", seq=jane.welcome["seq"])
        await jane.say(type="ping")
        assert (await jane.hear_any())["type"] == "heartbeat"


@pytest.mark.parametrize("seq", [10**30, -5, 1_000_000])
async def test_sync_with_a_position_nobody_has_starts_afresh(office: Office, seq: int) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        await jane.say(type="sync", seq=seq)
        assert (await jane.hear("welcome"))["resumed"] is False
        assert await office.reveal(0) == (await jane.hear("changes"))["to"]


async def test_commits_nobody_announced_are_found_in_the_database(office: Office) -> None:
    """The command line, or another server without Redis, writes to the same database."""
    async with (
        office.node.browser(office.acme.jane) as jane,
        office.node.browser(office.acme.bob) as bob,
    ):
        elsewhere = office.acme.house.another_charger(office.acme.house.database)
        for number in range(3):
            command = office.acme.bob.asks((office.people[number], "email"))
            await elsewhere.reveal(office.acme.org.id, command)
        subjects: list[str] = []
        while len(subjects) < 3:
            subjects += [item["subject"] for item in (await jane.hear("changes"))["items"]]
        assert subjects == office.people[:3]
        while (await bob.hear("battery"))["battery"]["license"]["remaining"] != 97:
            pass
        await elsewhere.close()


async def test_r33_a_crossing_nobody_announced_is_alerted_too(office: Office) -> None:
    phones = [await office.acme.house.contact(mobile=f"+1202555{n:04}") for n in range(8)]
    async with office.node.browser(office.acme.bob) as bob:
        elsewhere = office.acme.house.another_charger(office.acme.house.database)
        command = office.acme.bob.asks(*((one, "phone") for one in phones))
        await elsewhere.reveal(office.acme.org.id, command)
        assert (await bob.hear("alert"))["level"] == "low"
        await elsewhere.close()


async def test_an_announcement_behind_a_hole_waits_for_what_lies_before_it(
    office: Office,
) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        elsewhere = office.acme.house.another_charger(office.acme.house.database)
        await elsewhere.reveal(
            office.acme.org.id, office.acme.bob.asks((office.people[0], "email"))
        )
        await office.reveal(1)
        subjects: list[str] = []
        while len(subjects) < 2:
            subjects += [item["subject"] for item in (await jane.hear("changes"))["items"]]
        assert subjects == office.people[:2]
        await elsewhere.close()


async def test_an_erased_person_is_told_without_an_address(office: Office) -> None:
    first = await office.reveal(0)
    await office.reveal(1)
    await _erase(office, office.people[1])
    async with office.node.browser(office.acme.jane, since=since(first)) as jane:
        [missed] = jane.welcome["missed"]
        assert [(item["subject"], item["url"]) for item in missed["items"]] == [
            (office.people[1], "")
        ]


async def test_a_new_epoch_sends_every_client_to_a_fresh_start(office: Office) -> None:
    async with office.node.browser(office.acme.jane) as jane:
        # Once the old epoch was seen by comparing, a change of it is one.
        elsewhere = office.acme.house.another_charger(office.acme.house.database)
        await elsewhere.reveal(
            office.acme.org.id, office.acme.bob.asks((office.people[0], "email"))
        )
        await jane.hear("changes")
        await elsewhere.close()
        await _set_epoch(office, "epoch-two")
        code, _ = await jane.closed()
        assert code == 4000
    async with office.node.browser(office.acme.jane, since=since(1)) as again:
        assert (again.welcome["epoch"], again.welcome["resumed"]) == ("epoch-two", False)


async def _erase(office: Office, subject: SubjectId) -> None:
    async with office.acme.house.database.write() as connection:
        await connection.execute(delete(schema.subject).where(schema.subject.c.id == subject))


async def _set_epoch(office: Office, epoch: str) -> None:
    async with office.acme.house.database.write() as connection:
        await connection.execute(update(schema.deployment).values(value=epoch))
