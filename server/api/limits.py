"""How fast one may call and how often one may fail (api.md, Limits).

Counted per process, in bounded memory: several nodes let in that many times as much.
"""

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, Literal, TypeVar

from server.domain import errors
from server.domain.rates import CallRate, FailureWindow, draw, recent, wait_s
from server.settings import Limits

KEYS_MAX = 100_000
"""About 20 MB. The least recently used goes first: its bucket is likely full again anyway."""

SECONDS_PER_MINUTE = 60

Monotonic = Callable[[], float]
Key = tuple[str, str]
"""Which limit, and whose."""
KEY = TypeVar("KEY", bound=Hashable)
VALUE = TypeVar("VALUE")


class Remembered(Generic[KEY, VALUE]):
    """The most recently used values, at most `keys_max`."""

    def __init__(self, keys_max: int = KEYS_MAX) -> None:
        self._keys_max = keys_max
        self._values: OrderedDict[KEY, VALUE] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: KEY, default: VALUE) -> VALUE:
        return self._values.get(key, default)

    def put(self, key: KEY, value: VALUE) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._keys_max:
            self._values.popitem(last=False)


class CallLimits:
    """The rates, each per caller: a user, or before sign-in an address."""

    def __init__(self, limits: Limits, monotonic: Monotonic = time.monotonic) -> None:
        per_minute = limits.pairings_per_minute
        self._rates = {
            "spending": CallRate(limits.spending_burst, limits.spending_per_s),
            "lookup": CallRate(limits.lookup_burst, limits.lookup_per_s),
            "pairing": CallRate(per_minute, per_minute / SECONDS_PER_MINUTE),
        }
        self._full_at_s: Remembered[Key, float] = Remembered()
        self._monotonic = monotonic

    def draw(self, name: Literal["spending", "lookup", "pairing"], caller: str) -> None:
        """Counts one call. Raises RateLimited."""
        rate, key = self._rates[name], (name, caller)
        drawn = draw(rate, self._full_at_s.get(key, 0.0), self._monotonic())
        self._full_at_s.put(key, drawn.full_at_s)
        if drawn.wait_s:
            raise _limited(
                name,
                f"More than {rate.burst:,} {name} calls at once or {_sustained(rate)}",
                drawn.wait_s,
            )


class FailureLimits:
    """Sign-in and pairing failures, per account and per address."""

    def __init__(self, limits: Limits, monotonic: Monotonic = time.monotonic) -> None:
        self._window = FailureWindow(limits.sign_in_failures, limits.sign_in_window_s)
        self._failed_at_s: Remembered[Key, tuple[float, ...]] = Remembered()
        self._in_flight: Counter[Key] = Counter()
        self._settled = asyncio.Event()
        self._monotonic = monotonic

    @asynccontextmanager
    async def attempt(self, *, address: str, account: str | None = None) -> AsyncIterator[None]:
        """Around one attempt. Raises RateLimited before it when too many have failed.

        Only as many are let in at once as may still fail; the rest wait for those. So a thousand
        guesses sent together are not all tried, and an office that signs in together is not
        refused. A refusal of the credential (not signed in, forbidden, not found) is a failure,
        nothing else is.
        """
        keys = [("address", address)] + ([("account", account)] if account is not None else [])
        while not self._have_room(keys):
            await self._settled.wait()
        self._in_flight.update(keys)
        try:
            yield
        except (errors.Unauthenticated, errors.Forbidden, errors.NotFound):
            self._note_failure(keys)
            raise
        finally:
            self._settle(keys)

    def _have_room(self, keys: list[Key]) -> bool:
        now_s = self._monotonic()
        room = True
        for key in keys:
            failed = self._failed_at_s.get(key, ())
            left_s = wait_s(self._window, failed, now_s)
            if left_s > 0:
                raise self._refusal(key[0], left_s)
            failures = len(recent(self._window, failed, now_s))
            room = room and failures + self._in_flight[key] < self._window.failures
        return room

    def _note_failure(self, keys: list[Key]) -> None:
        now_s = self._monotonic()
        for key in keys:
            counting = recent(self._window, self._failed_at_s.get(key, ()), now_s)
            self._failed_at_s.put(key, (*counting, now_s))

    def _settle(self, keys: list[Key]) -> None:
        for key in keys:
            self._in_flight[key] -= 1
            if not self._in_flight[key]:
                del self._in_flight[key]
        self._settled.set()
        self._settled = asyncio.Event()

    def _refusal(self, per: str, left_s: float) -> errors.RateLimited:
        return _limited(
            f"failures_per_{per}",
            f"{self._window.failures} attempts failed within "
            f"{self._window.window_s // 60} minutes for this {per}",
            left_s,
        )


def _sustained(rate: CallRate) -> str:
    if rate.per_s < 1:
        return f"{rate.per_s * SECONDS_PER_MINUTE:,.0f} a minute"
    return f"{rate.per_s:,.0f} a second"


def _limited(name: str, what: str, left_s: float) -> errors.RateLimited:
    seconds = max(1, math.ceil(left_s))
    return errors.RateLimited(
        f"{what}. Try again in {seconds} s.", retry_after_s=seconds, limit=name
    )
