"""One org on this node: its open sockets, its place in the org's stream, and the one task that
sends.

Everything goes out in rounds of that task, so on each socket the order is that of the ledger:
`changes` first, then what follows from them. A round sends at once what was announced, without
asking the database; then it takes one look for all that is still owed: welcomes, batteries, holes.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import TypeVar

from server.domain import errors
from server.domain.callers import Member
from server.domain.commits import Commit, Crossing
from server.domain.credit_month import to_us
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.push.counters import Source
from server.push.equipment import Equipment
from server.push.greeting import missed_since, welcome_of
from server.push.inbox import Inbox
from server.push.messages import event_of, frame_of
from server.push.outlet import DEACTIVATED, GOING_AWAY, Outlet
from server.push.ring import Ring
from server.push.subscription import NEVER, Subscription, Watcher
from server.push.view import Introduction, View, Wanted, affected, look
from server.store.feed import Stretch
from server.wire.battery import Battery
from server.wire.socket import (
    Alert,
    BatteryMessage,
    Heartbeat,
    PricesMessage,
    Since,
)
from server.wire.words import Level

SOCKETS_PER_TURN = 256
"""Written to before others get the loop: some 1.4 ms (push.md)."""
USERS_PER_TURN = 64
"""Each has a battery of its own to encode."""
NEWCOMERS_PER_ROUND = 128
JOINED_FLUSHES = 2
"""What comes within so many times the length of the last flush goes out together."""

THING = TypeVar("THING")


class Channel:
    """The sockets of `org`. `run` it as a task; every other method is called on the same loop."""

    def __init__(self, org: OrgId, equipment: Equipment) -> None:
        self.org = org
        self.watchers: dict[UserId, Watcher] = {}
        self.position: Seq | None = None
        """How far this node has sent the org; None until the first look at the database."""
        self.next_turn_us = NEVER
        """No credit month shown here ends earlier."""
        self._equipment = equipment
        self._inbox = Inbox()
        self._ring = Ring()
        self._live: dict[Subscription, None] = {}
        self._joining: dict[Subscription, Since | None] = {}
        self._behind: dict[Subscription, None] = {}
        self._owed: set[UserId] = set()
        self._crossed: dict[UserId, Level] = {}
        self._prices_owed = False
        self._heartbeat = (Seq(-1), b"")
        self._rested_at = 0.0
        self._wake = asyncio.Event()
        self._stopped = False

    def announce(self, commit: Commit) -> None:
        """A commit of this process; one with an empty range moved batteries only."""
        if commit.from_seq > commit.to_seq:
            self.refresh(commit.users)
            return
        self._inbox.add(commit, self.position)
        self._wake.set()

    def hear(self, seq: Seq) -> None:
        """Somebody says that the ledger reaches `seq`."""
        self._inbox.hear(seq)
        if self._is_short():
            self._wake.set()

    def refresh(self, users: Iterable[UserId]) -> None:
        """Owes those of `users` who watch a new battery."""
        self._owed.update(user for user in users if user in self.watchers)
        self._wake.set()

    def refresh_all(self) -> None:
        """Owes everyone here a new battery."""
        self.refresh(self.watchers)

    def join(self, member: Member, outlet: Outlet, since: Since | None) -> Subscription:
        """A place for a socket; `welcome` follows.

        Whatever commits from now on reaches it: the look that its welcome is made from is taken
        after this.
        """
        watcher = self.watchers.get(member.user)
        if watcher is None:
            watcher = self.watchers[member.user] = Watcher(member.user)
        subscription = Subscription(outlet, self, watcher, member.session)
        watcher.subscriptions.append(subscription)
        self._joining[subscription] = since
        outlet.attach(subscription)
        self._wake.set()
        return subscription

    def leave(self, subscription: Subscription) -> None:
        watcher = subscription.watcher
        watcher.subscriptions.remove(subscription)
        if not watcher.subscriptions:
            del self.watchers[watcher.user]
            self._owed.discard(watcher.user)
            self._crossed.pop(watcher.user, None)
        self._live.pop(subscription, None)
        self._joining.pop(subscription, None)
        self._behind.pop(subscription, None)

    def sync(self, subscription: Subscription, seq: Seq) -> None:
        """The client says it has everything up to `seq`, and nothing after it."""
        if subscription in self._live and seq != subscription.position:
            subscription.position = seq
            self._behind[subscription] = None
            self._wake.set()

    def lagged(self, subscription: Subscription) -> None:
        self._equipment.lags(subscription)

    def drained(self, subscription: Subscription) -> None:
        """One catch-up and the newest battery for all that was not written meanwhile."""
        self._equipment.keeps_up(subscription)
        if subscription in self._live:
            self._behind[subscription] = None
            self._wake.set()

    def beat(self, subscription: Subscription) -> None:
        """A heartbeat, with the `seq` up to which this socket has been sent everything."""
        if subscription.welcomed and not subscription.outlet.lagging:
            subscription.outlet.write(self._heartbeat_frame(subscription.position))
            self._equipment.counters.heartbeats += 1

    def turn_months(self, now: AtUs) -> None:
        """Owes everyone whose credit month is over a fresh battery (R14)."""
        turned = [watcher for watcher in self.watchers.values() if watcher.turns_us <= now]
        for watcher in turned:
            watcher.turns_us = NEVER
        self.next_turn_us = min(
            (watcher.turns_us for watcher in self.watchers.values()), default=NEVER
        )
        self.refresh([watcher.user for watcher in turned])

    def close_all(self, code: int, reason: str) -> None:
        for watcher in self.watchers.values():
            for subscription in watcher.subscriptions:
                self._equipment.close(subscription, code, reason)

    def stop(self) -> None:
        """Ends `run` after the round it is in."""
        self._stopped = True
        self._wake.set()

    async def run(self) -> None:
        """Rounds, until `stop`. The first event goes out at once; a busy org's are joined."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._rested_at - loop.time())
            if self._stopped:
                return
            self._wake.clear()
            try:
                await self._round()
            except errors.Unavailable:
                self._postpone()

    async def _round(self) -> None:
        announced = None if self.position is None else self._inbox.take(self.position)
        if announced is not None:
            await self._broadcast(announced)
            self._owed |= affected(announced, self.watchers)
        self._catch_up_from_memory()
        newcomers = dict(islice(self._joining.items(), NEWCOMERS_PER_ROUND))
        behind = list(self._behind)
        if not (newcomers or behind or self._owed or self._prices_owed or self._is_short()):
            return
        wanted, self._owed = self._wanted(newcomers, behind), set()
        heard = self._inbox.heard
        try:
            view = await look(self._equipment, wanted, self._inbox.take_to)
        except errors.Unavailable:
            self._owed |= wanted.users & self.watchers.keys()
            raise
        if self.position is not None and view.state.head < self.position:
            # An older ledger was put in this one's place: only a fresh start can be right.
            self.close_all(GOING_AWAY, "the ledger went back")
            return
        await self._show(view, newcomers, behind)
        self._inbox.settle(view.state.head, heard)
        if self._joining or self._is_short():
            self._wake.set()

    def _is_short(self) -> bool:
        return self.position is not None and self._inbox.lacks(self.position)

    def _wanted(
        self, newcomers: dict[Subscription, Since | None], behind: list[Subscription]
    ) -> Wanted:
        tails = {Seq(since.seq) for since in newcomers.values() if since is not None}
        tails.update(subscription.position for subscription in behind)
        return Wanted(
            org=self.org,
            position=self.position,
            users=frozenset(self._owed),
            newcomers=frozenset(subscription.watcher.user for subscription in newcomers),
            tails=[seq for seq in tails if seq != self.position and not self._ring.after(seq)],
            watchers=frozenset(self.watchers),
        )

    async def _show(
        self,
        view: View,
        newcomers: dict[Subscription, Since | None],
        behind: list[Subscription],
    ) -> None:
        if view.missing is not None:
            await self._broadcast(view.missing)
        self.position = view.state.head
        for subscription in behind:
            if subscription in self._behind:
                del self._behind[subscription]
                self._catch_up_from_ledger(subscription, view)
        await self._send_batteries(view)
        await self._send_prices(view)
        for subscription, since in newcomers.items():
            if subscription in self._joining and view.introduction is not None:
                del self._joining[subscription]
                self._welcome(subscription, since, view, view.introduction)

    async def _broadcast(self, stretch: Stretch) -> None:
        """`changes` to every socket that is where it begins; the others catch up."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        event = event_of(stretch)
        self.position = event.to
        self._ring.add(event)
        self._prices_owed |= stretch.commit.prices_changed
        self._note(stretch.commit.crossings)
        counters, now = self._equipment.counters, self._equipment.wheel.now
        counters.events += 1
        async for some in _in_turns(list(self._live), SOCKETS_PER_TURN):
            for subscription in some:
                if subscription.position == event.after and not subscription.outlet.lagging:
                    subscription.outlet.write(event.frame)
                    subscription.position = event.to
                    subscription.quiet_since = now
                    counters.deliveries += 1
        rest_s = min(self._equipment.tempo.join_s, JOINED_FLUSHES * (loop.time() - began))
        self._rested_at = loop.time() + rest_s

    def _note(self, crossings: Iterable[Crossing]) -> None:
        for crossing in crossings:
            if crossing.user in self.watchers:
                self._crossed[crossing.user] = crossing.level

    def _catch_up_from_memory(self) -> None:
        for subscription in list(self._behind):
            self._owed.add(subscription.watcher.user)
            if subscription.outlet.lagging:
                # Its drain will put it here again.
                del self._behind[subscription]
            elif subscription.lost:
                del self._behind[subscription]
                self._start_afresh(subscription)
            elif subscription.position == self.position:
                del self._behind[subscription]
            elif (events := self._ring.after(subscription.position)) is not None:
                del self._behind[subscription]
                frames = b"".join(event.frame for event in events)
                self._catch_up(subscription, frames, events[-1].to, "memory")

    def _catch_up_from_ledger(self, subscription: Subscription, view: View) -> None:
        changes = view.changes_after(subscription.position)
        if changes is None:
            self._start_afresh(subscription)
        elif not subscription.outlet.lagging:
            self._catch_up(subscription, frame_of(changes), view.state.head, "ledger")

    def _catch_up(self, subscription: Subscription, frames: bytes, to: Seq, source: Source) -> None:
        subscription.outlet.write(frames)
        subscription.position = to
        subscription.quiet_since = self._equipment.wheel.now
        self._equipment.counters.resumes[source] += 1

    def _start_afresh(self, subscription: Subscription) -> None:
        self._equipment.counters.resumes["fresh"] += 1
        self._joining[subscription] = None

    def _welcome(
        self, subscription: Subscription, since: Since | None, view: View, told: Introduction
    ) -> None:
        missed = None
        if since is not None:
            source, missed = missed_since(since, view, told.epoch, self._ring)
            self._equipment.counters.resumes[source] += 1
        message = welcome_of(
            subscription.watcher.user,
            view,
            told,
            since=since,
            missed=missed,
            heartbeat_s=self._equipment.tempo.heartbeat_s,
        )
        if message is None:
            self._equipment.close(subscription, DEACTIVATED)
            return
        self._admit(subscription, view.state.head, frame_of(message))
        self._shown(subscription.watcher, message.battery)

    def _admit(self, subscription: Subscription, position: Seq, welcome: bytes) -> None:
        held, subscription.told = subscription.told or [], None
        subscription.outlet.write(b"".join((welcome, *held)))
        subscription.position = position
        subscription.lost = False
        subscription.quiet_since = self._equipment.wheel.now
        self._live[subscription] = None
        if not subscription.welcomed:
            subscription.welcomed = True
            self._equipment.wheel.add(subscription)

    async def _send_batteries(self, view: View) -> None:
        async for users in _in_turns(list(view.owed), USERS_PER_TURN):
            for user in users:
                watcher, battery = self.watchers.get(user), view.batteries.get(user)
                if watcher is not None and battery is not None:
                    self._send_battery(watcher, battery)

    def _send_battery(self, watcher: Watcher, battery: Battery) -> None:
        """The user's own battery, and after it the level it fell to (R33)."""
        level, now = self._crossed.pop(watcher.user, None), self._equipment.wheel.now
        frame = frame_of(BatteryMessage(seq=battery.seq, battery=battery))
        alert = None if level is None else frame_of(Alert(level=level, battery=battery))
        for subscription in watcher.subscriptions:
            # Whoever is elsewhere or lags gets the newest after its catch-up or in its welcome.
            if subscription.position == battery.seq and not subscription.outlet.lagging:
                subscription.outlet.write(frame)
                subscription.quiet_since = now
                self._equipment.counters.deliveries += 1
            if alert is not None and subscription.welcomed:
                subscription.send(alert, now)
        self._shown(watcher, battery)

    async def _send_prices(self, view: View) -> None:
        if not self._prices_owed:
            return
        self._prices_owed = False
        frame = frame_of(PricesMessage(seq=view.state.head, prices=view.state.prices))
        now = self._equipment.wheel.now
        async for some in _in_turns(list(self._live), SOCKETS_PER_TURN):
            for subscription in some:
                subscription.send(frame, now)

    def _shown(self, watcher: Watcher, battery: Battery) -> None:
        watcher.turns_us = to_us(battery.license.resets_at)
        self.next_turn_us = min(self.next_turn_us, watcher.turns_us)

    def _heartbeat_frame(self, seq: Seq) -> bytes:
        if self._heartbeat[0] != seq:
            self._heartbeat = (seq, frame_of(Heartbeat(seq=seq)))
        return self._heartbeat[1]

    def _postpone(self) -> None:
        """The database is away: newcomers come back later, what is owed is kept."""
        for subscription in list(self._joining):
            self._equipment.close(subscription, GOING_AWAY, "the database is away just now")
        self._joining.clear()
        loop = asyncio.get_running_loop()
        loop.call_later(self._equipment.tempo.retry_s, self._wake.set)


async def _in_turns(things: list[THING], size: int) -> AsyncIterator[list[THING]]:
    """`size` of them at a time; between two turns everyone else gets the loop."""
    for start in range(0, len(things), size):
        if start:
            await asyncio.sleep(0)
        yield things[start : start + size]
