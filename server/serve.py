"""Runs one server process until it is told to stop."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from typing import cast

import uvicorn
from starlette.applications import Starlette
from uvicorn._types import ASGIApplication

from server.app import create_app
from server.domain import errors
from server.house import House
from server.push.frames import uvicorn_config
from server.settings import Settings

COLLECT_EVERY_ALLOCATIONS = 10_000

AnnounceReady = Callable[[str], None]
"""Told the address once connections are accepted."""


def run(settings: Settings, announce_ready: AnnounceReady) -> None:
    """Serve until SIGINT or SIGTERM. Raises Unavailable when the port or the SQLite file is
    taken."""
    serve(create_app(House(settings)), settings, announce_ready)


def serve(app: Starlette, settings: Settings, announce_ready: AnnounceReady) -> None:
    """`run`, for an app that is built already."""
    listening = listen(settings.host, settings.port)
    server = _Announcing(uvicorn_config(cast(ASGIApplication, app), settings), announce_ready)

    def failure() -> errors.BatteryError | None:
        return getattr(app.state, "start_failure", None)

    # uvicorn logs the traceback of whatever ended its start, and exits; a refusal is told in words.
    logging.getLogger("uvicorn.error").addFilter(lambda _record: failure() is None)
    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))
    except SystemExit:
        refusal = failure()
        if refusal is None:
            raise
        raise refusal from None


def collect_rarely() -> None:
    """What was built at start is never walked again, and requests, which make no cycles, seldom.

    With Python's own thresholds collecting cycles took a quarter of the loop's time under reveals.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY_ALLOCATIONS, 10, 10)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises Unavailable in plain words when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise errors.Unavailable(
            f"Cannot listen on {host} port {port}: {error.strerror}. "
            "Stop what runs there or set BATTERY_PORT."
        ) from None
    listening.set_inheritable(True)
    return listening


def address_of(listening: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Announcing(uvicorn.Server):
    """uvicorn, saying when it is ready."""

    def __init__(self, config: uvicorn.Config, announce_ready: AnnounceReady) -> None:
        super().__init__(config)
        self._announce_ready = announce_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        collect_rarely()
        if sockets and not self.should_exit:
            self._announce_ready(address_of(sockets[0]))
