"""The command line: `python -m server COMMAND`; every command explains itself with `--help`."""

from collections.abc import Callable

import typer

from server.cli import customers, directory, jobs, people, serving, upkeep

COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serving.serve,
    "demo": serving.demo,
    "orgs": customers.orgs,
    "add-org": customers.add_org,
    "set-prices": customers.set_prices,
    "grant": customers.grant,
    "reverse": customers.reverse,
    "users": people.users,
    "add-user": people.add_user,
    "set-license": people.set_license,
    "invite": people.invite,
    "export": jobs.export,
    "import": jobs.import_,
    "job": jobs.job,
    "import-directory": directory.import_directory,
    "import-insights": directory.import_insights,
    "erase": directory.erase,
    "verify": upkeep.verify,
    "new-epoch": upkeep.new_epoch,
    "migrate": upkeep.migrate,
    "operator-token": upkeep.operator_token,
    "operator-tokens": upkeep.operator_tokens,
    "revoke-operator": upkeep.revoke_operator,
}


def command_line() -> typer.Typer:
    """All commands, in the order in which `--help` lists them."""
    app = typer.Typer(
        name="python -m server",
        help="Credit Battery: serve it and look after it. Settings are BATTERY_* variables.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, command in COMMANDS.items():
        app.command(name)(command)
    return app


if __name__ == "__main__":
    command_line()()
