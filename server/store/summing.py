"""Sums blocks of entries, so that history adds up blocks instead of entries (sum_schema.py), and
files the entries by subject, so that a name is found without reading them all.

Nothing here is on the way of a charge: blocks are summed behind the ledger's back, and whoever
reads sums scans what no block covers yet (sums.py).
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    SmallInteger,
    Text,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import OrgId, Seq
from server.store.bulk import BulkInsert
from server.store.lists import chunked
from server.store.schema import entry, entry_sum, org_head, subject_entry, sum_head

BLOCK_ENTRIES = 256
"""Of a block of level 1: up to twice as many are scanned at the two ends of what is asked for."""
BLOCKS_JOINED = 64
"""Into one of the next level: up to twice as many blocks of a level are added up."""
LEVELS = 3
"""The highest has blocks of a million entries."""
BLOCKS_AT_ONCE = 4
"""In one transaction, of everybody's stream and of so many users'; on SQLite charges wait for it,
some 20 ms."""

EVERYBODY = ""
"""The stream of all entries of an org."""
FROM_LICENSE, FROM_EXTRA = 1, 2

# As plain text: PostgreSQL takes an expression with parameters for another one each time.
_KIND: ColumnElement[str] = literal_column("coalesce(entry.kind, '')", Text())
_SOURCE: ColumnElement[int] = literal_column(
    f"(CASE WHEN entry.from_license <> 0 THEN {FROM_LICENSE} ELSE 0 END)"
    f" + (CASE WHEN entry.from_extra <> 0 THEN {FROM_EXTRA} ELSE 0 END)",
    SmallInteger(),
)
_ADDED = ("credits", "from_license", "from_extra")
_COLUMNS = (
    "org_id",
    "stream",
    "level",
    "first_seq",
    "last_seq",
    "action",
    "kind",
    "source",
    "entries",
    *_ADDED,
)
_begun = BulkInsert(sum_head, ("org_id", "stream"), keeping=True)
_waiting = BulkInsert(sum_head, ("org_id", "stream", "waiting"), replacing=("waiting",))


class _Stream(msgspec.Struct):
    """A row of `sum_head`."""

    org: OrgId
    name: str
    through: Seq
    blocks: int
    waiting: int


async def unsummed_orgs(connection: AsyncConnection) -> list[OrgId]:
    """Those with a whole block that is not summed, of everybody or, after a summer was killed
    between the two, of a user."""
    own = (sum_head.c.org_id == org_head.c.org_id) & (sum_head.c.stream == EVERYBODY)
    behind = org_head.c.head_seq - func.coalesce(sum_head.c.through_seq, 0)
    of_everybody = (
        select(org_head.c.org_id).join(sum_head, own, isouter=True).where(behind >= BLOCK_ENTRIES)
    )
    of_users = select(sum_head.c.org_id).where(sum_head.c.waiting >= BLOCK_ENTRIES)
    rows = await connection.scalars(of_everybody.union(of_users))
    return sorted(OrgId(org) for org in rows)


def sum_more(connection: Connection, org: OrgId, at_once: int = BLOCKS_AT_ONCE) -> bool:
    """Sums some more of the org's entries. Answers whether there may be more to do.

    Any process may, at any time: the org's own `sum_head` is the lock of all its streams.
    """
    everybody = _locked(connection, org)
    newest = connection.scalar(select(org_head.c.head_seq).where(org_head.c.org_id == org)) or 0
    blocks = min((newest - everybody.through) // BLOCK_ENTRIES, at_once)
    if blocks:
        before = everybody.through
        _append(
            connection, everybody, [Seq(before + BLOCK_ENTRIES * n) for n in range(1, blocks + 1)]
        )
        _count_users(connection, org, Seq(before + 1), everybody.through)
        _file_subjects(connection, org, Seq(before + 1), everybody.through)
    ready = _ready(connection, org, at_once)
    for stream in ready:
        _append(connection, stream, _ends(connection, stream, everybody.through))
    return blocks == at_once or len(ready) == at_once


def _locked(connection: Connection, org: OrgId) -> _Stream:
    _begun.execute(connection, [(org, EVERYBODY)])
    row = connection.execute(
        select(sum_head)
        .where(sum_head.c.org_id == org, sum_head.c.stream == EVERYBODY)
        .with_for_update()
    ).one()
    return _Stream(org, EVERYBODY, Seq(row.through_seq), row.blocks, 0)


def _count_users(connection: Connection, org: OrgId, first: Seq, last: Seq) -> None:
    """The entries of `first..last` wait to be summed in their users' streams."""
    rows = connection.execute(
        select(entry.c.user_id, func.count())
        .where(
            entry.c.org_id == org, entry.c.seq.between(first, last), entry.c.user_id.is_not(None)
        )
        .group_by(entry.c.user_id)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    known = select(sum_head.c.stream, sum_head.c.waiting).where(sum_head.c.org_id == org)
    for some in chunked(sorted(counts)):
        for user, waiting in connection.execute(known.where(sum_head.c.stream.in_(set(some)))):
            counts[user] += waiting
    _waiting.execute(connection, [(org, user, count) for user, count in sorted(counts.items())])


def _file_subjects(connection: Connection, org: OrgId, first: Seq, last: Seq) -> None:
    """Sorted, so that neighbours in the table are written together."""
    found = (
        select(entry.c.org_id, entry.c.subject_id, entry.c.seq)
        .where(
            entry.c.org_id == org,
            entry.c.seq.between(first, last),
            entry.c.subject_id.is_not(None),
        )
        .order_by(entry.c.subject_id, entry.c.seq)
    )
    columns = ("org_id", "subject_id", "seq")
    connection.execute(insert(subject_entry).from_select(columns, found))


def _ready(connection: Connection, org: OrgId, count: int) -> list[_Stream]:
    """Some of the users whose waiting entries fill a block."""
    rows = connection.execute(
        select(sum_head)
        .where(
            sum_head.c.org_id == org,
            sum_head.c.stream != EVERYBODY,
            sum_head.c.waiting >= BLOCK_ENTRIES,
        )
        .order_by(sum_head.c.stream)
        .limit(count)
    )
    return [_Stream(org, row.stream, Seq(row.through_seq), row.blocks, row.waiting) for row in rows]


def _ends(connection: Connection, stream: _Stream, through: Seq) -> list[Seq]:
    """Where the next blocks of a user end; `through`: how far the user's entries are counted."""
    whole = stream.waiting // BLOCK_ENTRIES
    seqs = connection.scalars(
        select(entry.c.seq)
        .where(
            entry.c.org_id == stream.org,
            entry.c.user_id == stream.name,
            entry.c.seq.between(stream.through + 1, through),
        )
        .order_by(entry.c.seq)
        .limit(whole * BLOCK_ENTRIES)
    ).all()
    return [Seq(seq) for seq in seqs[BLOCK_ENTRIES - 1 :: BLOCK_ENTRIES]]


def _append(connection: Connection, stream: _Stream, ends: Sequence[Seq]) -> None:
    """Blocks that end at `ends`, and those of higher levels that they complete."""
    for end in ends:
        _sum_entries(connection, stream, end)
        stream.through = end
        stream.blocks += 1
        for level in range(2, LEVELS + 1):
            if stream.blocks % BLOCKS_JOINED ** (level - 1) == 0:
                _join_blocks(connection, stream, level)
    if stream.name != EVERYBODY:
        stream.waiting -= BLOCK_ENTRIES * len(ends)
    connection.execute(
        update(sum_head)
        .where(sum_head.c.org_id == stream.org, sum_head.c.stream == stream.name)
        .values(through_seq=stream.through, blocks=stream.blocks, waiting=stream.waiting)
    )


def _sum_entries(connection: Connection, stream: _Stream, last: Seq) -> None:
    found = [entry.c.org_id == stream.org, entry.c.seq.between(stream.through + 1, last)]
    if stream.name != EVERYBODY:
        found.append(entry.c.user_id == stream.name)
    rows = (
        select(
            *_named(stream, 1, stream.through + 1, last),
            entry.c.action,
            _KIND,
            _SOURCE,
            func.count(),
            *(func.sum(entry.c[name]) for name in _ADDED),
        )
        .where(*found)
        .group_by(entry.c.action, _KIND, _SOURCE)
    )
    connection.execute(insert(entry_sum).from_select(_COLUMNS, rows))


def _join_blocks(connection: Connection, stream: _Stream, level: int) -> None:
    own = (entry_sum.c.org_id == stream.org, entry_sum.c.stream == stream.name)
    before = connection.scalar(
        select(func.max(entry_sum.c.last_seq)).where(*own, entry_sum.c.level == level)
    )
    first = (before or 0) + 1
    parts = (entry_sum.c.action, entry_sum.c.kind, entry_sum.c.source)
    rows = (
        select(
            *_named(stream, level, first, stream.through),
            *parts,
            *(func.sum(entry_sum.c[name]) for name in ("entries", *_ADDED)),
        )
        .where(
            *own,
            entry_sum.c.level == level - 1,
            entry_sum.c.last_seq.between(first, stream.through),
        )
        .group_by(*parts)
    )
    connection.execute(insert(entry_sum).from_select(_COLUMNS, rows))


def _named(stream: _Stream, level: int, first: int, last: int) -> list[ColumnElement[object]]:
    """What all rows of a block begin with."""
    return [literal(each) for each in (stream.org, stream.name, level, first, last)]
