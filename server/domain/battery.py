"""What a user's battery shows, from the figures of the ledger (R12–R17, R31, R33)."""

from zoneinfo import ZoneInfo

import msgspec

from server.domain.credit_month import MonthBounds, first_day, from_us, last_day
from server.domain.ids import Seq
from server.wire.battery import Battery, ExtraCredits, LicenseBattery, Mine, Saved
from server.wire.words import Level

LOW_PERCENT = 25
CRITICAL_PERCENT = 10


class Pool(msgspec.Struct, frozen=True, gc=False):
    """The org's extra credits: `granted = used + held + remaining`."""

    granted: int
    used: int
    held: int

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held


class MonthFigures(msgspec.Struct, frozen=True, gc=False):
    """One license in one credit month."""

    bounds: MonthBounds
    granted: int
    used: int = 0
    held: int = 0
    extra_used: int = 0
    extra_held: int = 0
    saved: int = 0

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held


def may_take(pool_remaining: int, cap: int | None, taken: int) -> int:
    """What a user may take from extra: the smaller of the pool's rest and the cap's rest (R17)."""
    if cap is None:
        return pool_remaining
    return max(0, min(pool_remaining, cap - taken))


def level_of(granted: int, remaining: int, extra_available: int) -> Level:
    """R33. With allotment 0 there is only `ok` and `empty`."""
    if remaining == 0 and extra_available == 0:
        return "empty"
    if granted == 0 or remaining * 100 > granted * LOW_PERCENT:
        return "ok"
    return "critical" if remaining * 100 <= granted * CRITICAL_PERCENT else "low"


def battery_of(
    seq: Seq, zone: ZoneInfo, pool: Pool, month: MonthFigures, cap: int | None, saved_total: int
) -> Battery:
    """The Battery of api.md."""
    available = may_take(pool.remaining, cap, month.extra_used + month.extra_held)
    extra = ExtraCredits(
        granted=pool.granted,
        used=pool.used,
        held=pool.held,
        remaining=pool.remaining,
        cap=cap,
        mine=Mine(used=month.extra_used, held=month.extra_held),
        available=available,
    )
    return Battery(
        seq=seq,
        license=LicenseBattery(
            allotment=month.granted,
            used=month.used,
            held=month.held,
            remaining=month.remaining,
            starts_on=first_day(month.bounds.starts_us, zone),
            last_day=last_day(month.bounds.ends_us, zone),
            resets_at=from_us(month.bounds.ends_us),
        ),
        extra=extra if pool.granted else None,
        available=month.remaining + available,
        level=level_of(month.granted, month.remaining, available),
        saved=Saved(month=month.saved, total=saved_total),
    )
