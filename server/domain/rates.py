"""Rates without a clock: how fast one may call, and how often one may fail.

Times are seconds of any clock that never goes back.
"""

import msgspec


class CallRate(msgspec.Struct, frozen=True):
    """A bucket of `burst` calls that refills with `per_s` calls a second."""

    burst: int
    per_s: float


class Draw(msgspec.Struct, frozen=True, gc=False):
    """`full_at_s`: when the bucket will be full again, all there is to remember of it.

    `wait_s`: 0 when the call was let in, else the seconds until one would be.
    """

    full_at_s: float
    wait_s: float


def draw(rate: CallRate, full_at_s: float, now_s: float) -> Draw:
    """One call out of the bucket. A bucket never drawn from has `full_at_s` 0."""
    full_then_s = max(full_at_s, now_s) + 1 / rate.per_s
    # Sums of 1/per_s are not exact; half a call of room keeps the burst a whole number.
    over_s = full_then_s - now_s - (rate.burst + 0.5) / rate.per_s
    if over_s > 0:
        return Draw(full_at_s, over_s)
    return Draw(full_then_s, 0.0)


class FailureWindow(msgspec.Struct, frozen=True):
    """At most `failures` within any `window_s` seconds."""

    failures: int
    window_s: int


def recent(
    window: FailureWindow, failed_at_s: tuple[float, ...], now_s: float
) -> tuple[float, ...]:
    """The failures that still count, oldest first."""
    return tuple(at_s for at_s in failed_at_s if at_s > now_s - window.window_s)


def wait_s(window: FailureWindow, failed_at_s: tuple[float, ...], now_s: float) -> float:
    """Seconds until another attempt may be made; 0 when one may be made now."""
    counting = recent(window, failed_at_s, now_s)
    if len(counting) < window.failures:
        return 0.0
    return counting[-window.failures] + window.window_s - now_s
