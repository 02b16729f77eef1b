"""Old mail is imported without a word to anybody, in pieces, and the live service goes on as it was."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from inbox_worker.backfill import backfill
from inbox_worker.cli.main import app
from inbox_worker.core.reading import Outcome
from inbox_worker.demo_servers import Account, SmtpServer
from tests.site import form, mail, running

LAST_WEEK = datetime.now(UTC) - timedelta(days=5)
LAST_YEAR = datetime.now(UTC) - timedelta(days=400)
SINCE = (datetime.now(UTC) - timedelta(days=30)).date()


def old(number: int) -> bytes:
    address = f"old{number}@kent.ac.uk"
    return mail(form(email=address), sender=address, message_id=f"<old-{number}@mail.kent.ac.uk>")


def small_batches(data: dict) -> None:  # type: ignore[type-arg]
    data["mailboxes"][0]["imap"]["batch_mails"] = 2


def imported(site, stop_after: int = 99, day: date = SINCE):
    (box,) = site.service.boxes
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > stop_after

    with box.connection() as mailbox:
        return list(backfill(box, site.service.store, day, mailbox, stop))


def test_backfill_imports_the_old_applications_and_sends_nothing_then_or_later(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    account.deliver(old(0), received=LAST_YEAR)
    account.deliver(*(old(number) for number in range(1, 6)), received=LAST_WEEK)
    with running(tmp_path, account, smtp_server, database_url, small_batches) as site:
        with site.service.store.reading() as view:
            (before,) = view.points()
        (*_, last) = imported(site)
        site.once()
        with site.service.store.reading() as view:
            (after,) = view.points()
            senders = {each.sender for each in view.applications()}
            assert view.outbox() == ()
    assert (last.done, last.total, last.known) == (5, 5, 0)
    assert senders == {f"old{number}@kent.ac.uk" for number in range(1, 6)}
    assert (after.next_uid, after.first_uid) == (before.next_uid, before.first_uid)
    assert smtp_server.deliveries == []


def test_backfill_that_is_stopped_goes_on_where_it_was(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    account.deliver(*(old(number) for number in range(5)), received=LAST_WEEK)
    with running(tmp_path, account, smtp_server, sqlite_url, small_batches) as site:
        first = imported(site, stop_after=1)[-1]
        second = imported(site)[-1]
        third = imported(site)[-1]
        with site.service.store.reading() as view:
            assert len(view.applications()) == 5
    assert (first.done, first.total) == (2, 5)
    assert (second.done, second.total, second.known) == (3, 3, 2)
    assert (third.done, third.total, third.known) == (0, 0, 5)


def test_mail_that_the_service_reads_is_left_to_it_and_is_answered(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        account.deliver(old(1))
        assert imported(site)[-1].total == 0
        site.once()
    assert ("old1@kent.ac.uk",) in [each.recipients for each in smtp_server.deliveries]


def test_old_mail_that_a_person_must_see_is_listed_and_alerts_nobody(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    words = "I wanted to be a mental health ally but I can't go on. I am going to end my life tonight. Goodbye."
    account.deliver(mail(words, sender="j.fairweather@kent.ac.uk"), received=LAST_WEEK)
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        last = imported(site)[-1]
        site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held()
    assert entry.ledger.tier.value == "A"
    assert [outcome for outcome, _ in last.mails] == [Outcome.HOLD]
    assert smtp_server.deliveries == []


def test_the_command_tells_what_it_did(account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    account.deliver(old(1), received=LAST_WEEK)
    with running(tmp_path, account, smtp_server, sqlite_url):
        pass
    arguments = ["backfill", "--since", SINCE.isoformat(), "--config", str(tmp_path / "config.yaml"), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["mailbox"], told["done"], told["known"]) == ("equality", 1, 0)
    again = CliRunner().invoke(app, arguments)
    assert json.loads(again.stdout)["known"] == 1
