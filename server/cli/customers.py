"""Commands on customers: orgs, prices, grants, reversals."""

from typing import Annotated

import msgspec
import typer

from server.cli.desk import at_desk
from server.cli.shown import credits_text, show, show_table, table_of
from server.domain import errors
from server.domain.commands import DEPLOYMENT
from server.house import House
from server.store.orgs import OrgRow
from server.wire.battery import Prices
from server.wire.operator import NewOrg, OperatorReversal
from server.wire.words import ReversalReason

Org = Annotated[str, typer.Argument(metavar="ORG", help="Id of the org, or its name.")]
Price = Annotated[int | None, typer.Option(min=0, help="Credits.", show_default=False)]


def orgs() -> None:
    """List every customer."""

    async def work(house: House) -> None:
        table = table_of("id", "name", "time zone", "email", "phone", "personality", "prices")
        for row in await house.customers.listed():
            prices = [str(price) for price in msgspec.structs.astuple(row.prices)]
            own = "own" if row.own_prices else "deployment's"
            table.add_row(row.id, row.name, row.time_zone, *prices, own)
        show_table(table)

    at_desk(work)


def add_org(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the customer is called.")],
    time_zone: Annotated[
        str, typer.Option(help="IANA time zone in which its credit months turn.")
    ] = "UTC",
) -> None:
    """Add a customer; commands call it by its name, so no two are called alike."""

    async def work(house: House) -> None:
        known = {row.name.casefold() for row in await house.customers.listed()}
        if name.strip().casefold() in known:
            raise errors.AlreadyExists(f"There is a customer called {name.strip()} already.")
        row = await house.customers.add(DEPLOYMENT, NewOrg(name=name, time_zone=time_zone))
        show(f"{row.id}  {row.name} ({row.time_zone})")

    at_desk(work, may_found=True)


def set_prices(
    org: Org,
    email: Price = None,
    phone: Price = None,
    personality: Price = None,
    default: Annotated[
        bool, typer.Option("--default", help="Back to the deployment's prices.")
    ] = False,
) -> None:
    """Set what a customer pays; kinds left out keep their price."""
    given = {"email": email, "phone": phone, "personality": personality}
    changes = {kind: price for kind, price in given.items() if price is not None}
    if default == bool(changes):
        raise typer.BadParameter("Give prices (--email, --phone, --personality) or --default.")

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        own = None if default else msgspec.structs.replace(row.prices, **changes)
        row = await house.customers.set_prices(row.id, DEPLOYMENT, own)
        show(f"{row.name} now pays {_prices_text(row)}.")

    at_desk(work)


def grant(
    org: Org,
    credits: Annotated[int, typer.Argument(metavar="CREDITS", help="How many to add.", min=1)],
    note: Annotated[str, typer.Option(help="What they were bought for; shown in the history.")],
) -> None:
    """Add extra credits to a customer."""

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        entry = await house.customers.grant(row.id, DEPLOYMENT, credits, note)
        left = credits_text(entry.extra_left)
        show(f"Entry {entry.seq}: {row.name} has {left} extra left.")

    at_desk(work)


def reverse(
    org: Org,
    seq: Annotated[
        int, typer.Argument(metavar="SEQ", help="Number of the entry that charged.", min=1)
    ],
    reason: Annotated[ReversalReason, typer.Option(help="Why the charge is taken back.")],
    note: Annotated[str | None, typer.Option(help="Shown in the history.")] = None,
) -> None:
    """Take one charge back; the piece is masked again."""

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        asked = OperatorReversal(seq=seq, reason=reason, note=note)
        entry = await house.customers.reverse(row.id, DEPLOYMENT, asked)
        show(f"Entry {entry.seq}: {credits_text(-entry.credits)} given back to {row.name}.")

    at_desk(work)


def _prices_text(row: OrgRow) -> str:
    prices: Prices = row.prices
    return (
        f"{credits_text(prices.email)} for an email, {credits_text(prices.phone)} for a phone and "
        f"{credits_text(prices.personality)} for a personality"
    )
