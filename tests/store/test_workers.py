"""Several processes on one database, and processes that are killed."""

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from inbox_worker.errors import StoreError
from inbox_worker.records import OutboxState, Released
from inbox_worker.store import Store
from inbox_worker.store.engine import connect
from tests.store.examples import NOW, apply_new, message

LATER = NOW + timedelta(hours=1)


def start(url: str, what: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.workers", url, what, name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(*workers: subprocess.Popen[str]) -> list[list[str]]:
    """Wait for workers to end well; return the lines that each printed."""
    lines = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return lines


def kill_when_waiting(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == "waiting\n"
    worker.kill()
    worker.communicate(timeout=60)


def test_two_workers_share_the_outbox_and_never_send_the_same_message(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        for number in range(150):
            tx.enqueue(message(number), NOW)
    sent = [each for lines in finish(*(start(database_url, "deliver", f"w{n}") for n in range(2))) for each in lines]
    assert sorted(sent) == sorted(f"<ours-{number}@example.org>" for number in range(150))
    with store.reading() as view:
        assert {item.state for item in view.outbox()} == {OutboxState.SENT}


def test_two_workers_that_record_at_once_lose_nothing(database_url: str, store: Store) -> None:
    finish(*(start(database_url, "take_in", str(n)) for n in (1, 2)))
    with store.reading() as view:
        assert len(view.applications()) == 100
        assert len({each.reference for each in view.applications()}) == 100
        assert len(view.outbox()) == 100


def test_two_people_who_correct_the_same_field_wait_for_each_other(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1)
    finish(*(start(database_url, "correct", name) for name in ("ada", "bob")))
    with store.reading() as view:
        assert len(view.history(1)) == 61
        assert [value.superseded_at for value in view.history(1)].count(None) == 1


def test_a_worker_killed_inside_a_transaction_leaves_no_trace(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1), NOW)
    kill_when_waiting(start(database_url, "stop_in_transaction", "dead"))
    with store.transaction() as tx:
        assert tx.ledger_rows("<mail-99@example.org>") == ()
        assert [item.message_id for item in tx.claim(NOW, "alive", 10)] == ["<ours-1@example.org>"]


def test_the_claims_of_a_worker_killed_before_sending_go_to_another(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        items = tuple(tx.enqueue(message(number), NOW) for number in (1, 2))
    kill_when_waiting(start(database_url, "stop_after_claim", "dead"))
    with store.transaction() as tx:
        assert tx.claim(LATER, "alive", 10) == ()
        assert tx.release_stale_claims(LATER, timedelta(minutes=10)) == Released(queued=items, unknown=())
        assert len(tx.claim(LATER, "alive", 10)) == 2


def test_what_a_killed_worker_had_begun_to_send_is_unknown_and_stays_so(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        first, second = (tx.enqueue(message(number), NOW) for number in (1, 2))
    kill_when_waiting(start(database_url, "stop_after_hand_over", "dead"))
    with store.transaction() as tx:
        released = tx.release_stale_claims(LATER, timedelta(minutes=10))
        assert released == Released(queued=(second,), unknown=(first,))
        assert [item.id for item in tx.claim(LATER, "alive", 10)] == [second]


@pytest.mark.postgres
def test_a_claim_passes_over_what_another_is_claiming(postgresql_url: str) -> None:
    with Store(postgresql_url) as one, Store(postgresql_url) as two:
        with one.transaction() as tx:
            first, second = (tx.enqueue(message(number), NOW) for number in (1, 2))
        with one.transaction() as here, two.transaction() as there:
            assert [item.id for item in here.claim(NOW, "w1", 1)] == [first]
            assert [item.id for item in there.claim(NOW, "w2", 10)] == [second]


@pytest.mark.postgres
def test_a_lost_connection_is_a_passing_fault_and_the_next_transaction_works(postgresql_url: str) -> None:
    def cut_in_the_middle(store: Store) -> None:
        with store.transaction() as tx:
            tx.enqueue(message(1), NOW)
            _cut(postgresql_url)
            tx.enqueue(message(2), NOW)

    with Store(postgresql_url) as store:
        with pytest.raises(StoreError, match="the next run tries again"):
            cut_in_the_middle(store)
        _cut(postgresql_url)
        with store.transaction() as tx:
            assert tx.outbox() == ()


def _cut(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
