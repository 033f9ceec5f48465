"""A Starlette socket that does nothing, on uvicorn with deflate off: the least memory that a socket
takes there without a protocol of one's own."""

import os
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from scripts.benches.children import PORT_VARIABLE
from scripts.benches.events import SOCKET_PATH


async def idle(websocket: WebSocket) -> None:
    """Until it leaves."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()


def main() -> None:
    app = Starlette(routes=[WebSocketRoute(SOCKET_PATH, idle)])
    uvicorn.run(app, port=int(os.environ[PORT_VARIABLE]), ws_per_message_deflate=False)


if __name__ == "__main__":
    main()
