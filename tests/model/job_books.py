"""Exports and imports once more, in the plainest words (R18–R22): an org's books of its jobs."""

from dataclasses import dataclass, field
from typing import NamedTuple

from server.domain.ids import SubjectId
from server.wire.battery import Prices
from server.wire.words import EndedStatus, JobAction, Kind
from tests.model.books import Books
from tests.model.shapes import Charge, Figures, Found, Piece, PieceId, Refused, User

DAY_US = 86_400_000_000


class Wanted(NamedTuple):
    """A person, and the address that the user's own file gives: as written, canonical (R25)."""

    subject: SubjectId
    typed: tuple[str, str] | None = None

    def found(self, kind: Kind) -> Found | None:
        """What the file itself says of a kind."""
        if kind != "email" or self.typed is None:
            return None
        written, canonical = self.typed
        return Found(("email", canonical), (written,))


class Quoted(NamedTuple):
    """What the user is told before the start, as in `Quote`."""

    rows: int
    found: int
    not_found: int
    duplicates: int
    already_owned: int
    net_new: int
    credits: int
    from_license: int
    from_extra: int
    license_after: int
    extra_after: int
    short_by: int


@dataclass
class Held:
    """What was set aside in which month, and what is left of it."""

    month_no: int
    license_left: int
    extra_left: int
    is_open: bool = True


@dataclass
class Job:
    user: User
    action: JobAction
    kinds: tuple[Kind, ...]
    rows: tuple[Wanted, ...]
    expires: int
    status: str = "quoted"
    worker: int = 0
    settled: int = 0
    prices: Prices | None = None
    held: Held | None = None
    seen: set[PieceId] = field(default_factory=set)
    is_over: bool = False

    @property
    def figures(self) -> Figures:
        """Of the month of the hold (R22)."""
        assert self.held is not None
        return self.user.months[self.held.month_no]


class JobBooks:
    """All jobs of one org. `moves` counts what changed of them."""

    def __init__(self, books: Books) -> None:
        self.jobs: list[Job] = []
        self.moves = 0
        self._books = books

    def add(
        self, user: User, action: JobAction, kinds: tuple[Kind, ...], rows: tuple[Wanted, ...]
    ) -> Job:
        job = Job(user, action, kinds, rows, self._books.now + DAY_US)
        self.jobs.append(job)
        return job

    def quote(self, job: Job) -> Quoted:
        """R18."""
        books = self._books
        seen: set[PieceId] = set()
        outcomes = [[self._quoted(row, kind, seen) for kind in job.kinds] for row in job.rows]
        best = [next(o for o in _ORDER if o in several) for several in outcomes]
        credits = sum(
            books.prices.of(kind)
            for several in outcomes
            for kind, outcome in zip(job.kinds, several, strict=True)
            if outcome == "net_new"
        )
        left, extra = books.figures(job.user).left, books.may_take(job.user)
        from_license = min(left, credits)
        from_extra = min(extra, credits - from_license)
        return Quoted(
            len(best),
            len(best) - best.count("not_found"),
            best.count("not_found"),
            best.count("duplicate"),
            best.count("already_owned"),
            best.count("net_new"),
            credits,
            from_license,
            from_extra,
            left - from_license,
            books.pool - from_extra,
            credits - from_license - from_extra,
        )

    def _quoted(self, row: Wanted, kind: Kind, seen: set[PieceId]) -> str:
        shelf, typed = self._books.shelf, row.found(kind)
        offer = shelf.sellable(row.subject, kind, typed)
        found = offer or shelf.owned(row.subject, kind, typed)
        if found is None:
            return "not_found"
        if found.piece in seen:
            return "duplicate"
        seen.add(found.piece)
        return "net_new" if offer else "already_owned"

    def start(self, job: Job, need: int, key: str | None) -> str:
        """R19."""
        books, user = self._books, job.user
        body = ("start", self.jobs.index(job), need)
        if books.kept_answer(user.id, key, body) is not None:
            return job.status
        if not user.active:
            raise Refused("unauthenticated")
        if job.status == "expired" or (job.status == "quoted" and books.at >= job.expires):
            raise Refused("expired")
        if job.status != "quoted":
            raise Refused("job_state")
        self._afford(user, need)
        level, pool = books.level(user), books.pool
        self._hold(job, need)
        books.keep_answer(user.id, key, body, "running")
        books.announce(user, level)
        books.announce_drained(pool)
        return self._move(job, "running")

    def _afford(self, user: User, need: int) -> None:
        left, extra = self._books.figures(user).left, self._books.may_take(user)
        if need > left + extra:
            raise Refused(
                "insufficient_credits",
                need=need,
                license_remaining=left,
                extra_available=extra,
                short_by=need - left - extra,
            )

    def _hold(self, job: Job, need: int) -> None:
        books = self._books
        figures = books.opened(job.user)
        of_license = min(need, figures.left)
        of_extra = need - of_license
        figures.held += of_license
        figures.extra_held += of_extra
        books.held += of_extra
        job.prices = books.prices
        job.held = Held(books.month(job.user).no, of_license, of_extra)
        books.write("hold", job.user, of_license, of_extra, figures=figures)

    def end(self, job: Job, status: EndedStatus) -> str:
        """R21."""
        if job.status == status:
            return status
        may = {"stopped": ("quoted", "running"), "failed": ("running",), "expired": ("quoted",)}
        if job.status not in may[status]:
            raise Refused("job_state")
        self._release(job)
        return self._move(job, status)

    def mark(self, job: Job, worker: int) -> str:
        """R21."""
        if job.status == "settling" and job.worker == worker:
            return job.status
        self._works(job, worker, "running")
        if job.user.active:
            return self._move(job, "settling")
        self._release(job)
        return self._move(job, "stopped")

    def settle(self, job: Job, worker: int, first: int, through: int) -> tuple[str, ...]:
        """R20."""
        self._works(job, worker, "settling")
        if job.settled != first:
            raise Refused("job_state")
        outcomes = tuple(
            self._settled(job, row, kind) for row in job.rows[first:through] for kind in job.kinds
        )
        job.settled = through
        self._move(job, "settling")
        return outcomes

    def _settled(self, job: Job, row: Wanted, kind: Kind) -> str:
        shelf, typed = self._books.shelf, row.found(kind)
        offer = shelf.sellable(row.subject, kind, typed)
        found = offer or shelf.owned(row.subject, kind, typed)
        if found is None:
            return "not_found"
        is_later = found.piece in job.seen
        job.seen.add(found.piece)
        if offer is not None:
            return "duplicate" if is_later else self._charge(job, row, kind, offer)
        shelf.keep(row.subject, found)
        if is_later:
            return "duplicate"
        assert job.prices is not None
        self._books.save(job.user, found.piece, job.prices.of(kind))
        return "already_owned"

    def _charge(self, job: Job, row: Wanted, kind: Kind, offer: Found) -> str:
        books, held = self._books, job.held
        assert job.prices is not None
        assert held is not None
        price = job.prices.of(kind)
        job.is_over |= price > held.license_left + held.extra_left
        if job.is_over:
            return "over_hold"
        of_license = min(price, held.license_left)
        of_extra = price - of_license
        self._take_out(job, of_license, of_extra)
        job.figures.used += of_license
        job.figures.extra += of_extra
        books.used += of_extra
        seq = books.write(job.action, job.user, of_license, of_extra, figures=job.figures)
        books.charges[seq] = Charge(
            job.user, held.month_no, offer.piece, of_license, of_extra, books.at
        )
        books.shelf.pieces[offer.piece] = Piece(job.user, books.at, seq)
        books.shelf.keep(row.subject, offer)
        return "charged"

    def complete(self, job: Job, worker: int) -> str:
        """R20."""
        self._works(job, worker, "settling")
        if job.settled < len(job.rows):
            raise Refused("job_state")
        self._release(job)
        return self._move(job, "completed")

    def _release(self, job: Job) -> None:
        """R22."""
        held = job.held
        if held is None:
            return
        held.is_open = False
        of_license, of_extra = held.license_left, held.extra_left
        self._take_out(job, of_license, of_extra)
        if of_license or of_extra:
            self._books.write("release", job.user, -of_license, -of_extra, figures=job.figures)

    def _take_out(self, job: Job, of_license: int, of_extra: int) -> None:
        assert job.held is not None
        job.held.license_left -= of_license
        job.held.extra_left -= of_extra
        job.figures.held -= of_license
        job.figures.extra_held -= of_extra
        self._books.held -= of_extra

    def _works(self, job: Job, worker: int, status: str) -> None:
        """R23: whoever lost the job changes nothing of it."""
        if job.worker != worker or job.status != status:
            raise Refused("job_state")

    def _move(self, job: Job, status: str) -> str:
        self.moves += 1
        job.status = status
        return status


_ORDER = ("net_new", "already_owned", "duplicate", "not_found")
