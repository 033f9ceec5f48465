"""Statements for many rows, compiled once per dialect and handed to the driver as they are.

SQLAlchemy processes each row's parameters anew on every execution, which at a batch of 64 charges
costs more than the planning; the rows of a plan are built in column order, so there is nothing to
process. PostgreSQL takes an array for each column: one execution instead of one a row.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

_postgresql: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]


class BulkInsert:
    """`INSERT` of rows in the order of `columns`.

    With `replacing`, a row that is there gets those columns; with `keeping` it stays as it is; with
    neither, a second row with the same primary key is an error.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        replacing: Sequence[str] = (),
        *,
        keeping: bool = False,
    ) -> None:
        into = f"INSERT INTO {table.name} ({', '.join(columns)})"
        conflict = " ON CONFLICT DO NOTHING" if keeping else _conflict(table, replacing)
        types = [table.c[name].type.compile(_postgresql) for name in columns]
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 1))
        self._of_arrays = f"{into} SELECT * FROM unnest({arrays}){conflict}"
        self._of_a_row = f"{into} VALUES ({', '.join('?' * len(columns))}){conflict}"

    def execute(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """All rows; nothing for no rows."""
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(self._of_arrays, tuple(zip(*rows, strict=True)))
            return
        connection.exec_driver_sql(self._of_a_row, rows)


def _conflict(table: Table, replacing: Sequence[str]) -> str:
    if not replacing:
        return ""
    key = ", ".join(column.name for column in table.primary_key)
    moved = ", ".join(f"{name} = excluded.{name}" for name in replacing)
    return f" ON CONFLICT ({key}) DO UPDATE SET {moved}"
