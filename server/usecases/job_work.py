"""The worker of a server process: it takes jobs, keeps their leases, and gives them back (R23)."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from operator import itemgetter
from typing import NamedTuple

import msgspec
import structlog

from server.clockwork import Rounds
from server.domain import errors
from server.domain.ids import AtUs, OrgId
from server.settings import Settings
from server.store import job_leases, jobs
from server.store.engine import Database
from server.store.job_leases import JobAt
from server.usecases.job_course import CHUNKS_AT_ONCE, JobCourse, Means, SteppedAside
from server.usecases.job_endings import Endings, JobLedger
from server.usecases.job_lookups import Finding
from server.usecases.job_recollection import Recollections
from server.usecases.job_settling import FAILURES_MAX
from server.usecases.turns import Turns

CLOSE_WAIT_S = 5.0
"""A chunk takes a fraction of that."""
PUT_OFF_US = 2_000_000
"""Before a job that broke is tried again: this for each time it broke, up to a minute."""
PUT_OFF_TIMES_MAX = 30
GIVEN_UP = "This {action} broke off for a reason that is ours; nothing was charged. Try it again."
STUCK = (
    "This {action} cannot be finished just now, for a reason that is ours; it is tried again. What "
    "it charged it shows in the history, and it charges nothing twice."
)

log = structlog.get_logger(__name__)


class Pace(NamedTuple):
    """How long a lease lasts, and how often is looked and renewed.

    Renewed three times within a lease, one that fails costs nothing. With lease and look a killed
    process's job is taken after 11 s at the most; R23 asks for 15. `turn_s`: how long a job keeps
    its place while one of an org that has none waits.
    """

    lease_us: int = 10_000_000
    renew_every_s: float = 3.0
    poll_s: float = 1.0
    turn_s: float = 5.0


class _Place(msgspec.Struct):
    """A job that is being worked on."""

    course: JobCourse
    task: "asyncio.Task[None]"

    def turn_s(self, now_s: float) -> float:
        """How long it is at its chunks; 0 for one that is not to be asked for its place."""
        since_s = self.course.since_s
        return 0.0 if since_s is None or self.course.is_leaving else now_s - since_s


class JobWorker:
    """Works on up to `jobs_at_once` jobs of all orgs. `name`: unique to this process's start, and
    what the jobs that are started here are leased to."""

    def __init__(
        self,
        database: Database,
        charger: JobLedger,
        clock: Callable[[], AtUs],
        settings: Settings,
        seeker: Finding,
        endings: Endings,
        name: str,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._at_once = settings.jobs_at_once
        self._endings = endings
        turns = Turns(CHUNKS_AT_ONCE)
        self._means = Means(database, charger, seeker, endings, name, turns, Recollections())
        self._name = name
        self._pace = pace or Pace()
        self._places: dict[JobAt, _Place] = {}
        self._rounds = Rounds("jobs", self.look_around, self._pace.poll_s)
        self._last_turns_s: dict[OrgId, float] = {}
        self._renewed_s = time.monotonic()
        self._closing = False

    def wake(self) -> None:
        """There is a job for this worker: it need not wait for the next look."""
        self._rounds.wake()

    async def run(self) -> None:
        """Until cancelled; `close` ends the work that is under way."""
        await self._rounds.run()

    async def look_around(self) -> None:
        """Renews the leases that are due and takes the jobs that there is room for.

        Raises Unavailable.
        """
        if time.monotonic() - self._renewed_s >= self._pace.renew_every_s:
            await self._renew()
        async with self._database.read() as connection:
            waiting = await job_leases.waiting(
                connection,
                self._name,
                self._clock(),
                at_work=self._places.keys(),
                per_org=self._at_once,
            )
        await self._take(waiting)

    async def close(self) -> None:
        """Leaves every job after the chunk it is at, and gives all leases back, also of jobs that
        were waiting for a place. Without the database they run out by themselves."""
        self._closing = True
        places = list(self._places.values())
        for place in places:
            place.course.step_aside()
        if places:
            _, late = await asyncio.wait([place.task for place in places], timeout=CLOSE_WAIT_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            await self._give_all_back()
        except errors.Unavailable as away:
            log.warning("jobs not given back: the database is away", reason=away.detail)

    async def idle(self) -> None:
        """Returns when no job is worked on."""
        while self._places:
            await asyncio.wait([place.task for place in self._places.values()])

    async def _renew(self) -> None:
        """One by one: a transaction that locked several jobs could wait in a circle with an org's
        writer."""
        self._renewed_s = time.monotonic()
        for at, place in list(self._places.items()):
            async with self._database.write() as connection:
                if not await job_leases.renew(connection, at, self._name, self._until()):
                    place.course.step_aside()

    async def _take(self, waiting: Iterable[JobAt]) -> None:
        begun = list(self._places)
        for at in self._in_fair_order(waiting):
            if self._closing:
                return
            if len(self._places) >= self._at_once:
                self._make_room(at.org, begun)
                return
            async with self._database.write() as connection:
                taken = await job_leases.take(
                    connection, at, self._name, self._clock(), self._until()
                )
            if taken:
                self._begin(at)

    def _in_fair_order(self, waiting: Iterable[JobAt]) -> list[JobAt]:
        """First of every org the one that waits longest, then the second of each; jobs that are
        worked on count. Of two orgs the one whose last turn is longer ago comes first."""
        of_org: Counter[OrgId] = Counter(at.org for at in self._places)
        ranked: list[tuple[int, float, JobAt]] = []
        for at in waiting:
            ranked.append((of_org[at.org], self._last_turns_s.get(at.org, 0.0), at))
            of_org[at.org] += 1
        self._last_turns_s = {
            org: at_s for org, at_s in self._last_turns_s.items() if org in of_org
        }
        return [at for *_, at in sorted(ranked, key=itemgetter(0, 1))]

    def _make_room(self, org: OrgId, begun: Iterable[JobAt]) -> None:
        """An org that has no place gets that of the job that has had one the longest; `begun`:
        those that had one before this look."""
        places = [self._places[at] for at in begun if at in self._places]
        if not places or any(at.org == org for at in self._places):
            return
        now_s = time.monotonic()
        longest = max(places, key=lambda place: place.turn_s(now_s))
        if longest.turn_s(now_s) > self._pace.turn_s:
            longest.course.step_aside()

    def _begin(self, at: JobAt) -> None:
        course = JobCourse(self._means, at)
        task = asyncio.create_task(self._work(course), name=f"job {at.id}")
        self._places[at] = _Place(course, task)
        task.add_done_callback(partial(self._ended, at))

    def _ended(self, at: JobAt, task: "asyncio.Task[None]") -> None:
        del self._places[at]
        self._last_turns_s[at.org] = time.monotonic()
        self._rounds.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a job was left for its lease to run out", job=at.id, exc_info=error)

    async def _work(self, course: JobCourse) -> None:
        try:
            await course.run()
        except SteppedAside:
            await self._give_back(course.at)
        except asyncio.CancelledError:
            await self._give_back(course.at)
            raise
        except Exception as failure:
            log.error("a job broke", job=course.at.id, exc_info=failure)
            await self._put_off(course.at)

    async def _give_back(self, at: JobAt) -> None:
        async with self._database.write() as connection:
            await job_leases.give_back(connection, at, self._name, self._clock())

    async def _give_all_back(self) -> None:
        """One by one, as `_renew`."""
        async with self._database.read() as connection:
            had = await job_leases.had_by(connection, self._name)
        for at in had:
            await self._give_back(at)

    async def _put_off(self, at: JobAt) -> None:
        """A settling job is never given up: part of it is charged already. Its owner is told."""
        async with self._database.write() as connection:
            record = await jobs.one(connection, *at)
            assert record is not None, "no job that was started is ever deleted"
            failures = record.failures + 1
            pause_us = PUT_OFF_US * min(failures, PUT_OFF_TIMES_MAX)
            until = AtUs(self._clock() + pause_us)
            is_stuck = failures >= FAILURES_MAX and record.status == "settling"
            error = STUCK.format(action=record.action) if is_stuck else None
            is_ours = await job_leases.put_off(connection, at, self._name, until, error)
        if is_ours and is_stuck:
            await self._endings.tell(at)
        elif is_ours and failures >= FAILURES_MAX:
            with suppress(errors.JobState):
                await self._endings.end(at, "failed", GIVEN_UP.format(action=record.action))

    def _until(self) -> AtUs:
        return AtUs(self._clock() + self._pace.lease_us)
