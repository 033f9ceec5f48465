"""The migrations make the tables of server/store/schema.py, on both databases, once."""

import asyncio
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from server.store import schema
from server.store.engine import Database
from server.store.migrate import migrate


def _differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


async def test_migrations_make_the_tables_of_the_schema(database_url: str) -> None:
    database = Database(database_url)
    await migrate(database, "first-epoch")
    async with database.read() as connection:
        assert await connection.run_sync(_differences) == []
    await database.close()


async def test_a_second_start_keeps_the_epoch(database_url: str) -> None:
    database = Database(database_url)
    await migrate(database, "first-epoch")
    await migrate(database, "second-epoch")
    async with database.read() as connection:
        assert await connection.scalar(select(schema.deployment.c.value)) == "first-epoch"
    await database.close()


async def test_servers_that_start_at_once_migrate_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(2)]
    await asyncio.gather(*(migrate(database, f"epoch-{n}") for n, database in enumerate(databases)))
    async with databases[0].read() as connection:
        assert len((await connection.execute(select(schema.deployment))).all()) == 1
    for database in databases:
        await database.close()
