"""Exports and imports from the command line: calls to a running server with a member's token."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from server.cli.calls import CallFailed, Calls
from server.cli.choosing import chosen_kinds, corrected, mapping, subjects_in, wanted
from server.cli.job_files import Format, Place
from server.cli.job_run import Ended, Exit, JobRun, Manner, code_of
from server.cli.job_screen import Screen
from server.cli.signing_in import DEFAULT_URL, Access, Email, TokenFile, Url, signed_in
from server.wire.jobs import ExportRequest, Job, MappingRequest, Select
from server.wire.words import KINDS

KEY_BYTES = 16

Kinds = Annotated[str, typer.Option(metavar="KINDS", help=f"Of {', '.join(KINDS)}; with commas.")]
MaxCredits = Annotated[
    int | None, typer.Option(min=0, help="A quote above it is not started.", show_default=False)
]
Label = Annotated[str | None, typer.Option(help="What the job is called.")]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Of the file; else by the ending of --out, else csv."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        dir_okay=False,
        help="Where the file goes; else the server's name for it, in this folder.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
QuoteOnly = Annotated[bool, typer.Option("--quote-only", help="Only say what it would cost.")]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Start at any quote up to --max-credits, unasked.")
]
Json = Annotated[bool, typer.Option("--json", help="Only the job, as JSON, on stdout.")]
Key = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="The same on a second run goes on with the first run's job (24 h)."
    ),
]
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def export(
    people: Annotated[
        str | None, typer.Option(metavar="QUERY", help='People found so; "" finds all.')
    ] = None,
    accounts: Annotated[
        str | None, typer.Option(metavar="QUERY", help='Companies found so; "" finds all.')
    ] = None,
    pages: Annotated[
        str | None, typer.Option(metavar="1-10", help="Of the search, 20 results each; else 1.")
    ] = None,
    subjects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help="Ids or profile URLs, one per line; - reads stdin.",
        ),
    ] = None,
    kinds: Kinds = "email",
    max_credits: MaxCredits = None,
    label: Label = None,
    form: FormatOption = None,
    out: Out = None,
    force: Force = False,
    quote_only: QuoteOnly = False,
    yes: Yes = False,
    json: Json = False,
    key: Key = None,
    url: Url = DEFAULT_URL,
    token_file: TokenFile = None,
    email: Email = None,
) -> None:
    """Export contacts or companies: quote, start, follow, fetch the file.

    Charges what is new to the org, once, when it completes.
    Ctrl-C stops the job, free of charge; a second one leaves it running.

    Exit codes:
    0 done
    1 refused or failed
    2 command not understood
    3 not started, stopped or expired: nothing charged
    4 not affordable or above --max-credits: nothing charged
    5 server not reached
    130 interrupted: the job goes on, or is complete without its file
    """
    chosen, named = chosen_kinds(kinds), wanted(people, accounts, pages, subjects)
    manner = _manner(Place(out, _form(form, out), force), key, quote_only, yes)

    def create(calls: Calls, screen: Screen) -> Job:
        select = named
        if not isinstance(select, Select):
            select = Select(subjects=subjects_in(select, calls, screen))
        ask = ExportRequest(select=select, kinds=chosen, max_credits=max_credits, label=label)
        return calls.create_export(ask, manner.key)

    _run(Access(url, token_file, email), manner, Screen(is_json=json), create)


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="People, CSV or XLSX."),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help=f"Which column is what, may be repeated; an empty column: none. Fields: "
            f"{', '.join(MappingRequest.__struct_fields__)}.",
        ),
    ] = None,
    kinds: Kinds = "email",
    max_credits: MaxCredits = None,
    label: Label = None,
    form: FormatOption = None,
    out: Out = None,
    force: Force = False,
    quote_only: QuoteOnly = False,
    yes: Yes = False,
    json: Json = False,
    key: Key = None,
    url: Url = DEFAULT_URL,
    token_file: TokenFile = None,
    email: Email = None,
) -> None:
    """Import a file of people: quote, start, follow, fetch the file with what was found.

    Bad rows are listed with line and reason and left out.
    Ctrl-C, a second one and the exit codes are as with export.
    """
    chosen, given = chosen_kinds(kinds), mapping(columns or [])
    manner = _manner(Place(out, _form(form, out), force), key, quote_only, yes)

    def create(calls: Calls, _screen: Screen) -> Job:
        try:
            job = calls.create_import(file, chosen, max_credits, label, manner.key)
        except OSError as error:
            raise Ended(Exit.REFUSED, f"{file} cannot be read: {error.strerror}.") from None
        if not given or job.status != "quoted":
            return job
        try:
            return calls.map_columns(job.id, corrected(job.columns, given))
        except CallFailed:
            calls.give_up(job.id)
            raise

    _run(Access(url, token_file, email), manner, Screen(is_json=json), create)


def job(
    id_: Annotated[str, typer.Argument(metavar="JOB", help="Id of an export or import: job_….")],
    form: FormatOption = None,
    out: Out = None,
    force: Force = False,
    quote_only: QuoteOnly = False,
    yes: Yes = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token_file: TokenFile = None,
    email: Email = None,
) -> None:
    """Go on with an export or import: start it if quoted, follow it if running, fetch its file.

    Ctrl-C, a second one and the exit codes are as with export.
    """
    if re.fullmatch(r"job_[\w-]+", id_, re.ASCII) is None:
        raise typer.BadParameter(f"{id_} is no id of a job, such as job_4fGh….")
    manner = _manner(Place(out, _form(form, out), force), None, quote_only, yes)
    _run(Access(url, token_file, email), manner, Screen(is_json=json), partial(_asked_for, id_))


def _run(
    access: Access, manner: Manner, screen: Screen, create: Callable[[Calls, Screen], Job]
) -> None:
    with _told(screen):
        try:
            manner.place.check()
        except OSError as error:
            raise Ended(Exit.REFUSED, str(error)) from None
        with signed_in(access, screen) as calls:
            JobRun(calls, screen, manner).carry(partial(create, calls, screen))


@contextmanager
def _told(screen: Screen) -> Iterator[None]:
    """Whatever ends a command is a sentence and an exit code, never a traceback."""
    sentence, code = "", Exit.DONE
    try:
        yield
        return
    except Ended as ended:
        sentence, code = ended.sentence, ended.code
    except CallFailed as failed:
        sentence, code = failed.detail, code_of(failed)
    except KeyboardInterrupt:
        sentence, code = "Interrupted; nothing was charged.", Exit.STOPPED
    if code == Exit.DONE:
        screen.tell(sentence)
    else:
        screen.say(f"Error: {sentence}")
    raise typer.Exit(code)


def _asked_for(job: str, calls: Calls, _screen: Screen) -> Job:
    return calls.job(job)


def _manner(place: Place, key: str | None, quote_only: bool, is_agreed: bool) -> Manner:
    if quote_only and is_agreed:
        raise typer.BadParameter("Give --quote-only or --yes, not both.")
    if key is not None and _KEY.fullmatch(key) is None:
        raise typer.BadParameter("--key: give 1 to 200 visible ASCII characters.")
    return Manner(place, key or secrets.token_urlsafe(KEY_BYTES), quote_only, is_agreed)


def _form(form: Format | None, out: Path | None) -> Format:
    if form is not None:
        return form
    return "xlsx" if out is not None and out.suffix.lower() == ".xlsx" else "csv"
