"""What is known beside ledger lines: the jobs that wrote them, and what took them back (R30)."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import JobId, OrgId, Seq
from server.store.lists import chunked
from server.store.schema import entry, job


async def job_labels(
    connection: AsyncConnection, org: OrgId, ids: Collection[JobId]
) -> dict[JobId, str]:
    """As their owners named them, "" where they did not."""
    found: dict[JobId, str] = {}
    for some in chunked(sorted(ids)):
        rows = await connection.execute(
            select(job.c.id, job.c.label).where(job.c.org_id == org, job.c.id.in_(some))
        )
        found.update((JobId(row.id), row.label) for row in rows)
    return found


async def reversals_of(
    connection: AsyncConnection, org: OrgId, charges: Collection[Seq]
) -> dict[Seq, Seq]:
    """The reversal of each of these charges that was taken back (R27)."""
    found: dict[Seq, Seq] = {}
    for some in chunked(sorted(charges)):
        rows = await connection.execute(
            select(entry.c.ref_seq, entry.c.seq).where(
                entry.c.org_id == org, entry.c.ref_seq.in_(some)
            )
        )
        found.update((Seq(row.ref_seq), Seq(row.seq)) for row in rows)
    return found
