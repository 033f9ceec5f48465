"""What an org owns of a subject, as it is kept and as it is shown."""

import msgspec

from server.wire.base import Answer
from server.wire.subjects import (
    Analysis,
    Disc,
    EmailValue,
    Insight,
    PersonalityValue,
    Phone,
    PhoneValue,
)
from server.wire.words import Kind


class KeptEmail(Answer, frozen=True, omit_defaults=True, tag_field="kind", tag="email"):
    """The address as the directory wrote it when it was paid for. Analysis is the directory's.

    `typed`: the org's own file gave it for this subject (R25), where the directory has another or
    none. It opens itself and no analysis: else one address, written beside everybody's URL, would
    open all of them.
    """

    email: str
    typed: bool = False


class KeptPhone(Answer, frozen=True, tag_field="kind", tag="phone"):
    """All numbers that came along, the paid one first (R3)."""

    phones: tuple[Phone, ...]


class KeptPersonality(Answer, frozen=True, tag_field="kind", tag="personality"):
    disc: Disc
    style: str
    summary: str


Kept = KeptEmail | KeptPhone | KeptPersonality

_decoder: msgspec.json.Decoder[Kept] = msgspec.json.Decoder(Kept)


def kept_from_json(text: str) -> Kept:
    """A row of `owned_value`."""
    return _decoder.decode(text)


def shown(
    kept: Kept, analysis: Analysis | None, insights: tuple[Insight, ...]
) -> EmailValue | PhoneValue | PersonalityValue:
    """The value of api.md: the email opens the analysis and the insights with it."""
    match kept:
        case KeptEmail(email=email, typed=True):
            return EmailValue(email=email, analysis=None, insights=())
        case KeptEmail(email=email):
            return EmailValue(email=email, analysis=analysis, insights=insights)
        case KeptPhone(phones=phones):
            return PhoneValue(phones=phones)
        case KeptPersonality(disc=disc, style=style, summary=summary):
            return PersonalityValue(disc=disc, style=style, summary=summary)


def kind_of(kept: Kept) -> Kind:
    """The kind a kept value is of."""
    match kept:
        case KeptEmail():
            return "email"
        case KeptPhone():
            return "phone"
        case KeptPersonality():
            return "personality"
