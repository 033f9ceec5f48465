"""A large customer in a new database: its people, its directory, its ledger and what follows."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Table, select

from scripts.seeds.bulk import Bulk, bulk
from scripts.seeds.ledger import ALLOTMENT, LedgerMaker, Offering, Recipe, Seat
from server.clock import now_us
from server.demo.dice import Dice
from server.demo.directory_csv import directory_csv
from server.demo.identities import invented_name
from server.demo.people import demo_directory
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, OrgId, SubjectId, UserId
from server.domain.pieces import PieceHasher
from server.settings import Settings, SettingsError
from server.store import orgs, schema
from server.store.engine import Database
from server.store.migrate import migrate
from server.store.offers import subject_states
from server.store.planned import value_row
from server.store.summing import sum_more
from server.usecases.directory import import_directory
from server.usecases.erasure import UrlHasher
from server.usecases.names import new_id, new_token
from server.usecases.one_secret import keep_to_one_secret
from server.usecases.passwords import Passwords
from server.wire.battery import DEFAULT_PRICES
from server.wire.words import KINDS

NAME, ZONE, DOMAIN = "Vandelay", "America/New_York", "vandelay.example"
ADMIN, REP = f"admin@{DOMAIN}", f"rep@{DOMAIN}"
SUMMED_AT_ONCE = 64
"""Nobody waits here, as charges would in a running server."""
DAY_US = 86_400_000_000
LINE = attrgetter(*EntryLine.__struct_fields__)

PIECES = """
INSERT INTO piece (org_id, piece_key, gen, live, banned, seq, user_id, at_us)
SELECT org_id, piece_key, 1, TRUE, FALSE, seq, user_id, at_us FROM entry
WHERE org_id = :org AND action = 'reveal' ORDER BY piece_key
"""
REVERSED = """
UPDATE piece SET live = FALSE WHERE org_id = :org AND piece_key IN
(SELECT piece_key FROM entry WHERE org_id = :org AND action = 'reversal')
"""


class Size(msgspec.Struct, frozen=True):
    """How much to make up."""

    users: int
    entries: int
    days: int


class Seeding:
    """`say` hears what is done, as it is done."""

    def __init__(self, settings: Settings, size: Size, say: Callable[[str], None]) -> None:
        self._database = Database(settings.database_url)
        self._secret = settings.secret
        self._size = size
        self._say = say
        self._began = time.perf_counter()

    async def run(self, password: str) -> OrgId:
        """Makes everything. Raises SettingsError for a database that has customers."""
        try:
            await self._open()
            org = OrgId(new_id("org"))
            people = list(_people(org, self._size.users, await Passwords().hash(password)))
            await self._add_org(org)
            maker = LedgerMaker(await self._recipe(org, [UserId(row[0]) for row in people]))
            async with bulk(self._database.url) as into:
                await into.fill(schema.users, people)
                await into.fill(schema.entry, ((org, *LINE(line)) for line in maker.lines()))
                self._told(f"{maker.head_seq:,} entries are in")
                await self._fill_balances(into, org, maker)
            self._told("the database is written")
            await self._sum(org)
            async with bulk(self._database.url) as into:
                await into.run("ANALYZE")
            self._told("the database is analyzed")
            return org
        finally:
            await self._database.close()

    async def _open(self) -> None:
        await migrate(self._database, new_token())
        await keep_to_one_secret(self._database, self._secret)
        async with self._database.read() as connection:
            if await orgs.every(connection):
                raise SettingsError(
                    "there are customers in this database; give a new folder in BATTERY_DATA, or "
                    "an empty database in BATTERY_DATABASE_URL"
                )
        directory = BytesIO("".join(directory_csv(demo_directory().rows)).encode())
        await import_directory(self._database, UrlHasher(self._secret), directory)
        self._told("the demo's directory is in")

    async def _add_org(self, org: OrgId) -> None:
        row = orgs.OrgRow(
            id=org,
            name=NAME,
            time_zone=ZONE,
            prices=DEFAULT_PRICES,
            own_prices=False,
            has_entries=True,
        )
        async with self._database.write() as connection:
            await orgs.add(connection, row, now_us())

    async def _recipe(self, org: OrgId, users: list[UserId]) -> Recipe:
        now = now_us()
        return Recipe(
            org=org,
            zone=ZoneInfo(ZONE),
            users=users,
            entries=self._size.entries,
            start_us=AtUs(now - self._size.days * DAY_US),
            end_us=now,
            offerings=await self._offerings(org),
        )

    async def _offerings(self, org: OrgId) -> list[Offering]:
        """What the directory sells, each piece once, though two people may share it."""
        async with self._database.read() as connection:
            people = select(schema.subject.c.id).where(schema.subject.c.type == "contact")
            ids = (await connection.scalars(people.order_by(schema.subject.c.id))).all()
            asked = {SubjectId(subject): KINDS for subject in ids}
            states = await connection.run_sync(
                subject_states, org, asked, PieceHasher(self._secret)
            )
        offered = {
            offer.key: Offering(state.id, kind, offer.key, offer.kept)
            for state in states.values()
            for kind, offer in state.offers.items()
        }
        return list(offered.values())

    async def _fill_balances(self, into: Bulk, org: OrgId, maker: LedgerMaker) -> None:
        """Everything that the entries lead to."""
        await into.fill(schema.license_, _rows(schema.license_, _licenses(org, maker.seats)))
        await into.fill(schema.allotment, _rows(schema.allotment, _months(org, maker.seats)))
        owned = (
            value_row(org, (each.key, each.subject), each.kept) for each in maker.owned.values()
        )
        await into.fill(schema.owned_value, owned)
        await into.run(
            f"UPDATE org_head SET head_seq = {maker.head_seq}, at_us = {maker.at_us}, "
            f"extra_granted = {maker.granted}, extra_used = {maker.extra_used} "
            "WHERE org_id = :org",
            org=org,
        )
        await into.run(PIECES, org=org)
        await into.run(REVERSED, org=org)
        self._told("pieces and balances are in")

    async def _sum(self, org: OrgId) -> None:
        """What a running server does by and by (server/usecases/summing.py)."""
        while await self._database.carry_out(partial(sum_more, org=org, at_once=SUMMED_AT_ONCE)):
            continue
        self._told("the entries are summed")

    def _told(self, what: str) -> None:
        self._say(f"{time.perf_counter() - self._began:6.1f} s  {what}")


def _people(org: OrgId, count: int, password_hash: str) -> Iterator[tuple[Any, ...]]:
    """Rows of `users`: the rep, who spends most, the admin, and everybody else."""
    dice = Dice("seed")
    for number in range(count):
        email = {0: REP, 1: ADMIN}.get(number, f"user{number}@{DOMAIN}")
        role = "admin" if email == ADMIN else "rep"
        name = invented_name(dice).native
        yield (new_id("usr"), org, email, name, role, True, password_hash, now_us(), 0)


def _licenses(org: OrgId, seats: list[Seat]) -> Iterator[dict[str, Any]]:
    for seat in seats:
        yield {
            "org_id": org,
            "user_id": seat.user,
            "allotment": ALLOTMENT,
            "anchor": seat.anchor.isoformat(),
            "last_month_no": seat.months[-1].bounds.no,
            "saved": 0,
            "last_spend_us": seat.last_spend_us,
        }


def _months(org: OrgId, seats: list[Seat]) -> Iterator[dict[str, Any]]:
    for seat in seats:
        for month in seat.months:
            yield {
                "org_id": org,
                "user_id": seat.user,
                "month_no": month.bounds.no,
                "starts_us": month.bounds.starts_us,
                "ends_us": month.bounds.ends_us,
                "granted": ALLOTMENT,
                "used": month.used,
                "extra_used": month.extra_used,
            }


def _rows(table: Table, named: Iterator[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """In the order of the columns; counters that are not named are 0."""
    counters = {column.name: 0 for column in table.columns if column.server_default is not None}
    for row in named:
        yield tuple((counters | row).get(column.name) for column in table.columns)
