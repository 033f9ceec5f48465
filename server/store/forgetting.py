"""Deletes rows that no rule needs any more. The ledger is not among them (R29)."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs
from server.store import schema


async def forget_before(
    connection: AsyncConnection, *, keys_us: AtUs, sessions_us: AtUs, pairings_us: AtUs
) -> None:
    """Idempotency keys made before `keys_us`; sessions and pairings that expired before the
    other two."""
    keys, sessions, pairings = schema.idempotency, schema.session, schema.pairing
    await connection.execute(delete(keys).where(keys.c.created_us < keys_us))
    await connection.execute(delete(sessions).where(sessions.c.expires_us < sessions_us))
    await connection.execute(delete(pairings).where(pairings.c.expires_us < pairings_us))
