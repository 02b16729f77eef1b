"""Applications as they stand, with their history: reading."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, and_, bindparam, select

from inbox_worker.core.reading import Flag
from inbox_worker.records import Application, ApplicationFilter, Event, StoredValue
from inbox_worker.store.base import Statements
from inbox_worker.store.keys import address_key
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.tables import answer, application, application_event, application_flag

_BATCH = 1000  # ids in one statement
_earlier = application.alias("earlier")
_REFERENCE = re.compile(r"(?P<prefix>.+)-(?P<number>[0-9]{1,18})")


def reference_of(prefix: str, number: int) -> str:
    """Return the reference of an application, such as "MHA-0001"."""
    return f"{prefix}-{number:04d}"


class ApplicationsView(Statements):
    """Reads applications."""

    def application(self, which: str | int) -> Application | None:
        """Return one application by its reference (any case) or its id."""
        number = which if isinstance(which, int) else self.application_id(which)
        found = self._applications(self._all(_BY_ID, number=number)) if number is not None else ()
        return found[0] if found else None

    def application_id(self, which: str | int) -> int | None:
        """Return the id behind a reference (any case) or an id; None where there is no such application."""
        if isinstance(which, int):
            return which if self._first(_PREFIX, number=which) else None
        match = _REFERENCE.fullmatch(which.strip())
        if match is None:
            return None
        number = int(match["number"])
        row = self._first(_PREFIX, number=number)
        return number if row and row.prefix.casefold() == match["prefix"].casefold() else None

    def applications(self, wanted: ApplicationFilter | None = None) -> tuple[Application, ...]:
        """Return the applications that `wanted` lets through, newest first, in a few queries for any length."""
        return self._applications(self._all(_filtered(_select(), wanted or ApplicationFilter())))

    def applications_touched(self, since: datetime) -> tuple[Application, ...]:
        """Return the applications to which something happened at or after `since`, newest first."""
        rows = sorted(self._all(_TOUCHED, since=since), key=lambda row: (row.received_at, row.id), reverse=True)
        values, flags = self._values_in(_VALUES_TOUCHED, since=since), self._flags_in(_FLAGS_TOUCHED, since=since)
        return tuple(_application(row, values.get(row.id, {}), flags.get(row.id, ())) for row in rows)

    def received_with(self, scheme: str, key: str, since: datetime) -> tuple[tuple[datetime, str], ...]:
        """Return when each application of `scheme` came in, at or after `since`, with its value of the field `key`.

        "" where it is not given. Restricted applications are left out.
        """
        rows = self._all(_RECEIVED_WITH, scheme=scheme, field=key, since=since)
        return tuple((row.received_at, row.value or "") for row in rows)

    def history(self, which: str | int) -> tuple[StoredValue, ...]:
        """Return every value that an application ever had, oldest first."""
        number = self.application_id(which)
        rows = self._all(select(answer).where(answer.c.application_id == number).order_by(answer.c.id))
        return tuple(stored_value(row) for row in rows)

    def events(self, which: str | int) -> tuple[Event, ...]:
        """Return what happened to an application, oldest first."""
        statement = select(application_event).where(application_event.c.application_id == self.application_id(which))
        rows = self._all(statement.order_by(application_event.c.id))
        return tuple(Event(row.at, row.what, row.detail, row.by) for row in rows)

    def events_since(self, moment: datetime) -> tuple[tuple[str, Event], ...]:
        """Return (reference, event) for all that happened at or after `moment`, oldest first: a digest's period."""
        return tuple(
            (reference_of(row.prefix, row.application_id), Event(row.at, row.what, row.detail, row.by))
            for row in self._all(_EVENTS_SINCE, moment=moment)
        )

    def _applications(self, rows: list[Row]) -> tuple[Application, ...]:
        ids = [row.id for row in rows]
        values = self._values(ids)
        flags = self._flags(ids)
        return tuple(_application(row, values.get(row.id, {}), flags.get(row.id, ())) for row in rows)

    def _values(self, ids: Sequence[int]) -> dict[int, dict[str, StoredValue]]:
        found: dict[int, dict[str, StoredValue]] = {}
        for statement, parameters in _of(_VALUES, _VALUES_OF_ONE, ids):
            found |= self._values_in(statement, **parameters)
        return found

    def _values_in(self, statement: Executable | Prepared, **parameters: Any) -> dict[int, dict[str, StoredValue]]:
        found: dict[int, dict[str, StoredValue]] = {}
        for row in self._all(statement, **parameters):
            found.setdefault(row.application_id, {})[row.field] = stored_value(row)
        return found

    def _flags(self, ids: Sequence[int]) -> dict[int, tuple[Flag, ...]]:
        found: dict[int, tuple[Flag, ...]] = {}
        for statement, parameters in _of(_FLAGS, _FLAGS_OF_ONE, ids):
            found |= self._flags_in(statement, **parameters)
        return found

    def _flags_in(self, statement: Executable | Prepared, **parameters: Any) -> dict[int, tuple[Flag, ...]]:
        found: dict[int, tuple[Flag, ...]] = {}
        for row in self._all(statement, **parameters):
            found[row.application_id] = (*found.get(row.application_id, ()), Flag(row.code, row.detail))
        return found


def stored_value(row: Row) -> StoredValue:
    """Return the value of a row of `answer`."""
    return StoredValue(
        key=row.field,
        text=row.value,
        source=row.source,
        confidence=row.confidence,
        ledger_id=row.ledger_id,
        at=row.at,
        by=row.by,
        superseded_at=row.superseded_at,
    )


def _select() -> Select[Any]:
    # Not a join: PostgreSQL may read the whole table for it.
    prefix = select(_earlier.c.prefix).where(_earlier.c.id == application.c.duplicate_of).scalar_subquery()
    return select(application, prefix.label("earlier_prefix"))


def _filtered(statement: Select[Any], wanted: ApplicationFilter) -> Select[Any]:
    columns = application.c
    conditions: list[ColumnElement[bool] | None] = [
        None if wanted.states is None else columns.state.in_(wanted.states),
        None if wanted.schemes is None else columns.scheme.in_(wanted.schemes),
        None if wanted.since is None else columns.received_at >= wanted.since,
        None if wanted.until is None else columns.received_at < wanted.until,
        None if wanted.updated_since is None else columns.updated_at >= wanted.updated_since,
        None if wanted.sender is None else columns.sender_key == address_key(wanted.sender),
        None if wanted.restricted is None else columns.restricted.is_(wanted.restricted),
        None if wanted.undelivered is None else columns.delivery_problem.is_not(None) == wanted.undelivered,
    ]
    statement = statement.where(*(condition for condition in conditions if condition is not None))
    ordered = statement.order_by(columns.received_at.desc(), columns.id.desc())
    return ordered.limit(wanted.limit).offset(wanted.offset or None)


def _application(row: Row, values: dict[str, StoredValue], flags: tuple[Flag, ...]) -> Application:
    duplicate = reference_of(row.earlier_prefix, row.duplicate_of) if row.earlier_prefix is not None else None
    return Application(
        id=row.id,
        reference=reference_of(row.prefix, row.id),
        scheme=row.scheme,
        state=row.state,
        sender=row.sender,
        mailbox=row.mailbox,
        received_at=row.received_at,
        updated_at=row.updated_at,
        duplicate_of=duplicate,
        delivery_problem=row.delivery_problem,
        restricted=row.restricted,
        values=values,
        flags=flags,
    )


def _of(many: Executable, one: Prepared, ids: Sequence[int]) -> Iterator[tuple[Executable | Prepared, dict[str, Any]]]:
    """Yield the statements, with their parameters, that ask about applications."""
    if len(ids) == 1:
        yield one, {"number": ids[0]}
        return
    for start in range(0, len(ids), _BATCH):
        yield many, {"ids": ids[start : start + _BATCH]}


def _values(of: ColumnElement[bool]) -> Select[Any]:
    return select(answer).where(of, answer.c.superseded_at.is_(None)).order_by(answer.c.id)


def _flags(of: ColumnElement[bool]) -> Select[Any]:
    columns = application_flag.c
    return select(application_flag).where(of).order_by(columns.at, columns.code, columns.detail)


_BY_ID = Prepared(_select().where(application.c.id == bindparam("number")))
_NEWS = select(application_event.c.application_id).where(application_event.c.at >= bindparam("since"))
_TOUCHED = Prepared(_select().where(application.c.id.in_(_NEWS)))
_VALUES_TOUCHED = Prepared(_values(answer.c.application_id.in_(_NEWS)))
_FLAGS_TOUCHED = Prepared(_flags(application_flag.c.application_id.in_(_NEWS)))
_RECEIVED_WITH = Prepared(
    select(application.c.received_at, answer.c.value)
    .select_from(
        application.outerjoin(
            answer,
            and_(
                answer.c.application_id == application.c.id,
                answer.c.field == bindparam("field"),
                answer.c.superseded_at.is_(None),
            ),
        )
    )
    .where(
        application.c.scheme == bindparam("scheme"),
        application.c.received_at >= bindparam("since"),
        application.c.restricted.is_(False),
    )
)
_EVENTS_SINCE = Prepared(
    select(application_event, application.c.prefix)
    .select_from(application_event.join(application, application.c.id == application_event.c.application_id))
    .where(application_event.c.at >= bindparam("moment"))
    .order_by(application_event.c.at, application_event.c.id)  # by the id alone, SQLite would read them all
)
_PREFIX = Prepared(select(application.c.prefix).where(application.c.id == bindparam("number")))
_VALUES = _values(answer.c.application_id.in_(bindparam("ids", expanding=True)))
_VALUES_OF_ONE = Prepared(_values(answer.c.application_id == bindparam("number")))
_FLAGS = _flags(application_flag.c.application_id.in_(bindparam("ids", expanding=True)))
_FLAGS_OF_ONE = Prepared(_flags(application_flag.c.application_id == bindparam("number")))
