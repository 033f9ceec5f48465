"""Puts millions of rows into a new database: nobody else is there, and a half-filled one is thrown
away, so no index and no safety is kept up on the way."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Table, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, DropIndex

ROWS_AT_ONCE = 20_000

Rows = Iterable[tuple[Any, ...]]


class Bulk(Protocol):
    """One transaction on a new database."""

    async def fill(self, table: Table, rows: Rows) -> None:
        """Rows in the order of the table's columns; its indexes are made afterwards."""

    async def run(self, statement: str, **named: str) -> None:
        """Plain SQL, in which `:name` stands for a text."""


@asynccontextmanager
async def bulk(database_url: str) -> AsyncIterator[Bulk]:
    """The way of the database that the URL names; committed when the block ends."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        with _sqlite(str(url.database)) as in_sqlite:
            yield in_sqlite
        return
    connection = await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        async with connection.transaction():
            yield _InPostgresql(connection)
    finally:
        await connection.close()


@contextmanager
def _sqlite(file: str) -> Iterator["_InSqlite"]:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in ("synchronous = OFF", "cache_size = -800000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield _InSqlite(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


class _InSqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fill(self, table: Table, rows: Rows) -> None:
        for index in table.indexes:
            await self.run(str(DropIndex(index).compile(dialect=sqlite.dialect())))
        marks = ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
        for index in table.indexes:
            await self.run(str(CreateIndex(index).compile(dialect=sqlite.dialect())))

    async def run(self, statement: str, **named: str) -> None:
        self._connection.execute(statement, named)


class _InPostgresql:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fill(self, table: Table, rows: Rows) -> None:
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        for index in table.indexes:
            await self.run(str(DropIndex(index).compile(dialect=dialect)))
        waiting = iter(rows)
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            await self._connection.copy_records_to_table(table.name, records=some)
        for index in table.indexes:
            await self.run(str(CreateIndex(index).compile(dialect=dialect)))

    async def run(self, statement: str, **named: str) -> None:
        for place, name in enumerate(named, 1):
            statement = statement.replace(f":{name}", f"${place}::text")
        await self._connection.execute(statement, *named.values())
