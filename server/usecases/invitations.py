"""Invitations: a link with which a new user sets a password, and a known one a new password."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.ids import AtUs, OrgId, UserId
from server.store import sessions as store
from server.store import users
from server.store.engine import AsyncConnection, Database
from server.store.sessions import InvitationRow
from server.usecases.names import new_token, token_hash
from server.usecases.passwords import Passwords, checked_password
from server.usecases.sessions import US_PER_DAY, NewSession, Sessions

INVITATION_DAYS = 7
CLIENT = "invitation"


class Invitation(msgspec.Struct, frozen=True):
    """`url` is handed to the person and shown once: only a hash of its code is kept."""

    url: str
    expires_at: datetime


class Invitations:
    """Making and accepting them. `accepted` is called after the commit with whoever has a new
    password."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sessions: Sessions,
        clock: Callable[[], AtUs],
        accepted: Callable[[OrgId, UserId], Awaitable[None]],
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._clock = clock
        self._accepted = accepted

    async def invite(
        self, connection: AsyncConnection, user: UserId, *, base_url: str
    ) -> Invitation:
        """For a user of the caller's transaction, new or known; voids the user's earlier one.

        `base_url`: where users reach the web app (`Origins.base_url`). A known user's old password
        holds until the invitation is accepted.
        """
        code = new_token()
        expires_us = AtUs(self._clock() + INVITATION_DAYS * US_PER_DAY)
        await store.create_invitation(
            connection, code_hash=token_hash(code), user=user, expires_us=expires_us
        )
        return Invitation(f"{base_url}/invite?code={code}", from_us(expires_us))

    async def accept(self, code: str, password: str) -> NewSession:
        """Sets the password, once, ends the user's other sessions and signs the user in.

        Raises BadRequest, NotFound, Expired (used, or older than seven days), Deactivated.
        """
        wanted = checked_password(password, "password")
        digest = token_hash(code)
        async with self._database.read() as connection:
            self._refuse_past(await store.invitation_by_hash(connection, digest))
        new_hash = await self._passwords.hash(wanted)
        async with self._database.write() as connection:
            row = self._refuse_past(await store.invitation_by_hash(connection, digest))
            user = await users.locked_newcomer(connection, row.user)
            assert user is not None, "users are deactivated, never deleted"
            if not await store.use_invitation(connection, digest, self._clock()):
                raise _used()
            await users.set_password(connection, user.id, new_hash)
            await users.note_change(connection, user.id)
            ended = await store.end_sessions_of(connection, user.id)
            opened = await self._sessions.open(connection, user, kind="bearer", client=CLIENT)
        await self._sessions.close_ended(ended)
        await self._accepted(user.org, user.id)
        return opened

    def _refuse_past(self, row: InvitationRow | None) -> InvitationRow:
        if row is None:
            raise errors.NotFound("There is no such invitation. Ask for a new one.")
        if row.used_us is not None:
            raise _used()
        if row.expires_us <= self._clock():
            raise errors.Expired(
                f"This invitation is older than {INVITATION_DAYS} days. Ask for a new one."
            )
        return row


def _used() -> errors.Expired:
    return errors.Expired("This invitation has been used. Sign in, or ask for a new one.")
