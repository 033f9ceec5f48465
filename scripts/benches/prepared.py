"""A database that is filled before the server that is measured on it starts."""

from scripts.benches import customer
from scripts.benches.customer import Customer
from server.clock import now_us
from server.domain.ids import SubjectId
from server.settings import Settings
from server.store.engine import Database
from server.store.migrate import migrate
from server.usecases.charge import Charger


async def prepared(
    settings: Settings, *, users: int, people: int
) -> tuple[Customer, tuple[SubjectId, ...]]:
    """One customer with `users`, and `people` in the directory."""
    database = Database(settings.database_url)
    await migrate(database, "bench")
    charger = Charger(database, settings, now_us, lambda _commit: None)
    acme = await customer.found(database, charger, users=users)
    subjects = await customer.fill_directory(database, people)
    await charger.close()
    await database.close()
    return acme, subjects
