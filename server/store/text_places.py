"""Where in a ledger a text can be found: few places, when few bear the name.

Only names, reasons and notes are searched. Reasons and notes stand on entries that are no charges;
a charge is made by the user it concerns. So whatever speaks of a text is an entry of a user or a
subject of that name, or no charge.
"""

from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Select, or_, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import CompoundSelect

from server.domain.ids import EVERYONE, OrgId, Seq
from server.store.schema import NO_CHARGE, entry, org_head, subject, subject_entry, sum_head, users
from server.store.summing import EVERYBODY

NAMES_MAX = 200
"""Users or subjects. What more of them did is found as fast by reading everything."""
UNFILED_MAX = 50_000
"""Entries that nobody filed by subject yet: more are not worth a list."""


class TextPlaces(msgspec.Struct, frozen=True):
    """Of whom the text is a part of the name; entries are filed by subject up to `through`."""

    users: tuple[str, ...]
    subjects: tuple[str, ...]
    through: Seq


def holds(column: Column[Any], wanted: str) -> ColumnElement[bool]:
    """Whether the column holds the text in any case.

    SQLite folds the case of ASCII letters only: the others are asked for as people write them.
    """
    ways = {wanted} if wanted.isascii() else {wanted, *_cases(wanted)}
    return or_(*(column.icontains(way, autoescape=True) for way in sorted(ways)))


def _cases(wanted: str) -> tuple[str, ...]:
    return wanted.lower(), wanted.upper(), wanted.title()


def users_named(org: OrgId, wanted: str) -> Select[tuple[str]]:
    """Ids of the org's users with the text in their name."""
    return select(users.c.id).where(users.c.org_id == org, holds(users.c.name, wanted))


def subjects_named(org: OrgId, wanted: str) -> Select[tuple[str]]:
    """Ids of the subjects with the text in their name, that the org may see."""
    return select(subject.c.id).where(
        subject.c.org_id.in_((EVERYONE, org)), holds(subject.c.name, wanted)
    )


async def text_places(connection: AsyncConnection, org: OrgId, wanted: str) -> TextPlaces | None:
    """None where there are too many, and all entries have to be read."""
    found: list[tuple[str, ...]] = []
    for named in (users_named(org, wanted), subjects_named(org, wanted)):
        rows = await connection.execute(named.limit(NAMES_MAX + 1))
        found.append(tuple(row.id for row in rows))
        if len(found[-1]) > NAMES_MAX:
            return None
    through = select(sum_head.c.through_seq).where(
        sum_head.c.org_id == org, sum_head.c.stream == EVERYBODY
    )
    filed = await connection.scalar(through) or 0
    head = await connection.scalar(select(org_head.c.head_seq).where(org_head.c.org_id == org)) or 0
    if head - filed > UNFILED_MAX:
        return None
    return TextPlaces(users=found[0], subjects=found[1], through=Seq(filed))


def seqs_at(org: OrgId, places: TextPlaces) -> CompoundSelect[tuple[int]]:
    """The positions of all entries that can speak of the text, and of more."""
    here = select(entry.c.seq).where(entry.c.org_id == org)
    filed = select(subject_entry.c.seq).where(subject_entry.c.org_id == org)
    return union(
        here.where(text(NO_CHARGE)),
        here.where(entry.c.user_id.in_(places.users)),
        filed.where(subject_entry.c.subject_id.in_(places.subjects)),
        here.where(entry.c.seq > places.through),
    )
