"""The deployment's prices, followed by every org without its own (credit-rules.md, Prices)."""

from server.domain.commands import DEPLOYMENT, SetPrices
from server.store import orgs
from server.store.engine import Database
from server.usecases.charge import Charger
from server.wire.battery import Prices


async def follow(database: Database, charger: Charger, prices: Prices) -> None:
    """At start: an org that pays other prices than the setting says gets them as an entry.

    So does one whose creation was cut short before its first entry, which says what it pays.
    """
    async with database.read() as connection:
        rows = await orgs.every(connection)
    for org in rows:
        due = org.prices if org.own_prices else prices
        if org.prices != due or not org.has_entries:
            await charger.change(org.id, SetPrices(DEPLOYMENT, due, own=org.own_prices))
