"""What every topic of the store builds on: one connection inside one transaction.

Building a statement costs five times as much as running it. Those that run for every mail are therefore
built once, with named parameters, as constants of their module.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from inbox_worker.store.tally import Tally


class Statements:
    """Runs statements on the connection of the transaction at hand."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tally = Tally()

    def _all(self, statement: Executable, **parameters: Any) -> list[Row[Any]]:
        return list(self._connection.execute(statement, parameters))

    def _first(self, statement: Executable, **parameters: Any) -> Row[Any] | None:
        return self._connection.execute(statement, parameters).first()

    def _value(self, statement: Select[Any], **parameters: Any) -> Any:
        return self._connection.execute(statement, parameters).scalar()

    def _insert(self, table: Table, **values: Any) -> int:
        """Insert a row into a table with a column `id`; return the new id."""
        return int(self._connection.execute(_inserting(table), values).scalar_one())

    def _insert_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        if rows := list(rows):
            self._connection.execute(table.insert(), rows)

    def _changed(self, statement: Executable, **parameters: Any) -> int:
        """Return how many rows an UPDATE or DELETE changed."""
        return self._connection.execute(statement, parameters).rowcount

    def _insert_unless_there(self, table: Table, **values: Any) -> bool:
        """Insert a row unless one has its key already; return whether it is new."""
        return self._first(_inserting_once(table, self._dialect), **values) is not None

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
        inserting = _upserting(table, self._dialect).values(**key, **values, **(at_first or {}))
        putting = inserting.on_conflict_do_update(index_elements=list(key), set_={**values, **(later or {})})
        row: Row[Any] = self._connection.execute(putting.returning(*table.c)).one()
        return row

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name


@cache
def _inserting(table: Table) -> Executable:
    return table.insert().returning(table.c.id)


@cache
def _inserting_once(table: Table, dialect: str) -> Executable:
    once: Executable = _upserting(table, dialect).on_conflict_do_nothing().returning(*table.primary_key)
    return once


def _upserting(table: Table, dialect: str) -> Any:
    """Return the INSERT of a database: both know ON CONFLICT, each by its own class."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
