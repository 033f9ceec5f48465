"""What may be forgotten is forgotten, once an hour: old idempotency keys, sessions, pairings."""

import asyncio
from collections.abc import Callable

import structlog

from server.domain import errors
from server.domain.ids import AtUs
from server.store.engine import AsyncConnection, Database
from server.store.forgetting import forget_before

EVERY_S = 3_600
KEYS_KEPT_US = 48 * 3_600 * 1_000_000
"""R11 asks for 24 h at least; twice that covers a client that retries over a night."""
PAIRINGS_KEPT_US = 3_600 * 1_000_000
"""Past their ten minutes: a device that asks late is told that its code is too old."""

log = structlog.get_logger()


async def forget_for_ever(database: Database, clock: Callable[[], AtUs]) -> None:
    """Runs until cancelled. A database that is away is tried again the next hour."""
    while True:
        try:
            async with database.write() as connection:
                await forget(connection, clock())
        except errors.Unavailable:
            log.warning("housekeeping skipped: the database is away")
        await asyncio.sleep(EVERY_S)


async def forget(connection: AsyncConnection, now: AtUs) -> None:
    """One round."""
    await forget_before(
        connection,
        keys_us=AtUs(now - KEYS_KEPT_US),
        sessions_us=now,
        pairings_us=AtUs(now - PAIRINGS_KEPT_US),
    )
