"""Files as answers: whatever happens to the client, no temporary file stays open."""

import tempfile
from typing import IO

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from server.api.downloads import PART_BYTES, xlsx_download


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
