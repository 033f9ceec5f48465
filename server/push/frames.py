"""uvicorn's WebSocket protocol with a straight way to its transport (push.md, The supported hook).

`WebSocketsSansIOProtocol` is not documented API: pyproject.toml pins uvicorn's minor version, and
tests/unit/test_push_frames.py holds what this class relies on.
"""

import asyncio
import random
import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from server.push.outlet import (
    CLOSE_WAIT_S,
    GOING_AWAY,
    HIGH_WATER_BYTES,
    LOW_WATER_BYTES,
    MESSAGE_BYTES_MAX,
    PROTOCOL_VIOLATION,
    Listener,
    reason_of,
)
from server.settings import Settings

EXTENSION = "battery.frames"
"""The key in `scope["extensions"]` under which the protocol offers itself as an Outlet."""

UNSENT_BYTES_MAX = 16 * 1024
"""`TCP_NOTSENT_LOWAT`: without it the kernel hides megabytes before anyone sees the socket lag."""
FRAGMENTS_MAX = 64
"""Of one message. Empty fragments have no size that a byte limit could count."""
CLOSES_PER_S = 500
"""How fast a shutdown sends its sockets away: they come back to the other nodes at this rate."""
CLOSES_SPREAD_S_MAX = 5.0
GRACEFUL_SHUTDOWN_S = 10
"""Above CLOSES_SPREAD_S_MAX + CLOSE_WAIT_S, so that no socket's task needs to be cancelled."""
ACCEPT_BACKLOG = 4096

_NOTSENT_LOWAT: int | None = getattr(socket, "TCP_NOTSENT_LOWAT", None)


class FrameProtocol(WebSocketsSansIOProtocol):
    """One connection; an Outlet once its handshake is done."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = BoundedProtocol(max_size=config.ws_max_size, logger=self.logger)
        self.lagging = False
        self._listener: Listener | None = None

    def write(self, frames: bytes) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def close(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing() or self.conn.state is not OPEN:
            return
        self.conn.send_close(code, reason_of(reason))
        self._ended(code, reason)

    def attach(self, listener: Listener | None) -> None:
        self._listener = listener

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)
        raw = transport.get_extra_info("socket")
        if _NOTSENT_LOWAT is not None and raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, UNSENT_BYTES_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._listener = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self.lagging = True
        if self._listener is not None:
            self._listener.lagged()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.lagging = False
        if self._listener is not None:
            self._listener.drained()

    def shutdown(self) -> None:
        """Spreads what uvicorn does to all sockets in one instant, with a code that comes back."""
        if self.close_sent or not self.handshake_complete:
            super().shutdown()
            return
        spread_s = min(CLOSES_SPREAD_S_MAX, len(self.connections) / CLOSES_PER_S)
        self.loop.call_later(random.random() * spread_s, self.close, GOING_AWAY, "going away")

    def data_received(self, data: bytes) -> None:
        # What a peer goes on to send after it broke the rules is read, so that it can read why it
        # was sent away, and dropped.
        if self.conn.parser_exc is None:
            super().data_received(data)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][EXTENSION] = cast(dict[object, object], self)

    def handle_text(self, event: Frame) -> None:
        if not self.close_sent:
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if not self.close_sent:
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            self.frames = []
        elif len(self.frames) >= FRAGMENTS_MAX:
            self.close(PROTOCOL_VIOLATION, f"more than {FRAGMENTS_MAX} fragments in one message")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.close(PROTOCOL_VIOLATION, "not UTF-8")
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self.lagging:
            # A peer that pings and never reads would pile up the answers.
            self.conn.data_to_send()
        else:
            super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        if self.transport.get_write_buffer_size():
            # A peer that said goodbye without reading would keep what waits for it for ever.
            self.loop.call_later(CLOSE_WAIT_S, self.transport.abort)

    def handle_parser_exception(self) -> None:
        sent = self.conn.close_sent
        if sent is None:
            # Frames before the handshake was answered: there is no one to explain it to.
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
            self.transport.abort()
        else:
            self._ended(sent.code, sent.reason)
            if self.transport.can_write_eof():
                self.transport.write_eof()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # The request's headers are held twice, some kilobytes for each idle socket.
            del self.request, self.response
            self.scope["headers"] = []
            self.scope["extensions"] = {}
        elif message["type"] == "websocket.http.response.body" and self.close_sent:
            # A refused upgrade is an answer; uvicorn would log each as an error of the app.
            self.handshake_complete = True

    def _ended(self, code: int, reason: str) -> None:
        """Sends the close frame that waits in `conn` and gives the peer a moment to answer it."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_WAIT_S, self.transport.abort)


class BoundedProtocol(ServerProtocol):
    """Says a message was too large with the code of api.md; its bytes are never gathered."""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        if code == CloseCode.MESSAGE_TOO_BIG:
            code, reason = PROTOCOL_VIOLATION, f"message above {MESSAGE_BYTES_MAX // 1024} KiB"
        super().fail(code, reason)


def uvicorn_config(app: Callable[..., Any], settings: Settings) -> uvicorn.Config:
    """How the product is served: prepared frames, nothing compressed, no protocol pings.

    The app itself believes forwarded headers (server/api/origins.py), so uvicorn must not.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=FrameProtocol,
        ws_max_size=MESSAGE_BYTES_MAX,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=ACCEPT_BACKLOG,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )


def _is_utf8(fragments: list[bytes]) -> bool:
    try:
        b"".join(fragments).decode()
    except UnicodeDecodeError:
        return False
    return True
