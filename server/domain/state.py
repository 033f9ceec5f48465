"""What a batch is planned on: the part of an org's ledger that its commands touch, read under the
org's lock.

Everything here is mutable on purpose: the planner (server/domain/ledger.py) moves it forward
command by command, so that each command sees what the ones before it did.
"""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from server.domain.battery import MonthFigures, Pool, level_of, may_take
from server.domain.credit_month import MonthBounds, month_after, month_at
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, JobId, OrgId, PieceKey, Seq, SubjectId, UserId
from server.domain.values import Kept
from server.wire.battery import Prices
from server.wire.jobs import AccountLine, Settlement
from server.wire.subjects import Analysis, Insight
from server.wire.words import JobAction, JobStatus, Kind, Level


class Head(msgspec.Struct):
    """`org_head`: the lock, the counter and the pool."""

    org: OrgId
    zone: ZoneInfo
    seq: Seq
    at_us: AtUs
    granted: int
    used: int
    held: int
    saved: int
    prices: Prices
    own_prices: bool

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held

    def pool(self) -> Pool:
        return Pool(self.granted, self.used, self.held)


class Month(msgspec.Struct):
    """An `allotment` row: one license in one credit month."""

    user: UserId
    bounds: MonthBounds
    granted: int
    used: int = 0
    held: int = 0
    extra_used: int = 0
    extra_held: int = 0
    saved: int = 0
    alerted: int = 0
    """Rank of the lowest level announced in this month (R33)."""
    alert_seq: int = 0

    @property
    def remaining(self) -> int:
        return self.granted - self.used - self.held

    def figures(self) -> MonthFigures:
        return MonthFigures(
            self.bounds,
            self.granted,
            self.used,
            self.held,
            self.extra_used,
            self.extra_held,
            self.saved,
        )


class Seat(msgspec.Struct):
    """A user with the license, and the newest credit month that was touched."""

    user: UserId
    name: str
    active: bool
    allotment: int
    anchor: date
    cap: int | None
    saved: int = 0
    last_spend_us: AtUs | None = None
    month: Month | None = None

    def month_at(self, at: AtUs, zone: ZoneInfo) -> Month:
        """The credit month `at` falls in; a new one has the full allotment (R13)."""
        if self.month is not None and at < self.month.bounds.ends_us:
            return self.month
        if self.month is None:
            self.month = Month(self.user, month_at(self.anchor, zone, at), self.allotment)
        else:
            bounds = month_after(self.month.bounds, self.anchor, zone, at)
            if bounds.no != self.month.bounds.no:
                self.month = Month(self.user, bounds, self.allotment)
        return self.month

    def may_take(self, head: Head, month: Month) -> int:
        """Extra credits this user may take (R17)."""
        return may_take(head.remaining, self.cap, month.extra_used + month.extra_held)

    def level(self, head: Head, month: Month) -> Level:
        return level_of(month.granted, month.remaining, self.may_take(head, month))


class Piece(msgspec.Struct):
    """A `piece` row with who paid for it last."""

    key: PieceKey
    gen: int
    live: bool
    banned: bool
    seq: Seq
    by: UserId
    by_name: str
    at_us: AtUs


class Offer(msgspec.Struct, frozen=True, gc=False):
    """What the directory holds of one kind of one subject, and the piece it is."""

    key: PieceKey
    kept: Kept


class Owned(msgspec.Struct, frozen=True, gc=False):
    """An `owned_value` row: what the org keeps on this subject. Counts while its piece is live."""

    key: PieceKey
    kept: Kept


class SubjectState(msgspec.Struct):
    """A contact or account that the org can see."""

    id: SubjectId
    url: str
    offers: dict[Kind, Offer]
    owned: dict[Kind, list[Owned]]
    analysis: Analysis | None = None
    insights: tuple[Insight, ...] = ()


class Charge(msgspec.Struct, frozen=True):
    """An entry that a reversal points at, with the month it was charged to."""

    line: EntryLine
    url: str
    reversed: bool
    month: Month | None


class KeptAnswer(msgspec.Struct, frozen=True, gc=False):
    """An `idempotency` row (R11)."""

    fingerprint: bytes
    answer: str


class Hold(msgspec.Struct):
    """A `hold` row. `month`: the credit month it was placed in, to which it stays pinned (R22)."""

    month: Month
    from_license: int
    from_extra: int
    placed_seq: Seq
    captured_license: int = 0
    captured_extra: int = 0
    ended_seq: Seq | None = None

    @property
    def left_license(self) -> int:
        return self.from_license - self.captured_license

    @property
    def left_extra(self) -> int:
        return self.from_extra - self.captured_extra


class JobState(msgspec.Struct):
    """What the ledger moves of a `job` row, with its hold once it was started.

    `expires_us`: of the quote, and once started of the longest running time.
    """

    id: JobId
    user: UserId
    action: JobAction
    status: JobStatus
    kinds: tuple[Kind, ...]
    rows: int
    settled: int
    worker: str | None
    lease_us: AtUs
    expires_us: AtUs
    started_us: AtUs | None = None
    finished_us: AtUs | None = None
    prices: Prices | None = None
    error: str | None = None
    settlement: Settlement | None = None
    account: tuple[AccountLine, ...] = ()
    hold: Hold | None = None


class OrgState(msgspec.Struct):
    """All of it, for one batch."""

    head: Head
    seats: dict[UserId, Seat]
    subjects: dict[SubjectId, SubjectState] = {}
    pieces: dict[PieceKey, Piece] = {}
    savings: set[tuple[UserId, PieceKey]] = set()
    charges: dict[Seq, Charge] = {}
    jobs: dict[JobId, JobState] = {}
    erased: set[SubjectId] = set()
    """Persons of an import who were erased before they became contacts (R4)."""
    answers: dict[tuple[str, str], KeptAnswer] = {}
    """By caller id and key."""
    reversed_by_admins: int = 0
    """Credits given back by this org's admins in the calendar month."""
    names: dict[str, str] = {}
    """Of the users and operators who act."""
