"""What was spent, summed by the database per stretch of the ledger and per group."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Integer, column, select, values
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store.entry_filter import EntryFilter, SeqRange
from server.store.schema import entry
from server.store.sums import Group, Summed, summed
from server.wire.words import CHARGE_ACTIONS, Action

SPENDING: tuple[Action, ...] = (*CHARGE_ACTIONS, "reversal")


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
    user: UserId | None,
    group: Group,
    spans: Sequence[SeqRange],
) -> list[Summed]:
    """The sums of charges and reversals per stretch and group, where there are any."""
    return await summed(connection, org, EntryFilter(user=user, actions=SPENDING), spans, group)


def _spending(org: OrgId, user: UserId | None) -> list[ColumnElement[bool]]:
    found = [entry.c.org_id == org, entry.c.action.in_(SPENDING)]
    if user is not None:
        found.append(entry.c.user_id == user)
    return found
