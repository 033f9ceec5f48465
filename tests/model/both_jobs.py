"""Jobs of the product and of the model side by side."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from functools import partial
from typing import cast

from sqlalchemy import RowMapping, select

from server.domain import errors
from server.domain.job_rows import JobRow, RowOutcome, Sought
from server.domain.pieces import PieceHasher
from server.domain.state import JobState, Offer
from server.domain.values import KeptEmail
from server.store import schema
from server.store.engine import AsyncConnection
from server.store.jobs import JobRecord
from server.usecases.job_quotes import Quotes
from server.usecases.seeking import Seeker
from server.wire.words import EndedStatus, JobAction, Kind
from tests.acme import SECRET
from tests.acme_jobs import Work, quoted
from tests.job_rows import outcomes_of
from tests.model.job_books import Job, JobBooks, Quoted, Wanted
from tests.model.shapes import Asked
from tests.model.two_orgs import Pair, TwoOrgs, key_of, led_to, refusal_of, same

Stand = tuple[str, int, tuple[int, int] | None]
"""A job's status, how many rows are settled, and what of its hold is left while that is open."""


class Known:
    """Whom a row is about was said when the job was made: nobody is looked for."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        self._sought = sought

    def sought(self, _record: JobRecord, row: JobRow) -> Sought:
        return self._sought[row.row_no]

    async def resolved(
        self, _connection: AsyncConnection, _record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        return list(rows)


class PairJobs:
    """The jobs of one org, on both sides. A job is given by its number."""

    def __init__(self, both: TwoOrgs, pair: Pair) -> None:
        self._both = both
        self.pair = pair
        self._house = pair.org.house
        self._hasher = PieceHasher(SECRET)
        self._books = JobBooks(pair.books)
        self._works: list[Work] = []

    @property
    def count(self) -> int:
        return len(self._works)

    @property
    def going(self) -> list[int]:
        """The numbers of the running and settling ones."""
        known = enumerate(self._books.jobs)
        return [number for number, job in known if job.status in ("running", "settling")]

    def add(self, member: int, kinds: tuple[Kind, ...], rows: tuple[Wanted, ...]) -> None:
        """A quoted job: an import when a row has an address of its own."""
        pair = self.pair
        action: JobAction = "import" if any(row.typed for row in rows) else "export"
        sought = [self._sought(place, row) for place, row in enumerate(rows)]
        work = self._both.run(quoted(pair.members[member], sought, *kinds, action=action))
        self._works.append(work)
        self._quote(work, self._books.add(pair.users[member], action, kinds, rows))

    def _sought(self, place: int, row: Wanted) -> Sought:
        if row.typed is None:
            return Sought(place, row.subject)
        written, canonical = row.typed
        key = self._hasher.key(self.pair.org.id, "email", canonical)
        return Sought(place, row.subject, Offer(key, KeptEmail(email=written)))

    def _quote(self, work: Work, job: Job) -> int:
        """What it would cost now; both sides count it."""
        quotes = Quotes(
            self._house.database,
            self._hasher,
            cast(Seeker, Known(work.sought)),
            self._house.clock,
        )

        async def chunks(_connection: AsyncConnection) -> AsyncGenerator[list[JobRow]]:
            yield [JobRow(row.row_no, subject=row.subject) for row in work.sought]

        async def sink(_rows: list[JobRow]) -> None:
            pass

        record = self._both.run(work.record())
        quote = self._both.run(quotes.count(record, chunks, sink)).quote
        same(Quoted(*(getattr(quote, name) for name in Quoted._fields)), self._books.quote(job))
        return quote.credits

    def start(self, number: int, more: int, key: str | None) -> None:
        """Holds what the job costs now and so much `more`, or less."""
        work, job = self._works[number], self._books.jobs[number]
        need = max(0, self._quote(work, job) + more)
        expected = led_to(partial(self._books.start, job, need, key))
        body = key_of(key, ("start", number, need))
        prices = self.pair.books.prices
        self._both.agree(_status(work.start(need, prices=prices, key=body)), expected)

    def end(self, number: int, status: EndedStatus) -> None:
        expected = led_to(lambda: self._books.end(self._books.jobs[number], status))
        self._both.agree(_status(self._works[number].end(status)), expected)

    def mark(self, number: int) -> None:
        job = self._books.jobs[number]
        expected = led_to(lambda: self._books.mark(job, job.worker))
        self._both.agree(_status(self._works[number].mark()), expected)

    def complete(self, number: int) -> None:
        job = self._books.jobs[number]
        expected = led_to(lambda: self._books.complete(job, job.worker))
        self._both.agree(_status(self._works[number].complete()), expected)

    def settle(self, number: int, rows: int, colleagues: Sequence[Asked]) -> None:
        """The next rows, with reveals that arrive in the same moment behind them."""
        work, job = self._works[number], self._books.jobs[number]
        through = min(len(job.rows), work.done + rows)
        if through == work.done:
            return
        first = work.done
        expected: list[object] = [
            led_to(lambda: self._books.settle(job, job.worker, first, through)),
            *(led_to(partial(self.pair.books.reveal, one)) for one in colleagues),
        ]

        async def at_once() -> list[object]:
            settled = _outcomes(work.settle(through - first))
            reveals = (self._both.sent(self.pair, one) for one in colleagues)
            return list(await asyncio.gather(settled, *reveals))

        same(self._both.run(at_once()), expected)

    def take_over(self, number: int) -> None:
        """Another worker goes on; what the first still sends changes nothing (R23)."""
        work, job = self._works[number], self._books.jobs[number]
        if job.status not in ("running", "settling"):
            return
        late, lost = job.worker, work
        job.worker += 1
        self._works[number] = self._both.run(work.taken_over(f"worker {job.worker + 1}"))
        self._both.agree(_status(lost.mark()), led_to(lambda: self._books.mark(job, late)))
        expected = led_to(lambda: self._books.complete(job, late))
        self._both.agree(_status(lost.complete()), expected)

    def compare(self) -> None:
        """How far every job is, and what it holds."""
        expected = {
            work.id: _stands(job) for work, job in zip(self._works, self._books.jobs, strict=True)
        }
        same(self._both.run(self._stood()), expected)
        self.pair.moves = self._books.moves

    async def _stood(self) -> dict[str, Stand]:
        job, hold = schema.job, schema.hold
        of_job = (hold.c.org_id == job.c.org_id) & (hold.c.job_id == job.c.id)
        query = (
            select(
                job.c.id,
                job.c.status,
                job.c.settled,
                (hold.c.from_license - hold.c.captured_license).label("license_left"),
                (hold.c.from_extra - hold.c.captured_extra).label("extra_left"),
                hold.c.ended_seq,
            )
            .outerjoin_from(job, hold, of_job)
            .where(job.c.org_id == self.pair.org.id)
        )
        async with self._house.database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return {row["id"]: _stood(row) for row in rows}


def _stood(row: RowMapping) -> Stand:
    left = (row["license_left"], row["extra_left"])
    is_open = left[0] is not None and row["ended_seq"] is None
    return (row["status"], row["settled"], left if is_open else None)


def _stands(job: Job) -> Stand:
    held = job.held
    left = (held.license_left, held.extra_left) if held and held.is_open else None
    return (job.status, job.settled, left)


async def _status(move: Awaitable[JobState]) -> str:
    return (await move).status


async def _outcomes(settled: Awaitable[list[RowOutcome]]) -> object:
    try:
        return tuple(outcomes_of(await settled))
    except errors.BatteryError as refusal:
        return refusal_of(refusal)
