"""Who did what to the pieces of a job since its quote, as its account tells it (api.md, Jobs)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.accounting import Party
from server.domain.ids import OrgId, PieceKey, Seq
from server.store.lists import chunked
from server.store.schema import NO_CHARGE, entry, operator, users

_parties = (
    select(
        *entry.c["seq", "at_us", "action", "by_id", "piece_key"],
        func.coalesce(users.c.name, operator.c.name, entry.c.by_id).label("name"),
    )
    .join(users, and_(users.c.id == entry.c.by_id, entry.c.by_type == "user"), isouter=True)
    .join(
        operator, and_(operator.c.id == entry.c.by_id, entry.c.by_type == "operator"), isouter=True
    )
    .where(entry.c.org_id == bindparam("org"))
)
_payers = _parties.where(entry.c.seq.in_(bindparam("seqs", expanding=True)))
_reversers = _parties.where(
    text(NO_CHARGE), entry.c.action == "reversal", entry.c.seq > bindparam("after")
).order_by(entry.c.seq)


async def payers(connection: AsyncConnection, org: OrgId, seqs: Sequence[Seq]) -> dict[Seq, Party]:
    """Who paid with these entries."""
    found: dict[Seq, Party] = {}
    for some in chunked(seqs):
        rows = await connection.execute(_payers, {"org": org, "seqs": some})
        found |= {Seq(row.seq): _party(row) for row in rows}
    return found


async def reversers(connection: AsyncConnection, org: OrgId, after: Seq) -> dict[PieceKey, Party]:
    """Who took which piece back after entry `after`, the last time."""
    rows = await connection.execute(_reversers, {"org": org, "after": after})
    return {PieceKey(row.piece_key): _party(row) for row in rows}


def _party(row: Row[*tuple[Any, ...]]) -> Party:
    action = None if row.action == "reversal" else row.action
    return Party(row.by_id, row.name, row.at_us, action)
