"""Clients that leave in the middle of a job's file, through the whole app (api.md, Jobs)."""

import asyncio
import gc
import os
import random
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from starlette.types import Message

from server.store.engine import READERS
from tests.integration.job_calls import completed, quoted_import
from tests.integration.whole import API, Person, Whole, open_whole

ROWS = 1_200
NOTE_BYTES = 300
"""So many random ones in each row make a workbook of several parts."""


@pytest.fixture
async def whole(tmp_path: Path, database_url: str) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path, database_url=database_url) as whole:
        yield whole
        # A file that nobody closed is told of here.
        gc.collect()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
async def path(whole: Whole) -> str:
    """Of the file of a completed import, which cost nothing, without its format."""
    dice = random.Random(7)
    notes = [dice.randbytes(NOTE_BYTES).hex() for _ in range(ROWS)]
    lines = [f"Nobody {n},Nowhere {n},{note}\n" for n, note in enumerate(notes)]
    bob = whole.people.bob
    job = await quoted_import(whole, bob, "Name,Company,Note\n" + "".join(lines))
    await completed(whole, bob, job)
    return f"/jobs/{job['id']}/file?format="


class Leaver:
    """A client that is gone after `parts` of a body, as uvicorn tells the app of it: by the next
    message. `got`: what it had read by then."""

    def __init__(self, parts: int) -> None:
        self.got = b""
        self._left = parts
        self._gone = asyncio.Event()
        self._asked = False

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            return
        if self._left == 0:
            self._gone.set()
            await asyncio.Event().wait()
        self._left -= 1
        self.got += message.get("body", b"")


async def fetch_and_leave(whole: Whole, who: Person, path: str, leaver: Leaver) -> None:
    """Asks for a file as a server hands the request to the app, and leaves."""
    route, _, query = f"{API}{path}".partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"authorization", f"Bearer {who.token}".encode()), (b"host", b"battery")],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await whole.app(scope, leaver.receive, leaver.send)


@pytest.mark.parametrize(("ending", "parts"), [("csv", 2), ("xlsx", 1)])
async def test_a_download_cut_off_half_way_leaves_nothing_open_and_the_next_is_whole(
    whole: Whole, path: str, temporary: Path, ending: str, parts: int
) -> None:
    bob = whole.people.bob
    before = (await whole.call("GET", path + ending, bob)).content
    for _ in range(READERS + 1):
        leaver = Leaver(parts)
        await fetch_and_leave(whole, bob, path + ending, leaver)
        assert 0 < len(leaver.got) < len(before)
    assert os.listdir(temporary) == []
    after = await whole.call("GET", path + ending, bob)
    assert after.status_code == 200
    assert rows_of(after.content, ending) == rows_of(before, ending)
    assert len(rows_of(after.content, ending)) == ROWS + 1


def rows_of(content: bytes, ending: str) -> list[object]:
    """All lines, or all rows."""
    if ending == "csv":
        return list(content.splitlines())
    sheet = openpyxl.load_workbook(BytesIO(content), read_only=True).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))
