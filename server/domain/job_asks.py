"""What a job may be asked for, and how it is called when its user does not say (R18, R26)."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from server.domain import errors
from server.domain.ids import SubjectId
from server.domain.search_terms import search_terms
from server.domain.texts import NAME_CHARS_MAX, checked_name
from server.wire.jobs import PageRange, Select
from server.wire.words import CREDITS_MAX, KINDS, Kind, SubjectType

_NAMES: dict[SubjectType, str] = {"contact": "people", "account": "accounts"}
_CUT = "…"


class Listed(NamedTuple):
    """An export of these, in this order; named twice is two rows."""

    subjects: tuple[SubjectId, ...]

    @property
    def rows_max(self) -> int:
        return len(self.subjects)

    @property
    def label(self) -> str:
        """`200 selected people`."""
        number = len(self.subjects)
        kinds = {subject.startswith("acc_") for subject in self.subjects}
        if len(kinds) > 1:
            return f"{number:,} selected people and accounts"
        one, many = ("account", "accounts") if kinds == {True} else ("person", "people")
        return f"{number:,} selected {one if number == 1 else many}"


class Pages(NamedTuple):
    """An export of the results on pages `first` to `last` of a search, counted from 1; `rows_max`
    if all of them are full."""

    type: SubjectType
    q: str
    first: int
    last: int
    rows_max: int

    @property
    def label(self) -> str:
        """`People matching “vp sales”, pages 1-10`, with a dash between."""
        pages = f"page {self.first:,}"
        if self.last > self.first:
            pages = f"pages {self.first:,}–{self.last:,}"
        who, q = _NAMES[self.type], " ".join(_shown(self.q).split())
        if not q:
            return f"All {who}, {pages}"
        before, after = f"{who.capitalize()} matching “", f"”, {pages}"
        return before + _cut(q, NAME_CHARS_MAX - len(before) - len(after)) + after


Choice = Listed | Pages


def choice_of(select: Select, *, rows_max: int, per_page: int) -> Choice:
    """What `select` names, checked but for whether it exists. Raises BadRequest."""
    named = [one for one in ("subjects", "people", "accounts") if getattr(select, one) is not None]
    if len(named) != 1:
        raise errors.BadRequest(
            "select: name exactly one of `subjects`, `people` and `accounts`, "
            f"not {' and '.join(named) if named else 'none'}."
        )
    if select.subjects is not None:
        return _listed(select.subjects, rows_max)
    if select.people is not None:
        return _pages("people", "contact", select.people, rows_max, per_page)
    assert select.accounts is not None
    return _pages("accounts", "account", select.accounts, rows_max, per_page)


def checked_kinds(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Each once, in the order email, phone, personality. Raises BadRequest for none."""
    if not kinds:
        raise errors.BadRequest("kinds: name at least one of email, phone and personality.")
    return tuple(kind for kind in KINDS if kind in kinds)


def checked_max_credits(max_credits: int | None) -> int | None:
    """The most the user agrees to (R26); None: anything. Raises BadRequest."""
    if max_credits is not None and not 0 <= max_credits <= CREDITS_MAX:
        raise errors.BadRequest(
            f"max_credits: give a whole number of credits from 0 to {CREDITS_MAX:,}, or null."
        )
    return max_credits


def checked_label(label: str | None, otherwise: str) -> str:
    """What the user calls the job; with nothing said, `otherwise`. Raises BadRequest."""
    return checked_name("label", label) if label and label.strip() else otherwise


def file_label(name: str) -> str:
    """The name of an imported file, as a label."""
    return _cut(_shown(name).strip(), NAME_CHARS_MAX) or "Import"


def too_many_rows(field: str, rows_max: int) -> errors.BadRequest:
    """The refusal that names the limit `job_rows`."""
    return errors.BadRequest(
        f"{field}: a job has at most {rows_max:,} rows (job_rows); make several jobs of this.",
        limit="job_rows",
    )


def _listed(subjects: Sequence[str], rows_max: int) -> Listed:
    if not subjects:
        raise errors.BadRequest("select.subjects: name at least one contact or account.")
    if len(subjects) > rows_max:
        raise too_many_rows("select.subjects", rows_max)
    return Listed(tuple(SubjectId(subject) for subject in subjects))


def _pages(field: str, type_: SubjectType, asked: PageRange, rows_max: int, per_page: int) -> Pages:
    first, last = asked.pages
    if not 1 <= first <= last:
        raise errors.BadRequest(
            f"select.{field}.pages: give the first and the last page, counted from 1."
        )
    rows = (last - first + 1) * per_page
    if rows > rows_max:
        raise too_many_rows(f"select.{field}.pages", rows_max)
    search_terms(asked.q)
    return Pages(type_, asked.q, first, last, rows)


def _shown(text: str) -> str:
    """Without what neither database keeps, or no line shows."""
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)


def _cut(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else text[: chars_max - len(_CUT)].rstrip() + _CUT
