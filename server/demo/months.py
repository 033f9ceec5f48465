"""Months of use before today (`BATTERY_DEMO=history`): the same every time, day for day.

Members look people up on working days and open what they need, with the product's own charges, at
times in the past. Some of it turns out wrong and is taken back.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from server.demo.accounts import DemoOrg, DemoUser
from server.demo.dice import Dice
from server.demo.people import DemoDirectory
from server.domain.commands import DEPLOYMENT, Reveal, Reverse
from server.domain.credit_month import from_us, to_us
from server.domain.ids import EVERYONE, AtUs, OrgId, Seq, UserId
from server.store import directory as store
from server.store import feed
from server.store.engine import Database
from server.usecases.charge import Charger
from server.wire.words import Kind, ReversalReason

DAYS: Final = 120
FRIDAY: Final = 5
OFFICE_OPENS: Final = time(8, 30)
OFFICE_MINUTES: Final = 9 * 60
# Everybody has people of their own and some that everybody looks at: those are paid once (R2).
OWN_PEOPLE: Final = 900
SHARED_PEOPLE: Final = 250
SHARED: Final = 0.3

AT_WORK: Final = 0.85
SITTINGS_A_DAY: Final = (1, 3)
PEOPLE_A_SITTING: Final = (3, 9)
WANTED: Final[Mapping[Kind, float]] = {"email": 0.95, "phone": 0.4, "personality": 0.06}
ADMINS_SHARE: Final = 0.25
TAKEN_BACK: Final = 0.04
TAKEN_BACK_AFTER: Final = timedelta(minutes=25)
REASONS: Final[Mapping[Kind, tuple[ReversalReason, str]]] = {
    "email": ("bounced", "Mail came back: no such mailbox"),
    "phone": ("wrong_number", "The number belongs to somebody else"),
    "personality": ("mistake", "Opened by a slip of the hand"),
}


class Calendar:
    """A clock that stands where it was turned to."""

    def __init__(self, at: AtUs) -> None:
        self._at = at

    def __call__(self) -> AtUs:
        return self._at

    def turn_to(self, moment: datetime) -> None:
        self._at = to_us(moment)


class Office(msgspec.Struct, frozen=True):
    """A customer of the demo as it stands in the database; `members` by email."""

    id: OrgId
    org: DemoOrg
    members: Mapping[str, UserId]


class Sitting(msgspec.Struct, frozen=True):
    """One request: who opens what, by profile URL, and whether the last of it is taken back."""

    at: datetime
    email: str
    items: tuple[tuple[str, Kind], ...]
    taken_back: bool


def first_day(now: AtUs) -> AtUs:
    """When the months of use begin: the customers are set up then."""
    return to_us(from_us(now) - timedelta(days=DAYS + 1))


async def live_through(
    database: Database,
    charger: Charger,
    calendar: Calendar,
    office: Office,
    planned: Sequence[Sitting],
) -> None:
    """Carries out what was planned, at its time; what the ledger has passed already is left."""
    urls = sorted({url for sitting in planned for url, _ in sitting.items})
    async with database.read() as connection:
        subjects = await store.at_urls(connection, EVERYONE, urls)
        passed = (await feed.org_state(connection, office.id)).at_us
    for sitting in planned:
        if to_us(sitting.at) <= passed:
            continue
        calendar.turn_to(sitting.at)
        items = tuple((subjects[url], kind) for url, kind in sitting.items)
        # Who runs out of credits takes what is left of them, as people do.
        reveal = Reveal(office.members[sitting.email], items, allow_partial=True)
        answer = await charger.reveal(office.id, reveal)
        charged = [
            (kind, result.seq)
            for (_, kind), result in zip(items, answer.results, strict=True)
            if result.outcome == "charged" and isinstance(result.seq, int)
        ]
        if sitting.taken_back and charged:
            calendar.turn_to(sitting.at + TAKEN_BACK_AFTER)
            await _take_back(charger, office.id, *charged[-1])


async def _take_back(charger: Charger, org: OrgId, kind: Kind, seq: int) -> None:
    reason, note = REASONS[kind]
    await charger.change(org, Reverse(DEPLOYMENT, Seq(seq), reason, note))


def sittings(org: DemoOrg, directory: DemoDirectory, until: datetime) -> list[Sitting]:
    """What the org's members do in the DAYS before `until`, in order of time."""
    zone = ZoneInfo(org.time_zone)
    last = until - 2 * TAKEN_BACK_AFTER
    today = last.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
    urls = [row.url for row in directory.contacts]
    shared = Dice(f"what all of {org.name} look at").sample(urls, SHARED_PEOPLE)
    planned = [
        sitting
        for user in org.users
        for sitting in _sittings_of(user, days, zone, urls, shared)
        if sitting.at <= last
    ]
    return sorted(planned, key=lambda sitting: sitting.at)


def _sittings_of(
    user: DemoUser, days: Sequence[date], zone: ZoneInfo, urls: Sequence[str], shared: Sequence[str]
) -> Iterator[Sitting]:
    own = Dice(f"what {user.name} looks at").sample(urls, OWN_PEOPLE)
    for day in days:
        dice = Dice(f"{user.name} on {day.isoformat()}")
        share = AT_WORK * (ADMINS_SHARE if user.role == "admin" else 1)
        if day.isoweekday() > FRIDAY or not dice.chance(share):
            continue
        for _ in range(dice.whole(*SITTINGS_A_DAY)):
            opened = datetime.combine(day, OFFICE_OPENS, zone).astimezone(UTC)
            at = opened + timedelta(seconds=dice.whole(0, OFFICE_MINUTES * 60))
            yield Sitting(at, user.email, _items(dice, own, shared), dice.chance(TAKEN_BACK))


def _items(dice: Dice, own: Sequence[str], shared: Sequence[str]) -> tuple[tuple[str, Kind], ...]:
    people = dice.whole(*PEOPLE_A_SITTING)
    urls = [dice.pick(shared if dice.chance(SHARED) else own) for _ in range(people)]
    wanted = [
        (url, kind)
        for url in dict.fromkeys(urls)
        for kind, share in WANTED.items()
        if dice.chance(share)
    ]
    return tuple(wanted) or ((urls[0], "email"),)
