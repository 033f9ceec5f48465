"""Exports and imports as their users handle them: quote, start, stop, look (R18–R26)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from itertools import chain, islice

import msgspec

from server.domain import errors
from server.domain.callers import Member
from server.domain.commands import DEPLOYMENT, By, EndJob, Idempotency, StartJob
from server.domain.holding import DEACTIVATED, StaleQuote
from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.domain.import_columns import checked_mapping
from server.domain.job_asks import (
    Pages,
    checked_kinds,
    checked_label,
    checked_max_credits,
    choice_of,
    file_label,
)
from server.domain.keys import recalled
from server.domain.pieces import PieceHasher
from server.settings import Settings
from server.store import jobs as store
from server.store import kept_answers
from server.store.engine import Database
from server.store.jobs import JobFilter, JobRecord, NewJob
from server.usecases.charge import Charger
from server.usecases.import_files import Upload
from server.usecases.job_drafts import LEASE_US, Claim, Drafts, NotQuoted
from server.usecases.job_news import Tell
from server.usecases.job_quotes import (
    Chunks,
    Counted,
    Quotes,
    chosen_rows,
    stored_rows,
    uploaded_rows,
)
from server.usecases.job_told import PROBLEMS_IN_PASSING_MAX, in_passing, told, told_to
from server.usecases.jobs_seen import ALL, list_of, seen
from server.usecases.names import new_id
from server.usecases.seeking import Seeker
from server.usecases.subjects import PER_PAGE
from server.usecases.turns import Turns
from server.wire.jobs import ExportRequest, Job, JobFile, JobList, MappingRequest, Quote, Select
from server.wire.socket import JobMessage
from server.wire.words import Kind

US_PER_HOUR = 3_600_000_000
COUNTS_AT_ONCE = 2
"""Large jobs counted at a time in one process, of different orgs, and as many small ones: each
reads on a connection of its own, of few."""
SMALL_ROWS = 2_000
"""Counted in some 0.3 s: they do not wait for the large ones, which take half a minute."""
KEEP_CLAIM_S = 5.0
"""While a turn is waited for: well within a claim's lease."""
STALE_MAX = 3
"""Prices that change while a start counts, again and again, are somebody's loop."""
FIRST_LEASE_US = 10_000_000
"""Of the worker here; when it does not come to the job, another process takes it (R23)."""


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a new job is to be, checked. `chosen`: of an export by pages; `file`: of an import."""

    rows_max: int
    kinds: tuple[Kind, ...]
    max_credits: int | None
    label: str
    chosen: Select | None = None
    file: JobFile | None = None
    mapping: Mapping[str, str] = {}


class Jobs:
    """The jobs of all orgs, all but the work on them.

    `worker_name`: of this process's worker, which has the jobs that are started here. `wake` tells
    it that there is one; `wake_sweep` tells who deletes the rows of stopped jobs.
    """

    def __init__(
        self,
        database: Database,
        charger: Charger,
        seeker: Seeker,
        settings: Settings,
        clock: Callable[[], AtUs],
        *,
        worker_name: str,
        tell: Tell,
        wake: Callable[[], None],
        wake_sweep: Callable[[], None],
    ) -> None:
        self._database = database
        self._charger = charger
        self._settings = settings
        self._clock = clock
        self._worker_name = worker_name
        self._tell = tell
        self._wake = wake
        self._wake_sweep = wake_sweep
        self._drafts = Drafts(database, clock, settings.limits.open_jobs)
        self._quotes = Quotes(database, PieceHasher(settings.secret), seeker, clock)
        self._small = asyncio.Semaphore(COUNTS_AT_ONCE)
        self._large = Turns(COUNTS_AT_ONCE)

    async def create_export(
        self, member: Member, ask: ExportRequest, key: Idempotency | None = None
    ) -> Job:
        """A quoted job of the chosen contacts or accounts (R18).

        Raises BadRequest, NotFound naming an id that the org cannot see, Busy, IdempotencyConflict.
        """
        limits = self._settings.limits
        choice = choice_of(ask.select, rows_max=limits.job_rows, per_page=PER_PAGE)
        asked = _Asked(
            rows_max=choice.rows_max,
            kinds=checked_kinds(ask.kinds),
            max_credits=checked_max_credits(ask.max_credits),
            label=checked_label(ask.label, choice.label),
            chosen=ask.select if isinstance(choice, Pages) else None,
        )
        return await self._created(member, asked, key, chosen_rows(member.org, choice))

    async def create_import(
        self,
        member: Member,
        upload: Upload,
        kinds: Sequence[Kind],
        *,
        max_credits: int | None = None,
        label: str | None = None,
        key: Idempotency | None = None,
    ) -> Job:
        """A quoted job of the rows of a file (R25).

        Raises BadRequest, UnreadableFile, Busy, IdempotencyConflict.
        """
        first = await asyncio.to_thread(lambda: list(islice(upload.rows, SMALL_ROWS + 1)))
        asked = _Asked(
            rows_max=len(first),
            kinds=checked_kinds(kinds),
            max_credits=checked_max_credits(max_credits),
            label=checked_label(label, file_label(upload.file.name)),
            file=upload.file,
            mapping=upload.mapping,
        )
        return await self._created(member, asked, key, uploaded_rows(chain(first, upload.rows)))

    async def map_columns(self, member: Member, job: JobId, ask: MappingRequest) -> Job:
        """A fresh quote with other columns. Raises NotFound, Forbidden, JobState, Expired, Busy,
        BadRequest."""
        record = await self._own(member, job)
        if record.file is None:
            raise errors.JobState("Only an import has columns.", job_status=record.status)
        mapping = checked_mapping(ask, record.file.columns)
        async with self._counting(record) as claim:
            claim.record = msgspec.structs.replace(claim.record, mapping=mapping)
            await self._quote_anew(claim)
        return await self._announced(record)

    async def start(self, member: Member, job: JobId, key: Idempotency | None = None) -> Job:
        """Places the hold (R19). When it needs more than the quote said, the quote is renewed.

        Raises NotFound, Forbidden, JobState, Expired, QuoteChanged, OverMaxCredits,
        InsufficientCredits, IdempotencyConflict and Busy.
        """
        record = await self._own(member, job)
        try:
            async with self._counting(record) as claim:
                _refuse_other_columns(record, claim.record)
                await self._start(claim, key)
        except NotQuoted:
            if await self._kept(member, key) is None:
                raise
            return await self.one(member, job)
        except errors.QuoteChanged:
            await self._announced(record)
            raise
        started = await self._announced(record)
        self._wake()
        return started

    async def stop(self, member: Member, job: JobId) -> Job:
        """Ends a quoted or running job without a charge (R21). Raises NotFound, JobState."""
        record = await self.record(member, job)
        if record.status != "stopped":
            await self._stop(record, EndJob(By("user", member.user), job, "stopped"))
        return await self.one(member, job)

    async def one(self, member: Member, job: JobId) -> Job:
        """Raises NotFound, also for a job that this member may not see."""
        async with self._database.read() as connection:
            return await told_to(connection, await seen(connection, member, job), member.user)

    async def listed(
        self,
        member: Member,
        limit: int,
        before: JobId | None = None,
        which: JobFilter = ALL,
    ) -> JobList:
        """The newest first: a rep's own, an admin's org's. Raises BadRequest, Forbidden for a rep
        who asks for another's, NotFound."""
        async with self._database.read() as connection:
            return await list_of(connection, member, which, limit=limit, before=before)

    async def unfinished(self, org: OrgId, users: Sequence[UserId]) -> Mapping[UserId, list[Job]]:
        """Of each of `users` the own unfinished jobs, the newest first (api.md, `welcome`)."""
        jobs: dict[UserId, list[Job]] = {user: [] for user in users}
        async with self._database.read() as connection:
            for record in await store.unfinished(connection, org, users):
                job = await told(connection, record, PROBLEMS_IN_PASSING_MAX)
                jobs[record.user].append(job)
        return jobs

    async def stop_all_of(self, org: OrgId, user: UserId, by: By = DEPLOYMENT) -> None:
        """Stops what a deactivated user has quoted or running (R15, R21). Raises Unavailable."""
        async with self._database.read() as connection:
            records = await store.unfinished(connection, org, [user])
        for record in records:
            # One that is being settled, or has ended meanwhile, goes on or stays so.
            with suppress(errors.JobState):
                await self._stop(record, EndJob(by, record.id, "stopped", DEACTIVATED))

    async def record(self, member: Member, job: JobId) -> JobRecord:
        """Raises NotFound, also for a job that this member may not see."""
        async with self._database.read() as connection:
            return await seen(connection, member, job)

    async def _own(self, member: Member, job: JobId) -> JobRecord:
        """Raises NotFound; Forbidden for an admin who looks at another's job."""
        record = await self.record(member, job)
        if record.user != member.user:
            raise errors.Forbidden(
                "Only the user who made this job can change or start it: they pay for it."
            )
        return record

    async def _created(
        self, member: Member, asked: _Asked, key: Idempotency | None, chunks: Chunks
    ) -> Job:
        while True:
            known = await self._kept(member, key)
            if known is None:
                async with self._turn(member.org, asked.rows_max):
                    begun = await self._drafts.begin(member, self._draft(member, asked), key)
                    if begun.claim is not None:
                        await self._quote(begun.claim, chunks)
                        return await self._announced(begun.claim.record)
                known = begun.job
            # Waiting for the key's first request takes no turn away from it.
            made = await self._drafts.awaited(member.org, known)
            if made is not None:
                return await self.one(member, made.id)

    @asynccontextmanager
    async def _counting(self, record: JobRecord) -> AsyncIterator[Claim]:
        """The claim on a quoted job first, then a turn: who waits for a claim has no turn yet.

        Raises NotQuoted, Expired and Busy.
        """
        async with self._drafts.claimed(record) as claim, AsyncExitStack() as stack:
            waiting = asyncio.create_task(
                stack.enter_async_context(self._turn(record.org, record.rows))
            )
            try:
                while not (await asyncio.wait([waiting], timeout=KEEP_CLAIM_S))[0]:
                    await claim.keep([])
            except BaseException:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
                raise
            yield claim

    def _turn(self, org: OrgId, rows_max: int) -> AbstractAsyncContextManager[None]:
        return self._small if rows_max <= SMALL_ROWS else self._large.of(org)

    def _draft(self, member: Member, asked: _Asked) -> NewJob:
        now = self._clock()
        return NewJob(
            id=JobId(new_id("job")),
            user=member.user,
            action="export" if asked.file is None else "import",
            kinds=asked.kinds,
            max_credits=asked.max_credits,
            label=asked.label,
            chosen=asked.chosen,
            file=asked.file,
            mapping=asked.mapping,
            worker=new_id("claim"),
            lease_us=AtUs(now + LEASE_US),
            created_us=now,
            expires_us=AtUs(now + self._settings.quote_hours * US_PER_HOUR),
        )

    async def _quote(self, claim: Claim, chunks: Chunks) -> None:
        """A draft becomes a quoted job, or nothing is left of it."""
        try:
            counted = await self._quotes.count(claim.record, chunks, claim.add)
            if counted.rows == 0:
                raise errors.BadRequest("There is nobody in this: a job needs at least one row.")
            await claim.finish(counted)
        except BaseException:
            await asyncio.shield(self._drafts.discard(claim))
            raise

    async def _quote_anew(self, claim: Claim) -> Quote:
        """Rows and quote are of now."""
        counted = await self._quotes.count(claim.record, stored_rows(claim.record), claim.put)
        await claim.renew_quote(counted)
        return counted.quote

    async def _start(self, claim: Claim, key: Idempotency | None) -> None:
        record = claim.record
        assert record.quote is not None, "a quoted job has a quote"
        if claim.is_dirty:
            await self._quote_anew(claim)
        for _ in range(STALE_MAX):
            counted = await self._quotes.count(record, stored_rows(record), claim.keep)
            if counted.quote.credits > record.quote.credits:
                await self._refuse_dearer(claim, record.quote)
                continue
            _refuse_over_max(record, counted.quote)
            with suppress(StaleQuote):
                await self._charger.move_job(record.org, self._hold(claim, counted, key))
                return claim.started()
        raise errors.Busy(
            "What this would cost changes faster than it can be counted; try again in a minute.",
            retry_after_s=60,
        )

    async def _refuse_dearer(self, claim: Claim, seen: Quote) -> None:
        """Raises QuoteChanged with a fresh quote (R19), unless that is as good as the old again."""
        quote = await self._quote_anew(claim)
        if quote.credits > seen.credits:
            raise errors.QuoteChanged(
                f"This would need {quote.credits} credits now, {seen.credits} when it was quoted. "
                "Nothing was charged; look at the fresh quote and start again.",
                quote=quote,
            )

    def _hold(self, claim: Claim, counted: Counted, key: Idempotency | None) -> StartJob:
        now, record = self._clock(), claim.record
        return StartJob(
            user=record.user,
            job=record.id,
            need=counted.quote.credits,
            prices=counted.prices,
            worker=self._worker_name,
            lease_us=AtUs(now + FIRST_LEASE_US),
            until_us=AtUs(now + self._settings.job_hours * US_PER_HOUR),
            items=counted.first_new,
            key=key,
            claim=claim.name,
        )

    async def _kept(self, member: Member, key: Idempotency | None) -> JobId | None:
        """The job that answers this very request, whose key was used before. Raises
        IdempotencyConflict."""
        if key is None:
            return None
        async with self._database.read() as connection:
            kept = await kept_answers.kept(connection, member.org, member.user, key.key)
        return None if kept is None else JobId(recalled(kept, key))

    async def _stop(self, record: JobRecord, command: EndJob) -> None:
        """The rows are left to the sweep: to delete many takes seconds (R25)."""
        await self._charger.move_job(record.org, command)
        self._wake_sweep()
        await self._announced(record)

    async def _announced(self, record: JobRecord) -> Job:
        """The job as it is now, told to its owner too."""
        async with self._database.read() as connection:
            current = await store.one(connection, record.org, record.id)
            assert current is not None, "a job that was quoted is never deleted"
            job = await told_to(connection, current, record.user)
        self._tell(record.user, JobMessage(job=in_passing(job)))
        return job


def _refuse_other_columns(seen: JobRecord, now: JobRecord) -> None:
    """Raises QuoteChanged: whoever starts agreed to the columns they saw."""
    if now.mapping != seen.mapping:
        raise errors.QuoteChanged(
            "The columns were mapped anew at this moment. Nothing was charged; look at the fresh "
            "quote and start again.",
            quote=now.quote,
        )


def _refuse_over_max(record: JobRecord, quote: Quote) -> None:
    """R26."""
    if record.max_credits is not None and quote.credits > record.max_credits:
        raise errors.OverMaxCredits(
            f"This needs {quote.credits} credits, and the job may take {record.max_credits} at the "
            "most. Nothing was charged; make a new one with a higher `max_credits`.",
            need=quote.credits,
            max_credits=record.max_credits,
        )
