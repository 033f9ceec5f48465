"""A server that answers as a test scripts it: faults that a real one seldom has.

It listens on a real port, because what is tested is what happens on the wire.
"""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.serve import listen
from tests.services import READY_TIMEOUT_S, free_port

JOB = "job_scripted"
CSV = b"name,email\r\nAna Beck,ana.beck@initech.example\r\n"
COUNTS = {"rows": 3, "found": 2, "not_found": 1, "duplicates": 0, "already_owned": 0, "net_new": 2}
SPLIT = {"from_license": 2, "from_extra": 0}
SETTLED = {"charged": 2, "already_owned": 0, "duplicates": 0, "not_found": 1, "over_hold": 0}


class Script:
    """What the server answers next; `asked` is what it was asked, as `POST /jobs/…/start`."""

    def __init__(self) -> None:
        self.url = ""
        self.status = "quoted"
        self.credits = 2
        self.max_credits: int | None = None
        self.affordable = True
        self.ends_as = "completed"
        """What the job is once somebody has looked at it `looks` times while it ran."""
        self.looks = 0
        self.has_socket = True
        self.refusals: dict[str, list[Response]] = {}
        """Given once each, before an answer to a call."""
        self.cut_off_after: list[int | None] = []
        """Bytes after which a download breaks off; None breaks none."""
        self.has_length = True
        self.asked: list[str] = []
        self.keys: list[str] = []

    def job(self) -> dict[str, Any]:
        """As api.md has it."""
        counts = {**COUNTS, "credits": self.credits}
        is_done = self.status == "completed"
        settled = {**SETTLED, "credits": 2}
        return {
            "id": JOB,
            "action": "export",
            "status": self.status,
            "by": {"id": "usr_bob", "name": "Bob Reyes"},
            "progress": {"done": 3 if is_done else 1, "total": 3},
            "quote": {
                **counts,
                **SPLIT,
                "license_after": 98,
                "extra_after": 0,
                "affordable": self.affordable,
                "short_by": 0 if self.affordable else 7,
                "as_of_seq": 4,
                "by_kind": {"email": counts},
            },
            "settlement": {**settled, **SPLIT, "seq": 9, "by_kind": {"email": settled}}
            if is_done
            else None,
            "account": [],
            "kinds": ["email"],
            "max_credits": self.max_credits,
            "label": "",
            "columns": {},
            "file": None,
            "sample": [],
            "problems": [],
            "problem_count": 0,
            "error": "the disk is full" if self.status == "failed" else None,
            "created_at": "2026-11-23T12:00:00Z",
            "started_at": None,
            "finished_at": None,
            "expires_at": "2026-11-24T12:00:00Z",
        }

    def refuse(self, call: str, status: int, code: str, detail: str, **heads: str) -> None:
        """The next such call gets a problem instead of its answer."""
        problem = {"title": "", "status": status, "code": code, "detail": detail}
        answer = JSONResponse(problem, status, heads, media_type="application/problem+json")
        self.refusals.setdefault(call, []).append(answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every HTTP call below `/api/v1`."""
        request = Request(scope, receive)
        await request.body()
        call = f"{request.method} {request.url.path.removeprefix('/api/v1')}"
        self.asked.append(call)
        self.keys.extend(request.headers.getlist("Idempotency-Key"))
        waiting = self.refusals.get(call, [])
        answer = waiting.pop(0) if waiting else self._answer(call)
        await answer(scope, receive, send)

    def _answer(self, call: str) -> Response:
        match call:
            case "GET /me":
                user = {"id": "usr_bob", "name": "Bob", "email": "bob@acme.example", "role": "rep"}
                org = {"id": "org_acme", "name": "Acme", "time_zone": "UTC"}
                deployment = {
                    "contact": "Ask Alice.",
                    "admin_reversals": {"days": 0, "credits": 0, "credits_left": None},
                    "import_limits": {"file_bytes": 50_000_000, "rows": 100_000},
                    "demo": False,
                }
                return JSONResponse({"user": user, "org": org, **deployment})
            case "POST /exports":
                return JSONResponse(self.job(), 201)
            case "POST /jobs/job_scripted/start":
                self.status = "running"
                return JSONResponse(self.job(), 202)
            case "POST /jobs/job_scripted/stop":
                self.status = "stopped"
                return JSONResponse(self.job())
            case "GET /jobs/job_scripted":
                return JSONResponse(self._looked_at())
            case "GET /jobs/job_scripted/file":
                return self._file()
            case _:
                raise AssertionError(f"nobody calls {call}")

    def _looked_at(self) -> dict[str, Any]:
        if self.status in ("running", "settling"):
            self.looks -= 1
            if self.looks < 0:
                self.status = self.ends_as
        return self.job()

    def _file(self) -> Response:
        end = self.cut_off_after.pop(0) if self.cut_off_after else None
        heads = {"Content-Disposition": 'attachment; filename="../export.csv"'}
        if self.has_length:
            heads["Content-Length"] = str(len(CSV))
        return StreamingResponse(_parts(end), headers=heads, media_type="text/csv")

    async def socket(self, websocket: WebSocket) -> None:
        """Says welcome, then that the job has ended, where there is a socket at all."""
        if not self.has_socket:
            await websocket.close()
            return
        await websocket.accept("battery.v1")
        hello = await websocket.receive_json()
        assert hello["type"] == "hello"
        await websocket.send_json({"type": "welcome", "jobs": []})
        await websocket.send_json({"type": "battery", "seq": 5})
        self.status = self.ends_as
        await websocket.send_json({"type": "job", "job": {**self.job(), "id": "job_another"}})
        await websocket.send_json({"type": "job", "job": self.job()})
        try:
            await websocket.receive_text()
        except WebSocketDisconnect:
            return


async def _parts(end: int | None) -> AsyncIterator[bytes]:
    yield CSV[:end]
    if end is not None:
        raise BrokenOff


class BrokenOff(Exception):
    """uvicorn drops the connection of an answer that fails half-way."""


@contextmanager
def scripted() -> Iterator[Script]:
    """A running server of its own; it ends with the test."""
    script = Script()
    port = free_port()
    script.url = f"http://127.0.0.1:{port}"
    app = Starlette(
        routes=[
            WebSocketRoute("/api/v1/socket", script.socket),
            Route("/api/v1/{rest:path}", script, methods=["GET", "POST", "DELETE"]),
        ]
    )
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = _Ready(config)
    listening = listen("127.0.0.1", port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        assert server.is_ready.wait(READY_TIMEOUT_S)
        yield script
    finally:
        server.should_exit = True
        thread.join(READY_TIMEOUT_S)
        listening.close()


class _Ready(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = threading.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()
