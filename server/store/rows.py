"""A list of numbers as a table inside a statement."""

from collections.abc import Iterator, Sequence

from sqlalchemy import CTE, literal, select, union_all

ROWS_AT_ONCE = 64
"""Statements of few lengths, so that each is compiled once."""

Rows = Sequence[tuple[int, ...]]


def rows_of(names: Sequence[str], rows: Rows) -> CTE:
    """The rows, in no order; at least one."""
    return union_all(
        *(
            select(*(literal(value).label(name) for name, value in zip(names, row, strict=True)))
            for row in rows
        )
    ).cte()


def portions(rows: Rows) -> Iterator[Rows]:
    """The rows in their order, as many at once as `rows_of` should take."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
