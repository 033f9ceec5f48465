"""The demo directory: 300 companies and 5,000 people, with the mess of real data.

It is the same to the byte on every machine. Of the people 5 % have no email, 60 % no phone and
40 % no personality. Some stand twice, under two pages with one address in different case; some
share their company's switchboard number.
"""

from typing import Final, NamedTuple

import msgspec

from server.demo.careers import Career, career, headline, local_title
from server.demo.companies import Company, account_row, companies
from server.demo.dice import Dice
from server.demo.identities import (
    FREELANCE_DOMAINS,
    Name,
    Registry,
    as_written,
    displayed,
    invented_name,
    mailbox,
    slug,
)
from server.demo.latin import unaccented
from server.demo.named_people import EX_COLLEAGUE_URL, NAMED, moved_ex_colleague
from server.demo.personalities import personality
from server.demo.phone_ranges import NumberBook
from server.domain.directory_rows import DirectoryRow

CONTACTS: Final = 5_000
TWICE: Final = 60
WITHOUT_EMAIL: Final = 250
WITHOUT_PHONE: Final = 3_000
WITHOUT_PERSONALITY: Final = 2_000

FREELANCERS: Final = 0.03
AT_HOME: Final = 0.6
IN_THE_COMPANY_TOWN: Final = 0.65
WITHOUT_ANALYSIS: Final = 0.1
SWITCHBOARD_ONLY: Final = 0.15


class Lacks(NamedTuple):
    """Positions of the invented people who have no value of a kind."""

    email: frozenset[int]
    phone: frozenset[int]
    personality: frozenset[int]


class World(NamedTuple):
    """What a person is invented from."""

    firms: tuple[Company, ...]
    lacks: Lacks
    dice: Dice
    registry: Registry
    book: NumberBook


class DemoDirectory(msgspec.Struct, frozen=True):
    """Everything in the demo directory; `accounts[0]` is Kestrel Logistics, `contacts[0]` Ana."""

    accounts: tuple[DirectoryRow, ...]
    contacts: tuple[DirectoryRow, ...]

    @property
    def rows(self) -> tuple[DirectoryRow, ...]:
        """Companies first, so that a person's company is known when the person comes."""
        return self.accounts + self.contacts


def demo_directory() -> DemoDirectory:
    """Makes the whole directory anew, in about a second."""
    book = NumberBook()
    firms = companies(book)
    dice = Dice("people")
    invented = CONTACTS - TWICE - len(NAMED)
    world = World(firms, _lacks(dice, invented), dice, _registry_of_named(), book)
    people = [_person(position, world) for position in range(invented)]
    people += _second_pages(people, world)
    people += NAMED[1:]
    shuffled = dice.sample(people, len(people))
    return DemoDirectory(tuple(map(account_row, firms)), (NAMED[0], *shuffled))


def changed_rows(directory: DemoDirectory) -> tuple[DirectoryRow, ...]:
    """A later delivery: the ex-colleague has a new employer and a new address (R6)."""
    return tuple(
        moved_ex_colleague(row) for row in directory.contacts if row.url == EX_COLLEAGUE_URL
    )


def _registry_of_named() -> Registry:
    registry = Registry()
    for row in NAMED:
        registry.reserve(row.url, row.email)
    return registry


def _lacks(dice: Dice, invented: int) -> Lacks:
    """Exact quotas: what named people lack counts, and second pages have an address only."""
    everyone = range(invented)
    emails = sum(row.email is None for row in NAMED)
    phones = sum(row.mobile is None and row.direct is None for row in NAMED)
    personalities = sum(row.disc is None for row in NAMED)
    return Lacks(
        email=frozenset(dice.sample(everyone, WITHOUT_EMAIL - emails)),
        phone=frozenset(dice.sample(everyone, WITHOUT_PHONE - TWICE - phones)),
        personality=frozenset(dice.sample(everyone, WITHOUT_PERSONALITY - TWICE - personalities)),
    )


def _person(position: int, world: World) -> DirectoryRow:
    firms, lacks, dice, registry, book = world
    name = invented_name(dice)
    firm = None if dice.chance(FREELANCERS) else _employer(name, firms, dice)
    job, words = _job(name, firm, dice)
    domain = firm.domain if firm else dice.pick(FREELANCE_DOMAINS)
    address = registry.address(mailbox(name, firm), domain)
    mobile, direct = (None, None) if position in lacks.phone else _numbers(firm, dice, book)
    told = not dice.chance(WITHOUT_ANALYSIS)
    return DirectoryRow(
        type="contact",
        url=registry.page(slug(name, dice), dice),
        name=displayed(name, dice),
        first_name=name.first.native,
        last_name=name.last.native if name.last else None,
        headline=words,
        company=firm.name if firm else "Self-employed",
        company_url=firm.url if firm else None,
        location=_location(name, firm, dice),
        email=None if position in lacks.email else as_written(address, dice),
        mobile=mobile,
        direct=direct,
        disc=None if position in lacks.personality else personality(dice),
        seniority=job.seniority if told else None,
        function=job.function if told else None,
        tenure_years=float(dice.whole(0, 14)) if told else None,
        skills=job.skills if told else (),
    )


def _employer(name: Name, firms: tuple[Company, ...], dice: Dice) -> Company:
    """Mostly a company of the person's own country; the first companies are the largest."""
    home = [firm for firm in firms if firm.country in name.culture.countries]
    choices = home if home and dice.chance(AT_HOME) else firms
    return dice.weighted(choices, [1 / (rank + 8) ** 0.5 for rank in range(len(choices))])


def _job(name: Name, firm: Company | None, dice: Dice) -> tuple[Career, str]:
    """What the person does, and the headline that says so."""
    if firm is None:
        job = career(dice, seniority="Entry")
        return job, f"Independent {job.title}"
    local = local_title(dice, name.culture.key)
    if local is not None:
        job = career(dice, local.function, local.seniority)
        return job, local.of(name.woman, firm.name)
    job = career(dice)
    return job, headline(dice, job, firm.name)


def _location(name: Name, firm: Company | None, dice: Dice) -> str:
    if firm is not None and dice.chance(IN_THE_COMPANY_TOWN):
        return firm.location
    return dice.pick(name.culture.places)


def _numbers(firm: Company | None, dice: Dice, book: NumberBook) -> tuple[str | None, str | None]:
    """Mobile and direct dial; who has neither is reached through the switchboard."""
    country = firm.country if firm else "US"
    if firm is not None and firm.switchboard and dice.chance(SWITCHBOARD_ONLY):
        return None, firm.switchboard
    lines = dice.weighted(("mobile", "direct", "both"), (50, 25, 25))
    return (
        book.take(country, "mobile") if lines != "direct" else None,
        book.take(country, "direct") if lines != "mobile" else None,
    )


def _second_pages(people: list[DirectoryRow], world: World) -> list[DirectoryRow]:
    """Forgotten pages of people who have a newer one: the same address, written differently."""
    dice = world.dice
    found = dice.sample([(row, row.email) for row in people if row.email], TWICE)
    return [_second_page(row, email, world) for row, email in found]


def _second_page(row: DirectoryRow, email: str, world: World) -> DirectoryRow:
    local, _, domain = email.partition("@")
    return DirectoryRow(
        type="contact",
        url=world.registry.page(row.url.rpartition("/")[2], world.dice),
        name=unaccented(row.name),
        headline=row.headline,
        company=row.company,
        location=row.location,
        email=f"{local.upper()}@{domain}" if email.islower() else email.lower(),
    )
