"""Row 3: one org's event to 1,000 sockets, against Bun's native publish and a loop of `send_text`.

An event is measured from the request that announces it to the moment when the last of the sockets
has it; the next one follows after a pause, so that each is flushed by itself. Fifty back to back
are announced in one turn: each side may join them as it likes. Server and readers have a core each
where there are two.
"""

import asyncio
import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import update

from scripts.benches import events
from scripts.benches.bun import NoBunError, bun
from scripts.benches.children import (
    SERVER_CORES,
    UVICORN_READY,
    Server,
    load_cores,
    module,
    serving,
)
from scripts.benches.crowd import Crowd, Way
from scripts.benches.customer import Customer
from scripts.benches.figures import Line, Round, Row, Side, Target, Told, in_turns
from scripts.benches.plan import Plan
from scripts.benches.prepared import prepared
from server.api.socket import PATH as BATTERY_SOCKET
from server.settings import Settings, read_settings
from server.store.engine import Database
from server.store.schema import org_head

BURST = 50
PAUSE_FACTOR = 3
"""Between two events, in times of the last one: our hub rests for two rounds after each."""
BUN_SERVER = Path(__file__).with_name("bun_server.js")

WaitForLast = Callable[[Crowd, int, int], float]
"""Until all have the events of a burst: the crowd, the newest event's number, how many."""


class Cost(msgspec.Struct):
    """What a server computed while it was measured."""

    cpu_ns: int = 0
    deliveries: int = 0

    def __str__(self) -> str:
        return f"{self.cpu_ns / 1e3 / self.deliveries:.2f} µs"


class Peer:
    """One server and its crowd."""

    def __init__(self, name: str, server: Server, way: Way, sockets: int, wait: WaitForLast):
        self.name = name
        self.cost: dict[int, Cost] = {}
        self._server = server
        self._crowd = Crowd(way, sockets)
        self._wait = wait
        self._next = events.FIRST

    def close(self) -> None:
        self._crowd.close()

    async def round(self, bursts: int, count: int) -> float:
        """Deliveries per second in `bursts` bursts of `count` events each."""
        cost = self.cost.setdefault(count, Cost())
        before, seconds = self._server.cpu_ns, 0.0
        # A new one each time: a server closes what was silent while others were measured.
        with closing(http.client.HTTPConnection("127.0.0.1", self._server.port)) as announcer:
            for _ in range(bursts):
                self._crowd.forget()
                last = self._burst(announcer, count)
                seconds += last
                await asyncio.sleep(PAUSE_FACTOR * last)
        deliveries = len(self._crowd) * count * bursts
        cost.cpu_ns += self._server.cpu_ns - before
        cost.deliveries += deliveries
        return deliveries / seconds

    def _burst(self, announcer: http.client.HTTPConnection, count: int) -> float:
        """Seconds from the request to the last socket."""
        newest = self._next + count - 1
        target = f"{events.EVENTS_PATH}?first={self._next}&count={count}"
        self._next += count
        began = time.perf_counter()
        announcer.request("POST", target)
        ended = self._wait(self._crowd, newest, count)
        announcer.getresponse().read()
        return ended - began


def by_ending(crowd: Crowd, newest: int, _count: int) -> float:
    """For plain frames, joined or not."""
    return crowd.wait_for_ending(events.ending(newest))


def by_frames(crowd: Crowd, _newest: int, count: int) -> float:
    """For compressed frames."""
    return crowd.wait_for_frames(count)


async def measure(folder: Path, plan: Plan) -> list[Line]:
    """Bun may be missing: its rows then say why."""
    settings = read_settings({"BATTERY_DATA": str(folder)})
    acme, _ = await prepared(settings, users=plan.sockets, people=0)
    await _begin_at(settings, acme)
    with ExitStack() as stack:
        stack.enter_context(load_cores())
        ours = stack.enter_context(_ours(folder, acme, plan.sockets))
        plain = stack.enter_context(_send_text(plan.sockets))
        why, native = "", None
        try:
            native = stack.enter_context(_bun(plan.sockets))
        except NoBunError as error:
            why = str(error)
        return await _rows(ours, plain, native, why, plan)


async def _rows(ours: Peer, plain: Peer, native: Peer | None, why: str, plan: Plan) -> list[Line]:
    what = f"one org's event to {plan.sockets:,} sockets"
    peers = [ours, plain] if native is None else [ours, plain, native]
    values = await in_turns(_rounds(peers, plan.events, 1), plan.rounds)
    rows: list[Line] = [
        _row(what, [ours, plain], [values[0], values[1]], 1, Target("at least", 2.5)),
    ]
    if native is None:
        return [*rows, Told(f"{what}, against Bun", why)]
    rows.insert(0, _row(what, [ours, native], [values[0], values[2]], 1, Target("at least", 1.0)))
    bursts = await in_turns(_rounds([ours, native], plan.bursts, BURST), plan.rounds)
    what = f"the same, {BURST} events back to back"
    rows.insert(1, _row(what, [ours, native], bursts, BURST, Target("at least", 0.5)))
    return rows


def _rounds(peers: Sequence[Peer], bursts: int, count: int) -> list[Round]:
    return [partial(peer.round, bursts, count) for peer in peers]


def _row(
    what: str, peers: Sequence[Peer], values: Sequence[list[float]], count: int, target: Target
) -> Row:
    ours, theirs = (Side(peer.name, of_peer) for peer, of_peer in zip(peers, values, strict=True))
    costs = ", ".join(f"{peer.name} {peer.cost[count]}" for peer in peers)
    return Row(
        what=what,
        unit="deliveries/s",
        ours=ours,
        against=theirs,
        target=target,
        notes=[f"server CPU per delivery: {costs}"],
    )


async def _begin_at(settings: Settings, acme: Customer) -> None:
    """As if the ledger had as many entries: all numbers then have as many digits."""
    database = Database(settings.database_url)
    async with database.write() as connection:
        await connection.execute(
            update(org_head).where(org_head.c.org_id == acme.org).values(head_seq=events.FIRST - 1)
        )
    await database.close()


@contextmanager
def _ours(folder: Path, acme: Customer, sockets: int) -> Iterator[Peer]:
    env = {"BATTERY_DATA": str(folder), events.ORG_VARIABLE: acme.org}
    with serving(module("scripts.benches.fan_out_server"), env=env, cores=SERVER_CORES) as server:
        way = Way(server.port, BATTERY_SOCKET, tokens=acme.tokens)
        with _peer("our hub", server, way, sockets, by_ending) as peer:
            yield peer


@contextmanager
def _send_text(sockets: int) -> Iterator[Peer]:
    with serving(
        module("scripts.benches.send_text_server"),
        env=_event(),
        cores=SERVER_CORES,
        ready=UVICORN_READY,
    ) as server:
        way = Way(server.port, events.SOCKET_PATH, pinged=True)
        with _peer("await send_text", server, way, sockets, by_frames) as peer:
            yield peer


@contextmanager
def _bun(sockets: int) -> Iterator[Peer]:
    command = [str(bun()), str(BUN_SERVER)]
    with serving(command, env=_event(), cores=SERVER_CORES) as server:
        way = Way(server.port, events.SOCKET_PATH)
        with _peer("Bun publish", server, way, sockets, by_ending) as peer:
            yield peer


@contextmanager
def _peer(name: str, server: Server, way: Way, sockets: int, wait: WaitForLast) -> Iterator[Peer]:
    peer = Peer(name, server, way, sockets, wait)
    try:
        yield peer
    finally:
        peer.close()


def _event() -> Mapping[str, str]:
    return {events.EVENT_VARIABLE: events.template()}
