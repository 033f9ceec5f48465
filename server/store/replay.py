"""Reading a whole ledger in order, in chunks, for its replay (R32)."""

from collections.abc import AsyncGenerator, Collection, Mapping
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.balances import (
    Balances,
    HeadRow,
    HoldRow,
    JobRow,
    LicenseRow,
    MonthRow,
    PieceRow,
)
from server.domain.entries import EntryLine
from server.domain.ids import OrgId, PieceKey, Seq
from server.domain.replay_pieces import PieceMove
from server.store.lists import chunked
from server.store.schema import allotment, entry, hold, job, license_, org_head, piece
from server.wire.battery import Prices
from server.wire.jobs import Settlement
from server.wire.words import STARTED

CHUNK_ENTRIES = 2_000
"""About 10 ms of replaying before other requests have their turn."""

LINE_COLUMNS = tuple(entry.c[name] for name in EntryLine.__struct_fields__)


class PieceStory(NamedTuple):
    """All charges and reversals of one piece in order, and its row."""

    key: PieceKey
    moves: list[PieceMove]
    row: PieceRow | None


async def balances(connection: AsyncConnection, org: OrgId) -> Balances | None:
    """Every balance row but the pieces; None for an org that has no ledger."""
    head = (await connection.execute(_of(org_head, org))).one_or_none()
    if head is None:
        return None
    licenses = await connection.execute(_of(license_, org))
    months = await connection.execute(_of(allotment, org))
    holds = await connection.execute(_of(hold, org))
    started = or_(job.c.prices.is_not(None), job.c.status.in_((*STARTED, "completed")))
    jobs = await connection.execute(_of(job, org).where(started))
    return Balances(
        head=_head(head),
        licenses=tuple(_license(row) for row in licenses),
        months=tuple(_mirrored(MonthRow, row) for row in months),
        holds=tuple(_mirrored(HoldRow, row) for row in holds),
        jobs=tuple(_job(row) for row in jobs),
    )


async def entries(connection: AsyncConnection, org: OrgId) -> AsyncGenerator[list[EntryLine]]:
    """All entries in order of `seq`, CHUNK_ENTRIES at a time."""
    last = 0
    while True:
        rows = await connection.execute(
            select(*LINE_COLUMNS)
            .where(entry.c.org_id == org, entry.c.seq > last)
            .order_by(entry.c.seq)
            .limit(CHUNK_ENTRIES)
        )
        lines = [EntryLine(*row) for row in rows]
        if not lines:
            return
        yield lines
        last = lines[-1].seq


async def lines_at(
    connection: AsyncConnection, org: OrgId, seqs: Collection[Seq]
) -> Mapping[Seq, EntryLine]:
    """The entries at these positions, where there are any."""
    found: dict[Seq, EntryLine] = {}
    for some in chunked(sorted(seqs)):
        rows = await connection.execute(
            select(*LINE_COLUMNS).where(entry.c.org_id == org, entry.c.seq.in_(some))
        )
        found.update((Seq(row.seq), EntryLine(*row)) for row in rows)
    return found


async def pieces(connection: AsyncConnection, org: OrgId) -> AsyncGenerator[PieceStory]:
    """Every piece that an entry names, one after the other; the database sorts, not our memory."""
    async with connection.stream(_moves(org)) as result:
        key, rows = None, list[Row[Any]]()
        async for part in result.partitions(CHUNK_ENTRIES):
            for next_key, group in groupby(part, attrgetter("piece_key")):
                if next_key != key:
                    if rows:
                        yield _story(rows)
                    key, rows = next_key, []
                rows.extend(group)
        if rows:
            yield _story(rows)


async def piece_count(connection: AsyncConnection, org: OrgId) -> int:
    """How many rows `piece` has."""
    rows = select(func.count()).select_from(piece).where(piece.c.org_id == org)
    return int(await connection.scalar(rows) or 0)


def _moves(org: OrgId) -> Select[Any]:
    owned = piece.alias("owned")
    return (
        select(
            entry.c.piece_key,
            entry.c.seq,
            entry.c.action,
            entry.c.ref_seq,
            entry.c.reason,
            entry.c.user_id,
            entry.c.at_us,
            owned.c.gen,
            owned.c.live,
            owned.c.banned,
            owned.c.seq.label("paid_seq"),
            owned.c.user_id.label("paid_by"),
            owned.c.at_us.label("paid_us"),
        )
        .select_from(
            entry.outerjoin(
                owned,
                and_(owned.c.org_id == entry.c.org_id, owned.c.piece_key == entry.c.piece_key),
            )
        )
        .where(entry.c.org_id == org, entry.c.piece_key.is_not(None))
        .order_by(entry.c.piece_key, entry.c.seq)
    )


def _story(rows: list[Row[Any]]) -> PieceStory:
    first = rows[0]
    key = PieceKey(bytes(first.piece_key))
    moves = [
        PieceMove(row.seq, row.action, row.ref_seq, row.reason, row.user_id, row.at_us)
        for row in rows
    ]
    if first.gen is None:
        return PieceStory(key, moves, None)
    paid = (first.paid_seq, first.paid_by, first.paid_us)
    return PieceStory(key, moves, PieceRow(key, first.gen, first.live, first.banned, *paid))


def _of(table: Any, org: OrgId) -> Select[Any]:
    return select(table).where(table.c.org_id == org)


def _mirrored(shape: Any, row: Row[Any]) -> Any:
    return shape(*(getattr(row, name) for name in shape.__struct_fields__))


def _head(row: Row[Any]) -> HeadRow:
    return HeadRow(
        head_seq=row.head_seq,
        at_us=row.at_us,
        extra_granted=row.extra_granted,
        extra_used=row.extra_used,
        extra_held=row.extra_held,
        prices=Prices(
            email=row.price_email, phone=row.price_phone, personality=row.price_personality
        ),
        own_prices=row.own_prices,
    )


def _job(row: Row[Any]) -> JobRow:
    came_to = msgspec.json.decode(row.settlement, type=Settlement) if row.settlement else None
    return JobRow(
        job_id=row.id,
        user_id=row.user_id,
        action=row.action,
        status=row.status,
        prices=msgspec.json.decode(row.prices, type=Prices) if row.prices else None,
        credits=came_to.credits if came_to else None,
    )


def _license(row: Row[Any]) -> LicenseRow:
    return LicenseRow(
        user_id=row.user_id,
        allotment=row.allotment,
        anchor=date.fromisoformat(row.anchor),
        cap=row.cap,
        last_month_no=row.last_month_no,
    )
