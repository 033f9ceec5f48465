"""A contact or account as the directory keeps it, made of a row of a file (demo.md)."""

import hashlib
from typing import Final
from urllib.parse import unquote

import msgspec

from server.domain.directory_rows import DirectoryRow
from server.domain.folding import folded, within_bytes
from server.domain.values import KeptPersonality
from server.wire import subjects as wire
from server.wire.subjects import Analysis
from server.wire.words import SubjectType

SEARCH_BYTES_MAX: Final = 2_000
SORT_BYTES_MAX: Final = 300
"""Both stand in one index, of which PostgreSQL takes entries up to 2,704 bytes. Only the longest
headlines lose their end to a search by this."""
FINGERPRINT_BYTES: Final = 16

_TEXTS: Final = (
    "headline", "company", "company_url", "location", "email", "mobile", "direct",
)  # fmt: skip
_ANALYSIS: Final = ("seniority", "function", "tenure_years", "skills")
_DISC: Final = ("disc_d", "disc_i", "disc_s", "disc_c", "disc_style", "disc_summary")

_analysis: msgspec.json.Decoder[Analysis] = msgspec.json.Decoder(Analysis)


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The columns of `subject` that a file fills. `personality`, `analysis`: JSON of a
    KeptPersonality and of an Analysis."""

    type: SubjectType
    url: str
    name: str
    headline: str | None
    company: str | None
    company_url: str | None
    location: str | None
    email: str | None
    mobile: str | None
    direct: str | None
    personality: str | None
    analysis: str | None


class Filed(msgspec.Struct, frozen=True, gc=False):
    """A record with what is derived of it: `search`, the folded public fields, never a value that
    is charged for; `sort`, the folded name; `fingerprint`, of all of it."""

    record: Record
    search: str
    sort: str
    fingerprint: bytes


def filed(record: Record) -> Filed:
    """The record as it is written."""
    address = unquote(record.url.removeprefix("https://").removeprefix("www."))
    public = (record.name, record.headline, record.company, record.location, address)
    # Each by itself: text in plain ASCII, as most is, folds in no time.
    search = within_bytes("\n".join(folded(text) for text in public if text), SEARCH_BYTES_MAX)
    sort = within_bytes(folded(record.name), SORT_BYTES_MAX)
    encoded = msgspec.json.encode((msgspec.structs.astuple(record), search, sort))
    digest = hashlib.blake2b(encoded, digest_size=FINGERPRINT_BYTES).digest()
    return Filed(record, search, sort, digest)


def record_of(row: DirectoryRow) -> Record:
    """What is kept of a row."""
    return Record(
        type=row.type,
        url=row.url,
        name=row.name,
        **{column: getattr(row, column) for column in _TEXTS},
        personality=_personality_of(row),
        analysis=_told(Analysis(**{column: getattr(row, column) for column in _ANALYSIS})),
    )


def says_it_all(columns: frozenset[str]) -> bool:
    """Whether a file with these columns leaves nothing as it was."""
    return columns.issuperset((*_TEXTS, *_ANALYSIS)) and not columns.isdisjoint(_DISC)


def completed(new: Record, stored: Record, columns: frozenset[str]) -> Record:
    """`new` with what its file has no column for taken from what is `stored`.

    So a file of addresses and numbers alone takes nobody's headline away; an empty cell does.
    """
    absent = {column: getattr(stored, column) for column in _TEXTS if column not in columns}
    if columns.isdisjoint(_DISC):
        absent["personality"] = stored.personality
    absent["analysis"] = _completed_analysis(new.analysis, stored.analysis, columns)
    return msgspec.structs.replace(new, **absent)


def _completed_analysis(new: str | None, stored: str | None, columns: frozenset[str]) -> str | None:
    if stored is None or columns.issuperset(_ANALYSIS):
        return new
    before = _analysis.decode(stored)
    absent = {column: getattr(before, column) for column in _ANALYSIS if column not in columns}
    return _told(msgspec.structs.replace(_analysis.decode(new or "{}"), **absent))


def _told(analysis: Analysis) -> str | None:
    """None for an analysis that says nothing."""
    return None if analysis == Analysis() else msgspec.json.encode(analysis).decode()


def _personality_of(row: DirectoryRow) -> str | None:
    if row.disc is None:
        return None
    disc = wire.Disc(d=row.disc.d, i=row.disc.i, s=row.disc.s, c=row.disc.c)
    kept = KeptPersonality(disc=disc, style=row.disc.style, summary=row.disc.summary)
    return msgspec.json.encode(kept).decode()
