"""What a history call asks for, who may ask it, and which entries that means (R30)."""

import unicodedata
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec

from server.domain import errors
from server.domain.callers import Member
from server.domain.credit_month import local_midnight_us
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store import history as store
from server.store.engine import AsyncConnection
from server.store.entry_filter import EntryFilter, SeqRange
from server.store.text_places import text_places
from server.store.users import member_of, org_by_id
from server.wire.words import Action, Kind, Source

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9000, 1, 1)
"""Days beyond these are read as these, so that a zone's offset never leaves the calendar."""


class HistoryAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`first` and `last` are days in the org's zone, both included; None and () mean all.

    `actions` () leaves the quiet ones out (api.md). `text` is looked for in the names of subject,
    user and actor, in the reason and in the note.
    """

    first: date | None = None
    last: date | None = None
    user: UserId | None = None
    kinds: tuple[Kind, ...] = ()
    actions: tuple[Action, ...] = ()
    source: Source | None = None
    text: str = ""


class Viewer(msgspec.Struct, frozen=True):
    """Whose ledger is read. `only`: of the one user whose entries may be seen; None: everybody's.

    An admin and an operator see everybody's, a rep the own (R30).
    """

    org: OrgId
    only: UserId | None = None


class Scope(msgspec.Struct, frozen=True):
    """The entries that an ask means, in one snapshot."""

    org: OrgId
    zone: ZoneInfo
    which: EntryFilter
    span: SeqRange


def viewer_of(member: Member) -> Viewer:
    """What a member may see of the own org's ledger."""
    return Viewer(member.org, None if member.role == "admin" else member.user)


def allowed(viewer: Viewer, ask: HistoryAsk) -> HistoryAsk:
    """What the viewer gets of the ask. Raises Forbidden for a rep who asks for another user's."""
    user = ask.user
    if viewer.only is not None:
        if user not in (None, viewer.only):
            raise errors.Forbidden(
                "You see your own history; only an admin sees that of others. Leave `user` out."
            )
        user = viewer.only
    text = unicodedata.normalize("NFC", ask.text).strip()
    return msgspec.structs.replace(ask, user=user, text=text)


async def scope_of(connection: AsyncConnection, viewer: Viewer, ask: HistoryAsk) -> Scope:
    """`ask` as `allowed` answers it. Raises NotFound for a user that is not of the org."""
    if ask.user is not None and ask.user != viewer.only:
        await member_of(connection, viewer.org, ask.user)
    org = await org_by_id(connection, viewer.org)
    assert org is not None, "whose ledger is read is known"
    zone = ZoneInfo(org.time_zone)
    return Scope(
        viewer.org,
        zone,
        EntryFilter(
            user=ask.user,
            kinds=ask.kinds,
            actions=ask.actions,
            source=ask.source,
            text=ask.text,
            places=await text_places(connection, viewer.org, ask.text) if ask.text else None,
        ),
        await store.seq_range(connection, viewer.org, *bounds_us(ask.first, ask.last, zone)),
    )


def bounds_us(
    first: date | None, last: date | None, zone: ZoneInfo
) -> tuple[AtUs | None, AtUs | None]:
    """From local midnight before `first` to local midnight after `last`, half open."""
    from_us = None if first is None else local_midnight_us(in_calendar(first), zone)
    until = None if last is None else in_calendar(last) + timedelta(days=1)
    return from_us, None if until is None else local_midnight_us(until, zone)


def below(span: SeqRange, before: Seq | None) -> SeqRange:
    """The part of `span` under `before`."""
    if before is None:
        return span
    return SeqRange(span.first, min(span.last, Seq(before - 1)))


def in_calendar(day: date) -> date:
    """The day, or the nearest one that every zone can tell the time of."""
    return min(max(day, FIRST_DAY), LAST_DAY)
