"""Who sees which exports and imports: a rep the own, an admin the org's (api.md, Jobs)."""

from typing import Final

import msgspec

from server.domain import errors
from server.domain.callers import Member
from server.domain.ids import JobId
from server.store import jobs as store
from server.store.engine import AsyncConnection
from server.store.jobs import JobFilter, JobRecord
from server.store.users import member_of
from server.usecases.job_told import PROBLEMS_IN_PASSING_MAX, told
from server.wire.jobs import JobList

LISTED_MAX: Final = 200
ALL: Final = JobFilter()


async def seen(connection: AsyncConnection, member: Member, job: JobId) -> JobRecord:
    """The job, unless this member may not see it. Raises NotFound, also for a draft."""
    record = await store.one(connection, member.org, job)
    if record is None or record.status == "drafting":
        raise _unknown()
    if record.user != member.user and member.role != "admin":
        raise _unknown()
    return record


async def list_of(
    connection: AsyncConnection,
    member: Member,
    which: JobFilter,
    *,
    limit: int,
    before: JobId | None,
) -> JobList:
    """The newest of `which` that are older than `before`.

    Raises BadRequest, Forbidden for a rep who asks for another's, NotFound for a `before` that this
    member may not see and for a user who is not of the org.
    """
    if not 1 <= limit <= LISTED_MAX:
        raise errors.BadRequest(f"limit: ask for 1 to {LISTED_MAX} jobs.")
    which = _within_sight(member, which)
    if which.user not in (None, member.user):
        await member_of(connection, member.org, which.user)
    after = None if before is None else await seen(connection, member, before)
    found = await store.listed(connection, member.org, which, limit=limit + 1, before=after)
    jobs = [await told(connection, record, PROBLEMS_IN_PASSING_MAX) for record in found[:limit]]
    return JobList(jobs=jobs, next_before=jobs[-1].id if len(found) > limit else None)


def _within_sight(member: Member, which: JobFilter) -> JobFilter:
    if member.role == "admin":
        return which
    if which.user not in (None, member.user):
        raise errors.Forbidden("Only an admin sees the exports and imports of others.")
    return msgspec.structs.replace(which, user=member.user)


def _unknown() -> errors.NotFound:
    return errors.NotFound("There is no such job.")
