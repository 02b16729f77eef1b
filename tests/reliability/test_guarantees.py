"""What must hold for every mail: taken in once, answered once at most, and never stopped by another."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inbox_worker.assembly import Box, service
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.reading import Outcome
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import StoreError
from inbox_worker.jobs import Jobs
from inbox_worker.reader import Reader
from inbox_worker.reading_process import Limits, ReadingProcess, Unreadable
from inbox_worker.records import OutboxState
from inbox_worker.store.engine import connect
from tests.site import MAILBOX, TEAM, Site, form, mail, running

APPLICANT = "t.okoro@kent.ac.uk"


def application(number: int = 1, message_id: str | None = "", **values: str) -> bytes:
    address = f"person{number}@kent.ac.uk"
    own = f"<app-{number}@mail.kent.ac.uk>" if message_id == "" else message_id
    return mail(form(email=address, **values), sender=address, message_id=own)


def answered(smtp: SmtpServer, number: int = 1) -> int:
    return sum(each.recipients == (f"person{number}@kent.ac.uk",) for each in smtp.deliveries)


def codes(site: Site) -> list[str]:
    with site.service.store.reading() as view:
        return sorted(code for (_, code), number in view.counts(_long_ago()).mails.items() for _ in range(number))


def _long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=3650)


# Keys


def test_a_mail_delivered_twice_is_taken_in_once(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    same = application()
    with running(tmp_path, account, smtp_server, database_url) as site:
        account.deliver(same, same)
        site.once()
        account.deliver(same)
        site.once()
        assert codes(site) == ["CLEAR", "DUPLICATE", "DUPLICATE"]
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
    assert answered(smtp_server) == 1


def test_a_mail_without_a_message_id_is_known_again_by_its_content(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    same = application(message_id=None)
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(same, same)
        site.once()
        assert codes(site) == ["CLEAR", "DUPLICATE"]
    assert answered(smtp_server) == 1


def test_a_message_id_that_another_mail_had_hides_nothing(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(application(1, "<same@x.org>"), application(2, "<same@x.org>"))
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 2
            assert view.recorded("equality", "INBOX", view.points()[0].uidvalidity, range(200))
    assert answered(smtp_server, 1) == 1


def test_a_mail_that_was_moved_out_and_back_is_known_again(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    dovecot.create_folder("Away")
    with running(tmp_path, dovecot, smtp_server, sqlite_url) as site:
        dovecot.deliver(application())
        site.once()
        for here, there in (("INBOX", "Away"), ("Away", "INBOX")):
            with dovecot.client() as client:
                client.select(here)
                assert client.uid("MOVE", "1:*", there)[0] == "OK"
        site.once()
        assert codes(site) == ["CLEAR", "DUPLICATE"]
    assert answered(smtp_server) == 1


def test_two_workers_that_both_believe_to_have_the_mailbox_take_each_mail_in_once(
    dovecot: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, dovecot, smtp_server, database_url, _small_batches) as site, service(site.config) as other:
        dovecot.deliver(*(application(number) for number in range(12)))
        failed: list[Exception] = []

        def poll(box: Box) -> None:  # without asking for the lock, as after a connection that was lost
            try:
                with box.connection() as mailbox:
                    box.intake.poll(mailbox)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=poll, args=(each.boxes[0],)) for each in (site.service, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        site.once()
        assert codes(site) == ["CLEAR"] * 12
        with site.service.store.reading() as view:
            assert len(view.applications()) == 12
            assert view.held() == ()
    assert [answered(smtp_server, number) for number in range(12)] == [1] * 12


def _small_batches(data: dict[str, Any]) -> None:
    data["mailboxes"][0]["imap"]["batch_mails"] = 2


# Poison


def _quick(data: dict[str, Any]) -> None:
    data["reading"] = {"time": "1s"}


def _slow(number: int = 7) -> bytes:
    """A mail that takes seconds to read: a table with very many rows. An ordinary one takes hundredths."""
    head = application(number).partition(b"\r\n\r\n")[0].replace(b"text/plain", b"text/html")
    return head + b"\r\n\r\n<table>" + b"<tr><td>Name: x<td>y\r\n" * 150_000


def test_a_mail_that_ends_the_process_that_reads_it_is_held_and_the_others_are_answered(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url, _quick) as site:
        pymap.deliver(application(1), _slow(), application(2))
        site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held()
            assert len(view.applications()) == 2
    assert entry.ledger.code == "TIMEOUT"
    assert entry.sender == "person7@kent.ac.uk"  # the head was read
    assert (answered(smtp_server, 1), answered(smtp_server, 2), answered(smtp_server, 7)) == (1, 1, 0)
    assert any(each.recipients == (TEAM,) and b"needs_a_person" in each.content for each in smtp_server.deliveries)


def test_a_reading_process_that_is_killed_once_costs_no_mail(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    raw = RawMail(MailId("equality", "INBOX", 1, 2), application(), datetime.now(UTC))
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        process = ReadingProcess(Limits())
        try:
            process.read(_reader(site), raw, raw.received)
            assert process._process is not None
            process._process.kill()  # as a machine does that is out of memory
            _, reading = process.read(_reader(site), raw, raw.received)
        finally:
            process.close()
    assert reading.decision.outcome is Outcome.REPLY


def _reader(site: Site) -> Reader:
    return site.service.boxes[0].handling().reader


def test_a_mail_that_takes_too_long_is_given_up_after_two_tries_and_the_next_is_read(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    slow = RawMail(MailId("equality", "INBOX", 1, 1), _slow(), now)
    quick = RawMail(MailId("equality", "INBOX", 1, 2), application(), now)
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        process = ReadingProcess(Limits(seconds=1))
        try:
            with pytest.raises(Unreadable) as raised:
                process.read(_reader(site), slow, now)
            _, reading = process.read(_reader(site), quick, now)
        finally:
            process.close()
    assert raised.value.code == "TIMEOUT"
    assert reading.decision.outcome is Outcome.REPLY


def test_a_database_that_refuses_a_mail_holds_it_and_the_others_go_on(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        _execute(
            sqlite_url,
            "CREATE TRIGGER no_x BEFORE INSERT ON application WHEN NEW.sender = 'person2@kent.ac.uk'"
            " BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        pymap.deliver(application(1), application(2), application(3))
        site.once()
        with site.service.store.reading() as view:
            assert [entry.ledger.code for entry in view.held()] == ["ERROR"]
            assert len(view.applications()) == 2
    assert [answered(smtp_server, number) for number in (1, 2, 3)] == [1, 0, 1]


def test_a_row_of_the_outbox_that_cannot_be_sent_stops_no_other(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(application(1), application(2))
        jobs = Jobs(site.service)
        jobs.poll(site.service.boxes[0])
        _execute(sqlite_url, "UPDATE outbox SET recipient = 'p\u00e9rson' WHERE recipient = 'person1@kent.ac.uk'")
        _execute(sqlite_url, "UPDATE outbox_content SET content = 'words' WHERE id = 2")  # no bytes at all
        jobs.deliver()
    assert answered(smtp_server, 2) == 1


# The database


def _execute(url: str, *statements: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Hold SQLite's write lock, as a backup program that hangs would."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


def test_a_full_disk_stops_the_pass_and_the_next_one_goes_on(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(application())
        # SQLite answers "database or disk is full" to the first page that it cannot have.
        engine = site.service.store._engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        reports = Jobs(site.service).once()
        assert any(isinstance(report.error, StoreError) for report in reports)
        assert smtp_server.deliveries == []
        site.service.store.close()  # what the disk had no room for, it has now
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
    assert answered(smtp_server) == 1


def test_a_database_that_is_locked_or_gone_costs_one_pass(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox_worker.store.engine.BUSY_SECONDS", 0.2)
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        _execute_quickly(site)
        pymap.deliver(application())
        with _locked(sqlite_url):
            reports = Jobs(site.service).once()
        assert any(isinstance(report.error, StoreError) for report in reports)
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        site.service.store.close()
        shutil.move(path, tmp_path / "away.db")
        assert all(isinstance(report.error, StoreError) for report in Jobs(site.service).once())
        site.service.store.close()
        shutil.move(tmp_path / "away.db", path)
        site.once()
    assert answered(smtp_server) == 1


def _execute_quickly(site: Site) -> None:
    """Let the open connections wait as briefly as new ones."""
    with site.service.store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 200")


@pytest.mark.postgres
def test_a_database_server_that_cuts_every_connection_costs_one_pass(
    pymap: Account, smtp_server: SmtpServer, postgresql_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, postgresql_url) as site:
        pymap.deliver(application())
        jobs = Jobs(site.service)
        jobs.poll(site.service.boxes[0])
        _execute(
            postgresql_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        jobs.once()
        jobs.once()
    assert answered(smtp_server) == 1


# Fuses


def _fuses(**limits: object) -> Any:
    def settings(data: dict[str, Any]) -> None:
        data["fuses"] = limits

    return settings


def test_the_same_answer_goes_to_one_address_once_in_a_week(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        for number in range(4):
            pymap.deliver(application(1, f"<again-{number}@x.org>", name=f"Ann{'e' * number} Person"))
            site.once()
    assert answered(smtp_server) == 1


def test_the_limit_of_an_hour_stops_every_reply_until_a_person_resumes_and_survives_a_restart(
    pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url, _fuses(per_hour=3)) as site:
        pymap.deliver(*(application(number) for number in range(6)))
        site.once()
        assert sum(answered(smtp_server, number) for number in range(6)) == 3
        assert any(each.recipients == (TEAM,) and b"needs_a_person" in each.content for each in smtp_server.deliveries)
    with running(tmp_path, pymap, smtp_server, database_url, _fuses(per_hour=1000)) as site:
        site.once()
        assert sum(answered(smtp_server, number) for number in range(6)) == 3  # a new process, a new limit: still off
        with site.service.store.transaction() as tx:
            (fuse,) = tx.tripped()
            assert tx.reset(fuse.name, by="a person", at=site.service.clock())
        site.once()
    assert sum(answered(smtp_server, number) for number in range(6)) == 6


def test_two_workers_pointed_at_each_other_stop_after_one_mail_each(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, migrated_file: Path
) -> None:
    from inbox_worker.demo_servers import ImapServer

    theirs = tmp_path / "theirs"
    theirs.mkdir()
    shutil.copyfile(migrated_file, theirs / "their.db")
    address = "allies@example.org"

    def other(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["addresses"] = [address]

    with (
        ImapServer("b@example.org", "a-demo-password") as inbox,
        SmtpServer() as outgoing,
        running(tmp_path, pymap, smtp_server, sqlite_url) as here,
        running(theirs, inbox, outgoing, f"sqlite:///{theirs / 'their.db'}", other) as there,
    ):
        pymap.deliver(mail(form(), sender=address, to=MAILBOX))
        inbox.deliver(mail(form(), sender=MAILBOX, to=address, message_id="<other@example.org>"))
        for _ in range(4):
            here.once()
            there.once()
            inbox.deliver(*_new(smtp_server, address))
            pymap.deliver(*_new(outgoing, MAILBOX))
        mine = [each for each in smtp_server.deliveries if each.recipients == (address,)]
        yours = [each for each in outgoing.deliveries if each.recipients == (MAILBOX,)]
    assert (len(mine), len(yours)) == (1, 1)


_PASSED_ON: set[tuple[int, int]] = set()


def _new(server: SmtpServer, recipient: str) -> list[bytes]:
    """Return what a server took for `recipient` since it was last asked."""
    new = [(number, each.content) for number, each in enumerate(server.deliveries) if each.recipients == (recipient,)]
    found = [content for number, content in new if (id(server), number) not in _PASSED_ON]
    _PASSED_ON.update((id(server), number) for number, _ in new)
    return found


def test_claims_of_a_worker_that_is_gone_are_taken_over_at_once(
    pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url) as site:
        pymap.deliver(application())
        jobs = Jobs(site.service)
        jobs.poll(site.service.boxes[0])
        with site.service.store.transaction() as tx:
            tx.claim(site.service.clock(), "gone:1:x", 1)
        jobs.deliver()
        with site.service.store.reading() as view:
            assert {item.state for item in view.outbox()} == {OutboxState.SENT}
    assert answered(smtp_server) == 1
