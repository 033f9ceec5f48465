"""`IN` lists of few lengths, so that few statements are compiled and prepared."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

VALUE = TypeVar("VALUE")

LIST_MAX = 4_096
"""Well below the bound parameters SQLite (32,766) and PostgreSQL (32,767) take."""


def padded(values: Sequence[VALUE]) -> list[VALUE]:
    """The values, the last repeated up to a power of two. Needs at least one value."""
    wanted = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (wanted - len(values))]


def chunked(values: Sequence[VALUE]) -> Iterator[list[VALUE]]:
    """Padded lists of at most LIST_MAX; none for no values."""
    for start in range(0, len(values), LIST_MAX):
        yield padded(values[start : start + LIST_MAX])
