"""Settling a job on the desk: what is charged, out of which hold, and what is not (R20–R22)."""

import pytest
from msgspec.structs import replace

from server.domain import errors
from server.domain.commands import CompleteJob, Reveal, Reverse
from server.domain.directory_records import Filed, Record, filed
from server.domain.holding import NotTheWorker
from server.domain.ids import JobId, Seq, SubjectId, UserId
from server.domain.job_rows import Sought
from server.wire.battery import Prices
from tests.desk import ODA, WORKER, Desk, Item
from tests.job_rows import outcomes_of

STRANGER = SubjectId("con_stranger")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def bob(desk: Desk) -> UserId:
    """100 credits a month, from the 1st."""
    return desk.member("Bob")


@pytest.fixture
def jane(desk: Desk) -> UserId:
    return desk.member("Jane")


def people(desk: Desk, number: int) -> list[SubjectId]:
    """So many contacts, each with an address of their own."""
    return [desk.contact(email=f"{n}@example.com") for n in range(number)]


def settling(desk: Desk, job: JobId, need: int) -> JobId:
    """The job, started and marked."""
    desk.start(job, need)
    desk.mark(job)
    return job


def email_of(*subjects: SubjectId) -> tuple[Item, ...]:
    return tuple((subject, "email") for subject in subjects)


def charges(desk: Desk) -> list[tuple[str, int, int, int]]:
    """Action, credits and parts of every charge."""
    return [
        (line.action, line.credits, line.from_license, line.from_extra)
        for line in desk.entries
        if line.credits > 0
    ]


def contact(url: str) -> Filed:
    """Somebody whom only a user's own file knows."""
    absent = dict.fromkeys(
        (
            "headline",
            "company",
            "company_url",
            "location",
            "email",
            "mobile",
            "direct",
            "personality",
            "analysis",
        )
    )
    return filed(Record(type="contact", url=url, name="Stranger", **absent))


def typed_row(desk: Desk, row_no: int, email: str, subject: SubjectId = STRANGER) -> Sought:
    """A row of somebody unknown to the directory (R25)."""
    return Sought(row_no, subject, desk.address(email), contact(f"https://x.test/{subject}"))


def test_r20_what_is_not_owned_at_that_moment_is_charged_and_the_rest_released(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    several = people(desk, 12)
    job = desk.job(bob, "email", rows=12)
    desk.start(job, 12)
    desk.reveal(jane, *email_of(*several[:2]))
    desk.mark(job)
    came_to = outcomes_of(desk.settle(job, *several))
    assert came_to == ["already_owned"] * 2 + ["charged"] * 10
    done = desk.complete(job)
    assert done.settlement is not None
    assert (done.status, done.settlement.credits, done.settlement.seq) == (
        "completed",
        10,
        len(desk.entries),
    )
    assert (desk.entries[-1].action, desk.entries[-1].from_license) == ("release", -2)
    battery = desk.battery(bob)
    assert (battery.license.used, battery.license.held) == (10, 0)


def test_r20_nothing_is_subtracted_before_the_job_settles(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email", rows=2)
    settling(desk, job, 2)
    assert desk.battery(bob).license.used == 0
    desk.settle(job, *people(desk, 2))
    assert desk.battery(bob).license.used == 2


def test_r20_the_holds_license_part_is_taken_first_and_a_charge_may_split(desk: Desk) -> None:
    small = desk.member("Small", allotment=13)
    desk.grant(50)
    several = [desk.contact(phones=(f"+1415555010{n}",)) for n in range(3)]
    job = settling(desk, desk.job(small, "phone", rows=3), 30)
    desk.settle(job, *several)
    assert charges(desk) == [("export", 10, 10, 0), ("export", 10, 3, 7), ("export", 10, 0, 10)]
    done = desk.complete(job)
    assert done.settlement is not None
    assert (done.settlement.from_license, done.settlement.from_extra) == (13, 17)


def test_r20_the_prices_of_the_start_hold_to_the_end(desk: Desk, bob: UserId) -> None:
    job = settling(desk, desk.job(bob, "email", rows=1), 1)
    desk.state.head.prices = Prices(email=5, phone=5, personality=5)
    desk.settle(job, *people(desk, 1))
    assert charges(desk) == [("export", 1, 1, 0)]


def test_r20_rows_and_kinds_are_charged_in_their_order(desk: Desk, bob: UserId) -> None:
    desk.grant(100)
    several = [desk.contact(email=f"{n}@example.com", phones=(f"+1415555010{n}",)) for n in (1, 2)]
    job = settling(desk, desk.job(bob, "phone", "email", rows=2), 22)
    desk.settle(job, *several)
    lines = [(line.subject_id, line.kind) for line in desk.entries if line.credits]
    assert lines == [(one, kind) for one in several for kind in ("phone", "email")]


@pytest.mark.parametrize("chunks", [1, 3])
def test_r02_a_later_row_of_a_piece_is_a_duplicate_also_in_a_later_chunk(
    desk: Desk, bob: UserId, chunks: int
) -> None:
    spellings = ("Ana@Example.com", "ana@example.com ", "ANA@EXAMPLE.COM")
    rows = [desk.contact(email=spelling) for spelling in spellings]
    job = settling(desk, desk.job(bob, "email", rows=3), 1)
    size = 3 // chunks
    came_to = [outcomes_of(desk.settle(job, *rows[at : at + size])) for at in range(0, 3, size)]
    assert [one for chunk in came_to for one in chunk] == ["charged", "duplicate", "duplicate"]
    assert len(charges(desk)) == 1


def test_r20_what_a_reversal_made_net_new_beyond_the_hold_is_over_hold(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana, ben, cara = people(desk, 3)
    paid = desk.reveal(jane, *email_of(ana)).seq
    job = desk.job(bob, "email", rows=3)
    desk.start(job, 2)
    desk.reverse(paid)
    desk.mark(job)
    assert outcomes_of(desk.settle(job, ana, ben, cara)) == ["charged", "charged", "over_hold"]
    piece = desk.state.subjects[cara].offers["email"].key
    assert piece not in desk.state.pieces
    desk.complete(job)
    assert desk.battery(bob).license.used == 2


def test_r20_after_the_first_that_the_hold_lacks_nothing_more_is_charged(
    desk: Desk, bob: UserId
) -> None:
    desk.grant(100)
    ana = desk.contact(email="ana@example.com", phones=("+14155550101",))
    ben = desk.contact(email="ben@example.com", phones=("+14155550102",))
    job = settling(desk, desk.job(bob, "phone", "email", rows=2), 5)
    assert outcomes_of(desk.settle(job, ana)) == ["over_hold", "over_hold"]
    assert outcomes_of(desk.settle(job, ben)) == ["over_hold", "over_hold"]
    desk.complete(job)
    assert (desk.entries[-1].action, desk.entries[-1].from_license) == ("release", -5)


def test_r18_a_later_row_of_a_piece_over_the_hold_is_a_duplicate_still(
    desk: Desk, bob: UserId
) -> None:
    rows = [desk.contact(email="ana@example.com") for _ in range(2)]
    job = settling(desk, desk.job(bob, "email", rows=2), 0)
    assert outcomes_of(desk.settle(job, *rows)) == ["over_hold", "duplicate"]


def test_r01_what_the_directory_no_longer_has_is_not_found_and_free(
    desk: Desk, bob: UserId
) -> None:
    job = settling(desk, desk.job(bob, "email", "phone", rows=2), 22)
    nobody = Sought(1, None)
    came_to = desk.settle(job, desk.contact(email="ana@example.com"), nobody)
    assert outcomes_of(came_to) == ["charged", "not_found", "not_found", "not_found"]


def test_r27_a_piece_taken_back_as_bounced_is_not_sold_by_a_job(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    [ana] = people(desk, 1)
    paid = desk.reveal(jane, *email_of(ana)).seq
    desk.reverse(paid, reason="bounced")
    job = settling(desk, desk.job(bob, "email", rows=2), 2)
    typed = Sought(1, ana, desk.address("0@example.com"))
    assert outcomes_of(desk.settle(job, ana, typed)) == ["not_found", "not_found"]


def test_free_kinds_are_charged_with_nothing_and_owned(desk: Desk, bob: UserId) -> None:
    desk.state.head.prices = Prices(email=0, phone=10, personality=100)
    [ana] = people(desk, 1)
    job = settling(desk, desk.job(bob, "email", rows=1), 0)
    [row] = desk.settle(job, ana)
    assert (row.items[0].outcome, row.items[0].credits) == ("charged", 0)
    assert desk.state.pieces[desk.state.subjects[ana].offers["email"].key].live
    desk.complete(job)


def test_r31_a_colleagues_piece_is_saved_once_at_the_jobs_prices(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana, ben = people(desk, 2)
    desk.reveal(jane, *email_of(ana))
    desk.reveal(bob, *email_of(ben))
    job = settling(desk, desk.job(bob, "email", rows=3), 1)
    came_to = outcomes_of(desk.settle(job, ana, ben, ana))
    assert came_to == ["already_owned", "already_owned", "duplicate"]
    assert desk.battery(bob).saved.total == 1


def test_r03_an_owned_address_comes_along_on_a_second_contact(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    first, second = (desk.contact(email="ana@example.com") for _ in range(2))
    desk.reveal(jane, *email_of(first))
    job = settling(desk, desk.job(bob, "email", rows=1), 0)
    desk.settle(job, second)
    assert [subject for _, subject in desk.plan.owned] == [second]


def test_r06_a_newer_number_is_charged_as_a_new_piece(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana = desk.contact(phones=("+14155550101",))
    desk.reveal(jane, (ana, "phone"))
    desk.offer_phones(ana, "+14155550102")
    job = settling(desk, desk.job(bob, "phone", rows=1), 10)
    assert outcomes_of(desk.settle(job, ana)) == ["charged"]
    assert len(desk.state.subjects[ana].owned["phone"]) == 2


def test_r05_what_a_job_opens_is_shown_to_everybody(desk: Desk, bob: UserId) -> None:
    [ana] = people(desk, 1)
    job = settling(desk, desk.job(bob, "email", rows=1, action="import"), 1)
    desk.settle(job, ana)
    [shown] = desk.plan.items
    assert (shown.subject, shown.action, shown.by_name) == (ana, "import", "Bob")


def test_r20_rows_settle_once_and_only_for_the_worker_that_has_the_job(
    desk: Desk, bob: UserId
) -> None:
    several = people(desk, 3)
    job = desk.job(bob, "email", rows=3)
    desk.start(job, 3)
    chunk = desk.work[job].chunk([Sought(0, several[0])])
    assert isinstance(desk.batch(chunk)[0], NotTheWorker)
    desk.mark(job)
    once, again = desk.batch(chunk, chunk)
    assert (outcomes_of(once), type(again)) == (["charged"], NotTheWorker)
    refused = desk.batch(
        chunk,
        replace(chunk, first_row=2, through=3),
        replace(chunk, first_row=1, through=2, worker="worker 2"),
    )
    assert [type(one) for one in refused] == [NotTheWorker] * 3
    assert desk.plan.is_empty
    assert len(charges(desk)) == 1


def test_r20_a_job_completes_once_and_with_all_its_rows(desk: Desk, bob: UserId) -> None:
    several = people(desk, 2)
    job = settling(desk, desk.job(bob, "email", rows=2), 2)
    desk.settle(job, several[0])
    with pytest.raises(NotTheWorker):
        desk.complete(job)
    desk.settle(job, several[1])
    [lost] = desk.batch(CompleteJob(job, "worker 2", desk.work[job].settlement(), ()))
    assert isinstance(lost, NotTheWorker)
    assert desk.complete(job).status == "completed"
    with pytest.raises(NotTheWorker):
        desk.complete(job)
    assert [line.action for line in desk.entries] == ["hold", "export", "export"]


def test_rows_that_are_problems_are_passed_over(desk: Desk, bob: UserId) -> None:
    [ana] = people(desk, 1)
    job = settling(desk, desk.job(bob, "email", rows=5), 1)
    command = replace(desk.work[job].chunk([Sought(3, ana)], through=5), first_row=0)
    [outcomes] = desk.batch(command)
    assert [row.row_no for row in outcomes] == [3]
    assert desk.state.jobs[job].settled == 5


def test_r22_a_job_that_settles_in_the_next_month_uses_what_it_held(
    desk: Desk, bob: UserId
) -> None:
    [ana] = people(desk, 1)
    job = desk.job(bob, "email", rows=1)
    desk.start(job, 100)
    desk.later(days=31)
    desk.mark(job)
    desk.settle(job, ana)
    line = desk.entries[-1]
    assert (line.month_no, line.from_license, line.license_left) == (0, 1, 0)
    desk.complete(job)
    battery = desk.battery(bob)
    assert (battery.license.used, battery.license.remaining) == (0, 100)


def test_r27_a_charge_of_a_job_in_a_closed_month_comes_back_as_extra(
    desk: Desk, bob: UserId
) -> None:
    [ana] = people(desk, 1)
    job = desk.job(bob, "email", rows=1)
    desk.start(job, 5)
    desk.later(days=31)
    desk.mark(job)
    desk.settle(job, ana)
    line = desk.reverse(len(desk.entries))
    assert (line.granted, line.from_license, line.from_extra, line.license_left) == (1, 0, -1, 95)
    desk.complete(job)


def test_r28_a_reversal_and_the_settling_of_its_piece_in_one_batch_charge_again(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    [ana] = people(desk, 1)
    paid = Seq(desk.reveal(jane, *email_of(ana)).seq)
    job = settling(desk, desk.job(bob, "email", rows=1), 1)
    _, outcomes = desk.batch(Reverse(ODA, paid, "goodwill"), desk.work[job].chunk([Sought(0, ana)]))
    assert outcomes_of(outcomes) == ["charged"]
    key = desk.state.subjects[ana].offers["email"].key
    piece = desk.plan.pieces[key]
    assert (piece.gen, piece.live, piece.by) == (2, True, bob)
    assert (key, ana) in desk.plan.owned


def test_r02_of_a_reveal_and_a_chunk_in_one_batch_the_first_pays(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana, ben = people(desk, 2)
    job = settling(desk, desk.job(bob, "email", rows=2), 2)
    chunk = desk.work[job].chunk([Sought(0, ana), Sought(1, ben)])
    first, settled, last = desk.batch(
        Reveal(jane, email_of(ana)), chunk, Reveal(jane, email_of(ben))
    )
    assert first.credits == 1
    assert outcomes_of(settled) == ["already_owned", "charged"]
    assert (last.credits, last.saved) == (0, 1)


def test_r21_a_user_deactivated_after_the_mark_pays_what_the_job_came_to(
    desk: Desk, bob: UserId
) -> None:
    job = settling(desk, desk.job(bob, "email", rows=1), 1)
    desk.state.seats[bob].active = False
    assert outcomes_of(desk.settle(job, *people(desk, 1))) == ["charged"]
    assert desk.complete(job).status == "completed"


def test_r25_a_typed_address_is_found_though_the_directory_has_another(
    desk: Desk, bob: UserId
) -> None:
    [ana] = people(desk, 1)
    job = settling(desk, desk.job(bob, "email", rows=1, action="import"), 1)
    desk.settle(job, Sought(0, ana, desk.address("ana@home.test")))
    [(key, subject)] = desk.plan.owned
    assert (key, subject) == (desk.address("ana@home.test").key, ana)


def test_r25_a_person_whom_the_directory_lacks_becomes_one_contact_of_the_org(
    desk: Desk, bob: UserId
) -> None:
    job = settling(desk, desk.job(bob, "email", rows=2, action="import"), 2)
    rows = [typed_row(desk, 0, "x@home.test"), typed_row(desk, 1, "x@work.test")]
    assert outcomes_of(desk.settle(job, *rows)) == ["charged", "charged"]
    assert list(desk.plan.contacts) == [STRANGER]
    assert {subject for _, subject in desk.plan.owned} == {STRANGER}
    assert {shown.url for shown in desk.plan.items} == {f"https://x.test/{STRANGER}"}


def test_r25_an_address_owned_already_makes_its_person_a_contact_for_free(
    desk: Desk, bob: UserId, jane: UserId
) -> None:
    ana = desk.contact(email="ana@example.com")
    desk.reveal(jane, *email_of(ana))
    job = settling(desk, desk.job(bob, "email", rows=1, action="import"), 0)
    assert outcomes_of(desk.settle(job, typed_row(desk, 0, "ana@example.com"))) == ["already_owned"]
    assert list(desk.plan.contacts) == [STRANGER]


def test_r25_nobody_is_made_a_contact_for_an_address_that_was_not_paid_for(
    desk: Desk, bob: UserId
) -> None:
    job = settling(desk, desk.job(bob, "email", rows=1, action="import"), 0)
    assert outcomes_of(desk.settle(job, typed_row(desk, 0, "x@home.test"))) == ["over_hold"]
    assert desk.plan.contacts == {}


def test_r25_a_contact_that_the_org_has_is_not_made_again(desk: Desk, bob: UserId) -> None:
    job = settling(desk, desk.job(bob, "email", rows=2, action="import"), 2)
    desk.settle(job, typed_row(desk, 0, "x@home.test"))
    assert outcomes_of(desk.settle(job, typed_row(desk, 1, "x@work.test"))) == ["charged"]
    assert desk.plan.contacts == {}


@pytest.mark.parametrize("was_contact", [True, False])
def test_r04_who_was_erased_while_the_import_waited_does_not_come_back(
    desk: Desk, bob: UserId, was_contact: bool
) -> None:
    """A contact's row is gone; somebody unknown is known by the erased URL."""
    row = typed_row(desk, 0, "x@home.test")
    if was_contact:
        row = replace(row, contact=None)
    else:
        desk.state.erased.add(STRANGER)
    job = settling(desk, desk.job(bob, "email", rows=1, action="import"), 1)
    outcomes = desk.settle(job, row)
    assert outcomes_of(outcomes) == ["not_found"]
    assert (desk.plan.contacts, desk.plan.owned, charges(desk)) == ({}, {}, [])


def test_a_command_for_an_unknown_job_is_refused(desk: Desk, bob: UserId) -> None:
    job = desk.job(bob, "email")
    nobody = JobId("job_nobody")
    chunk = replace(desk.work[job].chunk([Sought(0, None)]), job=nobody)
    bill = desk.work[job].settlement()
    for command in (chunk, CompleteJob(nobody, WORKER, bill, ())):
        assert isinstance(desk.batch(command)[0], errors.NotFound)
