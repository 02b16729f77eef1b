"""What a poll, a reply, a list and the digest cost does not grow with what is on record: counted, not timed.

SQLite tells how many instructions its machine took; PostgreSQL, which tables a transaction read from end to end.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from bench.questions import questions
from bench.rows import Size, fill
from inbox_worker.store import Store, Tx
from tests.fixtures_database import own_postgresql
from tests.store import test_plans, test_plans_of_reports
from tests.store.examples import NOW, trace

# As dense in time, so that a week of the one has as much in it as a week of the other.
FEW = Size(5_000, 1_000, NOW, timedelta(days=365))
MANY = Size(20_000, 4_000, NOW, timedelta(days=4 * 365))
ONLY_GROWS = test_plans_of_reports.BIG
SPARSE = Size(20_000, 4_000, NOW, timedelta(days=40 * 365))  # half a year is a small part of it, for the planner
# Reads every application and message: SQLite in an index that holds all it needs, PostgreSQL as it finds cheaper.
COUNTS = "status: counts"
STEPS = test_plans.STEPS | test_plans_of_reports.STEPS | questions(SPARSE)


class Undone(Exception):
    """Raised to leave the rows as they are."""


def ask(store: Store, step: Callable[[Tx], object]) -> None:
    """Run a step in a transaction, and undo what it changed."""
    with contextlib.suppress(Undone), store.transaction() as tx:
        step(tx)
        raise Undone


@pytest.fixture(scope="module")
def filled(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Size, str]:
    """Return the URLs of SQLite databases with few and with many rows."""
    urls = {}
    for size in (FEW, MANY):
        path = tmp_path_factory.mktemp("filled") / "filled.db"
        shutil.copyfile(migrated_file, path)
        urls[size] = f"sqlite:///{path}"
        fill(urls[size], size)
    return urls


@pytest.fixture(scope="module")
def filled_postgresql(postgresql_server: str) -> Iterator[Store]:
    """Return a store on PostgreSQL with many rows, whose planner has its statistics."""
    for url in own_postgresql(postgresql_server):
        fill(url, SPARSE)
        with Store(url) as store:
            yield store


def instructions(url: str, step: Callable[[Tx], object]) -> int:
    """Return how many instructions SQLite takes for a step, in tens."""
    taken = [0]

    def count() -> int:
        taken[0] += 1
        return 0

    with Store(url) as store:
        ask(store, step)  # what is prepared once is not the question
        event.listen(store._engine, "checkout", lambda connection, *_: connection.set_progress_handler(count, 10))
        ask(store, step)
    return taken[0]


@pytest.mark.parametrize("name", [name for name in questions(MANY) if name != COUNTS])
def test_four_times_the_rows_cost_sqlite_no_more_work(filled: dict[Size, str], name: str) -> None:
    few, many = (instructions(filled[size], questions(size, page=4)[name]) for size in (FEW, MANY))
    assert few > 0
    assert many < 2 * few


def test_work_that_grows_with_the_rows_is_noticed(filled: dict[Size, str]) -> None:
    few, many = (instructions(filled[size], lambda tx: tx.outbox()) for size in (FEW, MANY))
    assert many > 3 * few


def test_the_counts_of_status_are_read_from_indices_alone(filled: dict[Size, str]) -> None:
    asked: list[str] = []
    with Store(filled[MANY]) as store:
        trace(store, asked.append)
        ask(store, questions(MANY)[COUNTS])
    database = sqlite3.connect(filled[MANY].removeprefix("sqlite:///"))
    plans = [
        row[-1]
        for asking in asked
        if asking.startswith(("SELECT", "WITH"))
        for row in database.execute(f"EXPLAIN QUERY PLAN {asking}")
    ]
    database.close()
    whole = [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in ONLY_GROWS]
    assert {plan.split()[1] for plan in whole} == {"application"}
    assert all("COVERING INDEX" in plan for plan in whole)


@pytest.mark.postgres
@pytest.mark.parametrize("name", [name for name in STEPS if name != COUNTS])
def test_postgresql_reads_no_table_that_only_grows_from_end_to_end(filled_postgresql: Store, name: str) -> None:
    assert scanned(filled_postgresql, STEPS[name]) == []


@pytest.mark.postgres
def test_a_table_that_postgresql_reads_from_end_to_end_is_noticed(filled_postgresql: Store) -> None:
    assert "answer" in scanned(filled_postgresql, lambda tx: tx.holdings("x@example.org", ["email"]))


def scanned(store: Store, step: Callable[[Tx], object]) -> list[str]:
    """Return the tables that only grow and that a step reads without an index."""
    counts: list[dict[str, int]] = []

    def count(tx: Tx) -> None:
        rows = tx._connection.execute(text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables"))
        counts.append({row.relname: row.seq_scan for row in rows})

    ask(store, lambda tx: (count(tx), step(tx), count(tx)))
    before, after = counts
    return sorted(table for table in ONLY_GROWS if after.get(table, 0) > before.get(table, 0))
