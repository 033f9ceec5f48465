"""Telephone numbers that no one can be called on: the ranges regulators set aside for fiction.

Sources: NANPA (555-0100 to 555-0199), Ofcom "Telephone numbers for use in TV and radio drama",
Bundesnetzagentur "Rufnummern für Medienproduktionen", Arcep (decision 2012-0856), PTS
"Telefonnummer för användning i böcker och filmer".
"""

from typing import Final, Literal, NamedTuple

Line = Literal["mobile", "direct"]


class Range(NamedTuple):
    """`prefix` (E.164, with +) followed by `digits` digits from `first` on, `size` numbers."""

    prefix: str
    digits: int
    first: int
    size: int


def _fifty_five(area_codes: str) -> tuple[Range, ...]:
    return tuple(Range(f"+1{code}55501", 2, 0, 100) for code in area_codes.split())


RANGES: Final[dict[tuple[str, Line], tuple[Range, ...]]] = {
    ("US", "mobile"): _fifty_five(
        "201 203 207 210 213 217 224 239 253 262 281 301 304 310 314 317 321 330 334 347 352 360 "
        "385 401 405 408 412 417 423 430 435 442 469 475 480"
    ),
    ("US", "direct"): _fifty_five(
        "202 206 212 214 215 216 303 305 312 313 402 404 407 410 415 503 504 512 602 612 614 615 "
        "617 619 702 704 713 720 801 804 816 858 901 919"
    ),
    ("GB", "mobile"): (Range("+447700900", 3, 0, 1000),),
    ("GB", "direct"): (
        Range("+442079460", 3, 0, 1000),
        Range("+441134960", 3, 0, 1000),
        Range("+441214960", 3, 0, 1000),
        Range("+441314960", 3, 0, 1000),
        Range("+441614960", 3, 0, 1000),
    ),
    ("DE", "mobile"): (Range("+4917139200", 2, 0, 100), Range("+49176040690", 2, 0, 100)),
    ("DE", "direct"): (
        Range("+493023125", 3, 0, 1000),
        Range("+494066969", 3, 0, 1000),
        Range("+496990009", 3, 0, 1000),
        Range("+498999998", 3, 0, 1000),
    ),
    ("FR", "mobile"): (Range("+3363998", 4, 0, 10_000),),
    ("FR", "direct"): (Range("+3319900", 4, 0, 10_000),),
    ("SE", "mobile"): (Range("+467017406", 2, 5, 95),),
    ("SE", "direct"): (Range("+46846500", 3, 400, 100), Range("+46313900", 3, 600, 100)),
}

# Countries whose regulator sets nothing aside: their people work with an office abroad.
_AMERICAN = frozenset({"AU", "BR", "CA", "IN", "ID", "JP", "KR", "CN", "SG", "VN"})

# A prime that divides no pool: the stride visits every number once, neighbours far apart.
_STRIDE: Final = 7_919


class NumberBook:
    """Hands out every number at most once."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, Line], int] = {}

    def take(self, country: str, line: Line) -> str:
        """The next free number of `country` (ISO 3166), or of the country that lends its ranges."""
        key = (lender(country), line)
        turn = self._given.get(key, 0)
        self._given[key] = turn + 1
        ranges = RANGES[key]
        total = sum(each.size for each in ranges)
        assert turn < total, f"the {line} numbers of {key[0]} are used up"
        return _number(ranges, turn * _STRIDE % total)


def lender(country: str) -> str:
    """The country whose ranges `country` uses: its own where there are any."""
    if (country, "mobile") in RANGES:
        return country
    return "US" if country in _AMERICAN else "GB"


def _number(ranges: tuple[Range, ...], index: int) -> str:
    for each in ranges:
        if index < each.size:
            return f"{each.prefix}{each.first + index:0{each.digits}}"
        index -= each.size
    raise IndexError(index)
