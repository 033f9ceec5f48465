"""Files as answers: streamed while they are made, or from a temporary file that goes with them."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import IO

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

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
