"""Searching the directory by what everybody may read and by the values the org owns.

A value the org does not own is in no column that is looked at here, so that neither a result nor a
count can tell of it.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import EVERYONE, OrgId, SubjectId
from server.domain.search_terms import Terms
from server.store.schema import owned_value, subject
from server.wire.words import SubjectType


class Found(NamedTuple):
    """One page of what was found; `total` counts all pages."""

    ids: list[SubjectId]
    total: int


async def search(
    connection: AsyncConnection,
    org: OrgId,
    subject_type: SubjectType,
    terms: Terms,
    *,
    limit: int,
    offset: int,
) -> Found:
    """Subjects that the org can see, by name. `EVERYONE` as org: the directory's alone."""
    orgs = [EVERYONE] if org == EVERYONE else [EVERYONE, org]
    parts = [_matching(one, org, subject_type, terms) for one in orgs]
    ids = await _page(connection, parts, limit, offset)
    # The first page that is not full tells the total by itself: a rare word costs one reading.
    if len(ids) < limit and (ids or offset == 0):
        return Found(ids, offset + len(ids))
    total = 0
    for part in parts:
        counted = select(func.count()).select_from(part.subquery())
        total += int(await connection.scalar(counted) or 0)
    return Found(ids, total)


async def _page(
    connection: AsyncConnection, parts: list[Select[Any]], limit: int, offset: int
) -> list[SubjectId]:
    """Each part is read in the order of its index and no further than the page's end."""
    first = [
        select(part.order_by(subject.c.sort, subject.c.id).limit(offset + limit).subquery())
        for part in parts
    ]
    merged = union_all(*first).subquery()
    query = select(merged.c.id).order_by(merged.c.sort, merged.c.id).limit(limit).offset(offset)
    return [SubjectId(found) for found in await connection.scalars(query)]


def _matching(at: OrgId, org: OrgId, subject_type: SubjectType, terms: Terms) -> Select[Any]:
    """Of the records that are `at`'s, those that match for `org`."""
    return select(*subject.c["id", "sort"]).where(
        subject.c.type == subject_type, subject.c.org_id == at, _matches(org, terms)
    )


def _matches(org: OrgId, terms: Terms) -> ColumnElement[bool]:
    if terms.url is not None:
        return subject.c.url == terms.url
    words = and_(
        true(),
        *[
            or_(subject.c.search.contains(word, autoescape=True), _owns(org, word))
            for word in terms.words
        ],
    )
    return words if terms.digits is None else or_(words, _owns(org, terms.digits))


def _owns(org: OrgId, text: str) -> ColumnElement[bool]:
    """Whether the org owns a value of the subject in which `text` stands."""
    return subject.c.id.in_(
        select(owned_value.c.subject_id).where(
            owned_value.c.org_id == org, owned_value.c.search.contains(text, autoescape=True)
        )
    )
