"""Credit use history: entries, totals, sums for charts (api.md, History)."""

from datetime import date, datetime
from typing import Any, Literal

from server.wire.base import Answer
from server.wire.words import Action, Kind, SubjectType


class UserRef(Answer, frozen=True, kw_only=True):
    id: str
    name: str


class Actor(Answer, frozen=True, kw_only=True):
    """Who acted."""

    type: Literal["user", "operator"]
    id: str
    name: str


class SubjectRef(Answer, frozen=True, kw_only=True):
    """`name` is "erased contact" once the person was erased (R4)."""

    id: str
    type: SubjectType
    name: str


class Entry(Answer, frozen=True, kw_only=True):
    """One immutable ledger line (R29, R30).

    `credits` is what was spent: positive for a charge, negative for a reversal, 0 otherwise;
    `credits = from_license + from_extra`. `license_left` and `extra_left` are the balances after
    it.
    """

    seq: int
    at: datetime
    user: UserRef | None
    by: Actor
    action: Action
    subject: SubjectRef | None
    kind: Kind | None
    credits: int
    from_license: int
    from_extra: int
    license_left: int | None
    extra_left: int
    job: str | None
    job_label: str | None
    """As its owner named it."""
    ref_seq: int | None
    """Of a reversal: the charge it took back."""
    reversed_by: int | None
    """Of a charge: the reversal that took it back."""
    reason: str | None
    granted: int | None
    note: str | None
    data: dict[str, Any] | None
    """What a `license`, `cap` or `prices` entry set."""


class HistoryTotals(Answer, frozen=True, kw_only=True):
    entries: int
    credits: int
    from_license: int
    from_extra: int


class HistoryAnswer(Answer, frozen=True, kw_only=True):
    """Newest first. `next_before` is the `before` of the next page, null at the end."""

    entries: list[Entry]
    next_before: int | None
    totals: HistoryTotals


class UsageBucket(Answer, frozen=True, kw_only=True):
    """`start`: the first day of the bucket in the org's zone. The group `others` sums up those that
    are not among the `top` asked for."""

    start: date
    groups: dict[str, HistoryTotals]


class UsageAnswer(Answer, frozen=True, kw_only=True):
    """`names`: of the users, where they are the groups."""

    buckets: list[UsageBucket]
    names: dict[str, str]


class Broken(Answer, frozen=True, kw_only=True):
    invariant: int
    detail: str


class VerifyAnswer(Answer, frozen=True, kw_only=True):
    """Replay of the org (R32)."""

    ok: bool
    entries: int
    broken: list[Broken]
