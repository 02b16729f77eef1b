"""How far a folder has been read."""

from inbox_worker.records import TroubleKind
from inbox_worker.store import Store
from tests.store.examples import MINUTE, NOW, mail_id, record


def test_a_folder_that_was_never_polled_has_no_point(store: Store) -> None:
    with store.reading() as view:
        assert view.point("team", "INBOX") is None


def test_a_point_remembers_where_reading_began_and_how_far_it_came(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 100, at=NOW)
        tx.set_point("team", "INBOX", 7, 150, at=NOW + MINUTE, complete=True)
    with store.reading() as view:
        point = view.point("team", "INBOX")
    assert point is not None
    assert (point.uidvalidity, point.first_uid, point.next_uid) == (7, 100, 150)
    assert (point.started_at, point.complete_at) == (NOW, NOW + MINUTE)


def test_a_poll_that_stopped_half_way_leaves_the_last_complete_one_known(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 100, at=NOW, complete=True)
        point = tx.set_point("team", "INBOX", 7, 150, at=NOW + MINUTE)
    assert (point.next_uid, point.complete_at) == (150, NOW)


def test_a_point_never_goes_back_under_one_uidvalidity(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 150, at=NOW)
        assert tx.set_point("team", "INBOX", 7, 120, at=NOW).next_uid == 150


def test_a_renumbered_folder_begins_anew_without_the_old_counts(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 150, at=NOW, complete=True)
        tx.note_count("team", "INBOX", server_uidnext=150, server_exists=90, missing=2, at=NOW)
        point = tx.set_point("team", "INBOX", 8, 1, at=NOW + MINUTE)
    assert (point.uidvalidity, point.first_uid, point.next_uid) == (8, 1, 1)
    assert (point.missing, point.server_uidnext, point.counted_at) == (0, None, None)


def test_folders_and_mailboxes_have_points_of_their_own(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 10, at=NOW)
        tx.set_point("team", "Junk", 9, 20, at=NOW)
        tx.set_point("other", "INBOX", 7, 30, at=NOW)
        assert [(point.mailbox, point.folder, point.next_uid) for point in tx.points()] == [
            ("other", "INBOX", 30),
            ("team", "INBOX", 10),
            ("team", "Junk", 20),
        ]


def test_a_comparison_with_the_server_is_kept_with_the_point(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 10, at=NOW)
        tx.note_count("team", "INBOX", server_uidnext=12, server_exists=9, missing=1, at=NOW + MINUTE)
        point = tx.point("team", "INBOX")
    assert point is not None
    assert (point.server_uidnext, point.server_exists, point.missing) == (12, 9, 1)
    assert point.counted_at == NOW + MINUTE


def test_a_uid_of_four_thousand_million_fits(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.set_point("team", "INBOX", 2**32 - 1, 2**32 - 1, at=NOW).next_uid == 2**32 - 1


def test_failed_tries_are_counted_until_the_mail_is_recorded(store: Store) -> None:
    with store.transaction() as tx:
        tries = [tx.note_trouble(mail_id(5), TroubleKind.FETCH, NOW + n * MINUTE) for n in range(3)]
        tx.note_trouble(mail_id(6), TroubleKind.READ, NOW)
        assert tries == [1, 2, 3]
        (first, second) = tx.troubles("team", "INBOX")
        assert (first.mail_id, first.first_at, first.last_at) == (mail_id(5), NOW, NOW + 2 * MINUTE)
        assert second.kind is TroubleKind.READ
        record(tx, 5)
        assert [trouble.mail_id for trouble in tx.troubles()] == [mail_id(6)]


def test_another_kind_of_failure_is_counted_from_one_again(store: Store) -> None:
    with store.transaction() as tx:
        tx.note_trouble(mail_id(5), TroubleKind.FETCH, NOW)
        tx.note_trouble(mail_id(5), TroubleKind.FETCH, NOW)
        assert tx.note_trouble(mail_id(5), TroubleKind.READ, NOW) == 1


def test_a_mail_that_is_gone_from_the_server_is_no_trouble_any_more(store: Store) -> None:
    with store.transaction() as tx:
        tx.note_trouble(mail_id(5), TroubleKind.FETCH, NOW)
        tx.forget_trouble(mail_id(5))
        assert tx.troubles() == ()
