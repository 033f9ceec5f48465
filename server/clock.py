"""The one place that reads the wall clock."""

import time

from server.domain.ids import AtUs


def now_us() -> AtUs:
    """Microseconds since 1970, UTC. May go back when the machine's clock is set: readers clamp."""
    return AtUs(time.time_ns() // 1_000)
