"""What ends jobs without anybody asking, because their time is up or their owner is gone, and what
deletes the rows that ended jobs leave (R18, R21, R23, R25).

Every process does it; to end a job twice does nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

import msgspec
import structlog

from server.clockwork import Rounds
from server.domain import errors
from server.domain.holding import DEACTIVATED
from server.domain.ids import AtUs
from server.settings import Settings
from server.store import job_leases
from server.store.engine import AsyncConnection, Database
from server.store.job_leases import JobAt
from server.usecases.job_drafts import sweep_drafts, sweep_rows
from server.usecases.job_endings import Endings
from server.usecases.job_settling import FAILURES_MAX
from server.wire.words import EndedStatus

EVERY_S = 3.0
AT_ONCE = 100
"""Jobs ended of each kind in one round: the rest is for the next."""
OVERDUE = "It ran longer than {hours} hours and was ended; nothing was charged."

Find = Callable[[AsyncConnection], Awaitable[Sequence[JobAt]]]

log = structlog.get_logger(__name__)


class JobCounters(msgspec.Struct):
    """For /metrics. `stuck`: settling jobs of all processes that broke again and again, at the last
    look; their holds wait for somebody's help."""

    stuck: int = 0


class JobSweep:
    """Looks for jobs that are to end."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], AtUs],
        settings: Settings,
        endings: Endings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._job_hours = settings.job_hours
        self._endings = endings
        self.counters = JobCounters()

    async def run(self) -> None:
        """Until cancelled. A database that is away is tried again the next time."""
        await Rounds("jobs sweep", self.sweep, EVERY_S).run()

    async def sweep(self) -> None:
        """One round. Raises Unavailable."""
        now = self._clock()
        await self._end("expired", partial(job_leases.expired_quotes, now=now, limit=AT_ONCE))
        overdue = partial(job_leases.overdue, now=now, limit=AT_ONCE)
        await self._end("failed", overdue, OVERDUE.format(hours=self._job_hours))
        await self._end("stopped", partial(job_leases.of_deactivated, limit=AT_ONCE), DEACTIVATED)
        async with self._database.read() as connection:
            self.counters.stuck = await job_leases.stuck(connection, FAILURES_MAX)

    async def _end(self, status: EndedStatus, find: Find, error: str | None = None) -> None:
        """An org whose writer hangs keeps no other's jobs waiting."""
        async with self._database.read() as connection:
            found = sorted(await find(connection))
        of_orgs = [list(some) for _, some in groupby(found, attrgetter("org"))]
        await asyncio.gather(*(self._end_these(some, status, error) for some in of_orgs))

    async def _end_these(
        self, jobs: Iterable[JobAt], status: EndedStatus, error: str | None
    ) -> None:
        """Of one org. One that cannot be ended keeps no other from it: the next round tries it
        again."""
        for at in jobs:
            try:
                await self._endings.end(at, status, error)
            except errors.JobState as refusal:
                log.info("a job was not ended", job=at.id, status=status, reason=refusal.detail)
            except (errors.Busy, errors.Unavailable) as refusal:
                log.info("jobs were not ended", org=at.org, status=status, reason=refusal.detail)
                return
            except Exception:
                log.exception("a job could not be ended", job=at.id, status=status)


class RowSweep:
    """Deletes what jobs that came to nothing leave: drafts of dead servers, rows of stopped,
    failed and expired jobs. Apart from the ends of jobs, because many rows take long."""

    def __init__(self, database: Database, clock: Callable[[], AtUs]) -> None:
        self._database = database
        self._clock = clock
        self._rounds = Rounds("rows sweep", self.sweep, EVERY_S)

    def wake(self) -> None:
        """A job ended: its rows need not wait for the next look."""
        self._rounds.wake()

    async def run(self) -> None:
        """Until cancelled. A database that is away is tried again the next time."""
        await self._rounds.run()

    async def sweep(self) -> None:
        """One round. Raises Unavailable."""
        await sweep_rows(self._database)
        await sweep_drafts(self._database, self._clock())
