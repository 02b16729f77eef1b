"""The ledger: every mail once, and known again by any of its keys."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from inbox_worker.core.reading import Intent, Outcome, Tier
from inbox_worker.errors import Unstorable
from inbox_worker.records import SeenBy
from inbox_worker.store import Store
from tests.store.examples import MINUTE, NOW, entry, mail_id, record


def test_a_new_mail_has_not_been_seen(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        assert tx.has_seen(mail_id(2), "<other@example.org>", "other print") is None


def test_the_same_place_is_seen_whatever_the_mail_holds(store: Store) -> None:
    with store.transaction() as tx:
        ledger_id = record(tx, 1)
        sighting = tx.has_seen(mail_id(1), "<other@example.org>", "other print")
    assert sighting is not None
    assert (sighting.ledger_id, sighting.by) == (ledger_id, SeenBy.PLACE)


@pytest.mark.parametrize(
    "place",
    [mail_id(9), mail_id(1, folder="Archive"), mail_id(1, uidvalidity=8)],
    ids=["delivered twice", "moved", "renumbered"],
)
@pytest.mark.parametrize("message_id", ["<mail-1@example.org>", None], ids=["with its id", "without an id"])
def test_a_copy_elsewhere_is_seen_by_its_content(store: Store, place, message_id) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        sighting = tx.has_seen(place, message_id, "print 1")
    assert sighting is not None
    assert sighting.by is SeenBy.FINGERPRINT


def test_another_mail_that_reuses_a_message_id_is_not_a_copy(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        assert tx.has_seen(mail_id(2), "<mail-1@example.org>", "other print") is None


def test_without_a_fingerprint_the_message_id_decides(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        tx.record(mail_id(2), "<no-print@example.org>", "", NOW, entry(), NOW)
        by_id = [
            tx.has_seen(mail_id(8), "<mail-1@example.org>", ""),
            tx.has_seen(mail_id(8), "<no-print@example.org>", "a print"),
        ]
    assert [sighting and sighting.by for sighting in by_id] == [SeenBy.MESSAGE_ID, SeenBy.MESSAGE_ID]


def test_a_mail_without_any_key_is_known_by_its_place_alone(store: Store) -> None:
    with store.transaction() as tx:
        tx.record(mail_id(1), None, "", NOW, entry(), NOW)
        assert tx.has_seen(mail_id(2), None, "") is None
        assert tx.has_seen(mail_id(1), None, "") is not None


def test_a_mail_is_recorded_once_for_each_place(store: Store) -> None:
    with store.transaction() as tx:
        record(tx, 1)
        with pytest.raises(Unstorable), tx.savepoint():
            record(tx, 1, message_id="<other@example.org>")
        assert len(tx.ledger_rows("<mail-1@example.org>")) == 1


def test_a_row_holds_what_was_recorded(store: Store) -> None:
    held = entry(Outcome.HOLD, "DISTR", Tier.A)
    received = datetime(2026, 11, 23, 8, 30, tzinfo=timezone(timedelta(hours=-5)))
    with store.transaction() as tx:
        ledger_id = tx.record(mail_id(4), "<a@example.org>", "print", received, held, NOW, mark="flag")
        row = tx.ledger_row(ledger_id)
        assert row == tx.ledger_row_at(mail_id(4))
    assert row is not None
    assert (row.mail_id, row.received_at, row.seen_at) == (mail_id(4), received, NOW)
    assert (row.outcome, row.code, row.intent, row.tier) == (Outcome.HOLD, "DISTR", Intent.APPLICATION, Tier.A)
    assert (row.scheme, row.application, row.mark, row.marked_at) == ("allies", None, "flag", None)


def test_times_come_back_in_utc(store: Store) -> None:
    received = datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with store.transaction() as tx:
        ledger_id = tx.record(mail_id(4), None, "print", received, entry(), NOW)
    with store.reading() as view:
        row = view.ledger_row(ledger_id)
    assert row is not None
    assert row.received_at.isoformat() == "2026-07-01T09:00:00.123456+00:00"


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(Unstorable), tx.savepoint():
        tx.record(mail_id(4), None, "print", datetime(2026, 7, 1), entry(), NOW)


def test_no_word_of_a_mail_reaches_the_database(sqlite_url: str) -> None:
    with Store(sqlite_url) as store, store.transaction() as tx:
        tx.record(mail_id(4), "<tell-tale-id@example.org>", "tell-tale-print", NOW, entry(), NOW)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    assert not [file.name for file in folder.iterdir() if b"tell-tale" in file.read_bytes()]


def test_what_the_server_has_and_the_ledger_lacks_can_be_told(store: Store) -> None:
    with store.transaction() as tx:
        for uid in (1, 2, 4, 3000):
            record(tx, uid)
        assert tx.recorded("team", "INBOX", 7, range(1, 2500)) == {1, 2, 4}
        assert tx.recorded("team", "INBOX", 8, [1, 2]) == frozenset()
        assert tx.recorded("team", "INBOX", 7, []) == frozenset()
        assert tx.recorded_between("team", "INBOX", 7, 2, 3000) == 3


def test_a_mark_that_the_server_has_not_got_stays_on_the_list(store: Store) -> None:
    with store.transaction() as tx:
        first = tx.record(mail_id(1), None, "1", NOW, entry(), NOW, mark="move:Applications")
        second = tx.record(mail_id(2), None, "2", NOW, entry(), NOW, mark="move:Applications")
        record(tx, 3)
        tx.marked(first, NOW + MINUTE)
        assert [row.id for row in tx.unmarked("team", "INBOX")] == [second]
        assert tx.unmarked("team", "Archive") == ()
