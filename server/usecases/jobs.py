"""Exports and imports as their users handle them: quote, start, stop, look (R18–R26)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from server.domain.callers import Member
from server.domain.commands import DEPLOYMENT, By, Idempotency
from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.settings import Settings
from server.store.engine import Database
from server.store.jobs import JobRecord
from server.usecases.charge import Charger
from server.wire.jobs import ExportRequest, Job, JobList, MappingRequest
from server.wire.socket import JobMessage
from server.wire.words import Kind

if TYPE_CHECKING:
    from server.usecases.import_files import Upload
    from server.usecases.seeking import Seeker

Tell = Callable[[UserId, JobMessage], None]
"""Sends a message to all sockets of a user, as far as there are any; not replayed (api.md)."""


class Jobs:
    """The jobs of all orgs, all but the work on them.

    `worker_name`: of this process's worker, which has the jobs that are started here. `wake` tells
    it that there is one.
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
    ) -> None:
        raise NotImplementedError

    async def create_export(
        self, member: Member, ask: ExportRequest, key: Idempotency | None = None
    ) -> Job:
        """A quoted job of the chosen contacts or accounts (R18).

        Raises BadRequest, NotFound naming an id that the org cannot see, Busy, IdempotencyConflict.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    async def map_columns(self, member: Member, job: JobId, ask: MappingRequest) -> Job:
        """A fresh quote with other columns. Raises NotFound, Forbidden, JobState, Expired, Busy,
        BadRequest."""
        raise NotImplementedError

    async def start(self, member: Member, job: JobId, key: Idempotency | None = None) -> Job:
        """Places the hold (R19).

        Raises NotFound, Forbidden, JobState, Expired, QuoteChanged, OverMaxCredits,
        InsufficientCredits, IdempotencyConflict and Busy.
        """
        raise NotImplementedError

    async def stop(self, member: Member, job: JobId) -> Job:
        """Ends a quoted or running job without a charge (R21). Raises NotFound, JobState."""
        raise NotImplementedError

    async def one(self, member: Member, job: JobId) -> Job:
        """Raises NotFound, also for a job that this member may not see."""
        raise NotImplementedError

    async def listed(self, member: Member, limit: int, before: JobId | None = None) -> JobList:
        """The newest first: a rep's own, an admin's org's. Raises BadRequest, NotFound."""
        raise NotImplementedError

    async def unfinished(self, org: OrgId, users: Sequence[UserId]) -> Mapping[UserId, list[Job]]:
        """Of each of `users` the own unfinished jobs, the newest first (api.md, `welcome`)."""
        raise NotImplementedError

    async def stop_all_of(self, org: OrgId, user: UserId, by: By = DEPLOYMENT) -> None:
        """Stops what a deactivated user has quoted or running (R15, R21)."""
        raise NotImplementedError

    async def record(self, member: Member, job: JobId) -> JobRecord:
        """Raises NotFound, also for a job that this member may not see."""
        raise NotImplementedError
