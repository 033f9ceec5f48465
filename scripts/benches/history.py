"""The history page of an org with millions of entries, against the same page with 1,000.

Each page is asked of a process that knows no sums yet: what is measured is the first look, and
every further one is quicker.
"""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from scripts.benches.figures import Line, Row, Side, Target, in_turns
from scripts.benches.plan import Plan
from scripts.seeds.customer import REP, Seeding, Size
from server.domain.ids import UserId
from server.settings import Settings
from server.store.engine import Database
from server.store.users import user_by_email
from server.usecases.history import History
from server.usecases.history_scope import HistoryAsk, Viewer
from server.wire.base import to_json

SHORT = Size(users=20, entries=1_000, days=60)
"""Of so many days that the last month alone fills a page."""
LONG_USERS, LONG_DAYS = 5_000, 730
MONTH_DAYS = 30
PAGE = 50
TARGET = Target("at most", 2.0)


class Ledger(msgspec.Struct, frozen=True):
    """A seeded org; `rep`: who spends most in it."""

    database: Database
    viewer: Viewer
    rep: UserId

    async def page_ms(self, ask: HistoryAsk, seconds: float) -> float:
        """Milliseconds of a page, read, summed and encoded."""
        pages, began = 0, time.perf_counter()
        while pages == 0 or time.perf_counter() - began < seconds:
            to_json(await History(self.database).page(self.viewer, ask, limit=PAGE))
            pages += 1
        return (time.perf_counter() - began) * 1_000 / pages


async def measure(folder: Path, plan: Plan) -> list[Line]:
    """A row for each filter, on SQLite."""
    long = Size(users=min(LONG_USERS, plan.history // 2), entries=plan.history, days=LONG_DAYS)
    async with AsyncExitStack() as stack:
        ledgers = [
            await _seeded(folder, name, size, stack)
            for name, size in (("long", long), ("short", SHORT))
        ]
        return [
            await _row(what, asks, ledgers, plan)
            for what, asks in _asks([ledger.rep for ledger in ledgers]).items()
        ]


async def _seeded(folder: Path, name: str, size: Size, stack: AsyncExitStack) -> Ledger:
    url = f"sqlite+aiosqlite:///{folder / name}.db"
    settings = Settings(data=folder, database_url=url, secret=b"the bench's own secret, 32 bytes")
    org = await Seeding(settings, size, say=lambda _: None).run("battery-bench")
    database = Database(url)
    stack.push_async_callback(database.close)
    async with database.read() as connection:
        rep = await user_by_email(connection, REP)
    assert rep is not None, "the seed has a rep"
    return Ledger(database, Viewer(org), rep.id)


def _asks(reps: list[UserId]) -> Mapping[str, list[HistoryAsk]]:
    """The same question to each of the ledgers."""
    first = datetime.now(UTC).date() - timedelta(days=MONTH_DAYS)
    return {
        "all entries": [HistoryAsk() for _ in reps],
        "of one user": [HistoryAsk(user=rep) for rep in reps],
        "of one kind": [HistoryAsk(kinds=("phone",)) for _ in reps],
        "of a month": [HistoryAsk(first=first) for _ in reps],
    }


async def _row(what: str, asks: list[HistoryAsk], ledgers: list[Ledger], plan: Plan) -> Row:
    sides = [
        partial(ledger.page_ms, ask, plan.seconds)
        for ledger, ask in zip(ledgers, asks, strict=True)
    ]
    ours, theirs = await in_turns(sides, plan.rounds)
    return Row(
        what=f"history page of {plan.history:,} entries: {what}",
        unit="ms",
        ours=Side("many entries", ours),
        against=Side(f"{SHORT.entries:,} entries", theirs),
        target=TARGET,
    )
