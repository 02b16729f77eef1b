"""A look ahead at a batch of mails changes no answer about any of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from inbox_worker.core.reading import Known
from inbox_worker.records import Clues, Sighting, TroubleKind
from inbox_worker.store import Store, Tx
from tests.store.examples import MINUTE, NOW, SCHEME, SENDER, apply_new, mail_id, message, record

STRANGER = "somebody.else@example.net"


def clues(uid: int, *, sender: str = STRANGER, references: tuple[str, ...] = (), **more) -> Clues:
    """What the mail `uid` of examples.record may be known by."""
    return replace(
        Clues(mail_id(uid), f"<mail-{uid}@example.org>", f"print {uid}", references, (sender,)),
        **more,
    )


def answers(tx: Tx, mail: Clues) -> tuple[Sighting | None, Known]:
    (sender, *others) = mail.addresses
    return tx.has_seen(mail.mail, mail.message_id, mail.fingerprint), tx.known(
        mail.message_id, mail.references, sender, [SCHEME], NOW, reply_to=others, fingerprint=mail.fingerprint
    )


BATCH = {
    "a stranger's": clues(20),
    "that very mail": clues(1),
    "a copy elsewhere": clues(1, mail=mail_id(21)),
    "one under the Message-ID of another": clues(1, mail=mail_id(22), fingerprint="print 22"),
    "a copy under another Message-ID": clues(1, mail=mail_id(23), message_id="<mail-23@example.org>"),
    "without Message-ID": clues(24, message_id=None),
    "without either": clues(25, message_id=None, fingerprint=""),
    "read in part": clues(1, mail=mail_id(26), fingerprint=""),
    "an applicant's": clues(27, sender=SENDER.upper()),
    "from nobody": clues(28, sender=""),
    "to be answered to an applicant": clues(29, addresses=(STRANGER, SENDER)),
    "an answer to ours": clues(30, references=("<ours-1@example.org>",)),
    "an answer in a long thread": clues(31, references=("<ours-1@example.org>", *(f"<{n}@x>" for n in range(40)))),
    "of a batch whose first brings an application": clues(32, sender="new@example.org"),
}


def before(tx: Tx) -> None:
    made = apply_new(tx, 1)
    tx.enqueue(message(1, application=made.id, ledger_id=1), NOW - MINUTE)


def an_application(tx: Tx) -> None:
    made = apply_new(tx, 40, sender="new@example.org")
    tx.enqueue(message(2, recipient="new@example.org", application=made.id, ledger_id=2), NOW)


def an_answer_by_hand(tx: Tx) -> None:
    tx.answered_by_hand(["<mail-20@example.org>"], NOW)


@pytest.mark.parametrize("name", BATCH)
@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda tx: None,
        an_application,
        an_answer_by_hand,
        lambda tx: record(tx, 20),
        lambda tx: record(tx, 41, message_id="<mail-20@example.org>"),
        lambda tx: tx.enqueue(message(3, recipient=STRANGER), NOW),
    ],
    ids=["nothing", "application", "answered", "recorded", "same id", "message"],
)
def test_every_answer_is_that_of_the_database(store: Store, name: str, meanwhile: Callable[[Tx], object]) -> None:
    with store.transaction() as tx:
        before(tx)
    with store.transaction() as tx:
        tx.look_ahead(BATCH.values())
        meanwhile(tx)
        found = answers(tx, BATCH[name])
    with store.transaction() as tx:
        assert found == answers(tx, BATCH[name])


@pytest.mark.parametrize("size", [1, 50, 51, 120])
def test_a_batch_of_any_size_is_looked_up(store: Store, size: int) -> None:
    with store.transaction() as tx:
        record(tx, size)
    with store.transaction() as tx:
        tx.look_ahead(clues(uid) for uid in range(1, size + 1))
        seen = [uid for uid in range(1, size + 1) if answers(tx, clues(uid))[0] is not None]
    assert seen == [size]


@pytest.mark.parametrize("first", [True, False])
def test_troubles_with_a_mail_are_forgotten_when_it_is_recorded(store: Store, first: bool) -> None:
    with store.transaction() as tx:
        if first:
            tx.note_trouble(mail_id(20), TroubleKind.FETCH, NOW)
        tx.look_ahead(BATCH.values())
        if not first:
            tx.note_trouble(mail_id(20), TroubleKind.FETCH, NOW)
        record(tx, 20)
        assert tx.troubles() == ()


def test_nothing_is_asked_about_strangers_after_a_look(sqlite_url: str) -> None:
    asked: list[str] = []
    with Store(sqlite_url) as store, store.transaction() as tx:
        before(tx)
        tx.look_ahead([clues(20), clues(21, sender="third@example.net")])
        tx._connection.connection.dbapi_connection.set_trace_callback(asked.append)
        for uid, sender in ((20, STRANGER), (21, "third@example.net")):
            assert answers(tx, clues(uid, sender=sender))[0] is None
        tx._connection.connection.dbapi_connection.set_trace_callback(None)
    assert [statement for statement in asked if "count(*)" not in statement] == []
