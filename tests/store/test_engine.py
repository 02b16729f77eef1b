"""What the guarantees rest on: how each database is opened, and what leaves it when it fails."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from inbox_worker.errors import ConfigError, StoreError, Unstorable
from inbox_worker.store import Store
from inbox_worker.store.engine import BUSY_SECONDS, connect
from tests.store.examples import NOW, apply_new, mail_id, message, record


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", BUSY_SECONDS * 1000),
        ("temp_store", 2),
    ],
)
def test_sqlite_is_opened_for_safety(sqlite_url: str, pragma: str, value) -> None:
    engine = connect(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("not a url", "no URL"),
        ("sqlite://", "SQLite without a file"),
        ("sqlite:///:memory:", "SQLite without a file"),
        ("mysql://user:secret-word@host/name", '"mysql://"'),
        ("postgresql+asyncpg://user:secret-word@host/name", '"postgresql\\+asyncpg://"'),
        ("postgresql://user:secret-word@host:port/name", "no URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        Store(url)
    assert "secret-word" not in f"{caught.value}{caught.value.__cause__}"


def test_a_transaction_stores_all_or_nothing(store: Store) -> None:
    def half() -> None:
        with store.transaction() as tx:
            apply_new(tx, 1)
            tx.enqueue(message(1), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with store.reading() as view:
        assert (view.applications(), view.outbox(), view.ledger_row(1)) == ((), (), None)


def test_a_savepoint_undoes_one_mail_and_keeps_the_others(store: Store) -> None:
    def poison(tx) -> None:
        with tx.savepoint():
            apply_new(tx, 2)
            raise RuntimeError

    with store.transaction() as tx:
        with tx.savepoint():
            apply_new(tx, 1)
        with pytest.raises(RuntimeError):
            poison(tx)
        with tx.savepoint():
            apply_new(tx, 3)
    with store.reading() as view:
        assert [uid for uid in (1, 2, 3) if view.ledger_row_at(mail_id(uid))] == [1, 3]
        assert len(view.applications()) == 2


def test_values_that_the_database_refuses_are_one_mails_fault(store: Store) -> None:
    with store.transaction() as tx:
        with pytest.raises(Unstorable), tx.savepoint():
            tx.enqueue(message(1, application=12345), NOW)
        record(tx, 1)
    with store.reading() as view:
        assert view.ledger_rows("<mail-1@example.org>") != ()


def test_no_error_shows_what_was_to_be_stored(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1), NOW)
        with pytest.raises(Unstorable) as caught, tx.savepoint():
            tx.enqueue(message(1, recipient="tell.tale@example.org"), NOW)
    error: BaseException | None = caught.value
    texts = []
    while error is not None:
        texts.append(f"{error!s} {error!r} {vars(error)}")
        error = error.__cause__ or error.__context__
    assert len(texts) >= 2, "the library's error is the cause"
    assert "tell.tale" not in "".join(texts)
    assert "ours-1" not in "".join(texts)


def test_a_view_is_of_one_moment_and_stops_no_writer(store: Store) -> None:
    with store.reading() as view:
        before = view.applications()
        with store.transaction() as tx:
            apply_new(tx, 1)
        assert view.applications() == before == ()
    with store.reading() as view:
        assert len(view.applications()) == 1


def test_a_view_cannot_write(store: Store) -> None:
    with store.reading() as view:
        assert not hasattr(view, "record")
        assert not hasattr(view, "enqueue")


def test_a_locked_database_is_told_as_a_passing_fault(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox_worker.store.engine.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        Store(sqlite_url) as store,
        pytest.raises(StoreError, match="SQLITE_BUSY; the next run tries again"),
        store.transaction(),
    ):
        pass
    other.close()


def test_the_threads_of_a_process_write_in_turn(store: Store) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            with store.transaction() as tx:
                tx.enqueue(message(number), NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(100, 900, 100)))
    with store.reading() as view:
        assert len(view.outbox()) == 80


def test_a_thread_that_writes_too_long_is_told_to_the_others_as_a_passing_fault(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_worker.store.engine.BUSY_SECONDS", 0.05)
    with Store(sqlite_url) as store, ThreadPoolExecutor(1) as pool, store.transaction() as tx:
        tx.enqueue(message(1), NOW)
        another = pool.submit(lambda: store.transaction().__enter__())
        with pytest.raises(StoreError, match="another thread is writing; the next run tries again"):
            another.result()


def test_a_full_disk_loses_one_transaction_and_nothing_else(sqlite_url: str) -> None:
    def store_much(store: Store) -> None:
        with store.transaction() as tx:
            record(tx, 2)
            tx.enqueue(replace(message(2), content=bytes(10_000_000)), NOW)

    with Store(sqlite_url) as store:
        event.listen(store._engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=200"))
        with store.transaction() as tx:
            record(tx, 1)
        with pytest.raises(StoreError, match="SQLITE_FULL; the next run tries again"):
            store_much(store)
        with store.transaction() as tx:
            assert [uid for uid in (1, 2) if tx.ledger_row_at(mail_id(uid))] == [1]
            record(tx, 3)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "not.db"
    path.write_text("These are not the rows you are looking for. " * 50)
    with pytest.raises(StoreError, match="SQLITE_NOTADB"):
        Store(f"sqlite:///{path}").open()


def test_a_server_that_is_not_there_is_told_without_a_password() -> None:
    with pytest.raises(StoreError, match="did not take it") as caught:
        Store("postgresql://user:secret-word@127.0.0.1:1/name").open()
    assert caught.value.exit_code == 75
    assert "secret-word" not in f"{caught.value}{caught.value.__cause__}"
