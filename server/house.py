"""One process's use cases and open sockets, on one database; what knows HTTP is built on it in
app.py."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import make_url

from server.clock import now_us
from server.clockwork import AGAIN_S, ended, for_ever
from server.domain import errors
from server.domain.ids import AtUs, OrgId, UserId
from server.domain.pieces import PieceHasher
from server.push.hub import Hub
from server.push.relay import Relay
from server.settings import Settings
from server.store import job_leases
from server.store.engine import Database
from server.store.migrate import migrate
from server.store.only_server import OnlyServer
from server.usecases import deployment_prices
from server.usecases.about_me import AboutMe
from server.usecases.charge import Charger
from server.usecases.credit_requests import CreditRequests
from server.usecases.customers import Customers
from server.usecases.history import History
from server.usecases.housekeeping import forget_for_ever
from server.usecases.invitations import Invitations
from server.usecases.job_endings import Endings
from server.usecases.job_news import JobNews
from server.usecases.job_sweep import JobSweep, RowSweep
from server.usecases.job_work import JobWorker
from server.usecases.jobs import Jobs
from server.usecases.members import Members
from server.usecases.names import new_id, new_token
from server.usecases.newcomers import Newcomers
from server.usecases.one_secret import keep_to_one_secret
from server.usecases.operator_tokens import OperatorTokens
from server.usecases.pairings import Pairings
from server.usecases.passwords import Passwords
from server.usecases.seeking import Seeker
from server.usecases.sessions import Sessions
from server.usecases.standing import StandingNews
from server.usecases.subjects import Subjects
from server.usecases.summing import Summing
from server.usecases.verify import Verifier
from server.wire.jobs import Job

log = structlog.get_logger(__name__)

CHORE_AGAIN_S = 60.0
"""Nobody waits for a chore that broke, and the log should not be full of it."""


class House:
    """Built without I/O; `open` starts it."""

    def __init__(self, settings: Settings, clock: Callable[[], AtUs] = now_us) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database_url)
        self.hub = Hub(
            self.database,
            clock,
            self._unfinished_jobs,
            sockets_per_session=settings.limits.sockets_per_session,
        )
        self.relay = Relay(self.hub, self.database, settings.redis_url)
        self.charger = Charger(self.database, settings, clock, self.relay.announce)
        self.passwords = Passwords()
        self.sessions = Sessions(
            self.database,
            self.passwords,
            clock,
            session_days=settings.session_days,
            close_session=self.relay.close_session,
            close_user=self.relay.close_user,
        )
        news = StandingNews(self.database, self.relay.tell)
        self.about_me = AboutMe(self.database, settings, clock)
        self.pairings = Pairings(self.database, self.sessions, clock)
        self.invitations = Invitations(
            self.database, self.passwords, self.sessions, clock, accepted=news.tell
        )
        self.operators = OperatorTokens(self.database, clock)
        self.history = History(self.database)
        self.verifier = Verifier(self.database)
        self.subjects = Subjects(self.database, PieceHasher(settings.secret))
        seeker, worker_name = Seeker(settings.secret), new_id("wrk")
        job_news = JobNews(self.database, self.relay.tell)
        self._row_sweep = RowSweep(self.database, clock)
        endings = Endings(self.database, self.charger, job_news.tell, self._row_sweep.wake)
        self.job_sweep = JobSweep(self.database, clock, settings, endings)
        self._worker = JobWorker(
            self.database, self.charger, clock, settings, seeker, endings, worker_name
        )
        self.jobs = Jobs(
            self.database,
            self.charger,
            seeker,
            settings,
            clock,
            worker_name=worker_name,
            tell=self.relay.tell,
            wake=self._worker.wake,
            wake_sweep=self._row_sweep.wake,
        )
        self.members = Members(
            self.database,
            self.charger,
            self.sessions,
            clock,
            stop_jobs=self.jobs.stop_all_of,
            news=news,
        )
        self.newcomers = Newcomers(
            self.database, self.charger, self.invitations, self.passwords, clock
        )
        self.customers = Customers(
            self.database,
            self.charger,
            self.history,
            clock,
            settings.prices,
            refresh_org=self.relay.refresh_org,
        )
        self.credit_requests = CreditRequests(self.database, self.charger, clock, self.relay.tell)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Everything started, and at the end stopped in the opposite order.

        Raises Unavailable when the database, or its SQLite file, cannot be had.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            self._be_the_only_server(stack)
            await migrate(self.database, new_token())
            await keep_to_one_secret(self.database, self.settings.secret)
            await deployment_prices.follow(self.database, self.charger, self.settings.prices)
            await self._free_jobs()
            await self.hub.start(self.sessions.still_valid)
            stack.push_async_callback(self.hub.stop)
            await self.relay.start()
            stack.push_async_callback(self.relay.stop)
            stack.push_async_callback(self.charger.close)
            stack.push_async_callback(self._last_words)
            stack.push_async_callback(self._worker.close)
            forget = partial(forget_for_ever, self.database, self.clock)
            for name, chore, again_s in (
                ("forgetting", forget, CHORE_AGAIN_S),
                ("last uses", self.sessions.keep_seen, CHORE_AGAIN_S),
                ("sums of entries", Summing(self.database).run, CHORE_AGAIN_S),
                ("jobs", self._worker.run, AGAIN_S),
                ("sweep of jobs", self.job_sweep.run, CHORE_AGAIN_S),
                ("sweep of rows", self._row_sweep.run, CHORE_AGAIN_S),
            ):
                task = asyncio.create_task(for_ever(name, chore, again_s=again_s))
                stack.push_async_callback(ended, [task])
            yield

    async def _unfinished_jobs(
        self, org: OrgId, users: Sequence[UserId]
    ) -> Mapping[UserId, list[Job]]:
        """The hub is there before the jobs, which send through it."""
        return await self.jobs.unfinished(org, users)

    async def _free_jobs(self) -> None:
        """On SQLite nobody else works on them: what a killed server left goes on at once (R23)."""
        if self.database.is_sqlite:
            async with self.database.write() as connection:
                await job_leases.free_all(connection)

    async def _last_words(self) -> None:
        """Which sessions were in use; with the database away that is lost, and nothing else is."""
        try:
            await self.sessions.write_seen()
        except errors.Unavailable as away:
            log.warning("last uses of sessions not written", reason=away.detail)

    def _be_the_only_server(self, stack: AsyncExitStack) -> None:
        file = make_url(self.settings.database_url).database
        if self.database.is_sqlite and file:
            lock = OnlyServer(Path(file))
            lock.take()
            stack.callback(lock.release)
