"""The file of a finished job: what happened to each row, and the values that the org owns (R24,
R25).

It is built anew for each download, of what the job wrote down when it looked its rows up and
settled them, so that it says the same for as long as nothing is reversed (R28) or erased (R4).
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import date
from typing import IO
from zoneinfo import ZoneInfo

import msgspec

from server.domain.credit_month import from_us
from server.domain.folding import folded
from server.domain.job_rows import JobRow
from server.store import job_rows, job_values
from server.store.engine import Database
from server.store.job_values import Spot
from server.store.jobs import JobRecord
from server.usecases.job_columns import Fact, Field, fields_of
from server.usecases.sheets import Row, temporary_xlsx, write_csv

CHUNK_ROWS = 250
"""Read in one snapshot: a few milliseconds of the event loop."""
NAME_CHARS_MAX = 80
_ENDINGS = re.compile(r"\.(csv|tsv|txt|xlsx)$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class JobTable(msgspec.Struct, frozen=True):
    """The rows of a job in their order. `name`: of the file, without its ending, ASCII."""

    name: str
    database: Database
    record: JobRecord
    fields: tuple[Field, ...]

    def csv(self) -> AsyncGenerator[bytes]:
        """The file, part by part. Between two parts nothing is open."""
        return write_csv([field.column for field in self.fields], self._chunks())

    async def xlsx(self) -> IO[bytes]:
        """The workbook in a temporary file. Raises Unavailable when the disk does not take it."""
        columns = [field.column for field in self.fields]
        return await temporary_xlsx(columns, self._chunks(), sheet=self.record.action.capitalize())

    async def _chunks(self) -> AsyncGenerator[list[Row]]:
        for first in range(0, self.record.rows, CHUNK_ROWS):
            # A client that leaves must not tear a reading connection down in the middle.
            facts = await asyncio.shield(self._facts(first))
            yield await asyncio.to_thread(_rows, self.fields, facts)

    async def _facts(self, first: int) -> list[Fact]:
        org, job = self.record.org, self.record.id
        async with self.database.read() as connection:
            rows = await job_rows.between(connection, org, job, first, first + CHUNK_ROWS)
            spots = {spot for row in rows for spot in _spots(row)}
            held = await connection.run_sync(job_values.holding, org, spots)
        return [Fact(self.record.action, row, held) for row in rows]


async def job_table(database: Database, record: JobRecord, zone: ZoneInfo) -> JobTable:
    """The table of a completed job, times in `zone`, the org's."""
    assert record.status == "completed", "only a settled row says what happened to it"
    return JobTable(_name(record, zone), database, record, fields_of(record, zone))


def _rows(fields: Sequence[Field], facts: Sequence[Fact]) -> list[Row]:
    return [[field.cell(fact) for field in fields] for fact in facts]


def _spots(row: JobRow) -> list[Spot]:
    if row.subject is None:
        return []
    return [(row.subject, item.key) for item in row.items if item.key and item.seq is not None]


def _name(record: JobRecord, zone: ZoneInfo) -> str:
    """The label in characters that every system takes; where none is left, the day."""
    plain = folded(_ENDINGS.sub("", record.label))
    label = _NOT_IN_NAMES.sub("-", plain)[:NAME_CHARS_MAX].strip("-")
    return f"{label or _day(record, zone)}_{record.action}"


def _day(record: JobRecord, zone: ZoneInfo) -> date:
    at = from_us(record.finished_us or record.created_us)
    return at.astimezone(zone).date()
