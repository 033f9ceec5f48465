"""Makes up the ledger of a large customer, entry by entry, with the balances it leads to. Pure.

What is made up is what the product would have written: credits go from the license first, a month
begins with the whole allotment, a reversal gives back what its charge took. `verify` agrees.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from server.domain.commands import DEPLOYMENT
from server.domain.credit_month import MonthBounds, month_at
from server.domain.entries import EntryLine, LicenseData, PricesData
from server.domain.ids import AtUs, OrgId, PieceKey, Seq, SubjectId, UserId
from server.domain.pieces import PIECE_KEY_BYTES
from server.domain.values import Kept
from server.wire.battery import DEFAULT_PRICES
from server.wire.words import Action, Kind

ALLOTMENT = 150
"""Too few for the busiest, who live on extra credits."""
ANCHOR_DAYS = 28
GRANT = 5_000_000
GRANT_BELOW = 1_000
REVERSED_EVERY = 500
PERSONALITY_EVERY = 997
"""No multiple of it is one of REVERSED_EVERY for a long time."""
PHONES = 0.1
"""Of the charges; nearly all others are email addresses."""


class Offering(NamedTuple):
    """A piece of the directory."""

    subject: SubjectId
    kind: Kind
    key: PieceKey
    kept: Kept


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """`entries` of `users`, the first of whom are the busiest, from `start_us` to `end_us`.

    The newest charges are those of `offerings`. Before them the same people were sold with values
    that the directory no longer has (R6).
    """

    org: OrgId
    zone: ZoneInfo
    users: Sequence[UserId]
    entries: int
    start_us: AtUs
    end_us: AtUs
    offerings: Sequence[Offering]


class Month(msgspec.Struct):
    """One license in one credit month."""

    bounds: MonthBounds
    used: int = 0
    extra_used: int = 0


class Seat(msgspec.Struct):
    """A license. `months`: the touched ones, the last is the current one; `last`: the newest charge
    of it that nobody took back."""

    user: UserId
    anchor: date
    months: list[Month] = []
    last_spend_us: AtUs | None = None
    last: EntryLine | None = None


class LedgerMaker:
    """`lines` makes the entries; the rest is known when all of them are made."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._dice = Random(recipe.entries)
        self._calendars: dict[date, list[MonthBounds]] = {}
        self._people = [offering.subject for offering in recipe.offerings]
        self._personalities = [each for each in recipe.offerings if each.kind == "personality"]
        self._newest = [each for each in recipe.offerings if each.kind != "personality"]
        self.head_seq = 0
        self.at_us = recipe.start_us
        self.granted = 0
        self.extra_used = 0
        self.seats: list[Seat] = []
        self.owned: dict[PieceKey, Offering] = {}
        """What the org owns of the directory's values."""

    def lines(self) -> Iterator[EntryLine]:
        """Every entry, in order."""
        recipe = self._recipe
        yield self._prices()
        for number, user in enumerate(recipe.users):
            first = date(2020, 1, 1 + number % ANCHOR_DAYS)
            self.seats.append(Seat(user, first))
            yield self._license(self.seats[-1])
        step_us = (recipe.end_us - recipe.start_us) / recipe.entries
        while self.head_seq < recipe.entries:
            self.at_us = AtUs(recipe.start_us + int(step_us * self.head_seq))
            yield self._next()

    def _next(self) -> EntryLine:
        if self.granted - self.extra_used < GRANT_BELOW:
            return self._grant()
        # The first users spend far more than the last.
        seat = self.seats[int(len(self.seats) * self._dice.random() ** 2)]
        month = self._month(seat)
        if self.head_seq % REVERSED_EVERY == 0 and seat.last is not None:
            return self._reversal(seat, month, seat.last)
        return self._charge(seat, month)

    def _month(self, seat: Seat) -> Month:
        if not seat.months or seat.months[-1].bounds.ends_us <= self.at_us:
            seat.months.append(Month(self._bounds(seat.anchor)))
            # Taken back later, its license credits would come back as extra ones (R27).
            seat.last = None
        return seat.months[-1]

    def _bounds(self, anchor: date) -> MonthBounds:
        known = self._calendars.setdefault(anchor, [])
        if not known or known[-1].ends_us <= self.at_us:
            known.append(month_at(anchor, self._recipe.zone, self.at_us))
        return known[-1]

    def _charge(self, seat: Seat, month: Month) -> EntryLine:
        subject, kind, key = self._piece()
        price = DEFAULT_PRICES.of(kind)
        of_license = min(price, ALLOTMENT - month.used)
        month.used += of_license
        month.extra_used += price - of_license
        self.extra_used += price - of_license
        seat.last_spend_us = self.at_us
        seat.last = EntryLine(
            seq=self._seq(),
            at_us=self.at_us,
            action="reveal",
            user_id=seat.user,
            month_no=month.bounds.no,
            by_type="user",
            by_id=seat.user,
            subject_id=subject,
            kind=kind,
            piece_key=key,
            credits=price,
            from_license=of_license,
            from_extra=price - of_license,
            license_left=ALLOTMENT - month.used,
            extra_left=self.granted - self.extra_used,
        )
        return seat.last

    def _piece(self) -> tuple[SubjectId, Kind, PieceKey]:
        offered = self._offered()
        if offered is not None:
            self.owned[offered.key] = offered
            return offered.subject, offered.kind, offered.key
        kind: Kind = "phone" if self._dice.random() < PHONES else "email"
        key = hashlib.blake2b(
            b"%d" % self.head_seq, digest_size=PIECE_KEY_BYTES, person=b"seed"
        ).digest()
        return self._people[self.head_seq % len(self._people)], kind, PieceKey(key)

    def _offered(self) -> Offering | None:
        if self._newest and self._recipe.entries - self.head_seq <= len(self._newest):
            return self._newest.pop()
        if self._personalities and self.head_seq % PERSONALITY_EVERY == 0:
            return self._personalities.pop()
        return None

    def _reversal(self, seat: Seat, month: Month, charge: EntryLine) -> EntryLine:
        seat.last = None
        month.used -= charge.from_license
        month.extra_used -= charge.from_extra
        self.extra_used -= charge.from_extra
        assert charge.piece_key is not None, "a charge is for a piece"
        self.owned.pop(charge.piece_key, None)
        return msgspec.structs.replace(
            charge,
            seq=self._seq(),
            at_us=self.at_us,
            action="reversal",
            by_type=DEPLOYMENT.type,
            by_id=DEPLOYMENT.id,
            credits=-charge.credits,
            from_license=-charge.from_license,
            from_extra=-charge.from_extra,
            license_left=ALLOTMENT - month.used,
            extra_left=self.granted - self.extra_used,
            ref_seq=charge.seq,
            reason="goodwill",
        )

    def _grant(self) -> EntryLine:
        self.granted += GRANT
        line = self._by_deployment("grant")
        return msgspec.structs.replace(line, granted=GRANT, note="Made up by scripts/seed")

    def _prices(self) -> EntryLine:
        data = PricesData(DEFAULT_PRICES, own=False)
        return self._by_deployment("prices", data=msgspec.json.encode(data).decode())

    def _license(self, seat: Seat) -> EntryLine:
        data = LicenseData(ALLOTMENT, seat.anchor)
        line = self._by_deployment("license", data=msgspec.json.encode(data).decode())
        return msgspec.structs.replace(
            line,
            user_id=seat.user,
            month_no=self._month(seat).bounds.no,
            license_left=ALLOTMENT,
        )

    def _by_deployment(self, action: Action, data: str | None = None) -> EntryLine:
        return EntryLine(
            seq=self._seq(),
            at_us=self.at_us,
            action=action,
            user_id=None,
            month_no=None,
            by_type=DEPLOYMENT.type,
            by_id=DEPLOYMENT.id,
            subject_id=None,
            kind=None,
            piece_key=None,
            credits=0,
            from_license=0,
            from_extra=0,
            license_left=None,
            extra_left=self.granted - self.extra_used,
            data=data,
        )

    def _seq(self) -> Seq:
        self.head_seq += 1
        return Seq(self.head_seq)
