"""What the digest, the lists and the sender ask finds its rows by an index: counted as scans, not as seconds."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import ApplicationFilter, OutboxState
from inbox_worker.store import Store, Tx
from tests.store.examples import NOW, SENDER, apply_new, message, trace

BIG = ("ledger", "thread", "application", "answer", "application_event", "outbox", "audit", "held")

STEPS: dict[str, Callable[[Tx], object]] = {
    "the digest: what happened": lambda tx: tx.events_since(NOW),
    "the digest: messages of the period": lambda tx: tx.outbox(since=NOW),
    "the digest: what was not sent": lambda tx: tx.outbox([OutboxState.FAILED, OutboxState.UNKNOWN]),
    "the digest: what needs a person": lambda tx: tx.held(),
    "the list of the newest applications": lambda tx: tx.applications(ApplicationFilter(limit=50)),
    "the list of a sender's applications": lambda tx: tx.applications(ApplicationFilter(sender=SENDER)),
    "messages to one address": lambda tx: tx.outbox(recipient=SENDER, since=NOW - timedelta(days=7)),
    "what the server took lately": lambda tx: tx.went_out("team", NOW - timedelta(minutes=5), NOW),
    "what waits longest": lambda tx: tx.oldest_waiting(["team"]),
    "claimants": lambda tx: tx.claimants(),
    "claimed": lambda tx: tx.claimed(MessageKind.REPLY),
    "a follow-up's application": lambda tx: (tx.application(1), tx.application_id("ALY-0001")),
}


def scans(sqlite_url: str, step: Callable[[Tx], object]) -> list[str]:
    """Return the steps of the plans of `step` that read a big table without an index, in any database of ours."""
    asked: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith(("SELECT", "UPDATE", "WITH")):
            asked.append(statement)

    with Store(sqlite_url) as store:
        with store.transaction() as tx:
            tx.enqueue(message(1, application=apply_new(tx, 1).id), NOW)
        trace(store, note)
        with store.transaction() as tx:
            step(tx)
    assert asked
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    plans = [row[-1] for asking in asked for row in database.execute(f"EXPLAIN QUERY PLAN {asking}")]
    database.close()
    return [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in BIG and "INDEX" not in plan]


@pytest.mark.parametrize("name", STEPS)
def test_reports_and_lists_read_no_big_table_from_end_to_end(sqlite_url: str, name: str):
    assert scans(sqlite_url, STEPS[name]) == []


def test_a_scan_is_counted_where_there_is_one(sqlite_url: str):
    assert scans(sqlite_url, lambda tx: tx.outbox()) == ["SCAN outbox"]
