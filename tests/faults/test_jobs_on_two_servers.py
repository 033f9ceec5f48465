"""Two server processes on one PostgreSQL: what one leaves the other finishes within 15 s (R23)."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.deployment import Deployment
from tests.services import BatteryServer, Postgres, eventually

ROUNDS = 3
JOBS_OF_EACH_MEMBER = 2
PICKED_UP_WITHIN_S = 15.0
"""R23. The machine is shared: what is then left to be worked on has time of its own."""
TIMEOUT_S = 60.0


@pytest.fixture
async def deployment(postgres_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    founded = await Deployment.founded(postgres_url, tmp_path)
    yield founded
    await founded.close()


@asynccontextmanager
async def servers(deployment: Deployment, number: int) -> AsyncIterator[list[BatteryServer]]:
    """So many processes; those still there are stopped at the end."""
    start = [asyncio.to_thread(BatteryServer.start, deployment.env) for _ in range(number)]
    several = await asyncio.gather(*start)
    try:
        yield several
    finally:
        await asyncio.gather(*(asyncio.to_thread(one.stop) for one in several if one.is_running))


def send(
    deployment: Deployment, server: BatteryServer, chance: random.Random
) -> "asyncio.Task[None]":
    """Everybody makes and starts jobs there."""
    return asyncio.create_task(deployment.send_jobs(server.url, chance, JOBS_OF_EACH_MEMBER))


def send_to_sleep(server: BatteryServer, postgres: Postgres) -> None:
    """SIGSTOP at a moment when the server has no transaction open: what those lock would stay
    locked, with or without jobs."""
    while True:
        server.send(signal.SIGSTOP)
        if _open_transactions(postgres) == 0:
            return
        server.send(signal.SIGCONT)


def _open_transactions(postgres: Postgres) -> int:
    """Those that nobody goes on with."""
    sql = (
        "SELECT pg_sleep(0.3); SELECT count(*) FROM pg_stat_activity "
        "WHERE state LIKE 'idle in transaction%' AND now() - state_change > interval '0.25 s'"
    )
    return int(postgres.psql(sql))


async def test_r23_the_jobs_of_a_killed_server_are_picked_up_by_the_other(
    deployment: Deployment,
) -> None:
    chance = random.Random(1)
    async with servers(deployment, 1):
        for _ in range(ROUNDS):
            async with servers(deployment, 1) as [doomed]:
                sending = send(deployment, doomed, chance)
                await eventually(deployment.at_work, timeout_s=TIMEOUT_S)
                await asyncio.to_thread(doomed.kill)
                await sending
                workers = await deployment.workers()
                assert workers
                await deployment.all_left_by(workers, timeout_s=PICKED_UP_WITHIN_S)
                await deployment.all_ended(timeout_s=TIMEOUT_S)
    await deployment.check()


async def test_r23_a_server_that_is_stopped_gives_its_jobs_to_the_other_at_once(
    deployment: Deployment,
) -> None:
    async with servers(deployment, 2) as (stopping, _):
        sending = send(deployment, stopping, random.Random(2))
        await eventually(deployment.at_work, timeout_s=TIMEOUT_S)
        workers = await deployment.workers()
        await asyncio.to_thread(stopping.stop)
        await sending
        assert not workers & await deployment.workers()
        await deployment.all_ended(timeout_s=TIMEOUT_S)
    await deployment.check()


async def test_r23_a_server_that_sleeps_past_its_leases_wakes_up_harmless(
    deployment: Deployment, postgres: Postgres
) -> None:
    async with servers(deployment, 2) as (sleeper, _):
        sending = send(deployment, sleeper, random.Random(3))
        await eventually(deployment.at_work, timeout_s=TIMEOUT_S)
        await asyncio.to_thread(send_to_sleep, sleeper, postgres)
        workers = await deployment.workers()
        await deployment.all_left_by(workers, timeout_s=PICKED_UP_WITHIN_S)
        sleeper.send(signal.SIGCONT)
        await sending
        await deployment.all_ended(timeout_s=TIMEOUT_S)
    await deployment.check()
