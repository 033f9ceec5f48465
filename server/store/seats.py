"""Users with their licenses and newest credit months, read under the org's lock."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Label, Row, and_, bindparam, or_, select

from server.domain.credit_month import MonthBounds
from server.domain.ids import OrgId, UserId
from server.domain.state import Month, Seat
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.schema import allotment, license_, users

_FIGURES = ("granted", "used", "held", "extra_used", "extra_held", "saved", "alerted", "alert_seq")

_month = allotment.c
MONTH_COLUMNS: tuple[Label[Any], ...] = tuple(
    _month[name].label(f"month_{name}") for name in ("month_no", "starts_us", "ends_us", *_FIGURES)
)
"""What `month_of` reads, beside columns of other tables."""

_seats = (
    select(
        *users.c["id", "name", "active"],
        *license_.c["allotment", "anchor", "cap", "saved", "last_spend_us"],
        *MONTH_COLUMNS,
    )
    .select_from(
        users.join(license_, license_.c.user_id == users.c.id).outerjoin(
            allotment,
            and_(
                _month.org_id == license_.c.org_id,
                _month.user_id == license_.c.user_id,
                _month.month_no == license_.c.last_month_no,
            ),
        )
    )
    .where(license_.c.org_id == bindparam("org"))
)
_of_users = PreparedSelect(_seats.where(license_.c.user_id.in_(bindparam("users", expanding=True))))
_on_the_pool = _seats.where(
    users.c.active,
    or_(_month.granted == _month.used + _month.held, license_.c.allotment == 0),
)


def of_users(connection: Connection, org: OrgId, ids: Sequence[str]) -> dict[UserId, Seat]:
    """The seats of those of `ids` that are of the org."""
    found: dict[UserId, Seat] = {}
    for some in chunked(ids):
        rows = _of_users.rows(connection, org=org, users=some)
        found |= {UserId(row.id): _seat(row) for row in rows}
    return found


def on_the_pool(connection: Connection, org: OrgId) -> list[Seat]:
    """Active users who have nothing left on their license: they live on extra credits alone."""
    return [_seat(row) for row in connection.execute(_on_the_pool, {"org": org})]


def every(connection: Connection, org: OrgId) -> list[Seat]:
    """Every seat of the org."""
    return [_seat(row) for row in connection.execute(_seats, {"org": org})]


def month_of(user: UserId, row: Row[Any]) -> Month:
    """The `allotment` row in MONTH_COLUMNS of a row."""
    bounds = MonthBounds(row.month_month_no, row.month_starts_us, row.month_ends_us)
    return Month(user, bounds, **{name: getattr(row, f"month_{name}") for name in _FIGURES})


def _seat(row: Row[Any]) -> Seat:
    user = UserId(row.id)
    seat = Seat(
        user,
        row.name,
        bool(row.active),
        row.allotment,
        date.fromisoformat(row.anchor),
        row.cap,
        row.saved,
        row.last_spend_us,
    )
    if row.month_month_no is not None:
        seat.month = month_of(user, row)
    return seat
