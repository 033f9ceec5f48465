"""A load of HTTP calls from kept-open connections, each sending its next call when answered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import cast

_LENGTH = b"content-length: "
_END = b"\r\n\r\n"


class RefusedError(Exception):
    """An answer was not 200: what was measured is not what was meant."""


class Connection(asyncio.Protocol):
    """One of them. `next_request` gives the bytes of a call, or None when it is enough."""

    def __init__(self) -> None:
        self.answered = 0
        self.last_answer = b""
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._next_request: Callable[[], bytes | None] = lambda: None
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def run(self, next_request: Callable[[], bytes | None]) -> "asyncio.Future[None]":
        """Calls until there is no next call; done when all are answered."""
        self._done = asyncio.get_running_loop().create_future()
        self._next_request = next_request
        self._send()
        return self._done

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END)
        if end < 0:
            return
        start = self._received.index(_LENGTH) + len(_LENGTH)
        size = int(self._received[start : self._received.index(b"\r", start)])
        if len(self._received) < end + len(_END) + size:
            return
        answer, self._received = self._received, b""
        self.answered += 1
        if not answer.startswith(b"HTTP/1.1 200"):
            self._fail(RefusedError(answer.decode()))
        else:
            self.last_answer = answer[end + len(_END) :]
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("the server closed a connection"))

    def _send(self) -> None:
        assert self._transport is not None
        request = self._next_request()
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._done.set_result(None)

    def _fail(self, failure: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(failure)


async def connect(port: int, count: int) -> list[Connection]:
    """`count` connections to a server on this machine."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(count)]
    return [connection for _, connection in made]


async def calls_per_s(
    connections: Sequence[Connection], requests: Sequence[Callable[[], bytes]], seconds: float
) -> float:
    """Calls answered per second. `requests` make the calls of the connection at their place."""
    began = time.perf_counter()
    ends = began + seconds
    before = sum(connection.answered for connection in connections)

    def until_the_end(request: Callable[[], bytes]) -> Callable[[], bytes | None]:
        return lambda: request() if time.perf_counter() < ends else None

    await asyncio.gather(
        *(
            connection.run(until_the_end(request))
            for connection, request in zip(connections, requests, strict=True)
        )
    )
    answered = sum(connection.answered for connection in connections) - before
    return answered / (time.perf_counter() - began)


def post(path: str, token: str, body: bytes) -> bytes:
    """A call as the extension's `fetch` would send it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
