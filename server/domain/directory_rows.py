"""One row of the directory file (demo.md), from its cells to a checked struct."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from server.domain.pieces import canonical_email, canonical_phone
from server.domain.profile_urls import URL_CHARS_MAX, canonical_profile_url
from server.domain.texts import shown
from server.wire.words import SubjectType

# The columns with the most characters each may hold: above what LinkedIn itself allows, so that
# only a wrong file meets them, and low enough that no row is a megabyte.
COLUMN_CHARS_MAX: Final[Mapping[str, int]] = {
    "type": 20,
    "url": URL_CHARS_MAX,
    "name": 200,
    "first_name": 100,
    "last_name": 100,
    "headline": 500,
    "company": 200,
    "company_url": URL_CHARS_MAX,
    "location": 200,
    "email": 254,
    "mobile": 64,
    "direct": 64,
    "disc_d": 8,
    "disc_i": 8,
    "disc_s": 8,
    "disc_c": 8,
    "disc_style": 100,
    "disc_summary": 2_000,
    "seniority": 100,
    "function": 100,
    "tenure_years": 8,
    "skills": 5_000,
}
SKILLS_MAX: Final = 100
DISC_MAX: Final = 100
# Longer than any career: a larger figure is a year or a typing error.
TENURE_YEARS_MAX: Final = 80
# A switchboard's number and a company's page stand on hundreds of rows; a number costs 0.1 ms.
CELLS_CACHED_MAX: Final = 16_384

CHECKED = TypeVar("CHECKED")

_SCORES = ("disc_d", "disc_i", "disc_s", "disc_c")
_WHOLE = re.compile(r"[0-9]{1,3}")
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")


class Disc(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A personality: four scores 0–100; `style` and `summary` are "" where the file has none."""

    d: int
    i: int
    s: int
    c: int
    style: str = ""
    summary: str = ""


class DirectoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One contact or account as the directory file tells it; an absent text is None.

    `url` and `company_url` are canonical; a `company_url` that is no company page is None.
    `email` is as written (R3's form is for comparing), `mobile` and `direct` are E.164.
    `line` is the physical line on which the row starts, 0 for a row from no file.
    """

    line: int = 0
    type: SubjectType
    url: str
    name: str
    first_name: str | None = None
    last_name: str | None = None
    headline: str | None = None
    company: str | None = None
    company_url: str | None = None
    location: str | None = None
    email: str | None = None
    mobile: str | None = None
    direct: str | None = None
    disc: Disc | None = None
    seniority: str | None = None
    function: str | None = None
    tenure_years: float | None = None
    skills: tuple[str, ...] = ()


def directory_row(line: int, cells: Mapping[str, str]) -> DirectoryRow:
    """The row of `cells` (column name to text as written).

    Raises ValueError whose text is the reason: a clause that names the column and never repeats
    an address or a number.
    """
    texts = {column: _text(column, cell) for column, cell in cells.items()}
    subject_type, url = _address(texts)
    disc = _disc(texts)
    if subject_type == "account" and disc is not None:
        raise ValueError("an account has no personality (disc_d, disc_i, disc_s, disc_c)")
    return DirectoryRow(
        line=line,
        type=subject_type,
        url=url,
        name=_name(texts),
        first_name=texts.get("first_name"),
        last_name=texts.get("last_name"),
        headline=texts.get("headline"),
        company=texts.get("company"),
        company_url=_company_url(texts.get("company_url")),
        location=texts.get("location"),
        email=_checked("email", texts, _email),
        mobile=_checked("mobile", texts, _phone),
        direct=_checked("direct", texts, _phone),
        disc=disc,
        seniority=texts.get("seniority"),
        function=texts.get("function"),
        tenure_years=_checked("tenure_years", texts, _tenure_years),
        skills=_skills(texts.get("skills")),
    )


def _text(column: str, cell: str) -> str | None:
    """A cell on one line, NFC, of what can be shown; None when nothing is left."""
    text = shown(" ".join(cell.split())).strip()
    if len(text) > COLUMN_CHARS_MAX[column]:
        raise ValueError(f"{column} is longer than {COLUMN_CHARS_MAX[column]:,} characters")
    return unicodedata.normalize("NFC", text) or None


def _address(texts: Mapping[str, str | None]) -> tuple[SubjectType, str]:
    """Type and canonical URL; the URL tells the type, a `type` that says otherwise is a mistake."""
    written = texts.get("url")
    if written is None:
        raise ValueError("url is missing")
    profile = canonical_profile_url(written)
    if profile is None:
        raise ValueError("url is neither a person's page (/in/…) nor a company's (/company/…)")
    said = (texts.get("type") or profile.type).lower()
    if said not in {"contact", "account"}:
        raise ValueError("type is neither contact nor account")
    if said != profile.type:
        page = "person" if profile.type == "contact" else "company"
        raise ValueError(f"type is {said}, but url is the page of a {page}")
    return profile.type, profile.url


def _name(texts: Mapping[str, str | None]) -> str:
    parts = (texts.get("first_name"), texts.get("last_name"))
    name = texts.get("name") or " ".join(part for part in parts if part)
    if not name:
        raise ValueError("name, first_name and last_name are all empty")
    return name


@lru_cache(maxsize=CELLS_CACHED_MAX)
def _company_url(written: str | None) -> str | None:
    """A company's own web site stands in this column often enough not to refuse the person."""
    profile = canonical_profile_url(written) if written else None
    return profile.url if profile is not None and profile.type == "account" else None


def _checked(
    column: str, texts: Mapping[str, str | None], check: Callable[[str], CHECKED]
) -> CHECKED | None:
    """`check` of the column's text, its ValueError told with the column's name."""
    text = texts.get(column)
    if text is None:
        return None
    try:
        return check(text)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None


def _email(written: str) -> str:
    canonical_email(written)
    return written


@lru_cache(maxsize=CELLS_CACHED_MAX)
def _phone(written: str) -> str:
    return canonical_phone(written)


def _disc(texts: Mapping[str, str | None]) -> Disc | None:
    """The personality, whole or not at all."""
    scores = [texts.get(column) for column in _SCORES]
    style, summary = texts.get("disc_style"), texts.get("disc_summary")
    if not any((*scores, style, summary)):
        return None
    if not all(scores):
        raise ValueError("the personality is only partly there: disc_d, disc_i, disc_s, disc_c")
    d, i, s, c = (_checked(column, texts, _score) or 0 for column in _SCORES)
    return Disc(d=d, i=i, s=s, c=c, style=style or "", summary=summary or "")


def _score(written: str) -> int:
    if not _WHOLE.fullmatch(written) or int(written) > DISC_MAX:
        raise ValueError(f"not a whole number from 0 to {DISC_MAX}")
    return int(written)


def _tenure_years(written: str) -> float:
    if not _DECIMAL.fullmatch(written) or float(written) > TENURE_YEARS_MAX:
        raise ValueError(f"not a number from 0 to {TENURE_YEARS_MAX}")
    return float(written)


def _skills(written: str | None) -> tuple[str, ...]:
    """The parts between `;`, each once, in their order."""
    parts = (part.strip() for part in (written or "").split(";"))
    skills = tuple(dict.fromkeys(part for part in parts if part))
    if len(skills) > SKILLS_MAX:
        raise ValueError(f"skills are more than {SKILLS_MAX}")
    return skills
