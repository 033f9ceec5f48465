"""A ledger kept by hand: rows as the product writes them, put straight into the tables.

Nothing here is shared with the product's planner, so that history and `verify` are tested on rows
whose figures were worked out twice.
"""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import astuple, replace
from sqlalchemy import Table, insert

from server.domain.balances import (
    Balances,
    HeadRow,
    HoldRow,
    JobRow,
    LicenseRow,
    MonthRow,
    PieceRow,
)
from server.domain.callers import Member
from server.domain.credit_month import month_at, to_us
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, JobId, OrgId, PieceKey, Seq, SessionId, SubjectId, UserId
from server.store import schema
from server.store.engine import Database
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.jobs import Settlement
from server.wire.words import BANNING_REASONS, Action, ChargeAction, Kind, ReversalReason, Role

PRICES = DEFAULT_PRICES
SELLER = "opr_sam"


def at(text: str) -> AtUs:
    """`2026-11-03 09:30` in UTC."""
    return to_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


class Books:
    """One org. Every change takes its time; times may not go back."""

    def __init__(self, org: str = "org_acme", zone: str = "UTC") -> None:
        self.org = OrgId(org)
        self.zone = ZoneInfo(zone)
        self.people: dict[UserId, tuple[str, Role]] = {}
        self.subjects: dict[SubjectId, str] = {}
        self.lines: list[EntryLine] = []
        self.head = HeadRow(Seq(0), AtUs(0), 0, 0, 0, PRICES, False)
        self.licenses: dict[UserId, LicenseRow] = {}
        self.months: dict[tuple[UserId, int], MonthRow] = {}
        self.pieces: dict[PieceKey, PieceRow] = {}
        self.holds: dict[JobId, HoldRow] = {}
        self.jobs: dict[JobId, JobRow] = {}
        self._saved_lines = 0

    def hire(
        self,
        user: str,
        name: str,
        when: AtUs,
        *,
        allotment: int = 1_000,
        anchor: date = date(2026, 11, 1),
        role: Role = "rep",
    ) -> Member:
        """A new member with a license."""
        self.people[UserId(user)] = (name, role)
        self.licenses[UserId(user)] = LicenseRow(UserId(user), allotment, anchor, None, None)
        self.set_allotment(user, allotment, when)
        return Member(
            UserId(user), self.org, role, name, f"{user}@acme.test", SessionId("ses"), "bearer"
        )

    def contact(self, subject: str, name: str) -> None:
        """A contact or account that everybody may find."""
        self.subjects[SubjectId(subject)] = name

    def set_allotment(self, user: str, allotment: int, when: AtUs) -> Seq:
        month = self._month(user, when)
        self._put(replace(month, granted=max(month.granted, allotment)))
        license_ = replace(self.licenses[UserId(user)], allotment=allotment)
        self.licenses[UserId(user)] = license_
        data = {"allotment": allotment, "anchor": license_.anchor}
        return self._write("license", when, user=user, by="operator", data=data)

    def set_cap(self, user: str, cap: int | None, when: AtUs, by: str = "usr_alice") -> Seq:
        self._month(user, when)
        self.licenses[UserId(user)] = replace(self.licenses[UserId(user)], cap=cap)
        return self._write("cap", when, user=user, by=by, data={"cap": cap})

    def set_prices(self, prices: Prices, when: AtUs) -> Seq:
        self.head = replace(self.head, prices=prices, own_prices=True)
        return self._write("prices", when, by="operator", data={"prices": prices, "own": True})

    def grant(self, credits: int, when: AtUs, note: str = "invoice 7") -> Seq:
        self.head = replace(self.head, extra_granted=self.head.extra_granted + credits)
        return self._write("grant", when, by="operator", granted=credits, note=note)

    def charge(
        self,
        user: str,
        subject: str,
        when: AtUs,
        *,
        kind: Kind = "email",
        action: ChargeAction = "reveal",
        job: str | None = None,
    ) -> Seq:
        """One piece at its price, license first. With `job`: out of that job's hold."""
        hold = self.holds[JobId(job)] if job else None
        prices = self.jobs[hold.job_id].prices if hold else self.head.prices
        price = (prices or self.head.prices).of(kind)
        if hold is None:
            month = self._month(user, when)
            of_license = min(price, month.granted - month.used - month.held)
            of_extra = price - of_license
        else:
            month = self.months[UserId(user), hold.month_no]
            of_license = min(price, hold.from_license - hold.captured_license)
            of_extra = price - of_license
            self.holds[hold.job_id] = replace(
                hold,
                captured_license=hold.captured_license + of_license,
                captured_extra=hold.captured_extra + of_extra,
            )
            month = self._held(month, -of_license, -of_extra)
        self._use(month, of_license, of_extra)
        key = PieceKey(f"{kind}:{subject}".encode().ljust(16)[:16])
        seq = self._write(
            action,
            when,
            user=user,
            by=user,
            month_no=month.month_no,
            subject=subject,
            kind=kind,
            piece_key=key,
            parts=(of_license, of_extra),
            job=job,
        )
        gen = self.pieces[key].gen + 1 if key in self.pieces else 1
        self.pieces[key] = PieceRow(key, gen, True, False, seq, UserId(user), when)
        return seq

    def reverse(
        self,
        seq: Seq,
        when: AtUs,
        *,
        by: str = "operator",
        reason: ReversalReason = "mistake",
        note: str | None = None,
    ) -> Seq:
        """R27, in an open or a closed month."""
        charge = self.lines[seq - 1]
        assert charge.user_id is not None
        assert charge.month_no is not None
        assert charge.piece_key is not None
        month = self.months[charge.user_id, charge.month_no]
        of_license, of_extra, granted = charge.from_license, charge.from_extra, 0
        if when < month.ends_us:
            self._use(month, -of_license, -of_extra)
        else:
            granted = of_license if by == "operator" else 0
            of_license = 0
            self.head = replace(
                self.head,
                extra_used=self.head.extra_used - of_extra,
                extra_granted=self.head.extra_granted + granted,
            )
        piece = self.pieces[charge.piece_key]
        self.pieces[charge.piece_key] = replace(
            piece, live=False, banned=piece.banned or reason in BANNING_REASONS
        )
        return self._write(
            "reversal",
            when,
            user=charge.user_id,
            by=by,
            month_no=charge.month_no,
            subject=charge.subject_id,
            kind=charge.kind,
            piece_key=charge.piece_key,
            parts=(-of_license, -of_extra - granted),
            ref_seq=seq,
            reason=reason,
            granted=granted or None,
            note=note,
        )

    def hold(self, user: str, job: str, of_license: int, of_extra: int, when: AtUs) -> Seq:
        month = self._held(self._month(user, when), of_license, of_extra)
        seq = self._write("hold", when, user=user, by=user, parts=(of_license, of_extra), job=job)
        self.holds[JobId(job)] = HoldRow(
            JobId(job), UserId(user), month.month_no, of_license, of_extra, 0, 0, seq, None
        )
        self.jobs[JobId(job)] = JobRow(
            JobId(job), UserId(user), "export", "settling", self.head.prices, None
        )
        return seq

    def release(self, job: str, when: AtUs) -> Seq:
        """Whatever of the hold was not captured; the job is completed."""
        hold = self.holds[JobId(job)]
        of_license = hold.from_license - hold.captured_license
        of_extra = hold.from_extra - hold.captured_extra
        self._held(self.months[hold.user_id, hold.month_no], -of_license, -of_extra)
        seq = self._write(
            "release",
            when,
            user=hold.user_id,
            by=hold.user_id,
            month_no=hold.month_no,
            parts=(-of_license, -of_extra),
            job=job,
        )
        self.holds[hold.job_id] = replace(hold, ended_seq=seq)
        self.jobs[hold.job_id] = replace(
            self.jobs[hold.job_id],
            status="completed",
            credits=hold.captured_license + hold.captured_extra,
        )
        return seq

    def balances(self) -> Balances:
        return Balances(
            self.head,
            tuple(self.licenses.values()),
            tuple(self.months.values()),
            tuple(self.holds.values()),
            tuple(self.jobs.values()),
        )

    async def found(self, database: Database) -> None:
        """Make the tables and write everything so far."""
        async with database.write() as connection:
            await connection.run_sync(schema.metadata.create_all)
        await self.save(database)

    async def save(self, database: Database) -> None:
        """Write the org with everything so far into tables that exist; once."""
        async with database.write() as connection:
            for table, rows in self._rows():
                if rows:
                    await connection.execute(insert(table), rows)

    async def append(self, database: Database, since: int) -> None:
        """Write the entries after the first `since`, and no balance rows: for history alone."""
        rows = [self._entry(line) for line in self.lines[since:]]
        async with database.write() as connection:
            await connection.execute(insert(schema.entry), rows)

    def _rows(self) -> list[tuple[Table, list[dict[str, Any]]]]:
        return [
            (schema.org, [self._org_row()]),
            (schema.org_head, [self._head_row()]),
            (schema.users, [self._user_row(user) for user in self.people]),
            (schema.license_, [self._license_row(row) for row in self.licenses.values()]),
            (schema.allotment, [self._owned(row) for row in self.months.values()]),
            (schema.hold, [self._owned(row) for row in self.holds.values()]),
            (schema.job, [self._job_row(row) for row in self.jobs.values()]),
            (schema.piece, [self._owned(row) for row in self.pieces.values()]),
            (schema.entry, [self._entry(line) for line in self.lines]),
            (schema.subject, [_subject_row(*pair) for pair in self.subjects.items()]),
        ]

    def _owned(self, row: msgspec.Struct) -> dict[str, Any]:
        return {"org_id": self.org, **msgspec.structs.asdict(row)}

    def _job_row(self, row: JobRow) -> dict[str, Any]:
        settlement = None
        if row.credits is not None:
            settlement = json_of(bill(row.credits))
        return {
            "org_id": self.org,
            "id": row.job_id,
            "user_id": row.user_id,
            "action": row.action,
            "status": row.status,
            "kinds": "email,phone,personality",
            "label": "",
            "prices": json_of(row.prices),
            "settlement": settlement,
            "created_us": 0,
            "expires_us": 0,
        }

    def _entry(self, line: EntryLine) -> dict[str, Any]:
        return {"org_id": self.org, **msgspec.structs.asdict(line)}

    def _org_row(self) -> dict[str, Any]:
        return {"id": self.org, "name": "Acme", "time_zone": self.zone.key, "created_us": 0}

    def _head_row(self) -> dict[str, Any]:
        fields = self._owned(self.head)
        email, phone, personality = astuple(fields.pop("prices"))
        return {
            **fields,
            "price_email": email,
            "price_phone": phone,
            "price_personality": personality,
        }

    def _user_row(self, user: UserId) -> dict[str, Any]:
        name, role = self.people[user]
        return {
            "id": user,
            "org_id": self.org,
            "email": f"{user}@{self.org}.test",
            "name": name,
            "role": role,
            "active": True,
            "created_us": 0,
        }

    def _license_row(self, row: LicenseRow) -> dict[str, Any]:
        return {**self._owned(row), "anchor": row.anchor.isoformat()}

    def _month(self, user: str, when: AtUs) -> MonthRow:
        license_ = self.licenses[UserId(user)]
        bounds = month_at(license_.anchor, self.zone, when)
        fresh = MonthRow(UserId(user), *bounds, license_.allotment, 0, 0, 0, 0)
        month = self.months.setdefault((UserId(user), bounds.no), fresh)
        self.licenses[UserId(user)] = replace(license_, last_month_no=bounds.no)
        return month

    def _put(self, month: MonthRow) -> MonthRow:
        self.months[month.user_id, month.month_no] = month
        return month

    def _use(self, month: MonthRow, of_license: int, of_extra: int) -> None:
        self._put(
            replace(month, used=month.used + of_license, extra_used=month.extra_used + of_extra)
        )
        self.head = replace(self.head, extra_used=self.head.extra_used + of_extra)

    def _held(self, month: MonthRow, of_license: int, of_extra: int) -> MonthRow:
        self.head = replace(self.head, extra_held=self.head.extra_held + of_extra)
        return self._put(
            replace(month, held=month.held + of_license, extra_held=month.extra_held + of_extra)
        )

    def _write(
        self,
        action: Action,
        when: AtUs,
        *,
        by: str,
        user: str | None = None,
        month_no: int | None = None,
        subject: str | None = None,
        kind: Kind | None = None,
        piece_key: PieceKey | None = None,
        parts: tuple[int, int] = (0, 0),
        job: str | None = None,
        ref_seq: Seq | None = None,
        reason: ReversalReason | None = None,
        granted: int | None = None,
        note: str | None = None,
        data: object = None,
    ) -> Seq:
        seq = Seq(len(self.lines) + 1)
        assert when >= self.head.at_us
        self.head = replace(self.head, head_seq=seq, at_us=when)
        month = None
        if user is not None:
            no = self._month(user, when).month_no if month_no is None else month_no
            month = self.months[UserId(user), no]
        is_spending = action in ("reveal", "export", "import", "reversal")
        self.lines.append(
            EntryLine(
                seq=seq,
                at_us=when,
                action=action,
                user_id=UserId(user) if user else None,
                month_no=month.month_no if month else None,
                by_type="operator" if by == "operator" else "user",
                by_id=SELLER if by == "operator" else by,
                subject_id=SubjectId(subject) if subject else None,
                kind=kind,
                piece_key=piece_key,
                credits=sum(parts) if is_spending else 0,
                from_license=parts[0],
                from_extra=parts[1],
                license_left=month.granted - month.used - month.held if month else None,
                extra_left=self.head.extra_granted - self.head.extra_used - self.head.extra_held,
                job_id=JobId(job) if job else None,
                ref_seq=ref_seq,
                reason=reason,
                granted=granted,
                note=note,
                data=msgspec.json.encode(data).decode() if data is not None else None,
            )
        )
        return seq


def json_of(value: object) -> str:
    return msgspec.json.encode(value).decode()


def bill(credits: int) -> Settlement:
    """Of a job that came to so much; nothing else of it is looked at."""
    return Settlement(
        charged=0,
        already_owned=0,
        duplicates=0,
        not_found=0,
        over_hold=0,
        credits=credits,
        from_license=0,
        from_extra=0,
        seq=0,
        by_kind={},
    )


def _subject_row(subject: SubjectId, name: str) -> dict[str, Any]:
    return {
        "id": subject,
        "org_id": "",
        "type": "account" if subject.startswith("acc_") else "contact",
        "url": f"https://www.linkedin.com/in/{subject}",
        "name": name,
        "search": name.lower(),
        "sort": name.lower(),
        "fingerprint": b"",
    }
