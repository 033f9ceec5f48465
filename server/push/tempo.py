"""The push floor's timings, each with its reason. Tests pass shorter ones; nobody else does."""

import msgspec


class Tempo(msgspec.Struct, frozen=True, kw_only=True):
    """How long the hub, the relay and the socket wait for things, in seconds."""

    hello_s: float = 5.0
    """A socket that does not say who it is costs memory and says nothing (api.md: 4001)."""
    heartbeat_s: int = 20
    """A Manifest V3 worker is put to sleep after 30 s without an event."""
    tick_s: float = 1.0
    """The timer wheel's step: what it times is late by one step at most, and R14 allows 2 s."""
    slow_s: float = 15.0
    """How long a socket may not drain before 4008."""
    join_s: float = 0.1
    """The longest that events of a busy org wait to be joined into one write."""
    retry_s: float = 1.0
    """Before asking a database again that did not answer."""
    sessions_s: float = 10.0
    """How often the sessions of open sockets are looked up: another process may have ended one."""
    compare_s: float = 10.0
    """How often positions are compared with the database while Redis carries the hints."""
    compare_alone_s: float = 1.0
    """The same without Redis, or while it is away: the only way to hear of another process."""
    redis_silent_s: float = 5.0
    """Redis is taken for away when it has answered nothing for this long."""
