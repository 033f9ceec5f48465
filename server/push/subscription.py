"""One signed-in socket and the user it belongs to: kept small, for there are many."""

from typing import TYPE_CHECKING

from server.domain.ids import AtUs, Seq, SessionId, UserId
from server.push.outlet import Outlet

if TYPE_CHECKING:
    from server.push.channel import Channel

NEVER = AtUs(1 << 62)
TOLD_MAX = 64
"""Messages kept for a socket between its `hello` and its `welcome`; the newest stay."""


class Watcher:
    """A user with open sockets in one org. `turns_us`: when the credit month shown ends (R14)."""

    __slots__ = ("subscriptions", "turns_us", "user")

    def __init__(self, user: UserId) -> None:
        self.user = user
        self.subscriptions: list[Subscription] = []
        self.turns_us = NEVER


class Subscription:
    """A socket's place in its org's stream. `position`: the `to` it was sent last."""

    __slots__ = (
        "channel",
        "lost",
        "outlet",
        "position",
        "quiet_since",
        "session",
        "slot",
        "told",
        "watcher",
        "welcomed",
    )

    def __init__(
        self, outlet: Outlet, channel: "Channel", watcher: Watcher, session: SessionId
    ) -> None:
        self.outlet = outlet
        self.channel = channel
        self.watcher = watcher
        self.session = session
        self.position = Seq(-1)
        self.quiet_since = 0
        self.slot = 0
        self.welcomed = False
        self.lost = False
        """A message that is never sent again fell due while the socket lagged."""
        self.told: list[bytes] | None = []
        """What was said to the user before `welcome`; None afterwards."""

    def send(self, frame: bytes, tick: int) -> bool:
        """Writes `frame` unless the socket lags: then only that something was lost is kept."""
        if self.told is not None:
            self.told = [*self.told, frame][-TOLD_MAX:]
            return False
        if self.outlet.lagging:
            self.lost = True
            return False
        self.outlet.write(frame)
        self.quiet_since = tick
        return True

    def lagged(self) -> None:
        self.channel.lagged(self)

    def drained(self) -> None:
        self.channel.drained(self)
