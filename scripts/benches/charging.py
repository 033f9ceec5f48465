"""Row 1: charging one hot org through the use case, against one interactive transaction per charge.

64 callers, each a user of its own, ask one after the other; every fifth asks for a piece that was
asked for before. Every commit is durable: SQLite `synchronous=FULL`, PostgreSQL
`synchronous_commit=on`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from scripts.benches import customer
from scripts.benches.by_hand import ByHand
from scripts.benches.by_hand_on_the_driver import OnAsyncpg, OnSqlite3
from scripts.benches.figures import Line, Round, Row, Side, Target, in_turns
from scripts.benches.plan import Plan
from server.clock import now_us
from server.domain.commands import Reveal
from server.domain.ids import OrgId, SubjectId, UserId
from server.domain.pieces import PieceHasher
from server.serve import collect_rarely
from server.settings import Settings
from server.store.engine import WRITERS, Database
from server.store.migrate import migrate
from server.usecases.charge import Charger

CALLERS = 64
REPEAT_EVERY = 5
REPEAT_BEHIND = 500
"""How many calls ago a repeated piece was asked for: its batch is long committed."""

Charge = Callable[[UserId, SubjectId], Awaitable[object]]


class Callers:
    """One org's callers and the people they have not asked for yet."""

    def __init__(
        self, charge: Charge, users: tuple[UserId, ...], subjects: tuple[SubjectId, ...]
    ) -> None:
        self._charge = charge
        self._users = users
        self._subjects = subjects
        self._asked = 0

    async def run(self, seconds: float) -> float:
        """Charges per second, repeats counted."""
        before, began = self._asked, time.perf_counter()
        ends = began + seconds
        await asyncio.gather(*(self._call(user, ends) for user in self._users))
        return (self._asked - before) / (time.perf_counter() - began)

    async def _call(self, user: UserId, ends: float) -> None:
        while time.perf_counter() < ends:
            number = self._asked
            self._asked += 1
            if number % REPEAT_EVERY == 0:
                number = max(0, number - REPEAT_BEHIND)
            await self._charge(user, self._subjects[number])


async def measure(url: str, plan: Plan, target: Target) -> list[Line]:
    """Our row, and how the same charge goes on the bare driver. `url`: of an empty database."""
    settings = Settings(data=Path(), database_url=url, secret=b"the bench's own secret, 32 bytes")
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        await migrate(database, "bench")
        charger = Charger(database, settings, now_us, lambda _commit: None)
        stack.push_async_callback(charger.close)
        subjects = await customer.fill_directory(database, plan.subjects)
        orgs = [await customer.found(database, charger, users=CALLERS) for _ in range(3)]
        hasher = PieceHasher(settings.secret)
        driver = await _on_the_driver(url, hasher, orgs[2].org, stack)
        charges: list[Charge] = [
            partial(_reveal, charger, orgs[0].org),
            ByHand(database, hasher, orgs[1].org).charge,
            driver,
        ]
        # All sides run as the product's server does.
        collect_rarely()
        rounds: list[Round] = [
            partial(Callers(charge, org.users, subjects).run, plan.seconds)
            for charge, org in zip(charges, orgs, strict=True)
        ]
        values = await in_turns(rounds, plan.rounds)
        for each in orgs:
            await customer.check(database, each.org)
    return _rows("SQLite" if database.is_sqlite else "PostgreSQL", values, target)


def _rows(name: str, values: list[list[float]], target: Target) -> list[Line]:
    what = f"charging one hot org, {name}"
    bare = "sqlite3 in a thread" if name == "SQLite" else "bare asyncpg"
    ours = Side("the use case", values[0])
    return [
        Row(
            what=what,
            unit="charges/s",
            ours=ours,
            against=Side("a transaction per charge, SQLAlchemy", values[1]),
            target=target,
        ),
        Row(
            what=what,
            unit="charges/s",
            ours=ours,
            against=Side(f"a transaction per charge, {bare}", values[2]),
        ),
    ]


async def _on_the_driver(
    url: str, hasher: PieceHasher, org: OrgId, stack: AsyncExitStack
) -> Charge:
    if not url.startswith("sqlite"):
        postgres = await OnAsyncpg.open(url, WRITERS, hasher, org)
        stack.push_async_callback(postgres.close)
        return postgres.charge
    sqlite = OnSqlite3(Path(str(make_url(url).database)), hasher, org)
    stack.push_async_callback(sqlite.close)
    return sqlite.charge


async def _reveal(charger: Charger, org: OrgId, user: UserId, subject: SubjectId) -> None:
    await charger.reveal(org, Reveal(user, ((subject, "email"),)))
