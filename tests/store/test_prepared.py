"""Statements that run past SQLAlchemy's own way of running them give and take the same values, and fail the same."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import sqlite

from inbox_worker.errors import StoreError, Unstorable
from inbox_worker.store import Store, Tx
from inbox_worker.store.columns import Utc
from inbox_worker.store.prepared import Prepared
from inbox_worker.store.tables import answer, application, ledger
from tests.store.examples import NOW, apply_new, message, record

OF_ONE = Prepared(select(application).where(application.c.id == bindparam("number")))


def test_a_row_is_what_sqlalchemy_itself_gives(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        for table in (application, ledger, answer):
            whole = select(table).order_by(table.c.id)
            prepared = [row._asdict() for row in tx._all(Prepared(whole))]
            assert prepared == [row._asdict() for row in tx._all(whole)]
        (row,) = tx._all(OF_ONE, number=number)
    assert (row.updated_at, row.restricted, row.state.value) == (NOW, False, "incomplete")


@given(st.datetimes(), st.sampled_from([UTC, ZoneInfo("Europe/London"), timezone(timedelta(hours=-5))]))
def test_a_time_is_written_and_read_as_sqlalchemy_does_on_sqlite(moment: datetime, zone: tzinfo) -> None:
    dialect, column = sqlite.dialect(), Utc().dialect_impl(sqlite.dialect())
    utc = moment.replace(tzinfo=UTC)
    write, theirs = column.bind_processor(dialect), sqlite.DATETIME().bind_processor(dialect)
    assert write(utc.astimezone(zone) if 1 < moment.year < 9999 else utc) == theirs(moment)
    assert column.result_processor(dialect, None)(theirs(moment)) == utc
    assert column.result_processor(dialect, None)(theirs(moment)).tzinfo is UTC


def test_a_statement_with_a_list_of_changing_length_is_refused(store: Store) -> None:
    listed = Prepared(select(application).where(application.c.id.in_(bindparam("ids", expanding=True))))
    with store.reading() as view, pytest.raises(ValueError, match="changing length"):
        view._all(listed, ids=[1])


def test_a_value_that_a_column_cannot_hold_and_one_that_is_missing_are_told_without_their_words(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Unstorable, match="cannot hold the values"), store.transaction() as tx:
        tx.enqueue(message(1), naive)
    with pytest.raises(Unstorable, match="cannot hold the values"), store.transaction() as tx:
        tx._all(OF_ONE)


def _two_more(tx: Tx) -> None:
    record(tx, 2)
    record(tx, 1)  # once more


def test_a_refused_row_undoes_its_savepoint_alone(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        with pytest.raises(Unstorable, match="refused the values"), tx.savepoint():
            _two_more(tx)
        record(tx, 3)
    with store.reading() as view:
        assert view.recorded("team", "INBOX", 7, [1, 2, 3]) == {1, 3}


def test_a_connection_that_is_gone_is_a_passing_fault_and_the_next_transaction_has_another(store: Store) -> None:
    def ask(number: int) -> None:
        with store.transaction() as tx:
            tx._connection.connection.dbapi_connection.close()
            tx._all(OF_ONE, number=number)

    with pytest.raises(StoreError) as told:
        ask(1)
    assert not isinstance(told.value, Unstorable)
    with store.reading() as view:
        assert view.applications() == ()
