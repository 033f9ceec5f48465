"""History adds up blocks of entries where there are any, and finds the same as if there were none.

Ledgers, filters and spans are random; what is right is worked out here, entry by entry.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from random import Random

import msgspec
import pytest
from sqlalchemy import delete, func, insert, select, update

from server.domain.ids import OrgId, Seq, UserId
from server.store import history, summing, sums, text_places, usage
from server.store.engine import Database
from server.store.entry_filter import EntryFilter, SeqRange
from server.store.schema import (
    entry,
    entry_sum,
    metadata,
    org_head,
    subject,
    sum_head,
    users,
)
from server.store.sums import Summed
from server.usecases.summing import Summing
from server.wire.history import HistoryTotals
from server.wire.words import CHARGE_ACTIONS, KINDS, QUIET_ACTIONS, Action, Kind

ACME, ZENITH = OrgId("org_acme"), OrgId("org_zenith")
USERS = [UserId(f"usr_{name}") for name in ("bob", "jane", "rare")]
ACTIONS: tuple[Action, ...] = (*CHARGE_ACTIONS, "reversal", "grant", *QUIET_ACTIONS)
ENTRIES = 400
PEOPLE = {f"con_{number}": f"Ana {number} Beck" for number in range(8)} | {"con_x": "Šárka Novák"}
TEXTS = ("Ana", "ana 3", "šárka", "JANE", "Rare", "bounced", "4711", "deploy", "nobody", "e")

Line = dict[str, object]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four levels of a ledger within a few hundred entries."""
    monkeypatch.setattr(summing, "BLOCK_ENTRIES", 4)
    monkeypatch.setattr(summing, "BLOCKS_JOINED", 3)
    monkeypatch.setattr(sums, "SCANNED_MAX", 0)
    monkeypatch.setattr(history, "NEAR_ENTRIES", 3)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


def _line(dice: Random, seq: int) -> Line:
    """An entry; what a ledger would never hold together is good enough to be summed."""
    action = dice.choices(ACTIONS, [50, 9, 1, 5, 1, 5, 5, 1, 1, 1])[0]
    spends = action in (*CHARGE_ACTIONS, "reversal")
    sign = -1 if action == "reversal" else 1
    license, extra = dice.choice([(0, 0), (1, 0), (0, 10), (3, 7)]) if spends else (0, 0)
    user = None if action in ("grant", "prices") else dice.choices(USERS, [50, 20, 1])[0]
    charges = action in CHARGE_ACTIONS
    return {
        "seq": seq,
        "at_us": seq,
        "action": action,
        "user_id": user,
        "by_type": "user" if charges else dice.choice(["user", "operator"]),
        "by_id": user if charges else dice.choice([*USERS, "deployment"]),
        "subject_id": dice.choice(list(PEOPLE)) if spends else None,
        "reason": dice.choice(["bounced", "goodwill"]) if action == "reversal" else None,
        "note": dice.choice([None, "Order 4711"]) if action == "grant" else None,
        "kind": dice.choices(KINDS, [50, 10, 1])[0] if spends else None,
        "credits": sign * (license + extra),
        "from_license": sign * license,
        "from_extra": sign * extra,
        "extra_left": 0,
    }


async def _write(database: Database, org: OrgId, lines: Iterable[Line]) -> None:
    rows = [{**line, "org_id": org} for line in lines]
    async with database.write() as connection:
        await connection.execute(insert(entry), rows)
        known = await connection.execute(
            update(org_head).where(org_head.c.org_id == org).values(head_seq=rows[-1]["seq"])
        )
        if not known.rowcount:
            await connection.execute(
                insert(org_head).values(
                    org_id=org,
                    head_seq=rows[-1]["seq"],
                    price_email=1,
                    price_phone=10,
                    price_personality=100,
                    own_prices=False,
                )
            )


def _asked(which: EntryFilter, span: SeqRange) -> Callable[[Line], bool]:
    part = {"license": "from_license", "extra": "from_extra", None: "seq"}[which.source]

    def asked(line: Line) -> bool:
        seq = line["seq"]
        assert isinstance(seq, int)
        actions = which.actions or [name for name in ACTIONS if name not in QUIET_ACTIONS]
        return (
            span.first <= seq <= span.last
            and which.user in (None, line["user_id"])
            and line["action"] in actions
            and (not which.kinds or line["kind"] in which.kinds)
            and line[part] != 0
        )

    return asked


def _added(lines: Iterable[Line]) -> HistoryTotals:
    found = list(lines)
    credits, license, extra = (
        sum(int(str(line[name])) for line in found)
        for name in ("credits", "from_license", "from_extra")
    )
    return HistoryTotals(
        entries=len(found), credits=credits, from_license=license, from_extra=extra
    )


def _some(dice: Random, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dice.sample(words, dice.choice([0, 0, 1, 2])))


def _random_filter(dice: Random) -> EntryFilter:
    kinds: tuple[Kind, ...] = _some(dice, KINDS)  # type: ignore[assignment]
    actions: tuple[Action, ...] = _some(dice, ACTIONS)  # type: ignore[assignment]
    return EntryFilter(
        user=dice.choice([None, None, *USERS]),
        kinds=kinds,
        actions=actions,
        source=dice.choice([None, None, "license", "extra"]),
    )


def _random_span(dice: Random) -> SeqRange:
    first, last = sorted(dice.choices(range(1, ENTRIES + 1), k=2))
    return dice.choice(
        [SeqRange(Seq(1), Seq(ENTRIES)), SeqRange(Seq(first), Seq(last)), SeqRange(Seq(2), Seq(1))]
    )


async def _filled(database: Database, dice: Random, *, summed_to: int) -> list[Line]:
    """Acme's ledger, of which the first `summed_to` entries are summed; Zenith's is beside it."""
    lines = [_line(dice, seq) for seq in range(1, ENTRIES + 1)]
    await _write(database, ZENITH, [_line(dice, seq) for seq in range(1, 40)])
    await _write(database, ACME, lines[:summed_to])
    await Summing(database).round()
    if lines[summed_to:]:
        await _write(database, ACME, lines[summed_to:])
    return lines


@pytest.mark.parametrize(("seed", "summed_to"), [(1, ENTRIES), (2, ENTRIES - 7), (3, 150)])
async def test_r30_sums_of_blocks_are_the_sums_of_their_entries(
    database: Database, seed: int, summed_to: int
) -> None:
    dice = Random(seed)
    lines = await _filled(database, dice, summed_to=summed_to)
    async with database.read() as connection:
        for _ in range(120):
            which, span = _random_filter(dice), _random_span(dice)
            expected = _added(filter(_asked(which, span), lines))
            assert await sums.totals(connection, ACME, which, span) == expected, (which, span)


@pytest.mark.parametrize(("seed", "summed_to"), [(4, ENTRIES), (5, ENTRIES - 7), (6, 150)])
async def test_r30_a_page_found_through_blocks_is_the_page(
    database: Database, seed: int, summed_to: int
) -> None:
    dice = Random(seed)
    lines = await _filled(database, dice, summed_to=summed_to)
    async with database.read() as connection:
        for _ in range(120):
            which, span, limit = _random_filter(dice), _random_span(dice), dice.choice([1, 5, 200])
            page = await history.page(connection, ACME, which, span, limit)
            expected = [line["seq"] for line in filter(_asked(which, span), reversed(lines))]
            assert [line.seq for line in page] == expected[:limit], (which, span, limit)


@pytest.mark.parametrize(("seed", "summed_to"), [(13, ENTRIES), (14, 150)])
async def test_r30_a_text_is_found_in_the_places_of_its_names_as_in_all_entries(
    database: Database, seed: int, summed_to: int
) -> None:
    dice = Random(seed)
    await _filled(database, dice, summed_to=summed_to)
    await _name(database)
    async with database.read() as connection:
        for text in TEXTS * 4:
            anywhere = msgspec.structs.replace(_random_filter(dice), text=text)
            places = await text_places.text_places(connection, ACME, text)
            assert places is not None
            there = msgspec.structs.replace(anywhere, places=places)
            span = _random_span(dice)
            assert await sums.totals(connection, ACME, there, span) == await sums.totals(
                connection, ACME, anywhere, span
            ), (there, span)
            assert await history.page(connection, ACME, there, span, 50) == await history.page(
                connection, ACME, anywhere, span, 50
            ), (there, span)


async def test_a_name_that_many_bear_is_looked_for_everywhere(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(database, Random(15), summed_to=ENTRIES)
    await _name(database)
    monkeypatch.setattr(text_places, "NAMES_MAX", 7)
    async with database.read() as connection:
        assert await text_places.text_places(connection, ACME, "ana") is None
        assert await text_places.text_places(connection, ACME, "ana 3") is not None


async def test_what_nobody_filed_yet_is_looked_for_everywhere(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(database, Random(16), summed_to=100)
    monkeypatch.setattr(text_places, "UNFILED_MAX", 100)
    async with database.read() as connection:
        assert await text_places.text_places(connection, ACME, "ana") is None


async def _name(database: Database) -> None:
    people = [
        {
            "id": subject_id,
            "org_id": "",
            "type": "contact",
            "url": subject_id,
            "name": name,
            "search": "",
            "sort": "",
            "fingerprint": b"",
        }
        for subject_id, name in PEOPLE.items()
    ]
    members = [
        {
            "id": user,
            "org_id": ACME,
            "email": user,
            "name": user.removeprefix("usr_").title(),
            "role": "rep",
            "active": True,
            "created_us": 0,
        }
        for user in USERS
    ]
    async with database.write() as connection:
        await connection.execute(insert(subject), people)
        await connection.execute(insert(users), members)


@pytest.mark.parametrize("group", ["user", "kind", "action"])
async def test_usage_of_blocks_is_the_usage_of_their_entries(
    database: Database, group: sums.Group
) -> None:
    dice = Random(7)
    lines = await _filled(database, dice, summed_to=ENTRIES - 5)
    column = {"user": "user_id"}.get(group, group)
    async with database.read() as connection:
        for _ in range(20):
            which = _random_filter(dice)
            edges = sorted({1, ENTRIES + 1, *dice.choices(range(1, ENTRIES), k=90)})
            spans = [
                SeqRange(Seq(first), Seq(following - 1))
                for first, following in zip(edges, edges[1:], strict=False)
            ]
            found = await sums.summed(connection, ACME, which, spans, group)
            expected: dict[tuple[int, str], list[Line]] = {}
            for place, span in enumerate(spans):
                for line in filter(_asked(which, span), lines):
                    expected.setdefault((place, str(line[column] or "")), []).append(line)
            assert found == [
                Summed(place, name, _added(those))
                for (place, name), those in sorted(expected.items())
            ], which


@pytest.mark.parametrize("top", [1, 20])
async def test_the_top_users_of_a_long_span_are_found_through_blocks(
    database: Database, monkeypatch: pytest.MonkeyPatch, top: int
) -> None:
    lines = await _filled(database, Random(12), summed_to=ENTRIES - 5)
    spans = [SeqRange(Seq(1), Seq(200)), SeqRange(Seq(201), Seq(ENTRIES))]
    which = EntryFilter(actions=CHARGE_ACTIONS)
    async with database.read() as connection:
        exact = await usage.usage_of_top(connection, ACME, which, spans, top)
        monkeypatch.setattr(usage, "SCANNED_FOR_RANKING_MAX", 0)
        assert await usage.usage_of_top(connection, ACME, which, spans, top) == exact
    bob = msgspec.structs.replace(which, user=USERS[0])
    assert [(one.place, one.totals) for one in exact if one.group == USERS[0]] == [
        (place, _added(filter(_asked(bob, span), lines))) for place, span in enumerate(spans)
    ]


async def test_r29_blocks_are_read_in_the_place_of_their_entries(database: Database) -> None:
    await _filled(database, Random(8), summed_to=ENTRIES)
    everything = SeqRange(Seq(1), Seq(ENTRIES))
    async with database.read() as connection:
        before = await sums.totals(connection, ACME, EntryFilter(), everything)
    async with database.write() as connection:
        await connection.execute(delete(entry).where(entry.c.org_id == ACME))
    async with database.read() as connection:
        assert await sums.totals(connection, ACME, EntryFilter(), everything) == before


async def test_sums_made_by_two_at_once_while_entries_come_stay_right(database: Database) -> None:
    dice = Random(9)
    lines = [_line(dice, seq) for seq in range(1, ENTRIES + 1)]
    await _write(database, ACME, lines[:8])

    async def charge() -> None:
        for start in range(8, ENTRIES, 7):
            await _write(database, ACME, lines[start : start + 7])

    async def keep_summing(charging: "asyncio.Task[None]") -> None:
        while not charging.done():
            await database.carry_out(partial(summing.sum_more, org=ACME))

    async with asyncio.TaskGroup() as group:
        charging = group.create_task(charge())
        for _ in range(2):
            group.create_task(keep_summing(charging))
    await Summing(database).sum(ACME)
    async with database.read() as connection:
        for which in (EntryFilter(), *(EntryFilter(user=user) for user in USERS)):
            span = SeqRange(Seq(1), Seq(ENTRIES))
            expected = _added(filter(_asked(which, span), lines))
            assert await sums.totals(connection, ACME, which, span) == expected
        through = await connection.scalar(
            select(sum_head.c.through_seq).where(
                sum_head.c.org_id == ACME, sum_head.c.stream == summing.EVERYBODY
            )
        )
    assert through == ENTRIES


async def test_every_stream_is_tiled_without_a_gap(database: Database) -> None:
    await _filled(database, Random(10), summed_to=ENTRIES)
    block = (entry_sum.c.stream, entry_sum.c.level, entry_sum.c.first_seq, entry_sum.c.last_seq)
    async with database.read() as connection:
        rows = await connection.execute(
            select(*block, func.sum(entry_sum.c.entries))
            .where(entry_sum.c.org_id == ACME)
            .group_by(*block)
            .order_by(*block)
        )
        tiles = [tuple(row) for row in rows]
    ends: dict[tuple[str, int], int] = {}
    for stream, level, first, last, entries in tiles:
        assert first == ends.get((stream, level), 0) + 1
        assert int(entries) == 4 * 3 ** (level - 1)
        ends[stream, level] = last
    assert {level for stream, level in ends if stream == summing.EVERYBODY} == {1, 2, 3}
    assert {level for stream, level in ends if stream == USERS[0]} == {1, 2, 3}


async def test_a_ledger_without_a_whole_block_is_left_alone(database: Database) -> None:
    await _write(database, ACME, [_line(Random(11), seq) for seq in (1, 2, 3)])
    await Summing(database).round()
    async with database.read() as connection:
        assert (await connection.execute(select(sum_head))).all() == []


async def test_an_org_of_which_only_users_wait_is_summed_too(database: Database) -> None:
    """After a summer was killed between the org's block and its users'."""
    await _filled(database, Random(13), summed_to=ENTRIES)
    async with database.read() as connection:
        assert await summing.unsummed_orgs(connection) == []
    async with database.write() as connection:
        await connection.execute(
            update(sum_head)
            .where(sum_head.c.org_id == ACME, sum_head.c.stream == USERS[0])
            .values(waiting=summing.BLOCK_ENTRIES)
        )
    async with database.read() as connection:
        assert await summing.unsummed_orgs(connection) == [ACME]
