"""Who a token belongs to, remembered for two seconds: a reveal need not read who asks."""

from collections.abc import Callable

import msgspec

from server.domain.callers import Member
from server.domain.ids import SessionId, UserId

FRESH_S = 2.0
"""How long a token ended by another process may still open something here."""
TOKENS_MAX = 20_000


class _Known(msgspec.Struct, frozen=True, gc=False):
    member: Member
    until_s: float


class TokenCache:
    """Keyed by the token's hash. What is ended in this process is forgotten at once."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[bytes, _Known] = {}
        self.generation = 0
        """Rises whenever something was forgotten; see `put`."""

    def get(self, token_hash: bytes) -> Member | None:
        """The member, while what is known is fresh."""
        known = self._known.get(token_hash)
        if known is None or known.until_s <= self._monotonic():
            return None
        return known.member

    def put(self, token_hash: bytes, member: Member, left_s: float, generation: int) -> None:
        """Keep what was read when `generation` was current; `left_s`: until the session expires.

        A sign-out may have come between the read and now: then nothing is kept.
        """
        if generation != self.generation:
            return
        if len(self._known) >= TOKENS_MAX:
            self._known.clear()
        self._known[token_hash] = _Known(member, self._monotonic() + min(FRESH_S, left_s))

    def forget_session(self, session: SessionId) -> None:
        self._forget(lambda member: member.session == session)

    def forget_user(self, user: UserId) -> None:
        self._forget(lambda member: member.user == user)

    def _forget(self, matches: Callable[[Member], bool]) -> None:
        self.generation += 1
        self._known = {
            token_hash: known
            for token_hash, known in self._known.items()
            if not matches(known.member)
        }
