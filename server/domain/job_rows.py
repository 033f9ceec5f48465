"""The rows of a job: what each asks for, what it was quoted as and what it came to (R18, R20)."""

from collections.abc import Mapping

import msgspec

from server.domain.directory_records import Filed
from server.domain.ids import PieceKey, Seq, SubjectId
from server.domain.ownership import NOT_FOUND, Standing, standing
from server.domain.state import Offer, Piece, SubjectState
from server.wire.subjects import Analysis
from server.wire.words import Kind, QuotedOutcome, SettledOutcome, SubjectType


class Sought(msgspec.Struct, frozen=True, gc=False):
    """A row as what is looked for. `subject` is None where nobody fits.

    `typed`: the address that the user's own file gives (R25). `contact`: who becomes a contact of
    this org alone, under the id `subject`, once the address is paid for or owned.
    """

    row_no: int
    subject: SubjectId | None
    typed: Offer | None = None
    contact: Filed | None = None


class Item(msgspec.Struct, array_like=True, gc=False):
    """One kind of one row, as `job_row.items` keeps it.

    `key` is the piece it stands for, None where nothing was found. `outcome`, `credits` and `seq`
    (of the entry that paid) come with the settlement.
    """

    kind: Kind
    quoted: QuotedOutcome
    key: PieceKey | None = None
    outcome: SettledOutcome | None = None
    credits: int = 0
    seq: Seq | None = None


class DateCell(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A date or moment of a spreadsheet: ISO 8601 without a zone; `day`: no time of day."""

    iso: str
    day: bool


Cell = str | int | float | bool | DateCell | None
"""A cell of an imported file, as its file types it; a CSV file has texts only."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """A subject as it was when the job looked it up: what everybody may read, and the analysis,
    which opens with the email."""

    type: SubjectType
    name: str
    url: str
    headline: str | None = None
    company: str | None = None
    location: str | None = None
    analysis: Analysis | None = None


class JobRow(msgspec.Struct, frozen=True, gc=False):
    """A `job_row`. `line` and `cells`: of an imported file. `problem`: why it is left out (R25).

    `person`: the keyed hash of the profile URL that the cells hold, by which an erasure finds the
    row whoever it turned out to be about (R4).
    """

    row_no: int
    line: int | None = None
    subject: SubjectId | None = None
    cells: tuple[Cell, ...] | None = None
    problem: str | None = None
    told: Told | None = None
    items: tuple[Item, ...] = ()
    person: bytes | None = None


class RowOutcome(msgspec.Struct, frozen=True, gc=False):
    """A settled row: an outcome for each kind of the job, in their order."""

    row_no: int
    items: tuple[Item, ...]


_items_encoder = msgspec.json.Encoder()
_items_decoder: msgspec.json.Decoder[tuple[Item, ...]] = msgspec.json.Decoder(tuple[Item, ...])


def items_to_json(items: tuple[Item, ...]) -> str:
    """As `job_row.items` keeps them."""
    return _items_encoder.encode(items).decode()


def items_from_json(text: str | None) -> tuple[Item, ...]:
    """None: the row was not quoted yet, or is a problem."""
    return _items_decoder.decode(text) if text else ()


def row_standing(
    row: Sought,
    kind: Kind,
    subjects: Mapping[SubjectId, SubjectState],
    pieces: Mapping[PieceKey, Piece],
) -> Standing:
    """What a kind of a row is to the org. An address typed by the user counts as found also when
    the directory lacks it, or knows another (R25), while there is somebody to keep it on: whoever
    was erased since the row was resolved is not found (R4)."""
    subject = subjects.get(row.subject) if row.subject is not None else None
    offer = subject.offers.get(kind) if subject else None
    if kind == "email" and row.typed is not None and (not offer or offer.key != row.typed.key):
        offer = row.typed
    if subject is None and row.contact is None:
        return NOT_FOUND
    return standing(offer, subject.owned.get(kind, ()) if subject else (), pieces)


def piece_of(now: Standing) -> PieceKey | None:
    """The piece that a row of this standing is about: what can be bought, else what is owned."""
    if now.offer is not None:
        return now.offer.key
    return now.owner.key if now.owner is not None else None
