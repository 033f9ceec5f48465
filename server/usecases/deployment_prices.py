"""The deployment's prices, followed by every org without its own (credit-rules.md, Prices)."""

from server.domain.commands import DEPLOYMENT, SetPrices
from server.store import orgs
from server.store.engine import Database
from server.usecases.charge import Charger
from server.wire.battery import Prices


async def follow(database: Database, charger: Charger, prices: Prices) -> None:
    """At start: an org that pays other prices than the setting says gets them as an entry."""
    async with database.read() as connection:
        rows = await orgs.every(connection)
    for org in rows:
        if not org.own_prices and org.prices != prices:
            await charger.change(org.id, SetPrices(DEPLOYMENT, prices, own=False))
