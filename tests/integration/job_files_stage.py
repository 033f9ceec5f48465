"""Finished jobs for the tests of their files, settled by the product's own ledger."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import openpyxl
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.commands import BeginSettling, CompleteJob, SettleRows, StartJob
from server.domain.ids import AtUs, JobId, SubjectId
from server.domain.job_rows import Item, JobRow, Sought, Told
from server.store import job_rows, jobs, schema
from server.store.jobs import JobRecord
from server.usecases.job_files import JobTable, job_table
from server.usecases.names import new_id
from server.usecases.sheets import BYTE_ORDER_MARK
from server.wire.base import to_json
from server.wire.battery import DEFAULT_PRICES
from server.wire.jobs import JobFile
from server.wire.subjects import Analysis
from server.wire.words import Kind
from tests.acme import Member
from tests.job_rows import Settling

WORKER = "worker"
NEW_YORK = ZoneInfo("America/New_York")
SETTLED_AT_ONCE = 200
SENIOR = Analysis(
    seniority="Director", function="Sales", tenure_years=3.5, skills=("Negotiation", "Forecasting")
)


def exported(*subjects: SubjectId | None, analysis: Analysis | None = None) -> list[JobRow]:
    """A row for each, told as `Person N`."""
    return [
        JobRow(no, subject=subject, told=person(no, subject, analysis) if subject else None)
        for no, subject in enumerate(subjects)
    ]


def person(no: int, subject: SubjectId, analysis: Analysis | None = None) -> Told:
    """What everybody may read of the `no`th."""
    return Told(
        type="contact",
        name=f"Person {no}",
        url=f"https://www.linkedin.com/in/{subject}",
        headline="VP Sales",
        company="Initech",
        location="Austin, Texas",
        analysis=analysis,
    )


class Ask(msgspec.Struct):
    """A job to be. `sought`: rows that are looked for otherwise than by their subject.

    `hold`: credits; by default enough for every row.
    """

    rows: Sequence[JobRow]
    kinds: tuple[Kind, ...] = ("email",)
    label: str = "West coast VPs"
    file: JobFile | None = None
    sought: Mapping[int, Sought] = {}
    hold: int | None = None


async def finished(member: Member, ask: Ask) -> JobRecord:
    """The job, completed."""
    record = await begun(member, ask)
    return await settled(member, ask, record.id)


async def begun(member: Member, ask: Ask) -> JobRecord:
    """The job, running: its rows are looked up and its credits held."""
    org, house, id_ = member.org.id, member.org.house, JobId(new_id("job"))
    async with house.database.write() as connection:
        await _insert(connection, member, ask, id_)
        await job_rows.add(connection, org, id_, ask.rows)
    need = ask.hold
    if need is None:
        need = len(ask.rows) * sum(DEFAULT_PRICES.of(kind) for kind in ask.kinds)
    until = AtUs(house.clock() + 3_600_000_000)
    start = StartJob(member.id, id_, need, DEFAULT_PRICES, WORKER, until, until)
    await house.charger.move_job(org, start)
    return await recorded(member, id_)


async def settled(member: Member, ask: Ask, id_: JobId) -> JobRecord:
    """The job that had begun, completed."""
    org, charger = member.org.id, member.org.house.charger
    await charger.move_job(org, BeginSettling(id_, WORKER))
    settling = Settling(id_, ask.kinds, WORKER)
    for first in range(0, len(ask.rows), SETTLED_AT_ONCE):
        settling.outcomes += await charger.settle(org, _settle(ask, id_, settling, first))
    await charger.move_job(org, CompleteJob(id_, WORKER, settling.settlement(), ()))
    return await recorded(member, id_)


def _settle(ask: Ask, id_: JobId, settling: Settling, first: int) -> SettleRows:
    chunk = ask.rows[first : first + SETTLED_AT_ONCE]
    items = tuple(Item(kind, "net_new") for kind in ask.kinds)
    rows = [
        (ask.sought.get(row.row_no) or Sought(row.row_no, row.subject), items)
        for row in chunk
        if row.problem is None
    ]
    through, seen = first + len(chunk), settling.seen
    return SettleRows(id_, WORKER, first, through, tuple(rows), seen, settling.over_hold)


async def recorded(member: Member, id_: JobId) -> JobRecord:
    """The job as it stands."""
    async with member.org.house.database.read() as connection:
        record = await jobs.one(connection, member.org.id, id_)
    assert record is not None
    return record


async def table_of(member: Member, record: JobRecord) -> JobTable:
    """The file of the job in the org's zone."""
    return await job_table(member.org.house.database, record, NEW_YORK)


async def csv_bytes(member: Member, record: JobRecord) -> bytes:
    """The whole CSV file."""
    return b"".join([part async for part in (await table_of(member, record)).csv()])


async def csv_rows(member: Member, record: JobRecord) -> list[dict[str, str]]:
    """The CSV file as a reader of CSV files takes it."""
    return parsed(await csv_bytes(member, record))


def parsed(file: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file, by title."""
    text = file.decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


async def xlsx_rows(member: Member, record: JobRecord) -> list[dict[str, Any]]:
    """The XLSX file as a reader of workbooks takes it."""
    with await (await table_of(member, record)).xlsx() as file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


async def _insert(connection: AsyncConnection, member: Member, ask: Ask, id_: JobId) -> None:
    clock = member.org.house.clock
    await connection.execute(
        insert(schema.job).values(
            org_id=member.org.id,
            id=id_,
            user_id=member.id,
            action="import" if ask.file else "export",
            status="quoted",
            kinds=",".join(ask.kinds),
            label=ask.label,
            file=to_json(ask.file).decode() if ask.file else None,
            rows=len(ask.rows),
            problem_count=sum(row.problem is not None for row in ask.rows),
            created_us=clock(),
            expires_us=clock() + 1,
        )
    )
