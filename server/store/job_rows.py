"""The rows of jobs: written in chunks, read in chunks, in row order."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import JobId, OrgId, SubjectId
from server.domain.job_rows import Cell, Item, JobRow, Told, items_from_json, items_to_json
from server.store.bulk import BulkInsert
from server.store.lists import chunked
from server.store.schema import job_row
from server.wire.base import to_json

_FIELDS = ("row_no", "line", "subject_id", "cells", "problem", "told", "items", "person")
_add = BulkInsert(job_row, ("org_id", "job_id", *_FIELDS))
_quoted = BulkInsert(
    job_row,
    ("org_id", "job_id", "row_no", "subject_id", "problem", "items", "person"),
    replacing=("subject_id", "problem", "items", "person"),
)
_of_job = (job_row.c.org_id == bindparam("org"), job_row.c.job_id == bindparam("job"))
_between = (
    select(*job_row.c[_FIELDS])
    .where(
        *_of_job,
        job_row.c.row_no >= bindparam("first"),
        job_row.c.row_no < bindparam("through"),
    )
    .order_by(job_row.c.row_no)
)
_items_between = (
    select(job_row.c["items"])
    .where(
        *_of_job,
        job_row.c.row_no >= bindparam("first"),
        job_row.c.row_no < bindparam("through"),
    )
    .order_by(job_row.c.row_no)
)
_with_problem = (
    select(func.count())
    .select_from(job_row)
    .where(*_of_job, job_row.c.problem.is_not(None), job_row.c.problem == bindparam("problem"))
)
_problems = (
    select(job_row.c.line, job_row.c.problem)
    .where(*_of_job, job_row.c.problem.is_not(None))
    .order_by(job_row.c.row_no)
    .limit(bindparam("limit"))
)
_first = select(func.min(job_row.c.row_no)).where(*_of_job)
_forget = delete(job_row).where(*_of_job, job_row.c.row_no < bindparam("through"))
_blank = update(job_row).values(cells=None, told=None)
_blank_rows = _blank.where(*_of_job, job_row.c.row_no.in_(bindparam("row_nos", expanding=True)))
_forget_subjects = _blank.where(job_row.c.subject_id.in_(bindparam("subjects", expanding=True)))
_forget_person = _blank.where(job_row.c.person == bindparam("hash"))

_cells: msgspec.json.Decoder[tuple[Cell, ...]] = msgspec.json.Decoder(tuple[Cell, ...])
_tolds: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


async def add(connection: AsyncConnection, org: OrgId, job: JobId, rows: Sequence[JobRow]) -> None:
    """New rows; a few hundred at a time keep a transaction short."""
    values = [
        (
            org,
            job,
            row.row_no,
            row.line,
            row.subject,
            to_json(row.cells).decode() if row.cells is not None else None,
            row.problem,
            to_json(row.told).decode() if row.told is not None else None,
            items_to_json(row.items) if row.items else None,
            row.person,
        )
        for row in rows
    ]
    await connection.run_sync(_add.execute, values)


async def between(
    connection: AsyncConnection, org: OrgId, job: JobId, first: int, through: int
) -> list[JobRow]:
    """The rows from `first` up to, not including, `through`."""
    given = {"org": org, "job": job, "first": first, "through": through}
    return [_row(row) for row in await connection.execute(_between, given)]


async def items_between(
    connection: AsyncConnection, org: OrgId, job: JobId, first: int, through: int
) -> list[tuple[Item, ...]]:
    """The items of those rows, and nothing else of them; none for a row that is a problem."""
    given = {"org": org, "job": job, "first": first, "through": through}
    return [items_from_json(items) for items in await connection.scalars(_items_between, given)]


async def count_with(connection: AsyncConnection, org: OrgId, job: JobId, problem: str) -> int:
    """How many rows are left out for this very reason."""
    given = {"org": org, "job": job, "problem": problem}
    return int(await connection.scalar(_with_problem, given) or 0)


async def put_quoted(
    connection: AsyncConnection, org: OrgId, job: JobId, rows: Sequence[JobRow]
) -> None:
    """Writes `subject`, `problem`, `items` and `person` of rows that are there. Of a person the
    row keeps no cells unless it has them here."""
    values = [
        (
            org,
            job,
            row.row_no,
            row.subject,
            row.problem,
            items_to_json(row.items) if row.items else None,
            row.person,
        )
        for row in rows
    ]
    await connection.run_sync(_quoted.execute, values)
    blank = [row.row_no for row in rows if row.person is not None and row.cells is None]
    for some in chunked(blank):
        await connection.execute(_blank_rows, {"org": org, "job": job, "row_nos": some})


async def problems(
    connection: AsyncConnection, org: OrgId, job: JobId, limit: int
) -> list[tuple[int, str]]:
    """Line and reason of the first `limit` rows that are left out."""
    given = {"org": org, "job": job, "limit": limit}
    return [(row.line, row.problem) for row in await connection.execute(_problems, given)]


async def forget_some(connection: AsyncConnection, org: OrgId, job: JobId, limit: int) -> bool:
    """Deletes the first rows, at most `limit`. False: there are none any more."""
    first = await connection.scalar(_first, {"org": org, "job": job})
    if first is None:
        return False
    await connection.execute(_forget, {"org": org, "job": job, "through": first + limit})
    return True


async def forget_people(
    connection: AsyncConnection, subjects: Sequence[SubjectId], url_hash: bytes
) -> None:
    """Takes what is personal from the rows about erased `subjects`, and from those whose cells
    hold the URL of this keyed hash (R4)."""
    await connection.execute(_forget_person, {"hash": url_hash})
    for some in chunked(subjects):
        await connection.execute(_forget_subjects, {"subjects": some})


def _row(row: Row[Any]) -> JobRow:
    return JobRow(
        row.row_no,
        row.line,
        row.subject_id,
        _cells.decode(row.cells) if row.cells is not None else None,
        row.problem,
        _tolds.decode(row.told) if row.told is not None else None,
        items_from_json(row.items),
        row.person,
    )
