"""No org has all turns."""

import asyncio

from server.domain.ids import OrgId
from server.usecases.turns import Turns

ACME, GLOBEX, INITECH = OrgId("org_acme"), OrgId("org_globex"), OrgId("org_initech")


class Stage:
    """Orgs that take a turn and keep it until they are let go. `at_work`: in order of arrival."""

    def __init__(self, at_once: int) -> None:
        self.at_work: list[OrgId] = []
        self._turns = Turns(at_once)
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: dict[OrgId, asyncio.Event] = {}

    async def enter(self, *orgs: OrgId) -> None:
        for org in orgs:
            self._ends.setdefault(org, asyncio.Event())
            self._tasks.append(asyncio.create_task(self._work(org)))
        await self._settle()

    async def end(self, org: OrgId) -> None:
        self._ends[org].set()
        await self._settle()

    async def close(self) -> None:
        for end in self._ends.values():
            end.set()
        await asyncio.gather(*self._tasks)

    async def _work(self, org: OrgId) -> None:
        async with self._turns.of(org):
            self.at_work.append(org)
            await self._ends[org].wait()

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def test_an_org_that_hangs_leaves_a_turn_to_others() -> None:
    stage = Stage(at_once=2)
    await stage.enter(ACME, ACME, ACME, GLOBEX)
    assert stage.at_work == [ACME, GLOBEX]
    await stage.close()


async def test_more_orgs_than_turns_wait_in_order() -> None:
    stage = Stage(at_once=1)
    await stage.enter(ACME, GLOBEX, INITECH)
    assert stage.at_work == [ACME]
    await stage.end(ACME)
    assert stage.at_work == [ACME, GLOBEX]
    await stage.close()
    assert stage.at_work == [ACME, GLOBEX, INITECH]


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    turns = Turns(1)
    async with turns.of(ACME):
        waiting = asyncio.create_task(_once(turns, ACME))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await _once(turns, ACME)


async def _once(turns: Turns, org: OrgId) -> None:
    async with turns.of(org):
        return
