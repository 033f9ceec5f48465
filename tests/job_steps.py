"""The steps of a job's work, for a test to step in between: before or after what the worker asks of
the ledger, and before it looks rows up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from server.domain.commands import BeginSettling, CompleteJob, MoveJob, SettleRows
from server.domain.ids import OrgId
from server.domain.job_rows import JobRow, RowOutcome, Sought
from server.domain.state import JobState
from server.store.engine import AsyncConnection
from server.store.jobs import JobRecord
from server.usecases.job_endings import JobLedger
from server.usecases.job_lookups import Finding

Step = Callable[[], Awaitable[None]]
Asked = BeginSettling | CompleteJob | SettleRows
ANSWER = TypeVar("ANSWER")


class SteppedLedger:
    """A ledger with `before` and `after` steps by the command that is asked for."""

    def __init__(
        self,
        ledger: JobLedger,
        *,
        before: dict[type[Asked], Step] | None = None,
        after: dict[type[Asked], Step] | None = None,
    ) -> None:
        self._ledger = ledger
        self._before = before or {}
        self._after = after or {}

    async def move_job(self, org: OrgId, command: MoveJob) -> JobState:
        return await self._between(command, lambda: self._ledger.move_job(org, command))

    async def settle(self, org: OrgId, command: SettleRows) -> tuple[RowOutcome, ...]:
        return await self._between(command, lambda: self._ledger.settle(org, command))

    async def _between(
        self, command: MoveJob | SettleRows, ask: Callable[[], Awaitable[ANSWER]]
    ) -> ANSWER:
        for asked, step in self._before.items():
            if isinstance(command, asked):
                await step()
        answer = await ask()
        for asked, step in self._after.items():
            if isinstance(command, asked):
                await step()
        return answer


class SteppedSeeker:
    """A seeker with a step before each chunk is looked up."""

    def __init__(self, seeker: Finding, before: Step) -> None:
        self._seeker = seeker
        self._before = before

    def sought(self, record: JobRecord, row: JobRow) -> Sought:
        return self._seeker.sought(record, row)

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        await self._before()
        return await self._seeker.resolved(connection, record, rows)


class Gate:
    """Holds whoever comes by until it is opened; `reached` when somebody did."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self._open.wait()

    def open(self) -> None:
        self._open.set()


class Nth:
    """Takes the step at the `number`th time only, counted from 1."""

    def __init__(self, number: int, step: Step) -> None:
        self._left = number
        self._step = step

    async def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            await self._step()
