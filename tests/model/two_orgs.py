"""The product and its model side by side: two orgs, one directory, every command given to both."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TypeVar

from msgspec import UNSET

from server.domain import errors
from server.domain.commands import By, Idempotency
from server.domain.credit_month import from_us, to_us
from server.domain.ids import AtUs, SubjectId
from server.store import feed
from server.usecases.names import new_id
from server.usecases.verify import verify
from server.wire.battery import DEFAULT_PRICES, Battery, Prices
from server.wire.reveals import RevealAnswer, RevealResult
from server.wire.subjects import EmailValue, PersonalityValue, PhoneValue
from server.wire.words import Kind, ReversalReason
from tests.acme import House, Member, Org
from tests.model.books import LEVELS, Books
from tests.model.shapes import Answer, Asked, Line, Person, Refused, Shown, Told, User, Value
from tests.model.shelf import Shelf

T = TypeVar("T")

MOMENT = timedelta(microseconds=1)

Outcome = Answer | tuple[str, ...] | int | str | None
"""What a command led to; a refusal is its code and figures as a string."""


class Pair:
    """One org of the product with its books. `moves`: how often a job of it changed."""

    def __init__(self, org: Org, books: Books, members: list[Member]) -> None:
        self.org = org
        self.books = books
        self.members = members
        self.moves = 0
        self.verified_at = (0, 0, 0)

    @property
    def users(self) -> list[User]:
        return [self.books.users[member.id] for member in self.members]


class TwoOrgs:
    """Every method gives one command to both sides and asserts that they agree on what it led to.

    `seats`: allotment and anchor of each member; the second org has the same ones.
    """

    def __init__(
        self, runner: asyncio.Runner, house: House, now: datetime, seats: list[tuple[int, date]]
    ) -> None:
        self._runner = runner
        self._house = house
        house.clock.now = now
        self.people: list[Person] = []
        self._directory: dict[SubjectId, Person] = {}
        # Keys are of the caller: this history has an operator of its own.
        self._operator = By("operator", new_id("opr"))
        self._vendor_answers: dict[str, tuple[object, object]] = {}
        self.pairs = [
            self._founded("America/New_York", seats),
            self._founded("Africa/Cairo", seats),
        ]

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self._runner.run(awaited())

    def _founded(self, zone: str, seats: list[tuple[int, date]]) -> Pair:
        org = self.run(self._house.org("An org", zone=zone))
        books = Books(
            org.id, zone, Shelf(self._directory), DEFAULT_PRICES, self._now(), self._vendor_answers
        )
        books.set_prices(DEFAULT_PRICES)
        members = []
        for number, (allotment, anchor) in enumerate(seats):
            name = f"Member {number}"
            member = self.run(org.member(name, allotment=allotment, anchor=anchor))
            books.sell_license(User(member.id, name, allotment, anchor), allotment)
            members.append(member)
        return Pair(org, books, members)

    def _now(self) -> AtUs:
        return to_us(self._house.clock.now)

    # The world around

    def move_clock(self, to: datetime) -> None:
        self._house.clock.now = to.astimezone(UTC)
        for pair in self.pairs:
            pair.books.now = self._now()

    @property
    def now(self) -> datetime:
        return self._house.clock.now

    def month_end(self, pair: Pair, user: User) -> datetime:
        return from_us(AtUs(pair.books.month(user).ends))

    def add_person(self, *, personality: bool) -> Person:
        subject = self.run(self._house.contact(personality=personality))
        person = Person(subject, personality=personality)
        self.people.append(person)
        self._directory[person.id] = person
        return person

    def rewrite(self, person: Person) -> None:
        """The directory holds of `person` what it says now."""
        self.run(
            self._house.rewrite(
                person.id,
                email=person.email[0] if person.email else None,
                mobile=person.mobile,
                direct=person.direct,
            )
        )

    # Commands

    def reveal(self, pair: Pair, *several: Asked) -> None:
        """All at once; the ledger takes them in their order."""
        expected = [led_to(partial(pair.books.reveal, one)) for one in several]
        actual = self.run(asyncio.gather(*(self.sent(pair, one) for one in several)))
        same(actual, expected)

    async def sent(self, pair: Pair, one: Asked) -> Outcome:
        """What the product says to a reveal."""
        [member] = [member for member in pair.members if member.id == one.user]
        try:
            answer = await member.reveal(
                *one.items,
                allow_partial=one.allow_partial,
                max_credits=one.max_credits,
                key=key_of(one.key, one),
            )
        except errors.BatteryError as refusal:
            return refusal_of(refusal)
        return _told(answer)

    def grant(self, pair: Pair, credits: int, key: str | None) -> None:
        expected = led_to(lambda: pair.books.grant(credits, key))
        body = key_of(key, (pair.org.id, credits))
        self.agree(pair.org.grant(credits, by=self._operator, key=body), expected)

    def reverse(
        self, pair: Pair, seq: int, admin: Member | None, reason: ReversalReason, key: str | None
    ) -> None:
        expected = led_to(lambda: pair.books.reverse(seq, admin.id if admin else None, reason, key))
        by = admin.by if admin else self._operator
        body = key_of(key, (pair.org.id, seq, reason))
        self.agree(pair.org.reverse(seq, by=by, reason=reason, key=body), expected)

    def license(self, pair: Pair, user: User, allotment: int) -> None:
        pair.books.sell_license(user, allotment)
        self.run(pair.org.license(user.id, allotment))

    def cap(self, pair: Pair, users: list[User], cap: int | None) -> None:
        pair.books.set_caps(users, cap)
        self.run(pair.org.cap(cap, *(user.id for user in users)))

    def set_prices(self, pair: Pair, prices: Prices) -> None:
        pair.books.set_prices(prices)
        self.run(pair.org.set_prices(prices))

    def move_org(self, pair: Pair, zone: str) -> None:
        pair.books.move_to(zone)
        self.run(pair.org.move_to(zone))

    def set_active(self, pair: Pair, place: int, is_active: bool) -> None:
        user = pair.users[place]
        user.active, user.was_away = is_active, True
        self.run(pair.members[place].set_active(is_active))

    def agree(self, work: Awaitable[int | str], expected: Outcome) -> None:
        """The product's side led to what the model's did."""
        try:
            actual: Outcome = self.run(work)
        except errors.BatteryError as refusal:
            actual = refusal_of(refusal)
        same(actual, expected)

    # Comparing

    def compare(self) -> None:
        """Every battery, alert and entry, and that both ledgers add up (R32)."""
        for pair in self.pairs:
            books = pair.books
            same(self._lines(pair), books.lines)
            shown, alerts = self.run(self._seen(pair))
            same(shown, {user.id: books.battery(user) for user in pair.users})
            for user in pair.users:
                # Who was away was told nothing meanwhile, and needs not be.
                if not user.was_away:
                    same(alerts.get(user.id, "ok"), LEVELS[books.figures(user).alerted])
            now = (len(books.lines), books.written_at, pair.moves)
            if pair.verified_at != now:
                answer = self.run(verify(self._house.database, pair.org.id))
                same((answer.entries, answer.broken), (len(books.lines), []))
                pair.verified_at = now

    async def _seen(self, pair: Pair) -> tuple[dict[str, Shown], dict[str, str]]:
        ids, at = [member.id for member in pair.members], AtUs(pair.books.at)
        async with self._house.database.read() as connection:
            shown = await feed.batteries(connection, pair.org.id, ids, at)
            alerts = await feed.alerts(connection, pair.org.id, ids, at)
        return (
            {user: _shown(battery) for user, battery in shown.items()},
            {user: alert.level for user, alert in alerts.items()},
        )

    def _lines(self, pair: Pair) -> list[Line]:
        return [
            Line(
                entry.action,
                entry.user_id,
                entry.credits,
                entry.from_license,
                entry.from_extra,
                entry.license_left,
                entry.extra_left,
                entry.ref_seq,
                entry.granted,
            )
            for entry in self.run(pair.org.entries())
        ]


def same(actual: object, expected: object) -> None:
    assert actual == expected, f"the product says {actual}, the model {expected}"


def key_of(name: str | None, body: object) -> Idempotency | None:
    return Idempotency(name, repr(body).encode()) if name else None


def led_to(command: Callable[[], Outcome]) -> Outcome:
    """What the model says to a command."""
    try:
        return command()
    except Refused as refusal:
        return _as_text(refusal.code, refusal.figures)


def refusal_of(refusal: errors.BatteryError) -> str:
    figures = {name: value for name, value in refusal.fields.items() if isinstance(value, int)}
    figures.pop("max_credits", None)
    return _as_text(refusal.code, figures)


def _as_text(code: str, figures: dict[str, int]) -> str:
    return f"{code} {sorted(figures.items())}"


def _told(answer: RevealAnswer) -> Answer:
    return Answer(
        answer.credits,
        answer.from_license,
        answer.from_extra,
        answer.saved,
        tuple(_one(result) for result in answer.results),
    )


_KINDS: dict[str, Kind] = {
    "EmailResult": "email",
    "PhoneResult": "phone",
    "PersonalityResult": "personality",
}


def _one(result: RevealResult) -> Told:
    value = result.value
    return Told(
        SubjectId(result.subject),
        _KINDS[type(result).__name__],
        result.outcome,
        result.credits,
        None if result.seq is UNSET else result.seq,
        None if value is UNSET or value is None else _value(value),
        None if result.revealed_by is UNSET else result.revealed_by,
        None if result.revealed_at is UNSET else to_us(result.revealed_at),
    )


def _value(value: EmailValue | PhoneValue | PersonalityValue) -> Value:
    match value:
        case EmailValue(email=email):
            return (email,)
        case PhoneValue(phones=phones):
            return tuple(phone.number for phone in phones)
        case PersonalityValue(style=style):
            return (style,)


def _shown(battery: Battery) -> Shown:
    license_, extra = battery.license, battery.extra
    return Shown(
        battery.seq,
        license_.allotment,
        license_.used,
        license_.held,
        license_.remaining,
        license_.starts_on,
        license_.last_day,
        to_us(license_.resets_at),
        (extra.granted, extra.used, extra.held) if extra else None,
        (extra.mine.used, extra.mine.held) if extra else (0, 0),
        battery.available,
        battery.level,
        (battery.saved.month, battery.saved.total),
    )
