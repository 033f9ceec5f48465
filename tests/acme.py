"""Two customers for tests: Acme with Bob, Jane and Alice, Globex with Zoe, on a real database.

A `House` is one deployment with a clock that only a test moves. Every reveal, grant and reversal
goes through the product's own `Charger`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
from sqlalchemy import insert, update

from server.domain.commands import By, Grant, Idempotency, Reveal, Reverse, SetCaps, SetLicense
from server.domain.commands import SetPrices as SetPricesCommand
from server.domain.commits import Commit
from server.domain.credit_month import to_us
from server.domain.entries import EntryLine
from server.domain.ids import EVERYONE, AtUs, OrgId, Seq, SubjectId, UserId
from server.domain.values import KeptPersonality
from server.settings import Limits, Settings
from server.store import feed, replay, schema
from server.store.engine import Database
from server.store.ledger import freeze_months
from server.usecases.charge import Charger
from server.usecases.names import new_id
from server.usecases.verify import verify
from server.wire.battery import DEFAULT_PRICES, Battery, Prices
from server.wire.reveals import RevealAnswer
from server.wire.subjects import Disc
from server.wire.words import Kind, ReversalReason, Role

ODA = By("operator", "opr_oda")
"""The operator: vendor staff, of no org."""
SPRING = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANCHOR = date(2026, 3, 1)
SECRET = b"the deployment secret of the tests, 32 bytes and more"
STEADY = msgspec.json.encode(
    KeptPersonality(disc=Disc(d=20, i=30, s=80, c=60), style="Steady", summary="Listens first.")
).decode()


class Clock:
    """Stands still until it is set or moved, forwards or back."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> AtUs:
        return to_us(self.now)

    def move(self, **by: float) -> None:
        """As `timedelta` counts: `move(days=3)`."""
        self.now += timedelta(**by)


class House:
    """One deployment on one database. `commits`: all that was announced, in order."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self.database = database
        self.clock = clock
        self.settings = settings
        self.commits: list[Commit] = []
        self.charger = Charger(database, settings, clock, self.commits.append)
        self.orgs: list[Org] = []

    async def org(
        self, name: str, *, zone: str = "America/New_York", prices: Prices | None = None
    ) -> "Org":
        """A new customer whose first entry says what it pays."""
        id_, pays = OrgId(new_id("org")), prices or DEFAULT_PRICES
        async with self.database.write() as connection:
            await connection.execute(
                insert(schema.org).values(
                    id=id_, name=name, time_zone=zone, created_us=self.clock()
                )
            )
            await connection.execute(
                insert(schema.org_head).values(
                    org_id=id_,
                    price_email=pays.email,
                    price_phone=pays.phone,
                    price_personality=pays.personality,
                    own_prices=prices is not None,
                )
            )
        org = Org(self, id_)
        self.orgs.append(org)
        await org.set_prices(pays, own=prices is not None)
        return org

    async def contact(
        self,
        *,
        email: str | None = None,
        mobile: str | None = None,
        direct: str | None = None,
        personality: bool = False,
    ) -> SubjectId:
        """A person in the directory that every org may find."""
        values = {"email": email, "mobile": mobile, "direct": direct}
        [subject] = await self._add([values | {"personality": STEADY if personality else None}])
        return subject

    async def contacts(self, number: int) -> list[SubjectId]:
        """So many people, each with an email address."""
        absent = {"mobile": None, "direct": None, "personality": None}
        return await self._add([absent | {"email": f"{n}@example.com"} for n in range(number)])

    async def _add(self, records: list[dict[str, str | None]]) -> list[SubjectId]:
        subjects = [SubjectId(new_id("con")) for _ in records]
        rows = [
            record
            | {
                "id": subject,
                "org_id": EVERYONE,
                "type": "contact",
                "url": f"https://www.linkedin.com/in/{subject}",
                "name": f"Person {subject}",
                "search": f"person {subject}",
                "sort": f"person {subject}",
                "fingerprint": b"",
            }
            for subject, record in zip(subjects, records, strict=True)
        ]
        async with self.database.write() as connection:
            await connection.execute(insert(schema.subject), rows)
        return subjects

    async def rewrite(self, subject: SubjectId, **values: str | None) -> None:
        """The directory holds something else now: `email`, `mobile`, `direct`, `personality`."""
        async with self.database.write() as connection:
            await connection.execute(
                update(schema.subject).where(schema.subject.c.id == subject).values(values)
            )

    def another_charger(self, database: Database) -> Charger:
        """What a second server process would charge with."""
        return Charger(database, self.settings, self.clock, self.commits.append)

    async def check(self) -> None:
        """Every org's ledger adds up (R32)."""
        for org in self.orgs:
            answer = await verify(self.database, org.id)
            assert answer.broken == [], answer.broken


class Org:
    """One customer."""

    def __init__(self, house: House, id_: OrgId) -> None:
        self.house = house
        self.id = id_

    async def member(
        self,
        name: str,
        *,
        allotment: int = 100,
        anchor: date = ANCHOR,
        role: Role = "rep",
        cap: int | None = None,
    ) -> "Member":
        """A user with a license; with a cap when one is given."""
        user = UserId(new_id("usr"))
        async with self.house.database.write() as connection:
            await connection.execute(
                insert(schema.users).values(
                    id=user,
                    org_id=self.id,
                    email=f"{user}@example.com",
                    name=name,
                    role=role,
                    active=True,
                    created_us=self.house.clock(),
                )
            )
        await self.license(user, allotment, anchor)
        if cap is not None:
            await self.cap(cap, user)
        return Member(self, user, name)

    async def license(self, user: UserId, allotment: int, anchor: date | None = None) -> None:
        await self.house.charger.change(self.id, SetLicense(ODA, user, allotment, anchor))

    async def cap(self, cap: int | None, *users: UserId) -> None:
        await self.house.charger.change(self.id, SetCaps(ODA, users, cap))

    async def grant(self, credits: int, *, by: By = ODA, key: Idempotency | None = None) -> Seq:
        grant = Grant(by, credits, "bought", key)
        [seq] = await self.house.charger.change(self.id, grant)
        return seq

    async def set_prices(self, prices: Prices, *, own: bool = True) -> None:
        await self.house.charger.change(self.id, SetPricesCommand(ODA, prices, own))

    async def reverse(
        self,
        seq: int,
        *,
        by: By = ODA,
        reason: ReversalReason = "goodwill",
        key: Idempotency | None = None,
    ) -> Seq:
        command = Reverse(by, Seq(seq), reason, key=key)
        [written] = await self.house.charger.change(self.id, command)
        return written

    async def move_to(self, zone: str) -> None:
        """The org's zone changes (R15)."""
        async with self.house.database.write() as connection:
            await connection.run_sync(freeze_months, self.id, self.house.clock())
            await connection.execute(
                update(schema.org).where(schema.org.c.id == self.id).values(time_zone=zone)
            )

    async def entries(self) -> list[EntryLine]:
        """The whole ledger in order."""
        async with self.house.database.read() as connection:
            return [line async for some in replay.entries(connection, self.id) for line in some]

    async def charges(self) -> list[EntryLine]:
        """Of the ledger, the lines that a reveal wrote."""
        return [line for line in await self.entries() if line.action == "reveal"]


class Member:
    """A user of an org."""

    def __init__(self, org: Org, id_: UserId, name: str) -> None:
        self.org = org
        self.id = id_
        self.name = name
        self.by = By("user", id_)

    def asks(
        self,
        *items: tuple[SubjectId, Kind],
        allow_partial: bool = False,
        max_credits: int | None = None,
        key: Idempotency | None = None,
    ) -> Reveal:
        """The command of a reveal."""
        return Reveal(self.id, items, allow_partial, max_credits, key)

    async def reveal(
        self,
        *items: tuple[SubjectId, Kind],
        allow_partial: bool = False,
        max_credits: int | None = None,
        key: Idempotency | None = None,
    ) -> RevealAnswer:
        command = self.asks(*items, allow_partial=allow_partial, max_credits=max_credits, key=key)
        return await self.org.house.charger.reveal(self.org.id, command)

    async def battery(self) -> Battery:
        """What the member sees at the clock's time."""
        async with self.org.house.database.read() as connection:
            clock = self.org.house.clock
            shown = await feed.batteries(connection, self.org.id, [self.id], clock())
        return shown[self.id]

    async def set_active(self, is_active: bool) -> None:
        async with self.org.house.database.write() as connection:
            await connection.execute(
                update(schema.users).where(schema.users.c.id == self.id).values(active=is_active)
            )


class Acme(NamedTuple):
    """The two customers. Bob and Jane are reps, Alice is the admin; Zoe is of Globex."""

    house: House
    org: Org
    bob: Member
    jane: Member
    alice: Member
    globex: Org
    zoe: Member

    @classmethod
    async def founded(cls, house: House, *, allotment: int = 100) -> Self:
        """100 credits a month for everybody, no extra credits, months from the 1st in New York."""
        org = await house.org("Acme")
        globex = await house.org("Globex", zone="Europe/Berlin")
        return cls(
            house,
            org,
            await org.member("Bob Reyes", allotment=allotment),
            await org.member("Jane Okafor", allotment=allotment),
            await org.member("Alice Stone", allotment=allotment, role="admin"),
            globex,
            await globex.member("Zoe Winter", allotment=allotment),
        )


@asynccontextmanager
async def opened(
    url: str,
    *,
    now: datetime = SPRING,
    admin_reversals: tuple[int, int] = (0, 0),
    limits: Limits | None = None,
) -> AsyncIterator[House]:
    """A deployment with today's tables. `admin_reversals`: days and credits (R27)."""
    days, credits = admin_reversals
    settings = Settings(
        data=Path("unused"),
        database_url=url,
        secret=SECRET,
        admin_reversal_days=days,
        admin_reversal_credits=credits,
        limits=limits or Limits(),
    )
    database = Database(url)
    house = House(database, Clock(now), settings)
    try:
        async with database.write() as connection:
            await connection.run_sync(schema.metadata.create_all)
        yield house
    finally:
        await house.charger.close()
        await database.close()


def key(name: str, body: str = "first") -> Idempotency:
    """An Idempotency-Key that came with this body."""
    return Idempotency(name, body.encode())
