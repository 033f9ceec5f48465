"""Who may write the rows of a draft or quoted job: one request at a time, over all servers.

A claim is `job.worker` with a lease, under a name that each request makes anew. Every transaction
that writes rows keeps the claim first; one that was lost, or a job that was stopped meanwhile, so
ends the request before it has written anything.
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.store.schema import job

DIRTY_LEASE_US = 0
"""In the past: the next request may have the claim at once, and learns that rows were left half
written."""
TIDIED_LEASE_US = -1
"""Of a job that ended without a charge and has no rows any more: the index finds the others."""
ENDED_UNCHARGED = ("stopped", "failed", "expired")

Taken = Literal["clean", "dirty"]
"""`dirty`: whoever had the claim before left rows that may not be those of the quote."""


async def take(
    connection: AsyncConnection, org: OrgId, id_: JobId, claim: str, now: AtUs, until: AtUs
) -> Taken | None:
    """Claims a quoted job. None: somebody has it, or it is not quoted."""
    is_quoted = and_(_is(org, id_), job.c.status == "quoted")
    if await _moved(connection, is_quoted, job.c.worker.is_(None), worker=claim, lease_us=until):
        return "clean"
    if await _moved(connection, is_quoted, job.c.lease_us <= now, worker=claim, lease_us=until):
        return "dirty"
    return None


async def keep(
    connection: AsyncConnection, org: OrgId, id_: JobId, claim: str, until: AtUs
) -> bool:
    """Makes sure, until the transaction ends, that the claim holds. False: it is lost, or the job
    is neither a draft nor quoted any more."""
    return await _moved(connection, _claimed(org, id_, claim), lease_us=until)


async def release(connection: AsyncConnection, org: OrgId, id_: JobId, claim: str) -> None:
    """Rows and quote belong together."""
    await _moved(connection, _claimed(org, id_, claim), worker=None)


async def leave_dirty(connection: AsyncConnection, org: OrgId, id_: JobId, claim: str) -> None:
    """Rows were written and their quote was not: the next who claims the job counts it anew."""
    await _moved(connection, _claimed(org, id_, claim), lease_us=DIRTY_LEASE_US)


async def lapsed_drafts(
    connection: AsyncConnection, lapsed_us: AtUs, limit: int
) -> list[tuple[OrgId, JobId, UserId]]:
    """Drafts whose lease ended before then: their server died."""
    query = (
        select(job.c.org_id, job.c.id, job.c.user_id)
        .where(job.c.status == "drafting", job.c.lease_us < lapsed_us)
        .limit(limit)
    )
    rows = await connection.execute(query)
    return [(OrgId(row.org_id), JobId(row.id), UserId(row.user_id)) for row in rows]


async def take_draft(
    connection: AsyncConnection, org: OrgId, id_: JobId, claim: str, lapsed_us: AtUs, until: AtUs
) -> bool:
    """Claims a draft whose lease ended before `lapsed_us`; its server writes to it no more."""
    has_lapsed = and_(job.c.status == "drafting", job.c.lease_us < lapsed_us)
    return await _moved(connection, _is(org, id_), has_lapsed, worker=claim, lease_us=until)


async def delete_draft(connection: AsyncConnection, org: OrgId, id_: JobId, claim: str) -> bool:
    """Once its rows are gone. False: the claim is lost."""
    gone = await connection.execute(
        delete(job).where(_claimed(org, id_, claim), job.c.status == "drafting")
    )
    return gone.rowcount == 1


async def untidied(connection: AsyncConnection, limit: int) -> list[tuple[OrgId, JobId]]:
    """Jobs that ended without a charge and may still have rows (R25)."""
    query = (
        select(job.c.org_id, job.c.id)
        .where(job.c.status.in_(ENDED_UNCHARGED), job.c.lease_us > TIDIED_LEASE_US)
        .limit(limit)
    )
    return [(OrgId(row.org_id), JobId(row.id)) for row in await connection.execute(query)]


async def tidied(connection: AsyncConnection, org: OrgId, id_: JobId) -> None:
    """The rows of this ended job are gone."""
    has_ended = job.c.status.in_(ENDED_UNCHARGED)
    await _moved(connection, _is(org, id_), has_ended, lease_us=TIDIED_LEASE_US)


def _is(org: OrgId, id_: JobId) -> ColumnElement[bool]:
    return and_(job.c.org_id == org, job.c.id == id_)


def _claimed(org: OrgId, id_: JobId, claim: str) -> ColumnElement[bool]:
    """A running job's worker is no claim."""
    is_open = job.c.status.in_(("drafting", "quoted"))
    return and_(_is(org, id_), job.c.worker == claim, is_open)


async def _moved(
    connection: AsyncConnection, *conditions: ColumnElement[bool], **values: Any
) -> bool:
    moved = await connection.execute(update(job).where(*conditions).values(values))
    return moved.rowcount == 1
