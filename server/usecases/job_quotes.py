"""Quotes: the rows of a job counted on one snapshot of directory and ledger (R18).

A few hundred rows at a time, so that other requests have their turn between; what is written on the
way goes into short transactions of its own, so that the org's reveals go on.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing

import msgspec

from server.domain import errors
from server.domain.ids import AtUs, OrgId, SubjectId
from server.domain.job_asks import Choice, Listed, Pages
from server.domain.job_rows import JobRow
from server.domain.pieces import PieceHasher
from server.domain.quoting import Quoting, funds_of
from server.domain.search_terms import search_terms
from server.store import directory, feed, job_rows
from server.store.engine import AsyncConnection, Database
from server.store.holdings import add_owned, piece_keys, pieces
from server.store.jobs import JobRecord
from server.store.offers import subject_states
from server.store.search import page_of_ids
from server.usecases.seeking import Seeker
from server.usecases.subjects import PER_PAGE
from server.wire.battery import Prices
from server.wire.jobs import Quote
from server.wire.words import Kind

CHUNK_ROWS = 250
"""Counted between two turns of the loop, and written in one transaction: some 10 ms."""
CHUNK_CHARS = 500_000
"""Of the cells of an imported chunk: long rows go fewer at a time, and a claim is kept in time."""
BREATH = 0.5
"""Of the time a chunk took, before the next: reveals have their turn on the loop."""
FOUND_AT_ONCE = 5_000
"""Results of a search read by one statement: 5 ms of the loop."""

Chunks = Callable[[AsyncConnection], AsyncGenerator[list[JobRow]]]
"""The rows of a job in their order, some at a time, none of them empty."""
Sink = Callable[[list[JobRow]], Awaitable[None]]
"""Takes rows that were counted: `subject`, `problem` and `items` are as of now."""


class Counted(msgspec.Struct, frozen=True):
    """What a job comes to at this moment. `rows` counts the problems too; `prices`: those that
    `quote` is counted with; `first_new`: whom it would pay for, the first few hundred."""

    quote: Quote
    rows: int
    problem_count: int
    prices: Prices
    first_new: tuple[tuple[SubjectId, Kind, int], ...]


class Quotes:
    """Counts the rows of any job."""

    def __init__(
        self, database: Database, hasher: PieceHasher, seeker: Seeker, clock: Callable[[], AtUs]
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._seeker = seeker
        self._clock = clock

    async def count(self, record: JobRecord, chunks: Chunks, sink: Sink) -> Counted:
        """The job's quote as of now, with `record.mapping`. Raises what `chunks` and `sink` do."""
        rows = problems = 0
        async with self._database.read() as connection:
            state = await feed.org_state(connection, record.org)
            seen = await feed.batteries_at(connection, state, [record.user], self._clock())
            quoting = Quoting(record.kinds, state.prices)
            async with aclosing(chunks(connection)) as some:
                async for chunk in some:
                    began = time.perf_counter()
                    counted = await self._counted(connection, record, quoting, chunk)
                    rows += len(counted)
                    problems += sum(row.problem is not None for row in counted)
                    await sink(counted)
                    await asyncio.sleep((time.perf_counter() - began) * BREATH)
        return Counted(
            quote=quoting.quote(funds_of(seen[record.user]), state.head),
            rows=rows,
            problem_count=problems,
            prices=state.prices,
            first_new=tuple(quoting.first_new),
        )

    async def _counted(
        self, connection: AsyncConnection, record: JobRecord, quoting: Quoting, rows: list[JobRow]
    ) -> list[JobRow]:
        rows = await self._seeker.resolved(connection, record, rows)
        good = [row for row in rows if row.problem is None]
        sought = [self._seeker.sought(record, row) for row in good]
        org = record.org
        asked = {one.subject: record.kinds for one in sought if one.subject is not None}
        subjects = await connection.run_sync(subject_states, org, asked, self._hasher)
        await connection.run_sync(add_owned, org, subjects)
        keys = piece_keys(subjects.values()) | {one.typed.key for one in sought if one.typed}
        owned = await connection.run_sync(pieces, org, sorted(keys))
        items = {one.row_no: quoting.row(one, subjects, owned) for one in sought}
        return [msgspec.structs.replace(row, items=items.get(row.row_no, ())) for row in rows]


def stored_rows(record: JobRecord) -> Chunks:
    """The rows that the job has."""

    async def chunks(connection: AsyncConnection) -> AsyncGenerator[list[JobRow]]:
        for first in range(0, record.rows, CHUNK_ROWS):
            through = first + CHUNK_ROWS
            yield await job_rows.between(connection, record.org, record.id, first, through)

    return chunks


def chosen_rows(org: OrgId, choice: Choice) -> Chunks:
    """The rows of a new export. Raises NotFound naming an id that the org cannot see."""
    match choice:
        case Listed(subjects):
            return _listed_rows(org, subjects)
        case Pages():
            return _found_rows(org, choice)


def uploaded_rows(rows: Iterator[JobRow]) -> Chunks:
    """The rows of a new import. Raises what reading the file does."""

    async def chunks(_connection: AsyncConnection) -> AsyncGenerator[list[JobRow]]:
        while chunk := await asyncio.to_thread(_next_chunk, rows):
            yield chunk

    return chunks


def _next_chunk(rows: Iterator[JobRow]) -> list[JobRow]:
    chunk: list[JobRow] = []
    chars = 0
    while len(chunk) < CHUNK_ROWS and chars < CHUNK_CHARS and (row := next(rows, None)):
        chunk.append(row)
        chars += sum(len(cell) for cell in row.cells or () if isinstance(cell, str))
    return chunk


def _listed_rows(org: OrgId, subjects: tuple[SubjectId, ...]) -> Chunks:
    async def chunks(connection: AsyncConnection) -> AsyncGenerator[list[JobRow]]:
        for first in range(0, len(subjects), CHUNK_ROWS):
            some = subjects[first : first + CHUNK_ROWS]
            known = await directory.public_rows(connection, org, some)
            for subject in some:
                if subject not in known:
                    raise errors.NotFound(
                        f"There is no contact or account {subject}.", subject=subject
                    )
            yield _rows_of(some, first)

    return chunks


def _found_rows(org: OrgId, asked: Pages) -> Chunks:
    terms = search_terms(asked.q)

    async def chunks(connection: AsyncConnection) -> AsyncGenerator[list[JobRow]]:
        offset, end = (asked.first - 1) * PER_PAGE, asked.last * PER_PAGE
        row_no = 0
        while offset < end:
            limit = min(FOUND_AT_ONCE, end - offset)
            ids = await page_of_ids(connection, org, asked.type, terms, limit=limit, offset=offset)
            for first in range(0, len(ids), CHUNK_ROWS):
                some = ids[first : first + CHUNK_ROWS]
                yield _rows_of(some, row_no)
                row_no += len(some)
            offset = offset + limit if len(ids) == limit else end

    return chunks


def _rows_of(subjects: Sequence[SubjectId], first: int) -> list[JobRow]:
    return [JobRow(first + place, subject=subject) for place, subject in enumerate(subjects)]
