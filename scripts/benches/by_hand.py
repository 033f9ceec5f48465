"""The other side of charging: what one writes without a batcher, one interactive transaction per
charge.

Each does the ledger's work for one email and no more: lock the org's head, see whether the piece is
owned, write the entry, the piece and the value, move the month and the head, commit. No answer is
built, no saving is counted, nobody is told.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import bindparam, insert, select, update

from server.clock import now_us
from server.domain.ids import OrgId, PieceKey, SubjectId, UserId
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.values import KeptEmail
from server.store.engine import Database
from server.store.schema import allotment, entry, org_head, owned_value, piece, subject
from server.wire.base import to_json

_PERSON = select(subject.c.email).where(subject.c.id == bindparam("subject"))
_HEAD = select(org_head).where(org_head.c.org_id == bindparam("org")).with_for_update()
_PIECE = select(piece.c.live).where(
    piece.c.org_id == bindparam("org"), piece.c.piece_key == bindparam("key")
)
_MONTH = select(allotment).where(
    allotment.c.org_id == bindparam("org"), allotment.c.user_id == bindparam("user")
)
_ADD_ENTRY = insert(entry)
_ADD_PIECE = insert(piece)
_ADD_VALUE = insert(owned_value)
_MOVE_MONTH = (
    update(allotment)
    .where(
        allotment.c.org_id == bindparam("of_org"),
        allotment.c.user_id == bindparam("of_user"),
        allotment.c.month_no == bindparam("of_month"),
    )
    .values(used=bindparam("used"))
)
_MOVE_HEAD = (
    update(org_head)
    .where(org_head.c.org_id == bindparam("of_org"))
    .values(head_seq=bindparam("head_seq"), at_us=bindparam("at_us"))
)


class Charges(Protocol):
    """Charges one email to one user."""

    async def charge(self, user: UserId, subject: SubjectId) -> None: ...


class ByHand:
    """With SQLAlchemy Core on the product's own engine, as the product itself reads and writes.

    SQLite has no row to lock: there the transaction begins with the file's write lock.
    """

    def __init__(self, database: Database, hasher: PieceHasher, org: OrgId) -> None:
        self._database = database
        self._hasher = hasher
        self._org = org

    async def charge(self, user: UserId, subject: SubjectId) -> None:
        async with self._database.write() as connection:
            email = str(await connection.scalar(_PERSON, {"subject": subject}))
            head = (await connection.execute(_HEAD, {"org": self._org})).one()
            key = self._hasher.key(self._org, "email", canonical_email(email))
            at = {"org": self._org, "user": user, "key": key}
            if await connection.scalar(_PIECE, at):
                return
            month = (await connection.execute(_MONTH, at)).one()
            seq, price, used = head.head_seq + 1, head.price_email, month.used + head.price_email
            line = entry_row(self._org, user, subject, key, seq, price)
            line |= {
                "month_no": month.month_no,
                "license_left": month.granted - used,
                "extra_left": head.extra_granted - head.extra_used,
            }
            await connection.execute(_ADD_ENTRY, line)
            await connection.execute(_ADD_PIECE, piece_row(line))
            await connection.execute(_ADD_VALUE, value_row(self._org, subject, key, email))
            which = {"of_org": self._org, "of_user": user, "of_month": month.month_no}
            await connection.execute(_MOVE_MONTH, {**which, "used": used})
            moved = {"of_org": self._org, "head_seq": seq, "at_us": line["at_us"]}
            await connection.execute(_MOVE_HEAD, moved)


def entry_row(
    org: OrgId, user: UserId, subject: SubjectId, key: PieceKey, seq: int, price: int
) -> dict[str, Any]:
    """An `entry` of a reveal, less what depends on the balances."""
    return {
        "org_id": org,
        "seq": seq,
        "at_us": now_us(),
        "action": "reveal",
        "user_id": user,
        "by_type": "user",
        "by_id": user,
        "subject_id": subject,
        "kind": "email",
        "piece_key": key,
        "credits": price,
        "from_license": price,
    }


def piece_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """A `piece` bought for the first time, by this entry."""
    paid = {name: line[name] for name in ("org_id", "piece_key", "seq", "user_id", "at_us")}
    return {**paid, "gen": 1, "live": True, "banned": False}


def value_row(org: OrgId, subject: SubjectId, key: PieceKey, email: str) -> dict[str, Any]:
    """An `owned_value`."""
    return {
        "org_id": org,
        "subject_id": subject,
        "piece_key": key,
        "kind": "email",
        "value": to_json(KeptEmail(email=email)).decode(),
        "search": email,
    }
