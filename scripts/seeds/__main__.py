"""`scripts/seed`: one large customer in a new database."""

import asyncio
import os
import secrets
from typing import Annotated

import typer

from scripts.seeds.customer import ADMIN, NAME, REP, Seeding, Size
from server.settings import SettingsError, read_settings

REFUSED = 1


def seed(
    users: Annotated[int, typer.Option(min=2, help="Members of the customer.")] = 5_000,
    entries: Annotated[int, typer.Option(min=1, help="Entries of its ledger.")] = 5_000_000,
    days: Annotated[int, typer.Option(min=1, help="Over how many days until now.")] = 730,
    password: Annotated[
        str | None, typer.Option(help="Of every member; made up if not given.")
    ] = None,
) -> None:
    """Fill a new database with one large customer, whose ledger `verify` finds right.

    Where it goes is said as for the server: BATTERY_DATA, or BATTERY_DATABASE_URL. An interrupted
    run leaves a database to throw away. For screens and measurements; nothing in it is real.
    """
    if entries < users + 1:
        raise typer.BadParameter("each member's license is an entry: give more entries than users")
    chosen = password or secrets.token_urlsafe(9)
    try:
        seeding = Seeding(read_settings(os.environ), Size(users, entries, days), typer.echo)
        org = asyncio.run(seeding.run(chosen))
    except SettingsError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    typer.echo(
        f"\n{NAME} ({org}) has {users:,} users and {entries:,} entries.\n"
        f"  admin: {ADMIN}\n  rep:   {REP}\n  password of all members: {chosen}"
    )


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(seed)
    app()
