"""The bill of a job whose rows are all settled (R20)."""

from collections.abc import Mapping

from server.domain.accounting import Accounting, Party, Witnesses
from server.domain.ids import PieceKey, Seq
from server.store import job_accounts, job_rows
from server.store.engine import Database
from server.store.jobs import JobRecord

READ_ROWS = 500
"""Of one snapshot."""


class Bill:
    """Counts the rows of `record`, some at a time."""

    def __init__(self, database: Database, record: JobRecord) -> None:
        assert record.quote is not None, "a started job has a quote"
        assert record.prices is not None, "a started job has the prices of its start"
        self.accounting = Accounting(record.quote, record.prices)
        self._database = database
        self._record = record
        self._as_of = Seq(record.quote.as_of_seq)
        self._reversers: Mapping[PieceKey, Party] | None = None
        self._rows = 0

    @property
    def is_whole(self) -> bool:
        return self._rows >= self._record.rows

    async def add_some(self) -> None:
        """The next rows. Raises Unavailable, and has then counted none of them."""
        record = self._record
        through = min(self._rows + READ_ROWS, record.rows)
        async with self._database.read() as connection:
            if self._reversers is None:
                self._reversers = await job_accounts.reversers(connection, record.org, self._as_of)
            rows = await job_rows.items_between(
                connection, record.org, record.id, self._rows, through
            )
            asked = self.accounting.to_ask(item for items in rows for item in items)
            payers = await job_accounts.payers(connection, record.org, asked)
        witnesses = Witnesses(payers, self._reversers)
        for items in rows:
            self.accounting.add(items, witnesses)
        self._rows = through
