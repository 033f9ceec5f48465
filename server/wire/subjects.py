"""Contacts and accounts, what is known of each kind, and the values an org owns (api.md,
Finding)."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec

from server.wire.base import Answer, Request
from server.wire.words import SubjectType

VALUE = TypeVar("VALUE")


class Analysis(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """The profile analysis: belongs to the directory, opens with the email."""

    seniority: str | None = None
    function: str | None = None
    tenure_years: float | None = None
    skills: tuple[str, ...] = ()


class Insight(Answer, frozen=True, kw_only=True):
    """A colleague who knows the person. Belongs to the org and never crosses to another."""

    colleague: str
    strength: int
    since: str | None
    note: str | None


class EmailValue(Answer, frozen=True, kw_only=True):
    email: str
    analysis: Analysis | None
    insights: tuple[Insight, ...]


class Phone(Answer, frozen=True, kw_only=True):
    type: str
    """`mobile` or `direct`."""
    number: str


class PhoneValue(Answer, frozen=True, kw_only=True):
    phones: tuple[Phone, ...]


class Disc(Answer, frozen=True, kw_only=True):
    """The four DISC scores, 0–100 each."""

    d: int
    i: int
    s: int
    c: int


class PersonalityValue(Answer, frozen=True, kw_only=True):
    disc: Disc
    style: str
    summary: str


Value = EmailValue | PhoneValue | PersonalityValue


class AvailablePiece(Answer, frozen=True, kw_only=True, tag_field="state", tag="available"):
    price: int


class NotFoundPiece(Answer, frozen=True, kw_only=True, tag_field="state", tag="not_found"):
    pass


class OwnedPiece(Answer, Generic[VALUE], frozen=True, kw_only=True, tag_field="state", tag="owned"):
    value: VALUE
    revealed_by: str
    revealed_at: datetime
    seq: int


class UpdatedPiece(
    Answer, Generic[VALUE], frozen=True, kw_only=True, tag_field="state", tag="updated"
):
    """The org owns an older value; the directory's new one is a new piece with its price (R6)."""

    price: int
    value: VALUE
    revealed_by: str
    revealed_at: datetime
    seq: int


class Pieces(Answer, frozen=True, kw_only=True):
    """What each kind is to the asking org. An account has `email` and `phone`."""

    email: AvailablePiece | NotFoundPiece | OwnedPiece[EmailValue] | UpdatedPiece[EmailValue]
    phone: AvailablePiece | NotFoundPiece | OwnedPiece[PhoneValue] | UpdatedPiece[PhoneValue]
    personality: (
        AvailablePiece
        | NotFoundPiece
        | OwnedPiece[PersonalityValue]
        | UpdatedPiece[PersonalityValue]
        | msgspec.UnsetType
    ) = msgspec.UNSET


class Subject(Answer, frozen=True, kw_only=True):
    """A contact or an account, with each kind's state for the asking org."""

    id: str
    type: SubjectType
    name: str
    headline: str | None
    company: str | None
    location: str | None
    url: str
    pieces: Pieces


class LookupsRequest(Request, frozen=True, kw_only=True):
    """`POST /api/v1/lookups`."""

    urls: list[str]


class LookupsAnswer(Answer, frozen=True, kw_only=True):
    """`results[i]` is the subject that `urls[i]` shows, or null."""

    results: list[Subject | None]


class SubjectsQuery(Request, frozen=True, kw_only=True):
    """`GET /api/v1/people` and `/accounts`. An empty `q` lists all."""

    q: str = ""
    page: Annotated[int, msgspec.Meta(ge=1)] = 1


class SubjectPage(Answer, frozen=True, kw_only=True):
    """20 a page, stable order; `pages` is 0 when nothing matches."""

    results: list[Subject]
    page: int
    pages: int
    total: int
