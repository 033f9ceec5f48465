"""What a batch writes: collected while planning, written by the store in one transaction."""

import msgspec

from server.domain.commits import Commit, Crossing, RevealedItem
from server.domain.directory_records import Filed
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, JobId, OrgId, PieceKey, Seq, SubjectId, UserId
from server.domain.job_rows import RowOutcome
from server.domain.state import Head, JobState, Month, Piece, Seat
from server.domain.values import Kept


class Saving(msgspec.Struct, frozen=True, gc=False):
    """A `saving` row (R31)."""

    user: UserId
    key: PieceKey
    credits: int


class FreshAnswer(msgspec.Struct, frozen=True, gc=False):
    """An `idempotency` row to be (R11). `org` is EVERYONE where the key holds over all orgs."""

    org: OrgId
    caller: str
    key: str
    fingerprint: bytes
    answer: str


class Plan(msgspec.Struct):
    """`months`, `seats`, `pieces`, `jobs` hold the state's own objects: what they are at the end is
    written."""

    org: OrgId
    at_us: AtUs
    head: Head
    head_before: Seq
    entries: list[EntryLine] = []
    seats: dict[UserId, Seat] = {}
    months: dict[tuple[UserId, int], Month] = {}
    pieces: dict[PieceKey, Piece] = {}
    closed: set[PieceKey] = set()
    """Pieces whose owned values go (R28)."""
    owned: dict[tuple[PieceKey, SubjectId], Kept] = {}
    savings: list[Saving] = []
    answers: list[FreshAnswer] = []
    jobs: dict[JobId, JobState] = {}
    job_rows: list[tuple[JobId, RowOutcome]] = []
    contacts: dict[SubjectId, Filed] = {}
    """Persons of an import whom the directory does not know, this org's alone (R25)."""
    items: list[RevealedItem] = []
    users: set[UserId] = set()
    crossings: list[Crossing] = []
    extra_changed: bool = False
    prices_changed: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.entries or self.months or self.owned or self.answers or self.savings or self.jobs
        )

    def commit(self) -> Commit | None:
        """What those who watch the org are told; None when nothing they see has moved."""
        if not (self.entries or self.users):
            return None
        return Commit(
            org=self.org,
            from_seq=Seq(self.head_before + 1),
            to_seq=self.head.seq,
            items=tuple(self.items),
            users=frozenset(self.users),
            extra_changed=self.extra_changed,
            crossings=tuple(self.crossings),
            prices_changed=self.prices_changed,
        )
