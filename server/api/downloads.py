"""Files as answers: streamed while they are made, or from a temporary file that goes with them."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from typing import IO, Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

RESULT = TypeVar("RESULT")

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PART_BYTES = 262_144
"""Read from the disk and handed to the socket at once."""


def csv_download(parts: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """`name.csv`, sent as it is made; its length is not known before. `name` is ASCII."""
    return StreamingResponse(parts, media_type=CSV_TYPE, headers=_attached(f"{name}.csv"))


def xlsx_download(file: IO[bytes], name: str) -> StreamingResponse:
    """`name.xlsx` from an open file at its start, which is closed afterwards, sent or not."""
    return _FileDownload(file, f"{name}.xlsx", XLSX_TYPE)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, RESULT]) -> RESULT:
    """What `work` comes to. Raises ClientDisconnect, with `work` cancelled, once the client has
    left: a workbook that nobody waits for is not built to its end."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _FileDownload(StreamingResponse):
    def __init__(self, file: IO[bytes], name: str, media_type: str) -> None:
        size = os.fstat(file.fileno()).st_size
        headers = {**_attached(name), "content-length": str(size)}
        super().__init__(_parts(file), media_type=media_type, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Also when the client left in the middle: an unnamed file is deleted by closing it.
            self._file.close()


async def _parts(file: IO[bytes]) -> AsyncIterator[bytes]:
    while part := await asyncio.to_thread(file.read, PART_BYTES):
        yield part


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
