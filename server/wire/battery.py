"""The Battery, the same object everywhere, and the price list (api.md, Battery and prices)."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from server.wire.base import Answer
from server.wire.words import CREDITS_MAX, Kind, Level

Price = Annotated[int, msgspec.Meta(ge=0, le=CREDITS_MAX)]


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credits per kind, each ≥ 0. Zero is a price, and leaving one out is none."""

    email: Price
    phone: Price
    personality: Price

    def of(self, kind: Kind) -> int:
        """Credits for one piece of `kind`."""
        match kind:
            case "email":
                return self.email
            case "phone":
                return self.phone
            case "personality":
                return self.personality


DEFAULT_PRICES = Prices(email=1, phone=10, personality=100)
"""credit-rules.md, Prices."""


class LicenseBattery(Answer, frozen=True, kw_only=True):
    """`allotment = used + held + remaining`; days are dates in the org's zone (R14)."""

    allotment: int
    used: int
    held: int
    remaining: int
    starts_on: date
    last_day: date
    resets_at: datetime


class Mine(Answer, frozen=True, kw_only=True):
    """What this user took from extra in the user's current credit month (R17)."""

    used: int
    held: int


class ExtraCredits(Answer, frozen=True, kw_only=True):
    """`granted = used + held + remaining`; `available` is what this user may take (R17)."""

    granted: int
    used: int
    held: int
    remaining: int
    cap: int | None
    mine: Mine
    available: int


class OrgExtra(Answer, frozen=True, kw_only=True):
    """The org's extra credits, whoever takes them: `granted = used + held + remaining`."""

    granted: int
    used: int
    held: int
    remaining: int


class Saved(Answer, frozen=True, kw_only=True):
    """Credits not spent because the org owned the piece (R31): in this credit month, and ever."""

    month: int
    total: int


class Battery(Answer, frozen=True, kw_only=True):
    """`available = license.remaining + extra.available`. `extra` is null until the first grant."""

    seq: int
    license: LicenseBattery
    extra: ExtraCredits | None
    available: int
    level: Level
    saved: Saved
