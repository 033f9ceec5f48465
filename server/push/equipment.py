"""What all channels of one node share."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from server.domain.ids import AtUs, OrgId, UserId
from server.push.counters import Counters
from server.push.subscription import Subscription
from server.push.tempo import Tempo
from server.push.wheel import Wheel
from server.store.engine import Database
from server.wire.jobs import Job

UnfinishedJobs = Callable[[OrgId, Sequence[UserId]], Awaitable[Mapping[UserId, list[Job]]]]
"""The unfinished jobs of users of one org, as `welcome` lists them."""


class Equipment(msgspec.Struct, frozen=True):
    """Where to read, what time it is, who has been quiet, who lags (since which tick), and what
    close codes mean."""

    database: Database
    clock: Callable[[], AtUs]
    jobs: UnfinishedJobs
    tempo: Tempo
    counters: Counters
    wheel: Wheel[Subscription]
    lagging: dict[Subscription, int]
    close_codes: Mapping[int, str]

    def lags(self, subscription: Subscription) -> None:
        """From this tick on."""
        self.lagging[subscription] = self.wheel.now
        self.counters.lagging = len(self.lagging)

    def keeps_up(self, subscription: Subscription) -> None:
        """No longer lagging, or gone."""
        self.lagging.pop(subscription, None)
        self.counters.lagging = len(self.lagging)

    def close(self, subscription: Subscription, code: int, reason: str | None = None) -> None:
        """Sends a socket away, and counts it. `reason`: where it says more than the code."""
        self.counters.closes[code] += 1
        subscription.outlet.close(code, reason or self.close_codes[code])
