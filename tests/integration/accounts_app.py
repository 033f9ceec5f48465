"""The accounts' part of the server, over one database, with people in it and a clock to turn."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from argon2 import PasswordHasher
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.api.cors import Cors
from server.api.door import Door
from server.api.endpoint import Endpoint
from server.api.errors import EXCEPTION_HANDLERS
from server.api.invitations import InvitationsApi
from server.api.limits import CallLimits, FailureLimits
from server.api.origins import Origins
from server.api.pairings import PairingsApi
from server.api.sessions import SessionsApi
from server.domain.ids import AtUs, OrgId, SessionId, UserId
from server.settings import Limits, Settings
from server.store.engine import Database
from server.store.schema import metadata, org, org_head
from server.store.users import UserRow, create_user
from server.usecases.about_me import AboutMe
from server.usecases.invitations import Invitations
from server.usecases.operator_tokens import OperatorTokens
from server.usecases.pairings import Pairings
from server.usecases.passwords import Passwords
from server.usecases.sessions import Sessions
from server.wire.words import Role

PASSWORD = "battery-demo"
WEB = "http://battery.example"
EXTENSION = "chrome-extension://abcdefghijklmnop"
SESSION_DAYS = 30
DEFAULTS = Limits()
SETTINGS = Settings(
    data=Path("unused"),
    database_url="",
    secret=b"",
    contact="Ask Vera.",
    admin_reversal_days=7,
    admin_reversal_credits=50,
)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

ACME, GLOBEX = OrgId("org_acme"), OrgId("org_globex")
ALICE, BOB, JANE, ZOE = (UserId(f"usr_{name}") for name in ("alice", "bob", "jane", "zoe"))
PEOPLE: Mapping[UserId, tuple[OrgId, str, str, Role]] = {
    ALICE: (ACME, "alice@acme.example", "Alice Nakamura", "admin"),
    BOB: (ACME, "bob@acme.example", "Bob Reyes", "rep"),
    JANE: (ACME, "jane@acme.example", "Jane Okafor", "rep"),
    ZOE: (GLOBEX, "zoe@globex.example", "Zoe Lindqvist", "admin"),
}


class Clock:
    """Turned by hand; also the monotonic clock of limits and caches."""

    def __init__(self) -> None:
        self.now_us = AtUs(1_800_000_000_000_000)

    def __call__(self) -> AtUs:
        return self.now_us

    def monotonic(self) -> float:
        return self.now_us / 1_000_000

    def forward(self, seconds: float) -> None:
        self.now_us = AtUs(self.now_us + int(seconds * 1_000_000))


class Accounts:
    """Everything wired as the server wires it; `closed` remembers whose sockets were closed,
    `accepted` who has a new password."""

    def __init__(
        self, database: Database, *, limits: Limits, proxies: Iterable[str], public_url: str | None
    ) -> None:
        self.database = database
        self.clock = Clock()
        self.closed: list[SessionId | UserId] = []
        self.passwords = Passwords(CHEAP)
        self.sessions = Sessions(
            database,
            self.passwords,
            self.clock,
            session_days=SESSION_DAYS,
            close_session=self._close,
            close_user=self._close,
            monotonic=self.clock.monotonic,
        )
        self.pairings = Pairings(database, self.sessions, self.clock)
        self.accepted: list[UserId] = []
        self.invitations = Invitations(
            database, self.passwords, self.sessions, self.clock, accepted=self._accept
        )
        self.operators = OperatorTokens(database, self.clock)
        self.origins = Origins(
            public_url=public_url,
            extension_ids=(EXTENSION.removeprefix("chrome-extension://"),),
            trusted_proxies=proxies,
        )
        self.limits = limits
        self.failures = FailureLimits(limits, self.clock.monotonic)

    def app(self, more: Iterable[Endpoint] = ()) -> Starlette:
        """The accounts' calls, and what a test adds."""
        door = Door(
            authenticate=self.sessions.authenticate,
            authenticate_operator=self.operators.authenticate,
            limits=CallLimits(self.limits, self.clock.monotonic),
            origins=self.origins,
            body_bytes_max=self.limits.json_body_bytes,
        )
        apis = (
            SessionsApi(
                self.sessions,
                AboutMe(self.database, SETTINGS, self.clock),
                self.failures,
                self.origins,
                session_days=SESSION_DAYS,
            ).endpoints(),
            PairingsApi(self.pairings, self.sessions, self.failures, self.origins).endpoints(),
            InvitationsApi(self.invitations, self.failures, self.origins).endpoints(),
        )
        return Starlette(
            routes=door.routes([*(each for api in apis for each in api), *more]),
            exception_handlers=EXCEPTION_HANDLERS,
            middleware=[Middleware(Cors, origins=self.origins)],
        )

    def client(
        self, token: str | None = None, *, more: Iterable[Endpoint] = (), address: str = "127.0.0.1"
    ) -> httpx.AsyncClient:
        """A client of its own: its cookies are nobody else's."""
        transport = httpx.ASGITransport(
            self.app(more), raise_app_exceptions=False, client=(address, 50_000)
        )
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=transport, base_url=WEB, headers=headers)

    async def token(self, user: UserId) -> str:
        """A bearer token of this user."""
        email = PEOPLE[user][1]
        opened = await self.sessions.sign_in(email, PASSWORD, kind="bearer", client="test")
        return opened.token

    async def signed_in(self, user: UserId, *, more: Iterable[Endpoint] = ()) -> httpx.AsyncClient:
        """A client with a bearer token of this user."""
        return self.client(await self.token(user), more=more)

    async def _accept(self, _org: OrgId, user: UserId) -> None:
        self.accepted.append(user)

    async def _close(self, whose: SessionId | UserId) -> None:
        self.closed.append(whose)


@asynccontextmanager
async def accounts_on(
    url: str,
    *,
    limits: Limits = DEFAULTS,
    proxies: Iterable[str] = (),
    public_url: str | None = None,
) -> AsyncIterator[Accounts]:
    """An empty database at `url`, filled with the people above."""
    database = Database(url)
    accounts = Accounts(database, limits=limits, proxies=proxies, public_url=public_url)
    try:
        await _fill(accounts)
        yield accounts
    finally:
        await database.close()


async def _fill(accounts: Accounts) -> None:
    password_hash = await accounts.passwords.hash(PASSWORD)
    async with accounts.database.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with accounts.database.write() as connection:
        for org_id, name in ((ACME, "Acme"), (GLOBEX, "Globex")):
            await connection.execute(
                insert(org).values(id=org_id, name=name, time_zone="America/New_York", created_us=0)
            )
            await connection.execute(
                insert(org_head).values(
                    org_id=org_id,
                    price_email=1,
                    price_phone=10,
                    price_personality=100,
                    own_prices=False,
                )
            )
        for user, (org_id, email, name, role) in PEOPLE.items():
            await create_user(
                connection,
                UserRow(
                    id=user,
                    org=org_id,
                    email=email,
                    name=name,
                    role=role,
                    password_hash=password_hash,
                    created_us=accounts.clock(),
                ),
            )


def told(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, which must have the shape of one."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(response.content, type=dict[str, object])
    assert problem["status"] == response.status_code
    assert {"type", "title", "detail"} < problem.keys()
    return response.status_code, str(problem["code"])
