"""kill -9 at random moments of running jobs, 50 times, of the server as a user starts it (R23).

The kills are dealt to tests, each with deployments of its own, so that none of them takes long.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.deployment import Deployment
from tests.services import BatteryServer, eventually

SEEDS = (1, 2, 3, 4, 5)
DEPLOYMENTS = 2
"""At once: while the server of one starts, that of the other is killed."""
KILLS_OF_EACH = 5
WINDOW_S = 0.3
"""A round's jobs take longer than that."""
BACKLOG = 4
"""Jobs at work below which more are sent: every kill is to meet some."""
TIMEOUT_S = 60.0


@pytest.fixture
async def deployments(tmp_path: Path) -> AsyncIterator[list[Deployment]]:
    async with AsyncExitStack() as closing:
        several = []
        for number in range(DEPLOYMENTS):
            data = tmp_path / f"data-{number}"
            data.mkdir()
            url = f"sqlite+aiosqlite:///{data / 'battery.db'}"
            several.append(await Deployment.founded(url, data))
            closing.push_async_callback(several[-1].close)
        yield several


@pytest.mark.parametrize("seed", SEEDS)
async def test_r23_killed_at_random_moments_every_job_ends_and_settles_once(
    deployments: list[Deployment], seed: int
) -> None:
    chances = [random.Random(seed * DEPLOYMENTS + n) for n in range(DEPLOYMENTS)]
    kills = [kill_again_and_again(*pair) for pair in zip(deployments, chances, strict=True)]
    assert await asyncio.gather(*kills) == [KILLS_OF_EACH] * DEPLOYMENTS
    await asyncio.gather(*(end_and_check(one) for one in deployments))


async def kill_again_and_again(deployment: Deployment, chance: random.Random) -> int:
    """Answers how many kills met jobs at work: it ends with the last that is wanted."""
    kills = 0
    while kills < KILLS_OF_EACH:
        server = await asyncio.to_thread(BatteryServer.start, deployment.env)
        number = 2 if await deployment.at_work() < BACKLOG else 0
        sending = asyncio.create_task(deployment.send_jobs(server.url, chance, number))
        await eventually(deployment.at_work, timeout_s=TIMEOUT_S)
        await asyncio.sleep(chance.uniform(0, WINDOW_S))
        await asyncio.to_thread(server.kill)
        await sending
        kills += await deployment.at_work() > 0
    return kills


async def end_and_check(deployment: Deployment) -> None:
    server = await asyncio.to_thread(BatteryServer.start, deployment.env)
    await deployment.all_ended(timeout_s=TIMEOUT_S)
    await asyncio.to_thread(server.stop)
    await deployment.check()
    assert len(deployment.started) > 0
