"""Commands that start the server, and what they print for whoever started it."""

import asyncio
import ipaddress
import os
from collections.abc import Callable

import typer

from server.cli.desk import told_plainly
from server.cli.logs import json_lines
from server.cli.shown import show, show_table, table_of
from server.demo.accounts import DEMO_ORGS, DEMO_PASSWORD
from server.demo.fill import fill_demo
from server.serve import run
from server.settings import Settings, SettingsError, read_settings

DEMO_SETTINGS = {
    "BATTERY_DEMO": "fresh",
    "BATTERY_ADMIN_REVERSAL_DAYS": "7",
    "BATTERY_ADMIN_REVERSAL_CREDITS": "50",
}
"""What the demo sets unless it is set already; admins may take back a little (R27)."""
EXTENSIONS_SERVER = "http://127.0.0.1:8000/"
"""Where the bundled extension looks until its options say otherwise
(extension/background/address.js)."""
LOADING = """
The extension, in Chrome or Chromium: open chrome://extensions, switch on Developer mode, press
“Load unpacked” and choose the folder `extension` of this checkout.
In Firefox: open about:debugging#/runtime/this-firefox, press “Load Temporary Add-on” and choose
`extension/manifest.json`."""


def serve() -> None:
    """Serve the API, the battery socket and the web app until stopped (Ctrl-C)."""
    with told_plainly():
        settings = read_settings(os.environ)
        with json_lines(settings.log_level):
            _serve(settings, _announce)


def demo() -> None:
    """Serve with demo data: two customers, 5,000 people and a site to try the extension on."""
    with told_plainly():
        settings = read_settings({**DEMO_SETTINGS, **os.environ})
        _keep_at_home(settings.host)
        with json_lines(settings.log_level):
            asyncio.run(fill_demo(settings))
            _serve(settings, lambda url: _announce_demo(url, settings))


def _keep_at_home(host: str) -> None:
    """Raises SettingsError for a demo that others could reach."""
    try:
        at_home = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        at_home = False
    if not at_home:
        raise SettingsError(
            f"BATTERY_HOST: the demo's passwords are published, so it listens on 127.0.0.1 or ::1 "
            f"only, not on {host}. For others to use, `serve` a database of your own."
        )


def _serve(settings: Settings, announce_ready: Callable[[str], None]) -> None:
    try:
        run(settings, announce_ready)
    except KeyboardInterrupt:
        # uvicorn has closed everything in good order and passes the signal on.
        raise typer.Exit(0) from None


def _announce(url: str) -> None:
    typer.echo(f"Credit Battery is ready at {url}")


def _announce_demo(url: str, settings: Settings) -> None:
    _announce(url)
    table = table_of("org", "name", "email", "password", "role")
    for org in DEMO_ORGS:
        for user in org.users:
            table.add_row(org.name, user.name, user.email, DEMO_PASSWORD, user.role)
    show_table(table)
    show(f"The demo site, to use the extension on: {url}demo/")
    show(LOADING)
    if url != EXTENSIONS_SERVER:
        show(f"On the extension's options page, set the server to {url.rstrip('/')}.")
    show(f"\nThe data lives in {settings.data}. Ctrl-C stops the server.")
