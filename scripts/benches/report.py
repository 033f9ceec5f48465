"""What a run says: a table for people and a JSON file for whoever compares runs."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from scripts.benches.figures import Line, Row, Told

PIPED_WIDTH = 150
BUSY_LOAD = 0.5
"""Load per core above which the figures of a run are doubtful."""


def show(lines: Sequence[Line], load_before: float) -> None:
    """Prints the table, with what its rows have to add below it."""
    table = Table("what", "ours", "its peer", "peer's", "ratio", "target", "", box=SIMPLE)
    for line in lines:
        table.add_row(*(_cells(line) if isinstance(line, Row) else (line.what, *[""] * 5, "–")))
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    console.print(table)
    for line in lines:
        notes = line.notes if isinstance(line, Row) else [f"not measured: {line.why}"]
        for note in notes:
            console.print(f"{line.what}: {note}", style="dim", highlight=False)
    cores = os.cpu_count() or 1
    if load_before > BUSY_LOAD * cores:
        console.print(
            f"Others kept this machine busy (load {load_before:.1f} on {cores} cores before the "
            "run): repeat it when they are done.",
            style="yellow",
        )


def write(file: Path, lines: Sequence[Line], load_before: float) -> None:
    """Every round of every side."""
    report = {
        "at": datetime.now(UTC),
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load_before": load_before,
        },
        "rows": [_row(line) for line in lines],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _row(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(line)
    if isinstance(line, Told):
        return told
    return told | {"figure": line.figure, "met": line.is_met}


def _cells(row: Row) -> tuple[str, ...]:
    peer, theirs, ratio = "", "", ""
    if row.against is not None:
        peer, theirs = row.against.name, _figure(row.against.median)
        low, high = min(row.figures), max(row.figures)
        ratio = f"{row.figure:.2f}× ({low:.2f}–{high:.2f})"
    return (
        row.what,
        f"{_figure(row.ours.median)} {row.unit}",
        peer,
        theirs,
        ratio,
        _target(row),
        {True: "[green]met[/]", False: "[red]missed[/]", None: "–"}[row.is_met],
    )


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    sign = "≥" if row.target.bound == "at least" else "≤"
    unit = "×" if row.against is not None else f" {row.unit}"
    return f"{sign} {row.target.value:g}{unit}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
