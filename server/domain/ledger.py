"""Plans a batch of commands on an org's state: entries, bucket changes and answers, without I/O or
clock.

Commands are planned in arrival order; each sees what the ones before it did. A refusal raises a
BatteryError before anything is moved, so it leaves no trace (R7).
"""

from typing import Any, Literal

import msgspec

from server.domain import errors
from server.domain.battery import battery_of, level_of, may_take
from server.domain.commands import By, Grant, Idempotency, SetCaps, SetLicense, SetPrices
from server.domain.commits import Crossing, RevealedItem
from server.domain.credit_month import first_day
from server.domain.entries import CapData, EntryLine, LicenseData, PricesData
from server.domain.ids import EVERYONE, AtUs, Seq, SubjectId, UserId
from server.domain.keys import recalled
from server.domain.plan import FreshAnswer, Plan
from server.domain.state import KeptAnswer, Month, OrgState, Seat
from server.wire.battery import Battery
from server.wire.words import LEVELS, Action, Kind, Level


class Ledger:
    """One batch being planned. `state` moves forward; `plan` collects what is to be written."""

    def __init__(self, state: OrgState, now: AtUs) -> None:
        self.state = state
        self.head = state.head
        self._pool_before = state.head.remaining
        # Time rises with seq also when the machine's clock goes back (invariant 10).
        self.at = AtUs(max(now, state.head.at_us))
        self.plan = Plan(state.head.org, self.at, state.head, state.head.seq)

    def grant(self, command: Grant) -> tuple[Seq, ...]:
        """R16."""
        recalled = self.recalled(command.by, command.key)
        if recalled is not None:
            return (Seq(int(recalled)),)
        self.head.granted += command.credits
        self.plan.extra_changed = True
        seq = self.write("grant", command.by, granted=command.credits, note=command.note)
        self.remember(command.by, command.key, str(seq))
        return (seq,)

    def set_license(self, command: SetLicense) -> tuple[Seq, ...]:
        """R15: a higher allotment applies at once, a lower one from the next month."""
        seat = self.state.seats.get(command.user) or self._new_seat(command)
        if command.anchor not in (None, seat.anchor):
            raise errors.BadRequest(
                f"The anchor of this license is {seat.anchor} and cannot be changed; "
                "leave `anchor` out."
            )
        month = self.touch(seat)
        month.granted = max(month.granted, command.allotment)
        seat.allotment = command.allotment
        data = LicenseData(allotment=seat.allotment, anchor=seat.anchor)
        seqs = (self.write("license", command.by, seat=seat, data=data),)
        if command.cap is msgspec.UNSET:
            return seqs
        return seqs + self.set_caps(SetCaps(command.by, (seat.user,), command.cap))

    def set_caps(self, command: SetCaps) -> tuple[Seq, ...]:
        """R17: one entry a user."""
        seats = [self.seat(user) for user in dict.fromkeys(command.users)]
        seqs = []
        for seat in seats:
            before = self.level(seat)
            seat.cap = command.cap
            seqs.append(self.write("cap", command.by, seat=seat, data=CapData(cap=command.cap)))
            self.announce_crossing(seat, before)
        return tuple(seqs)

    def set_prices(self, command: SetPrices) -> tuple[Seq, ...]:
        """Written also when nothing differs: an org's first entry says what it pays."""
        self.head.prices, self.head.own_prices = command.prices, command.own
        self.plan.prices_changed = True
        data = PricesData(prices=command.prices, own=command.own)
        return (self.write("prices", command.by, data=data),)

    def seat(self, user: UserId) -> Seat:
        """The user's seat. Raises NotFound for a user that is not of this org."""
        seat = self.state.seats.get(user)
        if seat is None:
            raise errors.NotFound(f"There is no user {user} in this organization.")
        return seat

    def touch(self, seat: Seat) -> Month:
        """The seat's credit month, marked as to be written."""
        month = seat.month_at(self.at, self.head.zone)
        # A month row made now must not lie ahead of the next entry when the clock goes back.
        self.head.at_us = self.at
        self.plan.months[seat.user, month.bounds.no] = month
        self.plan.seats[seat.user] = seat
        self.plan.users.add(seat.user)
        return month

    def write(
        self,
        action: Action,
        by: By,
        *,
        seat: Seat | None = None,
        month: Month | None = None,
        data: LicenseData | CapData | PricesData | None = None,
        **fields: Any,
    ) -> Seq:
        """Append one entry with the balances after it, and answer its seq.

        `month`: the one it belongs to, where that is not the seat's current one (R22).
        """
        if seat:
            # Also beside a hold's month: the seat's row names its current one, which must be there.
            current = self.touch(seat)
            month = month or current
            self.plan.months[seat.user, month.bounds.no] = month
        seq = self.next_seq()
        line = {
            "user_id": seat.user if seat else None,
            "month_no": month.bounds.no if month else None,
            "license_left": month.remaining if month else None,
            "subject_id": None,
            "kind": None,
            "piece_key": None,
            "credits": 0,
            "from_license": 0,
            "from_extra": 0,
            "data": msgspec.json.encode(data).decode() if data else None,
            **fields,
        }
        self.plan.entries.append(
            EntryLine(
                seq=seq,
                at_us=self.at,
                action=action,
                by_type=by.type,
                by_id=by.id,
                extra_left=self.head.remaining,
                **line,
            )
        )
        return seq

    def next_seq(self) -> Seq:
        """Take the org's next position."""
        self.head.seq = Seq(self.head.seq + 1)
        self.head.at_us = self.at
        return self.head.seq

    def level(self, seat: Seat) -> Level:
        """The seat's level now."""
        return seat.level(self.head, seat.month_at(self.at, self.head.zone))

    def announce_crossing(self, seat: Seat, before: Level) -> None:
        """A crossing downward is announced once per level, user and credit month (R33)."""
        month = seat.month_at(self.at, self.head.zone)
        level = seat.level(self.head, month)
        rank = LEVELS.index(level)
        if rank <= max(month.alerted, LEVELS.index(before)):
            return
        self.touch(seat)
        month.alerted, month.alert_seq = rank, self.head.seq
        self.plan.crossings.append(Crossing(seat.user, level, self.head.seq))

    def announce_drained(self, seats: list[Seat]) -> None:
        """The pool ran dry: who lived on it alone is empty now, whoever spent the last of it
        (R33)."""
        for seat in seats:
            self.state.seats.setdefault(seat.user, seat)
        for seat in self.state.seats.values():
            if seat.active:
                self.announce_crossing(seat, self._level_with_pool(seat, self._pool_before))

    def _level_with_pool(self, seat: Seat, remaining: int) -> Level:
        month = seat.month_at(self.at, self.head.zone)
        available = may_take(remaining, seat.cap, month.extra_used + month.extra_held)
        return level_of(month.granted, month.remaining, available)

    @property
    def drained(self) -> bool:
        """Whether this batch took the last of the pool."""
        return self.plan.extra_changed and self._pool_before > 0 and self.head.remaining == 0

    def show(
        self,
        seq: Seq,
        subject: SubjectId,
        url: str,
        kind: Kind,
        action: Literal["reveal", "export", "import", "reversal"],
        by: By,
    ) -> None:
        """Tell every member that a piece opened or closed."""
        name = self.state.names.get(by.id, by.id)
        self.plan.items.append(RevealedItem(seq, subject, url, kind, action, by.id, name))

    def battery(self, seat: Seat) -> Battery:
        """The user's battery at this point of the batch."""
        month = seat.month_at(self.at, self.head.zone)
        return battery_of(
            self.head.seq,
            self.head.zone,
            self.head.pool(),
            month.figures(),
            seat.cap,
            seat.saved,
        )

    def recalled(self, by: By, key: Idempotency | None) -> str | None:
        """The kept answer of an earlier request with this key (R11).

        Raises IdempotencyConflict when the key was used for another request.
        """
        kept = self.state.answers.get((by.id, key.key)) if key else None
        if kept is None or key is None:
            return None
        return recalled(kept, key)

    def remember(self, by: By, key: Idempotency | None, answer: str) -> None:
        """Keep an answer for its key, unique per caller: an operator's over all orgs."""
        if key is None:
            return
        org = self.head.org if by.type == "user" else EVERYONE
        self.plan.answers.append(FreshAnswer(org, by.id, key.key, key.fingerprint, answer))
        self.state.answers[by.id, key.key] = KeptAnswer(key.fingerprint, answer)

    def _new_seat(self, command: SetLicense) -> Seat:
        anchor = command.anchor or first_day(self.at, self.head.zone)
        seat = Seat(command.user, "", True, command.allotment, anchor, None)
        self.state.seats[command.user] = seat
        return seat
