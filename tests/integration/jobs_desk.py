"""Jobs as a server process has them, on a real database, for tests of all but the work on them."""

import asyncio
import io
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from server.domain.callers import Member as Caller
from server.domain.commands import Idempotency
from server.domain.ids import JobId, SessionId, SubjectId, UserId
from server.domain.job_rows import JobRow
from server.settings import Settings
from server.store import job_rows, schema
from server.store import jobs as store
from server.store.engine import AsyncConnection, Database
from server.store.jobs import JobRecord
from server.usecases.charge import Charger
from server.usecases.import_files import read_upload
from server.usecases.jobs import Jobs
from server.usecases.seeking import Seeker
from server.wire.jobs import ExportRequest, Job, PageRange, Select
from server.wire.socket import JobMessage
from server.wire.words import Kind, Role
from tests.acme import House, Member

WORKER = "wrk_here"


class GatedSeeker(Seeker):
    """The product's own; while `gate` is closed, whoever counts rows stands before it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.secret)
        self.arrived = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.gated_rows = 1
        """Fewer at a time pass a closed gate."""
        self.broken_after: int | None = None
        """Chunks until it fails."""

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        if len(rows) >= self.gated_rows:
            self.arrived.set()
            await self.gate.wait()
        if self.broken_after is not None:
            self.broken_after -= 1
            if self.broken_after < 0:
                raise RuntimeError("the seeker broke")
        return await super().resolved(connection, record, rows)


class Server:
    """One process. `told`: the messages to owners; `wakes`, `sweeps`: how often its worker
    and its sweep of rows were woken."""

    def __init__(
        self,
        house: House,
        database: Database | None = None,
        charger: Charger | None = None,
        seeker: GatedSeeker | None = None,
    ) -> None:
        self.house = house
        self.seeker = seeker or GatedSeeker(house.settings)
        self.told: list[tuple[UserId, Job]] = []
        self.wakes = 0
        self.sweeps = 0
        self.jobs = Jobs(
            database or house.database,
            charger or house.charger,
            self.seeker,
            house.settings,
            house.clock,
            worker_name=WORKER,
            tell=self._hear,
            wake=self._wake,
            wake_sweep=self._wake_sweep,
        )

    async def export(
        self,
        member: Member,
        subjects: Sequence[SubjectId],
        *kinds: Kind,
        max_credits: int | None = None,
        key: Idempotency | None = None,
    ) -> Job:
        """A quote of these; of emails unless `kinds` say otherwise."""
        ask = ExportRequest(
            select=Select(subjects=list(subjects)),
            kinds=list(kinds or ("email",)),
            max_credits=max_credits,
        )
        return await self.jobs.create_export(caller(member), ask, key)

    async def found(self, member: Member, q: str, first: int, last: int) -> Job:
        """A quote of pages of people."""
        select_ = Select(people=PageRange(q=q, pages=(first, last)))
        ask = ExportRequest(select=select_, kinds=["email"])
        return await self.jobs.create_export(caller(member), ask)

    async def imported(
        self,
        member: Member,
        *lines: str,
        key: Idempotency | None = None,
        max_credits: int | None = None,
    ) -> Job:
        """A quote of the emails of a CSV file of these lines, the header first."""
        content = io.BytesIO("\r\n".join(lines).encode())
        upload = await read_upload(content, "leads.csv")
        return await self.jobs.create_import(
            caller(member), upload, ["email"], max_credits=max_credits, key=key
        )

    async def start(self, member: Member, job: Job, key: Idempotency | None = None) -> Job:
        return await self.jobs.start(caller(member), JobId(job.id), key)

    async def stop(self, member: Member, job: Job, role: Role = "rep") -> Job:
        return await self.jobs.stop(caller(member, role), JobId(job.id))

    async def one(self, member: Member, job: Job, role: Role = "rep") -> Job:
        return await self.jobs.one(caller(member, role), JobId(job.id))

    def _hear(self, user: UserId, message: JobMessage) -> None:
        self.told.append((user, message.job))

    def _wake(self) -> None:
        self.wakes += 1

    def _wake_sweep(self) -> None:
        self.sweeps += 1


def caller(member: Member, role: Role = "rep") -> Caller:
    """The member as the door lets them in."""
    return Caller(
        member.id, member.org.id, role, member.name, "", SessionId("ses_of_test"), "bearer"
    )


async def record_of(member: Member, job: Job) -> JobRecord:
    """The job as it stands in the database."""
    async with member.org.house.database.read() as connection:
        record = await store.one(connection, member.org.id, JobId(job.id))
    assert record is not None
    return record


async def rows_of(member: Member, job: Job) -> list[JobRow]:
    async with member.org.house.database.read() as connection:
        return await job_rows.between(connection, member.org.id, JobId(job.id), 0, 1_000_000)


async def quoted_of(member: Member, job: Job) -> list[str]:
    """What the first kind of each row was quoted as; "problem" for a row that is one."""
    rows = await rows_of(member, job)
    return [row.items[0].quoted if row.items else "problem" for row in rows]


async def count(house: House, column: ColumnElement[str], *conditions: ColumnElement[bool]) -> int:
    """How many rows of the column's table there are."""
    async with house.database.read() as connection:
        query = select(func.count(column)).where(*conditions)
        return int(await connection.scalar(query) or 0)


async def nothing_is_left(house: House) -> bool:
    """No job, no row of one, no key."""
    columns = (schema.job.c.id, schema.job_row.c.job_id, schema.idempotency.c.key)
    return [await count(house, column) for column in columns] == [0, 0, 0]
