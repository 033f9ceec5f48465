"""Statements for many rows, compiled once per dialect and handed to the driver as they are.

SQLAlchemy processes each row's parameters anew on every execution, which at a batch of 64 charges
costs more than the planning; the rows of a plan are built in column order, so there is nothing to
process. SQLite gets the rows of a block in one statement: its driver gives up the interpreter lock
at every step, and beside a busy loop each step would wait to have it back.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as aiosqlite_dialect

ROWS_PER_BLOCK_MAX = 64
"""Blocks are powers of two up to this: few statements, and few parameters in each."""

_KINDS: tuple[Any, ...] = (asyncpg_dialect, aiosqlite_dialect)
_DIALECTS: dict[str, Any] = {kind.name: kind() for kind in _KINDS}
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

Row = tuple[Any, ...]


class BulkInsert:
    """`INSERT` of rows in the order of `columns`.

    With `replacing`, a row that is there gets those columns; without, a second row with the same
    primary key is an error.
    """

    def __init__(self, table: Table, columns: Sequence[str], replacing: Sequence[str] = ()) -> None:
        texts = {
            name: _compiled(name, self._statement(name, table, columns, replacing), columns)
            for name in _DIALECTS
        }
        self._of_a_row = texts["postgresql"]
        one = f"({', '.join('?' * len(columns))})"
        self._of_blocks = {
            size: texts["sqlite"].replace(one, ", ".join([one] * size), 1) for size in _SIZES
        }

    def _statement(
        self, dialect: str, table: Table, columns: Sequence[str], replacing: Sequence[str]
    ) -> Any:
        insert = _INSERTS[dialect](table).values({name: None for name in columns})
        if not replacing:
            return insert
        return insert.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: insert.excluded[name] for name in replacing},
        )

    def execute(self, connection: Connection, rows: list[Row]) -> None:
        """All rows; nothing for no rows."""
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(self._of_a_row, rows)
            return
        for block in _blocks(rows):
            flat = tuple(chain.from_iterable(block))
            connection.exec_driver_sql(self._of_blocks[len(block)], flat)


_SIZES = [1 << power for power in range(ROWS_PER_BLOCK_MAX.bit_length())]


def _blocks(rows: list[Row]) -> Iterator[list[Row]]:
    """Cut into as few powers of two as it takes."""
    start = 0
    while start < len(rows):
        left = len(rows) - start
        size = min(ROWS_PER_BLOCK_MAX, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size


def _compiled(dialect: str, statement: Any, columns: Sequence[str]) -> str:
    compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=list(columns))
    assert list(compiled.positiontup) == list(columns), "rows are handed over in column order"
    return str(compiled)
