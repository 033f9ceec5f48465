"""Jobs of Acme's members, moved by hand the way the worker moves them, on a real database."""

from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import update

from server.domain import errors
from server.domain.commands import BeginSettling, CompleteJob, EndJob, Idempotency, StartJob
from server.domain.ids import AtUs, JobId, SubjectId
from server.domain.job_rows import Item, JobRow, RowOutcome, Sought
from server.domain.state import JobState
from server.store import job_rows, jobs, schema
from server.store.jobs import JobRecord, NewJob
from server.usecases.charge import Charger
from server.usecases.names import new_id
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.jobs import Quote
from server.wire.words import EndedStatus, JobAction, Kind
from tests.acme import ODA, Member, Org
from tests.job_rows import Settling, export_rows

T = TypeVar("T")
Refusal = errors.BatteryError

WORKER = "worker 1"
DAY_US = 86_400_000_000
LEASE_US = 10_000_000
_NOTHING = Quote(
    rows=0,
    found=0,
    not_found=0,
    duplicates=0,
    already_owned=0,
    net_new=0,
    credits=0,
    from_license=0,
    from_extra=0,
    license_after=0,
    extra_after=0,
    affordable=True,
    short_by=0,
    as_of_seq=0,
    by_kind={},
)
"""What a quote says is of no concern to the ledger."""


async def quoted(
    owner: Member,
    rows: Iterable[Sought | SubjectId],
    *kinds: Kind,
    action: JobAction = "export",
) -> "Work":
    """A job of `owner` that can be started for a day; a row is a subject, or sought otherwise."""
    house, org, id_ = owner.org.house, owner.org.id, JobId(new_id("job"))
    sought = [
        row if isinstance(row, Sought) else export_rows([row], place)[0]
        for place, row in enumerate(rows)
    ]
    now = house.clock()
    new = NewJob(
        id=id_,
        user=owner.id,
        action=action,
        kinds=kinds or ("email",),
        max_credits=None,
        label="A list",
        chosen=None,
        file=None,
        mapping={},
        worker="claim",
        lease_us=AtUs(now + LEASE_US),
        created_us=now,
        expires_us=AtUs(now + DAY_US),
    )
    items = tuple(Item(kind, "net_new") for kind in new.kinds)
    lines = [JobRow(row.row_no, subject=row.subject, items=items) for row in sought]
    async with house.database.write() as connection:
        await jobs.add_draft(connection, org, new)
        await job_rows.add(connection, org, id_, lines)
        await jobs.put_quote(
            connection, org, id_, quote=_NOTHING, rows=len(lines), problem_count=0, mapping={}
        )
    return Work(owner, id_, new.kinds, sought)


class Work:
    """One job. Every move may be made through another server's `charger`."""

    def __init__(
        self, owner: Member, id_: JobId, kinds: tuple[Kind, ...], sought: Sequence[Sought]
    ) -> None:
        self.owner = owner
        self.id = id_
        self.kinds = kinds
        self.sought = sought
        self.done = 0
        self.worker = WORKER
        self._settling = Settling(id_, kinds, WORKER)

    @property
    def outcomes(self) -> list[RowOutcome]:
        """Of the rows that this worker settled."""
        return self._settling.outcomes

    def starts(
        self, need: int, *, prices: Prices = DEFAULT_PRICES, key: Idempotency | None = None
    ) -> StartJob:
        now = self.owner.org.house.clock()
        lease, until = AtUs(now + LEASE_US), AtUs(now + DAY_US)
        return StartJob(self.owner.id, self.id, need, prices, self.worker, lease, until, key=key)

    async def start(
        self,
        need: int,
        *,
        prices: Prices = DEFAULT_PRICES,
        key: Idempotency | None = None,
        by: Charger | None = None,
    ) -> JobState:
        command = self.starts(need, prices=prices, key=key)
        return await self._charger(by).move_job(self.owner.org.id, command)

    async def end(self, status: EndedStatus = "stopped", *, by: Charger | None = None) -> JobState:
        command = EndJob(ODA, self.id, status)
        return await self._charger(by).move_job(self.owner.org.id, command)

    async def mark(self, *, by: Charger | None = None) -> JobState:
        command = BeginSettling(self.id, self.worker)
        return await self._charger(by).move_job(self.owner.org.id, command)

    async def settle(
        self, rows: int | None = None, *, by: Charger | None = None
    ) -> list[RowOutcome]:
        """The next so many rows, or all that are left, as one chunk."""
        through = len(self.sought) if rows is None else self.done + rows
        command = self._settling.chunk(self.sought[self.done : through])
        outcomes = await self._charger(by).settle(self.owner.org.id, command)
        self._settling.outcomes += outcomes
        self.done += len(outcomes)
        return list(outcomes)

    async def complete(self, *, by: Charger | None = None) -> JobState:
        """With the bill of all rows, as they stand in the database."""
        settling = await self._recalled(self.worker)
        command = CompleteJob(self.id, self.worker, settling.settlement(), ())
        return await self._charger(by).move_job(self.owner.org.id, command)

    async def settle_through(self, need: int) -> JobState:
        """From the start to the end in one go."""
        await self.start(need)
        await self.mark()
        await self.settle()
        return await self.complete()

    async def taken_over(self, worker: str) -> "Work":
        """Another worker has the job and knows of it what the database does."""
        async with self.owner.org.house.database.write() as connection:
            await connection.execute(
                update(schema.job).where(schema.job.c.id == self.id).values(worker=worker)
            )
        other = Work(self.owner, self.id, self.kinds, self.sought)
        other.worker = worker
        other.done = (await self.record()).settled
        other._settling = await self._recalled(worker)
        return other

    async def record(self) -> JobRecord:
        async with self.owner.org.house.database.read() as connection:
            found = await jobs.one(connection, self.owner.org.id, self.id)
        assert found is not None
        return found

    async def rows(self) -> list[JobRow]:
        async with self.owner.org.house.database.read() as connection:
            through = len(self.sought)
            return await job_rows.between(connection, self.owner.org.id, self.id, 0, through)

    async def _recalled(self, worker: str) -> Settling:
        settling = Settling(self.id, self.kinds, worker)
        settled = [row for row in await self.rows() if any(item.outcome for item in row.items)]
        settling.outcomes += [RowOutcome(row.row_no, row.items) for row in settled]
        return settling

    def _charger(self, other: Charger | None) -> Charger:
        return other or self.owner.org.house.charger


async def led_to(work: Coroutine[Any, Any, T]) -> T | Refusal:
    """The answer, or what it was refused with."""
    try:
        return await work
    except Refusal as refusal:
        return refusal


def codes(led: Iterable[object]) -> Counter[str]:
    """How many were refused with which code; `done` for the rest."""
    return Counter(one.code if isinstance(one, Refusal) else "done" for one in led)


async def spent(org: Org) -> tuple[int, int]:
    """Charges of the org, and pieces that more than one charge paid for."""
    lines = [line for line in await org.entries() if line.credits > 0]
    paid = Counter(line.piece_key for line in lines)
    return len(lines), sum(times > 1 for times in paid.values())
