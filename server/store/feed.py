"""What the push floor reads: where an org stands, what happened since, and what a user sees now.

An org's entries are its event stream (R32): whatever an announcement said, these reads say again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Row, Text, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.battery import MonthFigures, Pool, battery_of
from server.domain.commits import Commit, Crossing, RevealedItem
from server.domain.credit_month import MonthBounds, month_after, month_at
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store.lists import chunked
from server.store.schema import (
    allotment,
    deployment,
    entry,
    license_,
    operator,
    org,
    org_head,
    subject,
    users,
)
from server.wire.accounts import Org, User
from server.wire.battery import Battery, Prices
from server.wire.socket import AlertSeen
from server.wire.words import CHARGE_ACTIONS, LEVELS

EPOCH = "epoch"
ITEM_ACTIONS = (*CHARGE_ACTIONS, "reversal")
POOL_ACTIONS = ("grant", "reversal", "hold", "release")

Connection = AsyncConnection
"""A name for those who hand a connection on without knowing SQL."""


_FIGURES = ("granted", "used", "held", "extra_used", "extra_held", "saved")
_NEWEST_MONTH = and_(
    allotment.c.org_id == license_.c.org_id,
    allotment.c.user_id == license_.c.user_id,
    allotment.c.month_no == license_.c.last_month_no,
)

# Built once: building a statement costs as much as running one of these.
_ORG = bindparam("org", type_=Text)
_USERS = bindparam("users", expanding=True, type_=Text)
_BETWEEN = (
    entry.c.org_id == _ORG,
    entry.c.seq > bindparam("after"),
    entry.c.seq <= bindparam("to"),
)
_EPOCH = select(deployment.c.value).where(deployment.c.name == EPOCH)
_POSITIONS = select(org_head.c.org_id, org_head.c.head_seq).where(
    org_head.c.org_id.in_(bindparam("orgs", expanding=True, type_=Text))
)
_STATE = select(org, org_head).join(org_head, org_head.c.org_id == org.c.id).where(org.c.id == _ORG)
_SEATS = (
    select(
        license_,
        *(
            allotment.c[name].label(f"month_{name}")
            for name in ("month_no", "starts_us", "ends_us", *_FIGURES)
        ),
    )
    .join(allotment, _NEWEST_MONTH, isouter=True)
    .where(license_.c.org_id == _ORG, license_.c.user_id.in_(_USERS))
)
_ALERTED = (
    select(allotment.c.user_id, allotment.c.alerted, allotment.c.alert_seq)
    .join(license_, _NEWEST_MONTH)
    .where(allotment.c.org_id == _ORG, allotment.c.user_id.in_(_USERS), allotment.c.alerted > 0)
)
_ALERTS = _ALERTED.where(allotment.c.ends_us > bindparam("at_us"))
_CROSSINGS = _ALERTED.where(
    allotment.c.alert_seq > bindparam("after"), allotment.c.alert_seq <= bindparam("to")
)
_MEMBERS = select(users).where(users.c.id.in_(_USERS), users.c.org_id == _ORG, users.c.active)
_ITEMS = (
    select(
        entry.c.seq,
        entry.c.subject_id,
        entry.c.kind,
        entry.c.action,
        entry.c.by_id,
        func.coalesce(subject.c.url, "").label("url"),
        func.coalesce(users.c.name, operator.c.name, "").label("by_name"),
    )
    .join(subject, subject.c.id == entry.c.subject_id, isouter=True)
    .join(users, and_(users.c.id == entry.c.by_id, entry.c.by_type == "user"), isouter=True)
    .join(
        operator,
        and_(operator.c.id == entry.c.by_id, entry.c.by_type == "operator"),
        isouter=True,
    )
    .where(*_BETWEEN, entry.c.action.in_(ITEM_ACTIONS))
    .order_by(entry.c.seq)
)
_MOVED_POOL = or_(entry.c.from_extra != 0, entry.c.action.in_(POOL_ACTIONS))
_EFFECTS = (
    select(
        entry.c.user_id,
        func.sum(case((entry.c.action.in_(ITEM_ACTIONS), 1), else_=0)).label("items"),
        func.max(case((_MOVED_POOL, 1), else_=0)).label("moved_pool"),
        func.max(case((entry.c.action == "prices", 1), else_=0)).label("prices"),
    )
    .where(*_BETWEEN)
    .group_by(entry.c.user_id)
)


class OrgState(msgspec.Struct, frozen=True):
    """An org at one position. `at_us`: the time of its newest entry."""

    org: Org
    head: Seq
    at_us: AtUs
    pool: Pool
    prices: Prices


class Stretch(msgspec.Struct, frozen=True):
    """The entries `commit.from_seq..commit.to_seq`, told as one commit without crossings.

    `item_count` counts its items also where they were too many to be listed in it.
    """

    commit: Commit
    item_count: int


async def epoch(connection: AsyncConnection) -> str:
    """The random id of this ledger's history (api.md, The battery socket)."""
    return str((await connection.execute(_EPOCH)).scalar_one())


async def positions(connection: AsyncConnection, orgs: Sequence[OrgId]) -> dict[OrgId, Seq]:
    """The newest `seq` of each org that exists."""
    found: dict[OrgId, Seq] = {}
    for some in chunked(orgs):
        rows = await connection.execute(_POSITIONS, {"orgs": some})
        found |= {OrgId(row.org_id): Seq(row.head_seq) for row in rows}
    return found


async def prices(connection: AsyncConnection, which: OrgId) -> Prices:
    """What the org is charged now."""
    return (await org_state(connection, which)).prices


async def org_state(connection: AsyncConnection, which: OrgId) -> OrgState:
    """Position, pool and prices in one row."""
    row = (await connection.execute(_STATE, {"org": which})).one()
    return OrgState(
        org=Org(id=row.id, name=row.name, time_zone=row.time_zone),
        head=Seq(row.head_seq),
        at_us=AtUs(row.at_us),
        pool=Pool(row.extra_granted, row.extra_used, row.extra_held),
        prices=Prices(
            email=row.price_email, phone=row.price_phone, personality=row.price_personality
        ),
    )


async def batteries(
    connection: AsyncConnection, which: OrgId, of: Sequence[UserId], at_us: AtUs
) -> dict[UserId, Battery]:
    """What each user of `of` in the org sees at `at_us`, all at the org's position."""
    state = await org_state(connection, which)
    return await batteries_at(connection, state, of, at_us)


async def batteries_at(
    connection: AsyncConnection, state: OrgState, of: Sequence[UserId], at_us: AtUs
) -> dict[UserId, Battery]:
    """`batteries`, with the org's row read before in the same snapshot."""
    zone = ZoneInfo(state.org.time_zone)
    # A clock that went back must not bring back a month that entries have left.
    at = max(at_us, state.at_us)
    seen: dict[UserId, Battery] = {}
    for some in chunked(of):
        given = {"org": state.org.id, "users": some}
        for row in await connection.execute(_SEATS, given):
            month = _month(row, zone, at)
            seen[UserId(row.user_id)] = battery_of(
                state.head, zone, state.pool, month, row.cap, row.saved
            )
    return seen


async def alerts(
    connection: AsyncConnection, which: OrgId, of: Sequence[UserId], at_us: AtUs
) -> dict[UserId, AlertSeen]:
    """The lowest level announced to each user in the credit month that `at_us` is in (R33)."""
    seen: dict[UserId, AlertSeen] = {}
    for some in chunked(of):
        given = {"org": which, "users": some, "at_us": at_us}
        for row in await connection.execute(_ALERTS, given):
            level = LEVELS[row.alerted]
            seen[UserId(row.user_id)] = AlertSeen(level=level, seq=row.alert_seq)
    return seen


async def crossings(
    connection: AsyncConnection, which: OrgId, of: Sequence[UserId], after: Seq, to: Seq
) -> tuple[Crossing, ...]:
    """The newest crossing of each of these users that entries `after+1..to` made (R33)."""
    found: list[Crossing] = []
    for some in chunked(of):
        given = {"org": which, "users": some, "after": after, "to": to}
        for row in await connection.execute(_CROSSINGS, given):
            found.append(Crossing(UserId(row.user_id), LEVELS[row.alerted], Seq(row.alert_seq)))
    return tuple(found)


async def members(
    connection: AsyncConnection, which: OrgId, of: Sequence[UserId]
) -> dict[UserId, User]:
    """The org's active users among `of`."""
    found: dict[UserId, User] = {}
    for some in chunked(of):
        for row in await connection.execute(_MEMBERS, {"org": which, "users": some}):
            found[UserId(row.id)] = User(id=row.id, name=row.name, email=row.email, role=row.role)
    return found


async def items(
    connection: AsyncConnection, which: OrgId, after: Seq, to: Seq
) -> tuple[RevealedItem, ...]:
    """The pieces that entries `after+1..to` opened or closed, in order. `url` is "" once erased."""
    given = {"org": which, "after": after, "to": to}
    return tuple(
        RevealedItem(
            seq=row.seq,
            subject=row.subject_id,
            url=row.url,
            kind=row.kind,
            action=row.action,
            by_id=row.by_id,
            by_name=row.by_name,
        )
        for row in await connection.execute(_ITEMS, given)
    )


async def stretch(
    connection: AsyncConnection, which: OrgId, after: Seq, to: Seq, items_max: int
) -> Stretch:
    """What entries `after+1..to` did, as `Commit` tells it. Above `items_max` no item is listed."""
    given = {"org": which, "after": after, "to": to}
    rows = (await connection.execute(_EFFECTS, given)).all()
    count = sum(row.items for row in rows)
    commit = Commit(
        org=which,
        from_seq=Seq(after + 1),
        to_seq=to,
        items=await items(connection, which, after, to) if 0 < count <= items_max else (),
        users=frozenset(UserId(row.user_id) for row in rows if row.user_id is not None),
        extra_changed=any(row.moved_pool for row in rows),
        prices_changed=any(row.prices for row in rows),
    )
    return Stretch(commit, count)


def _month(row: Row[Any], zone: ZoneInfo, at: AtUs) -> MonthFigures:
    """The license's month at `at`: its row, or a fresh one where no entry has touched it yet."""
    anchor = date.fromisoformat(row.anchor)
    if row.month_month_no is None:
        return MonthFigures(month_at(anchor, zone, at), row.allotment)
    newest = MonthBounds(row.month_month_no, row.month_starts_us, row.month_ends_us)
    bounds = month_after(newest, anchor, zone, at)
    if bounds.no != newest.no:
        return MonthFigures(bounds, row.allotment)
    return MonthFigures(bounds, **{name: getattr(row, f"month_{name}") for name in _FIGURES})
