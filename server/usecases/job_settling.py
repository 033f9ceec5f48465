"""Settling a job, chunk by chunk, so that the org's reveals go on meanwhile (R20, R21)."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from server.domain.accounting import Accounting, Witnesses
from server.domain.commands import CompleteJob, SettleRows
from server.domain.ids import PieceKey, Seq
from server.domain.job_rows import Item, JobRow, RowOutcome
from server.store import job_accounts, job_rows
from server.store.engine import Database
from server.store.jobs import JobRecord
from server.usecases.job_endings import JobLedger
from server.usecases.job_lookups import Finding, Lookups

CHUNK_PIECES = 125
"""Of one command. A reveal of the same org waits for the batch that it is in: some 15 ms."""
READ_ROWS = 500
"""Of one snapshot, where rows are only read."""


class Settlement:
    """One job that `worker` settles. `record` moves on with it."""

    def __init__(
        self,
        database: Database,
        charger: JobLedger,
        seeker: Finding,
        worker: str,
        record: JobRecord,
    ) -> None:
        self._database = database
        self._charger = charger
        self._seeker = seeker
        self._lookups = Lookups(database, seeker, worker)
        self._worker = worker
        self.record = record
        self._seen: set[PieceKey] = set()
        self._over_hold = False

    async def recall(self) -> None:
        """What the rows settled so far came to, also when another worker settled them."""
        async for rows in self._rows(self.record.settled):
            for row in rows:
                self._remember(row.items)

    async def next_chunk(self) -> None:
        """Settles the next rows. Raises NotTheWorker, Busy and Unavailable."""
        record = self.record
        through = min(record.settled + max(1, CHUNK_PIECES // len(record.kinds)), record.rows)
        rows = await self._lookups.rows(record, record.settled, through)
        outcomes = await self._charger.settle(record.org, self._command(rows, through))
        self._note(outcomes)
        self.record = msgspec.structs.replace(record, settled=through)

    async def complete(self) -> None:
        """Accounts for every row and releases the rest of the hold.

        Raises NotTheWorker, Busy and Unavailable.
        """
        accounting = await self._accounted()
        command = CompleteJob(
            self.record.id, self._worker, accounting.settlement(), accounting.account()
        )
        await self._charger.move_job(self.record.org, command)

    def _command(self, rows: Sequence[JobRow], through: int) -> SettleRows:
        record = self.record
        return SettleRows(
            record.id,
            self._worker,
            record.settled,
            through,
            tuple(
                (self._seeker.sought(record, row), row.items) for row in rows if row.problem is None
            ),
            self._seen,
            self._over_hold,
        )

    def _note(self, outcomes: Sequence[RowOutcome]) -> None:
        for outcome in outcomes:
            self._remember(outcome.items)

    def _remember(self, items: Sequence[Item]) -> None:
        self._seen.update(item.key for item in items if item.outcome and item.key is not None)
        self._over_hold |= any(item.outcome == "over_hold" for item in items)

    async def _accounted(self) -> Accounting:
        record = self.record
        assert record.quote is not None, "a started job has a quote"
        assert record.prices is not None, "a started job has the prices of its start"
        accounting = Accounting(record.quote, record.prices)
        async with self._database.read() as connection:
            reversers = await job_accounts.reversers(
                connection, record.org, Seq(record.quote.as_of_seq)
            )
        async for rows in self._rows(record.rows):
            asked = accounting.to_ask(item for row in rows for item in row.items)
            async with self._database.read() as connection:
                payers = await job_accounts.payers(connection, record.org, asked)
            for row in rows:
                accounting.add(row.items, Witnesses(payers, reversers))
        return accounting

    async def _rows(self, through: int) -> AsyncIterator[list[JobRow]]:
        for first in range(0, through, READ_ROWS):
            async with self._database.read() as connection:
                rows = await job_rows.between(
                    connection,
                    self.record.org,
                    self.record.id,
                    first,
                    min(first + READ_ROWS, through),
                )
            yield rows
