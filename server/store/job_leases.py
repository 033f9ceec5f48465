"""Which process works on which job: leases, taken and renewed by compare-and-set (R23).

A lease keeps two processes from doing the same work; that nothing happens twice rests on the org's
lock and on the guards of each write, never on a lease.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, JobId, OrgId
from server.store.job_claims import DIRTY_LEASE_US
from server.store.schema import job, users
from server.wire.words import STARTED


class JobAt(NamedTuple):
    """A job by its key."""

    org: OrgId
    id: JobId


async def waiting(
    connection: AsyncConnection,
    worker: str,
    now: AtUs,
    *,
    at_work: Collection[JobAt],
    per_org: int,
) -> list[JobAt]:
    """Jobs that `worker` may take: free ones, those whose lease ran out, and its own that it is not
    `at_work` on. Of each org the `per_org` longest waiting, and of all those first."""
    place = (
        func.row_number()
        .over(partition_by=job.c.org_id, order_by=(job.c.lease_us, job.c.id))
        .label("place")
    )
    found = (
        select(job.c.org_id, job.c.id, job.c.lease_us, place)
        .where(
            job.c.status.in_(STARTED),
            _may_be_taken(worker, now),
            job.c.id.not_in([at.id for at in at_work]),
        )
        .subquery()
    )
    query = (
        select(found.c.org_id, found.c.id)
        .where(found.c.place <= per_org)
        .order_by(found.c.lease_us, found.c.id)
    )
    return [JobAt(row.org_id, row.id) for row in await connection.execute(query)]


async def take(connection: AsyncConnection, at: JobAt, worker: str, now: AtUs, until: AtUs) -> bool:
    """`worker` has the job until then; False: another was faster, or the job has ended."""
    taken = await connection.execute(
        update(job)
        .where(_is(at), job.c.status.in_(STARTED), _may_be_taken(worker, now))
        .values(worker=worker, lease_us=until)
    )
    return taken.rowcount == 1


async def renew(connection: AsyncConnection, at: JobAt, worker: str, until: AtUs) -> bool:
    """False: the lease is lost, or the job has ended."""
    renewed = await connection.execute(update(job).where(_mine(at, worker)).values(lease_us=until))
    return renewed.rowcount == 1


async def give_back(connection: AsyncConnection, at: JobAt, worker: str, now: AtUs) -> None:
    """Anybody may take the job from now on; it stands behind those that wait longer."""
    await connection.execute(update(job).where(_mine(at, worker)).values(worker=None, lease_us=now))


async def had_by(connection: AsyncConnection, worker: str) -> list[JobAt]:
    """All that are leased to the worker, also those that it did not come to."""
    query = select(job.c.org_id, job.c.id).where(job.c.status.in_(STARTED), job.c.worker == worker)
    return [JobAt(row.org_id, row.id) for row in await connection.execute(query)]


async def put_off(
    connection: AsyncConnection, at: JobAt, worker: str, until: AtUs, error: str | None = None
) -> bool:
    """The job broke in the worker's hands: nobody takes it before `until`. `error`: what its owner
    is told meanwhile. False: it was no longer the worker's."""
    told = {} if error is None else {"error": error}
    moved = await connection.execute(
        update(job)
        .where(_mine(at, worker))
        .values(worker=None, lease_us=until, failures=job.c.failures + 1, **told)
    )
    return moved.rowcount == 1


async def stuck(connection: AsyncConnection, failures: int) -> int:
    """How many settling jobs broke at least so often: their holds wait for somebody's help."""
    query = (
        select(func.count())
        .select_from(job)
        .where(job.c.status == "settling", job.c.failures >= failures)
    )
    return int(await connection.scalar(query) or 0)


async def free_all(connection: AsyncConnection) -> None:
    """Ends every lease and every claim, for a server that is the only one on its database."""
    await connection.execute(
        update(job)
        .where(
            job.c.status.in_(("drafting", "quoted", *STARTED)),
            job.c.worker.is_not(None),
            job.c.lease_us > DIRTY_LEASE_US,
        )
        .values(lease_us=DIRTY_LEASE_US)
    )


async def expired_quotes(connection: AsyncConnection, now: AtUs, limit: int) -> list[JobAt]:
    """Quoted jobs past their time (R18)."""
    return await _found(connection, job.c.status == "quoted", job.c.expires_us <= now, limit=limit)


async def overdue(connection: AsyncConnection, now: AtUs, limit: int) -> list[JobAt]:
    """Running jobs past the longest running time (R23)."""
    return await _found(connection, job.c.status == "running", job.c.expires_us <= now, limit=limit)


async def of_deactivated(connection: AsyncConnection, limit: int) -> list[JobAt]:
    """Running jobs whose owner was deactivated (R21)."""
    is_gone = exists().where(users.c.id == job.c.user_id, ~users.c.active)
    return await _found(connection, job.c.status == "running", is_gone, limit=limit)


async def _found(
    connection: AsyncConnection, *conditions: ColumnElement[bool], limit: int
) -> list[JobAt]:
    query = select(job.c.org_id, job.c.id).where(*conditions).limit(limit)
    return [JobAt(row.org_id, row.id) for row in await connection.execute(query)]


def _is(at: JobAt) -> ColumnElement[bool]:
    return and_(job.c.org_id == at.org, job.c.id == at.id)


def _mine(at: JobAt, worker: str) -> ColumnElement[bool]:
    return and_(_is(at), job.c.worker == worker, job.c.status.in_(STARTED))


def _may_be_taken(worker: str, now: AtUs) -> ColumnElement[bool]:
    return or_(job.c.lease_us <= now, job.c.worker == worker)
