"""What an org of the model owns, and what the directory has for sale to it."""

from dataclasses import dataclass, field

from server.domain.ids import SubjectId
from server.wire.words import Kind
from tests.model.shapes import Found, Person, Piece, PieceId, Value


@dataclass
class Shelf:
    """`people` is the directory; `kept`: the values that stay with a person (R6)."""

    people: dict[SubjectId, Person]
    pieces: dict[PieceId, Piece] = field(default_factory=dict)
    kept: dict[tuple[SubjectId, Kind], dict[PieceId, Value]] = field(default_factory=dict)

    def keep(self, subject: SubjectId, found: Found) -> None:
        kind, _ = found.piece
        self.kept.setdefault((subject, kind), {}).setdefault(found.piece, found.value)

    def close(self, closed: PieceId, *, is_wrong: bool) -> None:
        """R28; wrong values are never sold again (R27)."""
        piece = self.pieces[closed]
        piece.live = False
        piece.banned = piece.banned or is_wrong
        for here in self.kept.values():
            here.pop(closed, None)

    def sellable(self, subject: SubjectId, kind: Kind, typed: Found | None = None) -> Found | None:
        """What would be charged: new or an update (R6), and never sold as wrong (R27).

        `typed`: an address of the user's own file stands for the directory's (R25).
        """
        found = typed or self.people[subject].found(kind)
        if found is None:
            return None
        piece = self.pieces.get(found.piece)
        if piece is not None and (piece.live or piece.banned):
            return None
        if kind == "phone" and self._with_number(subject, found.value[0]) is not None:
            return None
        return found

    def owned(self, subject: SubjectId, kind: Kind, typed: Found | None = None) -> Found | None:
        """What is shown where nothing is for sale (R3, R5, R6)."""
        here = self._live_here(subject, kind)
        found = typed or self.people[subject].found(kind)
        if found is not None:
            piece = self.pieces.get(found.piece)
            if piece is not None and piece.live:
                elsewhere = found.value[:1]
                return Found(found.piece, here.get(found.piece, elsewhere))
            reordered = self._with_number(subject, found.value[0]) if kind == "phone" else None
            if reordered is not None and not (piece and piece.banned):
                return reordered
        return self._newest(here)

    def _live_here(self, subject: SubjectId, kind: Kind) -> dict[PieceId, Value]:
        here = self.kept.get((subject, kind), {})
        return {piece: value for piece, value in here.items() if self.pieces[piece].live}

    def _with_number(self, subject: SubjectId, number: str) -> Found | None:
        """The newest phone owned here that brought this number along."""
        here = self._live_here(subject, "phone")
        return self._newest({piece: value for piece, value in here.items() if number in value})

    def _newest(self, here: dict[PieceId, Value]) -> Found | None:
        if not here:
            return None
        piece = max(here, key=lambda one: self.pieces[one].seq)
        return Found(piece, here[piece])
