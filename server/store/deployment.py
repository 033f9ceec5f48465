"""What is said once for a whole deployment."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.feed import EPOCH
from server.store.schema import deployment


async def set_epoch(connection: AsyncConnection, epoch: str) -> None:
    """Every client starts from a fresh `welcome` (api.md, The battery socket)."""
    await say(connection, EPOCH, epoch)


async def said(connection: AsyncConnection, name: str) -> str | None:
    """What was last said under this name."""
    return await connection.scalar(select(deployment.c.value).where(deployment.c.name == name))


async def say(connection: AsyncConnection, name: str, value: str) -> None:
    """Says it, in place of what was said before."""
    changed = await connection.execute(
        update(deployment).where(deployment.c.name == name).values(value=value)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(deployment).values(name=name, value=value))
