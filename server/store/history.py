"""Credit use history in SQL: pages by position, sums, and the names beside the ids (R30).

Time rises with `seq` (R32), so a range of time is turned into a range of positions first: every
page is then a walk down one index, however long the ledger is.
"""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.entries import EntryLine
from server.domain.ids import EVERYONE, AtUs, OrgId, Seq, SubjectId, UserId
from server.store.lists import chunked
from server.store.schema import NO_CHARGE, entry, operator, subject, users
from server.wire.history import HistoryTotals
from server.wire.words import CHARGE_ACTIONS, QUIET_ACTIONS, Action, Kind, Source, SubjectType

DEPLOYMENT_NAME = "Deployment"
"""Who acts when no operator does: the deployment's own settings and command line."""

LINE_COLUMNS = tuple(entry.c[name] for name in EntryLine.__struct_fields__)
ADDED_PARTS = tuple(
    func.coalesce(func.sum(part), 0)
    for part in (entry.c.credits, entry.c.from_license, entry.c.from_extra)
)
"""After the count, in the order of the fields of HistoryTotals."""


class EntryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; None and () mean all. `actions` () leaves the quiet ones out (api.md)."""

    user: UserId | None = None
    kinds: tuple[Kind, ...] = ()
    actions: tuple[Action, ...] = ()
    source: Source | None = None
    text: str = ""
    """Looked for in the names of subject, user and actor, in the reason and in the note."""


class SeqRange(msgspec.Struct, frozen=True):
    """Positions `first..last`, both included; empty when `first > last`."""

    first: Seq
    last: Seq


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
    rows = await connection.execute(
        select(*LINE_COLUMNS)
        .where(*_conditions(org, which, span))
        .order_by(entry.c.seq.desc())
        .limit(limit)
    )
    return [EntryLine(*row) for row in rows]


async def at(connection: AsyncConnection, org: OrgId, seq: Seq) -> list[EntryLine]:
    """The entry at this position, if there is one, quiet or not."""
    rows = await connection.execute(
        select(*LINE_COLUMNS).where(entry.c.org_id == org, entry.c.seq == seq)
    )
    return [EntryLine(*row) for row in rows]


async def totals(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange
) -> HistoryTotals:
    """The sums of the entries inside `span`."""
    if span.first > span.last:
        return NOTHING
    query = select(func.count(), *ADDED_PARTS).where(*_conditions(org, which, span))
    return sums((await connection.execute(query)).one())


def sums(numbers: Iterable[int]) -> HistoryTotals:
    """A count and ADDED_PARTS as a shape; PostgreSQL adds integers up to decimals."""
    entries, credits, from_license, from_extra = (int(number) for number in numbers)
    return HistoryTotals(
        entries=entries, credits=credits, from_license=from_license, from_extra=from_extra
    )


def added(one: HistoryTotals, other: HistoryTotals) -> HistoryTotals:
    """The sums of both."""
    return sums(map(sum, zip(astuple(one), astuple(other), strict=True)))


NOTHING = sums((0, 0, 0, 0))


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


def _conditions(org: OrgId, which: EntryFilter, span: SeqRange) -> list[ColumnElement[bool]]:
    found = [entry.c.org_id == org, entry.c.seq.between(span.first, span.last)]
    if which.user is not None:
        found.append(entry.c.user_id == which.user)
    if which.kinds:
        found.append(entry.c.kind.in_(which.kinds))
    if which.actions:
        found.append(entry.c.action.in_(which.actions))
        if not set(which.actions) & set(CHARGE_ACTIONS):
            found.append(literal_column(NO_CHARGE, Boolean()))
    else:
        found.append(entry.c.action.not_in(QUIET_ACTIONS))
    if which.source is not None:
        part = entry.c.from_license if which.source == "license" else entry.c.from_extra
        found.append(part != 0)
    if which.text:
        found.append(_speaks_of(org, which.text))
    return found


def _speaks_of(org: OrgId, text: str) -> ColumnElement[bool]:
    people = select(users.c.id).where(users.c.org_id == org, _holds(users.c.name, text))
    subjects = select(subject.c.id).where(
        subject.c.org_id.in_((EVERYONE, org)), _holds(subject.c.name, text)
    )
    return or_(
        entry.c.user_id.in_(people),
        and_(entry.c.by_type == "user", entry.c.by_id.in_(people)),
        and_(entry.c.by_type == "operator", _acted(text)),
        entry.c.subject_id.in_(subjects),
        _holds(entry.c.reason, text.replace(" ", "_")),
        _holds(entry.c.note, text),
    )


def _acted(text: str) -> ColumnElement[bool]:
    """An operator of that name; who is no operator is shown as the deployment."""
    named = entry.c.by_id.in_(select(operator.c.id).where(_holds(operator.c.name, text)))
    if text.casefold() not in DEPLOYMENT_NAME.casefold():
        return named
    return or_(named, entry.c.by_id.not_in(select(operator.c.id)))


def _holds(column: Column[Any], text: str) -> ColumnElement[bool]:
    """Whether the column holds the text in any case.

    SQLite folds the case of ASCII letters only: the others are asked for as people write them.
    """
    ways = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
    return or_(*(column.icontains(way, autoescape=True) for way in sorted(ways)))
