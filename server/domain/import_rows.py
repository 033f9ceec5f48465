"""One row of an imported file, from its cells to the person it tells of (R25)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from server.domain.directory_rows import COLUMN_CHARS_MAX
from server.domain.folding import folded
from server.domain.job_rows import Cell, DateCell
from server.domain.pieces import canonical_email
from server.domain.profile_urls import EDGE_MARKS, canonical_profile_url
from server.domain.texts import shown

_NOTHING: Final = frozenset(
    {"-", "--", "---", "–", "—", ".", "?", "n/a", "n.a.", "#n/a", "(blank)", "#ref!", "#value!"}
    | {"#name?", "#null!", "#num!", "#div/0!"}
)
"""What people and spreadsheets write into a cell that is empty."""
_NO_VALUE: Final = _NOTHING | {
    "na", "none", "null", "nil", "unknown", "not available", "not found", "no email", "tbd",
}  # fmt: skip
"""Also empty where it cannot be a name: Na, Null and None are families."""

_MAILTO = re.compile(r"mailto:([^?]*)(?:\?.*)?", re.IGNORECASE)
_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
_BETWEEN_ADDRESSES = re.compile(r"[\s;,/|]")

_CHARS_KEPT: Final = {
    **{field: COLUMN_CHARS_MAX[field] for field in ("name", "first_name", "last_name", "company")},
    "title": COLUMN_CHARS_MAX["headline"],
}
"""What the directory keeps of a text. An address is never cut: it would be another's."""
EMAIL_CELL_CHARS_MAX: Final = 1_000
"""A name and an address, `mailto:` with a subject; beyond it a cell is pasted text."""

_AND = re.compile(r"\s*[&+]\s*")
_DROPPED = re.compile(r"[.'’`]")
_BETWEEN = re.compile(r"[\W_]+")
_LEGAL_FORMS: Final = frozenset(
    "inc incorporated corp corporation co company llc llp lp pllc ltd limited plc pty pte pvt "
    "private gmbh mbh ag kg kgaa ohg gbr ug ev se sa sas sarl sasu eurl srl srls spa sl slu sau "
    "sca bv nv vof cv cvba oy oyj ab as asa aps kk sp zoo doo dd kft zrt nyrt jsc ooo oao pjsc "
    "tbk bhd sdn ltda eireli sapi de and".split()
)
"""As they stand at a company's end without their dots, and what joins two of them."""


class Person(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whom a row tells of. `email` as typed, `canonical` its R3 form; `url` canonical, a person's
    page. There is an address, a URL, or a name with a company."""

    email: str | None = None
    canonical: str | None = None
    url: str | None = None
    name: str | None = None
    company: str | None = None
    title: str | None = None


def person_of(cells: Sequence[Cell], columns: int, positions: Mapping[str, int]) -> Person:
    """The person of a row. `columns`: how many the file has, and the row at least; `positions`:
    field to place.

    Raises ValueError whose text is the reason: a clause that never repeats an address.
    """
    if len(cells) > columns:
        raise ValueError(f"has more cells than the {columns} of the header")
    _require_something_mapped(positions)
    texts = {field: _text(field, cells[place]) for field, place in positions.items()}
    email = _email(texts.get("email", ""))
    person = Person(
        email=email,
        canonical=canonical_email(email) if email else None,
        url=_url(texts.get("url", "")),
        name=_name(texts) or None,
        company=texts.get("company") or None,
        title=texts.get("title") or None,
    )
    if not (person.email or person.url or (person.name and person.company)):
        raise ValueError(_missing(person, texts))
    return person


def company_key(company: str) -> str:
    """A company's name as it is compared: folded, without punctuation and legal form at its
    end."""
    words = _BETWEEN.sub(" ", _DROPPED.sub("", _AND.sub(" and ", folded(company)))).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words)


def cell_text(cell: Cell) -> str:
    """A cell as one would read it; numbers whole where they are."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case DateCell(iso=iso):
            return iso
        case _:
            return str(cell)


def _require_something_mapped(positions: Mapping[str, int]) -> None:
    named = positions.keys() & {"name", "first_name", "last_name"}
    if "email" in positions or "url" in positions or (named and "company" in positions):
        return
    raise ValueError("no column is mapped to an address, a profile URL, or a name and a company")


def _text(field: str, cell: Cell) -> str:
    """On one line, NFC, without marks at the edges, no longer than the directory keeps it."""
    text = shown(" ".join(cell_text(cell).strip().strip(EDGE_MARKS).split())).strip()
    empty = _NOTHING if field.endswith("name") else _NO_VALUE
    if text.lower() in empty:
        return ""
    return unicodedata.normalize("NFC", text)[: _CHARS_KEPT.get(field)].rstrip()


def _email(text: str) -> str | None:
    """The address as typed, out of what mail programs put around it."""
    if not text:
        return None
    if len(text) > EMAIL_CELL_CHARS_MAX:
        raise ValueError("email: the cell is too long for an address")
    bare = text.rstrip(";, ")
    for around in (_NAMED, _MAILTO):
        inside = around.fullmatch(bare)
        bare = inside[1].strip() if inside else bare
    if any(map(_BETWEEN_ADDRESSES.search, bare.split("@")[1:-1])):
        raise ValueError("email: the cell holds more than one address")
    try:
        canonical_email(bare)
    except ValueError as error:
        raise ValueError(f"email: {error}") from None
    return bare


def _url(text: str) -> str | None:
    """A person's page; other addresses stand in this column often enough not to refuse the row."""
    profile = canonical_profile_url(text) if text else None
    return profile.url if profile is not None and profile.type == "contact" else None


def _name(texts: Mapping[str, str]) -> str:
    """The full name. A `Name` beside a first name that is not in it is the family's."""
    first, last, full = (texts.get(field, "") for field in ("first_name", "last_name", "name"))
    if full and (not first or folded(first) in folded(full)):
        return full
    return " ".join(part for part in (first, last or full) if part)


def _missing(person: Person, texts: Mapping[str, str]) -> str:
    """Why there is nothing to go by."""
    if texts.get("url"):
        return "url: this is not the address of a person's page (/in/…)"
    if person.name:
        return "has a name but no company to look it up with"
    if person.company:
        return "has a company but nobody's name"
    return "has no address, no profile URL, and no name with a company"
