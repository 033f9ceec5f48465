"""How a server of the bench runs: the app under the product's own uvicorn settings."""

import os
import socket
from typing import cast

import uvicorn
from starlette.applications import Starlette
from uvicorn._types import ASGIApplication

from scripts.benches.children import READY
from server.push.frames import uvicorn_config
from server.serve import listen
from server.settings import Settings


class Announcing(uvicorn.Server):
    """uvicorn, saying when it takes connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(1, f"{READY}\n".encode())


def serve(app: Starlette, settings: Settings) -> None:
    """Serves until the process is stopped."""
    config = uvicorn_config(cast(ASGIApplication, app), settings)
    Announcing(config).run(sockets=[listen(settings.host, settings.port)])
