"""What the service keeps about itself."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.mail import Address
from inbox_worker.core.reading import Outcome, Tier
from inbox_worker.records import Fuse, JobRun, OutboxState, TroubleKind
from inbox_worker.store import Store
from inbox_worker.store.engine import connect
from inbox_worker.store.keys import address_key, message_key, tombstone_key
from tests.store.examples import MINUTE, NOW, SCHEME, apply_new, entry, mail_id, message, record

HOUR = timedelta(hours=1)


def test_a_fuse_stays_tripped_with_its_first_reason_until_a_person_resets_it(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.trip("replies per hour", "BREAK", NOW)
        assert not tx.trip("replies per hour", "OTHER", NOW + HOUR)
    with store.transaction() as tx:
        assert tx.tripped() == (Fuse("replies per hour", NOW, "BREAK"),)
        assert tx.reset("replies per hour", by="ada", at=NOW + HOUR)
        assert not tx.reset("replies per hour", by="ada", at=NOW + HOUR)
        assert tx.tripped() == ()
        assert tx.trip("replies per hour", "BREAK", NOW + 2 * HOUR)
        assert [(line.who, line.what, line.thing) for line in tx.audit_log()] == [
            ("ada", "reset", "fuse replies per hour")
        ]


def test_the_audit_log_is_read_by_time_thing_and_number(store: Store) -> None:
    with store.transaction() as tx:
        for number in range(3):
            tx.audit("ada", "viewed", f"ALY-000{number}", NOW + number * MINUTE)
        assert [line.thing for line in tx.audit_log()] == ["ALY-0000", "ALY-0001", "ALY-0002"]
        assert [line.thing for line in tx.audit_log(limit=2)] == ["ALY-0001", "ALY-0002"]
        assert [line.thing for line in tx.audit_log(since=NOW + 2 * MINUTE)] == ["ALY-0002"]
        assert [line.at for line in tx.audit_log(thing="ALY-0001")] == [NOW + MINUTE]


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_keeps_the_audit_log_as_it_is(database_url: str, store: Store, change: str) -> None:
    with store.transaction() as tx:
        tx.audit("ada", "viewed", "ALY-0001", NOW)
    engine = connect(database_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    with store.reading() as view:
        assert [line.who for line in view.audit_log()] == ["ada"]


def test_a_job_run_tells_how_the_last_one_went_and_how_often_it_failed(store: Store) -> None:
    with store.transaction() as tx:
        tx.job_started("poll", NOW)
        assert tx.job_runs() == (JobRun("poll", NOW),)
        assert tx.job_finished("poll", "MailboxError", NOW + MINUTE) == 1
        tx.job_started("poll", NOW + HOUR)
        assert tx.job_finished("poll", "MailboxError", NOW + HOUR + MINUTE) == 2
        assert tx.job_runs() == (JobRun("poll", NOW + HOUR, NOW + HOUR + MINUTE, "MailboxError", 2),)
        tx.job_started("poll", NOW + 2 * HOUR)
        assert tx.job_finished("poll", "ok", NOW + 2 * HOUR) == 0


def test_a_period_is_told_once(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.last_digest("weekly") is None
        assert tx.claim_digest("weekly", NOW - 2 * HOUR, NOW - HOUR, NOW)
        assert not tx.claim_digest("weekly", NOW - 2 * HOUR, NOW - HOUR, NOW)
        assert tx.claim_digest("weekly", NOW - HOUR, NOW, NOW)
        assert tx.last_digest("weekly") == NOW
        assert tx.last_digest("daily") is None


def test_a_lease_has_one_holder_until_it_expires_or_is_given_back(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.take_lease("mailbox team", "w1", at=NOW, until=NOW + MINUTE)
        assert not tx.take_lease("mailbox team", "w2", at=NOW, until=NOW + MINUTE)
        assert tx.take_lease("mailbox other", "w2", at=NOW, until=NOW + MINUTE)
        assert tx.take_lease("mailbox team", "w1", at=NOW, until=NOW + 2 * MINUTE)
        assert not tx.take_lease("mailbox team", "w2", at=NOW + MINUTE, until=NOW + HOUR)
        assert tx.take_lease("mailbox team", "w2", at=NOW + 2 * MINUTE, until=NOW + HOUR)
        tx.drop_lease("mailbox team", "w1")
        assert not tx.take_lease("mailbox team", "w1", at=NOW + 3 * MINUTE, until=NOW + HOUR)
        tx.drop_lease("mailbox team", "w2")
        assert tx.take_lease("mailbox team", "w1", at=NOW + 3 * MINUTE, until=NOW + HOUR)


def test_what_was_erased_is_remembered_by_a_key_that_nobody_can_guess(store: Store) -> None:
    address = tombstone_key(b"secret", address_key("Nerys@example.org"))
    mail = tombstone_key(b"secret", message_key("<mail-1@example.org>"))
    with store.transaction() as tx:
        tx.bury([address, mail], NOW)
        tx.bury([address], NOW + HOUR)
        assert tx.buried([tombstone_key(b"secret", address_key("NERYS@example.org"))])
        assert tx.buried([b"x", mail])
        assert not tx.buried([tombstone_key(b"other secret", address_key("Nerys@example.org"))])
        assert not tx.buried([])


def test_the_figures_of_the_service_add_up(store: Store) -> None:
    with store.transaction() as tx:
        tx.record(mail_id(90), None, "old", NOW, entry(), NOW - HOUR)
        apply_new(tx, 1)
        record(tx, 2, what=entry(Outcome.SKIP, "LIST", scheme=None))
        record(tx, 3, what=entry(Outcome.SKIP, "LIST", scheme=None))
        for uid, tier in ((4, Tier.A), (5, Tier.NONE), (6, Tier.B)):
            ledger_id = record(tx, uid, what=entry(Outcome.HOLD, "DISTR", tier))
            held_id = tx.hold(ledger_id, Address("", ""), "", NOW)
        tx.accept(held_id, by="ada", at=NOW)
        tx.enqueue(message(1), NOW - MINUTE)
        tx.enqueue(message(2), NOW)
        tx.enqueue(message(3), NOW, rehearse=True)
        tx.note_trouble(mail_id(99), TroubleKind.FETCH, NOW)
        tx.trip("replies per hour", "BREAK", NOW)
        tx.set_point("team", "INBOX", 7, 7, at=NOW, complete=True)
    with store.reading() as view:
        counts = view.counts(since=NOW)
    assert counts.mails == {
        (Outcome.REPLY, "CLEAR"): 1,
        (Outcome.SKIP, "LIST"): 2,
        (Outcome.HOLD, "DISTR"): 3,
    }
    assert counts.applications == {(SCHEME, ApplicationState.INCOMPLETE): 1}
    assert counts.outbox == {OutboxState.QUEUED: 2, OutboxState.REHEARSED: 1}
    assert counts.oldest_queued_at == NOW - MINUTE
    assert (counts.held_open, counts.distress_open, counts.troubles) == (3, 1, 1)
    assert [fuse.name for fuse in counts.fuses] == ["replies per hour"]
    assert [point.next_uid for point in counts.points] == [7]


def test_a_message_counts_until_it_is_sent_and_for_as_long_as_the_figures_look_back(store: Store) -> None:
    with store.transaction() as tx:
        old, new, failed = (tx.enqueue(message(number), NOW + number * HOUR) for number in (1, 2, 3))
        tx.claim(NOW + 3 * HOUR, "w1", 3)
        tx.hand_over([old, new, failed], "w1", NOW + 3 * HOUR)
        tx.sent(old, "w1", NOW + 3 * HOUR)
        tx.sent(new, "w1", NOW + 3 * HOUR)
        tx.refused(failed, "w1", NOW + 3 * HOUR)
    with store.reading() as view:
        assert view.counts(since=NOW).outbox == {OutboxState.FAILED: 1, OutboxState.SENT: 2}
        assert view.counts(since=NOW + 2 * HOUR).outbox == {OutboxState.FAILED: 1, OutboxState.SENT: 1}
        assert view.counts(since=NOW + 4 * HOUR).outbox == {OutboxState.FAILED: 1}


def test_an_empty_database_has_figures_too(store: Store) -> None:
    with store.reading() as view:
        counts = view.counts(since=NOW)
    assert (counts.mails, counts.applications, counts.outbox, counts.oldest_queued_at) == ({}, {}, {}, None)
    assert (counts.held_open, counts.distress_open, counts.troubles, counts.fuses, counts.points) == (0, 0, 0, (), ())
