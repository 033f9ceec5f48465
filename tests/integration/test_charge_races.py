"""Real concurrent connections, as of several server processes, on one ledger (R2, R7, R11, R27)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest

from server.domain import errors
from server.domain.commands import Change, Grant, Reveal, Reverse
from server.domain.ids import Seq
from server.store.engine import Database
from server.usecases.charge import Charger
from server.wire.reveals import RevealAnswer
from tests.acme import ODA, House, Org, key

SERVERS = 4
T = TypeVar("T")
Refusal = errors.BatteryError


@pytest.fixture
async def servers(house: House) -> AsyncIterator[list[Charger]]:
    """The charger of each server, with connections of its own."""
    async with AsyncExitStack() as closing:
        several = []
        for _ in range(SERVERS):
            database = Database(house.database.url)
            closing.push_async_callback(database.close)
            several.append(house.another_charger(database))
            closing.push_async_callback(several[-1].close)
        yield several


async def reveal_at_once(
    servers: Sequence[Charger], org: Org, commands: Sequence[Reveal]
) -> list[RevealAnswer | Refusal]:
    """The commands dealt to the servers in turn; what each led to, in their order."""
    return await settled(
        servers[place % len(servers)].reveal(org.id, command)
        for place, command in enumerate(commands)
    )


async def change_at_once(
    servers: Sequence[Charger], org: Org, commands: Sequence[Change]
) -> list[tuple[Seq, ...] | Refusal]:
    """As `reveal_at_once`."""
    return await settled(
        servers[place % len(servers)].change(org.id, command)
        for place, command in enumerate(commands)
    )


async def settled(works: Iterable[Coroutine[Any, Any, T]]) -> list[T | Refusal]:
    async def led_to(work: Coroutine[Any, Any, T]) -> T | Refusal:
        try:
            return await work
        except Refusal as refusal:
            return refusal

    return await asyncio.gather(*(led_to(work) for work in works))


def codes(led: Iterable[object]) -> Counter[str]:
    """How many were refused with which code; `done` for the rest."""
    return Counter(one.code if isinstance(one, Refusal) else "done" for one in led)


def outcomes(led: Iterable[RevealAnswer | Refusal]) -> Counter[str]:
    return Counter(
        result.outcome for one in led if isinstance(one, RevealAnswer) for result in one.results
    )


async def test_r02_50_members_on_4_servers_reveal_one_email_and_1_is_charged(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=5) for n in range(50)]
    ana = await house.contact(email="ana@example.com")
    led = await reveal_at_once(servers, org, [member.asks((ana, "email")) for member in members])
    assert outcomes(led) == {"charged": 1, "already_owned": 49}
    assert [line.credits for line in await org.charges()] == [1]
    [charge] = await org.charges()
    seqs = {result.seq for one in led if isinstance(one, RevealAnswer) for result in one.results}
    assert seqs == {charge.seq}


async def test_r02_overlapping_lists_in_opposite_orders_charge_each_piece_once(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=100) for n in range(8)]
    people = [await house.contact(email=f"{n}@example.com") for n in range(12)]
    items = [(person, "email") for person in people]
    commands = [
        member.asks(*((person, "email") for person in (people if place % 2 else people[::-1])))
        for place, member in enumerate(members)
    ]
    led = await reveal_at_once(servers, org, commands)
    assert outcomes(led) == {"charged": len(items), "already_owned": 7 * len(items)}
    assert len(await org.charges()) == len(items)


async def test_r07_many_users_drain_the_pool_and_never_below_0(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=0) for n in range(24)]
    await org.grant(25)
    people = [await house.contact(mobile=f"+141555501{n:02}") for n in range(24)]
    commands = [
        member.asks((person, "phone")) for member, person in zip(members, people, strict=True)
    ]
    led = await reveal_at_once(servers, org, commands)
    assert codes(led) == {"done": 2, "insufficient_credits": 22}
    extra = (await members[0].battery()).extra
    assert extra is not None
    assert (extra.used, extra.remaining) == (20, 5)


async def test_r07_one_license_is_never_spent_twice(house: House, servers: list[Charger]) -> None:
    org = await house.org("Acme")
    bob = await org.member("Bob Reyes", allotment=5)
    people = [await house.contact(email=f"{n}@example.com") for n in range(20)]
    led = await reveal_at_once(servers, org, [bob.asks((person, "email")) for person in people])
    assert codes(led) == {"done": 5, "insufficient_credits": 15}
    assert (await bob.battery()).license.remaining == 0


async def test_r17_a_cap_holds_against_simultaneous_requests(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    bob = await org.member("Bob Reyes", allotment=0, cap=3)
    await org.grant(100)
    people = [await house.contact(email=f"{n}@example.com") for n in range(12)]
    led = await reveal_at_once(servers, org, [bob.asks((person, "email")) for person in people])
    assert codes(led) == {"done": 3, "insufficient_credits": 9}


async def test_r11_one_key_from_many_connections_has_one_effect(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    bob = await org.member("Bob Reyes")
    ana = await house.contact(email="ana@example.com")
    led = await reveal_at_once(servers, org, [bob.asks((ana, "email"), key=key("k"))] * 16)
    answers = [one for one in led if isinstance(one, RevealAnswer)]
    assert outcomes(led) == {"charged": 16}
    assert len({(one.credits, *(result.seq for result in one.results)) for one in answers}) == 1
    grants = await change_at_once(servers, org, [Grant(ODA, 50, "bought", key("g"))] * 16)
    assert len(set(map(str, grants))) == 1
    extra = (await bob.battery()).extra
    assert extra is not None
    assert extra.granted == 50


async def test_r11_of_two_bodies_with_one_key_the_first_has_effect_and_the_other_conflicts(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    commands = [Grant(ODA, 10 + n, "bought", key("g", f"body {n}")) for n in range(8)]
    led = await change_at_once(servers, org, commands)
    assert codes(led) == {"done": 1, "idempotency_conflict": 7}
    assert [line.action for line in await org.entries()].count("grant") == 1


async def test_r27_simultaneous_reversals_of_a_charge_give_back_once(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    bob = await org.member("Bob Reyes", allotment=4)
    await org.grant(20)
    ana = await house.contact(mobile="+14155550101")
    charge = (await bob.reveal((ana, "phone"))).seq
    led = await change_at_once(servers, org, [Reverse(ODA, Seq(charge), "goodwill")] * 12)
    assert codes(led) == {"done": 1, "already_reversed": 11}
    assert (await bob.battery()).available == 24


async def test_r28_reveals_racing_a_reversal_never_own_what_was_given_back(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=5) for n in range(9)]
    ana = await house.contact(email="ana@example.com")
    charge = (await members[0].reveal((ana, "email"))).seq
    reversal = servers[0].change(org.id, Reverse(ODA, Seq(charge), "goodwill"))
    reveals = reveal_at_once(servers, org, [one.asks((ana, "email")) for one in members])
    _, led = await asyncio.gather(reversal, reveals)
    live = [line.action for line in await org.entries() if line.piece_key is not None]
    assert live.count("reveal") - live.count("reversal") in (0, 1)
    assert live.count("reveal") == 1 + outcomes(led)["charged"]
    assert outcomes(led)["already_owned"] + outcomes(led)["charged"] == 9


async def test_r10_many_orgs_are_charged_at_once_and_none_sees_another(
    house: House, servers: list[Charger]
) -> None:
    orgs = [await house.org(f"Org {n}") for n in range(6)]
    members = [await org.member("Member", allotment=10) for org in orgs]
    people = [await house.contact(email=f"{n}@example.com") for n in range(5)]
    answers = await asyncio.gather(
        *(
            servers[place % SERVERS].reveal(member.org.id, member.asks((person, "email")))
            for person in people
            for place, member in enumerate(members)
        )
    )
    assert outcomes(answers) == {"charged": 30}
    for org in orgs:
        assert [line.credits for line in await org.charges()] == [1] * 5


async def test_r32_commits_of_several_servers_tile_the_positions(
    house: House, servers: list[Charger]
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=5) for n in range(12)]
    people = [await house.contact(email=f"{n}@example.com") for n in range(12)]
    house.commits.clear()
    first = len(await org.entries()) + 1
    await reveal_at_once(
        servers, org, [one.asks((who, "email")) for one, who in zip(members, people, strict=True)]
    )
    ranges = sorted((commit.from_seq, commit.to_seq) for commit in house.commits)
    covered = [seq for start, end in ranges for seq in range(start, end + 1)]
    assert covered == list(range(first, first + 12))
    shown = sorted(item.seq for commit in house.commits for item in commit.items)
    assert shown == covered
