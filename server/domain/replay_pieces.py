"""What an org owns, followed piece by piece: bought, taken back, never twice (R2, R27, R28)."""

from collections.abc import Sequence

import msgspec

from server.domain.balances import PieceRow
from server.domain.findings import Findings
from server.domain.ids import AtUs, PieceKey, Seq, UserId
from server.wire.words import BANNING_REASONS, Action, ReversalReason


class PieceMove(msgspec.Struct, frozen=True, gc=False):
    """One charge or reversal of a piece."""

    seq: Seq
    action: Action
    ref_seq: Seq | None
    reason: ReversalReason | None
    user_id: UserId
    at_us: AtUs


def check_piece(
    key: PieceKey, moves: Sequence[PieceMove], row: PieceRow | None, findings: Findings
) -> None:
    """All `moves` of one piece in order of `seq`, and its row, if it has one (invariant 4)."""
    now = PieceRow(key, 0, False, False, Seq(0), UserId(""), AtUs(0))
    for move in moves:
        fault = _fault(now, move)
        if fault:
            findings.tell(4, f"entry {move.seq} {fault}")
        now = _after(now, move)
    if row != now:
        findings.tell(4, f"the piece row is {_shown(row)}; its entries lead to {_shown(now)}")


def _fault(now: PieceRow, move: PieceMove) -> str | None:
    if move.action == "reversal":
        if not now.live:
            return "takes back a piece that is not owned"
        if move.ref_seq != now.seq:
            return f"takes back charge {move.ref_seq}, and charge {now.seq} paid for the piece"
        return None
    if now.live:
        return f"charges a piece that charge {now.seq} has paid for (R2)"
    return "charges a piece that was taken back as wrong (R27)" if now.banned else None


def _after(now: PieceRow, move: PieceMove) -> PieceRow:
    if move.action == "reversal":
        banned = now.banned or move.reason in BANNING_REASONS
        return msgspec.structs.replace(now, live=False, banned=banned)
    return PieceRow(
        now.piece_key, now.gen + 1, True, now.banned, move.seq, move.user_id, move.at_us
    )


def _shown(row: PieceRow | None) -> str:
    if row is None:
        return "missing"
    return (
        f"gen {row.gen}, live {row.live}, banned {row.banned}, paid by entry {row.seq} "
        f"of {row.user_id} at {row.at_us}"
    )
