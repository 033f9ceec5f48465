"""What an export or import is asked for on the command line: kinds, pages, people, columns."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from server.cli.calls import Calls
from server.cli.job_run import Ended, Exit
from server.cli.job_screen import Screen
from server.wire.jobs import MappingRequest, PageRange, Select
from server.wire.words import KINDS, Kind

LOOKUP_URLS = 100
"""At most so many in one lookup (api.md, Limits)."""
IDS = ("con_", "acc_")
UNKNOWN_SHOWN = 10
_PAGES = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def chosen_kinds(text: str) -> list[Kind]:
    named = [name.strip() for name in text.split(",") if name.strip()]
    chosen = [kind for kind in KINDS if kind in named]
    if not chosen or set(named) - set(KINDS):
        raise typer.BadParameter(f"--kinds {text}: name one or more of {', '.join(KINDS)}.")
    return chosen


def wanted(
    people: str | None, accounts: str | None, pages: str | None, subjects: Path | None
) -> Select | Path:
    """A search, or the file that says who. Raises BadParameter."""
    if [people, accounts, subjects].count(None) != 2:
        raise typer.BadParameter("Give one of --people, --accounts and --subjects.")
    if subjects is not None:
        if pages is not None:
            raise typer.BadParameter("--pages is for a search, not for --subjects.")
        return subjects
    first_and_last = _pages(pages or "1")
    if people is not None:
        return Select(people=PageRange(q=people, pages=first_and_last))
    return Select(accounts=PageRange(q=accounts or "", pages=first_and_last))


def _pages(text: str) -> tuple[int, int]:
    parts = _PAGES.fullmatch(text.strip())
    first, last = (int(parts[1]), int(parts[2] or parts[1])) if parts else (0, 0)
    if not 1 <= first <= last:
        raise typer.BadParameter(f"--pages {text}: write 1-10, or 3 for one page.")
    return first, last


def mapping(columns: Sequence[str]) -> dict[str, str]:
    """Field → column, as given; an empty column means none."""
    given = {}
    for text in columns:
        field, separator, column = text.partition("=")
        if not separator or field not in MappingRequest.__struct_fields__:
            fields = ", ".join(MappingRequest.__struct_fields__)
            raise typer.BadParameter(f"--map {text}: write FIELD=COLUMN with one of {fields}.")
        given[field] = column
    return given


def corrected(recognised: Mapping[str, str], given: Mapping[str, str]) -> MappingRequest:
    """What the server recognised, but for what was said otherwise: a column is one thing."""
    taken = set(given.values())
    kept = {field: column for field, column in recognised.items() if column not in taken}
    return MappingRequest(**{field: column or None for field, column in {**kept, **given}.items()})


def subjects_in(file: Path, calls: Calls, screen: Screen) -> list[str]:
    """Ids in the file's order, those of addresses looked up. Raises Ended when there is none."""
    named = _lines(file)
    urls = [name for name in named if not name.startswith(IDS)]
    found: dict[str, str | None] = {}
    for start in range(0, len(urls), LOOKUP_URLS):
        some = urls[start : start + LOOKUP_URLS]
        found |= zip(some, calls.lookups(some), strict=True)
    unknown = [url for url in urls if found[url] is None]
    if unknown:
        more = f" and {len(unknown) - UNKNOWN_SHOWN:,} more" * (len(unknown) > UNKNOWN_SHOWN)
        screen.say(f"Not in the directory, left out: {', '.join(unknown[:UNKNOWN_SHOWN])}{more}")
    ids = [id_ for name in named if (id_ := found.get(name, name)) is not None]
    if not ids:
        raise Ended(Exit.REFUSED, f"{file} names nobody whom the directory knows.")
    return ids


def _lines(file: Path) -> list[str]:
    try:
        text = sys.stdin.read() if file == Path("-") else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Ended(Exit.REFUSED, f"{file} cannot be read as UTF-8 text.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
