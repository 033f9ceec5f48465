"""Who in the directory, or among an org's own contacts, an imported row may tell of (R25)."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import EVERYONE, OrgId, SubjectId
from server.store.lists import chunked
from server.store.schema import subject


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A contact that the org can see. `sort`: the folded name. `is_own`: nobody else sees it."""

    id: SubjectId
    sort: str
    email: str | None
    company: str | None
    is_own: bool


_columns = subject.c["id", "org_id", "sort", "email", "company"]
# An address has few people, an org_id and a type have millions; joined to a text they tempt no
# planner to go by them.
_by_address = select(*_columns).where(
    subject.c.email.in_(bindparam("written", expanding=True)),
    subject.c.org_id.concat(literal("")) == bindparam("org"),
    subject.c.type.concat(literal("")) == "contact",
)
_by_name = select(*_columns).where(
    subject.c.type == "contact",
    subject.c.org_id.in_((EVERYONE, bindparam("org"))),
    subject.c.sort.in_(bindparam("names", expanding=True)),
)
_visible = select(subject.c.id).where(
    subject.c.id.in_(bindparam("ids", expanding=True)),
    subject.c.org_id.concat(literal("")).in_((EVERYONE, bindparam("org"))),
)


async def at_addresses(
    connection: AsyncConnection, org: OrgId, written: Sequence[str]
) -> list[Candidate]:
    """The contacts whose address is written in one of these ways, of those that `org` alone sees;
    of the directory's for EVERYONE."""
    found: list[Candidate] = []
    for some in chunked(written):
        rows = await connection.execute(_by_address, {"org": org, "written": some})
        found += [_candidate(*row) for row in rows]
    return found


async def called(connection: AsyncConnection, org: OrgId, names: Sequence[str]) -> list[Candidate]:
    """The contacts with one of these folded names."""
    found: list[Candidate] = []
    for some in chunked(names):
        rows = await connection.execute(_by_name, {"org": org, "names": some})
        found += [_candidate(*row) for row in rows]
    return found


async def visible(
    connection: AsyncConnection, org: OrgId, ids: Sequence[SubjectId]
) -> frozenset[SubjectId]:
    """Those of `ids` that the org can see."""
    found: set[SubjectId] = set()
    for some in chunked(ids):
        rows = await connection.scalars(_visible, {"org": org, "ids": some})
        found.update(map(SubjectId, rows))
    return frozenset(found)


def _candidate(id_: str, org: str, sort: str, email: str | None, company: str | None) -> Candidate:
    return Candidate(SubjectId(id_), sort, email, company, org != EVERYONE)
