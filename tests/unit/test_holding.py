"""A job's hold on the desk: placed at its start, ended with it, pinned to its month (R19–R22)."""

import pytest
from msgspec.structs import replace

from server.domain import errors
from server.domain.commands import BeginSettling, By, EndJob, Reveal
from server.domain.holding import NotTheWorker, StaleQuote
from server.domain.ids import JobId, UserId
from server.wire.battery import Prices
from server.wire.words import EndedStatus
from tests.desk import WORKER, Desk, key


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    """100 credits a month, from the 1st."""
    return desk.member("Bob")


def held(desk: Desk, user: UserId) -> tuple[int, int]:
    """Of the license and of the pool, as the user's battery shows it."""
    battery = desk.battery(user)
    return battery.license.held, battery.extra.held if battery.extra else 0


def actions(desk: Desk) -> list[str]:
    return [line.action for line in desk.entries]


def test_r19_a_hold_takes_license_credits_first_and_then_extra(desk: Desk, bob: UserId) -> None:
    desk.grant(50)
    job = desk.job(bob, "email")
    assert desk.start(job, 120).status == "running"
    line = desk.entries[-1]
    assert (line.action, line.credits, line.from_license, line.from_extra) == ("hold", 0, 100, 20)
    assert (line.job_id, line.license_left, line.extra_left) == (job, 0, 30)


def test_r19_held_credits_are_shown_as_held_and_not_as_used(desk: Desk, bob: UserId) -> None:
    desk.grant(50)
    desk.start(desk.job(bob, "email"), 120)
    battery = desk.battery(bob)
    assert (battery.license.used, battery.license.held, battery.license.remaining) == (0, 100, 0)
    assert battery.extra is not None
    assert (battery.extra.used, battery.extra.held, battery.extra.remaining) == (0, 20, 30)
    assert (battery.extra.mine.used, battery.extra.mine.held) == (0, 20)
    assert battery.available == 30


def test_r19_held_credits_cannot_be_spent_or_held_again(desk: Desk, bob: UserId) -> None:
    desk.start(desk.job(bob, "email"), 60)
    with pytest.raises(errors.InsufficientCredits):
        desk.start(desk.job(bob, "email"), 41)
    with pytest.raises(errors.InsufficientCredits):
        desk.reveal(bob, (desk.contact(personality=True), "personality"))
    desk.start(desk.job(bob, "email"), 40)
    assert held(desk, bob) == (100, 0)


def test_r07_a_start_without_the_credits_is_refused_and_succeeds_with_its_key_after_a_grant(
    desk: Desk, bob: UserId
) -> None:
    job = desk.job(bob, "email")
    with pytest.raises(errors.InsufficientCredits) as refusal:
        desk.start(job, 130, key=key("k"))
    fields = {name: refusal.value.fields[name] for name in ("need", "license_remaining")}
    assert fields == {"need": 130, "license_remaining": 100}
    assert (refusal.value.fields["extra_available"], refusal.value.fields["short_by"]) == (0, 30)
    assert desk.plan.is_empty
    desk.grant(30)
    assert desk.start(job, 130, key=key("k")).status == "running"


def test_r17_a_hold_takes_no_more_extra_than_the_cap_allows(desk: Desk) -> None:
    capped = desk.member("Cap", allotment=10, cap=5)
    desk.grant(100)
    with pytest.raises(errors.InsufficientCredits):
        desk.start(desk.job(capped, "email"), 16)
    desk.start(desk.job(capped, "email"), 15)
    assert held(desk, capped) == (10, 5)
    with pytest.raises(errors.InsufficientCredits):
        desk.start(desk.job(capped, "email"), 1)


def test_r17_what_an_old_month_holds_does_not_count_against_the_new_months_cap(desk: Desk) -> None:
    capped = desk.member("Cap", allotment=0, cap=5)
    desk.grant(100)
    desk.start(desk.job(capped, "email"), 5)
    desk.later(days=31)
    desk.start(desk.job(capped, "email"), 5)
    assert held(desk, capped) == (0, 10)


def test_r19_prices_that_moved_since_the_quote_are_counted_again(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    command = replace(desk.starts(job, 10), prices=Prices(email=7, phone=7, personality=7))
    [refusal] = desk.batch(command)
    assert isinstance(refusal, StaleQuote)
    assert (refusal.code, desk.entries) == ("quote_changed", [])


def test_r19_rows_that_another_request_claimed_since_the_quote_are_counted_again(
    desk: Desk, bob: UserId
) -> None:
    job = desk.job(bob, "email")
    desk.state.jobs[job].worker = "claim 2"
    [refusal] = desk.batch(replace(desk.starts(job, 10), claim="claim 1"))
    assert isinstance(refusal, StaleQuote)
    [started] = desk.batch(replace(desk.starts(job, 10), claim="claim 2"))
    assert (started.status, started.worker) == ("running", WORKER)


def test_r18_a_quote_can_be_started_up_to_its_end(desk: Desk, bob: UserId) -> None:
    early, late = desk.job(bob, "email"), desk.job(bob, "email")
    desk.later(hours=24, microseconds=-1)
    assert desk.start(early, 1).status == "running"
    desk.later(microseconds=1)
    with pytest.raises(errors.Expired):
        desk.start(late, 1)


def test_r19_only_the_owner_starts_a_job_and_only_while_active(desk: Desk, bob: UserId) -> None:
    jane = desk.member("Jane")
    job = desk.job(bob, "email")
    [refusal] = desk.batch(replace(desk.starts(job, 1), user=jane))
    assert isinstance(refusal, errors.Forbidden)
    desk.state.seats[bob].active = False
    with pytest.raises(errors.Unauthenticated):
        desk.start(job, 1)
    [refusal] = desk.batch(replace(desk.starts(job, 1), job=JobId("job_nobody")))
    assert isinstance(refusal, errors.NotFound)
    assert desk.entries == []


def test_r19_a_job_starts_once(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    first, second = desk.batch(desk.starts(job, 10), desk.starts(job, 10))
    assert first.status == "running"
    assert isinstance(second, errors.JobState)
    assert held(desk, bob) == (10, 0)


def test_r11_a_start_with_its_key_again_answers_and_holds_nothing_more(
    desk: Desk, bob: UserId
) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10, key=key("k"))
    assert desk.start(job, 10, key=key("k")).status == "running"
    assert held(desk, bob) == (10, 0)
    with pytest.raises(errors.IdempotencyConflict):
        desk.start(job, 10, key=key("k", "another body"))


def test_r19_a_job_of_nothing_new_holds_nothing_and_says_so(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 0)
    assert (desk.entries[-1].action, desk.entries[-1].from_license) == ("hold", 0)
    desk.end(job)
    assert actions(desk) == ["hold"]
    assert desk.state.jobs[job].hold is not None


def test_r33_a_hold_that_empties_the_license_announces_the_crossing(
    desk: Desk, bob: UserId
) -> None:
    desk.start(desk.job(bob, "email"), 80)
    assert [(one.user, one.level) for one in desk.plan.crossings] == [(bob, "low")]
    desk.start(desk.job(bob, "email"), 20)
    assert [(one.user, one.level) for one in desk.plan.crossings] == [(bob, "empty")]


def test_r33_a_hold_of_the_last_extra_credits_is_told_to_all_who_lived_on_them(
    desk: Desk, bob: UserId
) -> None:
    jane = desk.member("Jane", allotment=0)
    desk.grant(10)
    desk.start(desk.job(bob, "email"), 110)
    assert {(one.user, one.level) for one in desk.plan.crossings} == {
        (bob, "empty"),
        (jane, "empty"),
    }


def test_r21_stopping_a_running_job_releases_its_hold(desk: Desk, bob: UserId) -> None:
    desk.grant(50)
    job = desk.job(bob, "email")
    desk.start(job, 120)
    stopped = desk.end(job, by=By("user", bob))
    assert (stopped.status, stopped.worker, held(desk, bob)) == ("stopped", None, (0, 0))
    line = desk.entries[-1]
    assert (line.action, line.from_license, line.from_extra) == ("release", -100, -20)
    assert (line.license_left, line.extra_left, line.by_id) == (100, 50, bob)


def test_r21_a_job_ends_once_however_often_it_is_stopped(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10)
    desk.end(job)
    desk.end(job)
    assert actions(desk) == ["hold", "release"]
    with pytest.raises(errors.JobState):
        desk.end(job, "failed")


def test_r21_an_unstarted_job_is_stopped_without_an_entry(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    assert desk.end(job).status == "stopped"
    assert desk.entries == []
    with pytest.raises(errors.JobState):
        desk.start(job, 1)


def test_r21_from_the_settling_mark_on_a_job_is_not_stopped(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10)
    assert desk.mark(job).status == "settling"
    for status in ("stopped", "failed", "expired"):
        with pytest.raises(errors.JobState):
            desk.end(job, status)
    assert held(desk, bob) == (10, 0)


@pytest.mark.parametrize(("status", "is_running"), [("expired", True), ("failed", False)])
def test_r21_only_quotes_expire_and_only_running_jobs_fail(
    desk: Desk, bob: UserId, status: EndedStatus, is_running: bool
) -> None:
    job = desk.job(bob, "email")
    if is_running:
        desk.start(job, 10)
    with pytest.raises(errors.JobState):
        desk.end(job, status)
    assert desk.state.jobs[job].status == ("running" if is_running else "quoted")


def test_r23_a_worker_that_lost_the_job_ends_and_marks_nothing(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10)
    answers = desk.batch(
        EndJob(By("user", bob), job, "failed", "It broke.", worker="worker 2"),
        BeginSettling(job, "worker 2"),
    )
    assert [type(one) for one in answers] == [NotTheWorker, NotTheWorker]
    failed = desk.batch(EndJob(By("user", bob), job, "failed", "It broke.", worker=WORKER))[0]
    assert (failed.status, failed.error, held(desk, bob)) == ("failed", "It broke.", (0, 0))


def test_r21_settling_a_deactivated_users_job_stops_it_instead(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10)
    desk.state.seats[bob].active = False
    assert desk.mark(job).status == "stopped"
    assert (actions(desk), held(desk, bob)) == (["hold", "release"], (0, 0))


def test_r21_a_mark_set_again_by_its_worker_stays(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 10)
    desk.mark(job)
    assert desk.mark(job).status == "settling"


def test_r21_of_a_stop_and_a_mark_in_one_batch_the_first_counts(desk: Desk, bob: UserId) -> None:
    by = By("user", bob)
    early, late = desk.job(bob, "email"), desk.job(bob, "email")
    desk.start(early, 10)
    desk.start(late, 10)
    stopped, lost = desk.batch(EndJob(by, early, "stopped"), BeginSettling(early, WORKER))
    assert (stopped.status, type(lost)) == ("stopped", NotTheWorker)
    marked, refused = desk.batch(BeginSettling(late, WORKER), EndJob(by, late, "stopped"))
    assert (marked.status, type(refused)) == ("settling", errors.JobState)
    assert held(desk, bob) == (10, 0)


def test_r22_what_is_released_into_a_closed_month_is_gone_and_extra_comes_back(
    desk: Desk, bob: UserId
) -> None:
    desk.grant(50)
    job = desk.job(bob, "email")
    desk.start(job, 120)
    desk.later(days=31)
    desk.end(job)
    line = desk.entries[-1]
    assert (line.action, line.month_no, line.license_left, line.extra_left) == (
        "release",
        0,
        100,
        50,
    )
    battery = desk.battery(bob)
    assert (battery.license.remaining, battery.license.held, battery.available) == (100, 0, 150)


def test_r22_a_held_month_stays_apart_from_the_one_that_runs(desk: Desk, bob: UserId) -> None:
    desk.start(desk.job(bob, "email"), 90)
    desk.later(days=31)
    desk.start(desk.job(bob, "email"), 100)
    assert desk.battery(bob).license.held == 100
    assert [line.month_no for line in desk.entries] == [0, 1]


def test_r22_a_release_into_a_closed_month_writes_the_running_one_too(
    desk: Desk, bob: UserId
) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 90)
    desk.later(days=31)
    personality = desk.contact(personality=True)
    refused = Reveal(bob, ((personality, "personality"),), max_credits=1)
    desk.batch(refused, EndJob(By("user", bob), job, "stopped"))
    month = desk.plan.seats[bob].month
    assert month is not None
    assert month.bounds.no == 1
    assert {no for _, no in desk.plan.months} == {0, 1}


def test_r15_a_license_lowered_while_credits_are_held_keeps_the_hold(
    desk: Desk, bob: UserId
) -> None:
    job = desk.job(bob, "email")
    desk.start(job, 90)
    desk.license(bob, 20)
    assert (desk.battery(bob).license.allotment, held(desk, bob)) == (100, (90, 0))
    desk.later(days=31)
    desk.end(job)
    assert (desk.battery(bob).license.allotment, held(desk, bob)) == (20, (0, 0))


def test_r15_a_license_raised_while_credits_are_held_adds_to_what_is_left(
    desk: Desk, bob: UserId
) -> None:
    desk.start(desk.job(bob, "email"), 100)
    desk.license(bob, 130)
    desk.start(desk.job(bob, "email"), 30)
    assert held(desk, bob) == (130, 0)
