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
    parts = await _parts(connection, org, subject_type, terms)
    ids = await _page(connection, parts, limit, offset)
    # The first page that is not full tells the total by itself: a rare word costs one reading.
    if len(ids) < limit and (ids or offset == 0):
        return Found(ids, offset + len(ids))
    total = 0
    for part in parts:
        counted = select(func.count()).select_from(part.subquery())
        total += int(await connection.scalar(counted) or 0)
    return Found(ids, total)


async def page_of_ids(
    connection: AsyncConnection,
    org: OrgId,
    subject_type: SubjectType,
    terms: Terms,
    *,
    limit: int,
    offset: int,
) -> list[SubjectId]:
    """Those of `search` without counting what is on other pages."""
    parts = await _parts(connection, org, subject_type, terms)
    return await _page(connection, parts, limit, offset)


async def _parts(
    connection: AsyncConnection, org: OrgId, subject_type: SubjectType, terms: Terms
) -> list[Select[Any]]:
    """The directory's and the org's own, each of which an index has in order."""
    orgs = [EVERYONE] if org == EVERYONE else [EVERYONE, org]
    matches = _matches(org, terms, await _in_owned_values(connection, org, terms))
    return [
        select(*subject.c["id", "sort"]).where(
            subject.c.type == subject_type, subject.c.org_id == one, matches
        )
        for one in orgs
    ]


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


async def _in_owned_values(connection: AsyncConnection, org: OrgId, terms: Terms) -> frozenset[str]:
    """What of `terms` stands in any value the org owns: mostly nothing, which then costs no row of
    the directory a second look."""
    texts = terms.words if terms.digits is None else (*terms.words, terms.digits)
    found = set()
    for text in texts:
        if await connection.scalar(_owning(org, text).limit(1)) is not None:
            found.add(text)
    return frozenset(found)


def _matches(org: OrgId, terms: Terms, in_owned: frozenset[str]) -> ColumnElement[bool]:
    if terms.url is not None:
        return subject.c.url == terms.url
    words = and_(true(), *[_word(org, word, in_owned) for word in terms.words])
    return or_(words, _owns(org, terms.digits)) if terms.digits in in_owned else words


def _word(org: OrgId, word: str, in_owned: frozenset[str]) -> ColumnElement[bool]:
    public = subject.c.search.contains(word, autoescape=True)
    return or_(public, _owns(org, word)) if word in in_owned else public


def _owns(org: OrgId, text: str) -> ColumnElement[bool]:
    """Whether the org owns a value of the subject in which `text` stands."""
    return subject.c.id.in_(_owning(org, text))


def _owning(org: OrgId, text: str) -> Select[str]:
    return select(owned_value.c.subject_id).where(
        owned_value.c.org_id == org, owned_value.c.search.contains(text, autoescape=True)
    )
