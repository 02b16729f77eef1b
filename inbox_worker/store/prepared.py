"""Statements that run for every mail, compiled once a database: SQLAlchemy takes several times as long as SQLite.

A `Prepared` statement is built with SQLAlchemy like any other, has named parameters alone (no list of changing length),
and runs on the driver's cursor. Values go through the types of the columns both ways, and errors come as SQLAlchemy's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError, StatementError

Row = Any  # a value with an attribute for each column
_Convert = Callable[[Any], Any]


class Prepared:
    """A statement to be run often."""

    def __init__(self, statement: Executable, inserts: Sequence[str] | None = None) -> None:
        """inserts: the columns that an INSERT without values of its own fills; they are its parameters."""
        self.statement = statement
        self._inserts = inserts

    def rows(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Row]:
        """Run the statement; return all that it gives."""
        plan = self._plan(connection.dialect)
        cursor = plan.run(connection, parameters)
        try:
            return plan.read(cursor)
        finally:
            cursor.close()

    def changed(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Run the statement, which returns nothing; return how many rows it changed."""
        cursor = self._plan(connection.dialect).run(connection, parameters)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def each(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run the statement, which returns nothing, once for each of `rows`."""
        self._plan(connection.dialect).run_each(connection, rows).close()

    def _plan(self, dialect: Dialect) -> "_Plan":
        plans: dict[Prepared, _Plan] = dialect.__dict__.setdefault("inbox_worker_plans", {})
        plan = plans.get(self)
        if plan is None:
            plan = plans[self] = _Plan(self.statement, dialect, self._inserts)
        return plan


class _Plan:
    """A statement as one database runs it."""

    def __init__(self, statement: Executable, dialect: Dialect, inserts: Sequence[str] | None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=inserts)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        if "POSTCOMPILE" in self._sql:
            raise ValueError("a list of changing length cannot be prepared")
        bound = {name: parameter for parameter, name in compiled.bind_names.items()}
        self._positional = bool(compiled.positional)
        self._names = compiled.positiontup if self._positional else list(bound)
        self._binds = [_bind(name, bound[name], dialect) for name in self._names]
        self._own = {name: bound[name].value for name in self._names if not bound[name].required}
        self._driver = dialect.loaded_dbapi
        self._dialect = dialect
        self._columns = tuple(statement.exported_columns)  # type: ignore[attr-defined]  # of SELECT, and of RETURNING
        self._row: Callable[..., Row] = namedtuple(  # type: ignore[misc]
            "_row", [column.key for column in self._columns], rename=True
        )
        self._converters: list[tuple[int, _Convert]] | None = None

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        """Return the cursor on which the statement ran."""
        return self._execute(connection, "execute", self._values(parameters))

    def run_each(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> Any:
        """Return the cursor on which the statement ran for each of `rows`."""
        return self._execute(connection, "executemany", [self._values(row) for row in rows])

    def read(self, cursor: Any) -> list[Row]:
        """Return all rows of a cursor as ours."""
        if self._converters is None:
            kinds = [described[1] for described in cursor.description]
            found = (
                _converter(column.type, self._dialect, kind) for column, kind in zip(self._columns, kinds, strict=True)
            )
            self._converters = [(place, each) for place, each in enumerate(found) if each is not None]
        rows = []
        for each in cursor.fetchall():  # all of it: SQLite commits no statement that is not at its end
            values = list(each)
            for place, convert in self._converters:
                values[place] = convert(values[place])
            rows.append(self._row(*values))
        return rows

    def _values(self, parameters: Mapping[str, Any]) -> Any:
        try:
            given = {**self._own, **parameters} if self._own else parameters
            values = [given[name] if convert is None else convert(given[name]) for name, convert in self._binds]
        except Exception as error:  # a value that its column's type cannot take
            raise StatementError(type(error).__name__, None, None, error, hide_parameters=True) from error
        if self._positional:
            return values
        return dict(zip(self._names, values, strict=True))

    def _execute(self, connection: Connection, how: str, values: Any) -> Any:
        cursor = connection.connection.cursor()
        try:
            getattr(cursor, how)(self._sql, values)
        except self._driver.Error as error:
            cursor.close()
            raise _translated(error, self._driver.Error, connection.dialect) from error
        return cursor


def plainly(connection: Connection, sql: str) -> None:
    """Run a statement without parameters and results on the driver's cursor."""
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
    except driver.Error as error:
        raise _translated(error, driver.Error, connection.dialect) from error
    finally:
        cursor.close()


def _translated(error: Exception, base: type[Exception], dialect: Dialect) -> BaseException:
    return DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)


def _bind(name: str, parameter: Any, dialect: Dialect) -> tuple[str, _Convert | None]:
    """Return the name of a parameter, and what prepares its value."""
    return name, parameter.type.dialect_impl(dialect).bind_processor(dialect)


def _converter(column: Any, dialect: Dialect, kind: Any) -> _Convert | None:
    """Return what makes a value of ours from the driver's. kind: the driver's code for the type."""
    convert: _Convert | None = column.dialect_impl(dialect).result_processor(dialect, kind)
    return convert
