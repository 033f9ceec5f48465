"""Replaying an org's entries: every balance follows from them (R32). Pure.

`Replay` takes the entries in order and keeps the figures they lead to; at each it compares what the
line says about itself. `server/domain/replay_end.py` compares the end with the balance rows.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, TypeVar

import msgspec

from server.domain.balances import JobRow, MonthRow
from server.domain.entries import CapData, EntryLine, LicenseData, PricesData
from server.domain.findings import Findings
from server.domain.ids import AtUs, JobId, Seq, UserId
from server.domain.replay_jobs import check_job_charge
from server.wire.words import CHARGE_ACTIONS

DATA = TypeVar("DATA", LicenseData, CapData, PricesData)
MonthKey = tuple[UserId, int]


class Pool(msgspec.Struct):
    """The org's extra credits."""

    granted: int = 0
    used: int = 0
    held: int = 0

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held


class Month(msgspec.Struct):
    """One license in one credit month."""

    granted: int
    used: int = 0
    held: int = 0
    extra_used: int = 0
    extra_held: int = 0

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held


class Seat(msgspec.Struct):
    """A license. `since`: each allotment with the moment it was set."""

    allotment: int
    anchor: date
    cap: int | None = None
    since: list[tuple[AtUs, int]] = []


class Hold(msgspec.Struct):
    """Credits set aside for a job; `left_*` is what was neither captured nor released."""

    month: MonthKey
    placed_seq: Seq
    from_license: int
    from_extra: int
    left_license: int
    left_extra: int
    captured_license: int = 0
    captured_extra: int = 0
    released_seq: Seq | None = None


class Replayed(msgspec.Struct):
    """The figures after the entries fed so far.

    `spent`: credits of charges less those of reversals; `converted`: license credits that
    reversals gave back as extra ones (R27).
    """

    entries: int = 0
    last_seq: Seq = Seq(0)
    last_at_us: AtUs = AtUs(0)
    pool: Pool = msgspec.field(default_factory=Pool)
    seats: dict[UserId, Seat] = {}
    months: dict[MonthKey, Month] = {}
    holds: dict[JobId, Hold] = {}
    prices: PricesData | None = None
    spent: int = 0
    converted: int = 0


class Parts(NamedTuple):
    """What a reversal gives back of a charge, with the signs of its line."""

    from_license: int
    from_extra: int
    granted: int | None


class Replay:
    """Feed it every entry of one org in order of `seq`. `months`: the frozen bounds (R12); `jobs`:
    the started ones, with the prices of their start (R20)."""

    def __init__(
        self, months: Iterable[MonthRow], jobs: Iterable[JobRow], findings: Findings
    ) -> None:
        self.now = Replayed()
        self._bounds = {(row.user_id, row.month_no): row for row in months}
        self._jobs = {row.job_id: row for row in jobs}
        self._reversed: set[Seq] = set()
        self._findings = findings

    def feed(self, line: EntryLine, charge: EntryLine | None = None) -> None:
        """One entry more. `charge`: the entry that `line.ref_seq` points at, if there is one."""
        self._take_position(line)
        self._check_sum(line)
        if line.action == "reversal":
            self._reverse(line, charge)
        else:
            self._apply(line)
        self._check_after(line)

    def _apply(self, line: EntryLine) -> None:
        match line.action:
            case "grant":
                self._grant(line)
            case "hold":
                self._place_hold(line)
            case "release":
                self._release(line)
            case "license":
                self._set_license(line)
            case "cap":
                self._set_cap(line)
            case "prices":
                self.now.prices = self._data(line, PricesData) or self.now.prices
            case _:
                self._charge(line)

    def _take_position(self, line: EntryLine) -> None:
        now = self.now
        if line.seq != now.last_seq + 1:
            self._findings.tell(1, f"entry {line.seq} follows entry {now.last_seq}")
        if line.at_us < now.last_at_us:
            self._findings.tell(10, f"entry {line.seq} is earlier than entry {now.last_seq}")
        now.entries += 1
        now.last_seq, now.last_at_us = line.seq, line.at_us

    def _check_sum(self, line: EntryLine) -> None:
        is_spending = line.action in CHARGE_ACTIONS or line.action == "reversal"
        expected = line.from_license + line.from_extra if is_spending else 0
        if line.credits != expected:
            self._findings.tell(
                5, f"entry {line.seq} says {line.credits} credits; its parts say {expected}"
            )
        self.now.spent += line.credits

    def _month(self, line: EntryLine) -> Month:
        """The month of the line; one not touched before has the license's allotment (R13)."""
        if line.user_id is None or line.month_no is None:
            self._findings.tell(2, f"entry {line.seq} ({line.action}) names no license and month")
            return Month(granted=0)
        key = (line.user_id, line.month_no)
        month = self.now.months.get(key)
        if month is None:
            seat = self.now.seats.get(line.user_id)
            if seat is None:
                self._findings.tell(
                    2, f"entry {line.seq} concerns {line.user_id}, not yet licensed"
                )
            month = self.now.months[key] = Month(seat.allotment if seat else 0)
        return month

    def _check_bounds(self, line: EntryLine) -> None:
        """A capture or release belongs to the month of its hold, whenever it comes (R22)."""
        if line.user_id is None or line.month_no is None or line.action == "reversal":
            return
        row = self._bounds.get((line.user_id, line.month_no))
        if row is None:
            self._findings.tell(
                2, f"month {line.month_no} of {line.user_id}, used by entry {line.seq}, has no row"
            )
        elif not row.starts_us <= line.at_us < row.ends_us and not _settles(line):
            self._findings.tell(
                8, f"entry {line.seq} is outside month {line.month_no} of {line.user_id}"
            )

    def _charge(self, line: EntryLine) -> None:
        month, pool = self._month(line), self.now.pool
        if line.piece_key is None or line.from_license < 0 or line.from_extra < 0:
            self._findings.tell(4, f"charge {line.seq} has no piece or a negative part")
        if line.job_id is not None:
            check_job_charge(line, self._jobs.get(line.job_id), self._findings)
            self._capture(line, month)
        else:
            self._check_price(line)
        month.used += line.from_license
        month.extra_used += line.from_extra
        pool.used += line.from_extra

    def _check_price(self, line: EntryLine) -> None:
        """A job settles at the prices of its start (R20); everything else at those in force."""
        if self.now.prices is None or line.kind is None:
            return
        price = self.now.prices.prices.of(line.kind)
        if line.credits != price:
            self._findings.tell(
                5, f"charge {line.seq} took {line.credits} credits when {line.kind} cost {price}"
            )

    def _capture(self, line: EntryLine, month: Month) -> None:
        hold = self._open_hold(line)
        if hold is None:
            return
        hold.captured_license += line.from_license
        hold.captured_extra += line.from_extra
        self._take_from_hold(line, hold, month, line.from_license, line.from_extra)

    def _place_hold(self, line: EntryLine) -> None:
        month = self._month(line)
        if line.job_id is None or line.job_id in self.now.holds:
            self._findings.tell(6, f"entry {line.seq} holds for no job, or a second time for one")
        elif line.user_id is not None and line.month_no is not None:
            self.now.holds[line.job_id] = Hold(
                (line.user_id, line.month_no),
                line.seq,
                line.from_license,
                line.from_extra,
                line.from_license,
                line.from_extra,
            )
        month.held += line.from_license
        month.extra_held += line.from_extra
        self.now.pool.held += line.from_extra

    def _release(self, line: EntryLine) -> None:
        month = self._month(line)
        hold = self._open_hold(line)
        if hold is None:
            return
        self._take_from_hold(line, hold, month, -line.from_license, -line.from_extra)
        hold.released_seq = line.seq
        if hold.left_license or hold.left_extra:
            self._findings.tell(6, f"entry {line.seq} ends a hold and leaves a part of it held")

    def _open_hold(self, line: EntryLine) -> Hold | None:
        hold = self.now.holds.get(line.job_id) if line.job_id else None
        if hold is None or hold.released_seq is not None:
            self._findings.tell(6, f"entry {line.seq} takes from a hold that is not open")
            return None
        if hold.month != (line.user_id, line.month_no):
            self._findings.tell(6, f"entry {line.seq} is in another month than its hold (R22)")
        return hold

    def _take_from_hold(
        self, line: EntryLine, hold: Hold, month: Month, license_part: int, extra_part: int
    ) -> None:
        hold.left_license -= license_part
        hold.left_extra -= extra_part
        if min(hold.left_license, hold.left_extra) < 0:
            self._findings.tell(6, f"entry {line.seq} takes more than job {line.job_id} holds")
        month.held -= license_part
        month.extra_held -= extra_part
        self.now.pool.held -= extra_part

    def _reverse(self, line: EntryLine, charge: EntryLine | None) -> None:
        if line.ref_seq is None or charge is None or charge.action not in CHARGE_ACTIONS:
            self._findings.tell(7, f"reversal {line.seq} points at no charge")
            return
        if line.ref_seq in self._reversed:
            self._findings.tell(7, f"reversal {line.seq} takes charge {line.ref_seq} back again")
        self._reversed.add(line.ref_seq)
        self._check_parts(line, charge)
        granted = line.granted or 0
        self.now.converted += granted
        self.now.pool.granted += granted
        self.now.pool.used += line.from_extra + granted
        if self._is_open(line):
            month = self._month(line)
            month.used += line.from_license
            month.extra_used += line.from_extra

    def _is_open(self, line: EntryLine) -> bool:
        if line.user_id is None or line.month_no is None:
            return False
        row = self._bounds.get((line.user_id, line.month_no))
        return row is None or line.at_us < row.ends_us

    def _check_parts(self, line: EntryLine, charge: EntryLine) -> None:
        if _concerns(line) != _concerns(charge):
            self._findings.tell(7, f"reversal {line.seq} and charge {charge.seq} are of two pieces")
        expected = _given_back(charge, line.by_type, is_open=self._is_open(line))
        actual = Parts(line.from_license, line.from_extra, line.granted)
        if actual != expected:
            self._findings.tell(
                7,
                f"reversal {line.seq} gives back {tuple(actual)} of charge {charge.seq}, "
                f"not {tuple(expected)} (license, extra, license as extra)",
            )

    def _grant(self, line: EntryLine) -> None:
        if line.granted is None or line.granted < 0:
            self._findings.tell(2, f"grant {line.seq} grants nothing")
        self.now.pool.granted += line.granted or 0

    def _set_license(self, line: EntryLine) -> None:
        """A higher allotment applies at once, a lower one from the next month (R15)."""
        data = self._data(line, LicenseData)
        if data is None or line.user_id is None:
            return
        if line.user_id not in self.now.seats:
            self.now.seats[line.user_id] = Seat(data.allotment, data.anchor)
        seat = self.now.seats[line.user_id]
        month = self._month(line)
        month.granted = max(month.granted, data.allotment)
        seat.allotment, seat.anchor = data.allotment, data.anchor
        seat.since.append((line.at_us, data.allotment))

    def _set_cap(self, line: EntryLine) -> None:
        data = self._data(line, CapData)
        self._month(line)
        seat = self.now.seats.get(line.user_id) if line.user_id else None
        if data is not None and seat is not None:
            seat.cap = data.cap

    def _data(self, line: EntryLine, shape: type[DATA]) -> DATA | None:
        try:
            return msgspec.json.decode(line.data or "", type=shape)
        except msgspec.DecodeError as error:
            self._findings.tell(2, f"the data of entry {line.seq} ({line.action}): {error}")
            return None

    def _check_after(self, line: EntryLine) -> None:
        """The balances on the line, and that nothing is below zero or above what was given."""
        self._check_bounds(line)
        pool = self.now.pool
        if line.extra_left != pool.remaining:
            self._findings.tell(
                2, f"entry {line.seq} leaves {pool.remaining} extra, and says {line.extra_left}"
            )
        if min(pool.used, pool.held, pool.remaining) < 0:
            self._findings.tell(3, f"after entry {line.seq} the extra credits are {pool}")
        month = None
        if line.user_id is not None and line.month_no is not None:
            month = self.now.months.get((line.user_id, line.month_no))
        left = month.remaining if month else None
        if line.license_left != left:
            self._findings.tell(
                2, f"entry {line.seq} leaves {left} on its license, and says {line.license_left}"
            )
        if month and _is_out_of_range(month):
            self._findings.tell(3, f"after entry {line.seq} the month of {line.user_id} is {month}")


def _settles(line: EntryLine) -> bool:
    return line.job_id is not None and line.action != "hold"


def _concerns(line: EntryLine) -> tuple[object, ...]:
    return line.user_id, line.month_no, line.piece_key, line.kind, line.subject_id


def _given_back(charge: EntryLine, by_type: Literal["user", "operator"], *, is_open: bool) -> Parts:
    """Exactly the recorded parts; of a closed month an operator gives the license part as extra,
    an admin gives it to nobody (R27)."""
    if is_open:
        return Parts(-charge.from_license, -charge.from_extra, None)
    if by_type == "operator":
        return Parts(0, -charge.credits, charge.from_license or None)
    return Parts(0, -charge.from_extra, None)


def _is_out_of_range(month: Month) -> bool:
    return min(month.used, month.held, month.remaining, month.extra_used, month.extra_held) < 0
