"""The members of an org as admins and operators see them: with license, cap, last spending."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store.lists import chunked
from server.store.schema import entry, license_, users
from server.store.sessions import end_sessions_of
from server.store.users import set_active, set_role
from server.wire.words import Role


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user and the user's license. `invited`: has not set a password yet."""

    id: UserId
    org: OrgId
    name: str
    email: str
    role: Role
    active: bool
    invited: bool
    cap: int | None
    last_spend_us: AtUs | None
    allotment: int
    anchor: date


async def members(
    connection: AsyncConnection, org: OrgId, only: Sequence[UserId] | None = None
) -> list[MemberRow]:
    """Everybody who ever was a member, by name; or those of `only` who were."""
    of_org = _members().where(users.c.org_id == org).order_by(users.c.name, users.c.id)
    if only is None:
        return [_told(row) for row in await connection.execute(of_org)]
    found: list[MemberRow] = []
    for some in chunked(only):
        rows = await connection.execute(of_org.where(users.c.id.in_(some)))
        found += [_told(row) for row in rows]
    return found


async def changed_after(
    connection: AsyncConnection, org: OrgId, seq: Seq, head: Seq
) -> list[UserId]:
    """Whose license, cap or standing moved after entry `seq`; `head` is the newest entry.

    A standing that changed at `seq` may have been read before or after the change: it counts.
    """
    rows = await connection.execute(
        union(
            select(entry.c.user_id).where(
                entry.c.org_id == org,
                entry.c.seq.between(seq + 1, head),
                entry.c.user_id.is_not(None),
            ),
            select(users.c.id).where(users.c.org_id == org, users.c.changed_seq >= seq),
        )
    )
    return [UserId(row[0]) for row in rows]


async def extra_left_at(connection: AsyncConnection, org: OrgId, seq: Seq) -> int:
    """What was left in the org's pool after entry `seq`; 0 before the first."""
    left = select(entry.c.extra_left).where(entry.c.org_id == org, entry.c.seq == seq)
    return int(await connection.scalar(left) or 0)


async def member(connection: AsyncConnection, user: UserId) -> MemberRow | None:
    """One user of whatever org; callers that speak for an org compare `org`."""
    row = (await connection.execute(_members().where(users.c.id == user))).one_or_none()
    return None if row is None else _told(row)


async def active_admins(connection: AsyncConnection, org: OrgId) -> list[UserId]:
    """Those who may answer for the org, in a stable order."""
    rows = await connection.execute(
        select(users.c.id)
        .where(users.c.org_id == org, users.c.role == "admin", users.c.active.is_(True))
        .order_by(users.c.id)
    )
    return [UserId(row.id) for row in rows]


async def set_standing(
    connection: AsyncConnection,
    org: OrgId,
    user: UserId,
    *,
    role: Role | None = None,
    active: bool | None = None,
) -> None:
    """Sets what is not None. The deactivated open nothing, and who comes back signs in anew (R15).

    A deactivated user's sessions stay until then, so that every node and every client that comes
    back can tell the deactivated (4503) from the signed out (4501).

    Raises NotFound, and Forbidden when the org would be left without an active admin (R15).
    """
    if role is not None:
        await set_role(connection, org, user, role)
    if active is not None and await set_active(connection, org, user, active) and active:
        await end_sessions_of(connection, user)


def _members() -> Select[Any]:
    return select(
        users,
        license_.c.cap,
        license_.c.last_spend_us,
        license_.c.allotment,
        license_.c.anchor,
    ).join(license_, (license_.c.org_id == users.c.org_id) & (license_.c.user_id == users.c.id))


def _told(row: Row[Any]) -> MemberRow:
    return MemberRow(
        id=UserId(row.id),
        org=OrgId(row.org_id),
        name=row.name,
        email=row.email,
        role=row.role,
        active=row.active,
        invited=row.password_hash is None,
        cap=row.cap,
        last_spend_us=row.last_spend_us,
        allotment=row.allotment,
        anchor=date.fromisoformat(row.anchor),
    )
