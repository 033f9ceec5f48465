"""Statements for many rows, compiled once per dialect and handed to the driver as they are.

SQLAlchemy processes each row's parameters anew on every execution, which at a batch of 64 charges
costs more than the planning; the rows of a plan are built in column order, so there is nothing to
process.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as aiosqlite_dialect
from sqlalchemy.ext.asyncio import AsyncConnection

_KINDS: tuple[Any, ...] = (asyncpg_dialect, aiosqlite_dialect)
_DIALECTS: dict[str, Any] = {kind.name: kind() for kind in _KINDS}
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class BulkInsert:
    """`INSERT` of rows in the order of `columns`.

    With `replacing`, a row that is there gets those columns; without, a second row with the same
    primary key is an error.
    """

    def __init__(self, table: Table, columns: Sequence[str], replacing: Sequence[str] = ()) -> None:
        self._texts = {
            name: _compiled(name, self._statement(name, table, columns, replacing), columns)
            for name in _DIALECTS
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

    async def execute(self, connection: AsyncConnection, rows: list[tuple[Any, ...]]) -> None:
        """All rows in one round; nothing for no rows."""
        if rows:
            await connection.exec_driver_sql(self._texts[connection.dialect.name], rows)


def _compiled(dialect: str, statement: Any, columns: Sequence[str]) -> str:
    compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=list(columns))
    assert list(compiled.positiontup) == list(columns), "rows are handed over in column order"
    return str(compiled)
