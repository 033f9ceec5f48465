"""What a job's owner hears of it on the battery socket, and nobody else (api.md)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from uvicorn._types import ASGIApplication
from websockets.asyncio.client import connect

from server.push.frames import uvicorn_config
from tests.integration.halting_server import halt
from tests.integration.job_calls import (
    ended,
    quoted_export,
    quoted_import,
    started,
    upload_people,
    verified,
)
from tests.integration.socket_stage import Browser
from tests.integration.whole import API, VALUES, Person, Whole, open_whole
from tests.services import eventually

LOOKED_UP_WITHIN_S = 15.0
MESSAGES_PER_S = 5


class Served:
    """The whole app behind a real port. `url`: its socket's address."""

    def __init__(self, whole: Whole, url: str) -> None:
        self.whole = whole
        self.url = url

    @asynccontextmanager
    async def browser(self, who: Person) -> AsyncIterator[Browser]:
        """A browser that has been welcomed."""
        async with connect(self.url, subprotocols=["battery.v1"]) as connection:  # type: ignore[list-item]
            browser = Browser(connection)
            await browser.say(type="hello", token=who.token)
            browser.welcome = await browser.hear("welcome")
            yield browser


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with open_whole(tmp_path, database_url=database_url) as whole:
        config = uvicorn_config(cast(ASGIApplication, whole.app), whole.house.settings)
        config.lifespan = "off"
        listening = socket.create_server(("127.0.0.1", 0), backlog=config.backlog)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        await eventually(lambda: server.started)
        try:
            yield Served(whole, f"ws://127.0.0.1:{listening.getsockname()[1]}{API}/socket")
        finally:
            server.should_exit = True
            await serving
        await verified(whole, whole.people.alice)


async def jobs_until(browser: Browser, status: str) -> list[dict[str, Any]]:
    """What is told of jobs up to the first with this status."""
    told: list[dict[str, Any]] = []
    while not told or told[-1]["status"] != status:
        told.append((await browser.hear("job"))["job"])
    return told


async def test_the_owner_hears_every_change_of_status_and_the_battery_with_it(
    served: Served,
) -> None:
    whole, people = served.whole, served.whole.people
    async with served.browser(people.bob) as bob:
        job = await quoted_export(whole, people.bob, ["ana", "ben", "dora"])
        assert (await jobs_until(bob, "quoted"))[-1] == job
        await started(whole, people.bob, job)
        told = await jobs_until(bob, "completed")
        statuses = [each["status"] for each in told]
        assert list(dict.fromkeys(statuses)) == ["running", "settling", "completed"]
        done = [each["progress"]["done"] for each in told]
        assert done == sorted(done)
        assert told[-1] == await whole.get(f"/jobs/{job['id']}", people.bob)
        batteries = [each["battery"] for each in bob.heard if each["type"] == "battery"]
        assert [each["license"]["held"] for each in batteries[:1]] == [3]
        assert batteries[-1]["license"]["used"] == 3
        assert batteries[-1]["license"]["held"] == 0


async def test_r05_colleagues_hear_what_was_exported_and_nothing_of_the_job(served: Served) -> None:
    whole, people = served.whole, served.whole.people
    async with served.browser(people.jane) as jane, served.browser(people.alice) as alice:
        job = await quoted_export(whole, people.bob, ["ana", "ben"])
        await started(whole, people.bob, job)
        await ended(whole, people.bob, job)
        for browser in (jane, alice):
            heard: set[str] = set()
            while heard != {whole.ids["ana"], whole.ids["ben"]}:
                changes = await browser.hear("changes")
                assert {item["action"] for item in changes["items"]} <= {"export"}
                heard |= {item["subject"] for item in changes["items"]}
            assert "job" not in [message["type"] for message in browser.heard]
            assert not [value for value in VALUES["ana"] if value in str(browser.heard)]


async def test_welcome_lists_the_own_unfinished_jobs(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, people = served.whole, served.whole.people
    halted = halt(whole.house.charger, monkeypatch)
    running = await quoted_export(whole, people.bob, ["ana"])
    await started(whole, people.bob, running)
    async with asyncio.timeout(LOOKED_UP_WITHIN_S):
        await halted.looked_up.wait()
    stopped = await quoted_export(whole, people.bob, ["ben"])
    await whole.call("POST", f"/jobs/{stopped['id']}/stop", people.bob)
    whole.clock.move(seconds=1)
    quoted = await quoted_import(whole, people.bob, "email\nana.beck@initech.example\n")
    async with served.browser(people.bob) as bob, served.browser(people.alice) as alice:
        told = {job["id"]: job["status"] for job in bob.welcome["jobs"]}
        assert told == {running["id"]: "running", quoted["id"]: "quoted"}
        assert [job["id"] for job in bob.welcome["jobs"]] == [quoted["id"], running["id"]]
        assert alice.welcome["jobs"] == []
        halted.go_on.set()
        await jobs_until(bob, "completed")
    async with served.browser(people.bob) as bob:
        assert [job["id"] for job in bob.welcome["jobs"]] == [quoted["id"]]


async def test_the_owner_hears_who_stopped_it_and_the_credits_come_back(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, people = served.whole, served.whole.people
    halted = halt(whole.house.charger, monkeypatch)
    job = await quoted_export(whole, people.bob, ["ana", "dora"])
    await started(whole, people.bob, job)
    async with asyncio.timeout(LOOKED_UP_WITHIN_S):
        await halted.looked_up.wait()
    async with served.browser(people.bob) as bob:
        assert bob.welcome["battery"]["license"]["held"] == 2
        await whole.call("POST", f"/jobs/{job['id']}/stop", people.alice)
        [told] = await jobs_until(bob, "stopped")
        assert told["id"] == job["id"]
        halted.go_on.set()
        while bob.heard[-1].get("battery", {}).get("license", {}).get("held") != 0:
            await bob.hear_any()


async def test_progress_is_told_at_most_five_times_a_second(served: Served) -> None:
    whole, people = served.whole, served.whole.people
    await whole.license(people.bob, 10_000)
    company = [(f"Wave Crest {n:04}", f"p{n}@wavecrest.example") for n in range(2_000)]
    await upload_people(whole, "Wavecrest", company)
    loop = asyncio.get_running_loop()
    async with served.browser(people.bob) as bob:
        job = await quoted_export(
            whole, people.bob, {"people": {"q": "wavecrest", "pages": [1, 100]}}
        )
        assert job["quote"]["net_new"] == 2_000
        await jobs_until(bob, "quoted")
        began = loop.time()
        await started(whole, people.bob, job)
        told = await jobs_until(bob, "completed")
        took_s = loop.time() - began
        changes_of_status = 3
        assert len(told) <= MESSAGES_PER_S * took_s + changes_of_status + 1
        assert all(each["progress"]["total"] == 2_000 for each in told)
