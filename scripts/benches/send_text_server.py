"""What one writes first: `await websocket.send_text` to one socket after another, uvicorn as it
comes."""

import os
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from scripts.benches.children import PORT_VARIABLE
from scripts.benches.events import EVENT_VARIABLE, EVENTS_PATH, NUMBER, SOCKET_PATH


class Office:
    """The open sockets of one org."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._sockets: set[WebSocket] = set()

    async def join(self, websocket: WebSocket) -> None:
        """Until it leaves."""
        await websocket.accept()
        self._sockets.add(websocket)
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
        self._sockets.discard(websocket)

    async def announce(self, request: Request) -> Response:
        """`?first=&count=`: so many events in a row."""
        first, count = (int(request.query_params[name]) for name in ("first", "count"))
        for number in range(first, first + count):
            text = self._event.replace(NUMBER, str(number))
            for websocket in self._sockets:
                await websocket.send_text(text)
        return Response(status_code=204)


def main() -> None:
    office = Office(os.environ[EVENT_VARIABLE])
    app = Starlette(
        routes=[
            Route(EVENTS_PATH, office.announce, methods=["POST"]),
            WebSocketRoute(SOCKET_PATH, office.join),
        ]
    )
    uvicorn.run(app, port=int(os.environ[PORT_VARIABLE]))


if __name__ == "__main__":
    main()
