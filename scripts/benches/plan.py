"""How long and how often each side is measured."""

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds` of each round of each side; `subjects`: enough for a side's rounds.

    Fan-out counts instead: a round has so many `events`, or so many `bursts` of fifty. `exported`:
    contacts of the one export. `history`: entries of the long ledger.
    """

    rounds: int
    seconds: float
    subjects: int
    sockets: int
    events: int
    bursts: int
    idle_sockets: int
    reveals: int
    exported: int
    history: int


FULL = Plan(
    rounds=5,
    seconds=1.0,
    subjects=80_000,
    sockets=1_000,
    events=15,
    bursts=5,
    idle_sockets=2_000,
    reveals=60,
    exported=100_000,
    history=5_000_000,
)
QUICK = Plan(
    rounds=1,
    seconds=0.2,
    subjects=8_000,
    sockets=50,
    events=5,
    bursts=2,
    idle_sockets=100,
    reveals=5,
    exported=1_000,
    history=20_000,
)
"""Shows that every row still runs; the figures say little."""
