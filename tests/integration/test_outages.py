"""What the world does to a database is an outage; what this code does is a bug, and neither says
values."""

import asyncio

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.domain.errors import Unavailable
from server.store import schema
from server.store.engine import Database, is_outage
from tests.services import Postgres

OUTAGES = ["08006", "25006", "40001", "40P01", "53100", "53300", "55P03", "57P01", "57P03"]
BUGS = ["22001", "22P02", "23505", "42601", "42P01"]


async def raised(database: Database, state: str) -> DBAPIError:
    """What a statement that fails with this SQLSTATE raises, from a real server."""
    body = f"BEGIN RAISE EXCEPTION 'said by the test' USING ERRCODE = '{state}'; END"

    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(text(f"DO $$ {body} $$"))

    with pytest.raises((DBAPIError, Unavailable)) as caught:
        await fail()
    error = caught.value
    cause = error.__cause__ if isinstance(error, Unavailable) else error
    assert isinstance(cause, DBAPIError)
    return cause


@pytest.mark.parametrize("state", OUTAGES)
async def test_postgresqls_troubles_are_outages(postgres_url: str, state: str) -> None:
    database = Database(postgres_url)
    assert is_outage(await raised(database, state))
    await database.close()


@pytest.mark.parametrize("state", BUGS)
async def test_a_statement_postgresql_refuses_is_a_bug(postgres_url: str, state: str) -> None:
    database = Database(postgres_url)
    assert not is_outage(await raised(database, state))
    await database.close()


async def test_a_postgresql_without_a_free_connection_is_an_outage(
    postgres: Postgres, postgres_url: str
) -> None:
    name = postgres_url.rsplit("/", 1)[1]
    postgres.psql(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    postgres.psql("CREATE ROLE visitor LOGIN")
    try:
        database = Database(postgres_url.replace("battery@", "visitor@"))
        with pytest.raises(Unavailable):
            await database.ping()
        await database.close()
    finally:
        postgres.psql("DROP ROLE visitor")


async def test_a_failed_statement_tells_no_values(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    row = {"name": "epoch", "value": "ana.secret@kestrel.example"}

    async def say_twice() -> None:
        async with database.write() as connection:
            await connection.execute(insert(schema.deployment).values(row))
            await connection.execute(insert(schema.deployment).values(row))

    with pytest.raises(IntegrityError) as caught:
        await say_twice()
    assert "ana.secret" not in str(caught.value)
    await database.close()


async def test_readers_that_read_for_long_leave_the_writers_alone(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.run_sync(schema.metadata.create_all)
    reading, done = asyncio.Event(), asyncio.Event()

    async def read_for_long() -> None:
        async with database.read():
            reading.set()
            await done.wait()

    readers = [asyncio.create_task(read_for_long()) for _ in range(20)]
    await reading.wait()
    async with database.write() as connection:
        await connection.execute(insert(schema.deployment).values(name="epoch", value="1"))
    done.set()
    await asyncio.gather(*readers)
    await database.close()


async def test_a_hosted_postgresqls_sslmode_is_understood(postgres_url: str) -> None:
    database = Database(f"{postgres_url}?sslmode=disable")
    await database.ping()
    await database.close()
