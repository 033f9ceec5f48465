"""Bringing files of people, companies and acquaintances into the directory (demo.md).

A file is read as it streams in and written batch by batch, so that memory stays bounded and the
orgs go on charging meanwhile. What is CPU work happens in a thread, for the event loop's sake.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple, TypeVar

import msgspec

from server.domain.csv_records import text_lines
from server.domain.directory_file import Problem, read_directory_file
from server.domain.directory_records import (
    Filed,
    completed,
    filed,
    record_of,
    says_it_all,
)
from server.domain.directory_rows import DirectoryRow
from server.domain.ids import OrgId, SubjectId
from server.domain.insight_file import InsightLine, read_insight_file
from server.store import directory as store
from server.store.directory import InsightRow, KnownSubject
from server.store.engine import AsyncConnection, Database
from server.store.erasure import erased_among
from server.usecases.erasure import UrlHasher
from server.usecases.names import new_id
from server.wire.operator import DirectoryAnswer, DirectoryProblem
from server.wire.words import SubjectType

BATCH_ROWS = 500
"""Of one transaction: some 25 ms, which is how long a charge may have to wait for it."""
PROBLEMS_TOLD_MAX = 1_000
ANALYZE_FROM_ROWS = 1_000
"""New rows from which the planner's figures are worth renewing."""
PREFIXES: dict[SubjectType, str] = {"contact": "con", "account": "acc"}

Progress = Callable[[int], None]
ROW = TypeVar("ROW")


class Ready(NamedTuple):
    """A row of a directory file as it is to be written."""

    line: int
    subject: Filed


class Tally(msgspec.Struct):
    """What an import has done so far. `rows` counts all that were read."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problem_count: int = 0
    problems: list[DirectoryProblem] = []

    def skip(self, line: int, reason: str) -> None:
        """A row that is not imported, and why."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_TOLD_MAX:
            self.problems.append(DirectoryProblem(line=line, reason=reason))

    def good(self, rows: Sequence[ROW | Problem]) -> list[ROW]:
        """Those of `rows` that are none of the file's own problems."""
        self.rows += len(rows)
        found: list[ROW] = []
        for row in rows:
            if isinstance(row, Problem):
                self.skip(row.line, row.reason)
            else:
                found.append(row)
        return found

    def answer(self, ignored_columns: Sequence[str]) -> DirectoryAnswer:
        return DirectoryAnswer(
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            problem_count=self.problem_count,
            problems=sorted(self.problems, key=lambda problem: problem.line),
            ignored_columns=list(ignored_columns),
        )


async def import_directory(
    database: Database,
    hasher: UrlHasher,
    stream: BinaryIO,
    progress: Progress | None = None,
) -> DirectoryAnswer:
    """Adds and replaces contacts and accounts, by profile URL; the second time nothing changes.

    A subject keeps its id. A column the file does not have leaves what is there; an empty cell
    takes it away. Erased persons are skipped (R4). `progress` hears how many rows have been read.
    What was written before a failure stays: the file can be imported again.

    Raises UnreadableFile and Unavailable.
    """
    file = await asyncio.to_thread(read_directory_file, text_lines(stream))
    tally, ready = Tally(), map(_ready, file.rows)
    while batch := await asyncio.to_thread(_next_batch, ready):
        rows = tally.good(batch)
        async with database.write() as connection:
            await _write(connection, hasher, file.columns, rows, tally)
        if progress is not None:
            progress(tally.rows)
    if tally.added >= ANALYZE_FROM_ROWS:
        async with database.write() as connection:
            await store.analyze(connection)
    return tally.answer(file.ignored_columns)


async def import_insights(database: Database, org: OrgId, stream: BinaryIO) -> DirectoryAnswer:
    """Who of the org knows whom: adds and replaces, by person and colleague.

    Raises UnreadableFile and Unavailable.
    """
    file = await asyncio.to_thread(read_insight_file, text_lines(stream))
    tally = Tally()
    while batch := await asyncio.to_thread(_next_batch, file.rows):
        lines = tally.good(batch)
        async with database.write() as connection:
            await _write_insights(connection, org, lines, tally)
    return tally.answer(file.ignored_columns)


def _next_batch(rows: Iterator[ROW | Problem]) -> list[ROW | Problem]:
    return list(islice(rows, BATCH_ROWS))


def _ready(row: DirectoryRow | Problem) -> Ready | Problem:
    return row if isinstance(row, Problem) else Ready(row.line, filed(record_of(row)))


async def _write(
    connection: AsyncConnection,
    hasher: UrlHasher,
    columns: frozenset[str],
    rows: Sequence[Ready],
    tally: Tally,
) -> None:
    hashes = {row.line: hasher.hash(row.subject.record.url) for row in rows}
    erased = await erased_among(connection, list(hashes.values()))
    kept = [row.subject for row in rows if hashes[row.line] not in erased]
    for row in rows:
        if hashes[row.line] in erased:
            tally.skip(row.line, "the person at this url was erased and must not come back")
    known = await store.known(connection, [one.record.url for one in kept])
    if known and not says_it_all(columns):
        kept = await asyncio.to_thread(_completed, kept, columns, known)
    changes = _changes(kept, known)
    await store.put(connection, changes)
    changed = sum(one.record.url in known for one in changes.values())
    tally.changed += changed
    tally.added += len(changes) - changed
    tally.unchanged += len(kept) - len(changes)


def _completed(
    subjects: Sequence[Filed], columns: frozenset[str], known: Mapping[str, KnownSubject]
) -> list[Filed]:
    """With what their file has no column for."""
    return [
        filed(completed(one.record, known[one.record.url].record, columns))
        if one.record.url in known
        else one
        for one in subjects
    ]


def _changes(
    subjects: Sequence[Filed], known: Mapping[str, KnownSubject]
) -> dict[SubjectId, Filed]:
    """Those that are new or other than what is known."""
    changes: dict[SubjectId, Filed] = {}
    for one in subjects:
        there = known.get(one.record.url)
        if there is None:
            changes[SubjectId(new_id(PREFIXES[one.record.type]))] = one
        elif one.fingerprint != there.fingerprint:
            changes[there.id] = one
    return changes


async def _write_insights(
    connection: AsyncConnection, org: OrgId, lines: Sequence[InsightLine], tally: Tally
) -> None:
    subjects = await store.at_urls(connection, org, list({line.url: None for line in lines}))
    emails = list({line.colleague: None for line in lines})
    colleagues = await store.colleagues(connection, org, emails)
    told: list[InsightRow] = []
    for line in lines:
        if line.url not in subjects:
            tally.skip(line.line, "nobody in the directory is at this url")
        elif line.colleague not in colleagues:
            tally.skip(line.line, "colleague: no member of this organization has this address")
        else:
            told.append(
                InsightRow(
                    subject=subjects[line.url],
                    colleague=colleagues[line.colleague],
                    strength=line.strength,
                    since=line.since,
                    note=line.note,
                )
            )
    known = await store.insights(connection, org, list({row.subject: None for row in told}))
    changes = [row for row in told if known.get((row.subject, row.colleague)) != row]
    await store.put_insights(connection, org, changes)
    changed = sum((row.subject, row.colleague) in known for row in changes)
    tally.changed += changed
    tally.added += len(changes) - changed
    tally.unchanged += len(told) - len(changes)
