"""What a job's command writes where: answers on stdout, all that happens meanwhile on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from server.cli.shown import show, show_table
from server.wire.base import to_json
from server.wire.jobs import Job

DOING = {"running": "Looking up", "settling": "Settling"}


class Screen:
    """`is_json`: stdout gets the job as JSON and nothing else, and no table is drawn."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._aside = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits there to answer."""
        return sys.stdin.isatty() and self._aside.is_terminal

    def tell(self, *lines: str) -> None:
        """Part of the answer."""
        for line in () if self._is_json else lines:
            show(line)

    def table(self, table: Table) -> None:
        if not self._is_json:
            show_table(table)

    def job(self, job: Job) -> None:
        """The whole answer of `--json`."""
        if self._is_json:
            typer.echo(to_json(job))

    def file(self, path: Path) -> None:
        """Where the file is: the last line of the answer."""
        if self._is_json:
            self.say(str(path))
        else:
            show(str(path))

    def say(self, text: str) -> None:
        """What happens meanwhile."""
        self._aside.print(text)

    def confirm(self, question: str) -> bool:
        """False also for Ctrl-C."""
        try:
            return typer.confirm(question, err=True)
        except typer.Abort:
            self.say("")
            return False

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """While nothing can be counted."""
        with self._aside.status(what):
            yield

    @contextmanager
    def following(self) -> Iterator[Callable[[Job], None]]:
        """A bar that shows each job it is given; only on a terminal, and gone afterwards."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("rows"),
            TimeRemainingColumn(),
            console=self._aside,
            transient=True,
        )
        task = bar.add_task("", total=None)

        def update(job: Job) -> None:
            bar.update(
                task,
                description=DOING.get(job.status, ""),
                completed=job.progress.done,
                total=job.progress.total,
            )

        with bar:
            yield update
