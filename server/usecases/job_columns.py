"""The columns of a job's file, each with what it says of a row (R24, R25)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from server.domain.credit_month import from_us
from server.domain.import_rows import cell_text
from server.domain.job_rows import Cell as FileCell
from server.domain.job_rows import DateCell, Item, JobRow, Told
from server.domain.state import Piece
from server.domain.values import Kept, KeptEmail, KeptPersonality, KeptPhone
from server.store.job_values import Holding
from server.store.jobs import JobRecord
from server.usecases.named_entries import ERASED_NAME
from server.usecases.sheets import Cell, Column
from server.wire.subjects import Analysis
from server.wire.words import JobAction, Kind, SettledOutcome

OUTCOMES: Final[Mapping[SettledOutcome, str]] = {
    "charged": "charged",
    "already_owned": "already owned",
    "duplicate": "duplicate",
    "not_found": "not found",
    "over_hold": "over hold",
}
REVERSED: Final = "reversed"
TITLES: Final[Mapping[Kind, str]] = {
    "email": "Email",
    "phone": "Phone",
    "personality": "Personality",
}
_ORIGINAL_WIDTHS: Final = (10, 40)


class Fact(msgspec.Struct, frozen=True):
    """A row of a finished job with what the org holds of it now."""

    action: JobAction
    row: JobRow
    holding: Holding

    @property
    def is_erased(self) -> bool:
        """Whether what was personal in the row was taken from it (R4)."""
        gone = self.row.told if self.action == "export" else self.row.cells
        return gone is None and self.row.problem is None

    def item(self, kind: Kind) -> Item | None:
        """What a kind came to; None for a row that is left out."""
        return next((item for item in self.row.items if item.kind == kind), None)

    def piece(self, kind: Kind) -> Piece | None:
        """The piece that the row shows, as long as the org owns it (R28).

        What was over the hold stays without a value, also when somebody buys it later.
        """
        item = self.item(kind)
        if item is None or item.key is None or item.seq is None:
            return None
        return self.holding.pieces.get(item.key)

    def kept(self, kind: Kind) -> Kept | None:
        """The value of the piece on this subject (R3, R6)."""
        piece = self.piece(kind)
        if piece is None or self.row.subject is None or self.is_erased:
            return None
        return self.holding.values.get((self.row.subject, piece.key))

    def outcome(self, kind: Kind) -> str | None:
        """What happened, in the words of R24; of a row that is left out, why (R25)."""
        if self.row.problem is not None:
            return f"problem: {self.row.problem}"
        item = self.item(kind)
        if item is None or item.outcome is None:
            return None
        if item.seq is not None and self.piece(kind) is None:
            return REVERSED
        return OUTCOMES[item.outcome]

    def analysis(self) -> Analysis | None:
        """It opens with the email that the directory has, and with no other."""
        told, kept = self.row.told, self.kept("email")
        is_opened = isinstance(kept, KeptEmail) and not kept.typed
        return told.analysis if told and is_opened else None


class Field(msgspec.Struct, frozen=True):
    """A column and its cell of each row."""

    column: Column
    cell: Callable[[Fact], Cell]


def fields_of(record: JobRecord, zone: ZoneInfo) -> tuple[Field, ...]:
    """Of the whole file, in order: an import's own columns come first (R25)."""
    found = [
        *_profile(record.action),
        *(field for kind in record.kinds for field in _of_kind(record, kind, zone)),
        Field(Column("Credits", "number", 10), _credits),
        *([] if len(record.kinds) > 1 else _payment(record.kinds[0], "", zone)),
    ]
    if record.file is None:
        return tuple(found)
    taken = {_folded(title) for title in record.file.columns}
    return (*_originals(record.file.columns), *_told_apart(found, taken))


def _originals(titles: Sequence[str]) -> Iterator[Field]:
    narrow, wide = _ORIGINAL_WIDTHS
    last = len(titles) - 1
    for place, title in enumerate(titles):
        width = min(max(len(title) + 4, narrow), wide)
        cell = partial(_last_original if place == last else _original, place)
        yield Field(Column(title, "mixed", width), cell)


def _original(place: int, fact: Fact) -> Cell:
    cells = fact.row.cells or ()
    return _typed(cells[place]) if place < len(cells) else None


def _last_original(place: int, fact: Fact) -> Cell:
    """With what stands beyond the header, so that nothing of the user's row is lost."""
    cells = fact.row.cells or ()
    if len(cells) <= place + 1:
        return _original(place, fact)
    return ", ".join(cell_text(cell) for cell in cells[place:])


def _typed(cell: FileCell) -> Cell:
    if not isinstance(cell, DateCell):
        return cell
    return date.fromisoformat(cell.iso) if cell.day else datetime.fromisoformat(cell.iso)


def _told_apart(fields: Iterable[Field], taken: set[str]) -> Iterator[Field]:
    """The fields, those renamed whose titles the user's own file has."""
    for field in fields:
        title, number = field.column.title, 1
        while _folded(title) in taken:
            title = _found(field.column.title) + (f" ({number})" if number > 1 else "")
            number += 1
        taken.add(_folded(title))
        yield Field(msgspec.structs.replace(field.column, title=title), field.cell)


def _found(title: str) -> str:
    """`Found email`, but `Found D`."""
    return f"Found {title[0].lower()}{title[1:]}" if title[1:2].islower() else f"Found {title}"


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _profile(action: JobAction) -> list[Field]:
    """What everybody may read, as it was when the job looked it up."""
    fields = [
        Field(Column("Name", width=26), _name),
        Field(Column("Headline", width=34), _told(lambda told: told.headline)),
        Field(Column("Company", width=24), _told(lambda told: told.company)),
        Field(Column("Location", width=22), _told(lambda told: told.location)),
        Field(Column("Profile URL", width=38), _told(_page)),
    ]
    if action == "export":
        fields.append(Field(Column("Type", width=10), _told(lambda told: told.type)))
    return fields


def _name(fact: Fact) -> Cell:
    if fact.is_erased:
        return ERASED_NAME
    return fact.row.told.name if fact.row.told else None


def _told(cell: Callable[[Told], Cell]) -> Callable[[Fact], Cell]:
    def read(fact: Fact) -> Cell:
        return cell(fact.row.told) if fact.row.told else None

    return read


def _page(told: Told) -> Cell:
    """Whom the directory does not know may have none (R25)."""
    return told.url if told.url.startswith(("https://", "http://")) else None


def _of_kind(record: JobRecord, kind: Kind, zone: ZoneInfo) -> list[Field]:
    title = TITLES[kind]
    outcome = Field(Column(f"{title} outcome", width=16), lambda fact: fact.outcome(kind))
    several = _payment(kind, f"{title} ", zone) if len(record.kinds) > 1 else []
    match kind:
        case "email":
            analysis = () if _is_of_companies(record) else _ANALYSIS
            return [Field(Column("Email", width=30), _email), outcome, *analysis, *several]
        case "phone":
            return [*_PHONES, outcome, *several]
        case "personality":
            return [*_PERSONALITY, outcome, *several]


def _is_of_companies(record: JobRecord) -> bool:
    return record.chosen is not None and record.chosen.accounts is not None


def _email(fact: Fact) -> Cell:
    kept = fact.kept("email")
    return kept.email if isinstance(kept, KeptEmail) else None


def _analyzed(cell: Callable[[Analysis], Cell]) -> Callable[[Fact], Cell]:
    def read(fact: Fact) -> Cell:
        analysis = fact.analysis()
        return cell(analysis) if analysis else None

    return read


_ANALYSIS: Final = (
    Field(Column("Seniority", width=14), _analyzed(lambda known: known.seniority)),
    Field(Column("Function", width=18), _analyzed(lambda known: known.function)),
    Field(Column("Tenure years", "mixed", 12), _analyzed(lambda known: known.tenure_years)),
    Field(Column("Skills", width=34), _analyzed(lambda known: ", ".join(known.skills))),
)


def _number(type_: str, fact: Fact) -> Cell:
    """All of the kind: text, so that no spreadsheet takes the + or rounds the digits."""
    kept = fact.kept("phone")
    if not isinstance(kept, KeptPhone):
        return None
    return ", ".join(phone.number for phone in kept.phones if phone.type == type_) or None


_PHONES: Final = (
    Field(Column("Mobile", width=18), partial(_number, "mobile")),
    Field(Column("Direct dial", width=18), partial(_number, "direct")),
)


def _profiled(cell: Callable[[KeptPersonality], Cell]) -> Callable[[Fact], Cell]:
    def read(fact: Fact) -> Cell:
        kept = fact.kept("personality")
        return cell(kept) if isinstance(kept, KeptPersonality) else None

    return read


_PERSONALITY: Final = (
    Field(Column("D", "number", 6), _profiled(lambda kept: kept.disc.d)),
    Field(Column("I", "number", 6), _profiled(lambda kept: kept.disc.i)),
    Field(Column("S", "number", 6), _profiled(lambda kept: kept.disc.s)),
    Field(Column("C", "number", 6), _profiled(lambda kept: kept.disc.c)),
    Field(Column("Style", width=18), _profiled(lambda kept: kept.style)),
    Field(Column("Summary", width=50), _profiled(lambda kept: kept.summary)),
)


def _credits(fact: Fact) -> Cell:
    """What the job charged for the row, all kinds together; what was given back stands in the
    history."""
    return None if fact.row.problem else sum(item.credits for item in fact.row.items)


def _payment(kind: Kind, before: str, zone: ZoneInfo) -> list[Field]:
    """Who paid for what the org owns, when, and by which entry (R5, R31)."""

    def by(fact: Fact) -> Cell:
        piece = fact.piece(kind)
        return piece.by_name if piece else None

    def at(fact: Fact) -> Cell:
        piece = fact.piece(kind)
        return from_us(piece.at_us).astimezone(zone) if piece else None

    def seq(fact: Fact) -> Cell:
        """Of a reversed piece the entry that had paid: the history says what became of it."""
        piece, item = fact.piece(kind), fact.item(kind)
        if piece is not None:
            return piece.seq
        return item.seq if item else None

    titles = [f"{before}{title}".capitalize() for title in ("revealed by", "revealed at")]
    return [
        Field(Column(titles[0], width=22), by),
        Field(Column(f"{titles[1]} ({zone.key})", "moment", 20), at),
        Field(Column(f"{before}ledger entry".capitalize(), "mixed", 14), seq),
    ]
