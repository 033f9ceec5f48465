"""Settling a job, chunk by chunk, so that the org's reveals go on meanwhile (R20, R21)."""

from collections.abc import Sequence
from functools import partial

import msgspec
import structlog

from server.domain import errors
from server.domain.commands import CompleteJob, SettleRows
from server.domain.job_rows import JobRow
from server.store import job_rows
from server.store.engine import Database
from server.store.jobs import JobRecord
from server.usecases.job_bill import Bill
from server.usecases.job_endings import JobLedger
from server.usecases.job_lookups import Finding, Lookups
from server.usecases.job_recollection import Recollection

CHUNK_PIECES = 125
"""Of one command. A reveal of the same org waits for the batch that it is in: some 15 ms."""
READ_ROWS = 1_000
"""Of one snapshot, where only what rows came to is read: some 10 ms."""
FAILURES_MAX = 5
"""A job that broke so often breaks for a reason: a running one is given up, a settling one goes on
without the rows that break it."""
LEFT_OUT_MAX = 100
"""Rows of one job. When more break, it is not the rows."""
UNSETTLED = "it could not be settled, for a reason that is ours"

log = structlog.get_logger(__name__)


class Settlement:
    """One job that `worker` settles. `record` moves on with it, and `known`: what the rows settled
    so far came to, also when another worker settled them."""

    def __init__(
        self,
        database: Database,
        charger: JobLedger,
        seeker: Finding,
        worker: str,
        record: JobRecord,
        known: Recollection,
    ) -> None:
        self._database = database
        self._charger = charger
        self._seeker = seeker
        self._lookups = Lookups(database, seeker, worker)
        self._worker = worker
        self._known = known
        self._rows_max = max(1, CHUNK_PIECES // len(record.kinds))
        self._rows_at_once = self._rows_max
        self.record = record

    @property
    def is_recalled(self) -> bool:
        return self._known.rows >= self.record.settled

    async def recall_some(self) -> None:
        """Raises Unavailable."""
        first, record = self._known.rows, self.record
        through = min(first + READ_ROWS, record.settled)
        async with self._database.read() as connection:
            found = await job_rows.items_between(connection, record.org, record.id, first, through)
        self._known.add(found, through)

    async def next_chunk(self) -> None:
        """Settles the next rows. Of a job that broke again and again fewer and fewer, down to the
        row that breaks it, which is left out. Raises NotTheWorker, Busy and Unavailable."""
        first = self.record.settled
        through = min(first + self._rows_at_once, self.record.rows)
        try:
            await self._settle(await self._lookups.rows(self.record, first, through), through)
        except errors.BatteryError:
            raise
        except Exception as failure:
            if self.record.failures < FAILURES_MAX:
                raise
            self._rows_at_once = max(1, (through - first) // 2)
            if through - first == 1:
                await self._leave_out(first, failure)
        else:
            self._rows_at_once = min(2 * self._rows_at_once, self._rows_max)

    async def complete(self, bill: Bill) -> None:
        """Releases the rest of the hold; `bill` is of all rows.

        Raises NotTheWorker, Busy and Unavailable.
        """
        record, accounting = self.record, bill.accounting
        command = CompleteJob(
            record.id,
            self._worker,
            accounting.settlement(),
            accounting.account(),
            _told_of(await self._left_out()),
        )
        await self._charger.move_job(record.org, command)

    async def _settle(self, rows: Sequence[JobRow], through: int) -> None:
        outcomes = await self._charger.settle(self.record.org, self._command(rows, through))
        self._known.add((outcome.items for outcome in outcomes), through)
        self.record = msgspec.structs.replace(self.record, settled=through)

    def _command(self, rows: Sequence[JobRow], through: int) -> SettleRows:
        record, sought = self.record, partial(self._seeker.sought, self.record)
        return SettleRows(
            record.id,
            self._worker,
            record.settled,
            through,
            tuple((sought(row), row.items) for row in rows if row.problem is None),
            self._known.seen,
            self._known.over_hold,
        )

    async def _leave_out(self, row_no: int, failure: Exception) -> None:
        """The row comes to nothing (R21). Raises `failure` when that happens too often."""
        record = self.record
        if await self._left_out() >= LEFT_OUT_MAX:
            raise failure
        log.error("a row could not be settled", job=record.id, row=row_no, exc_info=failure)
        async with self._database.read() as connection:
            [row] = await job_rows.between(connection, record.org, record.id, row_no, row_no + 1)
        await self._lookups.leave_out(record, row, UNSETTLED)
        await self._settle([], row_no + 1)

    async def _left_out(self) -> int:
        async with self._database.read() as connection:
            return await job_rows.count_with(connection, self.record.org, self.record.id, UNSETTLED)


def _told_of(left_out: int) -> str | None:
    if left_out == 0:
        return None
    if left_out == 1:
        return "1 row could not be settled and is not charged."
    return f"{left_out} rows could not be settled and are not charged."
