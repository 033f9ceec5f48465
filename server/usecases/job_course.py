"""One job in the hands of this process, from wherever it stands to its end (R20–R23).

Every step is durable before the next begins. So a job goes on wherever it was left, whoever left it
there: a killed process, one that had to step aside, one whose lease ran out while it was paused.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NamedTuple, TypeVar

import structlog

from server.domain import errors
from server.domain.commands import BeginSettling
from server.domain.holding import NotTheWorker
from server.store import jobs
from server.store.engine import Database
from server.store.job_leases import JobAt
from server.store.jobs import JobRecord
from server.usecases.job_bill import Bill
from server.usecases.job_endings import Endings, JobLedger
from server.usecases.job_lookups import Finding, Lookups
from server.usecases.job_recollection import Recollections
from server.usecases.job_settling import Settlement
from server.usecases.turns import Turns
from server.wire.words import STARTED

TELL_EVERY_S = 0.25
"""A little less than the five a second that api.md promises at most."""
BREATH = 0.5
"""Of the time a chunk took, before the next: it is others' turn, and everybody else's."""
CHUNKS_AT_ONCE = 2
"""A reveal may have to wait for all of them, some 15 ms each. They are of different orgs: one whose
writer hangs keeps no other's jobs waiting."""

ANSWER = TypeVar("ANSWER")

log = structlog.get_logger(__name__)


class SteppedAside(Exception):
    """The job is to be left as it is."""


class Means(NamedTuple):
    """What the courses of a process work with. `worker`: the name under which it has its leases.
    `turns`: for the chunks. `known`: of its jobs that stepped aside."""

    database: Database
    charger: JobLedger
    seeker: Finding
    endings: Endings
    worker: str
    turns: Turns
    known: Recollections


class JobCourse:
    """Works on one job. `step_aside` ends it after the chunk that it is at.

    `since_s`: when its first chunk began. None before that, and in the accounting, which would have
    to begin anew: it is not to be asked for its place then.
    """

    def __init__(self, means: Means, at: JobAt) -> None:
        self.at = at
        self._means = means
        self._lookups = Lookups(means.database, means.seeker, means.worker)
        self._leaving = asyncio.Event()
        self._told_s = -TELL_EVERY_S
        self.since_s: float | None = None

    @property
    def is_leaving(self) -> bool:
        return self._leaving.is_set()

    def step_aside(self) -> None:
        """Sooner than the end: the process stops, or others wait."""
        self._leaving.set()

    async def run(self) -> None:
        """Returns when the job has ended or is no longer this worker's.

        Raises SteppedAside, and whatever nobody foresaw.
        """
        stood_at: tuple[object, ...] | None = None
        while (record := await self._insist(self._mine)) is not None:
            try:
                await self._go_on(record)
            except NotTheWorker:
                # Lost, or done already by a command whose answer was lost: the record will tell.
                stands_at = (record.status, record.looked_up, record.settled)
                if stands_at == stood_at:
                    raise
                stood_at = stands_at

    async def _mine(self) -> JobRecord | None:
        async with self._means.database.read() as connection:
            record = await jobs.one(connection, *self.at)
        if record is None or record.worker != self._means.worker or record.status not in STARTED:
            return None
        return record

    async def _go_on(self, record: JobRecord) -> None:
        if record.status == "settling":
            await self._settle(record)
            return
        await self._look_up(record)
        begin = BeginSettling(self.at.id, self._means.worker)
        state = await self._insist(partial(self._means.charger.move_job, self.at.org, begin))
        if state.status == "settling":
            await self._tell_standing()
        else:
            await self._insist(partial(self._means.endings.ended, self.at))

    async def _look_up(self, record: JobRecord) -> None:
        self._begin_chunks()
        while record.looked_up < record.rows:
            look_up = partial(self._lookups.next_chunk, record)
            record = await self._insist(partial(self._in_turn, look_up))
            await self._tell_progress(record)

    async def _settle(self, record: JobRecord) -> None:
        means = self._means
        known = means.known.take(self.at)
        settlement = Settlement(
            means.database, means.charger, means.seeker, means.worker, record, known
        )
        try:
            await self._settle_rows(settlement)
        except (SteppedAside, NotTheWorker):
            means.known.keep(self.at, known)
            raise
        bill = Bill(means.database, settlement.record)
        while not bill.is_whole:
            await self._insist(partial(self._in_turn, bill.add_some))
        await self._insist(partial(settlement.complete, bill))
        await self._tell_standing()

    async def _settle_rows(self, settlement: Settlement) -> None:
        while not settlement.is_recalled:
            await self._insist(partial(self._in_turn, settlement.recall_some))
        self._begin_chunks()
        while settlement.record.settled < settlement.record.rows:
            await self._insist(partial(self._in_turn, settlement.next_chunk))
            await self._tell_progress(settlement.record)
        self.since_s = None

    def _begin_chunks(self) -> None:
        if self.since_s is None:
            self.since_s = time.monotonic()

    async def _insist(self, ask: Callable[[], Awaitable[ANSWER]]) -> ANSWER:
        """Until the database and the org's writer take it: a job has time."""
        while True:
            try:
                return await ask()
            except (errors.Busy, errors.Unavailable) as refusal:
                log.info("a job waits", job=self.at.id, reason=refusal.detail)
                await self._pause(refusal.retry_after_s)

    async def _in_turn(self, chunk: Callable[[], Awaitable[ANSWER]]) -> ANSWER:
        """Raises SteppedAside, also while a turn is waited for."""
        async with AsyncExitStack() as stack:
            turn = self._means.turns.of(self.at.org)
            await self._unless_leaving(stack.enter_async_context(turn))
            started = time.perf_counter()
            answer = await chunk()
        await self._pause((time.perf_counter() - started) * BREATH)
        return answer

    async def _unless_leaving(self, entering: Coroutine[Any, Any, None]) -> None:
        waits = [asyncio.create_task(wait) for wait in (entering, self._leaving.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not waits[0].done():
                raise SteppedAside
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        """Raises SteppedAside as soon as that is asked for."""
        try:
            async with asyncio.timeout(seconds):
                await self._leaving.wait()
        except TimeoutError:
            return
        raise SteppedAside

    async def _tell_progress(self, record: JobRecord) -> None:
        if time.monotonic() - self._told_s >= TELL_EVERY_S:
            await self._tell(record)

    async def _tell_standing(self) -> None:
        """A change of status is always told."""
        await self._tell(None)

    async def _tell(self, record: JobRecord | None) -> None:
        """Without a record, the job as it stands now. No work waits for news: a client asks for the
        job, and `welcome` lists it."""
        self._told_s = time.monotonic()
        try:
            if record is None:
                async with self._means.database.read() as connection:
                    record = await jobs.one(connection, *self.at)
            if record is not None:
                await self._means.endings.tell_job(record)
        except errors.Unavailable as away:
            log.info("a job was not told of", job=self.at.id, reason=away.detail)
