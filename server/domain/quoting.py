"""Counting what a job would cost: every kind of every row is net new, owned, a duplicate or not
found (R18)."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from server.domain.ids import PieceKey, Seq, SubjectId
from server.domain.job_rows import Item, Sought, piece_of, row_standing
from server.domain.ownership import Standing
from server.domain.paying import ITEMS_TOLD_MAX
from server.domain.state import Piece, SubjectState
from server.wire.battery import Battery, Prices
from server.wire.jobs import Quote, QuotedKind
from server.wire.words import Kind, QuotedOutcome

RANKS: tuple[QuotedOutcome, ...] = ("net_new", "already_owned", "duplicate", "not_found")
"""A row with several kinds counts by the first of these that one of them came to."""


class Funds(NamedTuple):
    """What a job could hold. `extra` is what its user may take of the `pool` (R17)."""

    license: int
    extra: int
    pool: int


def funds_of(battery: Battery) -> Funds:
    """What the user has who sees this battery."""
    extra = battery.extra
    return Funds(
        battery.license.remaining,
        extra.available if extra else 0,
        extra.remaining if extra else 0,
    )


class Quoting:
    """Takes the rows of one job in their order, then tells its quote.

    `first_new`: whom and what the first net-new pieces are about, for a refusal to name (R7).
    """

    def __init__(self, kinds: tuple[Kind, ...], prices: Prices) -> None:
        self.first_new: list[tuple[SubjectId, Kind, int]] = []
        self._kinds = kinds
        self._prices = prices
        self._seen: set[PieceKey] = set()
        self._rows = _Tally()
        self._by_kind = {kind: _Tally() for kind in kinds}

    def row(
        self,
        row: Sought,
        subjects: Mapping[SubjectId, SubjectState],
        pieces: Mapping[PieceKey, Piece],
    ) -> tuple[Item, ...]:
        """The next row, as it is quoted. `subjects` and `pieces`: at least those it is about."""
        items = tuple(
            self._item(row, kind, row_standing(row, kind, subjects, pieces)) for kind in self._kinds
        )
        self._rows.add(min((item.quoted for item in items), key=RANKS.index))
        return items

    def quote(self, funds: Funds, as_of_seq: Seq) -> Quote:
        """What starting would cost. License credits come first, then extra (R9)."""
        by_kind = {kind: self._quoted(kind) for kind in self._kinds}
        credits = sum(one.credits for one in by_kind.values())
        from_license = min(credits, funds.license)
        from_extra = min(credits - from_license, funds.extra)
        short_by = credits - from_license - from_extra
        return Quote(
            **self._rows.told(),
            credits=credits,
            from_license=from_license,
            from_extra=from_extra,
            license_after=funds.license - from_license,
            extra_after=funds.pool - from_extra,
            affordable=short_by == 0,
            short_by=short_by,
            as_of_seq=as_of_seq,
            by_kind=by_kind,
        )

    def _item(self, row: Sought, kind: Kind, now: Standing) -> Item:
        key = piece_of(now)
        outcome = self._outcome(now, key)
        self._by_kind[kind].add(outcome)
        if outcome == "net_new" and len(self.first_new) < ITEMS_TOLD_MAX:
            assert row.subject is not None, "a piece is found on somebody"
            self.first_new.append((row.subject, kind, self._prices.of(kind)))
        return Item(kind, outcome, key)

    def _outcome(self, now: Standing, key: PieceKey | None) -> QuotedOutcome:
        """A later occurrence of a piece is always a duplicate."""
        if key is None:
            return "not_found"
        if key in self._seen:
            return "duplicate"
        self._seen.add(key)
        return "net_new" if now.offer is not None else "already_owned"

    def _quoted(self, kind: Kind) -> QuotedKind:
        tally = self._by_kind[kind]
        return QuotedKind(**tally.told(), credits=tally.net_new * self._prices.of(kind))


class _Tally(msgspec.Struct):
    net_new: int = 0
    already_owned: int = 0
    duplicate: int = 0
    not_found: int = 0

    def add(self, outcome: QuotedOutcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def told(self) -> dict[str, int]:
        found = self.net_new + self.already_owned + self.duplicate
        return {
            "rows": found + self.not_found,
            "found": found,
            "not_found": self.not_found,
            "duplicates": self.duplicate,
            "already_owned": self.already_owned,
            "net_new": self.net_new,
        }
