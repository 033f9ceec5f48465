"""Passwords: what one may be, and Argon2id in a thread, the same time for everybody."""

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from server.domain import errors

CHARS_MIN = 10
CHARS_MAX = 200
"""Bounds the work of a hash; a passphrase fits."""
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 100 ms: a rush of sign-ins waits and starves nobody."""


def checked_password(password: str, field: str) -> str:
    """The password as it is hashed: NFC, since keyboards differ in how they send an é.

    Raises BadRequest naming `field`.
    """
    normal = unicodedata.normalize("NFC", password)
    if not CHARS_MIN <= len(normal) <= CHARS_MAX:
        raise errors.BadRequest(
            f"The field `{field}` must have {CHARS_MIN} to {CHARS_MAX} characters."
        )
    return normal


class Passwords:
    """Hashes and verifies without holding up the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """For `checked_password`s."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password. Without a hash (nobody, not yet set) it takes as long."""
        normal = unicodedata.normalize("NFC", password[: CHARS_MAX + 1])
        async with self._turns:
            return await asyncio.to_thread(self._verified, password_hash, normal)

    def _verified(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobodys, password)
        except VerifyMismatchError:
            return False
        except VerificationError as error:
            raise AssertionError("a stored password hash is not an Argon2 hash") from error
        return password_hash is not None
