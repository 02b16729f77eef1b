"""Applications: what mails and people make of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from inbox_worker.core.effects import Action, ApplicationChange, ApplicationState
from inbox_worker.core.reading import Flag
from inbox_worker.errors import Unstorable
from inbox_worker.records import ApplicationFilter, Event
from inbox_worker.store import Store
from inbox_worker.store.engine import connect
from tests.store.examples import (
    MINUTE,
    NOW,
    SCHEME,
    SENDER,
    apply_new,
    entry,
    mail_id,
    message,
    new_application,
    record,
    update,
)


def test_a_mail_becomes_an_application_with_values_flags_and_sources(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=new_application(name="Nerys Example", motivation="I'd like to help.\n\nReally."))
    with store.reading() as view:
        application = view.application(made.reference)
    assert application == made
    assert (made.reference, made.scheme, made.sender, made.mailbox) == ("ALY-0001", SCHEME, SENDER, "team")
    assert (made.state, made.received_at, made.updated_at) == (ApplicationState.INCOMPLETE, NOW - MINUTE, NOW)
    assert made.texts() == {"name": "Nerys Example", "motivation": "I'd like to help.\n\nReally."}
    assert (made.values["name"].source, made.values["name"].confidence) == ("body line 3", 0.9)
    assert made.flags == (Flag("QUESTION"),)


@pytest.mark.parametrize("words", ["plain", "Ŵyn \U0001f600", "\ufdd0 first", "a\x00b\ud800c", ""])
def test_what_is_told_of_a_new_application_is_what_the_database_holds(store: Store, words: str) -> None:
    flags = (Flag("QUESTION"), Flag("LOW_CONFIDENCE", "name"), Flag("LOW_CONFIDENCE", "email"), Flag("QUESTION"))
    change = replace(new_application(name=words, motivation="To help."), flags=flags)
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=change)
        again = tx.apply(replace(change, duplicate_of=made.id), sender=SENDER, ledger_id=1, at=NOW, prefix="ALY")
    with store.reading() as view:
        assert view.application(made.id) == made
        assert view.application(again.id) == again
    assert again.duplicate_of == made.reference


def test_the_ledger_names_the_application_of_a_mail(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        row = tx.ledger_row_at(mail_id(1))
    assert row is not None
    assert row.application == made.id
    assert made.values["name"].ledger_id == row.id


def test_an_answer_of_any_length_and_script_is_kept_whole(store: Store) -> None:
    answer = "Ŵyn \U0001f600 é\tx\r\n" + "long " * 50_000
    with store.transaction() as tx:
        assert apply_new(tx, 1, change=new_application(motivation=answer)).texts() == {"motivation": answer}


def test_what_no_database_can_hold_does_not_lose_the_application(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, sender="a\x00b@example.org", change=new_application(name="a\x00b\ud800c"))
    assert made.texts() == {"name": "a\ufffdb\ufffdc"}


def test_an_update_adds_and_replaces_values_and_keeps_the_old_ones(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=new_application(name="Nerys", department="Music"))
        later = record(tx, 2)
        change = update(made.id, ApplicationState.RECEIVED, department="School of Music", motivation="To help.")
        updated = tx.apply(change, sender=SENDER, ledger_id=later, at=NOW + MINUTE, prefix="ALY")
        history = tx.history(made.id)
    assert updated.texts() == {"name": "Nerys", "department": "School of Music", "motivation": "To help."}
    assert (updated.state, updated.updated_at) == (ApplicationState.RECEIVED, NOW + MINUTE)
    assert (updated.id, updated.received_at) == (made.id, made.received_at)
    assert [(each.key, each.text, each.superseded_at) for each in history] == [
        ("name", "Nerys", None),
        ("department", "Music", NOW + MINUTE),
        ("department", "School of Music", None),
        ("motivation", "To help.", None),
    ]
    assert history[2].ledger_id == later


def test_saying_the_same_again_makes_no_history(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        tx.apply(update(made.id, name="Nerys Example"), sender=SENDER, ledger_id=record(tx, 2), at=NOW, prefix="ALY")
        assert len(tx.history(made.id)) == 1


def test_a_flag_is_kept_once(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        change = replace(update(made.id), flags=(Flag("QUESTION"), Flag("LOW_CONFIDENCE", "name")))
        updated = tx.apply(change, sender=SENDER, ledger_id=record(tx, 2), at=NOW + MINUTE, prefix="ALY")
    assert updated.flags == (Flag("QUESTION"), Flag("LOW_CONFIDENCE", "name"))


def test_a_withdrawal_keeps_the_answers_and_says_when(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        change = ApplicationChange(Action.WITHDRAW, SCHEME, made.id, ApplicationState.WITHDRAWN)
        withdrawn = tx.apply(change, sender=SENDER, ledger_id=record(tx, 2), at=NOW + MINUTE, prefix="ALY")
        assert [event.what for event in tx.events(made.reference)] == ["created", "withdrawn"]
    assert (withdrawn.state, withdrawn.texts()) == (ApplicationState.WITHDRAWN, made.texts())


def test_a_change_of_an_application_that_is_not_there_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        ledger_id = record(tx, 1)
        with pytest.raises(Unstorable, match="application 99"), tx.savepoint():
            tx.apply(update(99, name="x"), sender=SENDER, ledger_id=ledger_id, at=NOW, prefix="ALY")
        with pytest.raises(Unstorable, match="ledger 99"), tx.savepoint():
            tx.apply(new_application(), sender=SENDER, ledger_id=99, at=NOW, prefix="ALY")
        assert tx.applications() == ()


def test_a_duplicate_names_the_application_that_it_repeats(store: Store) -> None:
    with store.transaction() as tx:
        first = apply_new(tx, 1)
        second = apply_new(tx, 2, change=replace(new_application(), duplicate_of=first.id))
    assert second.duplicate_of == first.reference


@pytest.mark.parametrize("spelling", ["ALY-0001", "aly-1", " ALY-0001 "])
def test_a_reference_is_found_however_it_is_typed(store: Store, spelling: str) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        assert tx.application(spelling) == made


@pytest.mark.parametrize("wrong", ["MHA-0001", "ALY-0002", "ALY", "", "0001", "ALY-", "ALY-" + "9" * 30, 2])
def test_a_wrong_reference_finds_nothing(store: Store, wrong) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1)
        assert tx.application(wrong) is None
        assert tx.correct(wrong, "name", "x", by="ada", at=NOW) is None
        assert tx.set_state(wrong, ApplicationState.CLOSED, by="ada", at=NOW) is None
        assert tx.restrict(wrong, True, by="ada", at=NOW) is None
        assert tx.events(wrong) == ()


def test_a_reference_is_never_given_twice(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        apply_new(tx, 1)
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM application"))
    engine.dispose()
    with store.transaction() as tx:
        assert apply_new(tx, 2).reference == "ALY-0002"


def test_a_correction_keeps_the_old_value_who_and_when(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        corrected = tx.correct(made.reference, "name", "Nerys E. Example", by="ada", at=NOW + MINUTE)
        (old, new) = tx.history(made.id)
        assert tx.events(made.id)[-1] == Event(NOW + MINUTE, "corrected", "name", "ada")
        audited = tx.audit_log()
    assert corrected is not None
    assert corrected.texts() == {"name": "Nerys E. Example"}
    assert (old.text, old.superseded_at) == ("Nerys Example", NOW + MINUTE)
    assert (new.by, new.source, new.ledger_id) == ("ada", "correction", None)
    assert [(line.who, line.what, line.thing) for line in audited] == [("ada", "corrected name", "ALY-0001")]


def test_a_value_can_be_taken_away(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        emptied = tx.correct(made.reference, "name", "", by="ada", at=NOW)
        assert emptied is not None
        assert emptied.texts() == {}
        assert len(tx.history(made.id)) == 1


def test_a_person_sets_the_state_and_the_log_tells(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        invited = tx.set_state(made.reference, ApplicationState.INVITED, by="ada", at=NOW + MINUTE)
        assert invited is not None
        assert invited.state is ApplicationState.INVITED
        assert tx.events(made.id)[-1] == Event(NOW + MINUTE, "state", "invited", "ada")
        assert [line.what for line in tx.audit_log(thing="ALY-0001")] == ["state invited"]


def test_a_state_that_a_person_set_is_not_overwritten_by_a_late_acknowledgement(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=new_application(ApplicationState.INVITED))
        late = tx.set_state(made.id, ApplicationState.CLOSED, by="ada", at=NOW, only_from=[ApplicationState.RECEIVED])
        assert late is None
        assert not tx.acknowledged(made.reference, NOW)
        assert tx.applications()[0].state is ApplicationState.INVITED
        assert [event.what for event in tx.events(made.id)] == ["created"]
        assert tx.audit_log() == ()


def test_a_complete_application_is_acknowledged_once(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1, change=new_application(ApplicationState.RECEIVED))
        assert tx.acknowledged(made.reference, NOW + MINUTE)
        assert not tx.acknowledged(made.reference, NOW + 2 * MINUTE)
        assert not tx.acknowledged("ALY-9999", NOW)
        (found,) = tx.applications()
        assert (found.state, found.updated_at) == (ApplicationState.ACKNOWLEDGED, NOW + MINUTE)
        assert tx.events(made.id)[1:] == (Event(NOW + MINUTE, "state", "acknowledged", "worker"),)


def test_a_restriction_can_be_set_and_lifted(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        tx.restrict(made.id, True, by="ada", at=NOW)
        assert tx.applications(ApplicationFilter(restricted=True))[0].restricted
        tx.restrict(made.id, False, by="ada", at=NOW)
        assert tx.applications(ApplicationFilter(restricted=True)) == ()
        assert [line.what for line in tx.audit_log()] == ["restricted", "unrestricted"]


def test_lists_are_filtered_and_newest_first(store: Store) -> None:
    with store.transaction() as tx:
        for uid, (state, scheme, sender) in enumerate(
            [
                (ApplicationState.RECEIVED, SCHEME, "a@example.org"),
                (ApplicationState.INCOMPLETE, SCHEME, "b@example.org"),
                (ApplicationState.RECEIVED, "mentors", "A@example.org"),
            ],
            start=1,
        ):
            ledger_id = tx.record(mail_id(uid), None, f"{uid}", NOW + uid * MINUTE, entry(), NOW)
            tx.apply(new_application(state, scheme), sender=sender, ledger_id=ledger_id, at=NOW, prefix="ALY")

        def ids(**wanted) -> list[int]:
            return [each.id for each in tx.applications(ApplicationFilter(**wanted))]

        assert ids() == [3, 2, 1]
        assert ids(states=(ApplicationState.RECEIVED,)) == [3, 1]
        assert ids(schemes=(SCHEME,)) == [2, 1]
        assert ids(since=NOW + 2 * MINUTE) == [3, 2]
        assert ids(until=NOW + 2 * MINUTE) == [1]
        assert ids(sender="A@EXAMPLE.org") == [3, 1]
        assert ids(limit=1, offset=1) == [2]
        assert ids(updated_since=NOW + MINUTE) == []
        assert ids(undelivered=True) == []
        assert ids(undelivered=False) == [3, 2, 1]
        assert ids(states=()) == []


def test_the_events_of_a_period_name_their_application(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        tx.set_state(made.id, ApplicationState.INVITED, by="ada", at=NOW + timedelta(days=1))
        events = tx.events_since(NOW + MINUTE)
    assert [(reference, event.what, event.detail) for reference, event in events] == [("ALY-0001", "state", "invited")]


def test_a_bounce_reaches_the_list_of_what_was_not_delivered(store: Store) -> None:
    with store.transaction() as tx:
        made = apply_new(tx, 1)
        item = tx.enqueue(message(1, application=made.id), NOW)
        tx.claim(NOW, "w", 1)
        tx.hand_over([item], "w", NOW)
        tx.sent(item, "w", NOW)
        tx.bounced("<ours-1@example.org>", "failed", "5.1.1", NOW)
        (listed,) = tx.applications(ApplicationFilter(undelivered=True))
    assert listed.delivery_problem == "5.1.1"
