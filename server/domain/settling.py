"""Settling a job: the pieces not owned at that moment are charged, out of its hold (R20)."""

import msgspec

from server.domain.commands import By, CompleteJob, SettleRows
from server.domain.holding import NotTheWorker, job_of, release, require_worker
from server.domain.ids import PieceKey, SubjectId
from server.domain.job_rows import Item, RowOutcome, Sought, piece_of, row_standing
from server.domain.ledger import Ledger
from server.domain.ownership import NOT_FOUND, Standing
from server.domain.owning import come_along, own, save
from server.domain.paying import Parts
from server.domain.state import Hold, JobState, Offer, SubjectState
from server.wire.battery import Prices
from server.wire.words import SettledOutcome


def settle(ledger: Ledger, command: SettleRows) -> tuple[RowOutcome, ...]:
    """The next rows. Raises NotFound, and NotTheWorker when they are not this worker's to settle
    or not next."""
    job = job_of(ledger, command.job)
    require_worker(job, command.worker, "settling")
    if job.settled != command.first_row:
        raise NotTheWorker("These rows are settled already.", job_status=job.status)
    chunk = _Chunk(ledger, job, command)
    outcomes = tuple(chunk.settled(row, items) for row, items in command.rows)
    job.settled = command.through
    ledger.plan.jobs[job.id] = job
    ledger.plan.job_rows += [(job.id, outcome) for outcome in outcomes]
    return outcomes


def complete(ledger: Ledger, command: CompleteJob) -> JobState:
    """The rest of the hold is released. Raises NotFound, NotTheWorker."""
    job = job_of(ledger, command.job)
    require_worker(job, command.worker, "settling")
    if job.settled != job.rows:
        raise NotTheWorker("Some rows of this job are not settled yet.", job_status=job.status)
    hold = _hold_of(job)
    release(ledger, job, By("user", job.user))
    job.status, job.worker, job.finished_us = "completed", None, ledger.at
    job.settlement = msgspec.structs.replace(
        command.settlement,
        from_license=hold.captured_license,
        from_extra=hold.captured_extra,
        seq=ledger.head.seq,
    )
    job.account, job.error = command.account, command.error
    ledger.plan.jobs[job.id] = job
    return job


def _hold_of(job: JobState) -> Hold:
    assert job.hold is not None, "a started job has a hold"
    return job.hold


class _Chunk:
    """Rows being settled in one batch; `job`, its hold and the ledger move forward."""

    def __init__(self, ledger: Ledger, job: JobState, command: SettleRows) -> None:
        assert job.prices is not None, "a started job has the prices of its start"
        self._ledger = ledger
        self._job = job
        self._prices: Prices = job.prices
        self._hold = _hold_of(job)
        self._seat = ledger.seat(job.user)
        self._by = By("user", job.user)
        self._seen = command.seen
        self._fresh: set[PieceKey] = set()
        self._over = command.over_hold

    def settled(self, row: Sought, items: tuple[Item, ...]) -> RowOutcome:
        return RowOutcome(row.row_no, tuple(self._item(row, item) for item in items))

    def _item(self, row: Sought, item: Item) -> Item:
        state = self._ledger.state
        is_gone = row.subject in state.erased
        now = NOT_FOUND if is_gone else row_standing(row, item.kind, state.subjects, state.pieces)
        key = piece_of(now)
        if key is None:
            return Item(item.kind, item.quoted, None, "not_found")
        is_later = key in self._seen or key in self._fresh
        self._fresh.add(key)
        if now.offer is not None:
            if is_later:
                return Item(item.kind, item.quoted, key, "duplicate")
            return self._charged(row, item, now.offer)
        return self._owned(row, item, now, "duplicate" if is_later else "already_owned")

    def _owned(self, row: Sought, item: Item, now: Standing, outcome: SettledOutcome) -> Item:
        """The value is shown on this subject too; what a colleague paid for counts as saved."""
        assert now.owner is not None
        assert now.kept is not None
        come_along(self._ledger, self._subject(row), item.kind, now.owner.key, now.kept)
        if outcome == "already_owned":
            save(self._ledger, self._seat, now.owner, self._prices.of(item.kind))
        return Item(item.kind, item.quoted, now.owner.key, outcome, 0, now.owner.seq)

    def _charged(self, row: Sought, item: Item, offer: Offer) -> Item:
        """Never more than the hold; after the first that it does not cover nothing more (R20)."""
        price = self._prices.of(item.kind)
        parts = self._captured(price)
        if parts is None:
            return Item(item.kind, item.quoted, offer.key, "over_hold")
        subject, ledger, job = self._subject(row), self._ledger, self._job
        seq = ledger.write(
            job.action,
            self._by,
            seat=self._seat,
            month=self._hold.month,
            subject_id=subject.id,
            kind=item.kind,
            piece_key=offer.key,
            credits=price,
            from_license=parts.license,
            from_extra=parts.extra,
            job_id=job.id,
        )
        own(ledger, self._seat, subject, item.kind, offer, seq)
        ledger.show(seq, subject.id, subject.url, item.kind, job.action, self._by)
        return Item(item.kind, item.quoted, offer.key, "charged", price, seq)

    def _captured(self, price: int) -> Parts | None:
        """Taken from the hold, its license part first; None once it does not suffice."""
        hold, head = self._hold, self._ledger.head
        if self._over or price > hold.left_license + hold.left_extra:
            self._over = True
            return None
        license_part = min(hold.left_license, price)
        parts = Parts(license_part, price - license_part)
        hold.captured_license += parts.license
        hold.captured_extra += parts.extra
        month = hold.month
        month.held -= parts.license
        month.used += parts.license
        month.extra_held -= parts.extra
        month.extra_used += parts.extra
        head.held -= parts.extra
        head.used += parts.extra
        self._ledger.plan.extra_changed |= parts.extra > 0
        return parts

    def _subject(self, row: Sought) -> SubjectState:
        """Whom the row is about; a person whom the directory does not know is filed now (R25)."""
        assert row.subject is not None, "a piece was found on somebody"
        return self._ledger.state.subjects.get(row.subject) or self._filed(row, row.subject)

    def _filed(self, row: Sought, subject: SubjectId) -> SubjectState:
        assert row.contact is not None, "only an import finds pieces on somebody unknown"
        self._ledger.plan.contacts[subject] = row.contact
        state = SubjectState(subject, row.contact.record.url, {}, {})
        self._ledger.state.subjects[subject] = state
        return state
