"""How fast one may call and how often one may fail (api.md, Limits).

Counted per process, in bounded memory: several nodes let in that many times as much.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, Literal, TypeVar

from server.domain import errors
from server.domain.rates import CallRate, FailureWindow, draw, recent, wait_s
from server.settings import Limits

KEYS_MAX = 100_000
"""About 20 MB. The least recently used goes first: its bucket is likely full again anyway."""

Monotonic = Callable[[], float]
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
    """The `spending` and `lookup` rates, each per caller: a user, or before sign-in an address."""

    def __init__(self, limits: Limits, monotonic: Monotonic = time.monotonic) -> None:
        self._rates = {
            "spending": CallRate(limits.spending_burst, limits.spending_per_s),
            "lookup": CallRate(limits.lookup_burst, limits.lookup_per_s),
        }
        self._full_at_s: Remembered[tuple[str, str], float] = Remembered()
        self._monotonic = monotonic

    def draw(self, name: Literal["spending", "lookup"], caller: str) -> None:
        """Counts one call. Raises RateLimited."""
        rate, key = self._rates[name], (name, caller)
        drawn = draw(rate, self._full_at_s.get(key, 0.0), self._monotonic())
        self._full_at_s.put(key, drawn.full_at_s)
        if drawn.wait_s:
            raise _limited(
                name,
                f"More than {rate.burst:,} {name} calls at once or {rate.per_s:,} a second",
                drawn.wait_s,
            )


class FailureLimits:
    """Sign-in and pairing failures, per account and per address."""

    def __init__(self, limits: Limits, monotonic: Monotonic = time.monotonic) -> None:
        self._window = FailureWindow(limits.sign_in_failures, limits.sign_in_window_s)
        self._failed_at_s: Remembered[tuple[str, str], tuple[float, ...]] = Remembered()
        self._monotonic = monotonic

    @contextmanager
    def attempt(self, *, account: str, address: str) -> Iterator[None]:
        """Around one attempt. Raises RateLimited before it when too many have failed.

        It counts as failed from its start until it is known not to be, so that a thousand guesses
        sent at once are not all let in before the first has failed. A refusal of the credential
        (not signed in, forbidden, not found) is a failure; anything else is not.
        """
        keys = (("account", account), ("address", address))
        now_s = self._monotonic()
        for key in keys:
            self._refuse(key, now_s)
        for key in keys:
            self._failed_at_s.put(key, (*self._counting(key, now_s), now_s))
        try:
            yield
        except (errors.Unauthenticated, errors.Forbidden, errors.NotFound):
            raise
        except BaseException:
            self._take_back(keys, now_s)
            raise
        self._take_back(keys, now_s)

    def _refuse(self, key: tuple[str, str], now_s: float) -> None:
        left_s = wait_s(self._window, self._counting(key, now_s), now_s)
        if left_s > 0:
            raise _limited(
                f"failures_per_{key[0]}",
                f"{self._window.failures} attempts failed within "
                f"{self._window.window_s // 60} minutes for this {key[0]}",
                left_s,
            )

    def _counting(self, key: tuple[str, str], now_s: float) -> tuple[float, ...]:
        return recent(self._window, self._failed_at_s.get(key, ()), now_s)

    def _take_back(self, keys: tuple[tuple[str, str], ...], at_s: float) -> None:
        for key in keys:
            times = list(self._failed_at_s.get(key, ()))
            if at_s in times:
                times.remove(at_s)
            self._failed_at_s.put(key, tuple(times))


def _limited(name: str, what: str, left_s: float) -> errors.RateLimited:
    seconds = max(1, math.ceil(left_s))
    return errors.RateLimited(
        f"{what}. Try again in {seconds} s.", retry_after_s=seconds, limit=name
    )
