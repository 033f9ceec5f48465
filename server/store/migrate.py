"""Brings a database to the newest schema, at every start (alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import schema
from server.store.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x0BA77E21
"""PostgreSQL's advisory lock: of several servers that start at once, one migrates, the rest
wait."""


async def migrate(database: Database, new_epoch: str) -> None:
    """Every migration that is missing, in one transaction. A new database gets `new_epoch`."""
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
        await connection.run_sync(_upgrade)
        await _first_epoch(connection, new_epoch)


def _upgrade(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "head")


async def _first_epoch(connection: AsyncConnection, epoch: str) -> None:
    known = select(schema.deployment.c.value).where(schema.deployment.c.name == "epoch")
    if await connection.scalar(known) is None:
        await connection.execute(insert(schema.deployment).values(name="epoch", value=epoch))
