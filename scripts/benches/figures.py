"""What a row of the table is made of: two sides measured in turns, their ratio, and its target."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec

Round = Callable[[], Awaitable[float]]
"""One short measurement of one side."""


class Target(msgspec.Struct, frozen=True):
    """What performance.md asks for."""

    bound: Literal["at least", "at most"]
    value: float

    def is_met_by(self, figure: float) -> bool:
        return figure >= self.value if self.bound == "at least" else figure <= self.value


class Side(msgspec.Struct, frozen=True):
    """One side of a row. `values`: one for each round, in the row's unit."""

    name: str
    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table.

    `figure` is what the target is about: the median over the rounds of ours divided by the other
    side's, or of ours alone where there is no other side. Rounds of one pair ran right after each
    other, so a noisy neighbour slows both.
    """

    what: str
    unit: str
    ours: Side
    against: Side | None = None
    target: Target | None = None
    """None: measured for comparison only."""
    notes: list[str] = []

    @property
    def figures(self) -> list[float]:
        """One for each round."""
        if self.against is None:
            return self.ours.values
        pairs = zip(self.ours.values, self.against.values, strict=True)
        return [ours / theirs for ours, theirs in pairs]

    @property
    def figure(self) -> float:
        return statistics.median(self.figures)

    @property
    def is_met(self) -> bool | None:
        """None without a target."""
        return None if self.target is None else self.target.is_met_by(self.figure)


class Told(msgspec.Struct, frozen=True):
    """A row that could not be measured here, and why."""

    what: str
    why: str


Line = Row | Told


async def in_turns(sides: Sequence[Round], rounds: int) -> list[list[float]]:
    """`rounds` values of each side, after one round of each that does not count.

    Every second pass goes backwards, so that no side always runs on what another left behind.
    """
    for side in sides:
        await side()
    values: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
        for index in order:
            values[index].append(await sides[index]())
    return values
