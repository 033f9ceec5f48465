"""An org's ledger on a desk: commands are planned in memory, one batch each, without a database."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from server.domain import errors
from server.domain.commands import (
    BeginSettling,
    By,
    Command,
    CompleteJob,
    EndJob,
    Grant,
    Idempotency,
    Reveal,
    Reverse,
    SetCaps,
    SetLicense,
    StartJob,
)
from server.domain.credit_month import to_us
from server.domain.entries import EntryLine
from server.domain.ids import AtUs, JobId, OrgId, Seq, SubjectId, UserId
from server.domain.job_rows import RowOutcome, Sought
from server.domain.ledger import Ledger
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.plan import Plan
from server.domain.planning import plan
from server.domain.revealing import reveal
from server.domain.reversing import AdminReversals, reverse
from server.domain.state import Charge, Head, JobState, Month, Offer, OrgState, Seat, SubjectState
from server.domain.values import KeptEmail, KeptPersonality, KeptPhone
from server.wire.battery import DEFAULT_PRICES, Battery, Prices
from server.wire.reveals import RevealAnswer
from server.wire.subjects import Disc, Phone
from server.wire.words import CHARGE_ACTIONS, EndedStatus, JobAction, Kind, ReversalReason
from tests.job_rows import Settling, export_rows

ODA = By("operator", "opr_oda")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANCHOR = date(2026, 3, 1)
BY_ADMINS = AdminReversals(days=7, credits=50)
WORKER = "worker 1"
DAY_US = 86_400_000_000
_hasher = PieceHasher(b"the secret of the desk")

Item = tuple[SubjectId, Kind]


class Desk:
    """Acme's ledger. `now` is set by the test; `plan` is what the last command would write."""

    def __init__(self, *, zone: str = "UTC", prices: Prices | None = None) -> None:
        self.org = OrgId("org_acme")
        self.now = NOON
        self.entries: list[EntryLine] = []
        head = Head(
            org=self.org,
            zone=ZoneInfo(zone),
            seq=Seq(0),
            at_us=to_us(self.now),
            granted=0,
            used=0,
            held=0,
            saved=0,
            prices=prices or DEFAULT_PRICES,
            own_prices=False,
        )
        self.state = OrgState(head, {})
        self.plan: Plan
        self.work: dict[JobId, Settling] = {}
        self._numbers = count(1)

    def member(
        self,
        name: str,
        *,
        allotment: int = 100,
        anchor: date = ANCHOR,
        cap: int | None = None,
        active: bool = True,
    ) -> UserId:
        """A licensed user."""
        user = UserId(f"usr_{name.lower()}")
        self.state.seats[user] = Seat(user, name, active, allotment, anchor, cap)
        self.state.names[user] = name
        return user

    def contact(
        self,
        *,
        email: str | None = None,
        phones: tuple[str, ...] = (),
        personality: bool = False,
    ) -> SubjectId:
        """A contact; of `phones` the first is a mobile number and what is paid for."""
        subject = SubjectId(f"con_{next(self._numbers)}")
        self.state.subjects[subject] = SubjectState(subject, f"https://x.test/{subject}", {}, {})
        if email is not None:
            self.offer_email(subject, email)
        if phones:
            self.offer_phones(subject, *phones)
        if personality:
            self.state.subjects[subject].offers["personality"] = Offer(
                _hasher.key(self.org, "personality", subject), STEADY
            )
        return subject

    def offer_email(self, subject: SubjectId, email: str) -> None:
        """The directory holds this address now."""
        self.state.subjects[subject].offers["email"] = self.address(email)

    def address(self, email: str) -> Offer:
        """As the directory holds it, or a user types it into a file of their own."""
        key = _hasher.key(self.org, "email", canonical_email(email))
        return Offer(key, KeptEmail(email=email))

    def offer_phones(self, subject: SubjectId, *numbers: str) -> None:
        """The directory holds these numbers now, in this order; none: it holds no phone."""
        offers = self.state.subjects[subject].offers
        offers.pop("phone", None)
        if numbers:
            offers["phone"] = Offer(
                _hasher.key(self.org, "phone", numbers[0]), KeptPhone(phones=phones_of(*numbers))
            )

    def reveal(
        self,
        user: UserId,
        *items: Item,
        allow_partial: bool = False,
        max_credits: int | None = None,
        key: Idempotency | None = None,
    ) -> RevealAnswer:
        ledger = self._ledger()
        answer = reveal(ledger, Reveal(user, items, allow_partial, max_credits, key))
        self._file(ledger)
        return answer

    def reverse(
        self,
        seq: int,
        *,
        by: By = ODA,
        reason: ReversalReason = "goodwill",
        allowed: AdminReversals = BY_ADMINS,
        key: Idempotency | None = None,
    ) -> EntryLine:
        """The reversal's line."""
        ledger = self._ledger()
        command = Reverse(by, Seq(seq), reason, key=key)
        [written] = reverse(ledger, command, allowed)
        self._file(ledger)
        return self.entries[written - 1]

    def grant(self, credits: int, key: Idempotency | None = None) -> Seq:
        ledger = self._ledger()
        [seq] = ledger.grant(Grant(ODA, credits, "bought", key))
        self._file(ledger)
        return seq

    def license(self, user: UserId, allotment: int, anchor: date | None = None) -> None:
        ledger = self._ledger()
        ledger.set_license(SetLicense(ODA, user, allotment, anchor))
        self._file(ledger)

    def cap(self, cap: int | None, *users: UserId) -> None:
        ledger = self._ledger()
        ledger.set_caps(SetCaps(ODA, users, cap))
        self._file(ledger)

    def job(
        self,
        user: UserId,
        *kinds: Kind,
        rows: int = 1,
        action: JobAction = "export",
    ) -> JobId:
        """A quoted job that can be started for a day."""
        job = JobId(f"job_{next(self._numbers)}")
        expires = AtUs(to_us(self.now) + DAY_US)
        self.state.jobs[job] = JobState(
            job, user, action, "quoted", kinds, rows, 0, None, AtUs(0), expires
        )
        self.work[job] = Settling(job, kinds, WORKER)
        return job

    def starts(self, job: JobId, need: int, *, key: Idempotency | None = None) -> StartJob:
        """The command by which the job's owner starts it now."""
        now = to_us(self.now)
        return StartJob(
            self.state.jobs[job].user,
            job,
            need,
            self.state.head.prices,
            WORKER,
            AtUs(now + 10_000_000),
            AtUs(now + DAY_US),
            key=key,
        )

    def start(self, job: JobId, need: int, *, key: Idempotency | None = None) -> JobState:
        return self._moved(self.starts(job, need, key=key))

    def end(self, job: JobId, status: EndedStatus = "stopped", *, by: By = ODA) -> JobState:
        return self._moved(EndJob(by, job, status))

    def mark(self, job: JobId) -> JobState:
        """Settling begins."""
        return self._moved(BeginSettling(job, WORKER))

    def settle(self, job: JobId, *rows: SubjectId | Sought) -> list[RowOutcome]:
        """The job's next rows as one chunk."""
        first = self.state.jobs[job].settled
        sought = [
            row if isinstance(row, Sought) else export_rows([row], first + place)[0]
            for place, row in enumerate(rows)
        ]
        [outcomes] = self.batch(self.work[job].chunk(sought))
        if isinstance(outcomes, errors.BatteryError):
            raise outcomes
        self.work[job].outcomes += outcomes
        return list(outcomes)

    def complete(self, job: JobId) -> JobState:
        return self._moved(CompleteJob(job, WORKER, self.work[job].settlement(), ()))

    def _moved(self, command: Command) -> JobState:
        [job] = self.batch(command)
        if isinstance(job, errors.BatteryError):
            raise job
        assert isinstance(job, JobState)
        return job

    def batch(self, *commands: Command) -> list[Any]:
        """All planned at once, as the writer does: each one's answer or refusal."""
        ledger = self._ledger()
        answers: list[Any] = []
        for command in commands:
            try:
                answers.append(plan(ledger, command, BY_ADMINS))
            except errors.BatteryError as refusal:
                answers.append(refusal)
        if ledger.drained:
            ledger.announce_drained([])
        self._file(ledger)
        return answers

    def battery(self, user: UserId) -> Battery:
        ledger = self._ledger()
        return ledger.battery(ledger.seat(user))

    def later(self, **by: float) -> None:
        """Move the clock, as `timedelta` counts; a negative number moves it back."""
        self.now += timedelta(**by)

    def _ledger(self) -> Ledger:
        ledger = Ledger(self.state, to_us(self.now))
        self.plan = ledger.plan
        return ledger

    def _file(self, ledger: Ledger) -> None:
        """What the store does: later commands find the entries as charges."""
        for line in ledger.plan.entries:
            self.entries.append(line)
            if line.action in CHARGE_ACTIONS:
                self.state.charges[line.seq] = Charge(line, "", False, self._month_of(line))

    def _month_of(self, line: EntryLine) -> Month | None:
        if line.job_id is not None:
            hold = self.state.jobs[line.job_id].hold
            return hold.month if hold else None
        return self.state.seats[line.user_id].month if line.user_id else None


STEADY = KeptPersonality(disc=Disc(d=20, i=30, s=80, c=60), style="Steady", summary="Listens.")


def phones_of(*numbers: str) -> tuple[Phone, ...]:
    """The first is the mobile one."""
    return tuple(
        Phone(type="direct" if place else "mobile", number=number)
        for place, number in enumerate(numbers)
    )


def key(name: str, body: str = "first") -> Idempotency:
    """An Idempotency-Key that came with this body."""
    return Idempotency(name, body.encode())


def as_told(answer: RevealAnswer) -> str:
    """What would go over the wire."""
    return msgspec.json.encode(answer).decode()
