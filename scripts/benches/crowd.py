"""Many open sockets in one process, read raw: an epoll loop that looks for known bytes only.

A client that decoded its messages would be slower than the servers that are measured.
"""

import base64
import os
import select
import socket
import time
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

READ_BYTES = 1 << 18
AT_ONCE = 100
"""Sockets that are opened together: fewer than may await their `hello` (api.md, Limits)."""
TIMEOUT_S = 30.0
FIN, OPCODE, MASKED, LENGTH_16 = 0x80, 0x0F, 0x80, 126
TEXT, PING, PONG = 0x1, 0x9, 0xA
ZEROS = b"\x00\x00\x00\x00"
"""A client's frame must be masked; with zeros that leaves it as it is."""
_HEAD_END = b"\r\n\r\n"


class LostSocketError(Exception):
    """A server closed or refused a socket, or was silent for too long."""


class Way(msgspec.Struct, frozen=True):
    """How to open the sockets of one server.

    `tokens`: of the `hello` of each socket, which is answered by one message; None where sockets
    say nothing. `deflate`: offer permessage-deflate, as every browser does. `pinged`: the server
    closes who does not answer its pings.
    """

    port: int
    path: str
    tokens: Sequence[str] | None = None
    deflate: bool = True
    pinged: bool = False


class Crowd:
    """Open sockets of one server."""

    def __init__(self, way: Way, count: int) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._epoll = select.epoll()
        self._way = way
        self._buffer = bytearray(READ_BYTES)
        self._cut: dict[int, bytes] = {}
        self.add(count)

    def __len__(self) -> int:
        return len(self._sockets)

    def add(self, count: int) -> None:
        """`count` more; with tokens, those that come next."""
        tokens = self._way.tokens
        first = len(self)
        hellos = [None] * count if tokens is None else tokens[first : first + count]
        waiting = iter(hellos)
        while some := list(islice(waiting, AT_ONCE)):
            for opened in _open(self._way, some):
                opened.setblocking(False)
                self._sockets[opened.fileno()] = opened
                self._epoll.register(opened.fileno(), select.EPOLLIN)

    def close(self) -> None:
        for opened in self._sockets.values():
            opened.close()
        self._epoll.close()

    def forget(self) -> None:
        """Reads away what has arrived."""
        while events := self._epoll.poll(0.0):
            for descriptor, _ in events:
                size = self._read(descriptor)
                if self._way.pinged:
                    self._take_frames(descriptor, size)

    def wait_for_ending(self, ending: bytes) -> float:
        """Until each socket got these bytes; the time of the last, as perf_counter.

        A heartbeat may come with them, so they need not be the newest.
        """
        missing = set(self._sockets)
        tails: dict[int, bytes] = {}
        while missing:
            for descriptor in self._ready():
                size = self._read(descriptor)
                if self._buffer.rfind(ending, 0, size) < 0:
                    # It may have been cut in two.
                    newest = tails.get(descriptor, b"") + self._buffer[:size]
                    tails[descriptor] = newest[-len(ending) :]
                    if ending not in newest:
                        continue
                missing.discard(descriptor)
        return time.perf_counter()

    def wait_for_frames(self, count: int) -> float:
        """Until each socket got `count` more messages; the time of the last, as perf_counter.

        For compressed ones, which look like nothing that is known before.
        """
        missing = dict.fromkeys(self._sockets, count)
        while missing:
            for descriptor in self._ready():
                taken = self._take_frames(descriptor, self._read(descriptor))
                if descriptor in missing:
                    missing[descriptor] -= taken
                    if missing[descriptor] <= 0:
                        del missing[descriptor]
        return time.perf_counter()

    def _take_frames(self, descriptor: int, size: int) -> int:
        """How many messages were read just now. Pings are answered."""
        received = self._cut.pop(descriptor, b"") + self._buffer[:size]
        frames, rest = _frames_in(received)
        if rest:
            self._cut[descriptor] = rest
        pings = [payload for opcode, payload in frames if opcode == PING]
        for payload in pings:
            self._sockets[descriptor].send(_masked(PONG, payload))
        return len(frames) - len(pings)

    def _ready(self) -> Iterable[int]:
        events = self._epoll.poll(TIMEOUT_S)
        if not events:
            raise LostSocketError(f"nothing came for {TIMEOUT_S:g} s")
        return [descriptor for descriptor, _ in events]

    def _read(self, descriptor: int) -> int:
        size = self._sockets[descriptor].recv_into(self._buffer)
        if size == 0:
            raise LostSocketError("the server closed a socket")
        return size


def _frames_in(received: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Opcode and payload of each whole unmasked frame, and what of the next is there."""
    frames: list[tuple[int, bytes]] = []
    start = 0
    while len(received) - start >= 2:
        size, head = received[start + 1], 2
        if size == LENGTH_16:
            if len(received) - start < 4:
                break
            size, head = int.from_bytes(received[start + 2 : start + 4], "big"), 4
        end = start + head + size
        if len(received) < end:
            break
        frames.append((received[start] & OPCODE, received[start + head : end]))
        start = end
    return frames, received[start:]


def _masked(opcode: int, payload: bytes) -> bytes:
    head = bytes((FIN | opcode, MASKED | LENGTH_16)) + len(payload).to_bytes(2, "big")
    if len(payload) < LENGTH_16:
        head = bytes((FIN | opcode, MASKED | len(payload)))
    return head + ZEROS + payload


def _open(way: Way, tokens: Sequence[str | None]) -> list[socket.socket]:
    """Each step for all of them, then the next step."""
    opened = [socket.create_connection(("127.0.0.1", way.port), TIMEOUT_S) for _ in tokens]
    for each in opened:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        each.sendall(_handshake(way))
    for each in opened:
        _read_handshake(each)
    greeted = [(each, token) for each, token in zip(opened, tokens, strict=True) if token]
    for each, token in greeted:
        each.sendall(_hello(token))
    for each, _ in greeted:
        _read_message(each)
    return opened


def _handshake(way: Way) -> bytes:
    """With the headers of a browser's extension, for a server may keep them."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {way.path} HTTP/1.1",
        f"Host: 127.0.0.1:{way.port}",
        "Connection: Upgrade",
        "Pragma: no-cache",
        "Cache-Control: no-cache",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36",
        "Upgrade: websocket",
        "Origin: moz-extension://6b0c1d9e-8a55-4a6e-9d55-6f6d7a0c5b11",
        "Sec-WebSocket-Version: 13",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-US,en;q=0.9",
        f"Sec-WebSocket-Key: {key}",
    ]
    if way.deflate:
        lines.append("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
    if way.tokens is not None:
        lines.append("Sec-WebSocket-Protocol: battery.v1")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _read_handshake(opened: socket.socket) -> None:
    received = b""
    while not received.endswith(_HEAD_END):
        part = opened.recv(1)
        received += part
        if not part:
            raise LostSocketError(received.decode())
    if not received.startswith(b"HTTP/1.1 101"):
        raise LostSocketError(received.decode())


def _hello(token: str) -> bytes:
    hello = {"type": "hello", "token": token, "client": "bench/1.0"}
    return _masked(TEXT, msgspec.json.encode(hello))


def _read_message(opened: socket.socket) -> None:
    received = b""
    frames: list[tuple[int, bytes]] = []
    while not frames:
        part = opened.recv(READ_BYTES)
        if not part:
            raise LostSocketError("the server closed a socket")
        received += part
        frames, _ = _frames_in(received)
    if frames[0][0] != TEXT:
        raise LostSocketError(repr(received))
