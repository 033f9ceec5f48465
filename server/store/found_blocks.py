"""Where in a long ledger the entries of a filter are: their blocks, found from the top level down.

So a page of something rare (three personalities in five million entries) reads the blocks they are
in, and not all that lies between.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, outerjoin, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import OrgId, Seq
from server.store.entry_filter import EntryFilter, SeqRange, sums_of
from server.store.rows import portions, rows_of
from server.store.schema import entry_sum
from server.store.sums import Tile, tiled

Block = tuple[int, int, int]
"""First position, last position, and how many entries of the filter are in it."""


async def found_in(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange, wanted: int
) -> list[SeqRange]:
    """The newest parts of `span` that hold `wanted` entries or all there are, newest first.

    What no block covers is among them, whether or not it holds any.
    """
    parts: list[SeqRange] = []
    have = 0
    for tile in reversed(await tiled(connection, org, which, [span])):
        if have >= wanted:
            break
        if tile.level == 0:
            parts.append(SeqRange(Seq(tile.first), Seq(tile.last)))
            continue
        blocks = await _blocks_in(connection, org, which, tile, wanted - have)
        parts += [SeqRange(Seq(first), Seq(last)) for first, last, _ in blocks]
        have += sum(count for _, _, count in blocks)
    return parts


async def _blocks_in(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, tile: Tile, wanted: int
) -> list[Block]:
    """The newest blocks of level 1 in the tile that hold `wanted` entries or all there are."""
    blocks: list[Block] = [(tile.first, tile.last, 0)]
    for level in range(tile.level, 0, -1):
        spans = [(level, first, last) for first, last, _ in blocks]
        blocks = []
        for some in portions(spans):
            if sum(count for _, _, count in blocks) < wanted:
                rows = await connection.execute(_blocks(org, which, some).limit(wanted))
                blocks += [(row[0], row[1], int(row[2])) for row in rows if row[1] is not None]
        blocks = _enough(blocks, wanted)
    return blocks


def _blocks(
    org: OrgId, which: EntryFilter, spans: Sequence[tuple[int, ...]]
) -> Select[tuple[Any, ...]]:
    """Blocks of a level inside `spans` with entries of the filter, newest first."""
    span = rows_of(("level", "first", "last"), spans)
    inside = and_(
        entry_sum.c.level == span.c.level,
        entry_sum.c.last_seq.between(span.c.first, span.c.last),
    )
    return (
        select(func.min(entry_sum.c.first_seq), entry_sum.c.last_seq, func.sum(entry_sum.c.entries))
        .select_from(outerjoin(span, entry_sum, and_(inside, *sums_of(org, which))))
        .group_by(entry_sum.c.last_seq)
        .order_by(entry_sum.c.last_seq.desc().nulls_last())
    )


def _enough(blocks: Sequence[Block], wanted: int) -> list[Block]:
    found: list[Block] = []
    have = 0
    for block in blocks:
        if have >= wanted:
            break
        found.append(block)
        have += block[2]
    return found
