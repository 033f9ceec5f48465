"""The replay of an org: silent on a sound ledger, telling what was tampered with (R32)."""

from datetime import date

import pytest
from msgspec.structs import replace

from server.domain.balances import Balances, MonthRow
from server.domain.entries import EntryLine
from server.domain.findings import DETAILS_PER_INVARIANT_MAX, Findings
from server.domain.ids import AtUs, JobId, PieceKey, Seq, UserId
from server.domain.replay import Replay
from server.domain.replay_end import compare
from server.wire.battery import Prices
from server.wire.history import Broken
from tests.ledger_rows import Books, at

MONDAY = at("2026-11-02 09:00")
TUESDAY = at("2026-11-03 09:00")
DECEMBER = at("2026-12-02 09:00")
BOB = UserId("usr_bob")
KEY = PieceKey(b"k" * 16)


@pytest.fixture
def books() -> Books:
    """Bob's license of 100 credits a month."""
    books = Books()
    books.hire("usr_bob", "Bob Reyes", MONDAY, allotment=100)
    return books


def replayed(lines: list[EntryLine], rows: Balances) -> list[Broken]:
    findings = Findings()
    replay = Replay(rows.months, rows.jobs, findings)
    by_seq = {line.seq: line for line in lines}
    for line in lines:
        replay.feed(line, by_seq.get(line.ref_seq) if line.ref_seq else None)
    compare(replay.now, rows, findings)
    return findings.broken()


def invariants(broken: list[Broken]) -> set[int]:
    return {one.invariant for one in broken}


def tampered(books: Books, seq: Seq, **fields: object) -> set[int]:
    """The invariants that break when one line had been written with other `fields`."""
    lines = [replace(line, **fields) if line.seq == seq else line for line in books.lines]
    return invariants(replayed(lines, books.balances()))


def test_r32_replaying_charges_from_license_and_extra_gives_every_balance(books: Books) -> None:
    books.grant(50, MONDAY)
    books.charge("usr_bob", "con_ana", MONDAY)
    books.charge("usr_bob", "con_ana", TUESDAY, kind="personality")
    assert books.lines[-1].from_extra == 1
    assert replayed(books.lines, books.balances()) == []


def test_r12_each_credit_month_starts_with_the_full_allotment(books: Books) -> None:
    books.charge("usr_bob", "con_ana", MONDAY, kind="personality")
    books.charge("usr_bob", "con_ben", DECEMBER, kind="personality")
    assert books.lines[-1].license_left == 0
    assert replayed(books.lines, books.balances()) == []


def test_r15_a_raise_applies_at_once_and_a_cut_from_the_next_month(books: Books) -> None:
    books.set_allotment("usr_bob", 300, TUESDAY)
    books.set_allotment("usr_bob", 20, TUESDAY)
    books.charge("usr_bob", "con_ana", DECEMBER)
    granted = [month.granted for month in books.balances().months]
    assert granted == [300, 20]
    assert replayed(books.lines, books.balances()) == []


def test_r17_a_cap_follows_from_its_entry(books: Books) -> None:
    books.set_cap("usr_bob", 40, TUESDAY)
    books.set_cap("usr_bob", None, TUESDAY)
    assert replayed(books.lines, books.balances()) == []
    rows = books.balances()
    forged = replace(rows, licenses=(replace(rows.licenses[0], cap=7),))
    assert invariants(replayed(books.lines, forged)) == {2}


def test_prices_follow_from_their_entry_and_rule_the_charges_after_it(books: Books) -> None:
    books.set_prices(Prices(email=3, phone=10, personality=100), TUESDAY)
    charge = books.charge("usr_bob", "con_ana", TUESDAY)
    assert books.lines[-1].credits == 3
    assert replayed(books.lines, books.balances()) == []
    cheaper = tampered(books, charge, credits=1, from_license=1)
    assert 5 in cheaper


@pytest.mark.parametrize("by", ["operator", "usr_alice"])
def test_r27_a_reversal_in_the_open_month_gives_back_the_recorded_parts(
    books: Books, by: str
) -> None:
    books.grant(50, MONDAY)
    books.charge("usr_bob", "con_ana", MONDAY, kind="personality")
    seq = books.charge("usr_bob", "con_ben", MONDAY)
    books.reverse(seq, TUESDAY, by=by)
    assert replayed(books.lines, books.balances()) == []


@pytest.mark.parametrize(("by", "pool"), [("operator", 60), ("usr_alice", 50)])
def test_r27_of_a_closed_month_an_operator_gives_the_license_part_back_as_extra(
    books: Books, by: str, pool: int
) -> None:
    books.grant(50, MONDAY)
    seq = books.charge("usr_bob", "con_ana", MONDAY, kind="phone")
    books.reverse(seq, DECEMBER, by=by)
    assert books.lines[-1].extra_left == pool
    assert replayed(books.lines, books.balances()) == []


def test_r27_a_closed_month_keeps_what_was_used_when_a_split_charge_is_reversed() -> None:
    books = Books()
    books.hire("usr_bob", "Bob Reyes", MONDAY, allotment=3)
    books.grant(50, MONDAY)
    seq = books.charge("usr_bob", "con_ana", MONDAY, kind="phone")
    books.reverse(seq, DECEMBER)
    rows = books.balances()
    assert (rows.months[0].used, rows.head.extra_used, rows.head.extra_granted) == (3, 0, 53)
    assert replayed(books.lines, rows) == []


def test_r19_held_credits_are_captured_by_charges_of_the_job_and_the_rest_released() -> None:
    books = Books()
    books.hire("usr_bob", "Bob Reyes", MONDAY, allotment=15)
    books.grant(50, MONDAY)
    books.hold("usr_bob", "job_1", 15, 10, MONDAY)
    assert replayed(books.lines, books.balances()) == []
    books.charge("usr_bob", "con_ana", TUESDAY, kind="phone", action="export", job="job_1")
    books.charge("usr_bob", "con_ben", TUESDAY, kind="phone", action="export", job="job_1")
    assert replayed(books.lines, books.balances()) == []
    books.release("job_1", TUESDAY)
    assert books.balances().holds[0].captured_extra == 5
    assert replayed(books.lines, books.balances()) == []


def test_r22_a_job_that_ends_after_its_month_uses_what_it_held(books: Books) -> None:
    books.hold("usr_bob", "job_1", 20, 0, MONDAY)
    books.charge("usr_bob", "con_ana", DECEMBER, kind="phone", action="export", job="job_1")
    books.release("job_1", DECEMBER)
    assert replayed(books.lines, books.balances()) == []


def test_a_month_that_only_a_saving_touched_has_the_allotment_of_its_start(books: Books) -> None:
    books.set_allotment("usr_bob", 20, TUESDAY)
    rows = books.balances()
    november = rows.months[0]
    december = MonthRow(BOB, 1, november.ends_us, at("2027-01-01 00:00"), 20, 0, 0, 0, 0)
    saved = replace(
        rows,
        months=(november, december),
        licenses=(replace(rows.licenses[0], last_month_no=1),),
    )
    assert replayed(books.lines, saved) == []
    forged = replace(saved, months=(november, replace(december, granted=100)))
    assert invariants(replayed(books.lines, forged)) == {2}


def test_a_missing_entry_breaks_the_count_and_the_order(books: Books) -> None:
    books.charge("usr_bob", "con_ana", TUESDAY)
    books.charge("usr_bob", "con_ben", TUESDAY)
    broken = replayed([books.lines[0], books.lines[2]], books.balances())
    assert 1 in invariants(broken)
    assert broken[0].detail == "entry 3 follows entry 1"


def test_time_that_goes_back_is_told(books: Books) -> None:
    seq = books.charge("usr_bob", "con_ana", TUESDAY)
    books.charge("usr_bob", "con_ben", TUESDAY)
    assert tampered(books, seq, at_us=AtUs(TUESDAY + 1)) == {10}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"license_left": 1}, {2}),
        ({"license_left": None}, {2}),
        ({"extra_left": 1}, {2}),
        ({"credits": 9}, {5}),
        ({"credits": 0, "from_license": 0}, {2, 5}),
        ({"piece_key": None}, {4}),
        ({"at_us": at("2026-12-01 00:00")}, {8, 10}),
        ({"month_no": 5}, {2}),
        ({"user_id": UserId("usr_eve")}, {2, 3}),
        ({"user_id": None}, {2}),
        ({"action": "grant"}, {2, 5}),
        ({"job_id": JobId("job_9")}, {6}),
    ],
    ids=str,
)
def test_r32_a_charge_written_otherwise_is_told(
    books: Books, fields: dict[str, object], expected: set[int]
) -> None:
    seq = books.charge("usr_bob", "con_ana", TUESDAY, kind="phone")
    assert tampered(books, seq, **fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"from_license": -9, "credits": -9},
        {"from_license": 0, "from_extra": -10},
        {"granted": 10},
        {"ref_seq": Seq(1)},
        {"ref_seq": Seq(99)},
        {"ref_seq": None},
        {"piece_key": KEY},
    ],
    ids=str,
)
def test_r27_a_reversal_written_otherwise_is_told(books: Books, fields: dict[str, object]) -> None:
    books.grant(50, MONDAY)
    seq = books.charge("usr_bob", "con_ana", MONDAY, kind="phone")
    reversal = books.reverse(seq, TUESDAY)
    assert 7 in tampered(books, reversal, **fields)


def test_r27_a_charge_is_taken_back_at_most_once(books: Books) -> None:
    books.charge("usr_bob", "con_ben", MONDAY, kind="phone")
    seq = books.charge("usr_bob", "con_ana", MONDAY)
    first = books.lines[books.reverse(seq, TUESDAY) - 1]
    again = replace(first, seq=Seq(first.seq + 1), license_left=91)
    rows = books.balances()
    rows = replace(
        rows,
        head=replace(rows.head, head_seq=again.seq),
        months=(replace(rows.months[0], used=9),),
    )
    assert invariants(replayed([*books.lines, again], rows)) == {7}


def test_a_bucket_below_zero_or_above_what_was_granted_is_told(books: Books) -> None:
    seq = books.charge("usr_bob", "con_ana", TUESDAY, kind="personality")
    more = tampered(books, seq, credits=101, from_license=101)
    assert 3 in more
    less = tampered(books, seq, from_license=0, from_extra=100)
    assert 3 in less


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("head_seq", 9, {1}),
        ("at_us", 1, {10}),
        ("extra_granted", 51, {2}),
        ("extra_used", 1, {2, 5}),
        ("extra_held", 1, {2, 6}),
    ],
)
def test_r32_a_head_that_differs_from_its_entries_is_told(
    books: Books, field: str, value: int, expected: set[int]
) -> None:
    books.grant(50, TUESDAY)
    rows = books.balances()
    forged = replace(rows, head=replace(rows.head, **{field: value}))
    assert invariants(replayed(books.lines, forged)) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("granted", 101, {2}),
        ("used", 2, {2, 5}),
        ("held", 1, {2, 6}),
        ("extra_used", 1, {2}),
        ("extra_held", 1, {2, 6}),
        ("ends_us", MONDAY, {8}),
        ("starts_us", at("2027-01-01 00:00"), {8}),
    ],
)
def test_r32_a_month_that_differs_from_its_entries_is_told(
    books: Books, field: str, value: int, expected: set[int]
) -> None:
    books.charge("usr_bob", "con_ana", TUESDAY)
    rows = books.balances()
    forged = replace(rows, months=(replace(rows.months[0], **{field: value}),))
    assert invariants(replayed(books.lines, forged)) == expected


def test_r12_months_of_a_license_follow_each_other_without_a_gap(books: Books) -> None:
    books.charge("usr_bob", "con_ana", DECEMBER)
    november, december = books.balances().months
    for starts_us in (AtUs(november.ends_us - 1), AtUs(november.ends_us + 1)):
        forged = replace(
            books.balances(), months=(november, replace(december, starts_us=starts_us))
        )
        assert invariants(replayed(books.lines, forged)) == {8}


def test_r12_months_in_which_nothing_happened_need_no_row(books: Books) -> None:
    books.charge("usr_bob", "con_ana", at("2027-03-02 09:00"))
    assert [month.month_no for month in books.balances().months] == [0, 4]
    assert replayed(books.lines, books.balances()) == []


def test_r32_rows_that_no_entry_made_and_entries_without_rows_are_told(books: Books) -> None:
    rows = books.balances()
    assert invariants(replayed([], rows)) == {1, 2}
    assert invariants(replayed(books.lines, replace(rows, months=()))) == {2}
    assert invariants(replayed(books.lines, replace(rows, licenses=()))) == {2}


def test_a_setting_that_cannot_be_read_is_told(books: Books) -> None:
    assert tampered(books, Seq(1), data="{}") == {2}


@pytest.mark.parametrize(
    ("field", "value"),
    [("from_license", 30), ("captured_license", 9), ("placed_seq", 1), ("ended_seq", None)],
)
def test_r19_a_hold_row_that_differs_from_its_entries_is_told(
    books: Books, field: str, value: int | None
) -> None:
    books.hold("usr_bob", "job_1", 20, 0, MONDAY)
    books.charge("usr_bob", "con_ana", MONDAY, kind="phone", action="export", job="job_1")
    books.release("job_1", TUESDAY)
    rows = books.balances()
    forged = replace(rows, holds=(replace(rows.holds[0], **{field: value}),))
    assert 6 in invariants(replayed(books.lines, forged))


def test_r19_a_job_never_captures_more_than_it_holds_and_ends_once(books: Books) -> None:
    hold = books.hold("usr_bob", "job_1", 10, 0, MONDAY)
    capture = books.charge("usr_bob", "con_ana", MONDAY, kind="phone", action="export", job="job_1")
    release = books.release("job_1", TUESDAY)
    assert 6 in tampered(books, hold, from_license=9)
    assert 6 in tampered(books, capture, action="release")
    assert 6 in tampered(books, capture, action="hold")
    assert 6 in tampered(books, release, job_id=None)
    assert 6 in tampered(books, release, month_no=1)
    assert 6 in invariants(replayed(books.lines, replace(books.balances(), holds=())))


def test_one_wrong_figure_fills_no_report(books: Books) -> None:
    charged = [books.charge("usr_bob", f"con_{n}", TUESDAY) for n in range(60)]
    lines = [replace(line, license_left=0) if line.seq in charged else line for line in books.lines]
    broken = replayed(lines, books.balances())
    assert len(broken) == DETAILS_PER_INVARIANT_MAX + 1
    assert broken[-1].detail == f"and {60 - DETAILS_PER_INVARIANT_MAX} more"


def test_months_of_two_users_are_apart(books: Books) -> None:
    books.hire("usr_jane", "Jane Okafor", TUESDAY, anchor=date(2026, 10, 31))
    books.charge("usr_jane", "con_ana", TUESDAY)
    assert replayed(books.lines, books.balances()) == []
