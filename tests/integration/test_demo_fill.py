"""The demo's database: as demo.md says, whole after any number of tries."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import func, select

from server.demo.accounts import DEMO_ORGS, DEMO_PASSWORD
from server.demo.fill import fill_demo
from server.demo.months import DAYS
from server.demo.named_people import ANA_URL, KESTREL_URL
from server.demo.public_subjects import PublicSubjects
from server.domain.credit_month import from_us, to_us
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, OrgId
from server.domain.pieces import PieceHasher
from server.settings import Settings, SettingsError
from server.store import feed, orgs, replay, schema, users
from server.store.engine import Database
from server.store.migrate import migrate
from server.usecases.passwords import Passwords
from server.usecases.subjects import Subjects
from server.usecases.verify import verify
from server.wire.battery import Prices
from server.wire.subjects import AvailablePiece
from tests.acme import SECRET
from tests.services import eventually

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def monday() -> AtUs:
    return to_us(MONDAY)


def settings_of(url: str, demo: Literal["fresh", "history"] = "fresh") -> Settings:
    return Settings(data=Path("unused"), database_url=url, secret=SECRET, demo=demo)


@asynccontextmanager
async def at(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def counted(database: Database) -> dict[str, int]:
    """Rows of every table that a filling writes."""
    tables = (schema.org, schema.users, schema.subject, schema.insight, schema.entry)
    async with database.read() as connection:
        return {
            table.name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in tables
        }


async def ledgers(database: Database) -> dict[str, list[EntryLine]]:
    """By name of org, every entry in order."""
    async with database.read() as connection:
        return {
            row.name: [line async for some in replay.entries(connection, row.id) for line in some]
            for row in await orgs.every(connection)
        }


async def customer_joins(database: Database, name: str) -> None:
    """One that the demo does not make."""
    async with database.write() as connection:
        row = orgs.OrgRow(
            id=OrgId("org_other"),
            name=name,
            time_zone="UTC",
            prices=Prices(email=1, phone=10, personality=100),
            own_prices=False,
            has_entries=False,
        )
        await orgs.add(connection, row, monday())


async def test_a_fresh_demo_is_what_the_document_says(database_url: str) -> None:
    await fill_demo(settings_of(database_url), monday)
    async with at(database_url) as database:
        assert (await counted(database))["subject"] == 5_300
        for actions in (await ledgers(database)).values():
            assert {"reveal", "reversal"}.isdisjoint(line.action for line in actions)
        async with database.read() as connection:
            rows = {row.name: row for row in await orgs.every(connection)}
            acme = await feed.org_state(connection, rows["Acme"].id)
            globex = await feed.org_state(connection, rows["Globex"].id)
            bob = await users.user_by_email(connection, "bob@acme.example")
            assert bob is not None
            battery = (await feed.batteries(connection, rows["Acme"].id, [bob.id], monday()))[
                bob.id
            ]
        assert (acme.pool.granted, acme.pool.used, globex.pool.granted) == (15_000, 0, 0)
        assert rows["Globex"].time_zone == "Europe/Berlin"
        assert (battery.license.remaining, battery.available) == (2_000, 17_000)
        assert await Passwords().verify(bob.password_hash, DEMO_PASSWORD)
        people = Subjects(database, PieceHasher(SECRET))
        [ana] = await people.lookups(rows["Globex"].id, [ANA_URL])
        assert ana is not None
        assert ana.pieces.email == AvailablePiece(price=1)


async def test_a_second_start_changes_nothing(sqlite_url: str) -> None:
    await fill_demo(settings_of(sqlite_url), monday)
    async with at(sqlite_url) as database:
        before = await counted(database)
    await fill_demo(settings_of(sqlite_url, "history"), monday)
    async with at(sqlite_url) as database:
        assert await counted(database) == before
    assert before["users"] == sum(len(org.users) for org in DEMO_ORGS)


async def test_an_interrupted_filling_goes_on(database_url: str) -> None:
    async with at(database_url) as database:
        await migrate(database, "epoch")
        filling = asyncio.create_task(fill_demo(settings_of(database_url), monday))

        async def somebody_is_there() -> bool:
            return (await counted(database))["users"] > 0

        await eventually(somebody_is_there, timeout_s=60)
        filling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await filling
        await fill_demo(settings_of(database_url), monday)
        whole = await counted(database)
        assert (whole["org"], whole["users"], whole["subject"]) == (2, 5, 5_300)
        books = await ledgers(database)
        assert {name: Counter(line.action for line in lines) for name, lines in books.items()} == {
            "Acme": {"prices": 1, "license": 3, "grant": 1},
            "Globex": {"prices": 1, "license": 2},
        }


async def test_a_customers_database_is_left_alone(sqlite_url: str) -> None:
    async with at(sqlite_url) as database:
        await migrate(database, "epoch")
        await customer_joins(database, "Acme")
        for _ in range(2):
            with pytest.raises(SettingsError, match="did not make"):
                await fill_demo(settings_of(sqlite_url), monday)
        assert (await counted(database))["users"] == 0


async def test_a_customer_added_to_the_demo_does_not_stop_it(sqlite_url: str) -> None:
    await fill_demo(settings_of(sqlite_url), monday)
    async with at(sqlite_url) as database:
        await customer_joins(database, "Mine")
        before = await counted(database)
        await fill_demo(settings_of(sqlite_url), monday)
        assert await counted(database) == before


async def test_months_of_use_lie_in_the_past_and_add_up(sqlite_url: str) -> None:
    await fill_demo(settings_of(sqlite_url, "history"), monday)
    async with at(sqlite_url) as database:
        books = await ledgers(database)
        async with database.read() as connection:
            rows = await orgs.every(connection)
        for row in rows:
            assert (await verify(database, row.id)).broken == []
    for lines in books.values():
        times = [line.at_us for line in lines]
        assert times == sorted(times)
        assert from_us(times[0]) >= MONDAY - timedelta(days=DAYS + 2)
        assert times[-1] < monday()
        charged = [line for line in lines if line.action == "reveal"]
        assert {line.kind for line in charged} == {"email", "phone", "personality"}
        assert any(line.action == "reversal" for line in lines)
        assert len({line.user_id for line in charged}) > 1
        assert len({from_us(line.at_us).date() for line in charged}) > DAYS // 2
    assert sum(map(len, books.values())) > 2_000


async def test_the_demo_site_shows_the_directorys_public_part(database_url: str) -> None:
    await fill_demo(settings_of(database_url), monday)
    async with at(database_url) as database:
        site = PublicSubjects(database)
        everybody = await site.search("", 1, 20)
        assert (len(everybody.subjects), everybody.total) == (20, 5_000)
        found = await site.search("conceição kestrel", 1, 20)
        assert ANA_URL in {one.url for one in found.subjects}
        assert (await site.search("w " * 3_000, 1, 20)).total == 0
        ana, kestrel = await site.by_url(ANA_URL), await site.by_url(KESTREL_URL)
        assert ana is not None
        assert kestrel is not None
        assert (ana.type, kestrel.type, ana.company_url) == ("contact", "account", kestrel.url)
        assert await site.by_url(f"{ANA_URL}-nobody") is None
        staff = await site.people_of(KESTREL_URL, 1, 1_000)
        assert len(staff.subjects) == staff.total
        assert {one.company_url for one in staff.subjects} == {KESTREL_URL}
        assert (await site.people_of(KESTREL_URL, 1_000, 20)).subjects == ()
