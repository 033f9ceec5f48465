"""`scripts/bench`: measures the targets of performance.md on this machine, each against its
peer."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from scripts.benches import (
    charging,
    export,
    fan_out,
    history,
    idle_memory,
    push_delay,
    report,
    reveals,
)
from scripts.benches.figures import Line, Target
from scripts.benches.plan import FULL, QUICK, Plan
from tests.services import Postgres

Measure = Callable[[Path, Plan], Awaitable[list[Line]]]
"""Measures a row, with an empty folder of its own."""


async def charging_on_sqlite(folder: Path, plan: Plan) -> list[Line]:
    """Row 1, on one SQLite file."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    return await charging.measure(url, plan, Target("at least", 4.0))


async def charging_on_postgresql(folder: Path, plan: Plan) -> list[Line]:
    """Row 1, on a PostgreSQL of our own."""
    with new_postgresql(folder) as url:
        return await charging.measure(url, plan, Target("at least", 15.0))


async def export_on_sqlite(folder: Path, plan: Plan) -> list[Line]:
    """A large export, on one SQLite file."""
    return await export.measure({"BATTERY_DATA": str(folder)}, plan, "SQLite")


async def export_on_postgresql(folder: Path, plan: Plan) -> list[Line]:
    """A large export, on a PostgreSQL of our own."""
    with new_postgresql(folder) as url:
        env = {"BATTERY_DATA": str(folder), "BATTERY_DATABASE_URL": url}
        return await export.measure(env, plan, "PostgreSQL")


@contextmanager
def new_postgresql(folder: Path) -> Iterator[str]:
    """The URL of an empty database on a cluster of our own."""
    cluster = folder / "postgresql"
    cluster.mkdir()
    postgres = Postgres(cluster)
    with ExitStack() as stack:
        stack.callback(postgres.stop)
        postgres.start()
        yield postgres.url(postgres.create_database())


ROWS: Mapping[str, Measure] = {
    "charging-sqlite": charging_on_sqlite,
    "charging-postgresql": charging_on_postgresql,
    "reveals": reveals.measure,
    "fan-out": fan_out.measure,
    "push-delay": push_delay.measure,
    "idle-memory": idle_memory.measure,
    "export-sqlite": export_on_sqlite,
    "export-postgresql": export_on_postgresql,
    "history": history.measure,
}


def bench(
    only: Annotated[
        list[str] | None, typer.Option(help=f"A row: {', '.join(ROWS)}. May be repeated.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="A few calls of each: does it still run?")] = False,
    json: Annotated[Path | None, typer.Option(help="Where the figures go.")] = None,
) -> None:
    """Measure every row, print the table and write the figures as JSON."""
    unknown = [name for name in only or () if name not in ROWS]
    if unknown:
        raise typer.BadParameter(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    load_before = os.getloadavg()[0]
    lines = [
        line
        for name in only or list(ROWS)
        for line in measured(name, ROWS[name], QUICK if quick else FULL)
    ]
    report.show(lines, load_before)
    file = json or Path(tempfile.gettempdir()) / "credit-battery-bench.json"
    report.write(file, lines, load_before)
    typer.echo(f"All rounds: {file}")


def measured(name: str, measure: Measure, plan: Plan) -> Sequence[Line]:
    """One row, on a loop and in a folder of its own."""
    typer.echo(f"{name} …", err=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        # PostgreSQL does not run as root: another user must be able to enter.
        Path(folder).chmod(0o755)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_awaited(measure(Path(folder), plan)))


async def _awaited(lines: Awaitable[list[Line]]) -> list[Line]:
    return await lines


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(bench)
    app()
