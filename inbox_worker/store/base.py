"""What every topic of the store builds on: one connection inside one transaction.

Building a statement costs five times as much as running it, and SQLAlchemy's part of running it five times as much as
the database's. Those that run for every mail are therefore built once, with named parameters, as constants of their
module, and `Prepared`.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Executable, Table

from inbox_worker.store.novelty import Novelty
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.tally import Tally


class Statements:
    """Runs statements on the connection of the transaction at hand."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tally = Tally()
        self._novelty = Novelty()

    def _all(self, statement: Executable | Prepared, **parameters: Any) -> list[Row]:
        if isinstance(statement, Prepared):
            return statement.rows(self._connection, parameters)
        return list(self._connection.execute(statement, parameters))

    def _first(self, statement: Executable | Prepared, **parameters: Any) -> Row | None:
        if isinstance(statement, Prepared):
            return next(iter(statement.rows(self._connection, parameters)), None)
        return self._connection.execute(statement, parameters).first()

    def _value(self, statement: Executable | Prepared, **parameters: Any) -> Any:
        row = self._first(statement, **parameters)
        return None if row is None else row[0]

    def _insert(self, table: Table, **values: Any) -> int:
        """Insert a row into a table with a column `id`; return the new id."""
        self._novelty.note(table, values)
        return int(self._value(_inserting(table, tuple(values)), **values))

    def _insert_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows that fill the same columns."""
        if rows := list(rows):
            for row in rows:
                self._novelty.note(table, row)
            _inserting_plainly(table, tuple(rows[0])).each(self._connection, rows)

    def _changed(self, statement: Executable | Prepared, **parameters: Any) -> int:
        """Return how many rows an UPDATE or DELETE changed."""
        if isinstance(statement, Prepared):
            return statement.changed(self._connection, parameters)
        return self._connection.execute(statement, parameters).rowcount

    def _insert_unless_there(self, table: Table, **values: Any) -> bool:
        """Insert a row unless one has its key already; return whether it is new."""
        self._novelty.note(table, values)
        return self._first(_inserting_once(table, self._dialect, tuple(values)), **values) is not None

    def _put(
        self,
        table: Table,
        key: dict[str, Any],
        values: dict[str, Any],
        *,
        at_first: dict[str, Any] | None = None,
        later: dict[str, Any] | None = None,
    ) -> Row:
        """Change the row `key` or insert it, in one statement; return it as it is then.

        at_first: what only a new row gets. later: what only a row that was there gets.
        """
        self._novelty.note(table, key | values | (at_first or {}))
        inserting = _upserting(table, self._dialect).values(**key, **values, **(at_first or {}))
        putting = inserting.on_conflict_do_update(index_elements=list(key), set_={**values, **(later or {})})
        row: Row = self._connection.execute(putting.returning(*table.c)).one()
        return row

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name


@cache
def _inserting(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(table.insert().returning(table.c.id), columns)


@cache
def _inserting_plainly(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(table.insert(), columns)


@cache
def _inserting_once(table: Table, dialect: str, columns: tuple[str, ...]) -> Prepared:
    once = _upserting(table, dialect).on_conflict_do_nothing().returning(*table.primary_key)
    return Prepared(once, columns)


def _upserting(table: Table, dialect: str) -> Any:
    """Return the INSERT of a database: both know ON CONFLICT, each by its own class."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)  # one of them: the other takes 30 ms to load
