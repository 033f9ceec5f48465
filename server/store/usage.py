"""What was spent, summed by the database per stretch of the ledger and per group."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Integer, column, select, values
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store.entry_filter import EntryFilter, SeqRange
from server.store.schema import entry, users
from server.store.sums import Group, Summed, busiest, lessened, summed
from server.wire.words import CHARGE_ACTIONS, Action

SPENDING: tuple[Action, ...] = (*CHARGE_ACTIONS, "reversal")
SCANNED_FOR_RANKING_MAX = 50_000
"""Entries of a span in which everybody is ranked exactly, in some 100 ms."""
CANDIDATES = 3
"""For each place among the top: the edges of a span, which no block covers, may swap neighbours."""
OTHERS = "others"
"""The group of those that are not told one by one; ids have a prefix, so no user is called so."""


async def spending_times(
    connection: AsyncConnection, org: OrgId, user: UserId | None
) -> tuple[AtUs, AtUs] | None:
    """When the first and the last charge or reversal was made; None before the first."""
    spent = select(entry.c.at_us).where(*_spending(org, user)).limit(1)
    first = await connection.scalar(spent.order_by(entry.c.seq))
    last = await connection.scalar(spent.order_by(entry.c.seq.desc()))
    return None if first is None or last is None else (AtUs(first), AtUs(last))


async def stretches(
    connection: AsyncConnection, org: OrgId, edges: Sequence[AtUs], last: int
) -> list[SeqRange]:
    """The positions between each two neighbouring `edges`, ascending; `last` is the org's newest.

    Time rises with `seq` (R32), so one look at the index per edge finds them all.
    """
    edge = (
        values(column("place", Integer), column("at_us", BigInteger), name="edge")
        .data(list(enumerate(edges)))
        .cte("edge")
    )
    first_after = (
        select(entry.c.seq)
        .where(entry.c.org_id == org, entry.c.at_us >= edge.c.at_us)
        .order_by(entry.c.at_us, entry.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    rows = await connection.execute(select(edge.c.place, first_after).order_by(edge.c.place))
    firsts = [last + 1 if row[1] is None else int(row[1]) for row in rows]
    return [
        SeqRange(Seq(first), Seq(following - 1))
        for first, following in zip(firsts, firsts[1:], strict=False)
    ]


async def usage(
    connection: AsyncConnection,
    org: OrgId,
    which: EntryFilter,
    group: Group,
    spans: Sequence[SeqRange],
) -> list[Summed]:
    """The sums per stretch and group, where there are any; `which` names actions of SPENDING."""
    return await summed(connection, org, which, spans, group)


async def usage_of_top(
    connection: AsyncConnection,
    org: OrgId,
    which: EntryFilter,
    spans: Sequence[SeqRange],
    top: int,
) -> list[Summed]:
    """The same by user: of the `top` who spent most, and of all others as one group.

    Of a long span those are ranked who spent most in whole blocks of theirs: a user may be passed
    over for somebody who spent less by no more than what two blocks hold.
    """
    whole = SeqRange(spans[0].first, spans[-1].last) if spans else SeqRange(Seq(1), Seq(0))
    ranking = await _ranking(connection, org, which, whole, top)
    ranking.sort(key=lambda one: (-one.totals.credits, one.group))
    found: list[Summed] = []
    for one in ranking[:top]:
        own = msgspec.structs.replace(which, user=UserId(one.group))
        found += [
            msgspec.structs.replace(sums, group=one.group)
            for sums in await summed(connection, org, own, spans)
        ]
    if len(ranking) > top:
        found += _others(await summed(connection, org, which, spans), found)
    return found


async def _ranking(
    connection: AsyncConnection, org: OrgId, which: EntryFilter, span: SeqRange, top: int
) -> list[Summed]:
    """The sums of users; of a long span, of those only who may be among the `top`."""
    if which.text or span.last - span.first < SCANNED_FOR_RANKING_MAX:
        return await summed(connection, org, which, [span], "user")
    most = CANDIDATES * top + 1
    likely = await busiest(connection, org, which, span, most)
    if len(likely) <= top:
        likely = await _members(connection, org, most)
    if not likely:
        return await summed(connection, org, which, [span], "user")
    ranking: list[Summed] = []
    for user in likely:
        own = msgspec.structs.replace(which, user=UserId(user))
        ranking += await summed(connection, org, own, [span], "user")
    return ranking


async def _members(connection: AsyncConnection, org: OrgId, most: int) -> list[str]:
    """Every user of a small org; none of one with more than `most`."""
    found = await connection.scalars(
        select(users.c.id).where(users.c.org_id == org).limit(most + 1)
    )
    ids = list(found)
    return ids if len(ids) <= most else []


def _others(everybody: Sequence[Summed], alone: Sequence[Summed]) -> list[Summed]:
    """What is left of the sums of each place."""
    left = {one.place: one.totals for one in everybody}
    for one in alone:
        left[one.place] = lessened(left[one.place], one.totals)
    return [Summed(place, OTHERS, totals) for place, totals in left.items() if totals.entries]


def _spending(org: OrgId, user: UserId | None) -> list[ColumnElement[bool]]:
    found = [entry.c.org_id == org, entry.c.action.in_(SPENDING)]
    if user is not None:
        found.append(entry.c.user_id == user)
    return found
