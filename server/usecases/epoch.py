"""The epoch: the id of a ledger's history, which clients compare (api.md, The battery socket)."""

from server.store.deployment import set_epoch
from server.store.engine import Database
from server.usecases.names import new_id


async def renew_epoch(database: Database) -> str:
    """A new random epoch, after a backup was restored: no client resumes on the old history."""
    epoch = new_id("epo")
    async with database.write() as connection:
        await set_epoch(connection, epoch)
    return epoch
