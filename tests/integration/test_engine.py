"""What a transaction is on both databases, and which failures are outages."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from server.domain import errors
from server.store import engine, schema
from server.store.engine import Database
from tests.services import eventually

ROW = {"name": "epoch", "value": "first"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    yield database
    await database.close()


async def values(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(schema.deployment.c.value)))


async def test_a_block_that_raises_is_rolled_back(database: Database) -> None:
    async def write_and_refuse() -> None:
        async with database.write() as connection:
            await connection.execute(insert(schema.deployment), ROW)
            raise errors.Forbidden("not this")

    with pytest.raises(errors.Forbidden):
        await write_and_refuse()
    assert await values(database) == []


async def test_a_writer_that_is_paused_keeps_its_locks_for_a_while_only(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so plainly when it wakes up; whoever reads may take its time."""
    other = Database(postgres_url)
    async with other.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    monkeypatch.setattr(engine, "IDLE_IN_TRANSACTION_MS", 50)
    paused = Database(postgres_url)

    async def write_slowly() -> None:
        async with paused.write() as connection:
            await connection.execute(insert(schema.deployment), ROW)
            async with other.write() as waiting:
                # Waits for the paused one's row, until PostgreSQL has thrown that one out.
                await waiting.execute(insert(schema.deployment), ROW | {"value": "second"})
            await connection.execute(insert(schema.deployment), ROW | {"name": "more"})

    async with paused.read() as snapshot:
        assert list(await snapshot.scalars(select(schema.deployment.c.value))) == []
        with pytest.raises(errors.Unavailable):
            await write_slowly()
        assert list(await snapshot.scalars(select(schema.deployment.c.value))) == []
    assert await values(other) == ["second"]
    assert await values(paused) == ["second"]
    await paused.close()
    await other.close()


async def test_work_is_one_transaction_and_what_raises_is_rolled_back(database: Database) -> None:
    def work_and_refuse(connection: Connection) -> None:
        connection.execute(insert(schema.deployment), ROW)
        raise errors.Forbidden("not this")

    def work(connection: Connection) -> int:
        connection.execute(insert(schema.deployment), ROW | {"value": "second"})
        return 7

    with pytest.raises(errors.Forbidden):
        await database.carry_out(work_and_refuse)
    assert await values(database) == []
    assert await database.carry_out(work) == 7
    assert await values(database) == ["second"]


async def test_a_cancelled_block_is_rolled_back_and_frees_its_turn(database: Database) -> None:
    is_inside = asyncio.Event()

    async def write_for_ever() -> None:
        async with database.write() as connection:
            await connection.execute(insert(schema.deployment), ROW)
            is_inside.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write_for_ever())
    await is_inside.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with database.write() as connection:
        await connection.execute(insert(schema.deployment), ROW | {"value": "second"})
    assert await values(database) == ["second"]


async def test_a_read_is_one_snapshot(database: Database) -> None:
    query = select(schema.deployment.c.value)
    async with database.read() as connection:
        before = list(await connection.scalars(query))
        async with database.write() as writer:
            await writer.execute(insert(schema.deployment), ROW)
        assert list(await connection.scalars(query)) == before == []
    assert await values(database) == ["first"]


async def test_readers_see_nothing_of_what_is_not_committed(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(schema.deployment), ROW)
        assert await values(database) == []
    assert await values(database) == ["first"]


async def test_a_broken_constraint_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(insert(schema.deployment), [ROW, ROW])
    assert await values(database) == []


async def test_a_statement_that_is_wrong_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as failed:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1 FROM no_such_table"))
    assert not isinstance(failed.value, errors.BatteryError)


async def test_ledger_ceilings_are_constraints_of_the_database(database: Database) -> None:
    head = {
        "org_id": "org_acme",
        "extra_granted": 5,
        "extra_used": 6,
        "price_email": 1,
        "price_phone": 10,
        "price_personality": 100,
        "own_prices": False,
    }
    with pytest.raises(IntegrityError, match="extra_ceiling"):
        async with database.write() as connection:
            await connection.execute(insert(schema.org_head), head)


async def test_sqlite_is_durable_at_every_commit(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    def pragmas(connection: Connection) -> tuple[object, ...]:
        return tuple(
            connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")
        )

    assert await database.carry_out(pragmas) == ("wal", 2)
    for block in (database.write, database.read):
        async with block() as connection:
            assert await connection.run_sync(pragmas) == ("wal", 2)
    await database.close()


async def test_postgresql_plans_by_index_on_tables_it_has_no_figures_of(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.write() as connection:
        assert await connection.scalar(text("SHOW enable_seqscan")) == "off"
        assert await connection.scalar(text("SHOW synchronous_commit")) == "on"
    await database.close()


async def test_sqlite_waits_for_another_process_and_then_writes(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    other = other_process(sqlite_url)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(_write(database))
    await asyncio.sleep(0)
    assert not writing.done()
    other.execute("COMMIT")
    await writing
    other.close()
    assert await values(database) == ["first"]
    await database.close()


async def test_sqlite_locked_beyond_its_patience_is_an_outage(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    database = Database(sqlite_url)
    async with database.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    other = other_process(sqlite_url)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.Unavailable) as told:
        await _write(database)
    assert told.value.retry_after_s > 0
    assert await values(database) == []
    other.execute("COMMIT")
    other.close()
    await _write(database)
    assert await values(database) == ["first"]
    await database.close()


async def test_a_folder_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'battery.db'}")
    threads = threading.active_count()
    with pytest.raises(errors.Unavailable):
        await database.ping()
    await database.close()
    # The driver's thread answers this loop once more before it ends.
    await eventually(lambda: threading.active_count() <= threads)


async def _write(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(schema.deployment), ROW)


def other_process(url: str) -> sqlite3.Connection:
    """What another process would hold: a connection of its own to the file."""
    return sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
