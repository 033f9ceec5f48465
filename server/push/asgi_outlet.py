"""The way out under a server that offers no prepared frames: plain ASGI sends."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from server.push.outlet import (
    CLOSE_WAIT_S,
    HIGH_WATER_BYTES,
    LOW_WATER_BYTES,
    Listener,
    payloads,
    reason_of,
)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AsgiOutlet:
    """An Outlet over ASGI's `send`. Who owns the connection runs `drain` beside receiving."""

    def __init__(self, send: Send) -> None:
        self.lagging = False
        self._send = send
        self._listener: Listener | None = None
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self._cut = asyncio.Event()

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    def write(self, frames: bytes) -> None:
        if self._closing is not None:
            return
        for payload in payloads(frames):
            self._waiting.append(payload)
            self._waiting_bytes += len(payload)
        self._wake.set()
        if self._waiting_bytes > HIGH_WATER_BYTES and not self.lagging:
            self.lagging = True
            if self._listener is not None:
                self._listener.lagged()

    def close(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = (code, reason_of(reason))
            self._wake.set()
            asyncio.get_running_loop().call_later(CLOSE_WAIT_S, self._cut.set)

    def attach(self, listener: Listener | None) -> None:
        self._listener = listener

    async def drain(self) -> None:
        """Sends what was written until the socket is closed and the close is through."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                payload = self._waiting.popleft()
                await self._send({"type": "websocket.send", "text": payload.decode()})
                self._waiting_bytes -= len(payload)
                self._recover()
            if self._closing is not None:
                code, reason = self._closing
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
                return

    async def cut_off(self) -> None:
        """Returns when a closed socket's peer had CLOSE_WAIT_S to take what was written."""
        await self._cut.wait()

    def _recover(self) -> None:
        if self.lagging and self._waiting_bytes < LOW_WATER_BYTES:
            self.lagging = False
            if self._listener is not None:
                self._listener.drained()
