"""What an org holds: the pieces it paid for, and the values it keeps on each subject (R2–R6)."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from server.domain.ids import AtUs, OrgId, PieceKey, Seq, SubjectId, UserId
from server.domain.state import Owned, Piece, SubjectState
from server.domain.values import kept_from_json
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.schema import owned_value, piece, users

_pieces = PreparedSelect(
    select(piece, users.c.name)
    .outerjoin_from(piece, users, users.c.id == piece.c.user_id)
    .where(
        piece.c.org_id == bindparam("org"),
        piece.c.piece_key.in_(bindparam("keys", expanding=True)),
    )
)
_owned = PreparedSelect(
    select(owned_value).where(
        owned_value.c.org_id == bindparam("org"),
        owned_value.c.subject_id.in_(bindparam("subjects", expanding=True)),
    )
)


def add_owned(
    connection: Connection, org: OrgId, subjects: Mapping[SubjectId, SubjectState]
) -> None:
    """Puts into `subjects` what the org keeps on each."""
    for some in chunked(list(subjects)):
        for row in _owned.rows(connection, org=org, subjects=some):
            owned = Owned(PieceKey(row.piece_key), kept_from_json(row.value))
            subjects[SubjectId(row.subject_id)].owned.setdefault(row.kind, []).append(owned)


def piece_keys(subjects: Iterable[SubjectState]) -> set[PieceKey]:
    """Of all that is offered or kept there."""
    keys: set[PieceKey] = set()
    for subject in subjects:
        keys.update(offer.key for offer in subject.offers.values())
        keys.update(owned.key for several in subject.owned.values() for owned in several)
    return keys


def pieces(connection: Connection, org: OrgId, keys: Sequence[PieceKey]) -> dict[PieceKey, Piece]:
    """Those of `keys` that the org ever paid for, with who paid last."""
    found: dict[PieceKey, Piece] = {}
    for some in chunked(keys):
        for row in _pieces.rows(connection, org=org, keys=some):
            key = PieceKey(row.piece_key)
            found[key] = Piece(
                key,
                row.gen,
                bool(row.live),
                bool(row.banned),
                Seq(row.seq),
                UserId(row.user_id),
                row.name or row.user_id,
                AtUs(row.at_us),
            )
    return found
