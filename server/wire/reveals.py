"""Revealing: one request, one decision (R8; api.md, Revealing)."""

from datetime import datetime

import msgspec

from server.wire.base import Answer, Request
from server.wire.battery import Battery
from server.wire.subjects import EmailValue, PersonalityValue, PhoneValue
from server.wire.words import Kind, Outcome


class RevealItem(Request, frozen=True, kw_only=True):
    subject: str
    kinds: list[Kind]


class RevealRequest(Request, frozen=True, kw_only=True):
    """`POST /api/v1/reveals`. `max_credits`: the most the client agreed to."""

    items: list[RevealItem]
    allow_partial: bool = False
    max_credits: int | None = None


class _Result(Answer, frozen=True, kw_only=True):
    """The outcome of one kind of one subject.

    `value` and `seq` come with what is owned now, `revealed_by` and `revealed_at` with what
    already was. `value` is null in a replayed answer whose piece has been reversed since (R11).
    """

    subject: str
    outcome: Outcome
    credits: int
    revealed_by: str | msgspec.UnsetType = msgspec.UNSET
    revealed_at: datetime | msgspec.UnsetType = msgspec.UNSET
    seq: int | msgspec.UnsetType = msgspec.UNSET


class EmailResult(_Result, frozen=True, kw_only=True, tag_field="kind", tag="email"):
    value: EmailValue | None | msgspec.UnsetType = msgspec.UNSET


class PhoneResult(_Result, frozen=True, kw_only=True, tag_field="kind", tag="phone"):
    value: PhoneValue | None | msgspec.UnsetType = msgspec.UNSET


class PersonalityResult(_Result, frozen=True, kw_only=True, tag_field="kind", tag="personality"):
    value: PersonalityValue | None | msgspec.UnsetType = msgspec.UNSET


RevealResult = EmailResult | PhoneResult | PersonalityResult


class RevealAnswer(Answer, frozen=True, kw_only=True):
    """`seq` is the org's position after the request; `saved` what the owned pieces would have
    cost."""

    seq: int
    credits: int
    from_license: int
    from_extra: int
    saved: int
    results: list[RevealResult]
    battery: Battery
