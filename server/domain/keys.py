"""What an Idempotency-Key answers with (R11)."""

from server.domain import errors
from server.domain.commands import Idempotency
from server.domain.state import KeptAnswer


def recalled(kept: KeptAnswer, key: Idempotency) -> str:
    """The answer that is kept for this request. Raises IdempotencyConflict when the key was used
    for another."""
    if kept.fingerprint != key.fingerprint:
        raise errors.IdempotencyConflict(
            "This Idempotency-Key was used for another request in the last 24 hours; use a new key."
        )
    return kept.answer
