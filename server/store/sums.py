"""What many entries sum up to: blocks where they are summed (summing.py), entries elsewhere.

Blocks tile their stream on every level. So a span of a ledger is two edges of entries and, between
them, a few blocks of each level; what no block covers yet is in an edge.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import sub
from typing import Any, Literal

import msgspec
from msgspec.structs import astuple
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    func,
    literal_column,
    outerjoin,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import OrgId
from server.store.entry_filter import EntryFilter, SeqRange, entries_of, sums_of, sums_of_users
from server.store.rows import Rows, portions, rows_of
from server.store.schema import entry, entry_sum
from server.store.summing import LEVELS
from server.wire.history import HistoryTotals

Group = Literal["user", "kind", "action"]

SCANNED_MAX = 1_024
"""The entries of so short a span are added up as fast as its blocks are found."""


class Summed(msgspec.Struct, frozen=True):
    """The sums of one group in one span; `place`: of the span among those asked for."""

    place: int
    group: str
    totals: HistoryTotals


class Tile(msgspec.Struct, frozen=True):
    """Positions `first..last` of the span at `place`: blocks of a level, or with 0 entries."""

    place: int
    level: int
    first: int
    last: int


async def totals(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange
) -> HistoryTotals:
    """The sums of the entries inside `span`."""
    found = await summed(connection, org, which, [span])
    return found[0].totals if found else NOTHING


async def summed(
    connection: AsyncConnection,
    org: OrgId,
    which: EntryFilter,
    spans: Sequence[SeqRange],
    group: Group | None = None,
) -> list[Summed]:
    """The sums per span and group, where there are any; without a group, that is ''."""
    rows: dict[tuple[int, str], HistoryTotals] = {}
    tiles = await tiled(connection, org, which, spans, group)
    entries = [tile for tile in tiles if tile.level == 0]
    blocks = [tile for tile in tiles if tile.level > 0]
    for query in (
        *_entry_sums(org, which, entries, group),
        *_block_sums(org, which, blocks, group),
    ):
        for place, name, *numbers in await connection.execute(query):
            if numbers[0]:
                known = rows.get((place, name or ""), NOTHING)
                rows[place, name or ""] = added(known, sums(numbers))
    return [Summed(place, name, found) for (place, name), found in sorted(rows.items())]


async def tiled(
    connection: AsyncConnection,
    org: OrgId,
    which: EntryFilter,
    spans: Sequence[SeqRange],
    group: Group | None = None,
) -> list[Tile]:
    """The spans in tiles, those of a span from its first entry to its last.

    A text is looked for in entries, and only they know whose they are.
    """
    only_entries = bool(which.text) or (group == "user" and which.user is None)
    filled = [(place, span) for place, span in enumerate(spans) if span.first <= span.last]
    long = [
        (place, span.first, span.last)
        for place, span in filled
        if not only_entries and span.last - span.first >= SCANNED_MAX
    ]
    edges: dict[int, Sequence[tuple[int | None, int | None]]] = {}
    for some in portions(long):
        for place, *found in await connection.execute(_edges(org, which.stream, some)):
            edges[place] = list(zip(found[::2], found[1::2], strict=True))
    return [tile for place, span in filled for tile in _tiles(place, span, edges.get(place, ()))]


async def busiest(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange, count: int
) -> list[str]:
    """The users who spent most in their blocks inside the span, at most `count`."""
    spent = func.sum(entry_sum.c.credits)
    rows = await connection.execute(
        select(entry_sum.c.stream)
        .where(
            *sums_of_users(org, which),
            entry_sum.c.level == 1,
            entry_sum.c.first_seq >= span.first,
            entry_sum.c.last_seq <= span.last,
        )
        .group_by(entry_sum.c.stream)
        .order_by(spent.desc(), entry_sum.c.stream)
        .limit(count)
    )
    return [row.stream for row in rows]


def _tiles(
    place: int, span: SeqRange, edges: Sequence[tuple[int | None, int | None]]
) -> list[Tile]:
    """`edges`: per level, where its blocks inside the span begin and end."""
    before: list[Tile] = []
    after: list[Tile] = []
    inner = Tile(place, 0, span.first, span.last)
    for level, (first, last) in enumerate(edges, 1):
        if first is None or last is None or first > last:
            break
        before.append(msgspec.structs.replace(inner, last=first - 1))
        after.append(msgspec.structs.replace(inner, first=last + 1))
        inner = Tile(place, level, first, last)
    return [tile for tile in (*before, inner, *reversed(after)) if tile.first <= tile.last]


def _edges(org: OrgId, stream: str, spans: Rows) -> Select[Any]:
    """Per span its place and, per level, the first position of its first whole block and the last
    of its last."""
    span = rows_of(("place", "first", "last"), spans)
    found: list[ScalarSelect[Any]] = []
    for level in range(1, LEVELS + 1):
        own = (
            entry_sum.c.org_id == org,
            entry_sum.c.stream == stream,
            entry_sum.c.level == level,
        )
        begins = select(entry_sum.c.first_seq).where(
            *own, entry_sum.c.last_seq >= span.c.first, entry_sum.c.first_seq >= span.c.first
        )
        ends = select(entry_sum.c.last_seq).where(*own, entry_sum.c.last_seq <= span.c.last)
        found += [
            begins.order_by(entry_sum.c.last_seq).limit(1).scalar_subquery(),
            ends.order_by(entry_sum.c.last_seq.desc()).limit(1).scalar_subquery(),
        ]
    return select(span.c.place, *found)


def _entry_sums(
    org: OrgId, which: EntryFilter, tiles: Sequence[Tile], group: Group | None
) -> Iterator[Select[Any]]:
    named = {"user": entry.c.user_id, "kind": entry.c.kind, "action": entry.c.action}
    for some in portions([(tile.place, tile.first, tile.last) for tile in tiles]):
        tile = rows_of(("place", "first", "last"), some)
        inside = entry.c.seq.between(tile.c.first, tile.c.last)
        # Joined outwards, so that no planner walks the entries and looks each up in the tiles.
        yield _grouped(
            tile.c.place,
            named[group] if group else _NO_GROUP,
            (func.count(entry.c.seq), *_parts(entry)),
        ).select_from(outerjoin(tile, entry, and_(inside, *entries_of(org, which))))


def _block_sums(
    org: OrgId, which: EntryFilter, tiles: Sequence[Tile], group: Group | None
) -> Iterator[Select[Any]]:
    named = {
        "user": entry_sum.c.stream,
        "kind": entry_sum.c.kind,
        "action": entry_sum.c.action,
    }
    for some in portions([astuple(tile) for tile in tiles]):
        tile = rows_of(("place", "level", "first", "last"), some)
        inside = and_(
            entry_sum.c.level == tile.c.level,
            entry_sum.c.last_seq.between(tile.c.first, tile.c.last),
        )
        yield _grouped(
            tile.c.place,
            named[group] if group else _NO_GROUP,
            (func.coalesce(func.sum(entry_sum.c.entries), 0), *_parts(entry_sum)),
        ).select_from(outerjoin(tile, entry_sum, and_(inside, *sums_of(org, which))))


def _grouped(
    place: ColumnElement[int], group: ColumnElement[Any], numbers: Iterable[ColumnElement[int]]
) -> Select[Any]:
    by = [place] if group is _NO_GROUP else [place, group]
    return select(place, group, *numbers).group_by(*by)


def _parts(table: Any) -> list[ColumnElement[int]]:
    """What HistoryTotals adds up beside the entries, in its order."""
    return [
        func.coalesce(func.sum(table.c[name]), 0)
        for name in ("credits", "from_license", "from_extra")
    ]


_NO_GROUP: ColumnElement[str] = literal_column("''")


def sums(numbers: Iterable[int]) -> HistoryTotals:
    """A count and three sums as a shape; PostgreSQL adds integers up to decimals."""
    entries, credits, from_license, from_extra = (int(number) for number in numbers)
    return HistoryTotals(
        entries=entries, credits=credits, from_license=from_license, from_extra=from_extra
    )


def added(one: HistoryTotals, other: HistoryTotals) -> HistoryTotals:
    """The sums of both."""
    return sums(map(sum, zip(astuple(one), astuple(other), strict=True)))


def lessened(whole: HistoryTotals, part: HistoryTotals) -> HistoryTotals:
    """The whole without a part of it."""
    return sums(map(sub, astuple(whole), astuple(part)))


NOTHING = sums((0, 0, 0, 0))
