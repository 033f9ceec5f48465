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
        self._of_session: dict[SessionId, bytes] = {}
        self._of_user: dict[UserId, set[SessionId]] = {}
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
            self._of_session.clear()
            self._of_user.clear()
        self._known[token_hash] = _Known(member, self._monotonic() + min(FRESH_S, left_s))
        self._of_session[member.session] = token_hash
        self._of_user.setdefault(member.user, set()).add(member.session)

    def forget_session(self, session: SessionId) -> None:
        """After it was ended; a session has one token."""
        self.generation += 1
        token_hash = self._of_session.pop(session, None)
        if token_hash is None:
            return
        user = self._known.pop(token_hash).member.user
        self._of_user[user].discard(session)
        if not self._of_user[user]:
            del self._of_user[user]

    def forget_user(self, user: UserId) -> None:
        """After a change of the user that every session must see."""
        self.generation += 1
        for session in self._of_user.pop(user, ()):
            del self._known[self._of_session.pop(session)]
