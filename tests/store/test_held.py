"""Held mail: until a person has taken care of it, it stays on the list."""

from datetime import timedelta

from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.core.mail import Address
from inbox_worker.core.reading import Outcome, Tier
from inbox_worker.store import Store, Tx
from tests.store.examples import MINUTE, NOW, SENDER, entry, message, new_application, record

HOUR = timedelta(hours=1)
FROM = Address("Nerys Example", SENDER)


def hold(tx: Tx, uid: int, *, code: str = "SUBJ", tier: Tier = Tier.NONE, next_alert_at=None) -> int:
    ledger_id = record(tx, uid, what=entry(Outcome.HOLD, code, tier))
    return tx.hold(ledger_id, FROM, "About the scheme", NOW, next_alert_at=next_alert_at)


def test_the_list_tells_what_the_team_needs_to_find_the_mail(store: Store) -> None:
    with store.transaction() as tx:
        held_id = hold(tx, 1, code="SPOOF")
    with store.reading() as view:
        (held,) = view.held()
        assert view.held_mail(held_id) == held
        assert view.held_mail_of(held.ledger.id) == held
        assert view.held_mail(held_id + 1) is None
    assert (held.sender_name, held.sender, held.subject) == ("Nerys Example", SENDER, "About the scheme")
    assert (held.ledger.code, held.ledger.received_at, held.opened_at) == ("SPOOF", NOW - MINUTE, NOW)
    assert held.application is None


def test_a_held_application_is_named(store: Store) -> None:
    with store.transaction() as tx:
        ledger_id = record(tx, 1, what=entry(Outcome.HOLD, "SPOOF"))
        tx.apply(new_application(ApplicationState.HELD), sender=SENDER, ledger_id=ledger_id, at=NOW, prefix="ALY")
        tx.hold(ledger_id, FROM, "", NOW)
        assert tx.held()[0].application == "ALY-0001"


def test_holding_a_mail_twice_opens_one_entry(store: Store) -> None:
    with store.transaction() as tx:
        first = hold(tx, 1)
        ledger_id = tx.held()[0].ledger.id
        assert tx.hold(ledger_id, FROM, "again", NOW + HOUR) == first
        assert [held.subject for held in tx.held()] == ["About the scheme"]


def test_distress_comes_first_then_what_waits_longest(store: Store) -> None:
    with store.transaction() as tx:
        plain, urgent, later = hold(tx, 1), hold(tx, 2, code="DISTR", tier=Tier.B), hold(tx, 3)
        assert [held.id for held in tx.held()] == [urgent, plain, later]


def test_an_alert_is_due_until_a_person_accepts(store: Store) -> None:
    with store.transaction() as tx:
        held_id = hold(tx, 1, tier=Tier.A, next_alert_at=NOW + MINUTE)
        hold(tx, 2)
        assert tx.alerts_due(NOW) == ()
        assert [held.id for held in tx.alerts_due(NOW + MINUTE)] == [held_id]
        tx.alerted(held_id, NOW + MINUTE, NOW + HOUR)
        assert tx.alerts_due(NOW + 2 * MINUTE) == ()
        (due,) = tx.alerts_due(NOW + HOUR)
        assert (due.alerts, due.last_alert_at) == (1, NOW + MINUTE)
        accepted = tx.accept(held_id, by="ada", at=NOW + HOUR)
        assert accepted is not None
        assert (accepted.accepted_by, accepted.accepted_at, accepted.resolved_at) == ("ada", NOW + HOUR, None)
        assert tx.alerts_due(NOW + 24 * HOUR) == ()
        assert tx.accept(held_id, by="bob", at=NOW + HOUR) is None
        assert [(line.who, line.what, line.thing) for line in tx.audit_log()] == [
            ("ada", "accepted", f"held {held_id}")
        ]


def test_a_resolved_mail_leaves_the_list_and_stays_on_record(store: Store) -> None:
    with store.transaction() as tx:
        held_id = hold(tx, 1, tier=Tier.A, next_alert_at=NOW)
        resolved = tx.resolve(held_id, by="ada", how="closed", at=NOW + HOUR)
        assert resolved is not None
        assert (resolved.resolved_by, resolved.how, resolved.resolved_at) == ("ada", "closed", NOW + HOUR)
        assert tx.held() == ()
        assert tx.alerts_due(NOW + HOUR) == ()
        assert [held.id for held in tx.held(open_only=False)] == [held_id]
        assert tx.resolve(held_id, by="bob", how="closed", at=NOW) is None
        assert tx.accept(held_id, by="bob", at=NOW) is None


def test_a_colleagues_answer_resolves_what_it_answers_and_nothing_else(store: Store) -> None:
    with store.transaction() as tx:
        answered, other = hold(tx, 1), hold(tx, 2)
        resolved = tx.answered_by_hand(["<unheard-of@example.net>", "<mail-1@example.org>"], NOW + HOUR)
        assert [(held.id, held.how, held.resolved_by) for held in resolved] == [(answered, "answered", "worker")]
        assert [held.id for held in tx.held()] == [other]
        assert tx.answered_by_hand(["<mail-1@example.org>"], NOW + HOUR) == ()


def test_a_reply_to_an_alert_leads_to_the_mail_that_it_is_about(store: Store) -> None:
    with store.transaction() as tx:
        held_id = hold(tx, 1, tier=Tier.A)
        ledger_id = tx.held()[0].ledger.id
        tx.enqueue(message(1, kind=MessageKind.DISTRESS_ALERT, ledger_id=ledger_id), NOW)
        assert [held.id for held in tx.held_by_alert(["<x@example.net>", "<ours-1@example.org>"])] == [held_id]
        assert tx.held_by_alert(["<x@example.net>"]) == ()


def test_a_reply_to_an_applicant_is_no_alert(store: Store) -> None:
    with store.transaction() as tx:
        hold(tx, 1)
        ledger_id = tx.held()[0].ledger.id
        tx.enqueue(message(1, ledger_id=ledger_id), NOW)
        assert tx.held_by_alert(["<ours-1@example.org>"]) == ()


def test_the_list_of_a_period_begins_at_its_start(store: Store) -> None:
    with store.transaction() as tx:
        hold(tx, 1)
        assert len(tx.held(since=NOW)) == 1
        assert tx.held(since=NOW + MINUTE) == ()
