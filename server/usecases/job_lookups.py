"""Looking the rows of a job up: whom each is about, and what the job's file will tell of them
(R24, R25)."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import msgspec

from server.domain.holding import NotTheWorker
from server.domain.job_rows import JobRow, Sought
from server.store import job_lookups as store
from server.store import job_rows
from server.store.engine import AsyncConnection, Database
from server.store.job_lookups import Findings
from server.store.jobs import JobRecord
from server.wire.words import JobStatus

CHUNK_ROWS = 250
"""Of one transaction: some milliseconds of the loop, which reveals wait for."""


class Finding(Protocol):
    """Whom a row is about (server/usecases/seeking.py)."""

    def sought(self, record: JobRecord, row: JobRow) -> Sought:
        """The row as what is looked for."""

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        """The rows with `subject` and `problem` as they are found now."""


class Lookups:
    """Looks up rows of jobs that `worker` has."""

    def __init__(self, database: Database, seeker: Finding, worker: str) -> None:
        self._database = database
        self._seeker = seeker
        self._worker = worker

    async def next_chunk(self, record: JobRecord) -> JobRecord:
        """Looks the next rows of a running job up; answers how far it is then.

        Raises NotTheWorker and Unavailable.
        """
        through = min(record.looked_up + CHUNK_ROWS, record.rows)
        async with self._database.read() as connection:
            stored = await job_rows.between(
                connection, record.org, record.id, record.looked_up, through
            )
            found = await self._told(
                connection, record, await self._found(connection, record, stored)
            )
        more = _problems(found) - _problems(stored)
        await self._put(record, found, more, through)
        return msgspec.structs.replace(
            record, looked_up=through, problem_count=record.problem_count + more
        )

    async def rows(self, record: JobRecord, first: int, through: int) -> list[JobRow]:
        """Rows of a settling job as they are found now: a record that has vanished since the job
        looked it up is not settled, and a person known by now is no contact of the org's own.

        Raises NotTheWorker and Unavailable.
        """
        async with self._database.read() as connection:
            stored = await job_rows.between(connection, record.org, record.id, first, through)
            found = await self._found(connection, record, stored)
            known = {row.row_no: (row.subject, row.problem) for row in stored}
            moved = [row for row in found if known[row.row_no] != (row.subject, row.problem)]
            told = await self._told(connection, record, moved)
        if told:
            await self._put(record, told, _problems(found) - _problems(stored), None)
        return found

    async def leave_out(self, record: JobRecord, row: JobRow, problem: str) -> None:
        """A row of a settling job that is not settled for this reason.

        Raises NotTheWorker and Unavailable.
        """
        left = [msgspec.structs.replace(row, problem=problem)]
        await self._put(record, left, _problems(left) - _problems([row]), None)

    async def _found(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        """A problem stays one: its row was not quoted."""
        asked = [row for row in rows if row.problem is None]
        found = {row.row_no: row for row in await self._seeker.resolved(connection, record, asked)}
        return [found.get(row.row_no, row) for row in rows]

    async def _told(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        subjects = {row.subject for row in rows if row.subject is not None}
        told = await store.told_of(connection, record.org, subjects)
        return [
            msgspec.structs.replace(row, told=told.get(row.subject) if row.subject else None)
            for row in rows
        ]

    async def _put(
        self, record: JobRecord, rows: Sequence[JobRow], new_problems: int, looked_up: int | None
    ) -> None:
        status: JobStatus = "settling" if looked_up is None else "running"
        found = Findings(record.org, record.id, self._worker, status, looked_up, rows, new_problems)
        if not await self._database.carry_out(partial(store.put_findings, found=found)):
            raise NotTheWorker("This job is no longer this worker's.", job_status=record.status)


def _problems(rows: Sequence[JobRow]) -> int:
    return sum(row.problem is not None for row in rows)
