"""What becomes of a job: pushed on the battery socket, and asked for where there is none."""

import time
from contextlib import ExitStack, suppress

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from server.cli.calls import CLIENT, Calls
from server.wire.base import Answer, from_json, to_json
from server.wire.jobs import Job
from server.wire.socket import SUBPROTOCOL, Hello, JobMessage

POLL_EVERY_S = 1.0
"""Without a socket: behind a proxy that lets none through, or while the server is away."""
ASK_EVERY_S = 10.0
"""With one: only its owner is told of a job, an admin may follow somebody else's."""
CONNECT_EVERY_S = 5.0
OPEN_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
MESSAGE_BYTES_MAX = 4_194_304
"""`welcome` tells all unfinished jobs of the user."""


class _Message(Answer, frozen=True):
    type: str


class News:
    """Follows one job. Close it afterwards."""

    def __init__(self, calls: Calls, job: str) -> None:
        self._calls = calls
        self._job = job
        self._socket: ClientConnection | None = None
        self._open = ExitStack()
        self._connects_at = time.monotonic()

    def next(self) -> Job:
        """The job as it is after the next news, or after a while. Raises CallFailed."""
        if self._socket is None and time.monotonic() >= self._connects_at:
            self._connect()
            # What happened before the socket was open is not told on it.
            return self._calls.job(self._job)
        if self._socket is None:
            time.sleep(POLL_EVERY_S)
            return self._calls.job(self._job)
        return self._pushed(self._socket) or self._calls.job(self._job)

    def close(self) -> None:
        self._socket = None
        self._open.close()

    def _connect(self) -> None:
        self._connects_at = time.monotonic() + CONNECT_EVERY_S
        with suppress(OSError, WebSocketException):
            socket = self._open.enter_context(
                connect(
                    f"ws{self._calls.url.removeprefix('http')}/api/v1/socket",
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    compression=None,
                    open_timeout=OPEN_TIMEOUT_S,
                    close_timeout=CLOSE_TIMEOUT_S,
                    max_size=MESSAGE_BYTES_MAX,
                    user_agent_header=CLIENT,
                )
            )
            hello = Hello(client=CLIENT, token=self._calls.token)
            socket.send(to_json(hello), text=True)
            self._socket = socket

    def _pushed(self, socket: ClientConnection) -> Job | None:
        """None: nothing came for a while, or the socket is gone."""
        ends = time.monotonic() + ASK_EVERY_S
        try:
            while (left_s := ends - time.monotonic()) > 0:
                job = _job_in(socket.recv(timeout=left_s))
                if job is not None and job.id == self._job:
                    return job
        except TimeoutError:
            pass
        except (OSError, WebSocketException, msgspec.DecodeError):
            self.close()
        return None


def _job_in(frame: str | bytes) -> Job | None:
    """None for every other message, of a kind that is not known too."""
    body = frame.encode() if isinstance(frame, str) else frame
    if from_json(_Message, body).type != "job":
        return None
    return msgspec.json.decode(body, type=JobMessage).job
