"""The end of a replay against the balance rows: every figure must be the same (R32)."""

from itertools import pairwise

from server.domain.balances import Balances, HeadRow, HoldRow, LicenseRow, MonthRow
from server.domain.findings import Findings
from server.domain.ids import UserId
from server.domain.replay import Hold, Month, Replayed, Seat
from server.domain.replay_jobs import check_jobs


def compare(now: Replayed, rows: Balances, findings: Findings) -> None:
    """All entries were fed; tells each row that differs from what they lead to."""
    _compare_head(now, rows.head, findings)
    _compare_licenses(now, rows, findings)
    _compare_months(now, rows.months, findings)
    _check_months_follow(rows.months, findings)
    _compare_holds(now, rows.holds, findings)
    check_jobs(rows, findings)
    _check_held(rows, findings)
    _check_used(now, rows, findings)


def _compare_head(now: Replayed, head: HeadRow, findings: Findings) -> None:
    if not head.head_seq == now.entries == now.last_seq:
        findings.tell(
            1, f"head_seq {head.head_seq}, {now.entries} entries, the last is {now.last_seq}"
        )
    # A saving, an alert or a frozen month moves the head's time without an entry.
    if now.entries and head.at_us < now.last_at_us:
        findings.tell(10, f"the head is at {head.at_us} and the last entry at {now.last_at_us}")
    pool = now.pool
    figures = (head.extra_granted, head.extra_used, head.extra_held)
    if figures != (pool.granted, pool.used, pool.held):
        findings.tell(2, f"extra granted, used, held are {figures}; the entries lead to {pool}")
    if now.prices and (now.prices.prices, now.prices.own) != (head.prices, head.own_prices):
        findings.tell(2, f"prices are {head.prices}; the entries lead to {now.prices.prices}")


def _compare_licenses(now: Replayed, rows: Balances, findings: Findings) -> None:
    newest: dict[UserId, int] = {}
    for month in rows.months:
        newest[month.user_id] = max(month.month_no, newest.get(month.user_id, month.month_no))
    for row in rows.licenses:
        seat = now.seats.get(row.user_id)
        if seat is None:
            findings.tell(2, f"no entry licensed {row.user_id}")
        else:
            _compare_license(row, seat, newest.get(row.user_id), findings)
    for user in now.seats.keys() - {row.user_id for row in rows.licenses}:
        findings.tell(2, f"{user} was licensed and has no license row")


def _compare_license(row: LicenseRow, seat: Seat, newest: int | None, findings: Findings) -> None:
    expected = LicenseRow(row.user_id, seat.allotment, seat.anchor, seat.cap, newest)
    if row != expected:
        findings.tell(2, f"the license is {row}; the entries lead to {expected}")


def _compare_months(now: Replayed, rows: tuple[MonthRow, ...], findings: Findings) -> None:
    for row in rows:
        figures = Month(row.granted, row.used, row.held, row.extra_used, row.extra_held)
        expected = now.months.get((row.user_id, row.month_no)) or _untouched(row, now)
        if figures != expected:
            findings.tell(
                2,
                f"month {row.month_no} of {row.user_id} is {figures}; "
                f"the entries lead to {expected}",
            )


def _untouched(row: MonthRow, now: Replayed) -> Month:
    """A month that only a saving or an alert touched: the allotment in force when it started.

    A license entry inside it would have touched it.
    """
    seat = now.seats.get(row.user_id)
    before = [allotment for at, allotment in seat.since if at < row.starts_us] if seat else []
    return Month(before[-1] if before else 0)


def _check_months_follow(rows: tuple[MonthRow, ...], findings: Findings) -> None:
    ordered = sorted(rows, key=lambda row: (row.user_id, row.month_no))
    for row in ordered:
        if row.starts_us >= row.ends_us:
            findings.tell(8, f"month {row.month_no} of {row.user_id} ends before it starts")
    for row, later in pairwise(ordered):
        if row.user_id == later.user_id and not _follows(row, later):
            findings.tell(
                8,
                f"months {row.month_no} and {later.month_no} of {row.user_id} overlap or "
                "leave a gap",
            )


def _follows(row: MonthRow, later: MonthRow) -> bool:
    if later.month_no == row.month_no + 1:
        return later.starts_us == row.ends_us
    return later.starts_us >= row.ends_us


def _compare_holds(now: Replayed, rows: tuple[HoldRow, ...], findings: Findings) -> None:
    for row in rows:
        hold = now.holds.get(row.job_id)
        if hold is None or row != _hold_row(row, hold):
            findings.tell(6, f"the hold of {row.job_id} is {row}; the entries lead to {hold}")
    for job in now.holds.keys() - {row.job_id for row in rows}:
        findings.tell(6, f"job {job} held credits and has no hold row")


def _hold_row(row: HoldRow, hold: Hold) -> HoldRow:
    """What the row must be. A hold that was captured whole may end without a release."""
    ended = hold.released_seq
    if ended is None and hold.left_license == hold.left_extra == 0:
        ended = row.ended_seq
    user, month_no = hold.month
    return HoldRow(
        row.job_id,
        user,
        month_no,
        hold.from_license,
        hold.from_extra,
        hold.captured_license,
        hold.captured_extra,
        hold.placed_seq,
        ended,
    )


def _check_held(rows: Balances, findings: Findings) -> None:
    open_holds = [row for row in rows.holds if row.ended_seq is None]
    license_part = sum(row.from_license - row.captured_license for row in open_holds)
    extra_part = sum(row.from_extra - row.captured_extra for row in open_holds)
    on_rows = (
        sum(row.held for row in rows.months),
        sum(row.extra_held for row in rows.months),
        rows.head.extra_held,
    )
    if on_rows != (license_part, extra_part, extra_part):
        findings.tell(
            6,
            f"held on months, by months from extra, and in the pool: {on_rows}; "
            f"open holds: {license_part} from licenses, {extra_part} from extra",
        )


def _check_used(now: Replayed, rows: Balances, findings: Findings) -> None:
    """A license credit given back as an extra one stays used in its closed month (R27)."""
    used = sum(row.used for row in rows.months) + rows.head.extra_used
    if used != now.spent + now.converted:
        findings.tell(
            5,
            f"{used} credits are used; charges less reversals are {now.spent}, "
            f"and {now.converted} came back as extra",
        )
