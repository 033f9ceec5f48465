"""Chance that falls the same on every machine and Python: only `Random.random()` promises that."""

import random
from collections.abc import Sequence
from typing import TypeVar

PICK = TypeVar("PICK")


class Dice:
    """Choices from one named stream; a stream more or less leaves the others as they are."""

    def __init__(self, stream: str) -> None:
        self._random = random.Random(int.from_bytes(stream.encode(), "big"))

    def chance(self, share: float) -> bool:
        """True in `share` (0–1) of all throws."""
        return self._random.random() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[PICK]) -> PICK:
        return choices[self.whole(0, len(choices) - 1)]

    def weighted(self, choices: Sequence[PICK], weights: Sequence[float]) -> PICK:
        """One of `choices`, each as often as its weight says."""
        mark = self._random.random() * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            mark -= weight
            if mark < 0:
                return choice
        return choices[-1]

    def sample(self, choices: Sequence[PICK], size: int) -> list[PICK]:
        """`size` different positions of `choices`, in a random order."""
        pool = list(choices)
        for position in range(size):
            other = self.whole(position, len(pool) - 1)
            pool[position], pool[other] = pool[other], pool[position]
        return pool[:size]
