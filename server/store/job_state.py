"""The jobs that a batch of commands moves, with their holds, read under the org's lock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, literal_column, select

from server.domain.commands import BeginSettling, Command, CompleteJob, EndJob, SettleRows, StartJob
from server.domain.ids import AtUs, JobId, OrgId, Seq, SubjectId, UserId
from server.domain.state import Hold, JobState, Month, Seat
from server.store import erasure, schema
from server.store.job_schema import MOVED
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.seats import MONTH_COLUMNS, month_of
from server.wire.battery import Prices
from server.wire.jobs import AccountLine, Settlement

_jobs = PreparedSelect(
    select(
        *schema.job.c["id", "user_id", "action", "kinds", "rows"],
        *schema.job.c[MOVED],
    )
    .where(
        schema.job.c.org_id == bindparam("org"),
        schema.job.c.id.in_(bindparam("jobs", expanding=True)),
        schema.job.c.status != literal_column("'drafting'"),
    )
    # Leases are taken and renewed without the org's lock; in this order, as several are locked.
    .order_by(schema.job.c.id)
    .with_for_update()
)
_holds = PreparedSelect(
    select(
        schema.hold,
        *MONTH_COLUMNS,
    )
    .join_from(
        schema.hold,
        schema.allotment,
        (schema.allotment.c.org_id == schema.hold.c.org_id)
        & (schema.allotment.c.user_id == schema.hold.c.user_id)
        & (schema.allotment.c.month_no == schema.hold.c.month_no),
    )
    .where(
        schema.hold.c.org_id == bindparam("org"),
        schema.hold.c.job_id.in_(bindparam("jobs", expanding=True)),
    )
)

Months = dict[tuple[UserId, int], Month]
"""One object for each month, whoever speaks of it: what one command does to it the next sees."""


def job_ids(commands: Iterable[Command]) -> list[JobId]:
    """Of the jobs that `commands` are about."""
    kinds = StartJob | EndJob | BeginSettling | SettleRows | CompleteJob
    return sorted({command.job for command in commands if isinstance(command, kinds)})


def jobs(connection: Connection, org: OrgId, ids: Sequence[JobId]) -> dict[JobId, JobState]:
    """Those of `ids` that the org has, without their holds."""
    found: dict[JobId, JobState] = {}
    for some in chunked(ids):
        for row in _jobs.rows(connection, org=org, jobs=some):
            found[JobId(row.id)] = _job(row)
    return found


def add_holds(
    connection: Connection, org: OrgId, of: dict[JobId, JobState], seats: dict[UserId, Seat]
) -> Months:
    """Puts each job's hold where it belongs. Answers the months that were met, the seats' newest
    among them."""
    months: Months = {
        (seat.user, seat.month.bounds.no): seat.month for seat in seats.values() if seat.month
    }
    for some in chunked(sorted(of)):
        for row in _holds.rows(connection, org=org, jobs=some):
            month = _shared(months, row)
            of[JobId(row.job_id)].hold = Hold(
                month,
                row.from_license,
                row.from_extra,
                Seq(row.placed_seq),
                row.captured_license,
                row.captured_extra,
                row.ended_seq,
            )
    return months


def erased(connection: Connection, hashes: Mapping[SubjectId, bytes]) -> set[SubjectId]:
    """Those whose keyed hash of the profile URL is an erased person's (R4)."""
    gone = erasure.erased(connection, sorted(set(hashes.values())))
    return {subject for subject, hash_ in hashes.items() if hash_ in gone}


def _shared(months: Months, row: Row[Any]) -> Month:
    user = UserId(row.user_id)
    return months.setdefault((user, row.month_no), month_of(user, row))


def _job(row: Row[Any]) -> JobState:
    return JobState(
        id=JobId(row.id),
        user=UserId(row.user_id),
        action=row.action,
        status=row.status,
        kinds=tuple(row.kinds.split(",")),
        rows=row.rows,
        settled=row.settled,
        worker=row.worker,
        lease_us=AtUs(row.lease_us),
        expires_us=AtUs(row.expires_us),
        started_us=row.started_us,
        finished_us=row.finished_us,
        prices=msgspec.json.decode(row.prices, type=Prices) if row.prices else None,
        error=row.error,
        settlement=msgspec.json.decode(row.settlement, type=Settlement) if row.settlement else None,
        account=(
            msgspec.json.decode(row.account, type=tuple[AccountLine, ...]) if row.account else ()
        ),
    )
