"""Who in a demo org knows whom: the relationship insights that come with an owned email."""

from datetime import date
from typing import Final

import msgspec

from server.demo.accounts import DemoOrg
from server.demo.dice import Dice
from server.demo.named_people import ANA_URL
from server.demo.people import DemoDirectory

# A colleague's acquaintances among the people of the directory.
KNOWN_BY_EACH: Final = 140
YEARS: Final = (2012, 2024)

STRONG: Final = (
    "Worked together for {years} years",
    "Managed the same account for {years} years",
    "Old classmate; has dinner with the family once a year",
    "Sold to them twice and stayed in touch",
)
FAIR: Final = (
    "Met at a logistics fair in Rotterdam",
    "Introduced by a customer in {year}",
    "Sat on a panel together in {year}",
    "Shared a project with their team for {years} years",
)
WEAK: Final = (
    "Exchanged cards at a trade fair",
    "Answered an email in {year}",
    "Connected after a webinar",
    "",
)


class DemoInsight(msgspec.Struct, frozen=True, kw_only=True):
    """`colleague` (a member's email) knows the person at `url`; `strength` 0–100."""

    url: str
    colleague: str
    strength: int
    since: date
    note: str


def demo_insights(org: DemoOrg, directory: DemoDirectory) -> tuple[DemoInsight, ...]:
    """What the members of `org` know of the directory's people; the org's first rep knows Ana."""
    dice = Dice(f"insights of {org.name}")
    others = [row.url for row in directory.contacts if row.email and row.url != ANA_URL]
    reps = [user.email for user in org.users if user.role == "rep"]
    known = [DemoInsight(
        url=ANA_URL, colleague=reps[0], strength=72, since=date(2019, 3, 4),
        note="Worked together for three years at Harbourline",
    )]  # fmt: skip
    for user in org.users:
        known += [_insight(url, user.email, dice) for url in dice.sample(others, KNOWN_BY_EACH)]
    return tuple(known)


def _insight(url: str, colleague: str, dice: Dice) -> DemoInsight:
    # Acquaintances are many and friends few: the smaller of two throws.
    strength = min(dice.whole(1, 99), dice.whole(1, 99))
    since = date(dice.whole(*YEARS), dice.whole(1, 10), dice.whole(1, 28))
    note = dice.pick(STRONG if strength >= 60 else FAIR if strength >= 25 else WEAK)
    return DemoInsight(
        url=url,
        colleague=colleague,
        strength=strength,
        since=since,
        note=note.format(year=since.year, years=("two", "three", "four")[dice.whole(0, 2)]),
    )
