"""Random histories of two orgs, compared with the model and verified after every step."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.words import KINDS, Kind, ReversalReason
from tests.acme import House, opened
from tests.model.books import ADMIN_CREDITS, ADMIN_DAYS
from tests.model.shapes import Asked, Person
from tests.model.two_orgs import MOMENT, Pair, TwoOrgs

EXAMPLES = 25
STEPS = 25
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking a history runs thousands more of them: pytest would end the test before it tells. Add
`Phase.shrink` and `-o faulthandler_timeout=0` to look into a failure."""
EMAILS = (
    ("ana@example.com", "ana@example.com"),
    ("Ana@Example.com", "ana@example.com"),
    ("bo@example.com", "bo@example.com"),
    ("strau\u00df@example.com", "strau\u00df@example.com"),
    ("strauss@example.com", "strauss@example.com"),
)
NUMBERS = ("+14155550101", "+14155550102", "+14155550103")
STARTS = (
    datetime(2026, 3, 7, 12, tzinfo=UTC),
    datetime(2026, 10, 28, 21, 59, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 30, tzinfo=UTC),
)
ANCHORS = (date(2026, 1, 31), date(2024, 2, 29), date(2026, 3, 8), date(2027, 5, 30))
ALLOTMENTS = (0, 1, 4, 12, 25, 200)
ZONES = ("America/New_York", "Africa/Cairo", "America/Asuncion", "Pacific/Kiritimati", "UTC")
PRICES = (
    DEFAULT_PRICES,
    Prices(email=0, phone=3, personality=7),
    Prices(email=2, phone=1, personality=100),
)
REASONS: tuple[ReversalReason, ...] = ("bounced", "wrong_number", "mistake", "goodwill")

CAPS = (None, 0, 3, 20)


class Ask(NamedTuple):
    """A reveal by places: of the member, and of each person."""

    member: int
    items: tuple[tuple[int, Kind], ...]
    allow_partial: bool
    max_credits: int | None
    key: str | None


Record = tuple[tuple[str, str] | None, str | None, str | None]

which_org = st.integers(0, 1)
places = st.integers(0, 3)
keys = st.sampled_from([None, None, "k1", "k2"])
asks = st.builds(
    Ask,
    member=places,
    items=st.lists(st.tuples(places, st.sampled_from(KINDS)), min_size=1, max_size=4).map(tuple),
    allow_partial=st.booleans(),
    max_credits=st.sampled_from([None, None, None, 0, 1, 11]),
    key=keys,
)
records = st.tuples(
    st.none() | st.sampled_from(EMAILS),
    st.none() | st.sampled_from(NUMBERS),
    st.none() | st.sampled_from(NUMBERS),
)


class Histories(RuleBasedStateMachine):
    """Four members in each of two orgs; four people in the directory."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        super().__init__()
        self._runner = runner
        self._house = house

    @initialize(
        start=st.sampled_from(STARTS),
        seats=st.lists(
            st.tuples(st.sampled_from(ALLOTMENTS), st.sampled_from(ANCHORS)),
            min_size=4,
            max_size=4,
        ),
        directory=st.lists(records, min_size=4, max_size=4),
    )
    def found(
        self,
        start: datetime,
        seats: list[tuple[int, date]],
        directory: list[Record],
    ) -> None:
        self._both = TwoOrgs(self._runner, self._house, start, seats)
        self._sent: list[tuple[Pair, Asked]] = []
        for place, record in enumerate(directory):
            self._set(self._both.add_person(personality=place % 2 == 0), *record)

    def _set(
        self,
        person: Person,
        email: tuple[str, str] | None,
        mobile: str | None,
        direct: str | None,
    ) -> None:
        person.email, person.mobile, person.direct = email, mobile, direct
        self._both.rewrite(person)

    @rule(org=which_org, ask=asks)
    def reveal(self, org: int, ask: Ask) -> None:
        self._reveal(org, [ask])

    @rule(org=which_org, several=st.lists(asks, min_size=2, max_size=4))
    def reveal_at_once(self, org: int, several: list[Ask]) -> None:
        self._reveal(org, several)

    def _reveal(self, org: int, several: list[Ask]) -> None:
        pair = self._both.pairs[org]
        sent = [self._asked(pair, ask) for ask in several]
        self._sent += [(pair, one) for one in sent if one.key is not None]
        self._both.reveal(pair, *sent)

    def _asked(self, pair: Pair, ask: Ask) -> Asked:
        return Asked(
            pair.members[ask.member].id,
            tuple((self._both.people[person].id, kind) for person, kind in ask.items),
            ask.allow_partial,
            ask.max_credits,
            ask.key,
        )

    @precondition(lambda self: self._sent)
    @rule(which=st.integers(0, 20))
    def reveal_again_with_its_key(self, which: int) -> None:
        pair, one = self._sent[which % len(self._sent)]
        self._both.reveal(pair, one)

    @rule(org=which_org, credits=st.sampled_from([1, 9, 30, 1_000_000_000]), key=keys)
    def grant(self, org: int, credits: int, key: str | None) -> None:
        self._both.grant(self._both.pairs[org], credits, key)

    @rule(
        org=which_org,
        which=st.integers(0, 40),
        admin=st.none() | places,
        reason=st.sampled_from(REASONS),
        key=keys,
    )
    def reverse_a_charge(
        self, org: int, which: int, admin: int | None, reason: ReversalReason, key: str | None
    ) -> None:
        pair = self._both.pairs[org]
        charges = list(pair.books.charges) or [1]
        self._reverse(pair, charges[which % len(charges)], admin, reason, key)

    @rule(org=which_org, which=st.integers(0, 40), reason=st.sampled_from(REASONS))
    def reverse_any_position(self, org: int, which: int, reason: ReversalReason) -> None:
        pair = self._both.pairs[org]
        self._reverse(pair, which % (len(pair.books.lines) + 2), None, reason, None)

    def _reverse(
        self, pair: Pair, seq: int, admin: int | None, reason: ReversalReason, key: str | None
    ) -> None:
        by = None if admin is None else pair.members[admin]
        self._both.reverse(pair, seq, by, reason, key)

    @rule(org=which_org, member=places, allotment=st.sampled_from(ALLOTMENTS))
    def license(self, org: int, member: int, allotment: int) -> None:
        pair = self._both.pairs[org]
        self._both.license(pair, pair.users[member], allotment)

    @rule(org=which_org, several=st.sets(places, min_size=1), cap=st.sampled_from(CAPS))
    def cap(self, org: int, several: set[int], cap: int | None) -> None:
        pair = self._both.pairs[org]
        self._both.cap(pair, [pair.users[place] for place in sorted(several)], cap)

    @rule(org=which_org, prices=st.sampled_from(PRICES))
    def set_prices(self, org: int, prices: Prices) -> None:
        self._both.set_prices(self._both.pairs[org], prices)

    @rule(person=places, record=records)
    def the_directory_changes(self, person: int, record: Record) -> None:
        self._set(self._both.people[person], *record)

    @rule(person=places)
    def the_directory_reorders_numbers(self, person: int) -> None:
        known = self._both.people[person]
        self._set(known, known.email, known.direct, known.mobile)

    @rule(org=which_org, member=places)
    def a_member_is_deactivated_or_comes_back(self, org: int, member: int) -> None:
        pair = self._both.pairs[org]
        self._both.set_active(pair, member, not pair.users[member].active)

    @rule(minutes=st.sampled_from([1, 90, 24 * 60, 8 * 24 * 60, 31 * 24 * 60, 70 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self._both.move_clock(self._both.now + timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([1, 90, 24 * 60, 40 * 24 * 60]))
    def the_clock_goes_back(self, minutes: int) -> None:
        self._both.move_clock(self._both.now - timedelta(minutes=minutes))

    @rule(org=which_org, member=places, is_over=st.booleans())
    def a_month_is_about_to_end_or_just_over(self, org: int, member: int, is_over: bool) -> None:
        pair = self._both.pairs[org]
        end = self._both.month_end(pair, pair.users[member])
        self._both.move_clock(end if is_over else end - MOMENT)

    @rule(org=which_org, zone=st.sampled_from(ZONES))
    def an_org_moves(self, org: int, zone: str) -> None:
        self._both.move_org(self._both.pairs[org], zone)

    @invariant()
    def both_sides_agree(self) -> None:
        self._both.compare()


def test_any_history_leads_to_what_the_rules_say(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        house = runner.run(
            stack.enter_async_context(
                opened(database_url, admin_reversals=(ADMIN_DAYS, ADMIN_CREDITS))
            )
        )

        class HistoriesHere(Histories):
            def __init__(self) -> None:
                super().__init__(runner, house)

        try:
            run_state_machine_as_test(
                HistoriesHere,
                settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES),
            )
        finally:
            runner.run(stack.aclose())
