"""Which entries of a ledger a history call is about, as conditions in SQL (R30)."""

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    literal_column,
    or_,
    select,
)

from server.domain.ids import OrgId, Seq, UserId
from server.store.schema import NO_CHARGE, entry, entry_sum, operator
from server.store.summing import EVERYBODY, FROM_EXTRA, FROM_LICENSE
from server.store.text_places import TextPlaces, holds, seqs_at, subjects_named, users_named
from server.wire.words import CHARGE_ACTIONS, QUIET_ACTIONS, Action, Kind, Source

DEPLOYMENT_NAME = "Deployment"
"""Who acts when no operator does: the deployment's own settings and command line."""


class EntryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; None and () mean all. `actions` () leaves the quiet ones out (api.md)."""

    user: UserId | None = None
    kinds: tuple[Kind, ...] = ()
    actions: tuple[Action, ...] = ()
    source: Source | None = None
    text: str = ""
    """Looked for in the names of subject, user and actor, in the reason and in the note."""
    places: TextPlaces | None = None
    """Where the text can be found; None: anywhere."""

    @property
    def is_common(self) -> bool:
        """Whether nearly every entry of the stream is asked for, or an index leads to those that
        are."""
        charges = set(self.actions) & set(CHARGE_ACTIONS)
        return not self.kinds and self.source is None and (not self.actions or not charges)

    @property
    def stream(self) -> str:
        """Whose sums the entries are among."""
        return EVERYBODY if self.user is None else self.user


class SeqRange(msgspec.Struct, frozen=True):
    """Positions `first..last`, both included; empty when `first > last`."""

    first: Seq
    last: Seq


def entries_of(org: OrgId, which: EntryFilter) -> list[ColumnElement[bool]]:
    """The conditions on `entry`."""
    found = [entry.c.org_id == org]
    if which.user is not None:
        found.append(entry.c.user_id == which.user)
    if which.kinds:
        found.append(entry.c.kind.in_(which.kinds))
    if which.actions:
        found.append(entry.c.action.in_(which.actions))
        if not set(which.actions) & set(CHARGE_ACTIONS):
            found.append(literal_column(NO_CHARGE, Boolean()))
    else:
        found.append(entry.c.action.not_in(QUIET_ACTIONS))
    if which.source is not None:
        part = entry.c.from_license if which.source == "license" else entry.c.from_extra
        found.append(part != 0)
    if which.text:
        found.append(_speaks_of(org, which.text, which.places))
    if which.places is not None:
        found.append(entry.c.seq.in_(seqs_at(org, which.places)))
    return found


def sums_of(org: OrgId, which: EntryFilter) -> list[ColumnElement[bool]]:
    """The same conditions on `entry_sum`, which knows nothing of texts."""
    return [entry_sum.c.org_id == org, entry_sum.c.stream == which.stream, *_sums(which)]


def sums_of_users(org: OrgId, which: EntryFilter) -> list[ColumnElement[bool]]:
    """`sums_of`, in the streams of all users; `which` names none."""
    return [entry_sum.c.org_id == org, entry_sum.c.stream > EVERYBODY, *_sums(which)]


def _sums(which: EntryFilter) -> list[ColumnElement[bool]]:
    assert not which.text, "a text is looked for in the entries"
    found: list[ColumnElement[bool]] = []
    if which.kinds:
        found.append(entry_sum.c.kind.in_(which.kinds))
    if which.actions:
        found.append(entry_sum.c.action.in_(which.actions))
    else:
        found.append(entry_sum.c.action.not_in(QUIET_ACTIONS))
    if which.source is not None:
        part = FROM_LICENSE if which.source == "license" else FROM_EXTRA
        found.append(entry_sum.c.source.in_((part, FROM_LICENSE | FROM_EXTRA)))
    return found


def _speaks_of(org: OrgId, text: str, places: TextPlaces | None) -> ColumnElement[bool]:
    """Where the places are known, nobody's name is looked for a second time."""
    people = users_named(org, text) if places is None else places.users
    subjects = subjects_named(org, text) if places is None else places.subjects
    return or_(
        entry.c.user_id.in_(people),
        and_(entry.c.by_type == "user", entry.c.by_id.in_(people)),
        and_(entry.c.by_type == "operator", _acted(text)),
        entry.c.subject_id.in_(subjects),
        holds(entry.c.reason, text.replace(" ", "_")),
        holds(entry.c.note, text),
    )


def _acted(text: str) -> ColumnElement[bool]:
    """An operator of that name; who is no operator is shown as the deployment."""
    named = entry.c.by_id.in_(select(operator.c.id).where(holds(operator.c.name, text)))
    if text.casefold() not in DEPLOYMENT_NAME.casefold():
        return named
    return or_(named, entry.c.by_id.not_in(select(operator.c.id)))
