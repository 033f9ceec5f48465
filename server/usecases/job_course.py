"""One job in the hands of this process, from wherever it stands to its end (R20–R23).

Every step is durable before the next begins. So a job goes on wherever it was left, whoever left it
there: a killed process, one that had to step aside, one whose lease ran out while it was paused.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

import structlog

from server.domain import errors
from server.domain.commands import BeginSettling
from server.domain.holding import NotTheWorker
from server.store import jobs
from server.store.engine import Database
from server.store.job_leases import STARTED, JobAt
from server.store.jobs import JobRecord
from server.usecases.job_endings import Endings, JobLedger
from server.usecases.job_lookups import Finding, Lookups
from server.usecases.job_settling import Settlement

TELL_EVERY_S = 0.25
"""A little less than the five a second that api.md promises at most."""
BREATH = 0.5
"""Of the time a chunk took, before the next: a third of the loop stays to everybody else, also of
several jobs, which take each other's time."""
CHUNKS_AT_ONCE = 2
"""A reveal may have to wait for all of them, some 15 ms each. With two, an org whose writer hangs
keeps no other's jobs waiting."""

ANSWER = TypeVar("ANSWER")

log = structlog.get_logger(__name__)


class SteppedAside(Exception):
    """The job is to be left as it is."""


class Means(NamedTuple):
    """What the courses of a process work with. `worker`: the name under which it has its leases.
    `turns`: how many chunks may be at work at once."""

    database: Database
    charger: JobLedger
    seeker: Finding
    endings: Endings
    worker: str
    turns: asyncio.Semaphore


class JobCourse:
    """Works on one job. `step_aside` ends it after the chunk that it is at."""

    def __init__(self, means: Means, at: JobAt) -> None:
        self.at = at
        self._means = means
        self._lookups = Lookups(means.database, means.seeker, means.worker)
        self._leaving = asyncio.Event()
        self._told_s = -TELL_EVERY_S

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
        while record.looked_up < record.rows:
            look_up = partial(self._lookups.next_chunk, record)
            record = await self._insist(partial(self._in_turn, look_up))
            await self._tell_progress(record)

    async def _settle(self, record: JobRecord) -> None:
        means = self._means
        settlement = Settlement(means.database, means.charger, means.seeker, means.worker, record)
        await self._insist(settlement.recall)
        while settlement.record.settled < record.rows:
            await self._insist(partial(self._in_turn, settlement.next_chunk))
            await self._tell_progress(settlement.record)
        await self._insist(settlement.complete)
        await self._tell_standing()

    async def _insist(self, ask: Callable[[], Awaitable[ANSWER]]) -> ANSWER:
        """Until the database and the org's writer take it: a job has time."""
        while True:
            try:
                return await ask()
            except (errors.Busy, errors.Unavailable) as refusal:
                log.info("a job waits", job=self.at.id, reason=refusal.detail)
                await self._pause(refusal.retry_after_s)

    async def _in_turn(self, chunk: Callable[[], Awaitable[ANSWER]]) -> ANSWER:
        async with self._means.turns:
            started = time.perf_counter()
            answer = await chunk()
            await self._pause((time.perf_counter() - started) * BREATH)
        return answer

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
