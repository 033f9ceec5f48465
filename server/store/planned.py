"""Writes a plan in one transaction with set-based statements; the caller commits."""

from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, update

from server.domain.directory_records import Filed, Record
from server.domain.entries import EntryLine
from server.domain.folding import folded
from server.domain.ids import OrgId, PieceKey, SubjectId
from server.domain.job_rows import items_to_json
from server.domain.plan import Plan
from server.domain.state import Head, Hold, JobState, Month, Seat
from server.domain.values import Kept, KeptEmail, KeptPersonality, KeptPhone, kind_of
from server.store import schema
from server.store.bulk import BulkInsert
from server.store.job_schema import MOVED
from server.store.lists import chunked
from server.wire.base import to_json

_LINE = tuple(field.name for field in msgspec.structs.fields(EntryLine))
_MONTH = ("granted", "used", "held", "extra_used", "extra_held", "saved", "alerted", "alert_seq")
_PIECE = ("gen", "live", "banned", "seq", "user_id", "at_us")
_VALUE = ("kind", "value", "search")

_entries = BulkInsert(schema.entry, ("org_id", *_LINE))
_months = BulkInsert(
    schema.allotment,
    ("org_id", "user_id", "month_no", "starts_us", "ends_us", *_MONTH),
    replacing=_MONTH,
)
_seats = BulkInsert(
    schema.license_,
    ("org_id", "user_id", "allotment", "anchor", "cap", "last_month_no", "saved", "last_spend_us"),
    replacing=("allotment", "cap", "last_month_no", "saved", "last_spend_us"),
)
_pieces = BulkInsert(schema.piece, ("org_id", "piece_key", *_PIECE), replacing=_PIECE)
_values = BulkInsert(
    schema.owned_value, ("org_id", "subject_id", "piece_key", *_VALUE), replacing=_VALUE
)
_savings = BulkInsert(schema.saving, ("org_id", "user_id", "piece_key", "credits", "at_us"))
# Not replacing: a key that an operator used on two orgs in the same instant fails the later batch,
# whose commands then meet the earlier's row.
_answers = BulkInsert(
    schema.idempotency,
    ("org_id", "caller_id", "key", "fingerprint", "answer", "created_us"),
)
_holds = BulkInsert(
    schema.hold,
    (
        "org_id",
        "job_id",
        "user_id",
        "month_no",
        "from_license",
        "from_extra",
        "captured_license",
        "captured_extra",
        "placed_seq",
        "ended_seq",
    ),
    replacing=("captured_license", "captured_extra", "ended_seq"),
)
_job_rows = BulkInsert(
    schema.job_row, ("org_id", "job_id", "row_no", "items"), replacing=("items",)
)
_CONTACT = tuple(field.name for field in msgspec.structs.fields(Record))
_contacts = BulkInsert(
    schema.subject, ("id", "org_id", *_CONTACT, "search", "sort", "fingerprint"), keeping=True
)
_contact_values = attrgetter(*_CONTACT)
_update_job = (
    update(schema.job)
    .where(schema.job.c.org_id == bindparam("b_org"), schema.job.c.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in MOVED})
)
_line_values = attrgetter(*_LINE)
_month_values = attrgetter(*_MONTH)

_update_head = (
    update(schema.org_head)
    .where(schema.org_head.c.org_id == bindparam("b_org"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "head_seq",
                "at_us",
                "extra_granted",
                "extra_used",
                "extra_held",
                "saved",
                "price_email",
                "price_phone",
                "price_personality",
                "own_prices",
            )
        }
    )
)
_close_values = delete(schema.owned_value).where(
    schema.owned_value.c.org_id == bindparam("b_org"),
    schema.owned_value.c.piece_key.in_(bindparam("keys", expanding=True)),
)


def write(connection: Connection, plan: Plan) -> None:
    """Everything the plan holds; the head last, as the row everyone waits for."""
    org = plan.org
    for keys in chunked(sorted(plan.closed)):
        connection.execute(_close_values, {"b_org": org, "keys": keys})
    _entries.execute(connection, [(org, *_line_values(line)) for line in plan.entries])
    _pieces.execute(
        connection,
        [(org, p.key, p.gen, p.live, p.banned, p.seq, p.by, p.at_us) for p in plan.pieces.values()],
    )
    _values.execute(connection, [value_row(org, at, kept) for at, kept in plan.owned.items()])
    _months.execute(connection, [_month_row(org, month) for month in plan.months.values()])
    _seats.execute(connection, [_seat_row(org, seat) for seat in plan.seats.values()])
    _savings.execute(
        connection, [(org, s.user, s.key, s.credits, plan.at_us) for s in plan.savings]
    )
    _answers.execute(
        connection,
        [(a.org, a.caller, a.key, a.fingerprint, a.answer, plan.at_us) for a in plan.answers],
    )
    if plan.jobs:
        _write_jobs(connection, plan)
    connection.execute(_update_head, _head_row(plan.head))


def _write_jobs(connection: Connection, plan: Plan) -> None:
    org, jobs = plan.org, list(plan.jobs.values())
    connection.execute(_update_job, [_job_row(org, job) for job in jobs])
    _holds.execute(
        connection, [_hold_row(org, job, job.hold) for job in jobs if job.hold is not None]
    )
    _job_rows.execute(
        connection,
        [(org, job, row.row_no, items_to_json(row.items)) for job, row in plan.job_rows],
    )
    _contacts.execute(
        connection, [_contact_row(org, *contact) for contact in plan.contacts.items()]
    )


def _job_row(org: OrgId, job: JobState) -> dict[str, Any]:
    return {
        "b_org": org,
        "b_id": job.id,
        "status": job.status,
        "settled": job.settled,
        "worker": job.worker,
        "lease_us": job.lease_us,
        "expires_us": job.expires_us,
        "started_us": job.started_us,
        "finished_us": job.finished_us,
        "prices": to_json(job.prices).decode() if job.prices else None,
        "error": job.error,
        "settlement": to_json(job.settlement).decode() if job.settlement else None,
        "account": to_json(job.account).decode() if job.settlement else None,
    }


def _hold_row(org: OrgId, job: JobState, hold: Hold) -> tuple[Any, ...]:
    return (
        org,
        job.id,
        job.user,
        hold.month.bounds.no,
        hold.from_license,
        hold.from_extra,
        hold.captured_license,
        hold.captured_extra,
        hold.placed_seq,
        hold.ended_seq,
    )


def _contact_row(org: OrgId, subject: SubjectId, filed: Filed) -> tuple[Any, ...]:
    values = _contact_values(filed.record)
    return (subject, org, *values, filed.search, filed.sort, filed.fingerprint)


def value_row(org: OrgId, at: tuple[PieceKey, SubjectId], kept: Kept) -> tuple[Any, ...]:
    """A row of `owned_value`, in the order of its columns."""
    key, subject = at
    return (org, subject, key, kind_of(kept), to_json(kept).decode(), _searchable(kept))


def _searchable(kept: Kept) -> str:
    """What a search of the org's own values matches: folded address and style, the numbers."""
    match kept:
        case KeptEmail(email=email):
            return folded(email)
        case KeptPhone(phones=phones):
            return " ".join(phone.number for phone in phones)
        case KeptPersonality(style=style):
            return folded(style)


def _month_row(org: OrgId, month: Month) -> tuple[Any, ...]:
    return (org, month.user, *month.bounds, *_month_values(month))


def _seat_row(org: OrgId, seat: Seat) -> tuple[Any, ...]:
    assert seat.month is not None, "a seat is written because its month was touched"
    return (
        org,
        seat.user,
        seat.allotment,
        seat.anchor.isoformat(),
        seat.cap,
        seat.month.bounds.no,
        seat.saved,
        seat.last_spend_us,
    )


def _head_row(head: Head) -> dict[str, Any]:
    return {
        "b_org": head.org,
        "head_seq": head.seq,
        "at_us": head.at_us,
        "extra_granted": head.granted,
        "extra_used": head.used,
        "extra_held": head.held,
        "saved": head.saved,
        "price_email": head.prices.email,
        "price_phone": head.prices.phone,
        "price_personality": head.prices.personality,
        "own_prices": head.own_prices,
    }
