"""Commands on the deployment itself: schema, proof, epoch, operators."""

from typing import Annotated

import typer

from server.cli.desk import REFUSED, at_desk
from server.cli.shown import show, show_table, table_of
from server.domain.credit_month import from_us
from server.domain.ids import OperatorId
from server.house import House
from server.store.orgs import OrgRow
from server.usecases.epoch import renew_epoch
from server.usecases.operator_tokens import TOKEN_DAYS
from server.usecases.verify import verify as verify_org

MINUTES = "%Y-%m-%d %H:%M UTC"


def migrate() -> None:
    """Bring the database to the newest schema; serving does so by itself."""

    async def work(house: House) -> None:
        show("The database is at the newest schema.")

    at_desk(work, may_found=True)


def verify(
    org: Annotated[
        str | None, typer.Argument(metavar="[ORG]", help="Id or name; every org if left out.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every org.")] = False,
) -> None:
    """Replay ledgers and report each broken invariant; exit code 1 when there is one."""
    if org is not None and every:
        raise typer.BadParameter("Give an org or --all, not both.")
    broken: list[OrgRow] = []

    async def work(house: House) -> None:
        rows = await house.customers.listed() if org is None else [await house.customers.found(org)]
        for row in rows:
            answer = await verify_org(house.database, row.id)
            show(f"{'ok' if answer.ok else 'BROKEN'}  {row.name}: {answer.entries:,} entries")
            for one in answer.broken:
                show(f"    invariant {one.invariant}: {one.detail}")
            if not answer.ok:
                broken.append(row)

    at_desk(work)
    if broken:
        raise typer.Exit(REFUSED)


def new_epoch() -> None:
    """Make every client start afresh; needed after a backup was restored."""

    async def work(house: House) -> None:
        show(f"The epoch is now {await renew_epoch(house.database)}.")

    at_desk(work)


def operator_token(
    name: Annotated[str, typer.Option(help="Who the token is for; shown in the history.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = TOKEN_DAYS,
) -> None:
    """Make a token for the operator's calls; it is printed once."""

    async def work(house: House) -> None:
        _, token = await house.operators.create(name, days=days)
        show(token)

    at_desk(work, may_found=True)


def operator_tokens() -> None:
    """List whom operator's tokens were made for, until when, and which have ended."""

    async def work(house: House) -> None:
        table = table_of("id", "name", "made", "valid until", "state")
        now_us = house.clock()
        for row in await house.operators.listed():
            made, until = (from_us(at_us) for at_us in (row.created_us, row.expires_us))
            state = "valid" if row.expires_us > now_us else "ended"
            table.add_row(row.id, row.name, f"{made:{MINUTES}}", f"{until:{MINUTES}}", state)
        show_table(table)

    at_desk(work)


def revoke_operator(
    operator: Annotated[
        str, typer.Argument(metavar="ID", help="As operator-tokens lists it: opr_….")
    ],
) -> None:
    """End an operator's token at once."""

    async def work(house: House) -> None:
        name = await house.operators.revoke(OperatorId(operator))
        show(f"The token of {name} opens nothing any more.")

    at_desk(work)
