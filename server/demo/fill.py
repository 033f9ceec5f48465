"""Fills a database with the demo (demo.md): customers, directory and insights; on request months
of use."""

import asyncio
import io
from collections.abc import Callable, Iterable

from server.clock import now_us
from server.demo.accounts import DEMO_ORGS, DEMO_PASSWORD, DemoOrg, DemoUser
from server.demo.directory_csv import directory_csv, insights_csv
from server.demo.insights import demo_insights
from server.demo.months import Calendar, Office, first_day, live_through, sittings
from server.demo.people import demo_directory
from server.domain.commands import DEPLOYMENT, SetLicense
from server.domain.commits import Commit
from server.domain.credit_month import from_us
from server.domain.ids import AtUs, OrgId, UserId
from server.settings import Settings, SettingsError
from server.store import deployment, feed, orgs, users
from server.store.engine import AsyncConnection, Database
from server.store.migrate import migrate
from server.store.users import UserRow
from server.usecases.charge import Charger
from server.usecases.customers import Customers
from server.usecases.directory import import_directory, import_insights
from server.usecases.erasure import UrlHasher
from server.usecases.history import History
from server.usecases.names import new_id, new_token
from server.usecases.one_secret import keep_to_one_secret
from server.usecases.passwords import Passwords
from server.wire.operator import DirectoryAnswer, NewOrg

FILLED = "demo"
"""Under this name the deployment remembers which demo is in, or that one is being put in."""
FILLING = "filling"
WITH_HISTORY = "history"


async def fill_demo(settings: Settings, clock: Callable[[], AtUs] = now_us) -> None:
    """Brings the database to the newest schema and puts in what is missing of the demo.

    `settings.demo` "history": with months of use before now. A database that is filled stays as it
    is; a filling that was interrupted goes on. Raises Unavailable, and SettingsError for a database
    with other customers.
    """
    database = Database(settings.database_url)
    try:
        await migrate(database, new_token())
        await keep_to_one_secret(database, settings.secret)
        async with database.write() as connection:
            filled = await deployment.said(connection, FILLED)
            if filled is None:
                await _refuse_others(connection)
                await deployment.say(connection, FILLED, FILLING)
        if filled in (None, FILLING):
            await _fill(database, settings, clock)
    finally:
        await database.close()


async def _refuse_others(connection: AsyncConnection) -> None:
    """Users whose password everybody knows must not join a customer who is called Acme, too."""
    others = await orgs.every(connection)
    if others:
        raise SettingsError(
            f"BATTERY_DATABASE_URL: there are customers that the demo did not make (such as "
            f"{others[0].name}), and the demo's passwords are published. Give it a database of "
            "its own, or another folder in BATTERY_DATA."
        )


async def _fill(database: Database, settings: Settings, clock: Callable[[], AtUs]) -> None:
    now = clock()
    with_history = settings.demo == WITH_HISTORY
    calendar = Calendar(first_day(now) if with_history else now)
    charger = Charger(database, settings, calendar, _nobody_watches)
    try:
        directory = await asyncio.to_thread(demo_directory)
        hasher = UrlHasher(settings.secret)
        _whole(await import_directory(database, hasher, _file(directory_csv(directory.rows))))
        founding = _Founding(database, charger, calendar, settings)
        for org in DEMO_ORGS:
            office = await founding.office(org)
            known = demo_insights(org, directory)
            _whole(await import_insights(database, office.id, _file(insights_csv(known))))
            if with_history:
                planned = sittings(org, directory, from_us(now))
                await live_through(database, charger, calendar, office, planned)
                calendar.turn_to(from_us(first_day(now)))
        async with database.write() as connection:
            await deployment.say(connection, FILLED, settings.demo)
    finally:
        await charger.close()


class _Founding:
    """Makes customers with their members and grants, as far as they are missing."""

    def __init__(
        self, database: Database, charger: Charger, clock: Callable[[], AtUs], settings: Settings
    ) -> None:
        self._database = database
        self._charger = charger
        self._clock = clock
        self._customers = Customers(
            database,
            charger,
            History(database),
            clock,
            settings.prices,
            refresh_org=_nobody_watches,
        )
        self._passwords = Passwords()

    async def office(self, org: DemoOrg) -> Office:
        async with self._database.read() as connection:
            rows = await orgs.named(connection, org.name)
        new = NewOrg(name=org.name, time_zone=org.time_zone)
        row = rows[0] if rows else await self._customers.add(DEPLOYMENT, new)
        members = {user.email: await self._member(row.id, user) for user in org.users}
        async with self._database.read() as connection:
            granted = (await feed.org_state(connection, row.id)).pool.granted
        missing = org.extra_credits - granted
        if missing > 0:
            await self._customers.grant(row.id, DEPLOYMENT, missing, org.grant_note)
        return Office(row.id, org, members)

    async def _member(self, org: OrgId, user: DemoUser) -> UserId:
        """The user with password and license, in one transaction."""
        async with self._database.read() as connection:
            known = await users.user_by_email(connection, user.email)
        if known is not None:
            return known.id
        row = UserRow(
            id=UserId(new_id("usr")),
            org=org,
            email=user.email,
            name=user.name,
            role=user.role,
            password_hash=await self._passwords.hash(DEMO_PASSWORD),
            created_us=self._clock(),
        )

        async def enter(connection: AsyncConnection) -> None:
            await users.create_user(connection, row)

        license = SetLicense(DEPLOYMENT, row.id, user.allotment, user.anchor)
        await self._charger.change(org, license, also=enter)
        return row.id


def _nobody_watches(_change: Commit | OrgId) -> None:
    """No socket is open yet."""


def _file(lines: Iterable[str]) -> io.BytesIO:
    return io.BytesIO("".join(lines).encode())


def _whole(answer: DirectoryAnswer) -> None:
    assert answer.problem_count == 0, f"the demo's own file is broken: {answer.problems[:3]}"
