"""Writes a plan in one transaction with set-based statements; the caller commits."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.entries import EntryLine
from server.domain.ids import OrgId
from server.domain.plan import Plan
from server.domain.state import Head, Month, Seat
from server.domain.values import Kept, KeptEmail, KeptPersonality, KeptPhone, kind_of
from server.store import schema
from server.store.lists import chunked

_LINE_FIELDS = tuple(field.name for field in msgspec.structs.fields(EntryLine))
_MONTH_FIGURES = (
    "granted",
    "used",
    "held",
    "extra_used",
    "extra_held",
    "saved",
    "alerted",
    "alert_seq",
)

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


def _upsert(table: Any, changed: tuple[str, ...]) -> dict[str, Any]:
    """One statement for each dialect: insert, or replace the `changed` columns of the row there
    is."""
    statements = {}
    for dialect in (postgresql, sqlite):
        new = dialect.insert(table)
        statements[dialect.dialect.name] = new.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: new.excluded[name] for name in changed},
        )
    return statements


_months = _upsert(schema.allotment, _MONTH_FIGURES)
_seats = _upsert(schema.license_, ("allotment", "cap", "last_month_no", "saved", "last_spend_us"))
_pieces = _upsert(schema.piece, ("gen", "live", "banned", "seq"))
_owned = _upsert(schema.owned_value, ("value", "search"))
_answers = _upsert(schema.idempotency, ("fingerprint", "answer", "created_us"))


async def write(connection: AsyncConnection, plan: Plan) -> None:
    """Everything the plan holds; the head last, as the row everyone waits for."""
    org, dialect = plan.org, connection.dialect.name
    for keys in chunked(sorted(plan.closed)):
        await connection.execute(_close_values, {"b_org": org, "keys": keys})
    steps: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
        (insert(schema.entry), [_entry_row(org, line) for line in plan.entries]),
        (_pieces[dialect], [_piece_row(org, piece) for piece in plan.pieces.values()]),
        (
            _owned[dialect],
            [_owned_row(org, key, subject, kept) for (key, subject), kept in plan.owned.items()],
        ),
        (_months[dialect], [_month_row(org, month) for month in plan.months.values()]),
        (_seats[dialect], [_seat_row(org, seat) for seat in plan.seats.values()]),
        (
            insert(schema.saving),
            [
                {
                    "org_id": org,
                    "user_id": s.user,
                    "piece_key": s.key,
                    "credits": s.credits,
                    "at_us": plan.at_us,
                }
                for s in plan.savings
            ],
        ),
        (
            _answers[dialect],
            [
                {
                    "org_id": org,
                    "caller_id": a.caller,
                    "key": a.key,
                    "fingerprint": a.fingerprint,
                    "answer": a.answer,
                    "created_us": plan.at_us,
                }
                for a in plan.answers
            ],
        ),
    )
    for statement, rows in steps:
        if rows:
            await connection.execute(statement, rows)
    await connection.execute(_update_head, _head_row(plan.head))


def _entry_row(org: OrgId, line: EntryLine) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in _LINE_FIELDS}
    row["org_id"] = org
    return row


def _piece_row(org: OrgId, piece: Any) -> dict[str, Any]:
    return {
        "org_id": org,
        "piece_key": piece.key,
        "gen": piece.gen,
        "live": piece.live,
        "banned": piece.banned,
        "seq": piece.seq,
    }


def _owned_row(org: OrgId, key: bytes, subject: str, kept: Kept) -> dict[str, Any]:
    return {
        "org_id": org,
        "piece_key": key,
        "subject_id": subject,
        "kind": kind_of(kept),
        "value": msgspec.json.encode(kept).decode(),
        "search": _searchable(kept),
    }


def _searchable(kept: Kept) -> str:
    """What a search of the org's own values matches: lower-case address, digits of the numbers."""
    match kept:
        case KeptEmail(email=email):
            return email.lower()
        case KeptPhone(phones=phones):
            return " ".join(phone.number for phone in phones)
        case KeptPersonality(style=style):
            return style.lower()


def _month_row(org: OrgId, month: Month) -> dict[str, Any]:
    row = {name: getattr(month, name) for name in _MONTH_FIGURES}
    return row | {
        "org_id": org,
        "user_id": month.user,
        "month_no": month.bounds.no,
        "starts_us": month.bounds.starts_us,
        "ends_us": month.bounds.ends_us,
    }


def _seat_row(org: OrgId, seat: Seat) -> dict[str, Any]:
    assert seat.month is not None, "a seat is written because its month was touched"
    return {
        "org_id": org,
        "user_id": seat.user,
        "allotment": seat.allotment,
        "anchor": seat.anchor.isoformat(),
        "cap": seat.cap,
        "saved": seat.saved,
        "last_month_no": seat.month.bounds.no,
        "last_spend_us": seat.last_spend_us,
    }


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
