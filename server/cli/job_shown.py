"""How an export or import is shown: its quote, its bill, and why they differ, in api.md's words."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from rich.table import Table

from server.cli.shown import credits_text, table_of
from server.wire.jobs import AccountLine, Job, Quote, QuotedKind, SettledKind, Settlement
from server.wire.words import Kind

COUNTED = TypeVar("COUNTED", QuotedKind, SettledKind)
MINUTES = "%Y-%m-%d %H:%M"
DONE_TO: Mapping[str, str] = {"reveal": "revealed", "export": "exported", "import": "imported"}
WHY: Mapping[str, str] = {
    "already_owned": "already owned since the quote",
    "reversed": "reversed since the quote and charged again",
    "found": "found since the quote",
    "not_found": "not found any more",
    "over_hold": "over hold: not charged, without value",
    "duplicate": "a duplicate of an earlier row by now",
    "first_of_piece": "no longer a duplicate of an earlier row",
    "price": "cheaper since the quote",
}
"""`AccountLine.why` in words."""


def quote_table(quote: Quote) -> Table:
    """A line for each kind, and one for the rows where there are several (R18)."""
    table = _figures("rows", "found", "net new", "already owned", "duplicates", "not found")
    for name, counted in _lines(quote, quote.by_kind):
        _add(
            table,
            name,
            counted.rows,
            counted.found,
            counted.net_new,
            counted.already_owned,
            counted.duplicates,
            counted.not_found,
            counted.credits,
        )
    return table


def settlement_table(settlement: Settlement) -> Table:
    """As `quote_table`, of what the job came to (R20)."""
    table = _figures("charged", "already owned", "duplicates", "not found", "over hold")
    for name, counted in _lines(settlement, settlement.by_kind):
        _add(
            table,
            name,
            counted.charged,
            counted.already_owned,
            counted.duplicates,
            counted.not_found,
            counted.over_hold,
            counted.credits,
        )
    return table


def quote_text(quote: Quote) -> str:
    """Where the credits would come from, and what would be left."""
    if not quote.affordable:
        missing = credits_text(quote.short_by)
        return f"{credits_text(quote.credits)}, not affordable: {missing} short."
    left = f"{quote.license_after:,} license and {quote.extra_after:,} extra credits"
    return f"{_split(quote)}; {left} left after it."


def settlement_text(job: Job, settlement: Settlement) -> str:
    """What was charged, beside what was quoted, and what could not be settled."""
    quoted = "as quoted"
    if settlement.credits != job.quote.credits:
        quoted = f"quoted were {job.quote.credits:,}"
    charged = f"Charged {_split(settlement)}; {quoted}."
    return f"{charged} {job.error}" if job.error else charged


def account_lines(job: Job) -> list[str]:
    """Why the bill differs from the quote, a sentence each."""
    return [_reason(line) for line in job.account]


def mapping_lines(job: Job) -> list[str]:
    """Which column of an imported file is what, and which are carried along unread."""
    if job.file is None:
        return []
    used = set(job.columns.values())
    lines = [f"{field} is the column “{column}”" for field, column in job.columns.items()]
    unread = [column for column in job.file.columns if column not in used]
    if unread:
        lines.append(f"carried along unread: {', '.join(unread)}")
    return lines


def problem_lines(job: Job) -> list[str]:
    """The rows of an imported file that are left out (R25)."""
    lines = [f"line {problem.line}: {problem.reason}" for problem in job.problems]
    if job.problem_count > len(job.problems):
        lines.append(f"… and {job.problem_count - len(job.problems):,} more, all in the file")
    return lines


def name_of(job: Job) -> str:
    """`export job_… “West coast VPs”`."""
    label = f" “{job.label}”" if job.label else ""
    return f"{job.action} {job.id}{label}"


def _figures(*columns: str) -> Table:
    table = table_of("", *columns, "credits")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _add(table: Table, name: str, *figures: int) -> None:
    table.add_row(name, *(f"{figure:,}" for figure in figures))


def _lines(rows: COUNTED, by_kind: Mapping[Kind, COUNTED]) -> Iterator[tuple[str, COUNTED]]:
    yield from by_kind.items()
    if len(by_kind) != 1:
        yield "rows", rows


def _split(spent: Quote | Settlement) -> str:
    parts = f"{spent.from_license:,} from the license, {spent.from_extra:,} from extra"
    return f"{credits_text(spent.credits)} ({parts})" if spent.credits else "0 credits"


def _reason(line: AccountLine) -> str:
    why = WHY.get(line.why, line.why.replace("_", " "))
    kind = f" ({line.kind})" if line.kind else ""
    who = ""
    if line.by is not None:
        did = DONE_TO.get(line.action or "", "paid for")
        who = f": {line.by} {did} {'it' if line.count == 1 else 'them'}{_when(line)}"
    return f"{line.count:,}{kind} {why}{who}; {line.credits:+,} credits"


def _when(line: AccountLine) -> str:
    if line.first_at is None or line.last_at is None:
        return ""
    first, last = _minute(line.first_at), _minute(line.last_at)
    if first == last:
        return f" at {first} UTC"
    return f" from {first} to {last} UTC"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):{MINUTES}}"
