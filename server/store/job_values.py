"""What the rows of a finished job show of it: the pieces they came to, with the values an org keeps
on their subjects (R3, R6, R24, R28)."""

from collections.abc import Collection, Iterable, Mapping

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from server.domain.ids import OrgId, PieceKey, SubjectId
from server.domain.state import Piece
from server.domain.values import Kept, KeptPhone, kept_from_json
from server.store import holdings
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.schema import owned_value

Spot = tuple[SubjectId, PieceKey]
"""A piece as one subject shows it."""

_values = PreparedSelect(
    select(owned_value.c.subject_id, owned_value.c.piece_key, owned_value.c.value).where(
        owned_value.c.org_id == bindparam("org"),
        owned_value.c.subject_id.in_(bindparam("subjects", expanding=True)),
    )
)
_firsts = (
    select(owned_value.c.piece_key, func.min(owned_value.c.subject_id).label("subject_id"))
    .where(
        owned_value.c.org_id == bindparam("org"),
        owned_value.c.piece_key.in_(bindparam("keys", expanding=True)),
    )
    .group_by(owned_value.c.piece_key)
    .subquery()
)
_elsewhere = PreparedSelect(
    select(owned_value.c.piece_key, owned_value.c.value)
    .join_from(
        _firsts,
        owned_value,
        (owned_value.c.piece_key == _firsts.c.piece_key)
        & (owned_value.c.subject_id == _firsts.c.subject_id),
    )
    .where(owned_value.c.org_id == bindparam("org"))
)


class Holding(msgspec.Struct, frozen=True):
    """Of some spots: `pieces` are those that the org owns now, `values` how it keeps them."""

    pieces: Mapping[PieceKey, Piece]
    values: Mapping[Spot, Kept]


def holding(connection: Connection, org: OrgId, spots: Collection[Spot]) -> Holding:
    """What the org holds at `spots`. A spot whose piece is not live has neither (R28)."""
    bought = holdings.pieces(connection, org, sorted({key for _, key in spots}))
    live = {key: piece for key, piece in bought.items() if piece.live}
    wanted = {spot for spot in spots if spot[1] in live}
    values = _kept(connection, org, wanted)
    missing = wanted - values.keys()
    elsewhere = _kept_elsewhere(connection, org, {key for _, key in missing})
    for subject, key in missing:
        if key in elsewhere:
            values[subject, key] = elsewhere[key]
    return Holding(live, values)


def _kept(connection: Connection, org: OrgId, spots: set[Spot]) -> dict[Spot, Kept]:
    found: dict[Spot, Kept] = {}
    for some in chunked(sorted({subject for subject, _ in spots})):
        for row in _values.rows(connection, org=org, subjects=some):
            spot = (row.subject_id, row.piece_key)
            if spot in spots:
                found[spot] = kept_from_json(row.value)
    return found


def _kept_elsewhere(
    connection: Connection, org: OrgId, keys: Iterable[PieceKey]
) -> dict[PieceKey, Kept]:
    """Pieces that were reversed and paid for again on another subject: of a phone that one number
    (R3)."""
    found: dict[PieceKey, Kept] = {}
    for some in chunked(sorted(keys)):
        for row in _elsewhere.rows(connection, org=org, keys=some):
            kept = kept_from_json(row.value)
            if isinstance(kept, KeptPhone):
                kept = KeptPhone(phones=kept.phones[:1])
            found[row.piece_key] = kept
    return found
