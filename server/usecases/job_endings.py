"""How a job ends without a charge when nobody asked for it: its hold is released, its owner is
told, and its rows are left to the sweep (R21, R25)."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from server.domain.commands import DEPLOYMENT, EndJob, MoveJob, SettleRows
from server.domain.ids import OrgId
from server.domain.job_rows import RowOutcome
from server.domain.state import JobState
from server.store import jobs
from server.store.engine import Database
from server.store.job_leases import JobAt
from server.store.jobs import JobRecord
from server.wire.words import EndedStatus

TellJob = Callable[[JobRecord], Awaitable[None]]
"""Sends the job, as it is in the record, to its owner."""


class JobLedger(Protocol):
    """What the ledger does for jobs (server/usecases/charge.py)."""

    async def move_job(self, org: OrgId, command: MoveJob) -> JobState:
        """The job as it is after `command`."""

    async def settle(self, org: OrgId, command: SettleRows) -> tuple[RowOutcome, ...]:
        """What the next rows came to."""


class Endings:
    """Ends jobs on the deployment's behalf. `wake_sweep`: there are rows to delete."""

    def __init__(
        self,
        database: Database,
        charger: JobLedger,
        tell_job: TellJob,
        wake_sweep: Callable[[], None],
    ) -> None:
        self.tell_job = tell_job
        self._database = database
        self._charger = charger
        self._wake_sweep = wake_sweep

    async def end(self, at: JobAt, status: EndedStatus, error: str | None = None) -> None:
        """Raises JobState when the job is past ending so, NotFound, Busy and Unavailable."""
        await self._charger.move_job(at.org, EndJob(DEPLOYMENT, at.id, status, error))
        await self.ended(at)

    async def ended(self, at: JobAt) -> None:
        """What follows once the ledger says so. Raises Unavailable."""
        self._wake_sweep()
        await self.tell(at)

    async def tell(self, at: JobAt) -> None:
        """The job as it stands now, to its owner. Raises Unavailable."""
        async with self._database.read() as connection:
            record = await jobs.one(connection, at.org, at.id)
        if record is not None:
            await self.tell_job(record)
