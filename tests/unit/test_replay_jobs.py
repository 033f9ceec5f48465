"""The replay of jobs: a hold is open while its job runs, a charge at the prices of the start."""

import pytest
from msgspec.structs import replace

from server.domain.balances import Balances, JobRow
from server.domain.findings import Findings
from server.domain.ids import JobId, UserId
from server.domain.replay_jobs import check_job_charge, check_jobs
from server.wire.battery import Prices
from server.wire.words import JobStatus
from tests.ledger_rows import Books, at

MONDAY = at("2026-11-02 09:00")
TUESDAY = at("2026-11-03 09:00")


@pytest.fixture
def books() -> Books:
    """Bob's job_1 holds 20 credits and has charged one phone."""
    books = Books()
    books.hire("usr_bob", "Bob Reyes", MONDAY, allotment=100)
    books.hold("usr_bob", "job_1", 20, 0, MONDAY)
    books.charge("usr_bob", "con_ana", MONDAY, kind="phone", action="export", job="job_1")
    return books


def told(rows: Balances) -> list[str]:
    findings = Findings()
    check_jobs(rows, findings)
    return [one.detail for one in findings.broken()]


def with_job(rows: Balances, job: JobRow) -> Balances:
    return replace(rows, jobs=(job,))


def charge_fault(books: Books, job: JobRow | None) -> set[int]:
    findings = Findings()
    check_job_charge(books.lines[-1], job, findings)
    return {one.invariant for one in findings.broken()}


def the_job(books: Books) -> JobRow:
    return books.jobs[JobId("job_1")]


def test_r19_a_job_that_settles_has_its_hold(books: Books) -> None:
    assert told(books.balances()) == []
    books.release("job_1", TUESDAY)
    assert told(books.balances()) == []


@pytest.mark.parametrize("status", ["quoted", "completed", "stopped", "failed", "expired"])
def test_r21_an_open_hold_of_a_job_that_has_ended_is_told(books: Books, status: JobStatus) -> None:
    ended = with_job(books.balances(), replace(the_job(books), status=status))
    assert f"job job_1 is {status} and its hold is open" in told(ended)


@pytest.mark.parametrize("status", ["running", "settling"])
def test_r21_an_ended_hold_of_a_job_that_goes_on_is_told(books: Books, status: JobStatus) -> None:
    books.release("job_1", TUESDAY)
    running = with_job(books.balances(), replace(the_job(books), status=status))
    assert f"job job_1 is {status} and its hold is ended" in told(running)


@pytest.mark.parametrize("status", ["stopped", "failed", "running"])
def test_r21_a_job_that_charged_without_settling_is_told(books: Books, status: JobStatus) -> None:
    rows = with_job(books.balances(), replace(the_job(books), status=status))
    assert f"job job_1 is {status} and charged 10 credits (R21)" in told(rows)


def test_r19_a_started_job_without_a_hold_and_a_hold_without_a_job_are_told(books: Books) -> None:
    rows = books.balances()
    assert told(replace(rows, holds=())) == ["job job_1 is settling and holds nothing"]
    assert told(replace(rows, jobs=())) == ["the hold of job_1 is of a job that is unknown"]
    janes = with_job(rows, replace(the_job(books), user_id=UserId("usr_jane")))
    assert told(janes) == ["the hold of job_1 is of a job that is an export of usr_jane"]


def test_r20_a_bill_that_differs_from_what_was_captured_is_told(books: Books) -> None:
    books.release("job_1", TUESDAY)
    rows = with_job(books.balances(), replace(the_job(books), credits=9))
    assert told(rows) == ["job job_1 says that it came to 9 credits; 10 were taken"]


def test_r20_a_charge_at_another_price_than_that_of_the_start_is_told(books: Books) -> None:
    books.set_prices(Prices(email=3, phone=30, personality=300), TUESDAY)
    books.charge("usr_bob", "con_ben", TUESDAY, kind="phone", action="export", job="job_1")
    job = the_job(books)
    assert charge_fault(books, job) == set()
    assert charge_fault(books, replace(job, prices=Prices(3, 30, 300))) == {5}
    assert charge_fault(books, replace(job, prices=None)) == {5}


def test_r20_a_charge_of_another_users_job_or_of_none_is_told(books: Books) -> None:
    job = the_job(books)
    assert charge_fault(books, None) == {6}
    assert charge_fault(books, replace(job, user_id=UserId("usr_jane"))) == {6}
    assert charge_fault(books, replace(job, action="import")) == {6}
