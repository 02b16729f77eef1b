"""What goes when its time is over, and what stays."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from inbox_worker import privacy
from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.core.mail import Address
from inbox_worker.core.reading import Outcome, Tier
from inbox_worker.core.retention import ENDED, UNDECIDED, Kept, Periods
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.records import OutboxState
from inbox_worker.store import Store, Tx
from inbox_worker.store.engine import connect
from tests.privacy.conftest import Command, configured
from tests.site import running
from tests.store.examples import NOW, apply_new, entry, mail_id, message, new_application, record

DAY = timedelta(days=1)
PERIODS = Periods(
    undecided=365 * DAY, ended=183 * DAY, left=365 * DAY, held=30 * DAY, messages=30 * DAY, ledger=730 * DAY
)


def apply_at(tx: Tx, uid: int, at: datetime, state: ApplicationState, *earlier: ApplicationState) -> int:
    """Record an application that reached `state` at `at`; return its id."""
    found = apply_new(tx, uid, change=new_application(ApplicationState.RECEIVED))
    for each in (*earlier, state):
        tx.set_state(found.id, each, by="ada", at=at)
    return found.id


def left(store: Store) -> set[int]:
    with store.reading() as view:
        return {each.id for each in view.applications()}


def test_every_state_has_a_period_or_waits_for_the_person_to_leave() -> None:
    assert set(UNDECIDED) | set(ENDED) | {ApplicationState.ACCEPTED} == set(ApplicationState)


@pytest.mark.parametrize(
    ("states", "days"),
    [
        ([ApplicationState.UNDER_REVIEW], 365),
        ([ApplicationState.HELD], 365),
        ([ApplicationState.DECLINED], 183),
        ([ApplicationState.WITHDRAWN], 183),
        ([ApplicationState.CLOSED], 183),
        ([ApplicationState.ACCEPTED, ApplicationState.CLOSED], 365),
    ],
)
def test_an_application_goes_when_its_period_is_over_and_not_before(
    store: Store, states: list[ApplicationState], days: int
) -> None:
    with store.transaction() as tx:
        number = apply_at(tx, 1, NOW, states[-1], *states[:-1])
    assert privacy.purge(store, PERIODS, NOW + days * DAY - DAY).counts["undecided"] == 0
    assert left(store) == {number}
    done = privacy.purge(store, PERIODS, NOW + days * DAY + DAY)
    assert sum(done.counts[kept] for kept in ("undecided", "ended", "left")) == 1
    assert left(store) == set()


def test_who_was_accepted_stays_until_a_person_closes_the_application(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_at(tx, 1, NOW, ApplicationState.ACCEPTED)
    privacy.purge(store, PERIODS, NOW + 3650 * DAY)
    assert left(store) == {number}


def test_a_restricted_application_is_kept_with_its_messages_and_reported(store: Store) -> None:
    with store.transaction() as tx:
        number = apply_at(tx, 1, NOW, ApplicationState.DECLINED)
        tx.restrict(number, True, by="ada", at=NOW)
        item = tx.enqueue(message(1, application=number), NOW)
        tx.cancel(item, by="ada", at=NOW)
    done = privacy.purge(store, PERIODS, NOW + 400 * DAY)
    assert left(store) == {number}
    assert done.overdue["restricted applications"] == 1
    with store.reading() as view:
        assert view.content(item) is not None


def test_words_of_a_purged_application_leave_the_file(sqlite_url: str) -> None:
    with Store(sqlite_url) as store:
        with store.transaction() as tx:
            apply_new(tx, 1, change=new_application(motivation="my grandmother's accordion"))
        assert files_hold(sqlite_url, b"accordion")
        assert privacy.purge(store, PERIODS, NOW + 400 * DAY).scrubbed
        assert not files_hold(sqlite_url, b"accordion")
        assert not files_hold(sqlite_url, b"Thank you")


def test_held_mail_goes_after_it_was_resolved_and_stays_while_it_is_open(store: Store) -> None:
    with store.transaction() as tx:
        for uid in (1, 2):
            ledger_id = record(tx, uid, what=entry(Outcome.HOLD, "DISTR", Tier.B))
            tx.hold(ledger_id, Address("Ann", f"ann{uid}@example.net"), "Help", NOW)
        tx.resolve(1, by="ada", how="closed", at=NOW)
    done = privacy.purge(store, PERIODS, NOW + 400 * DAY)
    assert done.counts["held"] == 1
    assert done.overdue["held mail still open"] == 1
    with store.reading() as view:
        assert [entry.id for entry in view.held(open_only=False)] == [2]
        tiers = [view.ledger_row(number).tier for number in (1, 2)]  # type: ignore[union-attr]
    assert tiers == [Tier.NONE, Tier.B]  # no judgement about anybody outlives the case


def test_a_message_loses_text_and_address_and_keeps_that_it_went(store: Store) -> None:
    with store.transaction() as tx:
        for number in (1, 2, 3):
            tx.enqueue(message(number, kind=MessageKind.SUMMARY), NOW, rehearse=number == 3)
        tx.claim(NOW, "w", 1)
        tx.hand_over([1], "w", NOW)
        tx.sent(1, "w", NOW)
    assert privacy.purge(store, PERIODS, NOW + 29 * DAY).total == 0
    assert privacy.purge(store, PERIODS, NOW + 31 * DAY).counts["messages"] == 2
    with store.reading() as view:
        items = view.outbox()
        contents = [view.content(item.id) is None for item in items]
    assert [(item.state, item.recipient != "", item.purged) for item in items] == [
        (OutboxState.SENT, False, True),
        (OutboxState.QUEUED, True, False),  # what still waits to go out is whole
        (OutboxState.REHEARSED, False, True),
    ]
    assert contents == [True, False, True]


def test_the_ledger_forgets_old_mails_and_does_not_count_them_as_missed(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 1, at=NOW)
        tx.set_point("team", "INBOX", 7, 4, at=NOW)
        for uid in (1, 2, 3):
            record(tx, uid)
        tx.hold(3, Address("Ann", "ann@example.net"), "Help", NOW)
    assert privacy.purge(store, PERIODS, NOW + 731 * DAY).counts["ledger"] == 2
    with store.reading() as view:
        assert view.recorded("team", "INBOX", 7, [1, 2, 3]) == {3}  # what waits for a person stays
        point = view.point("team", "INBOX")
        assert point is not None
        assert (point.first_uid, point.next_uid) == (3, 4)


def test_a_dry_run_counts_the_same_and_changes_nothing(store: Store) -> None:
    with store.transaction() as tx:
        for uid in range(1, 4):
            apply_at(tx, uid, NOW, ApplicationState.DECLINED)
    later = NOW + 800 * DAY
    counted = privacy.purge(store, PERIODS, later, dry_run=True)
    assert counted.counts["ended"] == 3
    assert counted.counts["ledger"] == 3
    assert left(store) == {1, 2, 3}
    assert privacy.purge(store, PERIODS, later).counts == counted.counts


def test_more_than_one_batch_goes_in_one_purge(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "BATCH", 2)
    with store.transaction() as tx:
        for uid in range(1, 6):
            record(tx, uid)
    assert privacy.purge(store, PERIODS, NOW + 731 * DAY).counts["ledger"] == 5


def test_a_purge_stops_between_batches(store: Store) -> None:
    with store.transaction() as tx:
        apply_at(tx, 1, NOW, ApplicationState.DECLINED)
    assert privacy.purge(store, PERIODS, NOW + 400 * DAY, stop=lambda: True).total == 0


def test_a_purge_is_in_the_audit_log_by_counts(store: Store) -> None:
    with store.transaction() as tx:
        apply_at(tx, 1, NOW, ApplicationState.DECLINED)
    privacy.purge(store, PERIODS, NOW + 200 * DAY)
    with store.reading() as view:
        assert view.audit_log()[-1].what == "purged 1 ended"


def test_the_daily_purge_is_due_once_a_day(store: Store) -> None:
    assert privacy.due(store, NOW)
    with store.transaction() as tx:
        tx.job_started(privacy.JOB, NOW)
        tx.job_finished(privacy.JOB, "ok", NOW)
    assert not privacy.due(store, NOW + timedelta(hours=22))
    assert privacy.due(store, NOW + timedelta(hours=24))
    with store.transaction() as tx:
        tx.job_started(privacy.JOB, NOW + DAY)
        tx.job_finished(privacy.JOB, "StoreError", NOW + DAY)
    assert privacy.due(store, NOW + DAY + timedelta(hours=1))


def test_the_command_counts_first_and_removes_then(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    config = configured(tmp_path, sqlite_url)
    with Store(sqlite_url) as store, store.transaction() as tx:
        tx.record(mail_id(1), None, "print", NOW - 900 * DAY, entry(), NOW - 900 * DAY)
    counted = json.loads(command("privacy", "purge", "--dry-run", "--json", "--config", config).stdout)
    assert (counted["dry_run"], counted["removed"]["ledger"]) == (True, 1)
    removed = json.loads(command("privacy", "purge", "--json", "--config", config).stdout)
    assert (removed["dry_run"], removed["removed"]["ledger"]) == (False, 1)
    assert "Removed" in command("privacy", "purge", "--config", config).output


def test_the_audit_log_survives_every_purge(database_url: str, store: Store) -> None:
    with store.transaction() as tx:
        tx.audit("ada", "viewed", "ALY-0001", NOW - 9999 * DAY)
    privacy.purge(store, PERIODS, NOW)
    engine = connect(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 1
    engine.dispose()


def test_the_categories_and_the_settings_have_the_same_names() -> None:
    from inbox_worker.config.keeping import RetentionSection

    assert {kept.value for kept in Kept} == set(RetentionSection.model_fields) == set(Periods.__slots__)


def files_hold(url: str, words: bytes) -> bool:
    path = Path(url.removeprefix("sqlite:///"))
    return any(words in file.read_bytes() for file in path.parent.glob(path.name + "*"))


def test_a_database_in_use_is_told_and_not_an_error(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox_worker.store.engine.BUSY_SECONDS", 0.2)
    with Store(sqlite_url) as store:
        with store.transaction() as tx:
            apply_at(tx, 1, NOW, ApplicationState.DECLINED)
        with store.reading() as view:
            assert len(view.applications()) == 1  # this reader still needs the old pages
            assert not privacy.purge(store, PERIODS, NOW + 200 * DAY).scrubbed
        assert store.scrub()
    assert not files_hold(sqlite_url, b"Nerys")


def test_the_service_purges_once_a_day(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:  # its first pass has purged
        with site.service.store.transaction() as tx:
            tx.record(mail_id(1), None, "print", NOW - 900 * DAY, entry(), NOW - 900 * DAY)
        assert privacy.JOB not in {report.job for report in site.once()}
        with site.service.store.transaction() as tx:
            tx.job_started(privacy.JOB, datetime.now(UTC) - DAY)
            tx.job_finished(privacy.JOB, "ok", datetime.now(UTC) - DAY)
        (report,) = [report for report in site.once() if report.job == privacy.JOB]
        assert (report.counts["ledger"], report.error) == (1, None)
