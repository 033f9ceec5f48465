"""What the settled rows of a job came to, as the settlement of the next ones needs it (R20)."""

from collections.abc import Iterable, Sequence

import msgspec

from server.domain.ids import PieceKey
from server.domain.job_rows import Item
from server.store.job_leases import JobAt

PIECES_KEPT_MAX = 200_000
"""Of all jobs that stepped aside: some 20 MB."""


class Recollection(msgspec.Struct):
    """Of the first `rows` rows. What a settled row came to never changes, so it stays true whoever
    settles the next ones."""

    rows: int = 0
    seen: set[PieceKey] = msgspec.field(default_factory=set)
    over_hold: bool = False

    def add(self, rows: Iterable[Sequence[Item]], through: int) -> None:
        """The next rows, up to, not including, `through`."""
        for items in rows:
            self.seen.update(item.key for item in items if item.outcome and item.key is not None)
            self.over_hold |= any(item.outcome == "over_hold" for item in items)
        self.rows = through


class Recollections:
    """Of jobs that stepped aside, for their next turn: to read 100,000 rows takes a second."""

    def __init__(self) -> None:
        self._of: dict[JobAt, Recollection] = {}

    def take(self, at: JobAt) -> Recollection:
        """Empty when there is none."""
        return self._of.pop(at, None) or Recollection()

    def keep(self, at: JobAt, known: Recollection) -> None:
        """Those kept longest go when there are too many pieces."""
        self._of[at] = known
        while sum(len(one.seen) for one in self._of.values()) > PIECES_KEPT_MAX:
            del self._of[next(iter(self._of))]
