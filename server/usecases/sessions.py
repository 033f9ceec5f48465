"""Signing in and out, and whom a token belongs to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

import msgspec
import structlog

from server.domain import errors
from server.domain.callers import Member, SessionKind
from server.domain.ids import AtUs, SessionId, UserId
from server.domain.pieces import canonical_email
from server.store import sessions as store
from server.store import users
from server.store.engine import AsyncConnection, Database
from server.store.sessions import SessionRow
from server.store.users import UserRow
from server.usecases.names import new_id, new_token, token_hash
from server.usecases.passwords import Passwords, checked_password
from server.usecases.token_cache import TokenCache

US_PER_S = 1_000_000
US_PER_DAY = 86_400 * US_PER_S
SEEN_EVERY_S = 60
"""When a session was last in use is shown to the minute, so that using it need not write."""

log = structlog.get_logger(__name__)

CloseSession = Callable[[SessionId], Awaitable[None]]
CloseUser = Callable[[UserId], Awaitable[None]]


class Deactivated(errors.Unauthenticated):
    """The token is good, its user is not: a socket tells the two apart (4503)."""

    def __init__(self) -> None:
        super().__init__("Your account is deactivated. Ask your admin.")


class NewSession(msgspec.Struct, frozen=True):
    """`token` is known here and to the client, and nowhere else."""

    token: str
    expires_us: AtUs
    user: UserRow


class Standing(msgspec.Struct, frozen=True):
    """What became of sessions; those in neither set are expired or ended."""

    valid: frozenset[SessionId]
    deactivated: frozenset[SessionId]


class Sessions:
    """`close_session`, `close_user`: close the open sockets of one session, of one user."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        clock: Callable[[], AtUs],
        *,
        session_days: int,
        close_session: CloseSession,
        close_user: CloseUser,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._lasts_us = session_days * US_PER_DAY
        self._close_session = close_session
        self._close_user = close_user
        self._cache = TokenCache(monotonic)
        self._seen: set[SessionId] = set()

    async def sign_in(
        self, email: str, password: str, *, kind: SessionKind, client: str
    ) -> NewSession:
        """A session of 30 days (`session_days`). Raises Unauthenticated, Deactivated."""
        user = await self._user(email)
        known_hash = user.password_hash if user is not None else None
        if not await self._passwords.verify(known_hash, password) or user is None:
            raise _wrong_password()
        async with self._database.write() as connection:
            now = await users.locked_user(connection, user.id)
            if now is None or now.password_hash != known_hash:
                raise _wrong_password()
            return await self.open(connection, now, kind=kind, client=client)

    async def open(
        self, connection: AsyncConnection, user: UserRow, *, kind: SessionKind, client: str
    ) -> NewSession:
        """A new session in the caller's transaction, which locked the user. Raises Deactivated."""
        if not user.active:
            raise Deactivated
        now_us, token = self._clock(), new_token()
        row = SessionRow(
            id=SessionId(new_id("ses")),
            user=user.id,
            kind=kind,
            client=client,
            created_us=now_us,
            expires_us=AtUs(now_us + self._lasts_us),
            seen_us=now_us,
        )
        await store.create_session(connection, row, token_hash=token_hash(token))
        return NewSession(token, row.expires_us, user)

    async def authenticate(self, token: str) -> Member:
        """Whom the token belongs to. Raises Unauthenticated; Deactivated, which is one too."""
        digest = token_hash(token)
        member = self._cache.get(digest)
        if member is not None:
            return member
        generation = self._cache.generation
        async with self._database.read() as connection:
            found = await store.signed_in(connection, digest)
        left_us = found.expires_us - self._clock() if found is not None else 0
        if found is None or left_us <= 0:
            raise errors.Unauthenticated(
                "The token is unknown, expired or signed out. Sign in again."
            )
        if not found.active:
            raise Deactivated
        self._cache.put(digest, found.member, left_us / US_PER_S, generation)
        self._seen.add(found.member.session)
        return found.member

    async def still_valid(self, sessions: Collection[SessionId]) -> Standing:
        """Which of the sessions behind open sockets still stand. They count as in use."""
        if not sessions:
            return Standing(frozenset(), frozenset())
        async with self._database.read() as connection:
            found = await store.standing(connection, list(sessions), self._clock())
        valid = frozenset(name for name, standing in found.items() if standing == "valid")
        self._seen |= valid
        return Standing(valid, frozenset(found) - valid)

    async def sign_out(self, member: Member) -> None:
        """Ends the session the call came with and closes its sockets."""
        await self._end(member, member.session, kind=None)

    async def devices(self, member: Member) -> tuple[SessionRow, ...]:
        """The member's paired extensions, newest first."""
        async with self._database.read() as connection:
            return await store.devices_of(connection, member.user, self._clock())

    async def end_device(self, member: Member, device: SessionId) -> None:
        """Signs one of the member's devices out and closes its socket. Raises NotFound."""
        if not await self._end(member, device, kind="device"):
            raise errors.NotFound("You have no such device.")

    async def change_password(self, member: Member, old: str, new: str) -> None:
        """Ends the user's other sessions, devices too. Raises BadRequest, Forbidden (wrong `old`).

        Forbidden, because a client that is told Unauthenticated throws its good token away.
        """
        wanted = checked_password(new, "new")
        async with self._database.read() as connection:
            user = await users.user_by_id(connection, member.user)
        known_hash = user.password_hash if user is not None else None
        if not await self._passwords.verify(known_hash, old):
            raise errors.Forbidden("The old password is wrong.")
        new_hash = await self._passwords.hash(wanted)
        async with self._database.write() as connection:
            now = await users.locked_user(connection, member.user)
            if now is None or now.password_hash != known_hash:
                raise errors.Forbidden("The password was changed by somebody else meanwhile.")
            await users.set_password(connection, member.user, new_hash)
            ended = await store.end_sessions_of(connection, member.user, but=member.session)
        await self.close_ended(ended)

    async def close_ended(self, ended: Collection[SessionId]) -> None:
        """After a commit that ended sessions: they open nothing here, and their sockets close."""
        for session in ended:
            self._cache.forget_session(session)
        for session in ended:
            await self._close_session(session)

    async def user_deactivated(self, user: UserId) -> None:
        """After the commit that deactivated the user (R15)."""
        self._cache.forget_user(user)
        await self._close_user(user)

    def user_changed(self, user: UserId) -> None:
        """After a change of the user's role or name: the next call sees it."""
        self._cache.forget_user(user)

    async def keep_seen(self) -> None:
        """Once a minute until cancelled. A database away now is asked again the next time."""
        while True:
            await asyncio.sleep(SEEN_EVERY_S)
            try:
                await self.write_seen()
            except errors.Unavailable as error:
                log.warning("last uses of sessions not written", reason=error.detail)

    async def write_seen(self) -> None:
        """Writes which sessions were in use since the last time. Raises Unavailable."""
        seen, self._seen = self._seen, set()
        if not seen:
            return
        now_us = self._clock()
        try:
            async with self._database.write() as connection:
                await store.mark_seen(
                    connection, seen, now_us, device_expires_us=AtUs(now_us + self._lasts_us)
                )
        except errors.Unavailable:
            self._seen |= seen
            raise

    async def _user(self, email: str) -> UserRow | None:
        try:
            canonical = canonical_email(email)
        except ValueError:
            return None
        async with self._database.read() as connection:
            return await users.user_by_email(connection, canonical)

    async def _end(self, member: Member, session: SessionId, *, kind: SessionKind | None) -> bool:
        async with self._database.write() as connection:
            ended = await store.end_session(connection, session, user=member.user, kind=kind)
        if ended:
            await self.close_ended([session])
        return ended


def _wrong_password() -> errors.Unauthenticated:
    return errors.Unauthenticated("The email address or the password is wrong.")
