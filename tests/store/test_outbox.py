"""The outbox: a message is sent once, by one worker, and its outcome is never guessed."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.errors import Unstorable
from inbox_worker.records import OutboxItem, OutboxState, Released
from inbox_worker.store import Store, Tx
from tests.store.examples import MINUTE, NOW, SENDER, apply_new, message, new_application, record

HOUR = timedelta(hours=1)


def queue(tx: Tx, number: int, **more) -> int:
    return tx.enqueue(message(number), NOW, **more)


def hand_over(tx: Tx, number: int = 1, worker: str = "w1") -> int:
    """Queue a message and bring it to `sending`."""
    item = queue(tx, number)
    tx.claim(NOW, worker, 100)
    assert len(tx.hand_over([item], worker, NOW)) == 1
    return item


def state(tx: Tx, item: int) -> OutboxState:
    found = tx.outbox_item(item)
    assert found is not None
    return found.state


def test_a_message_that_is_handed_back_was_not_begun_and_is_still_claimed(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.hand_back([item], "w2")
        assert state(tx, item) is OutboxState.SENDING
        tx.hand_back([item], "w1")
        assert state(tx, item) is OutboxState.QUEUED
        assert tx.claim(NOW, "w2", 10) == ()
        assert len(tx.hand_over([item], "w1", NOW)) == 1
        tx.sent(item, "w1", NOW)
        tx.hand_back([item], "w1")
        assert state(tx, item) is OutboxState.SENT


def test_what_waits_only_for_its_turn_is_not_what_waits_longest(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.oldest_waiting([]) is None
        put_off = hand_over(tx)
        tx.try_later(put_off, "w1", NOW + HOUR, code=451)
        tx.enqueue(message(2), NOW - HOUR)
        other = tx.enqueue(message(3, mailbox="other"), NOW + MINUTE)
        assert tx.oldest_waiting([]) == NOW - HOUR
        assert tx.oldest_waiting(["team"]) == NOW
        tx.cancel(put_off, by="ada", at=NOW)
        assert tx.oldest_waiting(["team"]) == NOW + MINUTE
        tx.cancel(other, by="ada", at=NOW)
        assert tx.oldest_waiting(["team"]) is None


def test_what_the_server_took_is_counted_by_mailbox_and_time(store: Store) -> None:
    with store.transaction() as tx:
        taken = hand_over(tx, 1)
        hand_over(tx, 2)
        assert tx.went_out("team", NOW - MINUTE, NOW) == 0
        tx.sent(taken, "w1", NOW + MINUTE)
        assert tx.went_out("team", NOW, NOW + MINUTE) == 1
        assert tx.went_out("team", NOW + MINUTE, NOW + HOUR) == 0
        assert tx.went_out("other", NOW, NOW + MINUTE) == 0


def test_what_the_server_was_handed_in_a_minute_is_counted_by_its_answer(store: Store) -> None:
    def submitted(tx: Tx, at: timedelta = timedelta()) -> int:
        return tx.submitted("team", NOW + at - MINUTE, NOW + at)

    with store.transaction() as tx:
        answered, waiting, put_off = (hand_over(tx, number) for number in (1, 2, 3))
        queue(tx, 4)
        assert submitted(tx) == 3
        tx.claim(NOW, "w2", 1)
        assert submitted(tx) == 4  # what is claimed will go
        tx.sent(answered, "w1", NOW + 2 * MINUTE)  # a slow server: it counts from its answer
        tx.try_later(put_off, "w1", NOW + HOUR)
        assert submitted(tx, 2.5 * MINUTE) == 3
        assert tx.submitted("another", NOW, NOW + MINUTE) == 0
        tx.unknown(waiting, "w1")
        assert submitted(tx, 2.5 * MINUTE) == 2
        assert submitted(tx, 3.5 * MINUTE) == 1  # the claim
        assert submitted(tx, 0.5 * MINUTE) == 4  # sent, unknown, put off, and the claim
        assert submitted(tx, -HOUR) == 1  # a clock set back


def test_what_a_worker_whose_clock_is_ahead_sends_counts_in_the_minute(store: Store) -> None:
    with store.transaction() as tx:
        items = [queue(tx, number) for number in (1, 2)]
        tx.claim(NOW, "ahead", 2)
        tx.hand_over(items, "ahead", NOW + MINUTE / 30)
        assert tx.submitted("team", NOW - MINUTE, NOW) == 2
        tx.sent(items[0], "ahead", NOW + MINUTE / 20)
        assert tx.submitted("team", NOW - MINUTE, NOW) == 2
        assert tx.submitted("team", NOW - 2 * HOUR - MINUTE, NOW - 2 * HOUR) == 1  # what is being sent, by any clock


def test_a_reply_that_is_put_off_again_and_again_is_not_counted_as_one_that_went_out(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.try_later(item, "w1", NOW + HOUR)
        tx.claim(NOW + HOUR, "w1", 1)
        tx.hand_over([item], "w1", NOW + HOUR)
        tx.try_later(item, "w1", NOW + 2 * HOUR)
        assert tx.sent_since(NOW + MINUTE) == 0
        tx.claim(NOW + 2 * HOUR, "w1", 1)
        tx.hand_over([item], "w1", NOW + 2 * HOUR)
        tx.sent(item, "w1", NOW + 2 * HOUR)
        assert tx.sent_since(NOW + MINUTE) == 1


def test_a_queued_message_is_kept_to_the_byte(store: Store) -> None:
    wire = bytes(range(256)) * 50
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        ledger_id = record(tx, 2)
        new = replace(message(1, application=made.id, ledger_id=ledger_id), content=wire)
        item_id = tx.enqueue(new, NOW)
    with store.reading() as view:
        item = view.outbox_item(item_id)
        assert view.content(item_id) == wire
        assert view.outbox_item("<ours-1@example.org>") == item
    assert item == OutboxItem(
        id=item_id,
        message_id="<ours-1@example.org>",
        kind=MessageKind.REPLY,
        template="acknowledgement",
        template_version="1",
        mailbox="team",
        recipient=SENDER,
        scheme="allies",
        application="ALY-0001",
        ledger_id=ledger_id,
        sha256=hashlib.sha256(wire).hexdigest(),
        state=OutboxState.QUEUED,
        tries=0,
        queued_at=NOW,
        next_try_at=NOW,
    )


def test_a_message_id_is_used_once(store: Store) -> None:
    with store.transaction() as tx:
        queue(tx, 1)
        with pytest.raises(Unstorable), tx.savepoint():
            queue(tx, 1)
        assert len(tx.outbox()) == 1


def test_one_mail_gets_one_reply_whatever_the_program_thinks(store: Store) -> None:
    with store.transaction() as tx:
        ledger_id = record(tx, 1)
        first = tx.enqueue(message(1, ledger_id=ledger_id), NOW)
        with pytest.raises(Unstorable), tx.savepoint():
            tx.enqueue(message(2, ledger_id=ledger_id), NOW)
        tx.enqueue(message(3, ledger_id=ledger_id, kind=MessageKind.SUMMARY), NOW)
        tx.enqueue(message(4, ledger_id=ledger_id, kind=MessageKind.SUMMARY), NOW)
        tx.cancel(first, by="ada", at=NOW)
        tx.enqueue(message(5, ledger_id=ledger_id), NOW)
        assert [item.message_id for item in tx.outbox([OutboxState.QUEUED])] == [
            "<ours-3@example.org>",
            "<ours-4@example.org>",
            "<ours-5@example.org>",
        ]


def test_claims_take_what_is_due_longest_first(store: Store) -> None:
    with store.transaction() as tx:
        late = queue(tx, 1, not_before=NOW - MINUTE)
        queue(tx, 2, not_before=NOW + MINUTE)
        first = queue(tx, 3, not_before=NOW - HOUR)
        assert [item.id for item in tx.claim(NOW, "w1", 10)] == [first, late]
        assert tx.claim(NOW, "w1", 10) == ()


def test_a_claim_can_be_limited_to_number_kind_and_mailbox(store: Store) -> None:
    with store.transaction() as tx:
        queue(tx, 1)
        queue(tx, 2)
        alert = tx.enqueue(message(3, kind=MessageKind.DISTRESS_ALERT), NOW)
        other = tx.enqueue(message(4, mailbox="other"), NOW)
        assert [item.id for item in tx.claim(NOW, "w1", 10, kinds=[MessageKind.DISTRESS_ALERT])] == [alert]
        assert [item.id for item in tx.claim(NOW, "w1", 10, mailboxes=["other"])] == [other]
        assert len(tx.claim(NOW, "w1", 1)) == 1


def test_a_rehearsed_message_waits_for_a_person(store: Store) -> None:
    with store.transaction() as tx:
        first = queue(tx, 1, rehearse=True)
        second = queue(tx, 2, rehearse=True)
        assert tx.claim(NOW, "w1", 10) == ()
        assert tx.release([first], by="ada", at=NOW + HOUR) == (first,)
        assert tx.claim(NOW, "w1", 10) == ()
        assert [item.id for item in tx.claim(NOW + HOUR, "w1", 10)] == [first]
        assert tx.release(None, by="ada", at=NOW) == (second,)
        assert [line.thing for line in tx.audit_log()] == [f"outbox {first}", f"outbox {second}"]


def test_the_bytes_are_given_out_only_to_the_claimer_and_only_as_sending(store: Store) -> None:
    with store.transaction() as tx:
        item = queue(tx, 1)
        assert tx.hand_over([item], "w1", NOW) == ()
        tx.claim(NOW, "w1", 1)
        assert tx.hand_over([item], "w2", NOW) == ()
        (outgoing,) = tx.hand_over([item], "w1", NOW + MINUTE)
        assert outgoing.content.startswith(b"Subject: message 1\r\n")
        assert (outgoing.item.state, outgoing.item.handed_at) == (OutboxState.SENDING, NOW + MINUTE)
        assert tx.hand_over([item], "w1", NOW) == ()


def test_the_bytes_of_a_message_are_not_in_its_repr(store: Store) -> None:
    with store.transaction() as tx:
        item = queue(tx, 1)
        tx.claim(NOW, "w1", 1)
        assert "Thank you" not in repr((message(1), tx.hand_over([item], "w1", NOW)))


def test_a_claimed_message_can_still_be_cancelled(store: Store) -> None:
    with store.transaction() as tx:
        item = queue(tx, 1)
        tx.claim(NOW, "w1", 1)
        assert tx.cancel(item, by="ada", at=NOW) is not None
        assert tx.hand_over([item], "w1", NOW) == ()
        assert state(tx, item) is OutboxState.CANCELLED


def test_a_sent_message_is_done(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=new_application(ApplicationState.RECEIVED))
        item = tx.enqueue(message(1, application=made.id), NOW)
        tx.claim(NOW, "w1", 1)
        tx.hand_over([item], "w1", NOW)
        assert tx.sent(item, "w1", NOW + MINUTE, code=250, status="2.0.0")
        sent = tx.outbox_item(item)
        assert sent is not None
        assert (sent.state, sent.sent_at, sent.code, sent.status) == (OutboxState.SENT, NOW + MINUTE, 250, "2.0.0")
        assert [(event.what, event.detail) for event in tx.events(made.id)][-1] == ("sent", "acknowledgement")
        assert not tx.sent(item, "w1", NOW + HOUR)
        assert tx.claim(NOW + HOUR, "w1", 10) == ()


def test_a_message_put_off_is_due_later_with_a_try_more(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.try_later(item, "w1", NOW + HOUR, code=451, status="4.7.1")
        assert tx.claim(NOW + MINUTE, "w1", 10) == ()
        (again,) = tx.claim(NOW + HOUR, "w2", 10)
        assert (again.tries, again.code, again.status, again.claimed_by) == (1, 451, "4.7.1", "w2")
        assert again.queued_at == NOW
        (outgoing,) = tx.hand_over([item], "w2", NOW + HOUR)
    assert outgoing.item.message_id == "<ours-1@example.org>"


def test_a_refused_message_has_failed_for_good(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        refused = tx.refused(item, "w1", NOW, code=550, status="5.1.1")
        assert refused is not None
        assert (refused.state, refused.tries, refused.status) == (OutboxState.FAILED, 1, "5.1.1")
        assert tx.claim(NOW + HOUR, "w1", 10) == ()


def test_what_the_server_certainly_did_not_get_goes_back_without_a_try(store: Store) -> None:
    with store.transaction() as tx:
        begun = hand_over(tx, 1)
        claimed = queue(tx, 2)
        tx.claim(NOW, "w1", 10)
        assert tx.put_back([begun, claimed], "w2") == 0
        assert tx.put_back([begun, claimed], "w1") == 2
        again = tx.claim(NOW, "w2", 10)
        assert [(item.id, item.tries) for item in again] == [(begun, 0), (claimed, 0)]


def test_only_its_worker_settles_a_message(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        assert not tx.sent(item, "w2", NOW)
        assert tx.try_later(item, "w2", NOW) is None
        assert tx.refused(item, "w2", NOW) is None
        assert tx.unknown(item, "w2") is None
        assert state(tx, item) is OutboxState.SENDING


def test_a_message_that_was_not_handed_over_cannot_be_settled(store: Store) -> None:
    with store.transaction() as tx:
        item = queue(tx, 1)
        tx.claim(NOW, "w1", 1)
        assert not tx.sent(item, "w1", NOW)
        assert state(tx, item) is OutboxState.QUEUED


def test_an_unknown_message_is_never_sent_again_by_itself(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.unknown(item, "w1")
        assert tx.claim(NOW + 100 * HOUR, "w1", 10) == ()
        assert tx.release_stale_claims(NOW + 100 * HOUR, HOUR) == Released((), ())
        assert state(tx, item) is OutboxState.UNKNOWN


def test_proof_settles_an_unknown_message(store: Store) -> None:
    with store.transaction() as tx:
        found, absent, sent = (hand_over(tx, number) for number in (1, 2, 3))
        for item in (found, absent):
            tx.unknown(item, "w1")
        tx.sent(sent, "w1", NOW)
        assert tx.proved_sent(found, NOW + MINUTE) is not None
        assert tx.proved_unsent(absent, NOW + MINUTE) is not None
        assert tx.proved_unsent(sent, NOW) is None
        assert tx.proved_sent(sent, NOW) is None
        assert [state(tx, item) for item in (found, absent, sent)] == [
            OutboxState.SENT,
            OutboxState.QUEUED,
            OutboxState.SENT,
        ]
        assert [item.id for item in tx.claim(NOW + MINUTE, "w2", 10)] == [absent]


def test_the_claims_of_a_silent_worker_are_freed_only_where_nothing_was_handed_over(store: Store) -> None:
    with store.transaction() as tx:
        begun = hand_over(tx, 1, "dead")
        claimed = queue(tx, 2)
        tx.claim(NOW, "dead", 10)
        waiting = queue(tx, 3)
        assert tx.release_stale_claims(NOW + MINUTE, HOUR) == Released((), ())
        assert tx.release_stale_claims(NOW + HOUR, HOUR) == Released(queued=(claimed,), unknown=(begun,))
        assert [item.id for item in tx.claim(NOW, "alive", 10)] == [claimed, waiting]


def test_a_worker_that_was_only_slow_may_still_tell_the_outcome(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.release_stale_claims(NOW + HOUR, MINUTE)
        assert state(tx, item) is OutboxState.UNKNOWN
        assert tx.sent(item, "w1", NOW + HOUR)


def test_a_slow_worker_cannot_begin_what_another_has_taken(store: Store) -> None:
    with store.transaction() as tx:
        item = queue(tx, 1)
        tx.claim(NOW, "slow", 1)
        tx.release_stale_claims(NOW + HOUR, MINUTE)
        tx.claim(NOW + HOUR, "other", 1)
        assert tx.hand_over([item], "slow", NOW + HOUR) == ()
        assert len(tx.hand_over([item], "other", NOW + HOUR)) == 1


def test_a_person_may_try_a_failed_or_unknown_message_again(store: Store) -> None:
    with store.transaction() as tx:
        failed, unknown, sent = (hand_over(tx, number) for number in (1, 2, 3))
        tx.refused(failed, "w1", NOW)
        tx.unknown(unknown, "w1")
        tx.sent(sent, "w1", NOW)
        assert tx.retry(failed, by="ada", at=NOW) is not None
        assert tx.retry(unknown, by="ada", at=NOW) is not None
        assert tx.retry(sent, by="ada", at=NOW) is None
        assert tx.cancel(sent, by="ada", at=NOW) is None
        assert [(item.id, item.tries) for item in tx.claim(NOW, "w2", 10)] == [(failed, 0), (unknown, 0)]
        assert not tx.sent(unknown, "w1", NOW), "the first worker's claim has ended"
        assert [line.what for line in tx.audit_log()] == ["retried", "retried"]


def test_a_message_in_the_hands_of_a_worker_is_not_retried(store: Store) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        assert tx.retry(item, by="ada", at=NOW) is None
        assert tx.cancel(item, by="ada", at=NOW) is None


def test_a_failed_delivery_marks_message_and_application(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        item = tx.enqueue(message(1, application=made.id), NOW)
        tx.claim(NOW, "w1", 1)
        tx.hand_over([item], "w1", NOW)
        tx.sent(item, "w1", NOW)
        bounced = tx.bounced("<ours-1@example.org>", "failed", "5.1.1", NOW + HOUR)
        tx.bounced("<ours-1@example.org>", "failed", "5.1.1", NOW + 2 * HOUR)
        application = tx.application(made.id)
        assert bounced is not None
        assert (bounced.state, bounced.status) == (OutboxState.BOUNCED, "5.1.1")
        assert application is not None
        assert application.delivery_problem == "5.1.1"
        assert [event.what for event in tx.events(made.id)] == ["created", "sent", "undelivered"]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_but_failure_changes_nothing(store: Store, action: str) -> None:
    with store.transaction() as tx:
        item = hand_over(tx)
        tx.sent(item, "w1", NOW)
        named = tx.bounced("<ours-1@example.org>", action, "4.4.1", NOW)
        assert named is not None
        assert named.state is OutboxState.SENT


def test_a_report_about_a_message_that_is_not_ours_names_none(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.bounced("<theirs@example.net>", "failed", "5.1.1", NOW) is None


def test_an_alert_that_bounces_says_nothing_about_the_applicant(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        item = tx.enqueue(message(1, kind=MessageKind.SUMMARY, application=made.id), NOW)
        tx.claim(NOW, "w1", 1)
        tx.hand_over([item], "w1", NOW)
        tx.sent(item, "w1", NOW)
        bounced = tx.bounced("<ours-1@example.org>", "failed", "5.2.2", NOW)
        assert bounced is not None
        assert bounced.state is OutboxState.BOUNCED
        assert tx.applications()[0].delivery_problem is None


def test_the_outbox_is_listed_by_state_application_recipient_and_time(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        first = tx.enqueue(message(1, application=made.id), NOW)
        second = tx.enqueue(message(2, recipient="other@example.net"), NOW + HOUR)
        third = queue(tx, 3, rehearse=True)
        assert [item.id for item in tx.outbox()] == [first, second, third]
        assert [item.id for item in tx.outbox([OutboxState.REHEARSED])] == [third]
        assert [item.id for item in tx.outbox(application=made.id)] == [first]
        assert [item.id for item in tx.outbox(recipient="OTHER@example.net")] == [second]
        assert [item.id for item in tx.outbox(since=NOW + MINUTE)] == [second]
        assert [item.id for item in tx.outbox(limit=1)] == [first]
