"""Erasing a person everywhere, and remembering not to let them come back (R4).

Entries, pieces and every balance stay as they are: they hold no personal data.
"""

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import delete, exists, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import AtUs, OrgId, SubjectId
from server.store import job_rows
from server.store.lists import chunked
from server.store.schema import erasure, insight, org, org_head, owned_value, subject


class Erased(msgspec.Struct, frozen=True):
    """How many rows of the directory and how many owned values are gone."""

    subjects: int
    values: int


async def erased_among(
    connection: AsyncConnection, url_hashes: Sequence[bytes]
) -> frozenset[bytes]:
    """Those of `url_hashes` that an import must skip.

    To be called in the import's own write transaction, before it writes: until that ends, an
    erasure waits, and then sees what the import wrote.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE erasure IN SHARE MODE"))
    found: set[bytes] = set()
    for hashes in chunked(url_hashes):
        rows = await connection.execute(
            select(erasure.c.url_hash).where(erasure.c.url_hash.in_(hashes))
        )
        found.update(rows.scalars())
    return frozenset(found)


async def erase(
    connection: AsyncConnection,
    url: str,
    url_hash: bytes,
    at_us: AtUs,
    contact_of: Callable[[OrgId], SubjectId],
) -> Erased:
    """Deletes the subjects at the canonical `url`, the directory's and every org's own, with the
    values and insights that any org has of them, and takes what is personal from rows of jobs.

    `contact_of`: as whom an org's import that is not settled yet knows the person (R25).
    """
    await _lock_out_imports_and_reveals(connection)
    await _remember(connection, url_hash, at_us)
    rows = await connection.execute(select(subject.c.id).where(subject.c.url == url))
    subjects = [SubjectId(found) for found in rows.scalars()]
    orgs_now = [OrgId(found) for found in await connection.scalars(select(org.c.id))]
    for some in chunked(list({*subjects, *map(contact_of, orgs_now)})):
        await job_rows.forget_people(connection, some)
    values = 0
    for some in chunked(subjects):
        # Naming the orgs lets both databases use the indexes, all of which `org_id` leads.
        orgs = select(org.c.id)
        gone = await connection.execute(
            delete(owned_value).where(
                owned_value.c.org_id.in_(orgs), owned_value.c.subject_id.in_(some)
            )
        )
        values += gone.rowcount
        await connection.execute(
            delete(insight).where(insight.c.org_id.in_(orgs), insight.c.subject_id.in_(some))
        )
        await connection.execute(delete(subject).where(subject.c.id.in_(some)))
    return Erased(subjects=len(subjects), values=values)


async def _lock_out_imports_and_reveals(connection: AsyncConnection) -> None:
    """Waits for running imports and charges, so that none of them writes the person back.

    SQLite has one writer at a time anyway. Nobody else waits for a second head while holding one,
    so this cannot end in a circle.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE erasure IN EXCLUSIVE MODE"))
        await connection.execute(
            select(org_head.c.org_id).order_by(org_head.c.org_id).with_for_update()
        )


async def _remember(connection: AsyncConnection, url_hash: bytes, at_us: AtUs) -> None:
    known = exists().where(erasure.c.url_hash == url_hash)
    row = select(literal(url_hash, erasure.c.url_hash.type), literal(at_us)).where(~known)
    await connection.execute(insert(erasure).from_select(["url_hash", "at_us"], row))
