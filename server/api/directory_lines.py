"""A directory import told while it goes on: one JSON object a line (`application/x-ndjson`)."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import BinaryIO

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from server.api.endpoint import LINES
from server.api.errors import Problem, internal_problem, problem_of
from server.domain.errors import BatteryError
from server.usecases.directory import Progress
from server.wire.base import Answer, to_json
from server.wire.operator import DirectoryAnswer, DirectoryProgress, DirectoryResult

TELL_EVERY_S = 0.2
"""Often enough for a bar that moves, seldom enough to cost nothing."""

ImportDirectory = Callable[[BinaryIO, Progress | None], Awaitable[DirectoryAnswer]]


class DirectoryFailure(Answer, frozen=True, kw_only=True, tag="problem"):
    """The last line of an import that broke off. What was written before stays, and the file can be
    imported again."""

    problem: Problem


DirectoryLine = DirectoryProgress | DirectoryResult | DirectoryFailure


async def directory_lines(
    work: ImportDirectory, content: bytes, *, method: str, route: str
) -> Response:
    """The answer that tells how far the import of `content` is, and at its end what it did.

    Raises whatever ends the import before its first rows are written (UnreadableFile): that is told
    by a status, as without lines.
    """
    run = _Run(work, content)
    try:
        await run.begun()
    except BaseException:
        run.task.cancel()
        raise
    return _Lines(run, method=method, route=route)


class _Run:
    """An import under way, in a task of its own."""

    def __init__(self, work: ImportDirectory, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self._bytes_total = len(content)
        self._rows = 0
        self._first_rows = asyncio.Event()
        self.task = asyncio.ensure_future(work(self._stream, self._heard))

    def _heard(self, rows: int) -> None:
        self._rows = rows
        self._first_rows.set()

    async def begun(self) -> None:
        """Returns with the first rows, or at the end. Raises what ended the import."""
        first = asyncio.create_task(self._first_rows.wait())
        await asyncio.wait((self.task, first), return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        if self.task.done():
            self.task.result()

    def progress(self) -> DirectoryProgress:
        return DirectoryProgress(
            rows=self._rows, bytes_done=self._stream.tell(), bytes_total=self._bytes_total
        )


class _Lines(Response):
    """Sends a line for each moment, until the import has ended.

    Nobody listens for a client that leaves: a file that has arrived is imported to its end, as it
    is without lines.
    """

    media_type = LINES

    def __init__(self, run: _Run, *, method: str, route: str) -> None:
        # A proxy that collects an answer before it hands it on would keep the bar from moving.
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._run = run
        self._method = method
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._tell(send)
        except OSError:
            # The client is gone, in the words of the ASGI specification.
            await self._end()
        finally:
            self._run.task.cancel()

    async def _tell(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        while not self._run.task.done():
            await send(_line(self._run.progress()))
            await asyncio.wait((self._run.task,), timeout=TELL_EVERY_S)
        await send(_line(await self._end(), last=True))

    async def _end(self) -> DirectoryLine:
        try:
            return DirectoryResult(result=await self._run.task)
        except BatteryError as error:
            refusal = problem_of(error)
        except Exception as error:  # the status is sent: a bug is logged and told in the last line
            refusal = internal_problem(error, method=self._method, route=self._route)
        problem = msgspec.json.decode(refusal.body, type=Problem)
        return DirectoryFailure(problem=problem)


def _line(line: DirectoryLine, *, last: bool = False) -> Message:
    return {"type": "http.response.body", "body": to_json(line) + b"\n", "more_body": not last}
