"""Row 2: `POST /api/v1/reveals` over 64 connections, against calls of the same app that do nothing.

One server process on SQLite, durable, each reveal of another person. The load comes from this
process, on a core of its own where there are several.
"""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from scripts.benches import customer
from scripts.benches.children import Server, load_cores, module, serving
from scripts.benches.customer import Customer
from scripts.benches.figures import Line, Round, Row, Side, Target, in_turns
from scripts.benches.http_load import Connection, calls_per_s, connect, post
from scripts.benches.plan import Plan
from scripts.benches.prepared import prepared
from scripts.benches.reveals_server import ECHO, ECHO_FOR_ANYONE
from server.domain.ids import SubjectId
from server.settings import read_settings
from server.store.engine import Database
from server.wire.base import to_json
from server.wire.reveals import RevealItem, RevealRequest

CONNECTIONS = 64
REVEALS = "/api/v1/reveals"
TARGET = Target("at least", 0.5)
UNLIMITED = "1000000000"


class Usage(msgspec.Struct):
    """What the two ends computed while a side was measured."""

    server_ns: int = 0
    load_s: float = 0.0
    seconds: float = 0.0
    calls: float = 0.0


class Load:
    """The connections and what they send."""

    def __init__(
        self, server: Server, customer: Customer, subjects: Iterator[SubjectId], seconds: float
    ) -> None:
        self._server = server
        self._customer = customer
        self._subjects = subjects
        self._seconds = seconds
        self._connections: list[Connection] = []
        self.usage: dict[str, Usage] = {REVEALS: Usage(), ECHO: Usage(), ECHO_FOR_ANYONE: Usage()}

    async def open(self) -> None:
        self._connections = await connect(self._server.port, CONNECTIONS)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    async def round(self, path: str) -> float:
        """Calls per second to `path`."""
        usage = self.usage[path]
        server_ns, load_s, began = self._server.cpu_ns, time.process_time(), time.perf_counter()
        requests = [partial(self._request, path, token) for token in self._customer.tokens]
        rate = await calls_per_s(self._connections, requests, self._seconds)
        seconds = time.perf_counter() - began
        usage.server_ns += self._server.cpu_ns - server_ns
        usage.load_s += time.process_time() - load_s
        usage.seconds += seconds
        usage.calls += rate * seconds
        return rate

    @property
    def last_answer(self) -> bytes:
        return self._connections[0].last_answer

    def _request(self, path: str, token: str) -> bytes:
        item = RevealItem(subject=next(self._subjects), kinds=["email"])
        return post(path, token, to_json(RevealRequest(items=[item])))


async def measure(folder: Path, plan: Plan) -> list[Line]:
    """Against the call with sign-in and rate limit, and against the one for anyone."""
    env = {
        "BATTERY_DATA": str(folder),
        "BATTERY_LIMIT_SPENDING_BURST": UNLIMITED,
        "BATTERY_LIMIT_SPENDING_PER_S": UNLIMITED,
    }
    settings = read_settings(env)
    people = plan.subjects * 3
    acme, subjects = await prepared(settings, users=CONNECTIONS, people=people)
    with serving(module("scripts.benches.reveals_server"), env=env) as server, load_cores():
        load = Load(server, acme, iter(subjects), plan.seconds)
        await load.open()
        try:
            rows = await _rows(load, plan)
        finally:
            load.close()
    database = Database(settings.database_url)
    await customer.check(database, acme.org)
    await database.close()
    return rows


async def _rows(load: Load, plan: Plan) -> list[Line]:
    paths = (REVEALS, ECHO, ECHO_FOR_ANYONE)
    rounds: list[Round] = [partial(load.round, path) for path in paths]
    reveals, echo, for_anyone = await in_turns(rounds, plan.rounds)
    ours = Side("reveals", reveals)
    what = "POST /api/v1/reveals, 64 connections, SQLite"
    return [
        Row(
            what=what,
            unit="requests/s",
            ours=ours,
            against=Side("does nothing, same door", echo),
            target=TARGET,
            notes=[_computed(load, path) for path in paths],
        ),
        Row(
            what=what,
            unit="requests/s",
            ours=ours,
            against=Side("does nothing, open to anyone", for_anyone),
        ),
    ]


def _computed(load: Load, path: str) -> str:
    usage = load.usage[path]
    return (
        f"{path}: server {usage.server_ns / 1e3 / usage.calls:.0f} µs CPU per request, "
        f"load generator {usage.load_s / usage.seconds:.0%} of a core"
    )
