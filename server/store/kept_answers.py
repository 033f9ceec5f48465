"""Idempotency keys outside the ledger: a job's key is kept with its draft (R11)."""

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.commands import Idempotency
from server.domain.ids import AtUs, JobId, OrgId, UserId
from server.domain.state import KeptAnswer
from server.store.bulk import BulkInsert
from server.store.schema import idempotency

_keep = BulkInsert(
    idempotency,
    ("org_id", "caller_id", "key", "fingerprint", "answer", "created_us"),
    keeping=True,
)
_kept = select(idempotency.c.fingerprint, idempotency.c.answer).where(
    idempotency.c.org_id == bindparam("org"),
    idempotency.c.caller_id == bindparam("caller"),
    idempotency.c.key == bindparam("name"),
)
_forget = delete(idempotency).where(
    idempotency.c.org_id == bindparam("org"),
    idempotency.c.caller_id == bindparam("caller"),
    idempotency.c.answer == bindparam("answer"),
)


async def kept(
    connection: AsyncConnection, org: OrgId, caller: UserId, name: str
) -> KeptAnswer | None:
    """What is kept for the caller's key `name`."""
    given = {"org": org, "caller": caller, "name": name}
    row = (await connection.execute(_kept, given)).one_or_none()
    return None if row is None else KeptAnswer(row.fingerprint, row.answer)


async def keep(
    connection: AsyncConnection,
    org: OrgId,
    caller: UserId,
    key: Idempotency,
    job: JobId,
    at_us: AtUs,
) -> KeptAnswer:
    """What is kept for the key from now on: `job`, or what was there before.

    Of two at once the second waits for the first's transaction.
    """
    row = (org, caller, key.key, key.fingerprint, job, at_us)
    await connection.run_sync(_keep.execute, [row])
    answer = await kept(connection, org, caller, key.key)
    assert answer is not None, "it was just written, or there"
    return answer


async def forget(connection: AsyncConnection, org: OrgId, caller: UserId, job: JobId) -> None:
    """Whatever key answers with `job` may be tried again."""
    await connection.execute(_forget, {"org": org, "caller": caller, "answer": job})
