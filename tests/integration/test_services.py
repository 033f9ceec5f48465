"""The fixtures that other tests stand on: real programs, ended with the test."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio as aioredis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.processes import ChildProcess, ProgramFailedError
from tests.services import Postgres, Redis, eventually, free_port


async def _one_value(url: str, sql: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return (await connection.execute(text(sql))).scalar_one()
    finally:
        await engine.dispose()


async def _make_cups(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE cup (size INTEGER)"))
        await connection.execute(text("INSERT INTO cup VALUES (3)"))
    await engine.dispose()


async def test_each_test_gets_an_empty_database_of_each_kind(database_url: str) -> None:
    await _make_cups(database_url)
    assert await _one_value(database_url, "SELECT sum(size) FROM cup") == 3


async def test_each_test_gets_an_empty_database_once_more(database_url: str) -> None:
    await _make_cups(database_url)
    assert await _one_value(database_url, "SELECT sum(size) FROM cup") == 3


async def test_a_copy_of_a_migrated_database_has_its_tables_and_is_apart(
    postgres: Postgres,
) -> None:
    first, second = (postgres.create_database(migrate=_make_cups) for _ in range(2))
    postgres.psql("DELETE FROM cup", database=first)
    assert await _one_value(postgres.url(first), "SELECT count(*) FROM cup") == 0
    assert await _one_value(postgres.url(second), "SELECT count(*) FROM cup") == 1
    postgres.drop_database(first)
    postgres.drop_database(second)


def test_postgresql_is_as_durable_as_in_production(postgres: Postgres) -> None:
    shown = [postgres.psql(f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
    assert shown == ["on", "on"]


async def test_a_database_outlives_a_power_cut(postgres: Postgres, postgres_url: str) -> None:
    await _make_cups(postgres_url)
    postgres.kill()
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await _one_value(postgres_url, "SELECT 1")
    postgres.start()
    assert await _one_value(postgres_url, "SELECT sum(size) FROM cup") == 3


async def test_redis_comes_back_on_its_port_and_empty(redis: Redis, redis_url: str) -> None:
    async with aioredis.Redis.from_url(redis_url) as client:
        await client.set("greeting", "hello")
        redis.restart()
    async with aioredis.Redis.from_url(redis_url) as client:
        assert await client.get("greeting") is None


async def test_eventually_returns_the_first_true_answer() -> None:
    answers = iter([0, 0, 7, 8])
    assert await eventually(lambda: next(answers)) == 7


async def test_eventually_asks_async_predicates_and_names_what_never_came() -> None:
    async def never() -> bool:
        return False

    with pytest.raises(AssertionError, match="the parcel"):
        await eventually(never, timeout_s=0.03, what="the parcel")


def test_free_ports_can_be_listened_on() -> None:
    listener = ChildProcess([sys.executable, "-m", "http.server", str(free_port())])
    assert listener.is_running
    listener.stop()


def test_a_program_that_fails_says_what_it_printed() -> None:
    program = ChildProcess([sys.executable, "-c", "print('no milk')"])
    with pytest.raises(ProgramFailedError, match="no milk"):
        program.wait_for_line("coffee", timeout_s=10)
    assert program.wait(timeout_s=10) == 0


def test_a_program_that_will_not_stop_is_killed() -> None:
    stubborn = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); signal.pause()"
    )
    program = ChildProcess([sys.executable, "-c", stubborn])
    program.wait_for_line("up", timeout_s=10)
    with pytest.raises(ProgramFailedError, match=r"did not end in 0\.1 s"):
        program.stop(timeout_s=0.1)
    assert not program.is_running


async def test_what_a_test_leaves_running_ends_with_pytest(tmp_path: Path) -> None:
    left_behind = tmp_path / "test_left_behind.py"
    left_behind.write_text(
        "import os, sys\n"
        "from tests.processes import ChildProcess\n"
        "def test_leaves():\n"
        "    child = ChildProcess([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"    open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    inner = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        os.getcwd(),
        "-c",
        "pyproject.toml",
        str(left_behind),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await inner.wait() == -9
    pid = int((tmp_path / "pid").read_text())
    await eventually(lambda: not psutil.pid_exists(pid), what="the child is gone")
