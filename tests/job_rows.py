"""Rows of jobs for tests: what is looked for, how it is sent to be settled, what it came to."""

from collections import Counter
from collections.abc import Iterable, Sequence

from server.domain.commands import SettleRows
from server.domain.ids import JobId, PieceKey, SubjectId
from server.domain.job_rows import Item, RowOutcome, Sought
from server.wire.jobs import SettledKind, Settlement
from server.wire.words import Kind, SettledOutcome


def export_rows(subjects: Sequence[SubjectId], first: int = 0) -> list[Sought]:
    """One row for each, from row number `first` on."""
    return [Sought(first + place, subject) for place, subject in enumerate(subjects)]


class Settling:
    """What a worker keeps in mind between two chunks of a job: the pieces that were met, whether
    the hold ran out, and what every row came to."""

    def __init__(self, job: JobId, kinds: Sequence[Kind], worker: str) -> None:
        self.outcomes: list[RowOutcome] = []
        self._job = job
        self._kinds = kinds
        self._worker = worker

    @property
    def seen(self) -> frozenset[PieceKey]:
        return frozenset(item.key for item in self._items if item.key is not None)

    @property
    def over_hold(self) -> bool:
        return any(item.outcome == "over_hold" for item in self._items)

    def chunk(self, rows: Sequence[Sought], *, through: int | None = None) -> SettleRows:
        """The next rows as a command. `through`: also past rows that are problems."""
        items = tuple(Item(kind, "net_new") for kind in self._kinds)
        return SettleRows(
            self._job,
            self._worker,
            rows[0].row_no,
            rows[-1].row_no + 1 if through is None else through,
            tuple((row, items) for row in rows),
            self.seen,
            self.over_hold,
        )

    def settlement(self) -> Settlement:
        """Counts of items, whatever their row; parts and position are the ledger's to say."""
        by_kind = {kind: _counted(self._items, kind) for kind in self._kinds}
        counts = Counter(item.outcome for item in self._items)
        return Settlement(
            charged=counts["charged"],
            already_owned=counts["already_owned"],
            duplicates=counts["duplicate"],
            not_found=counts["not_found"],
            over_hold=counts["over_hold"],
            credits=sum(item.credits for item in self._items),
            from_license=0,
            from_extra=0,
            seq=0,
            by_kind=by_kind,
        )

    @property
    def _items(self) -> list[Item]:
        return [item for outcome in self.outcomes for item in outcome.items]


def _counted(items: Iterable[Item], kind: Kind) -> SettledKind:
    here = [item for item in items if item.kind == kind]
    counts = Counter(item.outcome for item in here)
    return SettledKind(
        charged=counts["charged"],
        already_owned=counts["already_owned"],
        duplicates=counts["duplicate"],
        not_found=counts["not_found"],
        over_hold=counts["over_hold"],
        credits=sum(item.credits for item in here),
    )


def outcomes_of(rows: Iterable[RowOutcome]) -> list[SettledOutcome | None]:
    """Of every item, in row order."""
    return [item.outcome for row in rows for item in row.items]
