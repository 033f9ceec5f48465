"""What random histories are made of: a world of two orgs with four people to reveal."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import NamedTuple, cast

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.words import KINDS, Kind, ReversalReason
from tests.acme import House, opened
from tests.model.books import ADMIN_CREDITS, ADMIN_DAYS
from tests.model.shapes import Asked, Person
from tests.model.two_orgs import Pair, TwoOrgs

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


class Scene(RuleBasedStateMachine):
    """Four members in each of two orgs; four people in the directory."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        super().__init__()
        self._runner = runner
        self._house = house

    def open(self, start: datetime, seats: list[tuple[int, date]], directory: list[Record]) -> None:
        """The world as it is before anything happens."""
        self.both = TwoOrgs(self._runner, self._house, start, seats)
        for place, record in enumerate(directory):
            self.set_record(self.both.add_person(personality=place % 2 == 0), *record)

    def set_record(
        self,
        person: Person,
        email: tuple[str, str] | None,
        mobile: str | None,
        direct: str | None,
    ) -> None:
        """The directory says this of `person` now."""
        person.email, person.mobile, person.direct = email, mobile, direct
        self.both.rewrite(person)

    def asked(self, pair: Pair, ask: Ask) -> Asked:
        """`ask` with the ids of this world."""
        return Asked(
            pair.members[ask.member].id,
            tuple((self.both.people[person].id, kind) for person, kind in ask.items),
            ask.allow_partial,
            ask.max_credits,
            ask.key,
        )


def run(machine: type[Scene], database_url: str, *, examples: int, steps: int) -> None:
    """So many histories of so many steps, all on one database."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        house = runner.run(
            stack.enter_async_context(
                opened(database_url, admin_reversals=(ADMIN_DAYS, ADMIN_CREDITS))
            )
        )
        try:
            run_state_machine_as_test(
                cast(type[Scene], lambda: machine(runner, house)),
                settings=settings(max_examples=examples, stateful_step_count=steps, phases=PHASES),
            )
        finally:
            runner.run(stack.aclose())
