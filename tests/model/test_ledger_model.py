"""Random histories of two orgs, compared with the model and verified after every step."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from server.wire.battery import Prices
from server.wire.words import ReversalReason
from tests.model.scene import (
    ALLOTMENTS,
    ANCHORS,
    CAPS,
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
from tests.model.shapes import Asked
from tests.model.two_orgs import MOMENT, Pair

EXAMPLES = 20
STEPS = 25
which_org = st.integers(0, 1)


class Histories(Scene):
    """Four members in each of two orgs; four people in the directory."""

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
        self.open(start, seats, directory)
        self._sent: list[tuple[Pair, Asked]] = []

    @rule(org=which_org, ask=asks)
    def reveal(self, org: int, ask: Ask) -> None:
        self._reveal(org, [ask])

    @rule(org=which_org, several=st.lists(asks, min_size=2, max_size=4))
    def reveal_at_once(self, org: int, several: list[Ask]) -> None:
        self._reveal(org, several)

    def _reveal(self, org: int, several: list[Ask]) -> None:
        pair = self.both.pairs[org]
        sent = [self.asked(pair, ask) for ask in several]
        self._sent += [(pair, one) for one in sent if one.key is not None]
        self.both.reveal(pair, *sent)

    @precondition(lambda self: self._sent)
    @rule(which=st.integers(0, 20))
    def reveal_again_with_its_key(self, which: int) -> None:
        pair, one = self._sent[which % len(self._sent)]
        self.both.reveal(pair, one)

    @rule(org=which_org, credits=st.sampled_from([1, 9, 30, 1_000_000_000]), key=keys)
    def grant(self, org: int, credits: int, key: str | None) -> None:
        self.both.grant(self.both.pairs[org], credits, key)

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
        pair = self.both.pairs[org]
        charges = list(pair.books.charges) or [1]
        self._reverse(pair, charges[which % len(charges)], admin, reason, key)

    @rule(org=which_org, which=st.integers(0, 40), reason=st.sampled_from(REASONS))
    def reverse_any_position(self, org: int, which: int, reason: ReversalReason) -> None:
        pair = self.both.pairs[org]
        self._reverse(pair, which % (len(pair.books.lines) + 2), None, reason, None)

    def _reverse(
        self, pair: Pair, seq: int, admin: int | None, reason: ReversalReason, key: str | None
    ) -> None:
        by = None if admin is None else pair.members[admin]
        self.both.reverse(pair, seq, by, reason, key)

    @rule(org=which_org, member=places, allotment=st.sampled_from(ALLOTMENTS))
    def license(self, org: int, member: int, allotment: int) -> None:
        pair = self.both.pairs[org]
        self.both.license(pair, pair.users[member], allotment)

    @rule(org=which_org, several=st.sets(places, min_size=1), cap=st.sampled_from(CAPS))
    def cap(self, org: int, several: set[int], cap: int | None) -> None:
        pair = self.both.pairs[org]
        self.both.cap(pair, [pair.users[place] for place in sorted(several)], cap)

    @rule(org=which_org, prices=st.sampled_from(PRICES))
    def set_prices(self, org: int, prices: Prices) -> None:
        self.both.set_prices(self.both.pairs[org], prices)

    @rule(person=places, record=records)
    def the_directory_changes(self, person: int, record: Record) -> None:
        self.set_record(self.both.people[person], *record)

    @rule(person=places)
    def the_directory_reorders_numbers(self, person: int) -> None:
        known = self.both.people[person]
        self.set_record(known, known.email, known.direct, known.mobile)

    @rule(org=which_org, member=places)
    def a_member_is_deactivated_or_comes_back(self, org: int, member: int) -> None:
        pair = self.both.pairs[org]
        self.both.set_active(pair, member, not pair.users[member].active)

    @rule(minutes=st.sampled_from([1, 90, 24 * 60, 8 * 24 * 60, 31 * 24 * 60, 70 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.both.move_clock(self.both.now + timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([1, 90, 24 * 60, 40 * 24 * 60]))
    def the_clock_goes_back(self, minutes: int) -> None:
        self.both.move_clock(self.both.now - timedelta(minutes=minutes))

    @rule(org=which_org, member=places, is_over=st.booleans())
    def a_month_is_about_to_end_or_just_over(self, org: int, member: int, is_over: bool) -> None:
        pair = self.both.pairs[org]
        end = self.both.month_end(pair, pair.users[member])
        self.both.move_clock(end if is_over else end - MOMENT)

    @rule(org=which_org, zone=st.sampled_from(ZONES))
    def an_org_moves(self, org: int, zone: str) -> None:
        self.both.move_org(self.both.pairs[org], zone)

    @invariant()
    def both_sides_agree(self) -> None:
        self.both.compare()


def test_any_history_leads_to_what_the_rules_say(database_url: str) -> None:
    run(Histories, database_url, examples=EXAMPLES, steps=STEPS)
