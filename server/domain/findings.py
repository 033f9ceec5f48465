"""What `verify` found broken, few enough to read (R32)."""

from server.wire.history import Broken

DETAILS_PER_INVARIANT_MAX = 20
"""One wrong figure makes every later line of its license wrong: the first tell what happened."""


class Findings:
    """Broken invariants by number (ledger.md, Invariants), in the order in which they were met."""

    def __init__(self) -> None:
        self._details: dict[int, list[str]] = {}
        self._more: dict[int, int] = {}

    def tell(self, invariant: int, detail: str) -> None:
        """Note one; above DETAILS_PER_INVARIANT_MAX of an invariant they are only counted."""
        details = self._details.setdefault(invariant, [])
        if len(details) < DETAILS_PER_INVARIANT_MAX:
            details.append(detail)
        else:
            self._more[invariant] = self._more.get(invariant, 0) + 1

    def broken(self) -> list[Broken]:
        """By invariant; the last of a cut list says how many more there were."""
        for invariant, more in self._more.items():
            self._details[invariant].append(f"and {more} more")
        self._more.clear()
        return [
            Broken(invariant=invariant, detail=detail)
            for invariant in sorted(self._details)
            for detail in self._details[invariant]
        ]
