"""One secret for the life of a database: pieces paid for under another would all be paid again
(R2, R4)."""

import hashlib
import hmac

from server.domain import errors
from server.store.deployment import said, say
from server.store.engine import Database

NAME = "secret"
FINGERPRINT_BYTES = 16


async def keep_to_one_secret(database: Database, secret: bytes) -> None:
    """The first start says which; a later one with another raises Unavailable.

    What is kept is a hash that leads back to no secret and is made for nothing else.
    """
    digest = hashlib.blake2b(key=secret[:64], digest_size=FINGERPRINT_BYTES, person=b"secret")
    async with database.write() as connection:
        known = await said(connection, NAME)
        if known is None:
            await say(connection, NAME, digest.hexdigest())
        elif not hmac.compare_digest(known, digest.hexdigest()):
            raise errors.Unavailable(
                "This database was filled under another secret: with this one every piece its "
                "organizations own would have to be paid for again. Set BATTERY_SECRET, or the "
                "file `secret` in BATTERY_DATA, to the one it began with."
            )
