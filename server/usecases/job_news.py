"""What a job's owner hears of it while it runs (api.md, the `job` message)."""

from collections.abc import Callable

from server.domain.ids import UserId
from server.store.engine import Database
from server.store.jobs import JobRecord
from server.usecases.job_told import PROBLEMS_IN_PASSING_MAX, told
from server.wire.socket import JobMessage

Tell = Callable[[UserId, JobMessage], None]
"""Sends a message to all sockets of a user, as far as there are any; not replayed (api.md)."""


class JobNews:
    """Sends jobs to their owners."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database = database
        self._tell = tell

    async def tell(self, record: JobRecord) -> None:
        """The job as it is in the record. Raises Unavailable."""
        async with self._database.read() as connection:
            job = await told(connection, record, PROBLEMS_IN_PASSING_MAX)
        self._tell(record.user, JobMessage(job=job))
