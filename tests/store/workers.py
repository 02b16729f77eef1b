"""Programs that the tests run as processes of their own: python -m tests.store.workers URL WHAT NAME."""

import sys
import time
from datetime import timedelta

from inbox_worker.core.effects import MessageKind
from inbox_worker.store import Store
from tests.store.examples import NOW, apply_new, message, record


def deliver(store: Store, name: str) -> None:
    """Send all that is due, as a worker does, and print the Message-ID of each."""
    while True:
        with store.transaction() as tx:
            claimed = tx.claim(NOW, name, 7)
        if not claimed:
            return
        with store.transaction() as tx:
            outgoing = tx.hand_over([item.id for item in claimed], name, NOW)
        for each in outgoing:
            print(each.item.message_id, flush=True)
        with store.transaction() as tx:
            for each in outgoing:
                tx.sent(each.item.id, name, NOW)


def take_in(store: Store, name: str) -> None:
    """Record fifty applications in as many transactions, each with a reply."""
    first = 1000 * int(name)
    for uid in range(first, first + 50):
        with store.transaction() as tx:
            made = apply_new(tx, uid)
            tx.known(f"<mail-{uid}@example.org>", [], made.sender, ["allies"], NOW)
            tx.enqueue(message(uid, application=made.id), NOW)


def stop_in_transaction(store: Store, name: str) -> None:
    """Wait to be killed with work that is not committed."""
    with store.transaction() as tx:
        tx.enqueue(message(99), NOW)
        record(tx, 99)
        tx.claim(NOW, name, 10)
        _wait()


def stop_after_claim(store: Store, name: str) -> None:
    """Wait to be killed with claims that were not begun."""
    with store.transaction() as tx:
        tx.claim(NOW, name, 10)
    _wait()


def stop_after_hand_over(store: Store, name: str) -> None:
    """Wait to be killed with one message in the hands of the mail server, and one claimed."""
    with store.transaction() as tx:
        claimed = tx.claim(NOW, name, 10, kinds=[MessageKind.REPLY])
    with store.transaction() as tx:
        tx.hand_over([claimed[0].id], name, NOW)
    _wait()


def correct(store: Store, name: str) -> None:
    """Correct one field of the first application thirty times."""
    for number in range(30):
        with store.transaction() as tx:
            tx.correct(1, "name", f"{name} {number}", by=name, at=NOW + timedelta(seconds=number))


def _wait() -> None:
    print("waiting", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    url, what, who = sys.argv[1:]
    with Store(url) as opened:
        {
            each.__name__: each
            for each in (deliver, take_in, stop_in_transaction, stop_after_claim, stop_after_hand_over, correct)
        }[what](opened, who)
