"""What a command works with: the house, opened without serving, and plain refusals.

A running server hears of what a command changed through Redis, else by comparing positions
(push.md).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from server.cli.logs import plain_lines
from server.domain import errors
from server.house import House
from server.settings import SQLITE_NAME, SettingsError, read_settings
from server.store.migrate import migrate
from server.usecases.names import new_token
from server.usecases.one_secret import keep_to_one_secret

REFUSED = 1
"""Exit code of a command that was understood and refused; 2 is one that was not understood."""

Work = Callable[[House], Awaitable[None]]


def at_desk(work: Work, *, may_found: bool = False) -> None:
    """Runs one command on the database that the settings name, brought to the newest schema.

    `may_found`: the command makes sense as the first on a new database.
    """
    with told_plainly():
        if not may_found:
            _refuse_nowhere(os.environ)
        settings = read_settings(os.environ)
        with plain_lines(settings.log_level):
            asyncio.run(_work(House(settings), work))


def _refuse_nowhere(env: Mapping[str, str]) -> None:
    """A mistyped folder must not look like a deployment that lost all its customers."""
    file = Path(env.get("BATTERY_DATA") or ".data") / SQLITE_NAME
    if not env.get("BATTERY_DATABASE_URL") and not file.exists():
        raise SettingsError(
            f"there is no database {file}; set BATTERY_DATA or BATTERY_DATABASE_URL to yours, "
            "or make a new one with `python -m server migrate`"
        )


def base_url(house: House) -> str:
    """Where users reach the web app, as far as the settings tell."""
    settings = house.settings
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


@contextmanager
def told_plainly() -> Iterator[None]:
    """A refusal is one sentence on stderr and exit code 1."""
    try:
        yield
    except SettingsError as error:
        refuse(str(error))
    except errors.BatteryError as error:
        refuse(error.detail)


def refuse(sentence: str) -> NoReturn:
    """Ends the command."""
    typer.echo(f"Error: {sentence}", err=True)
    raise typer.Exit(REFUSED)


async def _work(house: House, work: Work) -> None:
    try:
        await migrate(house.database, new_token())
        await keep_to_one_secret(house.database, house.settings.secret)
        await work(house)
    finally:
        await house.charger.close()
        # With Redis, says to the running servers what changed.
        await house.relay.stop()
        await house.database.close()
