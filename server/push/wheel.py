"""One coarse timer for everything that has been quiet for too long, instead of one timer each."""

from typing import Generic, Protocol, TypeVar


class Quiet(Protocol):
    """Something that is written to. `quiet_since`: the tick of its last write; `slot` is ours."""

    quiet_since: int
    slot: int


THING = TypeVar("THING", bound=Quiet)


class Wheel(Generic[THING]):
    """`turn` is called once a tick and tells what has been quiet for `ticks` of them.

    A write costs nothing here: it only sets `quiet_since`, which is looked at when the thing's turn
    comes.
    """

    def __init__(self, ticks: int) -> None:
        self.now = 0
        self._ticks = ticks
        self._slots: list[set[THING]] = [set() for _ in range(ticks)]

    def add(self, thing: THING) -> None:
        """From now on. Something is in the wheel once."""
        thing.quiet_since = self.now
        self._place(thing)

    def discard(self, thing: THING) -> None:
        self._slots[thing.slot].discard(thing)

    def turn(self) -> list[THING]:
        """The next tick. What it returns counts as written to now."""
        self.now += 1
        place = self.now % self._ticks
        waiting, self._slots[place] = self._slots[place], set()
        due = []
        for thing in waiting:
            if self.now - thing.quiet_since >= self._ticks:
                thing.quiet_since = self.now
                due.append(thing)
            self._place(thing)
        return due

    def _place(self, thing: THING) -> None:
        thing.slot = thing.quiet_since % self._ticks
        self._slots[thing.slot].add(thing)
