"""Planning a reveal: what is found is charged, once for ever, whole or not at all (R1–R9)."""

from typing import Any

import msgspec

from server.domain import errors
from server.domain.commands import By, Reveal
from server.domain.credit_month import from_us
from server.domain.ids import PieceKey, Seq, SubjectId
from server.domain.ledger import Ledger
from server.domain.ownership import Standing, standing
from server.domain.owning import come_along, own, save
from server.domain.paying import Parts, insufficient
from server.domain.state import Month, Offer, Piece, Seat, SubjectState
from server.domain.values import Kept, shown
from server.wire.reveals import (
    EmailResult,
    PersonalityResult,
    PhoneResult,
    RevealAnswer,
    RevealResult,
)
from server.wire.words import Kind, Outcome

RESULTS: dict[Kind, type[EmailResult] | type[PhoneResult] | type[PersonalityResult]] = {
    "email": EmailResult,
    "phone": PhoneResult,
    "personality": PersonalityResult,
}


class Told(msgspec.Struct, array_like=True, gc=False):
    """One outcome, as kept for a replay: nothing personal (R11)."""

    subject: SubjectId
    kind: Kind
    outcome: Outcome
    credits: int = 0
    seq: Seq | None = None


class Receipt(msgspec.Struct, array_like=True):
    """A reveal's answer less what can be looked up again. `seq`: the org's position after it."""

    seq: Seq
    credits: int
    from_license: int
    from_extra: int
    saved: int
    told: list[Told]


_receipts: msgspec.json.Decoder[Receipt] = msgspec.json.Decoder(Receipt)


def reveal(ledger: Ledger, command: Reveal) -> RevealAnswer:
    """Plan one request. Raises NotFound, PriceChanged, InsufficientCredits or
    IdempotencyConflict."""
    seat = ledger.seat(command.user)
    if not seat.active:
        raise errors.Unauthenticated("This user is deactivated.")
    by = By("user", command.user)
    recalled = ledger.recalled(by, command.key)
    if recalled is not None:
        return _answer(ledger, seat, _receipts.decode(recalled))
    _agree(ledger, seat, command, _new_pieces(ledger, command))
    level_before = ledger.level(seat)
    receipt = _carry_out(ledger, seat, command)
    if not any(told.outcome == "unaffordable" for told in receipt.told):
        kept = msgspec.json.encode(receipt).decode()
        ledger.remember(by, command.key, kept)
    ledger.announce_crossing(seat, level_before)
    return _answer(ledger, seat, receipt)


def _subject(ledger: Ledger, subject: SubjectId) -> SubjectState:
    state = ledger.state.subjects.get(subject)
    if state is None:
        raise errors.NotFound(
            f"There is no contact or account {subject}; nothing was revealed.", subject=subject
        )
    return state


def _standing(ledger: Ledger, subject: SubjectState, kind: Kind) -> Standing:
    return standing(subject.offers.get(kind), subject.owned.get(kind, ()), ledger.state.pieces)


def _new_pieces(ledger: Ledger, command: Reveal) -> list[tuple[SubjectId, Kind, int]]:
    """What the request would charge, each piece once however often it stands there (R2)."""
    claimed: set[PieceKey] = set()
    new = []
    for subject, kind in command.items:
        offer = _standing(ledger, _subject(ledger, subject), kind).offer
        if offer is not None and offer.key not in claimed:
            claimed.add(offer.key)
            new.append((subject, kind, ledger.head.prices.of(kind)))
    return new


def _agree(
    ledger: Ledger, seat: Seat, command: Reveal, new: list[tuple[SubjectId, Kind, int]]
) -> None:
    need = sum(price for _, _, price in new)
    if command.max_credits is not None and need > command.max_credits:
        raise errors.PriceChanged(
            f"This needs {need} credits now, more than the {command.max_credits} you agreed to. "
            "Nothing was charged; look at the prices and try again.",
            need=need,
            max_credits=command.max_credits,
            prices=ledger.head.prices,
        )
    month = seat.month_at(ledger.at, ledger.head.zone)
    extra = seat.may_take(ledger.head, month)
    if need > month.remaining + extra and not command.allow_partial:
        raise insufficient(need, month.remaining, extra, new)


def _carry_out(ledger: Ledger, seat: Seat, command: Reveal) -> Receipt:
    """Charge in the given order; after the first that cannot be paid nothing more is charged
    (R8)."""
    receipt = Receipt(ledger.head.seq, 0, 0, 0, 0, [])
    month = seat.month_at(ledger.at, ledger.head.zone)
    before = ledger.head.seq
    may_charge = True
    counted: set[PieceKey] = set()
    for subject_id, kind in command.items:
        subject = _subject(ledger, subject_id)
        now = _standing(ledger, subject, kind)
        price = ledger.head.prices.of(kind)
        told = Told(subject_id, kind, "not_found")
        if now.offer is not None:
            may_charge = may_charge and price <= month.remaining + seat.may_take(ledger.head, month)
            told.outcome = "unaffordable"
            if may_charge:
                told = _charge(ledger, seat, subject, kind, now.offer, receipt)
        elif now.kept is not None and now.owner is not None:
            told.outcome, told.seq = "already_owned", now.owner.seq
            come_along(ledger, subject, kind, now.owner.key, now.kept)
            if now.owner.seq <= before and now.owner.key not in counted:
                counted.add(now.owner.key)
                receipt.saved += price
                save(ledger, seat, now.owner, price)
        receipt.told.append(told)
    receipt.seq = ledger.head.seq
    return receipt


def _charge(
    ledger: Ledger, seat: Seat, subject: SubjectState, kind: Kind, offer: Offer, receipt: Receipt
) -> Told:
    price = ledger.head.prices.of(kind)
    parts = _draw(ledger, ledger.touch(seat), price)
    by = By("user", seat.user)
    seq = ledger.write(
        "reveal",
        by,
        seat=seat,
        subject_id=subject.id,
        kind=kind,
        piece_key=offer.key,
        credits=price,
        from_license=parts.license,
        from_extra=parts.extra,
    )
    own(ledger, seat, subject, kind, offer, seq)
    ledger.show(seq, subject.id, subject.url, kind, "reveal", by)
    receipt.credits += price
    receipt.from_license += parts.license
    receipt.from_extra += parts.extra
    return Told(subject.id, kind, "charged", price, seq)


def _draw(ledger: Ledger, month: Month, price: int) -> Parts:
    """License credits first, then extra (R9)."""
    license_part = min(month.remaining, price)
    extra_part = price - license_part
    month.used += license_part
    month.extra_used += extra_part
    ledger.head.used += extra_part
    ledger.plan.extra_changed |= extra_part > 0
    return Parts(license_part, extra_part)


def _answer(ledger: Ledger, seat: Seat, receipt: Receipt) -> RevealAnswer:
    return RevealAnswer(
        seq=receipt.seq,
        credits=receipt.credits,
        from_license=receipt.from_license,
        from_extra=receipt.from_extra,
        saved=receipt.saved,
        results=[_result(ledger, told) for told in receipt.told],
        battery=ledger.battery(seat),
    )


def _result(ledger: Ledger, told: Told) -> RevealResult:
    shape = RESULTS[told.kind]
    if told.seq is None:
        return shape(subject=told.subject, outcome=told.outcome, credits=told.credits)
    subject = ledger.state.subjects.get(told.subject)
    bought = _bought_by(ledger, subject, told) if subject else None
    fields: dict[str, Any] = {"seq": told.seq, "value": None}
    if subject and bought:
        kept, owner = bought
        fields["value"] = shown(kept, subject.analysis, subject.insights)
        if told.outcome == "already_owned":
            fields |= {"revealed_by": owner.by_name, "revealed_at": from_us(owner.at_us)}
    return shape(subject=told.subject, outcome=told.outcome, credits=told.credits, **fields)


def _bought_by(ledger: Ledger, subject: SubjectState, told: Told) -> tuple[Kept, Piece] | None:
    """What the charge `told.seq` bought, while the org owns it."""
    for owned in subject.owned.get(told.kind, ()):
        piece = ledger.state.pieces.get(owned.key)
        if piece is not None and piece.live and piece.seq == told.seq:
            return owned.kept, piece
    return None
