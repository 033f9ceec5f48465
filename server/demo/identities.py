"""Who an invented person is: a name as they write it, a page of their own, an address at work."""

from typing import Final, NamedTuple

from server.demo.companies import Company
from server.demo.cultures import CULTURES, Culture, GivenName, bent, names
from server.demo.dice import Dice
from server.demo.latin import plain
from server.domain.profile_urls import canonical_profile_url

# Scripts whose readers set no space between family and given name.
UNSPACED: Final = frozenset({"zh", "ko"})
FREELANCE_DOMAINS: Final = ("inbox.example", "webpost.example", "mymail.example")
TITLES: Final = (", MBA", ", PhD", ", CPA", ", PMP", " 🌱")
WITH_TITLE: Final = 0.03
NATIVE_SLUGS: Final = 0.25
BOTH_SCRIPTS: Final = 0.15
NUMBERED_SLUGS: Final = 0.3


class Name(NamedTuple):
    """A person's name; `last` is None for those who have one word only."""

    culture: Culture
    woman: bool
    first: GivenName
    last: GivenName | None

    @property
    def latin(self) -> str:
        """In Latin letters, given name first."""
        return f"{self.first.latin} {self.last.latin}" if self.last else self.first.latin

    @property
    def native(self) -> str:
        """In the order and spacing of the culture."""
        if self.last is None:
            return self.first.native
        if self.culture.order == "family first":
            space = "" if self.culture.key in UNSPACED else " "
            return f"{self.last.native}{space}{self.first.native}"
        return f"{self.first.native} {self.last.native}"


class Registry:
    """Sees to it that no two people have the same page or the same address."""

    def __init__(self) -> None:
        self._pages: set[str] = set()
        self._addresses: set[str] = set()

    def reserve(self, url: str, address: str | None) -> None:
        """Takes a canonical `url` and an address out of what is free."""
        self._pages.add(url)
        if address is not None:
            self._addresses.add(address)

    def page(self, slug: str, dice: Dice) -> str:
        """The canonical URL of the page `slug`, numbered as sites do where it is taken."""
        url = _page(slug)
        while url in self._pages:
            url = _page(f"{slug}-{dice.whole(16**5, 16**6 - 1):x}")
        self._pages.add(url)
        return url

    def address(self, local: str, domain: str) -> str:
        """`local@domain`, with a number where it is taken."""
        address, number = f"{local}@{domain}", 1
        while address in self._addresses:
            number += 1
            address = f"{local}{number}@{domain}"
        self._addresses.add(address)
        return address


def invented_name(dice: Dice) -> Name:
    culture = dice.weighted(CULTURES, [each.weight for each in CULTURES])
    woman = dice.chance(0.5)
    first = dice.pick(names(culture.women if woman else culture.men))
    if culture.order == "one word":
        return Name(culture, woman, first, None)
    return Name(culture, woman, first, bent(dice.pick(names(culture.families)), woman))


def displayed(name: Name, dice: Dice) -> str:
    """The name as it stands on the page, with what people like to add to it."""
    shown = name.native
    if name.native != name.latin and not name.native.isascii() and dice.chance(BOTH_SCRIPTS):
        shown = shown if plain(shown) == plain(name.latin) else f"{shown} ({name.latin})"
    return shown + dice.pick(TITLES) if dice.chance(WITH_TITLE) else shown


def slug(name: Name, dice: Dice) -> str:
    """A page name: mostly Latin, often numbered, sometimes in the native script."""
    if not plain(name.native) and dice.chance(NATIVE_SLUGS):
        return f"{name.native.replace(' ', '-')}-{dice.whole(16**5, 16**6 - 1):x}"
    words = plain(name.latin)
    if dice.chance(0.1):
        words = words.replace("-", "")
    return f"{words}-{dice.whole(1, 999)}" if dice.chance(NUMBERED_SLUGS) else words


def mailbox(name: Name, company: Company | None) -> str:
    """The part before the @; every company has one pattern for all."""
    first = plain(name.first.latin)
    if name.last is None:
        return first
    last = plain(name.last.latin).replace("-", "")
    patterns = (
        f"{first}.{last}",
        f"{first[0]}{last}",
        first,
        f"{first}_{last}",
        f"{last}{first[0]}",
    )
    # The length of its name is as good as a coin for a company's pattern, and stays the same.
    return patterns[(len(company.domain) if company else 0) % len(patterns)]


def as_written(address: str, dice: Dice) -> str:
    """An address as systems hand it on: mostly lower-case, not always."""
    local, _, domain = address.partition("@")
    styles = (address, f"{local.title()}@{domain}", f"{local}@{domain.title()}", address.upper())
    return dice.weighted(styles, (88, 7, 4, 1))


def _page(page_slug: str) -> str:
    profile = canonical_profile_url(f"https://www.linkedin.com/in/{page_slug}")
    assert profile is not None, page_slug
    return profile.url
