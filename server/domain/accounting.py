"""What a job came to, and every reason why that is not what its quote said (R20; api.md, Jobs).

Row by row: the account of 100,000 rows needs no more memory than that of ten.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from server.domain.credit_month import from_us
from server.domain.ids import AtUs, PieceKey, Seq
from server.domain.job_rows import Item
from server.wire.battery import Prices
from server.wire.jobs import AccountLine, Quote, SettledKind, Settlement
from server.wire.words import ChargeAction, Kind, QuotedOutcome, SettledOutcome

RANKS: tuple[SettledOutcome, ...] = (
    "charged",
    "over_hold",
    "already_owned",
    "duplicate",
    "not_found",
)
"""A row with several kinds counts by the first of these that one of them came to. `charged` and
`over_hold` lead: both were net new, which is the first rank of a quote."""

WHYS = (
    "price",
    "already_owned",
    "reversed",
    "found",
    "first_of_piece",
    "not_found",
    "duplicate",
    "over_hold",
)
"""In the order in which an account tells them."""

_AS_QUOTED: Mapping[QuotedOutcome, SettledOutcome] = {
    "net_new": "charged",
    "already_owned": "already_owned",
    "duplicate": "duplicate",
    "not_found": "not_found",
}
_NO_LONGER: Mapping[QuotedOutcome, str] = {
    "net_new": "already_owned",
    "already_owned": "reversed",
    "duplicate": "first_of_piece",
    "not_found": "found",
}
"""Why something can be had now that the quote did not count as to be had."""


class Party(msgspec.Struct, frozen=True, gc=False):
    """Who moved a piece, and when. `action`: how it was paid for; None: it was taken back."""

    id: str
    name: str
    at_us: AtUs
    action: ChargeAction | None = None


class Witnesses(msgspec.Struct, frozen=True):
    """Who paid, by entry; who took a piece back since the quote, by piece."""

    payers: Mapping[Seq, Party] = {}
    reversers: Mapping[PieceKey, Party] = {}


class _Why(NamedTuple):
    why: str
    kind: Kind
    party: str | None = None
    action: ChargeAction | None = None


class _Difference(msgspec.Struct):
    name: str | None = None
    count: int = 0
    credits: int = 0
    first_us: AtUs | None = None
    last_us: AtUs | None = None

    def add(self, credits: int, party: Party | None) -> None:
        self.count += 1
        self.credits += credits
        if party is not None:
            self.name = party.name
            self.first_us = (
                party.at_us if self.first_us is None else min(self.first_us, party.at_us)
            )
            self.last_us = party.at_us if self.last_us is None else max(self.last_us, party.at_us)


class _Tally(msgspec.Struct):
    counts: dict[SettledOutcome, int]
    credits: int = 0

    def add(self, outcome: SettledOutcome, credits: int) -> None:
        self.counts[outcome] += 1
        self.credits += credits

    def settled(self) -> SettledKind:
        counts = self.counts
        return SettledKind(
            charged=counts["charged"],
            already_owned=counts["already_owned"],
            duplicates=counts["duplicate"],
            not_found=counts["not_found"],
            over_hold=counts["over_hold"],
            credits=self.credits,
        )


class Accounting:
    """Takes the settled rows of one job in any order; then tells its figures and its account.

    `prices`: those of the start. `quote.credits` and the credits of all lines add up to those of
    the settlement, whatever happened in between.
    """

    def __init__(self, quote: Quote, prices: Prices) -> None:
        self._quote = quote
        self._prices = prices
        self._rows = _tally()
        self._kinds: dict[Kind, _Tally] = {kind: _tally() for kind in quote.by_kind}
        self._net_new: dict[Kind, int] = dict.fromkeys(quote.by_kind, 0)
        self._differences: dict[_Why, _Difference] = {}

    def to_ask(self, items: Iterable[Item]) -> list[Seq]:
        """The entries whose `payers` `add` wants to know of."""
        return [
            item.seq
            for item in items
            if item.seq is not None and self._why(item) == "already_owned"
        ]

    def add(self, items: tuple[Item, ...], witnesses: Witnesses) -> None:
        """One row that was quoted. A kind without an outcome became a problem meanwhile (R25): its
        piece was not found."""
        if not items:
            return
        for item in items:
            self._count(item)
            why = self._why(item)
            if why is not None:
                self._explain(item, why, witnesses)
        best = min((_outcome(item) for item in items), key=RANKS.index)
        self._rows.add(best, sum(item.credits for item in items))

    def settlement(self) -> Settlement:
        """The figures of all rows. Which parts of the hold they took, and at which `seq`, the
        ledger sets (CompleteJob)."""
        return Settlement(
            **msgspec.structs.asdict(self._rows.settled()),
            from_license=0,
            from_extra=0,
            seq=0,
            by_kind={kind: tally.settled() for kind, tally in self._kinds.items()},
        )

    def account(self) -> tuple[AccountLine, ...]:
        """Every difference between quote and bill, in the order of WHYS, the largest first."""
        told = sorted(
            self._differences.items(),
            key=lambda one: (WHYS.index(one[0].why), one[0].kind, -one[1].count, str(one[1].name)),
        )
        return (*self._price_lines(), *(_line(why, difference) for why, difference in told))

    def _count(self, item: Item) -> None:
        self._kinds.setdefault(item.kind, _tally()).add(_outcome(item), item.credits)
        if item.quoted == "net_new":
            self._net_new[item.kind] = self._net_new.get(item.kind, 0) + 1

    def _why(self, item: Item) -> str | None:
        """None: it came as it was quoted."""
        outcome = _outcome(item)
        if outcome == _AS_QUOTED[item.quoted]:
            return None
        is_since = item.seq is not None and item.seq > self._quote.as_of_seq
        if outcome == "charged" or (outcome == "already_owned" and not is_since):
            return _NO_LONGER[item.quoted]
        if outcome == "duplicate" and item.quoted == "not_found":
            return "found"
        return outcome

    def _explain(self, item: Item, why: str, witnesses: Witnesses) -> None:
        quoted = self._prices.of(item.kind) if item.quoted == "net_new" else 0
        party = _party(item, why, witnesses)
        at = _Why(why, item.kind)
        if party is not None:
            at = _Why(why, item.kind, party.id, party.action)
        self._differences.setdefault(at, _Difference()).add(item.credits - quoted, party)

    def _price_lines(self) -> Iterable[AccountLine]:
        """What the same pieces cost more or less at the start than in the quote."""
        for kind, net_new in self._net_new.items():
            quoted = self._quote.by_kind[kind].credits if kind in self._quote.by_kind else 0
            credits = net_new * self._prices.of(kind) - quoted
            if credits:
                yield AccountLine(why="price", kind=kind, count=net_new, credits=credits)


def _party(item: Item, why: str, witnesses: Witnesses) -> Party | None:
    if why == "already_owned" and item.seq is not None:
        return witnesses.payers.get(item.seq)
    if why == "reversed" and item.key is not None:
        return witnesses.reversers.get(item.key)
    return None


def _outcome(item: Item) -> SettledOutcome:
    return item.outcome or "not_found"


def _tally() -> _Tally:
    return _Tally(dict.fromkeys(RANKS, 0))


def _line(at: _Why, difference: _Difference) -> AccountLine:
    first, last = difference.first_us, difference.last_us
    return AccountLine(
        why=at.why,
        count=difference.count,
        credits=difference.credits,
        kind=at.kind,
        by=difference.name,
        action=at.action,
        first_at=from_us(first) if first is not None else None,
        last_at=from_us(last) if last is not None else None,
    )
