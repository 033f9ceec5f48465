"""The way out to one browser: what the hub needs of a socket, and text frames as bytes."""

from collections.abc import Iterator
from typing import Protocol

from server.push.tempo import Tempo

GOING_AWAY = 4000
NO_HELLO = 4001
TOO_SLOW = 4008
TOO_MANY_SOCKETS = 4029
PROTOCOL_VIOLATION = 4500
SIGNED_OUT = 4501
DEACTIVATED = 4503

MESSAGE_BYTES_MAX = 64 * 1024
"""The largest message a client may send; a `hello` has some 200 bytes."""
HIGH_WATER_BYTES = 32 * 1024
"""What may wait for a slow socket before it counts as lagging (push.md)."""
LOW_WATER_BYTES = HIGH_WATER_BYTES // 4
CLOSE_WAIT_S = 2.0
"""How long a peer may take to answer a close before it is cut off."""

_TEXT_FIN = 0x81
_LENGTH_16 = 126
_LENGTH_64 = 127


def close_codes(tempo: Tempo) -> dict[int, str]:
    """Every code the server closes a socket with, and what it means (api.md, Close codes)."""
    return {
        GOING_AWAY: "going away (a deploy): come back",
        NO_HELLO: f"no hello within {tempo.hello_s:g} s",
        TOO_SLOW: f"too slow: the socket did not drain for {tempo.slow_s:g} s",
        TOO_MANY_SOCKETS: "too many sockets for this session",
        PROTOCOL_VIOLATION: "protocol violation; the reason says which",
        SIGNED_OUT: "token unknown, expired or revoked: sign in again",
        DEACTIVATED: "user deactivated",
    }


class Listener(Protocol):
    """Told by an Outlet when its peer stops and starts taking what is written."""

    def lagged(self) -> None: ...

    def drained(self) -> None: ...


class Outlet(Protocol):
    """One socket, seen from the hub. Nothing here waits."""

    lagging: bool
    """Above the high-water mark: whoever writes now only makes memory grow."""

    def write(self, frames: bytes) -> None:
        """Whole text frames (`text_frame`, joined as often as one likes). Ignored once closing."""

    def close(self, code: int, reason: str) -> None:
        """Says why and ends the socket, within CLOSE_WAIT_S also one that reads nothing."""

    def attach(self, listener: Listener | None) -> None:
        """Who hears of lagging from now on."""


def text_frame(payload: bytes) -> bytes:
    """An unmasked, unfragmented text frame (RFC 6455, 5.2): the same bytes serve every socket."""
    size = len(payload)
    if size < _LENGTH_16:
        return bytes((_TEXT_FIN, size)) + payload
    if size < 1 << 16:
        return bytes((_TEXT_FIN, _LENGTH_16)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT_FIN, _LENGTH_64)) + size.to_bytes(8, "big") + payload


def payloads(frames: bytes) -> Iterator[bytes]:
    """The payloads of joined `text_frame`s, for a server that frames by itself."""
    start = 0
    while start < len(frames):
        size, head = frames[start + 1], 2
        if size == _LENGTH_16:
            size, head = int.from_bytes(frames[start + 2 : start + 4], "big"), 4
        elif size == _LENGTH_64:
            size, head = int.from_bytes(frames[start + 2 : start + 10], "big"), 10
        yield frames[start + head : start + head + size]
        start += head + size


def reason_of(text: str) -> str:
    """`text` cut to what fits a close frame: 123 bytes of UTF-8."""
    return text.encode()[:123].decode(errors="ignore")
