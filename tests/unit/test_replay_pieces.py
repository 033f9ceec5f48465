"""A piece followed through its charges and reversals: bought once at a time (R2, R27, R28)."""

import pytest
from msgspec.structs import replace

from server.domain.balances import PieceRow
from server.domain.findings import Findings
from server.domain.ids import AtUs, PieceKey, Seq, UserId
from server.domain.replay_pieces import PieceMove, check_piece
from server.wire.words import ReversalReason
from tests.ledger_rows import at

MONDAY = at("2026-11-02 09:00")
BOB = UserId("usr_bob")
KEY = PieceKey(b"k" * 16)


def charge(seq: int) -> PieceMove:
    return PieceMove(Seq(seq), "reveal", None, None, BOB, AtUs(MONDAY + seq))


def reversal(seq: int, of: int, reason: ReversalReason = "mistake") -> PieceMove:
    return PieceMove(Seq(seq), "reversal", Seq(of), reason, BOB, AtUs(MONDAY + seq))


def piece_row(gen: int, is_live: bool, is_banned: bool, paid: int) -> PieceRow:
    """As `charge` leaves it."""
    return PieceRow(KEY, gen, is_live, is_banned, Seq(paid), BOB, AtUs(MONDAY + paid))


def piece_faults(moves: list[PieceMove], row: PieceRow | None) -> list[str]:
    findings = Findings()
    check_piece(KEY, moves, row, findings)
    return [one.detail for one in findings.broken()]


def test_r28_a_piece_taken_back_can_be_bought_again() -> None:
    moves = [charge(1), reversal(2, 1), charge(3)]
    assert piece_faults(moves, piece_row(2, True, False, 3)) == []


def test_r27_a_piece_taken_back_as_bounced_stays_banned() -> None:
    row = piece_row(1, False, True, 1)
    moves = [charge(1), reversal(2, 1, "bounced")]
    assert piece_faults(moves, row) == []
    [again] = piece_faults([*moves, charge(3)], piece_row(2, True, True, 3))
    assert again == "entry 3 charges a piece that was taken back as wrong (R27)"


@pytest.mark.parametrize(
    "moves",
    [
        [charge(1), charge(2)],
        [reversal(1, 1)],
        [charge(1), reversal(2, 1), reversal(3, 1)],
        [charge(1), reversal(2, 1), charge(3), reversal(4, 1)],
    ],
    ids=["charged twice", "taken back unpaid", "taken back twice", "an old charge taken back"],
)
def test_r02_a_piece_is_paid_once_at_a_time(moves: list[PieceMove]) -> None:
    gen = sum(move.action == "reveal" for move in moves)
    paid = max((move.seq for move in moves if move.action == "reveal"), default=Seq(0))
    unpaid = PieceRow(KEY, 0, False, False, Seq(0), UserId(""), AtUs(0))
    row = piece_row(gen, moves[-1].action == "reveal", False, paid) if paid else unpaid
    assert len(piece_faults(moves, row)) == 1


@pytest.mark.parametrize(
    "row",
    [
        None,
        piece_row(2, True, False, 1),
        piece_row(1, False, False, 1),
        piece_row(1, True, True, 1),
        piece_row(1, True, False, 2),
        replace(piece_row(1, True, False, 1), user_id=UserId("usr_jane")),
        replace(piece_row(1, True, False, 1), at_us=MONDAY),
    ],
    ids=["missing", "gen", "live", "banned", "seq", "payer", "time"],
)
def test_r32_a_piece_row_that_differs_from_its_entries_is_told(row: PieceRow | None) -> None:
    assert len(piece_faults([charge(1)], row)) == 1
