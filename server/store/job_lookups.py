"""What a worker writes into the rows of a job: whom each is about, and what is told of them."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import EVERYONE, JobId, OrgId, SubjectId
from server.domain.job_rows import JobRow, Told
from server.store.bulk import BulkInsert
from server.store.erasure import lock_out
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.schema import job, job_row, subject
from server.wire.base import to_json
from server.wire.subjects import Analysis
from server.wire.words import JobStatus

_PUBLIC = ("type", "name", "url", "headline", "company", "location")
_subjects = PreparedSelect(
    select(*subject.c[("id", "org_id", *_PUBLIC, "analysis")]).where(
        subject.c.id.in_(bindparam("ids", expanding=True))
    )
)
_known = PreparedSelect(
    select(subject.c.id).where(subject.c.id.in_(bindparam("ids", expanding=True)))
)
_rows = BulkInsert(
    job_row,
    ("org_id", "job_id", "row_no", "subject_id", "problem", "told"),
    replacing=("subject_id", "problem", "told"),
)
_analysis: msgspec.json.Decoder[Analysis] = msgspec.json.Decoder(Analysis)


class Findings(NamedTuple):
    """Rows as they were found anew, of a job that must still be `worker`'s and `status`.

    `looked_up`: how far the job is with it; None while it is being settled. `new_problems`: how
    many of `rows` were none before (R25).
    """

    org: OrgId
    job: JobId
    worker: str
    status: JobStatus
    looked_up: int | None
    rows: Sequence[JobRow]
    new_problems: int


async def told_of(
    connection: AsyncConnection, org: OrgId, subjects: Collection[SubjectId]
) -> dict[SubjectId, Told]:
    """What everybody of the org may read of those of `subjects` that it can see."""
    return await connection.run_sync(_told_of, org, subjects)


def put_findings(connection: Connection, found: Findings) -> bool:
    """Writes `subject`, `problem` and `told` of the rows; False, and nothing is written, when the
    job is no longer this worker's.

    Whoever was erased since the rows were read is not told of again (R4).
    """
    lock_out(connection)
    if not _is_still_mine(connection, found):
        return False
    there = _still_there(connection, {row.subject for row in found.rows if row.subject})
    _rows.execute(
        connection,
        [
            (found.org, found.job, row.row_no, row.subject, row.problem, _told(row, there))
            for row in found.rows
        ],
    )
    return True


def _told_of(
    connection: Connection, org: OrgId, subjects: Collection[SubjectId]
) -> dict[SubjectId, Told]:
    return {
        SubjectId(row.id): _told_from(row)
        for some in chunked(sorted(subjects))
        for row in _subjects.rows(connection, ids=some)
        if row.org_id in (EVERYONE, org)
    }


def _told_from(row: Row[Any]) -> Told:
    analysis = _analysis.decode(row.analysis) if row.analysis else None
    return Told(**{name: getattr(row, name) for name in _PUBLIC}, analysis=analysis)


def _is_still_mine(connection: Connection, found: Findings) -> bool:
    """Locks the job's row, so that nobody ends the job before this is written."""
    moved: dict[str, Any] = {"problem_count": job.c.problem_count + found.new_problems}
    if found.looked_up is not None:
        moved["looked_up"] = found.looked_up
    locked = connection.execute(
        update(job)
        .where(
            job.c.org_id == found.org,
            job.c.id == found.job,
            job.c.worker == found.worker,
            job.c.status == found.status,
        )
        .values(moved)
    )
    return locked.rowcount == 1


def _still_there(connection: Connection, subjects: Collection[SubjectId]) -> set[SubjectId]:
    return {
        SubjectId(row.id)
        for some in chunked(sorted(subjects))
        for row in _known.rows(connection, ids=some)
    }


def _told(row: JobRow, there: Collection[SubjectId]) -> str | None:
    if row.told is None or row.subject not in there:
        return None
    return to_json(row.told).decode()
