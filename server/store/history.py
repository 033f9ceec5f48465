"""Credit use history in SQL: pages by position, and the names beside the ids (R30).

Time rises with `seq` (R32), so a range of time is turned into a range of positions first: every
page is then a walk down one index, however long the ledger is.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, literal, outerjoin, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.entries import EntryLine
from server.domain.ids import EVERYONE, AtUs, OrgId, Seq, SubjectId
from server.store.entry_filter import EntryFilter, SeqRange, entries_of
from server.store.found_blocks import found_in
from server.store.lists import chunked
from server.store.rows import portions, rows_of
from server.store.schema import entry, operator, subject, users
from server.wire.words import SubjectType

NEAR_ENTRIES = 2_048
"""So many of the newest are looked through before blocks are asked where there is more."""

LINE_COLUMNS = tuple(entry.c[name] for name in EntryLine.__struct_fields__)


class SubjectName(msgspec.Struct, frozen=True):
    type: SubjectType
    name: str


async def seq_range(
    connection: AsyncConnection, org: OrgId, from_us: AtUs | None, until_us: AtUs | None
) -> SeqRange:
    """The entries with `from_us <= at_us < until_us`, as positions."""
    newest = select(entry.c.seq).where(entry.c.org_id == org)
    last = newest.order_by(entry.c.seq.desc()).limit(1)
    if until_us is not None:
        last = (
            newest.where(entry.c.at_us < until_us)
            .order_by(entry.c.at_us.desc(), entry.c.seq.desc())
            .limit(1)
        )
    last_seq = Seq(await connection.scalar(last) or 0)
    if from_us is None:
        return SeqRange(Seq(1), last_seq)
    first = newest.where(entry.c.at_us >= from_us).order_by(entry.c.at_us, entry.c.seq).limit(1)
    first_seq = await connection.scalar(first)
    return SeqRange(Seq(last_seq + 1 if first_seq is None else first_seq), last_seq)


async def page(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange, limit: int
) -> list[EntryLine]:
    """At most `limit` entries inside `span`, newest first."""
    near = SeqRange(Seq(max(span.first, span.last - NEAR_ENTRIES + 1)), span.last)
    if which.text or which.is_common or near == span:
        return await _walk(connection, org, which, [span], limit)
    lines = await _walk(connection, org, which, [near], limit)
    far = SeqRange(span.first, Seq(near.first - 1))
    left = limit - len(lines)
    if left:
        lines += await _walk(
            connection, org, which, await found_in(connection, org, which, far, left), left
        )
    return lines


async def _walk(
    connection: AsyncConnection,
    org: OrgId,
    which: EntryFilter,
    spans: Sequence[SeqRange],
    limit: int,
) -> list[EntryLine]:
    """The newest in `spans`, which are given from the newest on."""
    lines: list[EntryLine] = []
    for some in portions([(span.first, span.last) for span in spans]):
        if len(lines) < limit:
            query = _lines(org, which, some).limit(limit - len(lines))
            rows = await connection.execute(query)
            lines += [EntryLine(*row) for row in rows if row.seq is not None]
    return lines


def _lines(
    org: OrgId, which: EntryFilter, spans: Sequence[tuple[int, ...]]
) -> Select[tuple[Any, ...]]:
    found, conditions = select(*LINE_COLUMNS), entries_of(org, which)
    if len(spans) == 1:
        [(first, last)] = spans
        # Where nulls go is not said here: PostgreSQL walks its index only in the index's own order.
        one_walk = found.where(*conditions, entry.c.seq.between(first, last))
        return one_walk.order_by(entry.c.seq.desc())
    span = rows_of(("first", "last"), spans)
    inside = entry.c.seq.between(span.c.first, span.c.last)
    # Joined outwards, an empty span giving a row of nulls: SQLite would walk the entries and look
    # each up in the spans.
    joined = found.select_from(outerjoin(span, entry, and_(inside, *conditions)))
    return joined.order_by(entry.c.seq.desc().nulls_last())


async def at(connection: AsyncConnection, org: OrgId, seq: Seq) -> list[EntryLine]:
    """The entry at this position, if there is one, quiet or not."""
    rows = await connection.execute(
        select(*LINE_COLUMNS).where(entry.c.org_id == org, entry.c.seq == seq)
    )
    return [EntryLine(*row) for row in rows]


async def user_names(
    connection: AsyncConnection, org: OrgId, ids: Collection[str]
) -> dict[str, str]:
    """Of those that are users of the org, the deactivated too."""
    found: dict[str, str] = {}
    for some in chunked(sorted(ids)):
        rows = await connection.execute(
            select(users.c.id, users.c.name).where(users.c.org_id == org, users.c.id.in_(some))
        )
        found.update((row.id, row.name) for row in rows)
    return found


async def operator_names(connection: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """Of those that are operators."""
    found: dict[str, str] = {}
    for some in chunked(sorted(ids)):
        rows = await connection.execute(
            select(operator.c.id, operator.c.name).where(operator.c.id.in_(some))
        )
        found.update((row.id, row.name) for row in rows)
    return found


async def subject_names(
    connection: AsyncConnection, org: OrgId, ids: Collection[SubjectId]
) -> dict[SubjectId, SubjectName]:
    """Of those that still exist and that this org may see."""
    found: dict[SubjectId, SubjectName] = {}
    for some in chunked(sorted(ids)):
        rows = await connection.execute(
            select(subject.c.id, subject.c.type, subject.c.name).where(
                subject.c.id.in_(some),
                # As a bare column SQLite would take its index and read the whole directory.
                subject.c.org_id.concat(literal("")).in_((EVERYONE, org)),
            )
        )
        found.update((SubjectId(row.id), SubjectName(row.type, row.name)) for row in rows)
    return found
