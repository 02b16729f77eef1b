"""Servers and networks that fail: the next pass carries on, nothing is lost, nobody is answered twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_worker.core.effects import MessageKind
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import InboxWorkerError, MailboxError, SendError, SignInError, SubmissionRefused
from inbox_worker.jobs import Jobs, Report
from inbox_worker.records import NewMessage, OutboxState
from tests.reliability.relay import Relay, Rule, cut, cut_after, cut_half, delay, garble, instead, replace
from tests.site import Site, form, mail, running

APPLICANT = ("t.okoro@kent.ac.uk",)


def answers(smtp: SmtpServer) -> int:
    return sum(each.recipients == APPLICANT for each in smtp.deliveries)


def go(site: Site, times: int = 1) -> list[Report]:
    """Run every job; faults are what is tested."""
    return [report for _ in range(times) for report in Jobs(site.service).once()]


def faults(reports: list[Report]) -> list[InboxWorkerError]:
    return [report.error for report in reports if report.error is not None]


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def behind_relays(
    folder: Path, account: Account, smtp: SmtpServer, database: str, clock: Callable[[], datetime]
) -> Iterator[tuple[Site, Relay, Relay]]:
    """Yield a site that reaches its servers through relays, with one application waiting in the mailbox."""

    def quick(data: dict[str, Any]) -> None:
        for section in ("imap", "smtp"):
            data["mailboxes"][0][section] |= {"read_timeout": "1s", "connect_timeout": "1s"}

    with (
        Relay(account) as imap,
        Relay(smtp) as submission,
        running(folder, imap, submission, database, quick, clock) as site,  # type: ignore[arg-type]
    ):
        account.deliver(mail(form(), sender="t.okoro@kent.ac.uk"))
        yield site, imap, submission


IMAP = {
    "greeting cut": Rule("server", r"^\* OK", cut),
    "sign-in cut": Rule("client", r"AUTHENTICATE|LOGIN", cut),
    "sign-in answer cut": Rule("server", r"^\+ ", cut_after),
    "status cut": Rule("client", r"STATUS", cut),
    "status answer cut in half": Rule("server", r"^\* STATUS", cut_half),
    "examine cut": Rule("client", r"EXAMINE", cut),
    "search cut": Rule("client", r"UID SEARCH", cut),
    "search answer garbled": Rule("server", r"^\* SEARCH", garble),
    "search answer empty": Rule("server", r"^\* SEARCH", replace(b"* SEARCH 1", b"* SEARCH")),
    "fetch cut": Rule("client", r"UID FETCH", cut),
    "mail cut in half": Rule("server", r"BODY\[\]", cut_half),
    "mail garbled": Rule("server", r"BODY\[\]", garble),
    "server silent": Rule("server", r"BODY\[\]", delay(3)),
    "server says goodbye": Rule("client", r"UID FETCH", instead(b"* BYE shutting down\r\n")),
    "token expired": Rule("client", r"UID FETCH", instead(b"* BYE Session invalidated - AccessTokenExpired\r\n")),
    "try again": Rule("client", r"^\S+ STATUS", cut),
}


@pytest.mark.parametrize("fault", IMAP)
def test_an_imap_connection_that_breaks_anywhere_costs_one_pass(
    fault: str, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    rule = IMAP[fault]
    with behind_relays(tmp_path, pymap, smtp_server, sqlite_url, clock) as (site, imap, _):
        rule.seen = 0
        imap.rules.append(rule)
        reports = go(site)
        found = faults(reports)
        assert rule.seen == 1, "the fault did not happen"
        if fault == "token expired":
            assert found == []  # a new session, at once
        else:
            assert all(type(error) is MailboxError for error in found)
        go(site)
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
            assert view.troubles() == ()
    assert answers(smtp_server) == 1


SMTP_BEFORE = {  # the server cannot have taken the message
    "greeting cut": Rule("server", r"^220", cut),
    "EHLO cut": Rule("client", r"^EHLO", cut),
    "MAIL FROM cut": Rule("client", r"^MAIL FROM", cut, times=9),
    "RCPT TO answer cut": Rule("server", r"^250 2\.1\.5", cut, times=9),
    "DATA answer cut": Rule("server", r"^354", cut, times=9),
    "421 to MAIL": Rule("client", r"^MAIL FROM", instead(b"421 4.3.2 closing\r\n"), times=9),
    "432 to MAIL": Rule("client", r"^MAIL FROM", instead(b"432 4.3.2 concurrent connections\r\n"), times=9),
    "451 to RCPT": Rule("client", r"^RCPT TO", instead(b"451 4.7.1 greylisted\r\n"), times=9),
    "535 to MAIL": Rule("client", r"^MAIL FROM", instead(b"535 5.7.3 unsuccessful\r\n"), times=9),
    "554 SendAsDenied": Rule("client", r"^MAIL FROM", instead(b"554 5.2.252 SendAsDenied\r\n"), times=9),
    "nonsense": Rule("client", r"^MAIL FROM", instead(b"what?\r\n"), times=9),
}


@pytest.mark.parametrize("fault", SMTP_BEFORE)
def test_a_message_that_the_server_cannot_have_taken_is_sent_later_once(
    fault: str, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    rule = SMTP_BEFORE[fault]
    with behind_relays(tmp_path, pymap, smtp_server, sqlite_url, clock) as (site, _, submission):
        rule.seen = 0
        submission.rules.append(rule)
        found = faults(go(site))
        assert rule.seen >= 1, "the fault did not happen"
        assert answers(smtp_server) == 0
        if fault in ("535 to MAIL", "554 SendAsDenied"):
            assert [type(error) for error in found] == [SubmissionRefused]
        elif fault != "451 to RCPT":  # that is about one message, not about the server
            assert [type(error) for error in found] == [SendError]
        with site.service.store.reading() as view:
            assert {item.state for item in view.outbox()} == {OutboxState.QUEUED}
            assert {item.tries for item in view.outbox()} == ({1} if fault == "451 to RCPT" else {0})
        submission.rules.clear()
        clock.ahead = timedelta(hours=1)
        assert faults(go(site)) == []
    assert answers(smtp_server) == 1


UNKNOWN = {
    "answer to the dot cut": Rule("server", r"^250 2\.0\.0", cut, times=9),
    "answer to the dot garbled": Rule("server", r"^250 2\.0\.0", garble, times=9),
    "content cut in half": Rule("client", r"Message-ID", cut_half, times=9),  # which the worker cannot know
}


@pytest.mark.parametrize("fault", UNKNOWN)
def test_where_the_answer_after_the_dot_is_lost_a_person_decides_and_nothing_is_sent_again(
    fault: str, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    rule = UNKNOWN[fault]
    with behind_relays(tmp_path, pymap, smtp_server, sqlite_url, clock) as (site, _, submission):
        rule.seen = 0
        submission.rules.append(rule)
        go(site)
        submission.rules.clear()
        clock.ahead = timedelta(days=2)
        go(site, 2)
        with site.service.store.reading() as view:
            assert {item.state for item in view.outbox() if item.ledger_id} == {OutboxState.UNKNOWN}
    assert answers(smtp_server) == (0 if fault == "content cut in half" else 1)


HALF_SENT = {  # the content is far larger than what the sockets between the two can hold: the dot never left
    "content cut": Rule("client", r"^Subject: large", cut),
    "content cut in half": Rule("client", r"^Subject: large", cut_half),
    "server stops reading": Rule("client", r"^Subject: large", delay(3)),
}


@pytest.mark.parametrize("fault", HALF_SENT)
def test_a_connection_that_breaks_before_the_final_dot_left_is_tried_again(
    fault: str, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    rule = HALF_SENT[fault]
    with behind_relays(tmp_path, pymap, smtp_server, sqlite_url, clock) as (site, _, submission):
        go(site)
        large = b"Subject: large\r\n\r\n" + (b"x" * 900 + b"\r\n") * 10_000
        with site.service.store.transaction() as tx:
            number = tx.enqueue(_message(large), clock())
        rule.seen = 0
        submission.rules.append(rule)
        assert [type(error) for error in faults(go(site))] == [SendError]
        with site.service.store.reading() as view:
            item = view.outbox_item(number)
        assert item is not None
        assert (item.state, item.tries) == (OutboxState.QUEUED, 0)
        submission.rules.clear()
        clock.ahead = timedelta(hours=1)
        assert faults(go(site)) == []
    assert [len(each.content) for each in smtp_server.deliveries if each.recipients == ("large@kent.ac.uk",)] == [
        len(large)
    ]


def _message(content: bytes) -> NewMessage:
    return NewMessage(
        message_id="<large@kent.ac.uk>",
        kind=MessageKind.ALERT,
        template="alert",
        template_version="1",
        mailbox="equality",
        recipient="large@kent.ac.uk",
        content=content,
    )


def test_a_refused_message_is_not_tried_again_and_the_others_go_on(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    refused = Rule("client", r"RCPT TO:<t\.okoro", instead(b"550 5.1.1 no such user\r\n"), times=9)
    with behind_relays(tmp_path, pymap, smtp_server, sqlite_url, clock) as (site, _, submission):
        pymap.deliver(mail(form(email="b@kent.ac.uk"), sender="b@kent.ac.uk", message_id="<b@kent.ac.uk>"))
        submission.rules.append(refused)
        assert faults(go(site)) == []
        clock.ahead = timedelta(days=1)
        go(site)
        with site.service.store.reading() as view:
            states = {item.recipient: item.state for item in view.outbox()}
    assert states["t.okoro@kent.ac.uk"] is OutboxState.FAILED
    assert states["b@kent.ac.uk"] is OutboxState.SENT
    assert refused.seen == 1


@pytest.mark.parametrize(("section", "fault"), [("imap", MailboxError), ("smtp", SendError)])
def test_a_server_that_is_gone_or_has_no_address_is_tried_again_later(
    section: str, fault: type[Exception], pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def nowhere(data: dict[str, Any]) -> None:
        data["mailboxes"][0][section] |= {"host": "mail.invalid", "allow_plain": True}

    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(mail(form(), sender="t.okoro@kent.ac.uk"))
        broken = tmp_path / "broken"
        broken.mkdir()
        with running_without_a_look(broken, pymap, smtp_server, sqlite_url, nowhere) as other:
            assert [type(error) for error in faults(go(other))] == [fault]
        go(site)
    assert answers(smtp_server) == 1


def test_a_wrong_password_is_a_fault_of_the_set_up(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, dovecot, smtp_server, sqlite_url) as site:
        (tmp_path / "password").write_text("another")
        found = faults(go(site))
    assert [type(error) for error in found] == [SignInError]
    assert found[0].exit_code == 78


def test_a_clock_that_is_set_back_sends_nothing_twice_and_loses_nothing(
    pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url, clock=clock) as site:
        pymap.deliver(mail(form(), sender="t.okoro@kent.ac.uk"))
        site.once()
        clock.ahead = timedelta(days=-2)
        pymap.deliver(mail(form(email="b@kent.ac.uk"), sender="b@kent.ac.uk", message_id="<b@kent.ac.uk>"))
        site.once()
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 2
    assert answers(smtp_server) == 1
    assert sum(each.recipients == ("b@kent.ac.uk",) for each in smtp_server.deliveries) == 1


@contextmanager
def running_without_a_look(folder: Path, account: Any, smtp: Any, database: str, change: Any) -> Iterator[Site]:
    from inbox_worker.assembly import service
    from inbox_worker.config import load
    from tests.site import written

    config = load(written(folder, account, smtp, database, change))
    with service(config) as built:
        yield Site(config, built, account, smtp)
