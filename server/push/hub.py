"""Who is connected to this node, and everything that is said to them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

import msgspec
import structlog

from server.clockwork import ended, for_ever
from server.domain import errors
from server.domain.callers import Member
from server.domain.commits import Commit
from server.domain.ids import AtUs, OrgId, Seq, SessionId, UserId
from server.push.channel import Channel
from server.push.counters import Counters
from server.push.equipment import Equipment, UnfinishedJobs
from server.push.messages import frame_of
from server.push.outlet import (
    DEACTIVATED,
    GOING_AWAY,
    SIGNED_OUT,
    TOO_SLOW,
    Outlet,
    close_codes,
)
from server.push.subscription import Subscription
from server.push.tempo import Tempo
from server.push.wheel import Wheel
from server.store.engine import Database
from server.wire.socket import Since

BEATS_PER_TURN = 256
STOP_WAIT_S = 5.0
"""How long a round that is under way at the end may take before it is cancelled."""

log = structlog.get_logger(__name__)


class Standing(Protocol):
    """What became of sessions; those in neither set are expired or ended."""

    @property
    def valid(self) -> frozenset[SessionId]: ...
    @property
    def deactivated(self) -> frozenset[SessionId]: ...


StillValid = Callable[[Collection[SessionId]], Awaitable[Standing]]


class Hub:
    """The open sockets of one node. Its methods are called on the loop it was started on.

    `jobs` tells the unfinished jobs that a `welcome` lists; `sockets_per_session`: see `join`.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], AtUs],
        jobs: UnfinishedJobs,
        *,
        sockets_per_session: int,
        tempo: Tempo | None = None,
    ) -> None:
        self.tempo = tempo or Tempo()
        ticks = max(1, round(self.tempo.heartbeat_s / self.tempo.tick_s))
        self._equipment = Equipment(
            database=database,
            clock=clock,
            jobs=jobs,
            tempo=self.tempo,
            counters=Counters(),
            wheel=Wheel(ticks),
            lagging={},
            close_codes=close_codes(self.tempo),
        )
        self._sockets_per_session = sockets_per_session
        self._channels: dict[OrgId, Channel] = {}
        self._sessions: dict[SessionId, list[Subscription]] = {}
        self._homes: dict[UserId, Channel] = {}
        self._clockwork: list[asyncio.Task[None]] = []
        self._pumps: set[asyncio.Task[None]] = set()

    async def start(self, still_valid: StillValid) -> None:
        """Sets the clockwork going: heartbeats, months, slow sockets, ended sessions."""
        self._clockwork = [
            asyncio.create_task(for_ever(name, work))
            for name, work in (
                ("timer wheel", self._tick),
                ("ended sessions", partial(self._look_after_sessions, still_valid)),
            )
        ]

    async def stop(self) -> None:
        """Sends who is left away (uvicorn has sent its own before) and ends every task."""
        self.close_all(GOING_AWAY, "going away")
        for task in self._clockwork:
            task.cancel()
        for channel in self._channels.values():
            channel.stop()
        if self._pumps:
            await asyncio.wait(self._pumps, timeout=STOP_WAIT_S)
        await ended([*self._clockwork, *self._pumps])

    @property
    def counters(self) -> Counters:
        """For /metrics: one object that stays."""
        return self._equipment.counters

    @property
    def orgs(self) -> list[OrgId]:
        """Those that have a socket here."""
        return list(self._channels)

    def announce(self, commit: Commit) -> None:
        """Right after a commit of this process."""
        channel = self._channels.get(commit.org)
        if channel is not None:
            channel.announce(commit)

    def hear(self, org: OrgId, seq: Seq) -> None:
        """The ledger of `org` reaches `seq`: what is not sent yet is read from it."""
        channel = self._channels.get(org)
        if channel is not None:
            channel.hear(seq)

    def refresh(self, org: OrgId, users: Iterable[UserId]) -> None:
        """Sends these users of `org` their battery, also at an equal `seq`."""
        channel = self._channels.get(org)
        if channel is not None:
            channel.refresh(users)

    def refresh_org(self, org: OrgId) -> None:
        """The same for everybody of `org`."""
        channel = self._channels.get(org)
        if channel is not None:
            channel.refresh_all()

    def join(self, member: Member, outlet: Outlet, since: Since | None) -> Subscription:
        """A signed-in socket; its `welcome` follows. `leave` must follow too.

        Raises RateLimited above the sockets one session may have.
        """
        of_session = self._sessions.get(member.session, [])
        if len(of_session) >= self._sockets_per_session:
            raise errors.RateLimited(
                f"More than {self._sockets_per_session} sockets for one session."
            )
        channel = self._channels.get(member.org) or self._open(member.org)
        subscription = channel.join(member, outlet, since)
        self._sessions[member.session] = [*of_session, subscription]
        self._homes[member.user] = channel
        self._equipment.counters.connected += 1
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """The socket is gone."""
        user = subscription.watcher.user
        subscription.outlet.attach(None)
        self._equipment.wheel.discard(subscription)
        self._equipment.keeps_up(subscription)
        self._equipment.counters.connected -= 1
        rest = [
            other for other in self._sessions[subscription.session] if other is not subscription
        ]
        if rest:
            self._sessions[subscription.session] = rest
        else:
            del self._sessions[subscription.session]
        channel = subscription.channel
        channel.leave(subscription)
        if self._homes.get(user) is channel and user not in channel.watchers:
            del self._homes[user]
        if not channel.watchers:
            channel.stop()
            self._forget(channel)

    def tell(self, user: UserId, message: msgspec.Struct | Mapping[str, Any]) -> None:
        """A message to all sockets of one user, at once and not replayed."""
        if user in self._homes:
            self.tell_frame(user, frame_of(message))

    def tell_frame(self, user: UserId, frame: bytes) -> None:
        """`tell`, with the message framed already."""
        for subscription in self._of_user(user):
            subscription.send(frame, self._equipment.wheel.now)

    def close_session(self, session: SessionId) -> None:
        """The session was ended: 4501."""
        self._close_session(session, SIGNED_OUT, "signed out")

    def close_user(self, user: UserId) -> None:
        """The user was deactivated: 4503."""
        for subscription in self._of_user(user):
            self._equipment.close(subscription, DEACTIVATED)

    def close_all(self, code: int, reason: str) -> None:
        """Every socket of this node."""
        for channel in self._channels.values():
            channel.close_all(code, reason)

    def _close_session(self, session: SessionId, code: int, reason: str | None = None) -> None:
        for subscription in self._sessions.get(session, ()):
            self._equipment.close(subscription, code, reason)

    def _of_user(self, user: UserId) -> list[Subscription]:
        home = self._homes.get(user)
        return [] if home is None else home.watchers[user].subscriptions

    def _open(self, org: OrgId) -> Channel:
        channel = self._channels[org] = Channel(org, self._equipment)
        self._equipment.counters.orgs = len(self._channels)
        pump = asyncio.create_task(channel.run())
        self._pumps.add(pump)
        pump.add_done_callback(partial(self._ended, channel))
        return channel

    def _forget(self, channel: Channel) -> None:
        if self._channels.get(channel.org) is channel:
            del self._channels[channel.org]
        self._equipment.counters.orgs = len(self._channels)

    def _ended(self, channel: Channel, pump: asyncio.Task[None]) -> None:
        """A channel that broke sends its sockets away: they come back to a new one."""
        self._pumps.discard(pump)
        if pump.cancelled() or (error := pump.exception()) is None:
            return
        log.error("the channel of an org broke", org=channel.org, exc_info=error)
        channel.close_all(GOING_AWAY, "something broke on our side")
        self._forget(channel)

    async def _tick(self) -> None:
        """One step of the timer wheel, after a tick."""
        await asyncio.sleep(self.tempo.tick_s)
        self._turn_months()
        self._close_slow()
        for number, subscription in enumerate(self._equipment.wheel.turn()):
            if number % BEATS_PER_TURN == BEATS_PER_TURN - 1:
                await asyncio.sleep(0)
            subscription.channel.beat(subscription)

    def _turn_months(self) -> None:
        now = self._equipment.clock()
        for channel in self._channels.values():
            if channel.next_turn_us <= now:
                channel.turn_months(now)

    def _close_slow(self) -> None:
        slow_ticks = self.tempo.slow_s / self.tempo.tick_s
        now = self._equipment.wheel.now
        for subscription, since in list(self._equipment.lagging.items()):
            if now - since >= slow_ticks:
                self._equipment.keeps_up(subscription)
                self._equipment.close(subscription, TOO_SLOW)

    async def _look_after_sessions(self, still_valid: StillValid) -> None:
        """What another process ended (a sign-out, a deactivation on another node) ends here."""
        await asyncio.sleep(self.tempo.sessions_s)
        watched = list(self._sessions)
        try:
            standing = await still_valid(watched)
        except errors.Unavailable:
            return
        for session in watched:
            if session in standing.deactivated:
                self._close_session(session, DEACTIVATED)
            elif session not in standing.valid:
                self.close_session(session)
