"""50 MB of people reach a real server, 51 MB are refused, and neither fills its memory."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
import pytest

from tests.conftest import StartServer
from tests.integration.whole import API, SECRET, Person, open_whole, problem
from tests.services import BatteryServer, eventually

LIMIT_BYTES = 50_000_000
PART_BYTES = 65_536
MEMORY_BYTES = 25_000_000
"""Half the file: above what the server takes to answer its first call, below what is sent."""
BOUNDARY = "the-boundary"
TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="kinds"\r\n\r\nemail\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n'
).encode()
END = f"\r\n--{BOUNDARY}--\r\n".encode()


class Running(NamedTuple):
    """A server process and somebody who may call it."""

    server: BatteryServer
    bob: Person

    def client(self) -> httpx.AsyncClient:
        heads = {"Authorization": f"Bearer {self.bob.token}", **TYPE}
        return httpx.AsyncClient(base_url=f"{self.server.url}{API}", headers=heads, timeout=120)

    def memory_bytes(self) -> int:
        """What is the process's own, mapped files left out."""
        taken = psutil.Process(self.server.pid).memory_full_info()
        return int(taken.uss)


@pytest.fixture
async def running(tmp_path: Path, start_server: StartServer) -> Running:
    data = tmp_path / "data"
    data.mkdir()
    async with open_whole(data, now=datetime.now(UTC)) as whole:
        bob = whole.people.bob
    env = {"BATTERY_DATA": str(data), "BATTERY_SECRET": SECRET.decode()}
    return Running(await asyncio.to_thread(start_server, env), bob)


def file_of(bytes_: int) -> bytes:
    """A list of 1,000 people, and after it blank lines up to so many bytes."""
    rows = "".join(f"p{n}@wavecrest.example,Person {n}\n" for n in range(1_000))
    list_, blank = f"email,name\n{rows}".encode(), b" " * 999 + b"\n"
    return (list_ + blank * (bytes_ // len(blank)))[:bytes_]


async def in_parts(body: bytes) -> AsyncIterator[bytes]:
    """Without a Content-Length: nobody knows where it ends."""
    for start in range(0, len(body), PART_BYTES):
        yield body[start : start + PART_BYTES]


async def test_r25_50_mb_are_an_import(running: Running) -> None:
    body = HEAD + file_of(LIMIT_BYTES) + END
    async with running.client() as client:
        answer = await client.post("/imports", content=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["quote"]["net_new"] == 1_000


@pytest.mark.parametrize("length_is_told", [True, False])
async def test_51_mb_are_too_large_and_the_next_call_is_answered(
    running: Running, length_is_told: bool
) -> None:
    body = HEAD + file_of(LIMIT_BYTES + 1_000_000) + END
    async with running.client() as client:
        content = body if length_is_told else in_parts(body)
        answer = await client.post("/imports", content=content)
        assert problem(answer) == (413, "too_large")
        assert answer.json()["limit"] == LIMIT_BYTES
        assert (await client.get("/jobs")).json() == {"jobs": [], "next_before": None}


async def test_an_upload_that_waits_for_its_end_is_on_the_disk_and_not_in_memory(
    running: Running,
) -> None:
    body, go_on, sent = HEAD + file_of(LIMIT_BYTES) + END, asyncio.Event(), asyncio.Event()

    async def all_but_the_end() -> AsyncIterator[bytes]:
        async for part in in_parts(body[: -len(END)]):
            yield part
        sent.set()
        await go_on.wait()

    async with running.client() as client:
        await client.get("/jobs")
        before = running.memory_bytes()
        upload = asyncio.create_task(client.post("/imports", content=all_but_the_end()))
        await sent.wait()
        await eventually(lambda: on_disk(running.server.pid) > LIMIT_BYTES * 0.9, timeout_s=30)
        assert running.memory_bytes() - before < MEMORY_BYTES
        go_on.set()
        assert problem(await upload) == (400, "bad_request")
        await eventually(lambda: on_disk(running.server.pid) == 0)


def on_disk(pid: int) -> int:
    """Bytes of the files without a name that a process holds open."""
    files = Path(f"/proc/{pid}/fd")
    sizes = 0
    for each in files.iterdir():
        try:
            if os.readlink(each).endswith("(deleted)"):
                sizes += each.stat().st_size
        except FileNotFoundError:
            continue
    return sizes
