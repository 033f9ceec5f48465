"""Planning a reversal: one charge taken back, exactly its parts, at most once (R27, R28)."""

import msgspec

from server.domain import errors
from server.domain.commands import Reverse
from server.domain.ids import Seq
from server.domain.ledger import Ledger
from server.domain.state import Charge, Month, Seat
from server.wire.words import BANNING_REASONS, CHARGE_ACTIONS

DAY_US = 86_400_000_000


class AdminReversals(msgspec.Struct, frozen=True):
    """What the deployment lets an org's admins take back (R27); `days` 0: nothing."""

    days: int
    credits: int
    """Per calendar month in the org's zone."""


class GivenBack(msgspec.Struct, frozen=True):
    """`granted`: the license part of a closed month, given back as extra credits."""

    license: int
    extra: int
    granted: int = 0

    @property
    def credits(self) -> int:
        return self.license + self.extra + self.granted


def reverse(ledger: Ledger, command: Reverse, allowed: AdminReversals) -> tuple[Seq, ...]:
    """Plan it. Raises NotFound, BadRequest, AlreadyReversed or Forbidden."""
    recalled = ledger.recalled(command.by, command.key)
    if recalled is not None:
        return (Seq(int(recalled)),)
    charge = _charge(ledger, command)
    back = _given_back(ledger, command, charge)
    if command.by.type == "user":
        _within_allowance(ledger, charge, back, allowed)
        ledger.state.reversed_by_admins += back.credits
    seq = _give_back(ledger, command, charge, back)
    _close_piece(ledger, command, charge, seq)
    ledger.remember(command.by, command.key, str(seq))
    return (seq,)


def _charge(ledger: Ledger, command: Reverse) -> Charge:
    charge = ledger.state.charges.get(command.seq)
    if charge is None:
        raise errors.NotFound(f"There is no entry {command.seq} in this organization.")
    if charge.line.action not in CHARGE_ACTIONS:
        raise errors.BadRequest(
            f"Entry {command.seq} is a {charge.line.action}; only a charge "
            "(reveal, export, import) can be reversed."
        )
    if charge.reversed:
        raise errors.AlreadyReversed(
            f"Entry {command.seq} has been reversed already; a charge is given back once."
        )
    return charge


def _month(ledger: Ledger, charge: Charge) -> tuple[Seat, Month | None]:
    """The seat, and the charge's month while that is open (R27)."""
    assert charge.line.user_id is not None, "a charge concerns a license"
    seat = ledger.seat(charge.line.user_id)
    current = seat.month_at(ledger.at, ledger.head.zone)
    return seat, current if current.bounds.no == charge.line.month_no else None


def _given_back(ledger: Ledger, command: Reverse, charge: Charge) -> GivenBack:
    _, open_month = _month(ledger, charge)
    line = charge.line
    if open_month is not None:
        return GivenBack(line.from_license, line.from_extra)
    granted = line.from_license if command.by.type == "operator" else 0
    return GivenBack(0, line.from_extra, granted)


def _within_allowance(
    ledger: Ledger, charge: Charge, back: GivenBack, allowed: AdminReversals
) -> None:
    if allowed.days == 0:
        raise errors.Forbidden("Reversals are made by your provider; ask them to reverse it.")
    if charge.line.at_us + allowed.days * DAY_US < ledger.at:
        raise errors.Forbidden(
            f"An admin may reverse a charge within {allowed.days} days; ask your provider."
        )
    left = allowed.credits - ledger.state.reversed_by_admins
    if back.credits > left:
        raise errors.Forbidden(
            f"Admins may reverse {allowed.credits} credits a month and {max(left, 0)} are left; "
            f"this takes {back.credits}. Ask your provider."
        )


def _give_back(ledger: Ledger, command: Reverse, charge: Charge, back: GivenBack) -> Seq:
    seat, open_month = _month(ledger, charge)
    head = ledger.head
    head.used -= back.extra
    head.granted += back.granted
    ledger.plan.extra_changed |= back.extra + back.granted > 0
    if open_month is not None:
        open_month.used -= back.license
        open_month.extra_used -= back.extra
        ledger.touch(seat)
    else:
        ledger.plan.users.add(seat.user)
    month = open_month or charge.month
    return ledger.write(
        "reversal",
        command.by,
        user_id=seat.user,
        month_no=charge.line.month_no,
        license_left=month.remaining if month else None,
        subject_id=charge.line.subject_id,
        kind=charge.line.kind,
        piece_key=charge.line.piece_key,
        credits=-back.credits,
        from_license=-back.license,
        from_extra=-(back.extra + back.granted),
        ref_seq=charge.line.seq,
        reason=command.reason,
        granted=back.granted or None,
        note=command.note,
    )


def _close_piece(ledger: Ledger, command: Reverse, charge: Charge, seq: Seq) -> None:
    """The piece is masked again everywhere and its values go (R28)."""
    line = charge.line
    assert line.piece_key is not None
    assert line.subject_id is not None
    assert line.kind is not None
    ledger.state.charges[line.seq] = msgspec.structs.replace(charge, reversed=True)
    piece = ledger.state.pieces[line.piece_key]
    piece.live = False
    piece.banned = piece.banned or command.reason in BANNING_REASONS
    ledger.plan.pieces[piece.key] = piece
    ledger.plan.closed.add(piece.key)
    for key in [key for key in ledger.plan.owned if key[0] == piece.key]:
        del ledger.plan.owned[key]
    for subject in ledger.state.subjects.values():
        here = subject.owned.get(line.kind, [])
        subject.owned[line.kind] = [owned for owned in here if owned.key != piece.key]
    ledger.show(seq, line.subject_id, charge.url, line.kind, "reversal", command.by)
