"""Jobs as they stand in the database, for everybody but the ledger's writer
(server/store/job_state.py)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.store.lists import chunked
from server.store.schema import job, users
from server.wire.base import to_json
from server.wire.battery import Prices
from server.wire.jobs import AccountLine, JobFile, Quote, Settlement
from server.wire.jobs import Select as Chosen
from server.wire.words import UNFINISHED, JobAction, JobStatus, Kind

Status = JobStatus | Literal["drafting"]
"""`drafting`: its rows are being written or counted, and nobody sees it yet."""


class JobRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A `job` row; see the schema. `mapping`: field to column of the file, an import's. `chosen`:
    the search of an export by pages; who else was chosen, its rows say."""

    org: OrgId
    id: JobId
    user: UserId
    user_name: str
    action: JobAction
    status: Status
    kinds: tuple[Kind, ...]
    max_credits: int | None
    label: str
    chosen: Chosen | None
    file: JobFile | None
    mapping: dict[str, str]
    rows: int
    problem_count: int
    looked_up: int
    settled: int
    quote: Quote | None
    prices: Prices | None
    settlement: Settlement | None
    account: list[AccountLine]
    error: str | None
    worker: str | None
    lease_us: AtUs
    failures: int
    created_us: AtUs
    started_us: AtUs | None
    finished_us: AtUs | None
    expires_us: AtUs


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs of an org; None means all."""

    user: UserId | None = None
    action: JobAction | None = None
    status: JobStatus | None = None


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """A draft to be: what is known before its rows are. `worker`: the claim it is written under."""

    id: JobId
    user: UserId
    action: JobAction
    kinds: tuple[Kind, ...]
    max_credits: int | None
    label: str
    chosen: Chosen | None
    file: JobFile | None
    mapping: Mapping[str, str]
    worker: str
    lease_us: AtUs
    created_us: AtUs
    expires_us: AtUs


_records = select(job, users.c.name.label("user_name")).join_from(
    job, users, users.c.id == job.c.user_id, isouter=True
)


async def one(connection: AsyncConnection, org: OrgId, id_: JobId) -> JobRecord | None:
    """A job, drafts included."""
    row = (
        await connection.execute(_records.where(job.c.org_id == org, job.c.id == id_))
    ).one_or_none()
    return _record(row) if row is not None else None


async def listed(
    connection: AsyncConnection,
    org: OrgId,
    which: JobFilter,
    *,
    limit: int,
    before: JobRecord | None = None,
) -> list[JobRecord]:
    """The newest first; `before`: those older than it."""
    asked = {job.c.user_id: which.user, job.c.action: which.action, job.c.status: which.status}
    conditions = [column == value for column, value in asked.items() if value is not None]
    query: Select[Any] = _records.where(
        job.c.org_id == org, job.c.status != "drafting", *conditions
    )
    if before is not None:
        same_moment = (job.c.created_us == before.created_us) & (job.c.id < before.id)
        query = query.where(or_(job.c.created_us < before.created_us, same_moment))
    newest = query.order_by(job.c.created_us.desc(), job.c.id.desc()).limit(limit)
    return [_record(row) for row in await connection.execute(newest)]


async def unfinished(
    connection: AsyncConnection, org: OrgId, of: Sequence[UserId]
) -> list[JobRecord]:
    """The quoted, running and settling jobs of these users, the newest first."""
    found: list[JobRecord] = []
    for some in chunked(of):
        query = _records.where(
            job.c.org_id == org, job.c.user_id.in_(some), job.c.status.in_(UNFINISHED)
        )
        found += [_record(row) for row in await connection.execute(query)]
    return sorted(found, key=lambda one: (one.created_us, one.id), reverse=True)


async def open_count(connection: AsyncConnection, org: OrgId, user: UserId) -> int:
    """How many jobs of the user are drafts or not finished."""
    query = (
        select(func.count())
        .select_from(job)
        .where(
            job.c.org_id == org,
            job.c.user_id == user,
            job.c.status.in_(("drafting", *UNFINISHED)),
        )
    )
    return int(await connection.scalar(query) or 0)


async def add_draft(connection: AsyncConnection, org: OrgId, new: NewJob) -> None:
    """A job that nobody sees before `put_quote`."""
    await connection.execute(
        insert(job).values(
            org_id=org,
            id=new.id,
            user_id=new.user,
            action=new.action,
            status="drafting",
            kinds=",".join(new.kinds),
            max_credits=new.max_credits,
            label=new.label,
            chosen=_json(new.chosen),
            file=_json(new.file),
            mapping=to_json(dict(new.mapping)).decode(),
            worker=new.worker,
            lease_us=new.lease_us,
            created_us=new.created_us,
            expires_us=new.expires_us,
        )
    )


async def put_quote(
    connection: AsyncConnection,
    org: OrgId,
    id_: JobId,
    *,
    quote: Quote,
    rows: int,
    problem_count: int,
    mapping: Mapping[str, str],
) -> None:
    """A draft becomes quoted, a quoted job gets a fresh quote. `rows` counts all rows, problems
    included. To be called under a claim that was kept (server/store/job_claims.py)."""
    await connection.execute(
        update(job)
        .where(job.c.org_id == org, job.c.id == id_, job.c.status.in_(("drafting", "quoted")))
        .values(
            status="quoted",
            quote=_json(quote),
            rows=rows,
            problem_count=problem_count,
            mapping=to_json(dict(mapping)).decode(),
        )
    )


def _json(value: msgspec.Struct | None) -> str | None:
    return to_json(value).decode() if value is not None else None


def _record(row: Row[Any]) -> JobRecord:
    return JobRecord(
        org=row.org_id,
        id=row.id,
        user=row.user_id,
        user_name=row.user_name or row.user_id,
        action=row.action,
        status=row.status,
        kinds=tuple(row.kinds.split(",")),
        max_credits=row.max_credits,
        label=row.label,
        chosen=msgspec.json.decode(row.chosen, type=Chosen) if row.chosen else None,
        file=msgspec.json.decode(row.file, type=JobFile) if row.file else None,
        mapping=msgspec.json.decode(row.mapping, type=dict[str, str]) if row.mapping else {},
        rows=row.rows,
        problem_count=row.problem_count,
        looked_up=row.looked_up,
        settled=row.settled,
        quote=msgspec.json.decode(row.quote, type=Quote) if row.quote else None,
        prices=msgspec.json.decode(row.prices, type=Prices) if row.prices else None,
        settlement=msgspec.json.decode(row.settlement, type=Settlement) if row.settlement else None,
        account=msgspec.json.decode(row.account, type=list[AccountLine]) if row.account else [],
        error=row.error,
        worker=row.worker,
        lease_us=row.lease_us,
        failures=row.failures,
        created_us=row.created_us,
        started_us=row.started_us,
        finished_us=row.finished_us,
        expires_us=row.expires_us,
    )
