"""Jobs as their users are told of them (api.md, Jobs)."""

from collections.abc import Sequence

import msgspec

from server.domain.credit_month import from_us
from server.domain.ids import AtUs, UserId
from server.domain.import_rows import cell_text
from server.store import job_rows
from server.store.engine import AsyncConnection
from server.store.jobs import JobRecord
from server.wire.history import UserRef
from server.wire.jobs import Job, JobProblem, Progress

PROBLEMS_TOLD_MAX = 1_000
"""In the answer to a call about one job, about 80 kB; the result file lists all (R25)."""
PROBLEMS_IN_PASSING_MAX = 20
"""In lists, in `welcome` and in `job` messages, of which there are five a second."""
SAMPLE_ROWS = 3
"""Enough to see what a column holds."""
SAMPLE_CHARS_MAX = 100
"""Of a cell: with 256 columns the sample stays below 80 kB."""


async def told(
    connection: AsyncConnection, record: JobRecord, problems_max: int = PROBLEMS_TOLD_MAX
) -> Job:
    """The job with the first `problems_max` of its problems. Not for drafts."""
    limit = min(problems_max, record.problem_count)
    rows = await job_rows.problems(connection, record.org, record.id, limit) if limit else []
    return job_of(record, [JobProblem(line=line, reason=reason) for line, reason in rows])


async def told_to(connection: AsyncConnection, record: JobRecord, reader: UserId) -> Job:
    """The whole job; to its maker with some of the rows whose columns are to be named (R25)."""
    job = await told(connection, record)
    if record.file is None or record.status != "quoted" or record.user != reader:
        return job
    rows = await job_rows.between(connection, record.org, record.id, 0, SAMPLE_ROWS)
    # An unreadable record has no cells, and an erased person's are taken away (R4).
    sample = [
        [cell_text(cell)[:SAMPLE_CHARS_MAX] for cell in row.cells[: len(record.file.columns)]]
        for row in rows
        if row.cells is not None
    ]
    return msgspec.structs.replace(job, sample=sample)


def job_of(record: JobRecord, problems: Sequence[JobProblem]) -> Job:
    """The job in the shape of api.md. `problems`: the first of them."""
    assert record.status != "drafting", "nobody is told of a draft"
    assert record.quote is not None, "a job is a draft until it is quoted"
    return Job(
        id=record.id,
        action=record.action,
        status=record.status,
        by=UserRef(id=record.user, name=record.user_name),
        progress=Progress(done=(record.looked_up + record.settled) // 2, total=record.rows),
        quote=record.quote,
        settlement=record.settlement,
        account=record.account,
        kinds=list(record.kinds),
        max_credits=record.max_credits,
        label=record.label,
        columns=record.mapping,
        file=record.file,
        sample=[],
        problems=list(problems),
        problem_count=record.problem_count,
        error=record.error,
        created_at=from_us(record.created_us),
        started_at=None if record.started_us is None else from_us(AtUs(record.started_us)),
        finished_at=None if record.finished_us is None else from_us(AtUs(record.finished_us)),
        expires_at=from_us(record.expires_us) if record.started_us is None else None,
    )


def in_passing(job: Job) -> Job:
    """The job as `job` messages carry it."""
    some = job.problems[:PROBLEMS_IN_PASSING_MAX]
    return msgspec.structs.replace(job, problems=some, sample=[])
