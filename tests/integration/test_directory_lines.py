"""A directory upload tells how far it is, line by line, and ends well whoever listens (demo.md)."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import httpx
import pytest
from starlette.types import Message

from server.api.directory_lines import ImportDirectory, directory_lines
from server.api.endpoint import LINES
from server.domain import errors
from server.usecases.directory import BATCH_ROWS, Progress
from server.wire.operator import DirectoryAnswer
from tests.conftest import StartServer
from tests.integration.whole import API, SECRET, SITE, Person, open_whole, problem
from tests.services import eventually

PATH = f"{API}/operator/directory"
ROWS = 12 * BATCH_ROWS
TELLING = {"Content-Type": "text/csv", "Accept": LINES}


class Running(NamedTuple):
    """A server process, its operator and one of its members."""

    url: str
    vera: str
    bob: Person

    def client(self) -> httpx.AsyncClient:
        heads = {"Authorization": f"Bearer {self.vera}", **TELLING}
        return httpx.AsyncClient(base_url=self.url, headers=heads, timeout=60)

    async def known(self, word: str) -> int:
        """How many people a member finds by this word."""
        heads = {"Authorization": f"Bearer {self.bob.token}"}
        async with httpx.AsyncClient(base_url=self.url, headers=heads) as client:
            answer = await client.get(f"{API}/people", params={"q": word})
        total: int = answer.json()["total"]
        return total


@pytest.fixture
async def running(tmp_path: Path, start_server: StartServer) -> Running:
    data = tmp_path / "data"
    data.mkdir()
    async with open_whole(data, now=datetime.now(UTC)) as whole:
        people = whole.people
    env = {"BATTERY_DATA": str(data), "BATTERY_SECRET": SECRET.decode()}
    server = await asyncio.to_thread(start_server, env)
    return Running(server.url, people.vera, people.bob)


def file_of(rows: int, word: str) -> bytes:
    lines = (f"{SITE}/in/{word}-{n},{word.title()} {n}\n" for n in range(rows))
    return ("url,name\n" + "".join(lines)).encode()


def counts(result: Any) -> tuple[int, int, int, int]:
    return result["added"], result["changed"], result["unchanged"], result["problem_count"]


async def told(client: httpx.AsyncClient, content: bytes) -> list[Any]:
    """The lines of an upload."""
    answer = await client.post(PATH, content=content)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == LINES
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_an_upload_tells_how_far_it_is_and_then_what_it_did(running: Running) -> None:
    content = file_of(ROWS, "paulo") + b"not a url,Nobody\n"
    async with running.client() as client:
        *progress, last = await told(client, content)
        assert counts(last["result"]) == (ROWS, 0, 0, 1)
        assert last["type"] == "result"
        assert {line["type"] for line in progress} == {"progress"}
        assert {line["bytes_total"] for line in progress} == {len(content)}
        for figure in ("rows", "bytes_done"):
            figures = [line[figure] for line in progress]
            assert figures == sorted(figures)
        assert BATCH_ROWS <= progress[0]["rows"] < ROWS
        plain = await client.post(PATH, content=content, headers={"Accept": "application/json"})
        assert counts(plain.json()) == (0, 0, ROWS, 1)


async def test_a_file_that_is_no_directory_is_refused_by_the_status(running: Running) -> None:
    async with running.client() as client:
        answer = await client.post(PATH, content=b"name,email\nBo,bo@bo.example\n")
        assert problem(answer) == (422, "unreadable_file")
        assert "url" in answer.json()["detail"]


async def test_a_client_that_leaves_in_the_middle_gets_a_whole_import(running: Running) -> None:
    async with running.client() as client:
        async with client.stream("POST", PATH, content=file_of(ROWS, "rosa")) as answer:
            first = json.loads(await anext(answer.aiter_lines()))
        assert first["rows"] < ROWS

    async def whole() -> bool:
        return await running.known("rosa") == ROWS

    await eventually(whole, timeout_s=30)


async def test_two_uploads_of_the_same_people_at_once_make_each_person_once(
    running: Running,
) -> None:
    header, *lines = file_of(ROWS, "tariq").splitlines(keepends=True)
    backwards = header + b"".join(reversed(lines))
    async with running.client() as client:
        one, other = await asyncio.gather(
            told(client, header + b"".join(lines)), told(client, backwards)
        )
    done = [counts(lines[-1]["result"]) for lines in (one, other)]
    assert [sum(figures) for figures in done] == [ROWS, ROWS]
    assert await running.known("tariq") == ROWS


class Listener:
    """Who takes the answer of an import; `is_gone`: who has left."""

    def __init__(self, *, is_gone: bool = False) -> None:
        self.has_begun = asyncio.Event()
        self._is_gone = is_gone
        self._sent: list[Message] = []

    async def hear(self, work: ImportDirectory) -> list[Any]:
        """The lines."""
        answer = await directory_lines(work, b"url\n", method="POST", route=PATH)
        await answer({"type": "http"}, _nothing_more, self._send)
        bodies = b"".join(message.get("body", b"") for message in self._sent)
        return [json.loads(line) for line in bodies.splitlines()]

    async def _send(self, message: Message) -> None:
        self.has_begun.set()
        if self._is_gone:
            raise OSError("the client has left")
        self._sent.append(message)


async def _nothing_more() -> Message:
    raise AssertionError("nobody asks whether the client is there")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Unavailable("The database does not answer."), 503, "unavailable"),
        (ZeroDivisionError("secret figures"), 500, "internal"),
    ],
)
async def test_what_breaks_off_in_the_middle_is_told_in_the_last_line(
    error: Exception, status: int, code: str
) -> None:
    listener = Listener()

    async def work(_stream: BinaryIO, progress: Progress | None) -> DirectoryAnswer:
        assert progress is not None
        progress(BATCH_ROWS)
        await listener.has_begun.wait()
        raise error

    *_, last = await listener.hear(work)
    assert last["type"] == "problem"
    assert (last["problem"]["status"], last["problem"]["code"]) == (status, code)
    assert "secret figures" not in json.dumps(last)


async def test_the_import_ends_also_when_nobody_can_be_told() -> None:
    listener, ended = Listener(is_gone=True), asyncio.Event()

    async def work(_stream: BinaryIO, progress: Progress | None) -> DirectoryAnswer:
        assert progress is not None
        progress(BATCH_ROWS)
        await listener.has_begun.wait()
        ended.set()
        return DirectoryAnswer(
            added=0, changed=0, unchanged=0, problem_count=0, problems=[], ignored_columns=[]
        )

    assert await listener.hear(work) == []
    assert ended.is_set()


async def test_an_upload_that_is_given_up_before_its_first_rows_is_ended() -> None:
    ended = asyncio.Event()

    async def work(_stream: BinaryIO, _progress: Progress | None) -> DirectoryAnswer:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    waiting = asyncio.create_task(directory_lines(work, b"", method="POST", route=PATH))
    await asyncio.sleep(0)
    waiting.cancel()
    await ended.wait()
