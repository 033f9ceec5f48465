"""The admin and operator calls behind a real door, on a real database, with two orgs to call from.

Acme (New York): Alice the admin, Bob and Jane the reps. Globex (Berlin): Zoe the admin. Vera is the
operator. Ana is a contact with an email, a phone and a personality.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final
from zlib import crc32

import httpx
import msgspec
from argon2 import PasswordHasher
from sqlalchemy import Table, func, select
from starlette.applications import Starlette

from server.api.admin import AdminApi
from server.api.credit_requests import CreditRequestsApi
from server.api.door import Door
from server.api.errors import EXCEPTION_HANDLERS
from server.api.limits import CallLimits
from server.api.operator import OperatorApi
from server.api.origins import Origins
from server.domain.commands import DEPLOYMENT, By, Grant, Reveal
from server.domain.commits import Commit
from server.domain.credit_month import to_us
from server.domain.ids import EVERYONE, AtUs, OrgId, SessionId, SubjectId, UserId
from server.settings import Settings
from server.store import schema, users
from server.store.engine import Database
from server.usecases.charge import Charger
from server.usecases.credit_requests import CreditRequests
from server.usecases.customers import Customers
from server.usecases.directory import Progress
from server.usecases.erasure import UrlHasher, erase
from server.usecases.history import History
from server.usecases.invitations import Invitations
from server.usecases.members import Members
from server.usecases.newcomers import Newcomers
from server.usecases.operator_tokens import OperatorTokens
from server.usecases.passwords import Passwords
from server.usecases.sessions import Sessions
from server.usecases.standing import StandingNews
from server.usecases.verify import Verifier
from server.wire.operator import DirectoryAnswer, License, NewOrg, NewUser
from server.wire.socket import CreditRequestMessage, UsersMessage
from server.wire.words import Kind, Role

PASSWORD: Final = "battery-demo"
ANA_URL: Final = "https://www.linkedin.com/in/ana-b-1"
HOUR_US: Final = 3_600_000_000


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now_us = to_us(now)

    def __call__(self) -> AtUs:
        return self.now_us

    def move(self, *, days: int = 0, hours: int = 0) -> None:
        self.now_us = AtUs(self.now_us + (days * 24 + hours) * HOUR_US)


class Person(msgspec.Struct, frozen=True):
    """A member of an org who is signed in."""

    id: UserId
    org: OrgId
    token: str


class Office:
    """Everything the calls need, and a client to make them with.

    `told`, `news`, `closed`, `stopped`, `commits` and `imported` hold what was handed to whom the
    app would hand it.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.told: list[tuple[UserId, CreditRequestMessage]] = []
        self.news: list[tuple[UserId, UsersMessage]] = []
        self.closed: list[UserId] = []
        self.stopped: list[UserId] = []
        self.refreshed: list[OrgId] = []
        self.commits: list[Commit] = []
        self.imported: list[bytes] = []
        self.database = Database(settings.database_url)
        self.charger = Charger(self.database, settings, clock, self.commits.append)
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.sessions = Sessions(
            self.database,
            passwords,
            clock,
            session_days=30,
            close_session=_ignore_session,
            close_user=self._close_user,
        )
        self.operators = OperatorTokens(self.database, clock)
        news = StandingNews(self.database, self._tell_news)
        self.members = Members(
            self.database,
            self.charger,
            self.sessions,
            clock,
            stop_jobs=self._stop_jobs,
            news=news,
        )
        self.invitations = Invitations(
            self.database, passwords, self.sessions, clock, accepted=news.tell
        )
        self.newcomers = Newcomers(
            self.database,
            self.charger,
            self.invitations,
            passwords,
            clock,
        )
        self.history = History(self.database)
        self.customers = Customers(
            self.database,
            self.charger,
            self.history,
            clock,
            settings.prices,
            refresh_org=self.refreshed.append,
        )
        transport = httpx.ASGITransport(app=self._app(settings))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://office.example")

    def _app(self, settings: Settings) -> Starlette:
        origins = Origins(public_url=None, extension_ids=())
        door = Door(
            authenticate=self.sessions.authenticate,
            authenticate_operator=self.operators.authenticate,
            limits=CallLimits(settings.limits),
            origins=origins,
            body_bytes_max=settings.limits.json_body_bytes,
        )
        requests = CreditRequests(self.database, self.charger, self.clock, self._tell)
        verifier = Verifier(self.database)
        operator_api = OperatorApi(
            customers=self.customers,
            members=self.members,
            newcomers=self.newcomers,
            history=self.history,
            verifier=verifier,
            import_directory=self._import,
            erase=partial(erase, self.database, UrlHasher(settings.secret), self.clock),
            origins=origins,
            limits=settings.limits,
        )
        admin_api = AdminApi(verifier, self.customers, self.members, self.newcomers, origins)
        return Starlette(
            routes=door.routes(
                [
                    *admin_api.endpoints(),
                    *operator_api.endpoints(),
                    *CreditRequestsApi(requests).endpoints(),
                ]
            ),
            exception_handlers=EXCEPTION_HANDLERS,
        )

    async def call(
        self,
        method: str,
        path: str,
        who: Person | str,
        body: Any = None,
        *,
        key: str | None = None,
        content: bytes | None = None,
        content_type: str = "application/json",
    ) -> httpx.Response:
        """`who`: a member, or an operator's token."""
        token = who if isinstance(who, str) else who.token
        heads = {"Authorization": f"Bearer {token}"}
        if key is not None:
            heads["Idempotency-Key"] = key
        if body is not None:
            content = msgspec.json.encode(body)
        if content is not None:
            heads["Content-Type"] = content_type
        return await self.client.request(method, f"/api/v1{path}", headers=heads, content=content)

    async def hire(
        self,
        org: OrgId,
        name: str,
        email: str,
        *,
        role: Role = "rep",
        allotment: int = 100,
        anchor: date = date(2026, 1, 15),
    ) -> Person:
        """A new member with a license, signed in."""
        new = NewUser(
            email=email,
            name=name,
            role=role,
            license=License(allotment=allotment, anchor=anchor),
            password=PASSWORD,
        )
        answer = await self.newcomers.add(org, DEPLOYMENT, new, "http://office.example")
        user = UserId(answer.id)
        return Person(user, org, await self.token(user))

    async def token(self, user: UserId) -> str:
        """A bearer token of a new session."""
        async with self.database.write() as connection:
            row = await users.user_by_id(connection, user)
            assert row is not None
            opened = await self.sessions.open(connection, row, kind="bearer", client="test")
        return opened.token

    async def grant(self, org: OrgId, credits: int) -> None:
        await self.charger.change(org, Grant(DEPLOYMENT, credits, "for the test"))

    async def reveal(self, who: Person, subject: str, *kinds: Kind) -> int:
        """Credits charged."""
        items = tuple((SubjectId(subject), kind) for kind in kinds)
        return (await self.charger.reveal(who.org, Reveal(who.id, items))).credits

    async def add_contact(self, subject: str, url: str, org: OrgId = EVERYONE) -> None:
        """A contact of the directory with an address and a number of its own."""
        async with self.database.write() as connection:
            await connection.execute(
                schema.subject.insert().values(
                    id=subject,
                    org_id=org,
                    type="contact",
                    url=url,
                    name=subject,
                    email=f"{subject}@contact.example",
                    mobile=f"+4930{crc32(subject.encode()) % 10**7:07}",
                    personality='{"d":1,"i":2,"s":3,"c":4,"style":"calm","summary":"Listens."}',
                    search=subject,
                    sort=subject,
                    fingerprint=b"",
                )
            )

    async def count(self, table: Table) -> int:
        """Rows of a table."""
        async with self.database.read() as connection:
            found = await connection.scalar(select(func.count()).select_from(table))
        return int(found or 0)

    async def close(self) -> None:
        await self.client.aclose()
        await self.charger.close()
        await self.database.close()

    def _tell(self, user: UserId, message: CreditRequestMessage) -> None:
        self.told.append((user, message))

    def _tell_news(self, user: UserId, message: UsersMessage) -> None:
        self.news.append((user, message))

    async def _stop_jobs(self, _org: OrgId, user: UserId, _by: By) -> None:
        self.stopped.append(user)

    async def _close_user(self, user: UserId) -> None:
        self.closed.append(user)

    async def _import(self, stream: BinaryIO, _progress: Progress | None) -> DirectoryAnswer:
        self.imported.append(stream.read())
        return DirectoryAnswer(
            added=1, changed=0, unchanged=0, problem_count=0, problems=[], ignored_columns=[]
        )


class Staff(msgspec.Struct, frozen=True):
    """Who works with the office."""

    alice: Person
    bob: Person
    jane: Person
    zoe: Person
    vera: str
    """The operator's token."""


@asynccontextmanager
async def open_office(database_url: str, folder: Path) -> AsyncIterator[tuple[Office, Staff]]:
    """An office with its staff; admins may reverse 50 credits within 7 days (R27)."""
    settings = Settings(
        data=folder,
        database_url=database_url,
        secret=b"a secret of this test only, 32 b+",
        admin_reversal_days=7,
        admin_reversal_credits=50,
    )
    office = Office(settings, Clock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)))
    try:
        async with office.database.write() as connection:
            await connection.run_sync(schema.metadata.create_all)
        await office.add_contact("con_ana", ANA_URL)
        yield office, await _staff(office)
    finally:
        await office.close()


async def _staff(office: Office) -> Staff:
    acme = await office.customers.add(DEPLOYMENT, NewOrg(name="Acme", time_zone="America/New_York"))
    globex = await office.customers.add(
        DEPLOYMENT, NewOrg(name="Globex", time_zone="Europe/Berlin")
    )
    _, vera = await office.operators.create("Vera Vendor")
    return Staff(
        alice=await office.hire(acme.id, "Alice Nakamura", "alice@acme.example", role="admin"),
        bob=await office.hire(acme.id, "Bob Reyes", "bob@acme.example"),
        jane=await office.hire(acme.id, "Jane Okafor", "jane@acme.example"),
        zoe=await office.hire(globex.id, "Zoe Lindqvist", "zoe@globex.example", role="admin"),
        vera=vera,
    )


def names(answer: httpx.Response) -> Sequence[str]:
    """The names in an answer that lists users."""
    return [user["name"] for user in answer.json()["users"]]


async def _ignore_session(session: SessionId) -> None:
    """Nobody has a socket here."""
