"""Jobs whose rows are being written: a claim on one, a new draft with its key, and what is swept
away of those that came to nothing (R11, R25)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple

import msgspec
import structlog

from server.domain import errors
from server.domain.callers import Member
from server.domain.commands import Idempotency
from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.domain.job_rows import JobRow
from server.domain.keys import recalled
from server.store import job_claims, job_rows, jobs, kept_answers, users
from server.store.engine import AsyncConnection, Database
from server.store.erasure import erased_among, lock_out
from server.store.jobs import JobRecord, NewJob
from server.usecases.job_quotes import Counted
from server.usecases.names import new_id
from server.usecases.sessions import Deactivated

LEASE_US = 30_000_000
"""A claim is kept with every few hundred rows, which take a fraction of a second; a dead server's
is free after this."""
WAIT_S = 20.0
"""For another request with the same key, or on the same job: most clients wait longer."""
POLL_S = 0.1
BUSY_RETRY_AFTER_S = 5
OPEN_RETRY_AFTER_S = 60
DELETED_AT_ONCE = 2_000
"""Rows of one transaction: some 10 ms."""
SWEPT_AT_ONCE = 100

log = structlog.get_logger(__name__)


WriteRows = Callable[[AsyncConnection, OrgId, JobId, Sequence[JobRow]], Awaitable[None]]


class NotQuoted(errors.JobState):
    """It was started, or has ended: its rows and its quote stay as they are."""


class Claim:
    """The right to write the rows and the quote of a draft or quoted job, held by one request.

    `record`: the job as it was when it was claimed. `is_dirty`: its rows may not be those of its
    quote, because whoever wrote them last did not come to the end.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], AtUs],
        record: JobRecord,
        name: str,
        *,
        is_dirty: bool = False,
    ) -> None:
        self.record = record
        self.name = name
        self.is_dirty = is_dirty
        self._database = database
        self._clock = clock
        self._kept_until = record.lease_us
        self._is_over = False

    async def add(self, rows: list[JobRow]) -> None:
        """New rows. Raises Busy when the claim is lost."""
        await self._write(job_rows.add, rows)

    async def put(self, rows: list[JobRow]) -> None:
        """Rows that are there, counted anew. Raises Busy when the claim is lost."""
        await self._write(job_rows.put_quoted, rows)
        self.is_dirty = True

    async def keep(self, _rows: list[JobRow]) -> None:
        """Rows that were counted and stay as they are. Raises Busy when the claim is lost."""
        if self._clock() > self._kept_until - LEASE_US // 2:
            async with self._kept():
                pass

    async def finish(self, counted: Counted) -> None:
        """The quote of a draft's rows; then the claim is over. Raises Busy."""
        async with self._kept() as connection:
            await self._put_quote(connection, counted)
            # In one transaction, so that who meets a lost answer can tell a draft from a job.
            await job_claims.release(connection, self.record.org, self.record.id, self.name)
        self._is_over = True

    async def renew_quote(self, counted: Counted) -> None:
        """The quote of rows that were all `put`. Raises Busy."""
        async with self._kept() as connection:
            await self._put_quote(connection, counted)
        self.is_dirty = False

    async def _put_quote(self, connection: AsyncConnection, counted: Counted) -> None:
        await jobs.put_quote(
            connection,
            self.record.org,
            self.record.id,
            quote=counted.quote,
            rows=counted.rows,
            problem_count=counted.problem_count,
            mapping=self.record.mapping,
        )

    def started(self) -> None:
        """The job is the worker's now."""
        self._is_over = True

    async def give_back(self) -> None:
        """Whatever happened. A claim that cannot be given back just now ends with its lease."""
        if self._is_over:
            return
        leave = job_claims.leave_dirty if self.is_dirty else job_claims.release
        with suppress(errors.Unavailable):
            async with self._database.write() as connection:
                await leave(connection, self.record.org, self.record.id, self.name)

    async def holds(self) -> bool:
        """Whether the claim is still ours; kept for a while, if so."""
        with suppress(errors.Busy):
            async with self._kept():
                return True
        return False

    async def _write(self, write: WriteRows, rows: list[JobRow]) -> None:
        """Of whoever was erased since the rows were read nothing is written (R4)."""
        async with self._database.write() as connection:
            rows = await _without_erased(connection, rows)
            until = await self._keep(connection)
            await write(connection, self.record.org, self.record.id, rows)
        self._kept_until = until

    @asynccontextmanager
    async def _kept(self) -> AsyncIterator[AsyncConnection]:
        async with self._database.write() as connection:
            until = await self._keep(connection)
            yield connection
        self._kept_until = until

    async def _keep(self, connection: AsyncConnection) -> AtUs:
        """Until when. Raises Busy when the claim is lost."""
        record, until = self.record, AtUs(self._clock() + LEASE_US)
        if not await job_claims.keep(connection, record.org, record.id, self.name, until):
            raise errors.Busy(
                "Counting was interrupted, because the job was stopped or this server was too "
                "slow; nothing was charged. Look at the job and try again.",
                retry_after_s=BUSY_RETRY_AFTER_S,
            )
        return until


async def _without_erased(connection: AsyncConnection, rows: list[JobRow]) -> list[JobRow]:
    """The rows, those of erased people as an erasure leaves them; none begins before the
    transaction ends. Before the job's row is locked (server/store/erasure.py)."""
    hashes = {row.person for row in rows if row.person is not None}
    gone = await erased_among(connection, sorted(hashes))
    return [
        msgspec.structs.replace(row, cells=None, told=None) if row.person in gone else row
        for row in rows
    ]


class Begun(NamedTuple):
    """`job` answers the request; `claim` is None when an earlier request with its key made it."""

    job: JobId
    claim: Claim | None


class _Patience:
    """Waits for others, up to a point."""

    def __init__(self, wait_s: float) -> None:
        self._ends_s = time.monotonic() + wait_s

    async def pause(self) -> None:
        """Raises Busy when enough was waited."""
        if time.monotonic() >= self._ends_s:
            raise errors.Busy(
                "Another request is counting the rows of this job; try again in "
                f"{BUSY_RETRY_AFTER_S} s.",
                retry_after_s=BUSY_RETRY_AFTER_S,
            )
        await asyncio.sleep(POLL_S)


class Drafts:
    """Makes drafts and claims jobs. `open_jobs_max`: of one user. `wait_s`: for another request."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], AtUs],
        open_jobs_max: int,
        wait_s: float = WAIT_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._open_jobs_max = open_jobs_max
        self._wait_s = wait_s

    async def begin(self, member: Member, new: NewJob, key: Idempotency | None) -> Begun:
        """A draft with its key, or the job that the key answers with (R11).

        Raises IdempotencyConflict, Deactivated, and Busy above `open_jobs_max`.
        """
        async with self._database.write() as connection:
            # Of two requests at once the second counts the first's job.
            user = await users.locked_user(connection, member.user)
            if user is None or not user.active:
                raise Deactivated
            if key is not None:
                answer = await self._kept(connection, member, new, key)
                if answer != new.id:
                    return Begun(answer, None)
            await self._refuse_many(connection, member)
            await jobs.add_draft(connection, member.org, new)
            record = await jobs.one(connection, member.org, new.id)
        assert record is not None, "it was just written"
        return Begun(new.id, Claim(self._database, self._clock, record, new.worker))

    async def _kept(
        self, connection: AsyncConnection, member: Member, new: NewJob, key: Idempotency
    ) -> JobId:
        kept = await kept_answers.keep(
            connection, member.org, member.user, key, new.id, new.created_us
        )
        return JobId(recalled(kept, key))

    async def _refuse_many(self, connection: AsyncConnection, member: Member) -> None:
        if await jobs.open_count(connection, member.org, member.user) >= self._open_jobs_max:
            raise errors.Busy(
                f"You have {self._open_jobs_max:,} exports and imports that have not ended "
                "(open_jobs); stop some, or wait for them.",
                retry_after_s=OPEN_RETRY_AFTER_S,
                limit="open_jobs",
            )

    async def awaited(self, org: OrgId, job: JobId) -> JobRecord | None:
        """The job once it is no draft any more; None: its creation failed. Raises Busy."""
        patience = _Patience(self._wait_s)
        while True:
            async with self._database.read() as connection:
                record = await jobs.one(connection, org, job)
            if record is None or record.status != "drafting":
                return record
            await patience.pause()

    @asynccontextmanager
    async def claimed(self, record: JobRecord) -> AsyncIterator[Claim]:
        """A quoted job, for the caller alone. Raises NotQuoted, Expired, and Busy when others
        count it for long."""
        patience = _Patience(self._wait_s)
        while (claim := await self._claim(record)) is None:
            await patience.pause()
        try:
            yield claim
        finally:
            await asyncio.shield(claim.give_back())

    async def _claim(self, record: JobRecord) -> Claim | None:
        now, name = self._clock(), new_id("claim")
        async with self._database.write() as connection:
            until = AtUs(now + LEASE_US)
            taken = await job_claims.take(connection, record.org, record.id, name, now, until)
            current = await jobs.one(connection, record.org, record.id)
            assert current is not None, "a job that was quoted is never deleted"
            _refuse_unless_quoted(current, now)
        if taken is None:
            return None
        return Claim(self._database, self._clock, current, name, is_dirty=taken == "dirty")

    async def discard(self, claim: Claim) -> None:
        """A creation failed: its draft, rows and key go, unless the claim is lost."""
        with suppress(errors.Unavailable):
            if await claim.holds():
                record = claim.record
                await _delete(self._database, record.org, record.id, record.user, claim.name)


def _refuse_unless_quoted(record: JobRecord, now: AtUs) -> None:
    """Raises NotQuoted, and Expired for a quote past its time (R18)."""
    if record.status == "expired" or (record.status == "quoted" and record.expires_us <= now):
        raise errors.Expired("This quote has expired; make a new one. Nothing was charged.")
    if record.status != "quoted":
        raise NotQuoted(f"This job is {record.status}.", job_status=record.status)


async def sweep_drafts(database: Database, lapsed_us: AtUs) -> int:
    """Deletes the drafts whose lease ended before `lapsed_us`, with their rows and keys (R11):
    their server died. Answers how many."""
    async with database.read() as connection:
        found = await job_claims.lapsed_drafts(connection, lapsed_us, SWEPT_AT_ONCE)
    for org, job, user in found:
        with _swept_alone(job):
            claim, until = new_id("claim"), AtUs(lapsed_us + LEASE_US)
            async with database.write() as connection:
                taken = await job_claims.take_draft(connection, org, job, claim, lapsed_us, until)
            if taken:
                await _delete(database, org, job, user, claim)
    return len(found)


async def sweep_rows(database: Database) -> int:
    """Deletes the rows of stopped, failed and expired jobs (R25). Answers of how many jobs."""
    async with database.read() as connection:
        found = await job_claims.untidied(connection, SWEPT_AT_ONCE)
    for org, job in found:
        with _swept_alone(job):
            await _delete_rows(database, org, job)
            async with database.write() as connection:
                await job_claims.tidied(connection, org, job)
    return len(found)


@contextmanager
def _swept_alone(job: JobId) -> Iterator[None]:
    """One that breaks keeps no other from being swept; the next round tries it again.

    Raises Unavailable: then no other can be swept either.
    """
    try:
        yield
    except errors.Unavailable:
        raise
    except Exception:
        log.exception("a job was not swept", job=job)


async def _delete(database: Database, org: OrgId, job: JobId, user: UserId, claim: str) -> None:
    """A draft and all that belongs to it; the draft last, so that a sweep finds what is left."""
    await _delete_rows(database, org, job)
    async with database.write() as connection:
        if await job_claims.delete_draft(connection, org, job, claim):
            await kept_answers.forget(connection, org, user, job)


async def _delete_rows(database: Database, org: OrgId, job: JobId) -> None:
    is_more = True
    while is_more:
        async with database.write() as connection:
            # An erasure locks rows of the same job, in another order.
            await connection.run_sync(lock_out)
            is_more = await job_rows.forget_some(connection, org, job, DELETED_AT_ONCE)
