"""Erasing a person everywhere, and remembering not to let them come back (R4).

Entries, pieces and every balance stay as they are: they hold no personal data.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, exists, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import EVERYONE, AtUs, OrgId, SubjectId
from server.domain.pieces import canonical_email
from server.store import job_rows
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.store.schema import erasure, insight, org, org_head, owned_value, subject

_erased = PreparedSelect(
    select(erasure.c.url_hash).where(erasure.c.url_hash.in_(bindparam("hashes", expanding=True)))
)


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
    await connection.run_sync(lock_out)
    return await connection.run_sync(erased, url_hashes)


def lock_out(connection: Connection) -> None:
    """No erasure begins before this write transaction ends.

    To be called before a job's row is locked: an erasure holds its lock and waits for the orgs',
    under which the charger waits for the job's row. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE erasure IN SHARE MODE"))


def erased(connection: Connection, url_hashes: Sequence[bytes]) -> frozenset[bytes]:
    """Those of `url_hashes` whose people must not come back, as of this transaction."""
    return frozenset(
        bytes(row.url_hash)
        for some in chunked(url_hashes)
        for row in _erased.rows(connection, hashes=some)
    )


async def erase(
    connection: AsyncConnection,
    url: str,
    url_hash: bytes,
    at_us: AtUs,
    contacts_of: Callable[[OrgId, Collection[str]], Iterable[SubjectId]],
) -> Erased:
    """Deletes the subjects at the canonical `url`, the directory's and every org's own, with the
    values and insights that any org has of them, and takes what is personal from rows of jobs.

    `contacts_of`: as whom imports of an org, settled or not, may know who is at the URL and has
    these canonical addresses (R25).
    """
    await _lock_out_imports_and_reveals(connection)
    await _remember(connection, url_hash, at_us)
    people = set(await connection.scalars(select(subject.c.id).where(subject.c.url == url)))
    addresses = await _addresses(connection, url)
    for org_id in await connection.scalars(select(org.c.id)):
        people.update(contacts_of(OrgId(org_id), addresses))
    everyone = [SubjectId(one) for one in sorted(people)]
    await job_rows.forget_people(connection, everyone, url_hash)
    return await _deleted(connection, everyone)


async def _addresses(connection: AsyncConnection, url: str) -> frozenset[str]:
    """The canonical address that the directory has of who is at `url`, unless it has it of others
    too: an office's address is no person."""
    in_directory = subject.c.org_id.concat(literal("")) == EVERYONE
    at_url = select(subject.c.email).where(subject.c.url == url, in_directory)
    written = await connection.scalar(at_url)
    if written is None:
        return frozenset()
    address = canonical_email(written)
    others = exists().where(
        subject.c.email.in_({written, written.lower(), address}), subject.c.url != url, in_directory
    )
    is_shared = await connection.scalar(select(literal(1)).where(others))
    return frozenset() if is_shared else frozenset({address})


async def _deleted(connection: AsyncConnection, subjects: Sequence[SubjectId]) -> Erased:
    """Subjects with all that orgs have of them."""
    people = values = 0
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
        gone = await connection.execute(delete(subject).where(subject.c.id.in_(some)))
        people += gone.rowcount
    return Erased(subjects=people, values=values)


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
