"""Commands on the directory: importing people, companies and insights, and erasing a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from server.cli.customers import Org
from server.cli.desk import REFUSED, at_desk, refuse
from server.cli.shown import show
from server.house import House
from server.usecases.directory import import_directory as import_people
from server.usecases.directory import import_insights as import_acquaintances
from server.usecases.erasure import UrlHasher
from server.usecases.erasure import erase as erase_profile
from server.wire.operator import DirectoryAnswer

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.csv",
        exists=True,
        dir_okay=False,
        help="UTF-8 CSV with a header line.",
    ),
]


def import_directory(file: File) -> None:
    """Import people and companies, upserted by profile URL.

    Bad rows are listed with line and reason and skipped; running it twice changes nothing.
    Exit code 1 when nothing could be imported.
    """
    answers: list[DirectoryAnswer] = []

    async def work(house: House) -> None:
        hasher = UrlHasher(house.settings.secret)
        with _opened(file) as stream:
            answers.append(await import_people(house.database, hasher, stream))

    at_desk(work, may_found=True)
    _report(answers[0])


def import_insights(org: Org, file: File) -> None:
    """Import who in a customer's org knows whom: url, colleague, strength, since, note."""
    answers: list[DirectoryAnswer] = []

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        with _opened(file) as stream:
            answers.append(await import_acquaintances(house.database, row.id, stream))

    at_desk(work)
    _report(answers[0])


def erase(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the person's profile.")],
) -> None:
    """Erase a person from the directory and from what every org owns; balances stay as they are."""

    async def work(house: House) -> None:
        hasher = UrlHasher(house.settings.secret)
        answer = await erase_profile(house.database, hasher, house.clock, url)
        if answer.erased:
            show(
                f"Erased, with {answer.values:,} values that orgs owned. No import brings it back."
            )
        else:
            show("Nobody is known at this address. No import will bring the person in.")

    at_desk(work)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file, with a bar on stderr that shows how much of it has been read."""
    bar = Progress(
        TextColumn("Importing"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    try:
        opened = bar.open(file, "rb")
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}.")
    with bar, opened as stream:
        yield stream


def _report(answer: DirectoryAnswer) -> None:
    imported = answer.added + answer.changed + answer.unchanged
    if answer.ignored_columns:
        show(f"Columns that are not known and were ignored: {', '.join(answer.ignored_columns)}")
    for problem in answer.problems:
        show(f"line {problem.line}: {problem.reason}")
    if answer.problem_count > len(answer.problems):
        show(f"… and {answer.problem_count - len(answer.problems):,} more problems")
    show(
        f"{answer.added:,} added, {answer.changed:,} changed, {answer.unchanged:,} unchanged, "
        f"{answer.problem_count:,} skipped"
    )
    if imported == 0 and answer.problem_count:
        raise typer.Exit(REFUSED)
