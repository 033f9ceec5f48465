"""From a reveal's answer to the last of 1,000 sockets that has it, in the product as it is served.

The colleague who reveals has a socket open too, which gets a battery of its own.
"""

import asyncio
import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from statistics import quantiles

from scripts.benches.children import Server, load_cores, serving
from scripts.benches.crowd import Crowd, Way
from scripts.benches.customer import name_of
from scripts.benches.figures import Line, Row, Side, Target, in_turns
from scripts.benches.plan import Plan
from scripts.benches.prepared import prepared
from scripts.benches.product import PRODUCT, PRODUCT_READY
from scripts.benches.reveals import REVEALS
from server.api.socket import PATH as BATTERY_SOCKET
from server.domain.ids import SubjectId
from server.settings import read_settings
from server.wire.base import to_json
from server.wire.reveals import RevealItem, RevealRequest

TARGET = Target("at most", 50.0)
PAUSE_S = 0.05
"""Between two reveals: some 15 a second, which is a busy org."""


class Colleague:
    """Who reveals, while the others watch."""

    def __init__(
        self, server: Server, token: str, subjects: Iterator[SubjectId], crowds: tuple[Crowd, Crowd]
    ) -> None:
        self._caller = http.client.HTTPConnection("127.0.0.1", server.port)
        self._token = token
        self._subjects = subjects
        self._others, self._own = crowds

    async def round(self, reveals: int, ending: bytes) -> float:
        """The 99th percentile, in ms."""
        delays_ms = []
        for _ in range(reveals):
            await asyncio.sleep(PAUSE_S)
            delays_ms.append(self._delay_ms(ending))
        return quantiles(delays_ms, n=100, method="inclusive")[-1]

    def close(self) -> None:
        self._caller.close()

    def _delay_ms(self, ending: bytes) -> float:
        self._own.forget()
        self._others.forget()
        item = RevealItem(subject=next(self._subjects), kinds=["email"])
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._caller.request("POST", REVEALS, to_json(RevealRequest(items=[item])), headers)
        answer = self._caller.getresponse()
        assert answer.status == 200, answer.read()
        answered = time.perf_counter()
        answer.read()
        return (self._others.wait_for_ending(ending) - answered) * 1e3


async def measure(folder: Path, plan: Plan) -> list[Line]:
    """Without another side: the target is a time."""
    env = {"BATTERY_DATA": str(folder)}
    people = plan.reveals * (plan.rounds + 1)
    acme, subjects = await prepared(read_settings(env), users=plan.sockets + 1, people=people)
    *others, own = acme.tokens
    ending = f'"name":"{name_of(acme.users[-1])}"}}}}]}}'.encode()
    with ExitStack() as stack:
        stack.enter_context(load_cores())
        server = stack.enter_context(serving(PRODUCT, env=env, ready=PRODUCT_READY))
        way = Way(server.port, BATTERY_SOCKET, tokens=others)
        crowd = stack.enter_context(closing(Crowd(way, plan.sockets)))
        mine = stack.enter_context(closing(Crowd(Way(way.port, way.path, tokens=[own]), 1)))
        colleague = Colleague(server, own, iter(subjects), (crowd, mine))
        stack.callback(colleague.close)
        [delays] = await in_turns([partial(colleague.round, plan.reveals, ending)], plan.rounds)
    return [
        Row(
            what=f"reveal answered → last of {plan.sockets:,} sockets has it, p99",
            unit="ms",
            ours=Side("the product", delays),
            target=TARGET,
        )
    ]
