"""What the model of the ledger is made of. Values are tuples of what would be shown."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from server.domain.ids import SubjectId, UserId
from server.wire.words import Kind
from tests.model.months import Month

Value = tuple[str, ...]
PieceId = tuple[Kind, str]


class Refused(Exception):
    """`code` as in api.md; `figures` where the rule names them."""

    def __init__(self, code: str, **figures: int) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


class Found(NamedTuple):
    """What the directory holds of one kind of one person."""

    piece: PieceId
    value: Value


@dataclass
class Person:
    """A directory record. `emails` maps a spelling to its canonical form."""

    id: SubjectId
    email: tuple[str, str] | None = None
    mobile: str | None = None
    direct: str | None = None
    personality: bool = False

    def found(self, kind: Kind) -> Found | None:
        if kind == "email" and self.email:
            written, canonical = self.email
            return Found(("email", canonical), (written,))
        numbers = tuple(number for number in (self.mobile, self.direct) if number)
        if kind == "phone" and numbers:
            return Found(("phone", numbers[0]), numbers)
        if kind == "personality" and self.personality:
            return Found(("personality", self.id), ("Steady",))
        return None


@dataclass
class Figures:
    """One license in one credit month."""

    granted: int
    used: int = 0
    held: int = 0
    extra: int = 0
    extra_held: int = 0
    saved: int = 0
    alerted: int = 0

    @property
    def left(self) -> int:
        return self.granted - self.used - self.held


@dataclass
class User:
    id: UserId
    name: str
    allotment: int
    anchor: date
    cap: int | None = None
    active: bool = True
    was_away: bool = False
    saved: int = 0
    frozen: Month | None = None
    months: dict[int, Figures] = field(default_factory=dict)


@dataclass
class Piece:
    """What was paid for, by whom, last in which entry."""

    by: User
    at: int
    seq: int
    live: bool = True
    banned: bool = False


class Line(NamedTuple):
    """An entry, less what only names it."""

    action: str
    user: UserId | None
    credits: int
    from_license: int
    from_extra: int
    license_left: int | None
    extra_left: int
    ref: int | None = None
    granted: int | None = None


class Charge(NamedTuple):
    """What a reversal needs to know of a charge."""

    user: User
    month_no: int
    piece: PieceId
    from_license: int
    from_extra: int
    at: int


class Told(NamedTuple):
    """One result of a reveal."""

    subject: SubjectId
    kind: Kind
    outcome: str
    credits: int = 0
    seq: int | None = None
    value: Value | None = None
    by: str | None = None
    at: int | None = None


class Answer(NamedTuple):
    credits: int
    from_license: int
    from_extra: int
    saved: int
    results: tuple[Told, ...]


class Shown(NamedTuple):
    """A battery."""

    seq: int
    allotment: int
    used: int
    held: int
    left: int
    starts_on: date
    last_day: date
    resets_at: int
    pool: tuple[int, int, int] | None
    mine: tuple[int, int]
    available: int
    level: str
    saved: tuple[int, int]


class Asked(NamedTuple):
    """A reveal. `key` is an Idempotency-Key."""

    user: UserId
    items: tuple[tuple[SubjectId, Kind], ...]
    allow_partial: bool = False
    max_credits: int | None = None
    key: str | None = None
