"""Exports and imports: what is asked for, the quote, the bill, and why they differ (R18–R26;
api.md, Jobs)."""

from datetime import datetime

from server.wire.base import Answer, Request
from server.wire.history import UserRef
from server.wire.words import ChargeAction, JobAction, JobStatus, Kind


class PageRange(Request, frozen=True, kw_only=True):
    """Pages of a search, first and last included, 20 results each, as the search shows them."""

    q: str = ""
    pages: tuple[int, int]


class Select(Request, frozen=True, kw_only=True):
    """Exactly one of: ids of contacts and accounts, or pages of a search of either."""

    subjects: list[str] | None = None
    people: PageRange | None = None
    accounts: PageRange | None = None


class ExportRequest(Request, frozen=True, kw_only=True):
    """`POST /api/v1/exports`. `max_credits`: a quote above it cannot be started (R26)."""

    select: Select
    kinds: list[Kind]
    max_credits: int | None = None
    label: str | None = None


class MappingRequest(Request, frozen=True, kw_only=True):
    """`PUT /api/v1/jobs/{id}/mapping`: which column of the file is what; null or absent: none is.

    `name` is a full name. Each value is a column of the file as `file.columns` names it.
    """

    email: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    url: str | None = None
    phone: str | None = None


class Progress(Answer, frozen=True, kw_only=True):
    """Rows. Looking a row up and settling it are half of it each."""

    done: int
    total: int


class QuotedKind(Answer, frozen=True, kw_only=True):
    """One kind over all rows: `rows = found + not_found`, `found = net_new + already_owned +
    duplicates` (R18)."""

    rows: int
    found: int
    not_found: int
    duplicates: int
    already_owned: int
    net_new: int
    credits: int


class Quote(QuotedKind, frozen=True, kw_only=True):
    """What starting would cost, on the ledger as it was at `as_of_seq`.

    With several kinds the counts are of rows, each by the best its kinds come to (net new before
    owned before duplicate before not found), and `by_kind` counts each kind for itself.
    `from_license` and `from_extra` are what could be held of `credits`; `short_by` is missing.
    """

    from_license: int
    from_extra: int
    license_after: int
    extra_after: int
    affordable: bool
    short_by: int
    as_of_seq: int
    by_kind: dict[Kind, QuotedKind]


class SettledKind(Answer, frozen=True, kw_only=True):
    """One kind over all rows, which the five counts add up to."""

    charged: int
    already_owned: int
    duplicates: int
    not_found: int
    over_hold: int
    credits: int


class Settlement(SettledKind, frozen=True, kw_only=True):
    """What the job came to; counts of rows as in `Quote`. `seq`: the org's position at its end."""

    from_license: int
    from_extra: int
    seq: int
    by_kind: dict[Kind, SettledKind]


class AccountLine(Answer, frozen=True, kw_only=True):
    """Why the bill differs from the quote; `credits` is by how much, and all lines add up to it.

    `why`: `already_owned` (somebody paid for it since), `reversed` (it was owned and is charged
    again), `found` and `not_found` (the directory changed), `over_hold` (more became net new than
    was held), `duplicate` (it became the same piece as an earlier row's), `first_of_piece` (an
    earlier row no longer stands for it), `price` (prices fell before the start). `by` and `action`:
    who paid, and how; `first_at` to `last_at`: when.
    """

    why: str
    count: int
    credits: int
    kind: Kind | None = None
    by: str | None = None
    action: ChargeAction | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


class JobProblem(Answer, frozen=True, kw_only=True):
    """A row of an imported file that is left out: its line, and why, as a clause (R25)."""

    line: int
    reason: str


class JobFile(Answer, frozen=True, kw_only=True):
    """The file an import was made of. `columns`: its header, in its order, each name once."""

    name: str
    columns: list[str]


class Job(Answer, frozen=True, kw_only=True):
    """An export or import. `columns`: an import's mapping, field to column of the file.

    `problems` are the first of `problem_count`: up to 1,000 in the answer to a call about one job,
    up to 20 in lists and messages; all stand in the result file. `sample`: the first rows of a
    quoted import as texts, a cell for each of `file.columns`, in the answer to its maker's call
    about this one job and nowhere else. `expires_at`: of an unstarted quote; `hold` credits of a
    running job are in the battery's `held`.
    """

    id: str
    action: JobAction
    status: JobStatus
    by: UserRef
    progress: Progress
    quote: Quote
    settlement: Settlement | None
    account: list[AccountLine]
    kinds: list[Kind]
    max_credits: int | None
    label: str
    columns: dict[str, str]
    file: JobFile | None
    sample: list[list[str]]
    problems: list[JobProblem]
    problem_count: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None


class JobList(Answer, frozen=True, kw_only=True):
    """Newest first. `next_before`: the id to give as `before` for more; null at the end."""

    jobs: list[Job]
    next_before: str | None
