"""The newest events of one org, for sockets that missed a few."""

from collections import deque

from server.domain.ids import Seq
from server.push.messages import Event

EVENTS_MAX = 256
ENTRIES_MAX = 300
"""Above so many missed entries a socket gets a fresh `welcome` (api.md), so none is kept longer."""


class Ring:
    """Adjacent events, oldest first, bounded in events and in the entries they cover."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()

    def add(self, event: Event) -> None:
        """`event` begins where the last one ended, or the ring begins anew with it."""
        if self._events and self._events[-1].to != event.after:
            self._events.clear()
        self._events.append(event)
        while len(self._events) > EVENTS_MAX or event.to - self._events[0].after > ENTRIES_MAX:
            self._events.popleft()
            if not self._events:
                return

    def after(self, seq: Seq) -> tuple[Event, ...] | None:
        """The events after `seq`; None when they are not all here, or one straddles it."""
        found: list[Event] = []
        for event in reversed(self._events):
            if event.to <= seq:
                break
            found.append(event)
        if not found or found[-1].after != seq:
            return None
        return tuple(reversed(found))
