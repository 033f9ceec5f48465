"""The customers: their names, zones and price lists."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, OrgId
from server.store.schema import license_, org, org_head
from server.wire.battery import Prices


class OrgRow(msgspec.Struct, frozen=True, kw_only=True):
    """One customer. `prices` is what it is charged, `own_prices` whether they are its own.

    `has_entries`: its ledger has begun; the first entry says what it pays.
    """

    id: OrgId
    name: str
    time_zone: str
    prices: Prices
    own_prices: bool
    has_entries: bool


class OrgFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How large a customer is: members ever, extra credits, the last charge."""

    users: int
    extra_granted: int
    extra_used: int
    extra_held: int
    last_spend_us: AtUs | None


async def add(connection: AsyncConnection, new: OrgRow, at_us: AtUs) -> None:
    """The org and the empty head of its ledger."""
    await connection.execute(
        insert(org).values(id=new.id, name=new.name, time_zone=new.time_zone, created_us=at_us)
    )
    await connection.execute(
        insert(org_head).values(
            org_id=new.id,
            price_email=new.prices.email,
            price_phone=new.prices.phone,
            price_personality=new.prices.personality,
            own_prices=new.own_prices,
        )
    )


async def change(
    connection: AsyncConnection, which: OrgId, *, name: str | None, time_zone: str | None
) -> None:
    """Sets what is not None."""
    values = {"name": name, "time_zone": time_zone}
    given = {column: value for column, value in values.items() if value is not None}
    if given:
        await connection.execute(update(org).where(org.c.id == which).values(given))


async def one(connection: AsyncConnection, which: OrgId) -> OrgRow | None:
    row = (await connection.execute(_orgs().where(org.c.id == which))).one_or_none()
    return None if row is None else _told(row)


async def named(connection: AsyncConnection, name: str) -> list[OrgRow]:
    """Every org that is called so, in any case."""
    rows = await connection.execute(
        _orgs().where(func.lower(org.c.name) == name.lower()).order_by(org.c.id)
    )
    return [_told(row) for row in rows]


async def every(connection: AsyncConnection) -> list[OrgRow]:
    """All customers by name."""
    rows = await connection.execute(_orgs().order_by(func.lower(org.c.name), org.c.id))
    return [_told(row) for row in rows]


async def figures(
    connection: AsyncConnection, only: OrgId | None = None
) -> dict[OrgId, OrgFigures]:
    """Of every customer, or of one."""
    seats = (
        select(
            license_.c.org_id,
            func.count().label("users"),
            func.max(license_.c.last_spend_us).label("last_spend_us"),
        )
        .group_by(license_.c.org_id)
        .subquery()
    )
    wanted = select(org_head, seats.c.users, seats.c.last_spend_us).outerjoin(
        seats, seats.c.org_id == org_head.c.org_id
    )
    if only is not None:
        wanted = wanted.where(org_head.c.org_id == only)
    return {
        OrgId(row.org_id): OrgFigures(
            users=row.users or 0,
            extra_granted=row.extra_granted,
            extra_used=row.extra_used,
            extra_held=row.extra_held,
            last_spend_us=row.last_spend_us,
        )
        for row in await connection.execute(wanted)
    }


def _orgs() -> Select[Any]:
    return select(org, org_head).join(org_head, org_head.c.org_id == org.c.id)


def _told(row: Row[Any]) -> OrgRow:
    return OrgRow(
        id=OrgId(row.id),
        name=row.name,
        time_zone=row.time_zone,
        prices=Prices(
            email=row.price_email, phone=row.price_phone, personality=row.price_personality
        ),
        own_prices=row.own_prices,
        has_entries=row.head_seq > 0,
    )
