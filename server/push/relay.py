"""Several nodes on one database: hints through Redis, and the database where a hint was lost.

A hint only says how far an org's ledger reaches; the node that hears it reads the rest. Redis may
lose any of them, or be away: positions are compared with the database, more often then. Without
Redis the same comparing hears of other processes, the command line among them.

redis-py's `asyncio` is what became of aioredis.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import redis.asyncio as aioredis
import structlog
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.clockwork import ended, for_ever
from server.domain import errors
from server.domain.commits import Commit
from server.domain.ids import OrgId, Seq, SessionId, UserId
from server.push.hub import Hub
from server.push.outlet import GOING_AWAY, text_frame
from server.store import feed
from server.store.engine import Database
from server.wire.base import from_json, to_json

TOPIC = "battery.v1"
OUTBOX_MAX = 10_000
"""Messages to other nodes that wait for Redis; the oldest go first. Hints wait one for each org."""
CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 5.0
AGAIN_S = 0.5
"""Between two attempts to reach Redis."""
IDLE_PING_S = 1.0

log = structlog.get_logger(__name__)


class _Message(msgspec.Struct, frozen=True, tag_field="type"):
    node: str
    """Who sent it: Redis gives us our own back."""


class Reached(_Message, frozen=True, tag="reached"):
    """The ledger of `org` reaches `seq`."""

    org: OrgId
    seq: Seq


class Refreshed(_Message, frozen=True, tag="refreshed"):
    """A figure of these users moved without an entry."""

    org: OrgId
    users: list[UserId]


class OrgRefreshed(_Message, frozen=True, tag="org_refreshed"):
    """What every battery of `org` shows moved without an entry: its days follow the zone."""

    org: OrgId


class Told(_Message, frozen=True, tag="told"):
    user: UserId
    message: msgspec.Raw


class SessionEnded(_Message, frozen=True, tag="session_ended"):
    session: SessionId


class UserClosed(_Message, frozen=True, tag="user_closed"):
    user: UserId


NodeMessage = Reached | Refreshed | OrgRefreshed | Told | SessionEnded | UserClosed


class Relay:
    """Says everything to this node's hub at once and to the other nodes soon.

    Nothing here waits for Redis or fails because of it.
    """

    def __init__(self, hub: Hub, database: Database, redis_url: str | None) -> None:
        self._hub = hub
        self._database = database
        self._node = secrets.token_hex(8)
        self._redis = None if redis_url is None else _client(redis_url)
        self._present = False
        self._reached: dict[OrgId, Seq] = {}
        self._outbox: deque[NodeMessage] = deque(maxlen=OUTBOX_MAX)
        self._to_publish = asyncio.Event()
        self._to_compare = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._epoch: str | None = None

    async def start(self) -> None:
        """Begins to listen and to compare. Redis may be away."""
        work: dict[str, Callable[[], Awaitable[None]]] = {"compare": self._compare}
        if self._redis is not None:
            work["listen"] = partial(self._listen, self._redis)
            work["publish"] = partial(self._publish, self._redis)
        self._tasks = [
            asyncio.create_task(for_ever(f"relay: {name}", part)) for name, part in work.items()
        ]

    async def stop(self) -> None:
        """Ends what `start` began, and says what was not said yet: a process that only charges,
        such as the command line, needs no `start` for the other nodes to hear of it at once."""
        await ended(self._tasks)
        if self._redis is not None:
            await self._publish_waiting(self._redis)
            await self._redis.aclose()

    async def ping(self) -> None:
        """Raises Unavailable while hints do not come through Redis."""
        if not self._present:
            raise errors.Unavailable("Redis does not answer; pushes go through the database.")

    def announce(self, commit: Commit) -> None:
        """Right after a commit of this process."""
        self._hub.announce(commit)
        if self._redis is None:
            return
        if commit.from_seq > commit.to_seq:
            self._outbox.append(Refreshed(self._node, commit.org, sorted(commit.users)))
        else:
            self._reached[commit.org] = commit.to_seq
        self._to_publish.set()

    def refresh_org(self, org: OrgId) -> None:
        """Sends every member of `org` a battery, also at an equal `seq`."""
        self._hub.refresh_org(org)
        self._send(OrgRefreshed(self._node, org))

    def tell(self, user: UserId, message: msgspec.Struct | Mapping[str, Any]) -> None:
        """A message to all sockets of one user on all nodes, not replayed."""
        payload = to_json(message)
        self._hub.tell_frame(user, text_frame(payload))
        self._send(Told(self._node, user, msgspec.Raw(payload)))

    async def close_session(self, session: SessionId) -> None:
        """The session was ended: its sockets close with 4501."""
        self._hub.close_session(session)
        self._send(SessionEnded(self._node, session))

    async def close_user(self, user: UserId) -> None:
        """The user was deactivated: the user's sockets close with 4503."""
        self._hub.close_user(user)
        self._send(UserClosed(self._node, user))

    def _send(self, message: NodeMessage) -> None:
        if self._redis is not None:
            self._outbox.append(message)
            self._to_publish.set()

    async def _publish(self, redis: "aioredis.Redis") -> None:
        """All that waits by the time somebody said something."""
        await self._to_publish.wait()
        self._to_publish.clear()
        await self._publish_waiting(redis)

    async def _publish_waiting(self, redis: "aioredis.Redis") -> None:
        """What Redis does not take is lost."""
        messages = self._take_outbox()
        if not messages:
            return
        with suppress(RedisError, OSError):
            async with redis.pipeline(transaction=False) as pipe:
                for message in messages:
                    pipe.publish(TOPIC, to_json(message))
                await pipe.execute()

    def _take_outbox(self) -> Sequence[NodeMessage]:
        reached, self._reached = self._reached, {}
        others = list(self._outbox)
        self._outbox.clear()
        return [*(Reached(self._node, org, seq) for org, seq in reached.items()), *others]

    async def _listen(self, redis: "aioredis.Redis") -> None:
        """One subscription, until Redis is away."""
        try:
            async with redis.pubsub() as subscriber:
                await subscriber.subscribe(TOPIC)
                await self._hear_all(subscriber)
        except (RedisError, OSError) as error:
            self._lost(error)
        await asyncio.sleep(AGAIN_S)

    async def _hear_all(self, subscriber: PubSub) -> None:
        """Until Redis is silent, also to pings: a cut line says nothing by itself."""
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        while loop.time() - heard_at < self._hub.tempo.redis_silent_s:
            message = await subscriber.get_message(timeout=IDLE_PING_S)
            if message is None:
                await subscriber.ping()
                continue
            heard_at = loop.time()
            if message["type"] == "subscribe":
                # What was published before is lost, also when this is a second subscription.
                self._found()
            elif message["type"] == "message":
                self._take(message["data"])
        raise TimeoutError("Redis is silent")

    def _take(self, body: bytes) -> None:
        try:
            message: NodeMessage = from_json(NodeMessage, body)  # type: ignore[arg-type]
        except msgspec.DecodeError as error:
            # While a new version is rolled out, nodes of both share the topic.
            log.warning("a node said what this version does not know", error=str(error))
            return
        if message.node != self._node:
            self._pass_on(message)

    def _pass_on(self, message: NodeMessage) -> None:
        """To this node's sockets, what another said."""
        match message:
            case Reached(org=org, seq=seq):
                self._hub.hear(org, seq)
            case Refreshed(org=org, users=users):
                self._hub.refresh(org, users)
            case OrgRefreshed(org=org):
                self._hub.refresh_org(org)
            case Told(user=user, message=payload):
                self._hub.tell_frame(user, text_frame(bytes(payload)))
            case SessionEnded(session=session):
                self._hub.close_session(session)
            case UserClosed(user=user):
                self._hub.close_user(user)

    def _found(self) -> None:
        self._present = True
        self._to_compare.set()
        log.info("redis is here")

    def _lost(self, error: Exception) -> None:
        if self._present:
            self._hub.counters.redis_losses += 1
            log.warning("redis is away; positions are compared every second", error=str(error))
        self._present = False
        self._to_compare.set()

    async def _compare(self) -> None:
        """Hears from the database itself what nobody told, after a pause."""
        tempo = self._hub.tempo
        pause_s = tempo.compare_s if self._present else tempo.compare_alone_s
        with suppress(TimeoutError):
            await asyncio.wait_for(self._to_compare.wait(), pause_s)
        self._to_compare.clear()
        with suppress(errors.Unavailable):
            await self._compare_once()

    async def _compare_once(self) -> None:
        orgs = self._hub.orgs
        if not orgs:
            return
        async with self._database.read() as connection:
            positions = await feed.positions(connection, orgs)
            epoch = await feed.epoch(connection)
        for org, seq in positions.items():
            self._hub.hear(org, seq)
        if self._epoch not in (None, epoch):
            self._hub.close_all(GOING_AWAY, "the ledger has a new epoch")
        self._epoch = epoch


def _client(url: str) -> "aioredis.Redis":
    """Fails at once and tries again here, where a loss is noticed, never inside the client."""
    return aioredis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
    )
