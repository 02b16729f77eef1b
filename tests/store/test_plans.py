"""Every query that runs for each mail or message finds its rows by an index, whatever the size of the tables."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import Clues, OutboxState
from inbox_worker.store import Store, Tx
from tests.store.examples import NOW, SCHEME, SENDER, apply_new, entry, mail_id, message, trace

BIG = ("ledger", "thread", "application", "answer", "application_event", "outbox", "audit")

STEPS: dict[str, Callable[[Tx], object]] = {
    "has_seen": lambda tx: tx.has_seen(mail_id(9), "<mail-9@example.org>", "print 9"),
    "known, a stranger": lambda tx: tx.known("<n@example.org>", ["<r@example.org>"], "x@example.net", [SCHEME], NOW),
    "known, an applicant": lambda tx: tx.known(
        "<n@example.org>", ["<mail-1@example.org>"], SENDER, [SCHEME], NOW, fingerprint="print 9", rehearsing=True
    ),
    "known, a long thread": lambda tx: tx.known("<n@example.org>", [f"<{n}@x>" for n in range(50)], "", [SCHEME], NOW),
    "look_ahead": lambda tx: tx.look_ahead(Clues(mail_id(n), f"<{n}@x>", f"{n}", (), (f"{n}@x",)) for n in range(50)),
    "record": lambda tx: tx.record(mail_id(9), "<mail-9@example.org>", "print 9", NOW, entry(), NOW),
    "apply": lambda tx: apply_new(tx, 9),
    "recorded": lambda tx: tx.recorded("team", "INBOX", 7, range(50)),
    "recorded_between": lambda tx: tx.recorded_between("team", "INBOX", 7, 1, 50),
    "unmarked": lambda tx: tx.unmarked("team", "INBOX"),
    "enqueue": lambda tx: tx.enqueue(message(9), NOW),
    "claim": lambda tx: tx.claim(NOW, "w", 10),
    "claim of a kind": lambda tx: tx.claim(NOW, "w", 10, kinds=[MessageKind.REPLY], mailboxes=["team"]),
    "hand_over": lambda tx: tx.hand_over([1], "w", NOW),
    "hand_back": lambda tx: tx.hand_back([1], "w"),
    "submitted": lambda tx: tx.submitted("team", NOW - timedelta(minutes=1), NOW),
    "due of a mailbox": lambda tx: tx.due(NOW, mailbox="team"),
    "sent": lambda tx: tx.sent(1, "w", NOW),
    "release_stale_claims": lambda tx: tx.release_stale_claims(NOW, timedelta(minutes=5)),
    "bounced": lambda tx: tx.bounced("<ours-1@example.org>", "failed", "5.1.1", NOW),
    "answered_by_hand": lambda tx: tx.answered_by_hand(["<mail-1@example.org>"], NOW),
    "sent_since": lambda tx: tx.sent_since(NOW),
    "due": lambda tx: tx.due(NOW, MessageKind.REPLY),
    "one application": lambda tx: (tx.application("ALY-0001"), tx.events(1), tx.history(1)),
    "outbox by state": lambda tx: tx.outbox([OutboxState.UNKNOWN]),
    "outbox by application": lambda tx: tx.outbox(application=1),
    "alerts_due": lambda tx: tx.alerts_due(NOW),
    "audit of a thing": lambda tx: tx.audit_log(thing="ALY-0001"),
}


@pytest.fixture
def traced(sqlite_url: str) -> Iterator[tuple[Store, list[str]]]:
    """Return a store, and the list of the statements that it runs."""
    statements: list[str] = []
    with Store(sqlite_url) as store:
        with store.transaction() as tx:
            application = apply_new(tx, 1)
            tx.enqueue(message(1, application=application.id), NOW)

        def note(statement: str) -> None:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                statements.append(statement)

        trace(store, note)
        yield store, statements


@pytest.mark.parametrize("name", STEPS)
def test_no_big_table_is_read_from_end_to_end(traced, sqlite_url: str, name: str) -> None:
    store, statements = traced
    with store.transaction() as tx:
        STEPS[name](tx)
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    assert statements or name == "enqueue"
    for statement in statements:
        for *_, step in database.execute(f"EXPLAIN QUERY PLAN {statement}"):
            assert not step.startswith(tuple(f"SCAN {table}" for table in BIG)), f"{step}: {statement}"
            assert not ("kind=?" in step and "_at>" not in step), f"reads nearly every message of a kind: {statement}"
    database.close()
