"""Random histories of an org's jobs beside all that moves meanwhile, compared with the model."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from server.wire.battery import Prices
from server.wire.words import KINDS, EndedStatus, Kind, ReversalReason
from tests.model.both_jobs import PairJobs
from tests.model.job_books import Wanted
from tests.model.scene import (
    ANCHORS,
    CAPS,
    EMAILS,
    NUMBERS,
    PRICES,
    REASONS,
    STARTS,
    ZONES,
    Ask,
    Record,
    Scene,
    asks,
    keys,
    places,
    records,
    run,
)
from tests.model.two_orgs import MOMENT

EXAMPLES = 24
STEPS = 15
ROWS_MAX = 6
"""Of a job, about four people: most pieces stand in several rows."""
ALLOTMENTS = (0, 3, 15, 300)
EXTRA = (0, 7, 200)
ENDED: tuple[EndedStatus, ...] = ("stopped", "stopped", "failed", "expired")
MEANWHILE = (
    "a colleague reveals",
    "a colleague reveals",
    "a charge is reversed",
    "a charge is reversed",
    "a charge is reversed as wrong",
    "the month ends",
    "prices change",
    "a worker dies",
    "somebody is deactivated or comes back",
)
Rows = list[tuple[int, tuple[str, str] | None]]

known_records = st.tuples(
    st.sampled_from(EMAILS), st.sampled_from(NUMBERS), st.none() | st.sampled_from(NUMBERS)
)
rows_of_jobs = st.lists(
    st.tuples(places, st.sampled_from([None, None, *EMAILS])), min_size=1, max_size=ROWS_MAX
)
kinds_of_jobs = st.sampled_from(
    [("email",), ("email",), ("phone",), ("email", "phone"), ("phone", "email"), KINDS]
)
which_job = st.integers(0, 3)


class License(NamedTuple):
    allotment: int


class Cap(NamedTuple):
    cap: int | None


class Zone(NamedTuple):
    name: str


Move = Prices | License | Cap | Zone | timedelta | bool | None
"""`bool`: to the end of a member's month, or just over it; None: a member goes or comes back."""
moves: st.SearchStrategy[Move] = st.one_of(
    st.sampled_from(PRICES),
    st.builds(License, st.sampled_from(ALLOTMENTS)),
    st.builds(Cap, st.sampled_from(CAPS)),
    st.builds(Zone, st.sampled_from(ZONES)),
    st.sampled_from([timedelta(minutes=by) for by in (-90, 1, 24 * 60 - 1, 24 * 60, 31 * 24 * 60)]),
    st.booleans(),
    st.none(),
)


class JobHistories(Scene):
    """The jobs of one of the two orgs. Those that go on are met most."""

    @initialize(
        start=st.sampled_from(STARTS),
        seats=st.lists(
            st.tuples(st.sampled_from(ALLOTMENTS), st.sampled_from(ANCHORS)),
            min_size=4,
            max_size=4,
        ),
        directory=st.lists(known_records, min_size=4, max_size=4),
        extra=st.sampled_from(EXTRA),
    )
    def found(
        self,
        start: datetime,
        seats: list[tuple[int, date]],
        directory: list[Record],
        extra: int,
    ) -> None:
        self.open(start, seats, directory)
        self._pair = self.both.pairs[0]
        self._jobs = PairJobs(self.both, self._pair)
        if extra:
            self.both.grant(self._pair, extra, None)

    @rule(
        member=places, kinds=kinds_of_jobs, rows=rows_of_jobs, more=st.sampled_from([0, 0, -1, 5])
    )
    def a_job_is_quoted_and_started(
        self, member: int, kinds: tuple[Kind, ...], rows: Rows, more: int
    ) -> None:
        """More or less than the quote is held as if pieces had come or gone meanwhile."""
        wanted = tuple(Wanted(self.both.people[person].id, typed) for person, typed in rows)
        self._jobs.add(member, kinds, wanted)
        self._jobs.start(self._jobs.count - 1, more, None)

    @rule(
        member=places,
        kinds=kinds_of_jobs,
        rows=rows_of_jobs,
        before=st.lists(st.sampled_from(MEANWHILE), max_size=4),
        between=st.lists(st.sampled_from(MEANWHILE), max_size=4),
        more=st.sampled_from([0, 0, -1]),
        ask=asks,
    )
    def a_job_lives(
        self,
        member: int,
        kinds: tuple[Kind, ...],
        rows: Rows,
        before: list[str],
        between: list[str],
        more: int,
        ask: Ask,
    ) -> None:
        """From its quote to its end, with whatever happens before the mark and between chunks."""
        wanted = tuple(Wanted(self.both.people[person].id, typed) for person, typed in rows)
        self._jobs.add(member, kinds, wanted)
        number = self._jobs.count - 1
        self._jobs.start(number, more, None)
        for event in before:
            self._happens(event, number, ask)
        self._jobs.mark(number)
        for event in between:
            self._jobs.settle(number, 1, [])
            self._happens(event, number, ask)
        self._jobs.settle(number, ROWS_MAX, [])
        self._jobs.complete(number)

    def _happens(self, event: str, number: int, ask: Ask) -> None:
        match event:
            case "a colleague reveals":
                self.reveal(ask)
            case "a charge is reversed":
                self._reverse(ask.member, "goodwill")
            case "a charge is reversed as wrong":
                self._reverse(ask.member, "bounced")
            case "the month ends":
                self._to_the_end_of_a_month(ask.member, is_over=True)
            case "prices change":
                self.both.set_prices(self._pair, PRICES[ask.member % len(PRICES)])
            case "a worker dies":
                self._jobs.take_over(number)
            case _:
                self._deactivate_or_bring_back(ask.member)

    @rule(member=places, kinds=kinds_of_jobs, rows=rows_of_jobs)
    def a_job_is_quoted_and_waits(self, member: int, kinds: tuple[Kind, ...], rows: Rows) -> None:
        wanted = tuple(Wanted(self.both.people[person].id, typed) for person, typed in rows)
        self._jobs.add(member, kinds, wanted)

    @precondition(lambda self: self._jobs.count)
    @rule(which=which_job, key=keys)
    def start_a_late_job(self, which: int, key: str | None) -> None:
        self._jobs.start(self._jobs.count - 1 - which % self._jobs.count, 0, key)

    @precondition(lambda self: self._jobs.going)
    @rule(which=which_job, rows=st.integers(1, 3), colleagues=st.lists(asks, max_size=2))
    def some_rows_are_settled(self, which: int, rows: int, colleagues: list[Ask]) -> None:
        number = self._going(which)
        self._jobs.mark(number)
        self._jobs.settle(number, rows, [self.asked(self._pair, ask) for ask in colleagues])

    @precondition(lambda self: self._jobs.going)
    @rule(which=which_job)
    def a_job_is_settled_to_its_end(self, which: int) -> None:
        number = self._going(which)
        self._jobs.mark(number)
        self._jobs.settle(number, ROWS_MAX, [])
        self._jobs.complete(number)

    @precondition(lambda self: self._jobs.going)
    @rule(which=which_job)
    def another_worker_takes_a_job_over(self, which: int) -> None:
        self._jobs.take_over(self._going(which))

    def _going(self, which: int) -> int:
        """A running or settling job."""
        return self._jobs.going[which % len(self._jobs.going)]

    @precondition(lambda self: self._jobs.count)
    @rule(which=st.integers(0, 20), status=st.sampled_from(ENDED))
    def any_job_is_ended_without_a_charge(self, which: int, status: EndedStatus) -> None:
        self._jobs.end(which % self._jobs.count, status)

    @precondition(lambda self: self._jobs.count)
    @rule(which=st.integers(0, 20))
    def any_job_is_sent_what_a_worker_sends(self, which: int) -> None:
        number = which % self._jobs.count
        self._jobs.settle(number, 1, [])
        self._jobs.complete(number)

    @rule(ask=asks)
    def reveal(self, ask: Ask) -> None:
        self.both.reveal(self._pair, self.asked(self._pair, ask))

    @precondition(lambda self: self._pair.books.charges)
    @rule(which=st.integers(0, 3), reason=st.sampled_from(REASONS))
    def reverse_a_late_charge(self, which: int, reason: ReversalReason) -> None:
        self._reverse(which, reason)

    def _reverse(self, which: int, reason: ReversalReason) -> None:
        charges = list(self._pair.books.charges) or [1]
        self.both.reverse(self._pair, charges[-1 - which % len(charges)], None, reason, None)

    @rule(member=places, move=moves)
    def the_world_moves(self, member: int, move: Move) -> None:
        user = self._pair.users[member]
        match move:
            case Prices():
                self.both.set_prices(self._pair, move)
            case License(allotment):
                self.both.license(self._pair, user, allotment)
            case Cap(cap):
                self.both.cap(self._pair, [user], cap)
            case Zone(zone):
                self.both.move_org(self._pair, zone)
            case timedelta():
                self.both.move_clock(self.both.now + move)
            case bool():
                self._to_the_end_of_a_month(member, is_over=move)
            case None:
                self._deactivate_or_bring_back(member)

    @rule(person=places, record=records)
    def the_directory_changes(self, person: int, record: Record) -> None:
        self.set_record(self.both.people[person], *record)

    def _deactivate_or_bring_back(self, member: int) -> None:
        self.both.set_active(self._pair, member, not self._pair.users[member].active)

    def _to_the_end_of_a_month(self, member: int, *, is_over: bool) -> None:
        end = self.both.month_end(self._pair, self._pair.users[member])
        self.both.move_clock(end if is_over else end - MOMENT)

    @invariant()
    def both_sides_agree(self) -> None:
        self._jobs.compare()
        self.both.compare()


def test_r20_any_history_of_jobs_leads_to_what_the_rules_say(database_url: str) -> None:
    run(JobHistories, database_url, examples=EXAMPLES, steps=STEPS)
