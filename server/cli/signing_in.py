"""Who a command spends for: a member's token, or a member's password for the time it takes.

A token or password is never an argument: every user of the machine could read it in the list of
processes, and the shell would keep it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer

from server.cli.calls import Calls
from server.cli.job_screen import Screen
from server.usecases.operator_tokens import is_operator_token

TOKEN = "BATTERY_TOKEN"
PASSWORD = "BATTERY_PASSWORD"
DEFAULT_URL = "http://127.0.0.1:8000"

Url = Annotated[
    str,
    typer.Option(envvar="BATTERY_URL", metavar="URL", help="The running server."),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", exists=True, dir_okay=False, help=f"Holds a member's token; else {TOKEN}."
    ),
]
Email = Annotated[
    str | None,
    typer.Option(help=f"Sign in with it for this command; password: {PASSWORD}, else asked for."),
]


class Access(msgspec.Struct, frozen=True):
    """What was given on the command line."""

    url: str
    token_file: Path | None
    email: str | None


@contextmanager
def signed_in(access: Access, screen: Screen) -> Iterator[Calls]:
    """Calls in the name of a member; a session that was opened for them is closed again.

    Raises BadParameter (usage), CallFailed.
    """
    _check_url(access.url)
    calls = Calls(access.url, screen.say)
    try:
        calls.use(_token(access, calls, screen))
        try:
            calls.me()
            yield calls
        finally:
            if access.email is not None:
                calls.sign_out()
    finally:
        calls.close()


def _token(access: Access, calls: Calls, screen: Screen) -> str:
    if access.token_file is not None and access.email is not None:
        raise typer.BadParameter("Give --token-file or --email, not both.")
    if access.email is not None:
        return calls.sign_in(access.email, _password(access.email, screen))
    token = _given_token(access.token_file)
    if is_operator_token(token):
        raise typer.BadParameter(
            "This is an operator's token. An operator belongs to no organization and holds no "
            "credits to spend: use the token of a member."
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise typer.BadParameter("What was given as a token is none: it has no spaces in it.")
    return token


def _given_token(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise typer.BadParameter(f"No token can be read from {file}.") from None
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise typer.BadParameter(
            f"Say who spends: {TOKEN} with a member's token, --token-file, or --email."
        )
    return token


def _password(email: str, screen: Screen) -> str:
    given = os.environ.get(PASSWORD)
    if given:
        return given
    if not screen.can_ask:
        raise typer.BadParameter(f"There is no terminal to ask for the password: set {PASSWORD}.")
    password: str = typer.prompt(f"Password of {email}", hide_input=True, err=True)
    return password


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.query or parts.fragment:
        raise typer.BadParameter(f"{url} is no address of a server, such as {DEFAULT_URL}.")
