"""Files as answers: whatever happens to the client, no temporary file stays open."""

import asyncio
import tempfile
from typing import IO

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from server.api.downloads import PART_BYTES, while_connected, xlsx_download
from server.domain import errors


@pytest.fixture
def workbook() -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile()
    file.write(b"x" * (PART_BYTES + 1))
    file.seek(0)
    return file


async def never() -> Message:
    raise AssertionError("a download reads nothing")


SCOPE = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}


async def test_a_file_is_sent_whole_and_closed(workbook: IO[bytes]) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await xlsx_download(workbook, "book")(SCOPE, never, send)
    body = b"".join(message.get("body", b"") for message in sent)
    assert len(body) == PART_BYTES + 1
    assert workbook.closed


async def test_a_client_that_leaves_closes_the_file(workbook: IO[bytes]) -> None:
    async def broken(_message: Message) -> None:
        raise OSError("the client left")

    with pytest.raises(ClientDisconnect):
        await xlsx_download(workbook, "book")(SCOPE, never, broken)
    assert workbook.closed


async def test_what_nobody_waits_for_is_not_finished() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    messages = iter(("http.request", "http.disconnect"))

    async def leaves() -> Message:
        await begun.wait()
        return {"type": next(messages)}

    with pytest.raises(ClientDisconnect):
        await while_connected(leaves, work())
    assert ended.is_set()


async def test_what_is_waited_for_comes_or_is_told() -> None:
    async def stays() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async def done() -> str:
        return "a workbook"

    async def breaks() -> str:
        raise errors.Unavailable("The disk is full.")

    assert await while_connected(stays, done()) == "a workbook"
    with pytest.raises(errors.Unavailable):
        await while_connected(stays, breaks())
