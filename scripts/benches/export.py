"""An export of 100,000 contacts: the server's memory, and how long the org's reveals wait.

One server process as the product is served. The export is driven by a thread of blocking calls, and
a colleague of the same org reveals one piece every 50 ms, whether or not the last one is answered.
"""

import asyncio
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from statistics import quantiles

import msgspec

from scripts.benches import customer
from scripts.benches.children import Memory, Server, load_cores, serving
from scripts.benches.customer import Customer
from scripts.benches.figures import Line, Row, Side, Target
from scripts.benches.http_load import Connection, connect, post
from scripts.benches.plan import Plan
from scripts.benches.prepared import prepared
from scripts.benches.product import PRODUCT, PRODUCT_READY
from scripts.benches.reveals import REVEALS
from server.domain.ids import SubjectId
from server.settings import read_settings
from server.store.engine import Database
from server.wire.base import from_json, to_json
from server.wire.jobs import ExportRequest, Job, Select
from server.wire.reveals import RevealItem, RevealRequest

MEMORY_TARGET = Target("at most", 250.0)
REVEAL_TARGET = Target("at most", 100.0)
PAUSE_S = 0.05
IDLE_S = 5.0
"""Of reveals alone: to compare with, and until the server holds what it holds anyway."""
SAMPLE_EVERY_S = 0.05
POLL_EVERY_S = 0.5
LASTS_S_MAX = 600.0
"""Something hangs if the whole takes longer."""
REVEALED = 15_000
"""More people than are revealed within LASTS_S_MAX."""
KEPT_S = 2.0
"""The server closes what is idle for 5 s."""
MB = 1e6


class NotCompletedError(Exception):
    """The export ended otherwise, or was answered otherwise."""


class Phase(msgspec.Struct, frozen=True):
    """A part of the export's life: how long it took, and what was measured during it."""

    name: str
    seconds: float
    peak: Memory
    delays_ms: list[float]

    def told(self, idle: Memory) -> str:
        own, mapped = self.peak.own - idle.own, self.peak.mapped - idle.mapped
        median, p99 = (_percentile(self.delays_ms, percent) for percent in (50, 99))
        return (
            f"{self.name}: {self.seconds:.1f} s, {own / MB:+.0f} MB (mapped {mapped / MB:+.0f}), "
            f"{len(self.delays_ms)} reveals, median {median:.1f} ms, p99 {p99:.1f} ms, "
            f"slowest {max(self.delays_ms):.1f} ms"
        )


class Exporter:
    """Bob, with blocking calls; `job` is what he exports."""

    def __init__(self, server: Server, token: str, subjects: list[str]) -> None:
        self._port = server.port
        self._heads = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._ask = to_json(
            ExportRequest(select=Select(subjects=subjects), kinds=["email"], label="Bench")
        )
        self._ends = time.monotonic() + LASTS_S_MAX
        self._job = ""

    def quote(self) -> None:
        self._job = self._told("POST", "exports", self._ask).id

    def complete(self) -> None:
        job = self._told("POST", f"jobs/{self._job}/start")
        while job.status in ("running", "settling") and time.monotonic() < self._ends:
            time.sleep(POLL_EVERY_S)
            job = self._told("GET", f"jobs/{self._job}")
        if job.status != "completed":
            raise NotCompletedError(f"{job.status}, {job.progress}: {job.error}")

    def download_xlsx(self) -> None:
        self._answer("GET", f"jobs/{self._job}/file?format=xlsx")

    def download_csv(self) -> None:
        self._answer("GET", f"jobs/{self._job}/file?format=csv")

    def _told(self, method: str, path: str, body: bytes | None = None) -> Job:
        return from_json(Job, self._answer(method, path, body))

    def _answer(self, method: str, path: str, body: bytes | None = None) -> bytes:
        caller = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LASTS_S_MAX)
        try:
            caller.request(method, f"/api/v1/{path}", body, self._heads)
            answer = caller.getresponse()
            content = answer.read()
        finally:
            caller.close()
        if answer.status >= 300:
            raise NotCompletedError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content


class Colleague:
    """Jane, who reveals at a steady pace: the next reveal does not wait for the last."""

    def __init__(self, server: Server, token: str, subjects: Iterator[SubjectId]) -> None:
        self._port = server.port
        self._token = token
        self._subjects = subjects
        self._free: list[tuple[float, Connection]] = []
        self._delays_ms: list[float] = []

    async def reveal_during(self, work: "asyncio.Future[None]") -> list[float]:
        """How long each took, in ms, from when it was due."""
        self._delays_ms = []
        due = time.perf_counter()
        async with asyncio.TaskGroup() as reveals:
            while not work.done():
                reveals.create_task(self._reveal(due))
                due += PAUSE_S
                await asyncio.sleep(due - time.perf_counter())
        return self._delays_ms

    def close(self) -> None:
        for _, connection in self._free:
            connection.close()

    async def _reveal(self, due: float) -> None:
        connection = await self._connection()
        item = RevealItem(subject=next(self._subjects), kinds=["email"])
        calls = iter([post(REVEALS, self._token, to_json(RevealRequest(items=[item])))])
        await connection.run(lambda: next(calls, None))
        self._delays_ms.append((time.perf_counter() - due) * 1e3)
        self._free.append((time.monotonic(), connection))

    async def _connection(self) -> Connection:
        """One that waits for no answer, and was used so lately that the server keeps it open."""
        while self._free:
            used, connection = self._free.pop()
            if time.monotonic() < used + KEPT_S:
                return connection
            connection.close()
        [connection] = await connect(self._port, 1)
        return connection


class Scale:
    """The most memory the server's processes held, read from a thread of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.peak = Memory(0, 0)

    def __enter__(self) -> "Scale":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            now = self._server.memory
            self.peak = Memory(max(self.peak.own, now.own), max(self.peak.mapped, now.mapped))
            if self._is_over.wait(SAMPLE_EVERY_S):
                return


async def measure(env: dict[str, str], plan: Plan, where: str) -> list[Line]:
    """Peak memory above idle in MB, and the 99th percentile of the reveals' delays in ms.

    The memory is the processes' own; what they map of the database's file is in the notes.
    """
    settings = read_settings(env)
    people = plan.exported + REVEALED
    acme, subjects = await prepared(settings, users=2, people=people)
    with serving(PRODUCT, env=env, ready=PRODUCT_READY) as server, load_cores():
        idle, *phases = await _phases(server, acme, subjects, plan.exported)
    database = Database(settings.database_url)
    await customer.check(database, acme.org)
    await database.close()
    peak = max(phase.peak.own for phase in phases) - idle.peak.own
    delays_ms = [delay_ms for phase in phases for delay_ms in phase.delays_ms]
    what = f"export of {plan.exported:,} contacts, {where}"
    return [
        Row(
            what=f"{what}: peak memory above idle",
            unit="MB",
            ours=Side("the product", [peak / MB]),
            target=MEMORY_TARGET,
            notes=[phase.told(idle.peak) for phase in (idle, *phases)],
        ),
        Row(
            what=f"{what}: single reveals of the org meanwhile, p99",
            unit="ms",
            ours=Side("the product", [_percentile(delays_ms, 99)]),
            target=REVEAL_TARGET,
        ),
    ]


async def _phases(
    server: Server, acme: Customer, subjects: tuple[SubjectId, ...], exported: int
) -> list[Phase]:
    """Idle first: reveals alone."""
    bobs, janes = acme.tokens
    exporter = Exporter(server, bobs, list(subjects[:exported]))
    colleague = Colleague(server, janes, iter(subjects[exported:]))
    works: dict[str, Callable[[], None]] = {
        "reveals alone": lambda: time.sleep(IDLE_S),
        "quote": exporter.quote,
        "run and settle": exporter.complete,
        "XLSX": exporter.download_xlsx,
        "CSV": exporter.download_csv,
    }
    try:
        return [await _phase(name, work, server, colleague) for name, work in works.items()]
    finally:
        colleague.close()


async def _phase(
    name: str, work: Callable[[], None], server: Server, colleague: Colleague
) -> Phase:
    began = time.perf_counter()
    with Scale(server) as scale:
        working = asyncio.ensure_future(asyncio.to_thread(work))
        delays_ms = await colleague.reveal_during(working)
        await working
    return Phase(name, time.perf_counter() - began, scale.peak, delays_ms)


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
