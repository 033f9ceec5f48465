"""A database keeps to the secret it began with (R2, R4)."""

import pytest

from server.domain.errors import Unavailable
from server.store.engine import Database
from server.store.migrate import migrate
from server.usecases.one_secret import keep_to_one_secret

FIRST, OTHER = b"the secret of the first start 32+", b"another secret, just as long, 32+"


async def test_r02_a_database_refuses_another_secret_than_its_first(database_url: str) -> None:
    database = Database(database_url)
    await migrate(database, "epoch")
    await keep_to_one_secret(database, FIRST)
    await keep_to_one_secret(database, FIRST)
    with pytest.raises(Unavailable, match="filled under another secret"):
        await keep_to_one_secret(database, OTHER)
    await database.close()
