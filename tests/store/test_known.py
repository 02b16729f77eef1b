"""What is on record about a mail."""

from datetime import timedelta

from inbox_worker.core.effects import Action, ApplicationChange, ApplicationState, MessageKind
from inbox_worker.core.reading import Known, Sent
from inbox_worker.records import OutboxState
from inbox_worker.store import Store, Tx
from inbox_worker.store.known import MOST_REFERENCES
from tests.store.examples import MINUTE, NOW, SCHEME, SENDER, apply_new, message, new_application, record, update

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def known(tx: Tx, *, message_id="<new@example.org>", references=(), sender=SENDER, now=NOW, **more) -> Known:
    return tx.known(message_id, references, sender, [SCHEME], now, **more)


def test_about_a_stranger_nothing_is_known(store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1)
        assert known(tx, sender="somebody.else@example.net") == Known()


def test_a_mail_without_sender_or_message_id_belongs_to_nobody(store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1, sender="")
        assert known(tx, message_id=None, sender="") == Known()


def test_the_applications_of_a_sender_are_found_in_any_case_newest_last(store: Store) -> None:
    with store.transaction() as tx:
        first = apply_new(tx, 1, change=new_application(ApplicationState.WITHDRAWN, name="Nerys"))
        second = apply_new(tx, 2, change=new_application(name="Nerys Example", department="Music"))
        applications = known(tx, sender=SENDER.upper()).applications
    assert [(each.id, each.state) for each in applications] == [(first.id, "withdrawn"), (second.id, "incomplete")]
    assert applications[1].values == {"name": "Nerys Example", "department": "Music"}


def test_only_current_values_are_on_record(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        tx.apply(update(number, name="N. Example"), sender=SENDER, ledger_id=record(tx, 2), at=NOW, prefix="ALY")
        assert known(tx).applications[0].values == {"name": "N. Example"}


def test_applications_to_other_schemes_are_left_out(store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1, change=new_application(scheme="mentors"))
        assert known(tx).applications == ()


def test_a_restriction_is_told(store: Store) -> None:
    with store.transaction() as tx:
        tx.restrict(apply_new(tx, 1).id, True, by="ada", at=NOW)
        assert known(tx).applications[0].restricted


def test_an_answer_to_our_message_belongs_to_its_application_whoever_sends_it(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        tx.enqueue(message(1, application=number), NOW)
        found = known(tx, references=["<foreign@example.net>", "<ours-1@example.org>"], sender="home@example.net")
    assert found.ours == {"<ours-1@example.org>"}
    assert found.thread_application == number
    assert [each.id for each in found.applications] == [number]


def test_an_answer_to_the_applicants_own_mail_belongs_to_the_application_too(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        found = known(tx, references=["<mail-1@example.org>"], sender="home@example.net")
    assert (found.ours, found.thread_application) == (frozenset(), number)


def test_a_message_of_ours_that_came_back_is_told_by_its_own_id(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1, application=apply_new(tx, 1).id), NOW)
        found = known(tx, message_id="<ours-1@example.org>", sender="loop@example.net")
    assert found.ours == {"<ours-1@example.org>"}
    assert found.thread_application is None


def test_of_several_threads_the_newest_application_counts(store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1)
        second = apply_new(tx, 2).id
        found = known(tx, references=["<mail-2@example.org>", "<mail-1@example.org>"], sender="x@example.net")
    assert found.thread_application == second


def test_an_endless_references_header_is_answered(store: Store) -> None:
    references = [f"<{number}@example.net>" for number in range(3 * MOST_REFERENCES)]
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        found = known(tx, references=[*references, "<mail-1@example.org>"], sender="x@example.net")
    assert found.thread_application == number


def test_a_mail_is_seen_by_message_id_or_by_content(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        assert known(tx, message_id="<mail-1@example.org>").seen
        assert known(tx, message_id="<other@example.org>", fingerprint="print 1").seen
        assert known(tx, message_id=None, fingerprint="print 1").seen
        assert not known(tx, message_id="<other@example.org>", fingerprint="other print").seen


def test_an_answer_by_hand_is_told_when_the_mail_is_read_later(store: Store) -> None:
    with store.transaction() as tx:
        tx.answered_by_hand(["<new@example.org>"], NOW)
        assert known(tx).answered_by_person
        assert not known(tx, message_id="<other@example.org>", references=["<new@example.org>"]).answered_by_person


def test_replies_of_the_last_seven_days_are_told_with_their_time(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1, template="role_description"), NOW - 8 * DAY)
        second = tx.enqueue(message(2, template="acknowledgement", recipient=SENDER.lower()), NOW - 6 * DAY)
        tx.enqueue(message(3, template="withdrawal"), NOW - DAY)
        tx.enqueue(message(4, recipient="somebody.else@example.net"), NOW - DAY)
        tx.enqueue(message(5, kind=MessageKind.SUMMARY, template="summary"), NOW - DAY)
        _send(tx, second, NOW - 5 * DAY)
        sent = known(tx).sent
    assert sent == (Sent("acknowledgement", NOW - 5 * DAY), Sent("withdrawal", NOW - DAY))


def test_a_reply_that_waited_for_days_counts_from_when_it_went(store: Store) -> None:
    with store.transaction() as tx:
        _send(tx, tx.enqueue(message(1), NOW - 9 * DAY), NOW - 6 * DAY)
        assert known(tx).sent == (Sent("acknowledgement", NOW - 6 * DAY),)


def test_what_went_to_the_reply_to_address_counts_for_the_sender(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1, recipient="office@example.org"), NOW)
        assert known(tx).sent == ()
        assert len(known(tx, reply_to=["Office@example.org"]).sent) == 1


def test_cancelled_failed_and_rehearsed_messages_were_not_sent(store: Store) -> None:
    with store.transaction() as tx:
        tx.cancel(tx.enqueue(message(1), NOW), by="ada", at=NOW)
        failed = tx.enqueue(message(2), NOW)
        tx.claim(NOW, "w", 10)
        tx.hand_over([failed], "w", NOW)
        tx.refused(failed, "w", NOW, code=550)
        tx.enqueue(message(3), NOW, rehearse=True)
        assert known(tx).sent == ()
        assert known(tx).sent_last_hour == 0


def test_a_message_that_may_have_arrived_counts_as_sent(store: Store) -> None:
    with store.transaction() as tx:
        item = tx.enqueue(message(1), NOW)
        tx.claim(NOW, "w", 1)
        tx.hand_over([item], "w", NOW)
        tx.unknown(item, "w")
        assert len(known(tx).sent) == 1


def test_a_rehearsal_counts_what_it_would_have_sent(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1), NOW, rehearse=True)
        found = known(tx, rehearsing=True)
    assert (len(found.sent), found.sent_last_hour) == (1, 1)


def test_the_last_hour_counts_replies_to_anybody(store: Store) -> None:
    with store.transaction() as tx:
        tx.enqueue(message(1, recipient="a@example.net"), NOW - 2 * HOUR)
        tx.enqueue(message(2, recipient="b@example.net"), NOW - 30 * MINUTE)
        tx.enqueue(message(3, recipient="c@example.net"), NOW)
        tx.enqueue(message(4, kind=MessageKind.ALERT), NOW)
        late = tx.enqueue(message(5, recipient="d@example.net"), NOW - 3 * HOUR)
        tx.claim(NOW, "w", 10)
        tx.hand_over([late], "w", NOW)
        tx.sent(late, "w", NOW - MINUTE)
        assert known(tx, sender="x@example.net").sent_last_hour == 3


def test_the_last_hour_counts_what_the_same_transaction_queued_or_took_back(store: Store) -> None:
    with store.transaction() as tx:
        counted = [known(tx).sent_last_hour]
        items = [tx.enqueue(message(number, recipient="x@example.net"), NOW) for number in range(3)]
        tx.enqueue(message(9, recipient="x@example.net"), NOW, rehearse=True)
        counted.append(known(tx).sent_last_hour)
        tx.cancel(items[0], by="ada", at=NOW)
        counted.append(known(tx).sent_last_hour)
        counted.append(known(tx, now=NOW + 2 * HOUR).sent_last_hour)
    assert counted == [0, 3, 2, 0]


def test_whether_the_missing_items_were_asked_for_is_told(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_new(tx, 1).id
        assert not known(tx).applications[0].asked_for_missing
        item = tx.enqueue(message(1, template="acknowledgement_incomplete", application=number), NOW)
        assert known(tx).applications[0].asked_for_missing
        tx.cancel(item, by="ada", at=NOW)
        assert not known(tx).applications[0].asked_for_missing


def test_a_reused_message_id_does_not_move_a_thread_to_another_application(store: Store) -> None:
    with store.transaction() as tx:
        first = apply_new(tx, 1).id
        again = record(tx, 2, message_id="<mail-1@example.org>")
        tx.apply(
            ApplicationChange(Action.CREATE, SCHEME), sender="forger@example.net", ledger_id=again, at=NOW, prefix="ALY"
        )
        found = known(tx, references=["<mail-1@example.org>"], sender="home@example.net")
    assert found.thread_application == first


def _send(tx: Tx, item: int, at) -> None:
    tx.claim(at, "w", 10)
    tx.hand_over([item], "w", at)
    assert tx.sent(item, "w", at)
    (settled,) = [each for each in tx.outbox([OutboxState.SENT]) if each.id == item]
    assert settled.sent_at == at
