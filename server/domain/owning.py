"""What comes with owning a piece: its row, its values on each subject, and who saved by it (R2,
R6, R31)."""

from server.domain.ids import PieceKey, Seq
from server.domain.ledger import Ledger
from server.domain.plan import Saving
from server.domain.state import Offer, Owned, Piece, Seat, SubjectState
from server.domain.values import Kept
from server.wire.words import Kind


def own(
    ledger: Ledger, seat: Seat, subject: SubjectState, kind: Kind, offer: Offer, seq: Seq
) -> None:
    """The org owns what `offer` is, paid for by entry `seq`."""
    pieces = ledger.state.pieces
    gen = pieces[offer.key].gen + 1 if offer.key in pieces else 1
    piece = Piece(offer.key, gen, True, False, seq, seat.user, seat.name, ledger.at)
    pieces[offer.key] = ledger.plan.pieces[offer.key] = piece
    seat.last_spend_us = ledger.at
    come_along(ledger, subject, kind, offer.key, offer.kept)


def come_along(
    ledger: Ledger, subject: SubjectState, kind: Kind, key: PieceKey, kept: Kept
) -> None:
    """Keep the value on this subject, so that a later change of the directory takes nothing away
    (R6)."""
    here = subject.owned.setdefault(kind, [])
    if any(owned.key == key for owned in here):
        return
    here.append(Owned(key, kept))
    ledger.plan.owned[key, subject.id] = kept


def save(ledger: Ledger, seat: Seat, owner: Piece, price: int) -> None:
    """A colleague's piece counts once as saved for a user (R31)."""
    if owner.by == seat.user or (seat.user, owner.key) in ledger.state.savings:
        return
    ledger.state.savings.add((seat.user, owner.key))
    ledger.plan.savings.append(Saving(seat.user, owner.key, price))
    ledger.touch(seat).saved += price
    seat.saved += price
    ledger.head.saved += price
