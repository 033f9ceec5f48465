"""A job's hold: placed at its start, ended with it; and the marks between (R19, R21, R22)."""

from server.domain import errors
from server.domain.commands import DEPLOYMENT, BeginSettling, By, EndJob, StartJob
from server.domain.ids import JobId, UserId
from server.domain.ledger import Ledger
from server.domain.paying import Parts, insufficient
from server.domain.state import Hold, JobState, Seat
from server.wire.words import EndedStatus, JobStatus

DEACTIVATED = "The user was deactivated."
"""What the owner of a job reads that ended with their account (R15, R21)."""


class StaleQuote(errors.QuoteChanged):
    """The prices or the rows the need was counted with have changed since: count again."""


ENDS_FROM: dict[EndedStatus, tuple[JobStatus, ...]] = {
    "stopped": ("quoted", "running"),
    "failed": ("running",),
    "expired": ("quoted",),
}


class NotTheWorker(errors.JobState):
    """The lease is lost, or the job has ended: whoever works on it leaves it alone."""


def start(ledger: Ledger, command: StartJob) -> JobState:
    """Place the hold (R19). Raises NotFound, JobState, Expired, StaleQuote, InsufficientCredits or
    IdempotencyConflict."""
    job = job_of(ledger, command.job)
    by = By("user", command.user)
    if ledger.recalled(by, command.key) is not None:
        return job
    seat = _owner(ledger, job, command.user)
    _may_start(ledger, job, command)
    month = seat.month_at(ledger.at, ledger.head.zone)
    extra = seat.may_take(ledger.head, month)
    if command.need > month.remaining + extra:
        raise insufficient(command.need, month.remaining, extra, command.items)
    before = ledger.level(seat)
    _hold(ledger, job, seat, by, command.need)
    job.status, job.prices = "running", command.prices
    job.worker, job.lease_us = command.worker, command.lease_us
    job.started_us, job.expires_us = ledger.at, command.until_us
    ledger.plan.jobs[job.id] = job
    ledger.remember(by, command.key, job.id)
    ledger.announce_crossing(seat, before)
    return job


def end(ledger: Ledger, command: EndJob) -> JobState:
    """Stopped, failed or expired: nothing is charged (R21). A job that ended so already stays as it
    is. Raises NotFound, JobState, NotTheWorker."""
    job = job_of(ledger, command.job)
    if job.status == command.status:
        return job
    if command.worker is not None:
        require_worker(job, command.worker, "running")
    if job.status not in ENDS_FROM[command.status]:
        raise errors.JobState(_cannot_end(job.status), job_status=job.status)
    return _end(ledger, job, command.by, command.status, command.error)


def begin_settling(ledger: Ledger, command: BeginSettling) -> JobState:
    """The durable mark. A deactivated user's job is stopped instead (R21); a mark that is there
    stays. Raises NotFound, NotTheWorker."""
    job = job_of(ledger, command.job)
    if job.status == "settling" and job.worker == command.worker:
        return job
    require_worker(job, command.worker, "running")
    if not ledger.seat(job.user).active:
        return _end(ledger, job, DEPLOYMENT, "stopped", DEACTIVATED)
    job.status = "settling"
    ledger.plan.jobs[job.id] = job
    return job


def job_of(ledger: Ledger, job: JobId) -> JobState:
    """Raises NotFound."""
    state = ledger.state.jobs.get(job)
    if state is None:
        raise errors.NotFound("There is no such job.")
    return state


def require_worker(job: JobState, worker: str, status: JobStatus) -> None:
    """Raises NotTheWorker unless `worker` has the job, which is `status`."""
    if job.worker != worker or job.status != status:
        raise NotTheWorker("This job is no longer this worker's.", job_status=job.status)


def release(ledger: Ledger, job: JobState, by: By) -> None:
    """Give back what is left of the hold; into a closed month it is gone for good (R22)."""
    hold = job.hold
    if hold is None or hold.ended_seq is not None:
        return
    seat, left = ledger.seat(job.user), Parts(hold.left_license, hold.left_extra)
    hold.month.held -= left.license
    hold.month.extra_held -= left.extra
    ledger.head.held -= left.extra
    ledger.plan.extra_changed |= left.extra > 0
    if left == (0, 0):
        hold.ended_seq = ledger.head.seq
        return
    hold.ended_seq = ledger.write(
        "release",
        by,
        seat=seat,
        month=hold.month,
        from_license=-left.license,
        from_extra=-left.extra,
        job_id=job.id,
    )


def _owner(ledger: Ledger, job: JobState, user: UserId) -> Seat:
    if job.user != user:
        raise errors.Forbidden("Only the user who made this job can start it: they pay for it.")
    seat = ledger.seat(user)
    if not seat.active:
        raise errors.Unauthenticated("This user is deactivated.")
    return seat


def _may_start(ledger: Ledger, job: JobState, command: StartJob) -> None:
    if job.status == "expired" or (job.status == "quoted" and job.expires_us <= ledger.at):
        raise errors.Expired("This quote has expired; make a new one. Nothing was charged.")
    if job.status != "quoted":
        raise errors.JobState(
            f"This job is {job.status} and cannot be started.", job_status=job.status
        )
    if command.prices != ledger.head.prices:
        raise StaleQuote("The prices have changed since the quote; look at the new one.")
    if command.claim not in (None, job.worker):
        raise StaleQuote("The job's columns have changed since the quote; look at the new one.")


def _hold(ledger: Ledger, job: JobState, seat: Seat, by: By, need: int) -> None:
    """License credits first, then extra (R19). Also of nothing, so that every charge of a job has
    its hold."""
    month = ledger.touch(seat)
    parts = Parts(min(month.remaining, need), max(0, need - month.remaining))
    month.held += parts.license
    month.extra_held += parts.extra
    ledger.head.held += parts.extra
    ledger.plan.extra_changed |= parts.extra > 0
    seq = ledger.write(
        "hold",
        by,
        seat=seat,
        from_license=parts.license,
        from_extra=parts.extra,
        job_id=job.id,
    )
    job.hold = Hold(month, parts.license, parts.extra, seq)


def _end(ledger: Ledger, job: JobState, by: By, status: EndedStatus, error: str | None) -> JobState:
    release(ledger, job, by)
    job.status, job.error, job.worker = status, error, None
    job.finished_us = ledger.at
    ledger.plan.jobs[job.id] = job
    return job


def _cannot_end(status: JobStatus) -> str:
    if status == "settling":
        return "This job is being settled already; from here on it can no longer be stopped."
    return f"This job is {status}."
