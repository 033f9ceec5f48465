"""What is said once for a whole deployment."""

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.feed import EPOCH
from server.store.schema import deployment


async def set_epoch(connection: AsyncConnection, epoch: str) -> None:
    """Every client starts from a fresh `welcome` (api.md, The battery socket)."""
    changed = await connection.execute(
        update(deployment).where(deployment.c.name == EPOCH).values(value=epoch)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(deployment).values(name=EPOCH, value=epoch))
