"""Jobs on a real database for tests, handled by as many server processes as a test wants."""

from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO

from server.domain.callers import Member as Caller
from server.domain.ids import JobId, SessionId, SubjectId
from server.domain.job_rows import Item, JobRow
from server.store import job_rows, jobs
from server.store.engine import Database
from server.store.jobs import JobRecord
from server.usecases.import_files import read_upload
from server.usecases.job_endings import Endings, JobLedger
from server.usecases.job_lookups import Finding
from server.usecases.job_sweep import JobSweep, RowSweep
from server.usecases.job_work import JobWorker, Pace
from server.usecases.jobs import Jobs
from server.usecases.names import new_id
from server.usecases.seeking import Seeker
from server.wire.jobs import ExportRequest, Job, Select
from server.wire.socket import JobMessage
from server.wire.words import Kind
from tests.acme import House, Member
from tests.services import eventually


class Process:
    """What one server process has for jobs, on `database` or the house's own connections.

    `charger` and `seeker` stand in for the product's own, so that a test can hold the worker at a
    step or break it there. `told`: what the worker and the sweep sent to owners, in order.
    """

    def __init__(
        self,
        house: House,
        *,
        database: Database | None = None,
        charger: JobLedger | None = None,
        seeker: Finding | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.house = house
        self.name = new_id("wrk")
        self.told: list[JobRecord] = []
        database = database or house.database
        charger = charger or house.charger
        settings, clock = house.settings, house.clock
        own_seeker = Seeker(settings.secret)
        self.row_sweep = RowSweep(database, clock)
        endings = Endings(database, charger, self._hear, self.row_sweep.wake)
        self.worker = JobWorker(
            database,
            charger,
            clock,
            settings,
            seeker or own_seeker,
            endings,
            self.name,
            pace=pace,
        )
        self.jobs = Jobs(
            database,
            house.charger,
            own_seeker,
            settings,
            clock,
            worker_name=self.name,
            tell=self._hear_of_answer,
            wake=self.worker.wake,
            wake_sweep=self.row_sweep.wake,
        )
        self.sweep = JobSweep(database, clock, settings, endings)

    async def quoted(self, member: Member, subjects: Sequence[SubjectId], *kinds: Kind) -> Job:
        """An export of these; of emails unless `kinds` say otherwise."""
        ask = ExportRequest(select=Select(subjects=list(subjects)), kinds=list(kinds or ("email",)))
        return await self.jobs.create_export(caller(member), ask)

    async def started(self, member: Member, subjects: Sequence[SubjectId], *kinds: Kind) -> Job:
        """The same, started."""
        job = await self.quoted(member, subjects, *kinds)
        return await self.start(member, job)

    async def imported(self, member: Member, *lines: str) -> Job:
        """An import of emails from a CSV file of these lines, header first, started."""
        upload = await read_upload(BytesIO("\n".join(lines).encode()), "people.csv")
        job = await self.jobs.create_import(caller(member), upload, ["email"])
        return await self.start(member, job)

    async def start(self, member: Member, job: Job) -> Job:
        return await self.jobs.start(caller(member), JobId(job.id))

    async def stop(self, member: Member, job: Job) -> Job:
        return await self.jobs.stop(caller(member), JobId(job.id))

    async def work(self) -> None:
        """Takes what there is to take, and returns when none of it is worked on any more."""
        await self.worker.look_around()
        await self.worker.idle()

    async def keep_looking(self, until: Callable[[], Awaitable[bool]]) -> None:
        """Looks around as the running worker does, time and again."""

        async def looked() -> bool:
            await self.worker.look_around()
            return await until()

        await eventually(looked)

    @property
    def statuses(self) -> list[str]:
        """Of what was told, without repetitions."""
        told = [record.status for record in self.told]
        return [one for place, one in enumerate(told) if told[:place][-1:] != [one]]

    async def _hear(self, record: JobRecord) -> None:
        self.told.append(record)

    def _hear_of_answer(self, _user: str, _message: JobMessage) -> None:
        """Jobs tells what its own calls changed; tests of jobs look at that."""


def caller(member: Member) -> Caller:
    """The member as the door lets them in."""
    return Caller(
        member.id, member.org.id, "rep", member.name, "", SessionId("ses_of_test"), "bearer"
    )


async def record_of(member: Member, job: Job) -> JobRecord:
    """The job as it stands in the database."""
    async with member.org.house.database.read() as connection:
        record = await jobs.one(connection, member.org.id, JobId(job.id))
    assert record is not None
    return record


async def rows_of(member: Member, job: Job) -> list[JobRow]:
    """All its rows, in their order; none once it ended without a charge."""
    record = await record_of(member, job)
    async with member.org.house.database.read() as connection:
        return await job_rows.between(connection, record.org, record.id, 0, record.rows)


async def items_of(member: Member, job: Job) -> list[Item]:
    """Of all rows, in their order."""
    return [item for row in await rows_of(member, job) for item in row.items]
