"""Sessions, pairings and invitations: everything that ends in a token, or in none any more."""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec
from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.callers import Member, SessionKind
from server.domain.ids import AtUs, OrgId, SessionId, UserId
from server.store.lists import chunked
from server.store.schema import invitation, pairing, session, users


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    id: SessionId
    user: UserId
    kind: SessionKind
    client: str
    created_us: AtUs
    expires_us: AtUs
    seen_us: AtUs


class SignedIn(msgspec.Struct, frozen=True):
    """Whom a token belongs to, and whether it still opens anything."""

    member: Member
    active: bool
    expires_us: AtUs


class PairingRow(msgspec.Struct, frozen=True, kw_only=True):
    """`verifier_hash`: lower-case hex SHA-256 of what only the device knows."""

    code: str
    verifier_hash: str
    client: str
    expires_us: AtUs
    approved_by: UserId | None
    delivered: bool


class InvitationRow(msgspec.Struct, frozen=True, kw_only=True):
    user: UserId
    expires_us: AtUs
    used_us: AtUs | None


async def create_session(
    connection: AsyncConnection, row: SessionRow, *, token_hash: bytes
) -> None:
    await connection.execute(
        insert(session).values(
            token_hash=token_hash,
            id=row.id,
            user_id=row.user,
            kind=row.kind,
            client=row.client,
            created_us=row.created_us,
            expires_us=row.expires_us,
            seen_us=row.seen_us,
        )
    )


async def signed_in(connection: AsyncConnection, token_hash: bytes) -> SignedIn | None:
    """Whom the token belongs to, expired ones included; None for an unknown or revoked token."""
    found = await connection.execute(
        select(
            session.c.id,
            session.c.kind,
            session.c.expires_us,
            users.c.id.label("user_id"),
            users.c.org_id,
            users.c.role,
            users.c.name,
            users.c.email,
            users.c.active,
        )
        .join(users, users.c.id == session.c.user_id)
        .where(session.c.token_hash == token_hash)
    )
    row = found.first()
    if row is None:
        return None
    member = Member(
        user=UserId(row.user_id),
        org=OrgId(row.org_id),
        role=row.role,
        name=row.name,
        email=row.email,
        session=SessionId(row.id),
        kind=row.kind,
    )
    return SignedIn(member, row.active, AtUs(row.expires_us))


async def standing(
    connection: AsyncConnection, sessions: Sequence[SessionId], now_us: AtUs
) -> dict[SessionId, Literal["valid", "deactivated"]]:
    """Of each session that has neither ended nor expired, whether its user is active."""
    standings: dict[SessionId, Literal["valid", "deactivated"]] = {}
    for part in chunked(sessions):
        found = await connection.execute(
            select(session.c.id, users.c.active)
            .join(users, users.c.id == session.c.user_id)
            .where(session.c.id.in_(part), session.c.expires_us > now_us)
        )
        for row in found:
            standings[SessionId(row.id)] = "valid" if row.active else "deactivated"
    return standings


async def mark_seen(
    connection: AsyncConnection,
    sessions: Collection[SessionId],
    now_us: AtUs,
    *,
    device_expires_us: AtUs,
) -> None:
    """These were in use. A device's time starts again, so that one in use is never signed out."""
    for part in chunked(sorted(sessions)):
        await connection.execute(
            update(session)
            .where(session.c.id.in_(part))
            .values(
                seen_us=now_us,
                expires_us=case(
                    (session.c.kind == "device", device_expires_us), else_=session.c.expires_us
                ),
            )
        )


async def end_session(
    connection: AsyncConnection,
    session_id: SessionId,
    *,
    user: UserId,
    kind: SessionKind | None = None,
) -> bool:
    """Whether the user had such a session; it opens nothing any more."""
    conditions = [session.c.id == session_id, session.c.user_id == user]
    if kind is not None:
        conditions.append(session.c.kind == kind)
    ended = await connection.execute(delete(session).where(*conditions))
    return ended.rowcount == 1


async def end_sessions_of(
    connection: AsyncConnection, user: UserId, *, but: SessionId | None = None
) -> tuple[SessionId, ...]:
    """Ends all sessions of the user, devices included, except `but`; returns which.

    A device the user approved and that has not fetched its token is not let in any more either.
    """
    await connection.execute(
        update(pairing)
        .where(pairing.c.approved_by == user, pairing.c.delivered.is_(False))
        .values(delivered=True)
    )
    ended = await connection.execute(
        delete(session)
        .where(session.c.user_id == user, session.c.id != (but or ""))
        .returning(session.c.id)
    )
    return tuple(SessionId(name) for name in ended.scalars())


async def devices_of(
    connection: AsyncConnection, user: UserId, now_us: AtUs
) -> tuple[SessionRow, ...]:
    """The user's paired extensions, newest first."""
    found = await connection.execute(
        select(session)
        .where(session.c.user_id == user, session.c.kind == "device", session.c.expires_us > now_us)
        .order_by(session.c.created_us.desc(), session.c.id)
    )
    return tuple(
        SessionRow(
            id=SessionId(row.id),
            user=UserId(row.user_id),
            kind=row.kind,
            client=row.client,
            created_us=AtUs(row.created_us),
            expires_us=AtUs(row.expires_us),
            seen_us=AtUs(row.seen_us),
        )
        for row in found
    )


async def create_pairing(connection: AsyncConnection, row: PairingRow, *, created_us: AtUs) -> None:
    await connection.execute(
        insert(pairing).values(
            code=row.code,
            verifier_hash=row.verifier_hash,
            client=row.client,
            created_us=created_us,
            expires_us=row.expires_us,
            approved_by=row.approved_by,
            delivered=row.delivered,
        )
    )


async def pairing_by_code(connection: AsyncConnection, code: str) -> PairingRow | None:
    found = await connection.execute(select(pairing).where(pairing.c.code == code))
    row = found.first()
    if row is None:
        return None
    return PairingRow(
        code=row.code,
        verifier_hash=row.verifier_hash,
        client=row.client,
        expires_us=AtUs(row.expires_us),
        approved_by=UserId(row.approved_by) if row.approved_by is not None else None,
        delivered=row.delivered,
    )


async def approve_pairing(connection: AsyncConnection, code: str, user: UserId) -> bool:
    """False when somebody approved it already."""
    approved = await connection.execute(
        update(pairing)
        .where(pairing.c.code == code, pairing.c.approved_by.is_(None))
        .values(approved_by=user)
    )
    return approved.rowcount == 1


async def deliver_pairing(connection: AsyncConnection, code: str) -> bool:
    """True for the one transaction that may hand out the token."""
    delivered = await connection.execute(
        update(pairing)
        .where(pairing.c.code == code, pairing.c.delivered.is_(False))
        .values(delivered=True)
    )
    return delivered.rowcount == 1


async def create_invitation(
    connection: AsyncConnection, *, code_hash: bytes, user: UserId, expires_us: AtUs
) -> None:
    """An earlier one that was not used opens nothing any more."""
    await connection.execute(
        delete(invitation).where(invitation.c.user_id == user, invitation.c.used_us.is_(None))
    )
    await connection.execute(
        insert(invitation).values(code_hash=code_hash, user_id=user, expires_us=expires_us)
    )


async def invitation_by_hash(connection: AsyncConnection, code_hash: bytes) -> InvitationRow | None:
    found = await connection.execute(select(invitation).where(invitation.c.code_hash == code_hash))
    row = found.first()
    if row is None:
        return None
    return InvitationRow(
        user=UserId(row.user_id), expires_us=AtUs(row.expires_us), used_us=row.used_us
    )


async def use_invitation(connection: AsyncConnection, code_hash: bytes, now_us: AtUs) -> bool:
    """True for the one transaction that may set the password."""
    used = await connection.execute(
        update(invitation)
        .where(
            invitation.c.code_hash == code_hash,
            invitation.c.used_us.is_(None),
            invitation.c.expires_us > now_us,
        )
        .values(used_us=now_us)
    )
    return used.rowcount == 1
