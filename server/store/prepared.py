"""Selects whose lists are expanded once per length and handed to the driver as they are.

SQLAlchemy writes an `IN` list anew on every execution, which at a batch of 64 charges costs more
than the query. Lists come in few lengths (server/store/lists.py), so few texts are kept.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select

Place = tuple[str, int | None]
"""A parameter of the text: a value's name and, in a list, the position."""


class PreparedSelect:
    """A `select` with bound parameters, some of them expanding lists.

    Values go to the driver and come from it as they are: a Boolean is 0 or 1 on SQLite.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._texts: dict[tuple[Any, ...], tuple[str, list[Place]]] = {}

    def rows(self, connection: Connection, **values: Any) -> Sequence[Row[Any]]:
        """Every row. Lists are given padded."""
        lengths = (len(value) if isinstance(value, list) else None for value in values.values())
        shape = (connection.dialect.name, *lengths)
        known = self._texts.get(shape)
        if known is None:
            known = self._texts[shape] = self._expanded(connection, values)
        text, places = known
        given = tuple(values[name] if at is None else values[name][at] for name, at in places)
        return connection.exec_driver_sql(text, given).all()

    def _expanded(self, connection: Connection, values: dict[str, Any]) -> tuple[str, list[Place]]:
        """The text for lists of these lengths: each parameter is its own place for once."""
        marked = {
            name: [(name, at) for at in range(len(value))]
            if isinstance(value, list)
            else (name, None)
            for name, value in values.items()
        }
        compiled: Any = self._statement.compile(dialect=connection.dialect)
        state = compiled.construct_expanded_state(marked)
        return state.statement, list(state.positional_parameters)
