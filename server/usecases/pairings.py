"""Pairing an extension: it shows a code, the signed-in user approves it, it fetches a token."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

from server.domain import errors
from server.domain.callers import Member
from server.domain.ids import AtUs
from server.store import sessions as store
from server.store import users
from server.store.engine import Database
from server.store.sessions import PairingRow
from server.usecases.sessions import US_PER_S, NewSession, Sessions

PAIRING_S = 600
"""Time enough to sign in first; short enough that nobody approves a code of yesterday."""
POLL_EVERY_S = 1
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Nothing that is read as something else (0 O, 1 I L). Eight of them: 40 bits, for ten minutes."""
CODE_HALF = 4
CLIENT_CHARS_MAX = 100
_HASH = re.compile(r"[0-9a-f]{64}")


class Pairings:
    """Device pairing (api.md, Signing in)."""

    def __init__(self, database: Database, sessions: Sessions, clock: Callable[[], AtUs]) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def start(self, verifier_hash: str, client: str) -> PairingRow:
        """A code to compare, good for ten minutes. Raises BadRequest."""
        if _HASH.fullmatch(verifier_hash) is None:
            raise errors.BadRequest(
                "The field `verifier_hash` must be a SHA-256 in 64 lower-case hexadecimal digits."
            )
        name = client.strip()
        if not 0 < len(name) <= CLIENT_CHARS_MAX or not name.isprintable():
            raise errors.BadRequest(
                f"The field `client` must have 1 to {CLIENT_CHARS_MAX} printable characters."
            )
        now_us = self._clock()
        row = PairingRow(
            code=_new_code(),
            verifier_hash=verifier_hash,
            client=name,
            expires_us=AtUs(now_us + PAIRING_S * US_PER_S),
            approved_by=None,
            delivered=False,
        )
        async with self._database.write() as connection:
            await store.create_pairing(connection, row, created_us=now_us)
        return row

    async def seen(self, code: str) -> PairingRow:
        """What the user compares. Raises NotFound, Expired."""
        row = await self._one(code)
        self._refuse_past(row)
        return row

    async def approve(self, code: str, member: Member) -> None:
        """Lets the device in as this user; twice is the same as once.

        Raises NotFound; Expired when its time is over or another user took it; Forbidden for a
        device, which could otherwise multiply itself beyond what signing it out ends;
        Unauthenticated when the session was ended a moment ago.
        """
        if member.kind == "device":
            raise errors.Forbidden("Approve a new device in the web app, not from another device.")
        row = await self.seen(code)
        if row.approved_by == member.user:
            return
        async with self._database.write() as connection:
            # What ends sessions holds the user too: nothing is approved after it voided the rest.
            await users.locked_user(connection, member.user)
            standing = await store.standing(connection, [member.session], self._clock())
            if standing.get(member.session) != "valid":
                raise errors.Unauthenticated("You were signed out a moment ago. Sign in again.")
            if not await store.approve_pairing(connection, row.code, member.user):
                raise _used()

    async def token(self, code: str, verifier: str) -> NewSession | None:
        """The device's session, exactly once; None while the user has not approved.

        Raises NotFound for an unknown code and a wrong verifier alike, Expired afterwards.
        """
        row = await self._one(code)
        _refuse_stranger(row, verifier)
        self._refuse_past(row)
        if row.approved_by is None:
            return None
        async with self._database.write() as connection:
            # The user first, as whoever voids pairings does: no two can wait for each other.
            user = await users.locked_user(connection, row.approved_by)
            assert user is not None, "users are deactivated, never deleted"
            if not await store.deliver_pairing(connection, row.code):
                raise _used()
            return await self._sessions.open(connection, user, kind="device", client=row.client)

    async def _one(self, code: str) -> PairingRow:
        async with self._database.read() as connection:
            row = await store.pairing_by_code(connection, canonical_code(code))
        if row is None:
            raise _unknown()
        return row

    def _refuse_past(self, row: PairingRow) -> None:
        if row.delivered:
            raise _used()
        if row.expires_us <= self._clock():
            raise errors.Expired("This code is older than ten minutes. Start pairing again.")


def canonical_code(typed: str) -> str:
    """`kfwq 7m3d` as `KFWQ-7M3D`."""
    letters = "".join(char for char in typed.upper() if char.isalnum())
    return f"{letters[:CODE_HALF]}-{letters[CODE_HALF:]}"


def _new_code() -> str:
    return canonical_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(2 * CODE_HALF)))


def _refuse_stranger(row: PairingRow, verifier: str) -> None:
    digest = hashlib.sha256(verifier.encode()).hexdigest()
    if not hmac.compare_digest(digest, row.verifier_hash):
        raise _unknown()


def _unknown() -> errors.NotFound:
    return errors.NotFound("There is no such pairing code.")


def _used() -> errors.Expired:
    return errors.Expired("This code has been used. Start pairing again.")
