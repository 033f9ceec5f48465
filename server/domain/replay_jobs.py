"""Started jobs against their holds and charges (R19–R22)."""

from server.domain.balances import Balances, HoldRow, JobRow
from server.domain.entries import EntryLine
from server.domain.findings import Findings
from server.wire.words import STARTED


def check_job_charge(line: EntryLine, job: JobRow | None, findings: Findings) -> None:
    """One charge of a job: its user's, for its action, at the price of its start (R20)."""
    if job is None or (job.user_id, job.action) != (line.user_id, line.action):
        findings.tell(6, f"charge {line.seq} is of job {line.job_id}, which is {_shown(job)}")
        return
    price = job.prices.of(line.kind) if job.prices and line.kind else None
    if line.credits != price:
        findings.tell(
            5,
            f"charge {line.seq} took {line.credits} credits; {line.kind} cost {price} when "
            f"{job.job_id} was started",
        )


def check_jobs(rows: Balances, findings: Findings) -> None:
    """A hold is open exactly while its job runs or settles, and a bill says what was captured."""
    jobs = {job.job_id: job for job in rows.jobs}
    holds = {hold.job_id: hold for hold in rows.holds}
    for hold in rows.holds:
        job = jobs.get(hold.job_id)
        if job is None or job.user_id != hold.user_id:
            findings.tell(6, f"the hold of {hold.job_id} is of a job that is {_shown(job)}")
    for job in rows.jobs:
        _check_job(job, holds.get(job.job_id), findings)


def _check_job(job: JobRow, hold: HoldRow | None, findings: Findings) -> None:
    if hold is None:
        findings.tell(6, f"job {job.job_id} is {job.status} and holds nothing")
        return
    is_open = hold.ended_seq is None
    if is_open != (job.status in STARTED):
        findings.tell(
            6,
            f"job {job.job_id} is {job.status} and its hold is {'open' if is_open else 'ended'}",
        )
    captured = hold.captured_license + hold.captured_extra
    if job.status not in ("settling", "completed") and captured:
        findings.tell(6, f"job {job.job_id} is {job.status} and charged {captured} credits (R21)")
    if job.status == "completed" and job.credits != captured:
        findings.tell(
            6, f"job {job.job_id} says that it came to {job.credits} credits; {captured} were taken"
        )


def _shown(job: JobRow | None) -> str:
    return "unknown" if job is None else f"an {job.action} of {job.user_id}"
