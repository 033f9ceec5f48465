"""The directory: who is at an address, what everybody may read of them, and what imports write."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.directory_records import Filed, Record
from server.domain.ids import EVERYONE, OrgId, SubjectId, UserId
from server.store.lists import chunked
from server.store.schema import insight, subject, users
from server.wire.words import SubjectType

_RECORD_FIELDS = tuple(field.name for field in msgspec.structs.fields(Record))
_WRITTEN = (*_RECORD_FIELDS, "search", "sort", "fingerprint")
_INSIGHT_FIGURES = ("strength", "since", "note")


class PublicRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What everybody may read of a contact or account."""

    id: SubjectId
    type: SubjectType
    url: str
    name: str
    headline: str | None
    company: str | None
    company_url: str | None
    location: str | None


class KnownSubject(msgspec.Struct, frozen=True):
    """A record of the directory as it is kept now."""

    id: SubjectId
    record: Record
    fingerprint: bytes


class InsightRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`colleague` knows `subject`; `strength` 0–100."""

    subject: SubjectId
    colleague: UserId
    strength: int
    since: str | None
    note: str | None


_PUBLIC_FIELDS = tuple(field.name for field in msgspec.structs.fields(PublicRow))
_visible = subject.c.org_id.in_((EVERYONE, bindparam("org")))
_public = select(*subject.c[_PUBLIC_FIELDS]).where(
    subject.c.id.in_(bindparam("ids", expanding=True)),
    # As a bare column SQLite would take its index and read the whole directory.
    subject.c.org_id.concat(literal("")).in_((EVERYONE, bindparam("org"))),
)
# The directory's own record comes last, so that it wins over the org's own of the same person.
_at_urls = (
    select(*subject.c["url", "id"])
    .where(subject.c.url.in_(bindparam("urls", expanding=True)), _visible)
    .order_by(subject.c.org_id.desc())
)
_known = select(*subject.c[("id", "fingerprint", *_RECORD_FIELDS)]).where(
    subject.c.org_id == EVERYONE, subject.c.url.in_(bindparam("urls", expanding=True))
)
_insights = select(insight).where(
    insight.c.org_id == bindparam("org"),
    insight.c.subject_id.in_(bindparam("subjects", expanding=True)),
)
_colleagues = select(*users.c["email", "id"]).where(
    users.c.org_id == bindparam("org"), users.c.email.in_(bindparam("emails", expanding=True))
)


async def public_rows(
    connection: AsyncConnection, org: OrgId, ids: Sequence[SubjectId]
) -> dict[SubjectId, PublicRow]:
    """Those of `ids` that the org can see. `EVERYONE`: those that all orgs can."""
    found: dict[SubjectId, PublicRow] = {}
    for some in chunked(ids):
        for row in await connection.execute(_public, {"org": org, "ids": some}):
            found[SubjectId(row.id)] = _public_row(row)
    return found


async def at_urls(
    connection: AsyncConnection, org: OrgId, urls: Sequence[str]
) -> dict[str, SubjectId]:
    """Who is at these canonical URLs, of those that the org can see."""
    found: dict[str, SubjectId] = {}
    for some in chunked(urls):
        rows = await connection.execute(_at_urls, {"org": org, "urls": some})
        found |= {row.url: SubjectId(row.id) for row in rows}
    return found


async def known(connection: AsyncConnection, urls: Sequence[str]) -> dict[str, KnownSubject]:
    """The directory's records at these canonical URLs."""
    found: dict[str, KnownSubject] = {}
    for some in chunked(urls):
        for row in await connection.execute(_known, {"urls": some}):
            record = Record(**{name: getattr(row, name) for name in _RECORD_FIELDS})
            found[record.url] = KnownSubject(SubjectId(row.id), record, row.fingerprint)
    return found


async def put(
    connection: AsyncConnection, subjects: Mapping[SubjectId, Filed], org: OrgId = EVERYONE
) -> None:
    """Adds or replaces subjects, each by its URL; one that is there keeps its id.

    In order of URL, so that two imports at once do not wait for each other in a circle.
    """
    in_order = sorted(subjects.items(), key=lambda item: item[1].record.url)
    rows = [_row(subject_id, org, one) for subject_id, one in in_order]
    if rows:
        await connection.execute(_put[connection.dialect.name], rows)


async def analyze(connection: AsyncConnection) -> None:
    """Tells the planner how many there are: PostgreSQL plans for a small table until then."""
    await connection.execute(text("ANALYZE subject"))


async def colleagues(
    connection: AsyncConnection, org: OrgId, emails: Sequence[str]
) -> dict[str, UserId]:
    """The members of the org with these canonical addresses."""
    found: dict[str, UserId] = {}
    for some in chunked(emails):
        rows = await connection.execute(_colleagues, {"org": org, "emails": some})
        found |= {row.email: UserId(row.id) for row in rows}
    return found


async def insights(
    connection: AsyncConnection, org: OrgId, subjects: Sequence[SubjectId]
) -> dict[tuple[SubjectId, UserId], InsightRow]:
    """What the org knows of these subjects."""
    found: dict[tuple[SubjectId, UserId], InsightRow] = {}
    for some in chunked(subjects):
        for row in await connection.execute(_insights, {"org": org, "subjects": some}):
            one = InsightRow(
                subject=row.subject_id,
                colleague=row.colleague,
                **{name: getattr(row, name) for name in _INSIGHT_FIGURES},
            )
            found[one.subject, one.colleague] = one
    return found


async def put_insights(connection: AsyncConnection, org: OrgId, rows: Sequence[InsightRow]) -> None:
    """Adds or replaces, by subject and colleague."""
    values = [
        {
            "org_id": org,
            "subject_id": row.subject,
            "colleague": row.colleague,
            **{name: getattr(row, name) for name in _INSIGHT_FIGURES},
        }
        for row in rows
    ]
    if values:
        await connection.execute(_put_insights[connection.dialect.name], values)


async def people_of(
    connection: AsyncConnection, company_url: str, *, limit: int, offset: int
) -> tuple[list[PublicRow], int]:
    """The directory's contacts at a company, by name, and how many there are in all."""
    here = (
        subject.c.company_url == company_url,
        subject.c.org_id == EVERYONE,
        subject.c.type == "contact",
    )
    query = select(*subject.c[_PUBLIC_FIELDS]).where(*here).order_by(subject.c.sort, subject.c.id)
    rows = await connection.execute(query.limit(limit).offset(offset))
    total = await connection.scalar(select(func.count()).select_from(subject).where(*here))
    return [_public_row(row) for row in rows], int(total or 0)


def _public_row(row: Row[Any]) -> PublicRow:
    return PublicRow(**{name: getattr(row, name) for name in _PUBLIC_FIELDS})


def _row(subject_id: SubjectId, org: OrgId, one: Filed) -> dict[str, Any]:
    return {
        "id": subject_id,
        "org_id": org,
        **{name: getattr(one.record, name) for name in _RECORD_FIELDS},
        "search": one.search,
        "sort": one.sort,
        "fingerprint": one.fingerprint,
    }


def _upsert(table: Any, keys: Sequence[str], replaced: Sequence[str]) -> dict[str, Any]:
    """One statement for each dialect."""
    statements = {}
    for dialect in (postgresql, sqlite):
        new = dialect.insert(table)
        statements[dialect.dialect.name] = new.on_conflict_do_update(
            index_elements=list(keys), set_={name: new.excluded[name] for name in replaced}
        )
    return statements


_put = _upsert(subject, ("org_id", "url"), _WRITTEN)
_put_insights = _upsert(insight, ("org_id", "subject_id", "colleague"), _INSIGHT_FIGURES)
