"""A real server with the battery socket, and browsers on it that check the contract as they read.

`Stage` is one node over a `tests.acme` house: the product's own ledger, hub, relay and socket
route; only the sign-in is a list of tokens.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Self

import msgspec
import pytest
import uvicorn
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.api.errors import EXCEPTION_HANDLERS
from server.api.origins import Origins
from server.api.socket import PATH, SocketApi
from server.domain import callers, errors
from server.domain.ids import OrgId, SessionId, UserId
from server.push.frames import FrameProtocol, uvicorn_config
from server.push.hub import Hub
from server.push.relay import Relay
from server.push.tempo import Tempo
from server.settings import Limits
from server.store import schema
from server.store.engine import Database
from server.usecases.charge import Charger
from server.usecases.sessions import Deactivated, Standing
from tests.acme import Acme, House, Member, opened
from tests.services import eventually

EPOCH = "epoch-one"
BRISK = Tempo(
    hello_s=0.3,
    heartbeat_s=1,
    tick_s=0.05,
    slow_s=0.5,
    retry_s=0.05,
    sessions_s=0.1,
    compare_s=0.2,
    compare_alone_s=0.1,
    redis_silent_s=2.0,
)
"""The product's timings, made short: no test waits for one of the real ones."""
NEVER_S = 3600.0
HINTS_ONLY = msgspec.structs.replace(BRISK, compare_s=NEVER_S, compare_alone_s=NEVER_S)
"""Nothing is ever compared by time: what arrives came through Redis, or by finding it again."""
WITHIN_S = 5.0
EXTENSION_ID = "abcdefghijklmnopabcdefghijklmnop"


class Desk:
    """Who is signed in: tokens are `token-<user>-<session>`. With a `failure` nobody can tell."""

    failure: Exception | None = None

    def __init__(self) -> None:
        self.members: dict[str, callers.Member] = {}
        self.ended: set[SessionId] = set()
        self.deactivated: set[SessionId] = set()

    def sign_in(self, member: Member, session: str = "one") -> str:
        """A token of a session of this member."""
        token = f"token-{member.id}-{session}"
        self.members[token] = callers.Member(
            user=member.id,
            org=member.org.id,
            role="rep",
            name=member.name,
            email="somebody@example.com",
            session=SessionId(f"ses-{member.id}-{session}"),
            kind="bearer",
        )
        return token

    async def authenticate(self, token: str) -> callers.Member:
        if self.failure is not None:
            raise self.failure
        member = self.members.get(token)
        if member is None or member.session in self.ended:
            raise errors.Unauthenticated("The token is unknown, expired or signed out.")
        if member.session in self.deactivated:
            raise Deactivated
        return member

    async def still_valid(self, sessions: Collection[SessionId]) -> Standing:
        if self.failure is not None:
            raise self.failure
        deactivated = self.deactivated & set(sessions)
        return Standing(frozenset(set(sessions) - self.ended - deactivated), frozenset(deactivated))


class WatchedDatabase(Database):
    """Knows how often it was looked at, and fails every look while it has a `failure`."""

    looks = 0
    failure: Exception | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        self.looks += 1
        if self.failure is not None:
            raise self.failure
        async with super().read() as connection:
            yield connection


class Stage:
    """One node: `url` is its socket's address."""

    def __init__(
        self,
        house: House,
        desk: Desk,
        *,
        redis_url: str | None = None,
        tempo: Tempo = BRISK,
        limits: Limits | None = None,
    ) -> None:
        self.house = house
        self.desk = desk
        self.limits = limits or Limits()
        self.jobs: dict[UserId, list[Any]] = {}
        """As they stand in JSON: the hub only passes them on."""
        self.database = WatchedDatabase(house.database.url)
        self.hub = Hub(
            self.database,
            house.clock,
            self._jobs,
            sockets_per_session=self.limits.sockets_per_session,
            tempo=tempo,
        )
        self.relay = Relay(self.hub, self.database, redis_url)
        self.charger = Charger(self.database, house.settings, house.clock, self.relay.announce)
        self.server = uvicorn.Server(uvicorn.Config(_nothing))
        self.url = ""

    @asynccontextmanager
    async def open(self, *, plain: bool = False) -> AsyncIterator[Self]:
        """Serves until the block ends. `plain`: with uvicorn's own protocol, as another server."""
        origins = Origins(public_url=None, extension_ids=(EXTENSION_ID,))
        api = SocketApi(self.hub, self.desk.authenticate, origins, self.limits)
        app = Starlette(routes=[api.route()], exception_handlers=EXCEPTION_HANDLERS)
        config = uvicorn_config(app, self.house.settings)
        if plain:
            config.ws, config.ws_max_size = "websockets-sansio", 1 << 24
        config.lifespan = "off"
        listening = socket.create_server(("127.0.0.1", 0), backlog=config.backlog)
        self.url = f"ws://127.0.0.1:{listening.getsockname()[1]}{PATH}"
        self.server = uvicorn.Server(config)
        await self.hub.start(self.desk.still_valid)
        await self.relay.start()
        serving = asyncio.create_task(self.server.serve([listening]))
        try:
            await eventually(lambda: self.server.started)
            yield self
        finally:
            self.server.should_exit = True
            await serving
            await self.relay.stop()
            await self.hub.stop()
            await self.charger.close()
            await self.database.close()

    @asynccontextmanager
    async def browser(
        self, member: Member, *, session: str = "one", **said: Any
    ) -> "AsyncIterator[Browser]":
        """A browser of `member` that has been welcomed. `said`: further fields of hello."""
        async with connect(self.url, subprotocols=["battery.v1"], max_size=None) as connection:  # type: ignore[list-item]
            browser = Browser(connection)
            await browser.say(type="hello", token=self.desk.sign_in(member, session), **said)
            browser.welcome = await browser.hear("welcome")
            yield browser

    @property
    def protocol(self) -> FrameProtocol:
        """The only connection's, on the server's side."""
        [protocol] = self.server.server_state.connections
        assert isinstance(protocol, FrameProtocol)
        return protocol

    async def _jobs(self, org: OrgId, users: Collection[UserId]) -> dict[UserId, list[Any]]:
        return {user: self.jobs.get(user, []) for user in users}


class Browser:
    """A client that holds the server to the contract: `changes` without a gap, `seq` never back."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self._to: int | None = None
        self._seq = -1

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self, type_: str) -> dict[str, Any]:
        """The next message of a type; those before it are kept in `heard`, and checked."""
        while True:
            message = await self.hear_any()
            if message["type"] == type_:
                return message

    async def hear_any(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            text = await self.connection.recv(decode=True)
        message: dict[str, Any] = json.loads(text)
        self.heard.append(message)
        self._check(message)
        return message

    async def closed(self) -> tuple[int, str]:
        """The code and the reason the server closed with."""
        with pytest.raises(ConnectionClosed) as end:
            await self._hear_all()
        said = end.value.rcvd
        assert said is not None, "the connection broke without a close frame"
        return said.code, said.reason

    async def _hear_all(self) -> None:
        while True:
            await self.hear_any()

    def rewind(self, seq: int) -> None:
        """The client forgets what it has after `seq`, as one that lost a message would have."""
        self._to = self._seq = seq

    def _check(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "welcome":
                self._to = message["seq"]
            case "changes":
                assert message["from"] == (self._to or 0) + 1, self.heard[-5:]
                assert message["to"] >= message["from"] - 1
                self._to = message["to"]
            case "battery":
                assert message["seq"] == message["battery"]["seq"]
                assert message["seq"] == self._to, self.heard[-5:]
            case _:
                pass
        seq = message.get("seq", message.get("to", self._seq))
        assert seq >= self._seq, self.heard[-5:]
        self._seq = seq


@asynccontextmanager
async def staged(
    url: str, *, plain: bool = False, **stage: Any
) -> AsyncIterator[tuple[Stage, Acme]]:
    """One node with Acme and Globex on it."""
    async with opened(url) as house:
        acme = await founded(house)
        async with Stage(house, Desk(), **stage).open(plain=plain) as node:
            await speak_through(house, node)
            yield node, acme


async def founded(house: House) -> Acme:
    """The two customers, in a ledger with an epoch."""
    async with house.database.write() as connection:
        await connection.execute(insert(schema.deployment).values(name="epoch", value=EPOCH))
    return await Acme.founded(house)


async def speak_through(house: House, node: Stage) -> None:
    """What the house's people do from now on goes through `node`."""
    await house.charger.close()
    house.charger = node.charger


async def with_redis(node: Stage) -> None:
    """Returns when the node hears what Redis carries."""

    async def present() -> bool:
        try:
            await node.relay.ping()
        except errors.Unavailable:
            return False
        return True

    await eventually(present, timeout_s=20)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("never served")
