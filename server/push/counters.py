"""What the push floor counts, for /metrics."""

from collections import Counter
from typing import Literal

import msgspec

Source = Literal["memory", "ledger", "fresh"]


class Counters(msgspec.Struct):
    """Plain numbers since the start; `connected`, `lagging` and `orgs` are of now."""

    connected: int = 0
    """Signed-in sockets."""
    lagging: int = 0
    orgs: int = 0
    """Orgs with a socket here."""
    events: int = 0
    """`changes` messages made."""
    deliveries: int = 0
    """`changes` and `battery` messages handed to sockets."""
    heartbeats: int = 0
    resumes: Counter[Source] = msgspec.field(default_factory=Counter)
    """Where a socket that had missed something got it from; `fresh`: a welcome without it."""
    closes: Counter[int] = msgspec.field(default_factory=Counter)
    """Sockets closed by the server, by close code."""
    holes: int = 0
    """Stretches of entries read from the ledger because no announcement told of them."""
    redis_losses: int = 0
    """How often Redis went away."""
