"""What a command works with: the house, opened without serving, and plain refusals.

A running server hears of what a command changed through Redis, else by comparing positions
(push.md).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from server.cli.logs import plain_lines
from server.domain import errors
from server.house import House
from server.settings import SettingsError, read_settings
from server.store.migrate import migrate
from server.usecases.names import new_token

REFUSED = 1
"""Exit code of a command that was understood and refused; 2 is one that was not understood."""

Work = Callable[[House], Awaitable[None]]


def at_desk(work: Work) -> None:
    """Runs one command on the database that the settings name, brought to the newest schema."""
    with told_plainly():
        settings = read_settings(os.environ)
        with plain_lines(settings.log_level):
            asyncio.run(_work(House(settings), work))


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
        await work(house)
    finally:
        await house.charger.close()
        # With Redis, says to the running servers what changed.
        await house.relay.stop()
        await house.database.close()
