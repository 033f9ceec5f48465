"""Who belongs to which org, and the vendor's operators."""

import msgspec
from sqlalchemy import ColumnElement, Row, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import errors
from server.domain.callers import Operator
from server.domain.ids import AtUs, OperatorId, OrgId, UserId
from server.store.schema import operator, org, org_head, users
from server.wire.words import Role


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """`email` is canonical (lower-case). `password_hash`: None until the invitation is accepted."""

    id: UserId
    org: OrgId
    email: str
    name: str
    role: Role
    active: bool = True
    password_hash: str | None = None
    created_us: AtUs


class OrgRow(msgspec.Struct, frozen=True, kw_only=True):
    id: OrgId
    name: str
    time_zone: str


class OperatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One token and whose it is; it opens nothing from `expires_us` on."""

    id: OperatorId
    name: str
    created_us: AtUs
    expires_us: AtUs


async def create_user(connection: AsyncConnection, user: UserRow) -> None:
    """Raises AlreadyExists when another user, of any org, signs in with that address."""
    try:
        async with connection.begin_nested():
            await connection.execute(
                insert(users).values(
                    id=user.id,
                    org_id=user.org,
                    email=user.email,
                    name=user.name,
                    role=user.role,
                    active=user.active,
                    password_hash=user.password_hash,
                    created_us=user.created_us,
                )
            )
    except IntegrityError:
        raise errors.AlreadyExists(
            "Somebody signs in with this email address already; addresses are unique."
        ) from None


async def user_by_email(connection: AsyncConnection, email: str) -> UserRow | None:
    """`email` canonical."""
    return await _one(connection, users.c.email == email)


async def user_by_id(connection: AsyncConnection, user: UserId) -> UserRow | None:
    return await _one(connection, users.c.id == user)


async def member_of(connection: AsyncConnection, org_id: OrgId, user: UserId) -> UserRow:
    """A user of this org. Raises NotFound, also for another org's."""
    row = await _one(connection, users.c.id == user, users.c.org_id == org_id)
    if row is None:
        raise errors.NotFound("There is no such user.")
    return row


async def locked_user(connection: AsyncConnection, user: UserId) -> UserRow | None:
    """The user, unchanged by others until this transaction ends."""
    found = await connection.execute(select(users).where(users.c.id == user).with_for_update())
    row = found.first()
    return _user(row) if row is not None else None


async def users_of(connection: AsyncConnection, org_id: OrgId) -> tuple[UserRow, ...]:
    """Every user of the org, by name."""
    found = await connection.execute(
        select(users).where(users.c.org_id == org_id).order_by(users.c.name, users.c.id)
    )
    return tuple(_user(row) for row in found)


async def locked_newcomer(connection: AsyncConnection, user: UserId) -> UserRow | None:
    """`locked_user`, with the org locked before, so that `note_change` tells the right place."""
    known = await user_by_id(connection, user)
    if known is None:
        return None
    await _lock_org(connection, known.org)
    return await locked_user(connection, user)


async def note_change(connection: AsyncConnection, user: UserId) -> None:
    """What admins see of the user has changed, without an entry; the org is locked."""
    head = select(org_head.c.head_seq).where(org_head.c.org_id == users.c.org_id)
    await connection.execute(
        update(users).where(users.c.id == user).values(changed_seq=head.scalar_subquery())
    )


async def set_password(connection: AsyncConnection, user: UserId, password_hash: str) -> None:
    await connection.execute(
        update(users).where(users.c.id == user).values(password_hash=password_hash)
    )


async def set_role(connection: AsyncConnection, org_id: OrgId, user: UserId, role: Role) -> None:
    """Raises NotFound; Forbidden for the last admin (R15)."""
    await _lock_org(connection, org_id)
    row = await member_of(connection, org_id, user)
    if role != "admin":
        await _keep_an_admin(connection, row)
    await connection.execute(update(users).where(users.c.id == user).values(role=role))
    await note_change(connection, user)


async def set_active(
    connection: AsyncConnection, org_id: OrgId, user: UserId, active: bool
) -> bool:
    """Whether the user was not so before. Raises NotFound; Forbidden for the last admin (R15)."""
    await _lock_org(connection, org_id)
    row = await member_of(connection, org_id, user)
    if not active:
        await _keep_an_admin(connection, row)
    await connection.execute(update(users).where(users.c.id == user).values(active=active))
    await note_change(connection, user)
    return row.active != active


async def org_by_id(connection: AsyncConnection, org_id: OrgId) -> OrgRow | None:
    found = await connection.execute(select(org).where(org.c.id == org_id))
    row = found.first()
    if row is None:
        return None
    return OrgRow(id=OrgId(row.id), name=row.name, time_zone=row.time_zone)


async def create_operator(
    connection: AsyncConnection,
    who: Operator,
    *,
    token_hash: bytes,
    created_us: AtUs,
    expires_us: AtUs,
) -> None:
    await connection.execute(
        insert(operator).values(
            id=who.id,
            name=who.name,
            token_hash=token_hash,
            created_us=created_us,
            expires_us=expires_us,
        )
    )


async def operator_by_token(
    connection: AsyncConnection, token_hash: bytes, now_us: AtUs
) -> Operator | None:
    """Whom an unexpired operator token belongs to."""
    found = await connection.execute(
        select(operator.c.id, operator.c.name).where(
            operator.c.token_hash == token_hash, operator.c.expires_us > now_us
        )
    )
    row = found.first()
    return Operator(OperatorId(row.id), row.name) if row is not None else None


async def operators(connection: AsyncConnection) -> tuple[OperatorRow, ...]:
    """Every token that was ever made, newest first."""
    found = await connection.execute(
        select(operator).order_by(operator.c.created_us.desc(), operator.c.id)
    )
    return tuple(
        OperatorRow(
            id=OperatorId(row.id),
            name=row.name,
            created_us=AtUs(row.created_us),
            expires_us=AtUs(row.expires_us),
        )
        for row in found
    )


async def end_operator(connection: AsyncConnection, which: OperatorId, now_us: AtUs) -> str | None:
    """The token opens nothing from now on; one that has expired keeps its time.

    Answers the operator's name; None for an unknown one.
    """
    ended = await connection.execute(
        update(operator)
        .where(operator.c.id == which)
        .values(
            expires_us=case((operator.c.expires_us > now_us, now_us), else_=operator.c.expires_us)
        )
        .returning(operator.c.name)
    )
    row = ended.one_or_none()
    return None if row is None else str(row.name)


async def _lock_org(connection: AsyncConnection, org_id: OrgId) -> None:
    """The org's one lock, which charging takes first too: no two can wait for each other."""
    await connection.execute(
        select(org_head.c.org_id).where(org_head.c.org_id == org_id).with_for_update()
    )


async def _keep_an_admin(connection: AsyncConnection, leaving: UserRow) -> None:
    """With the org locked: two admins who remove each other at once cannot both succeed."""
    if leaving.role != "admin" or not leaving.active:
        return
    others = await connection.scalar(
        select(func.count())
        .select_from(users)
        .where(
            users.c.org_id == leaving.org,
            users.c.role == "admin",
            users.c.active.is_(True),
            users.c.id != leaving.id,
        )
    )
    if not others:
        raise errors.Forbidden(
            "The last admin cannot be removed. Make somebody else an admin first."
        )


async def _one(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> UserRow | None:
    found = await connection.execute(select(users).where(*conditions))
    row = found.first()
    return _user(row) if row is not None else None


def _user(row: Row[tuple[object, ...]]) -> UserRow:
    return UserRow(
        id=UserId(row.id),
        org=OrgId(row.org_id),
        email=row.email,
        name=row.name,
        role=row.role,
        active=row.active,
        password_hash=row.password_hash,
        created_us=AtUs(row.created_us),
    )
