"""Where credits come from, and what is said when they do not suffice (R7, R9, R17)."""

from collections.abc import Sequence
from typing import NamedTuple

from server.domain import errors
from server.domain.ids import SubjectId
from server.wire.words import Kind

ITEMS_TOLD_MAX = 500
"""Of what a refusal would have bought: as many as one reveal may ask for."""


class Parts(NamedTuple):
    """Credits by where they come from."""

    license: int
    extra: int


def insufficient(
    need: int, license_left: int, extra: int, new: Sequence[tuple[SubjectId, Kind, int]]
) -> errors.InsufficientCredits:
    """The refusal, naming what would have been charged (the first ITEMS_TOLD_MAX) and what is
    missing. `extra`: what the user may take."""
    short_by = need - license_left - extra
    return errors.InsufficientCredits(
        f"This needs {need} credits; {license_left} are left on your license and {extra} can be "
        f"taken from extra. Ask your admin for {short_by} more.",
        need=need,
        license_remaining=license_left,
        extra_available=extra,
        short_by=short_by,
        items=[
            {"subject": subject, "kind": kind, "credits": price}
            for subject, kind, price in new[:ITEMS_TOLD_MAX]
        ],
    )
