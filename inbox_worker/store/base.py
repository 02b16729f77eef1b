"""What every topic of the store builds on: one connection inside one transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Delete, Row, Select, Table, Update
from sqlalchemy.dialects import postgresql, sqlite


class Statements:
    """Runs statements on the connection of the transaction at hand."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, statement: Select[Any]) -> list[Row[Any]]:
        return list(self._connection.execute(statement))

    def _first(self, statement: Any) -> Row[Any] | None:
        return self._connection.execute(statement).first()

    def _value(self, statement: Select[Any]) -> Any:
        return self._connection.execute(statement).scalar()

    def _insert(self, table: Table, **values: Any) -> int:
        """Insert a row into a table with a column `id`; return the new id."""
        return int(self._connection.execute(table.insert().values(**values).returning(table.c.id)).scalar_one())

    def _insert_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        if rows := list(rows):
            self._connection.execute(table.insert(), rows)

    def _changed(self, statement: Update | Delete) -> int:
        """Return how many rows `statement` changed."""
        return self._connection.execute(statement).rowcount

    def _insert_unless_there(self, table: Table, **values: Any) -> bool:
        """Insert a row unless one has its key already; return whether it is new."""
        statement = self._upserting(table).values(**values).on_conflict_do_nothing()
        return self._first(statement.returning(*table.primary_key)) is not None

    def _put(
        self,
        table: Table,
        key: dict[str, Any],
        values: dict[str, Any],
        *,
        at_first: dict[str, Any] | None = None,
        later: dict[str, Any] | None = None,
    ) -> Row[Any]:
        """Change the row `key` or insert it, in one statement; return it as it is then.

        at_first: what only a new row gets. later: what only a row that was there gets.
        """
        inserting = self._upserting(table).values(**key, **values, **(at_first or {}))
        putting = inserting.on_conflict_do_update(index_elements=list(key), set_={**values, **(later or {})})
        row: Row[Any] = self._connection.execute(putting.returning(*table.c)).one()
        return row

    def _upserting(self, table: Table) -> Any:
        """Return the INSERT of the database at hand: both know ON CONFLICT, each by its own class."""
        return (sqlite if self._connection.dialect.name == "sqlite" else postgresql).insert(table)
