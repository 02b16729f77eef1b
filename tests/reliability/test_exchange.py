"""A mailbox with the habits of Exchange Online: nothing lost, nothing asked that it cannot answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from inbox_worker.demo_servers import SmtpServer
from inbox_worker.jobs import Jobs
from inbox_worker.records import OutboxState
from tests.reliability.exchange import Exchange
from tests.reliability.test_faults import Clock
from tests.site import Site, form, mail, running

APPLICANT = "t.okoro@kent.ac.uk"


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange() as server:
        yield server


def application(number: int = 1, **headers: str) -> bytes:
    address = APPLICANT if number == 1 else f"person{number}@kent.ac.uk"
    return mail(form(email=address), sender=address, message_id=f"<app-{number}@mail.kent.ac.uk>", **headers)


def answered(smtp: SmtpServer, address: str = APPLICANT) -> int:
    return sum(each.recipients == (address,) for each in smtp.deliveries)


@contextmanager
def on_exchange(folder: Path, exchange: Exchange, smtp: SmtpServer, database: str, **imap: Any) -> Iterator[Site]:
    def settings(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["imap"] |= imap

    with running(folder, exchange, smtp, database, settings) as site:  # type: ignore[arg-type]
        yield site


def test_mail_is_read_and_answered_by_what_exchange_understands(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url, sent_folder="Sent Items") as site:
        exchange.deliver(application())
        site.once()
        site.once()
    assert answered(smtp_server) == 1
    for command in exchange.commands:
        for word in ("CHARSET", "RETURN", "ENABLE", "CONDSTORE", "MODSEQ", "KEYWORD", "STORE", "SELECT", "EXPUNGE"):
            assert word not in command.upper().split()


def test_a_session_that_ends_because_its_token_ran_out_is_no_failure(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url) as site:
        exchange.deliver(application())
        for after in range(2, 9):  # from the first command after sign-in on
            exchange.expire_after = after
            site.once()
    assert answered(smtp_server) == 1


def test_a_mail_that_fetch_leaves_out_at_first_is_answered_when_it_comes(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url) as site:
        exchange.gaps[1] = 2
        exchange.deliver(application(1), application(2))
        site.once()
        assert answered(smtp_server, "person2@kent.ac.uk") == 1  # the others do not wait
        for _ in range(3):
            site.once()
        with site.service.store.reading() as view:
            assert view.troubles() == ()
    assert answered(smtp_server) == 1


def test_a_mail_that_fetch_never_gives_is_given_to_a_person_after_three_tries(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url) as site:
        exchange.gaps[1] = 99
        exchange.deliver(application())
        for _ in range(4):
            site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held()
            assert view.troubles() == ()
    assert entry.ledger.code == "UNFETCHABLE"
    assert answered(smtp_server) == 0


def test_a_folder_that_is_numbered_anew_causes_nothing_again(
    exchange: Exchange, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, database_url) as site:
        exchange.deliver(*(application(number) for number in range(1, 6)))
        site.once()
        before = len(smtp_server.deliveries)
        exchange.renumber()
        site.once()
        assert len(smtp_server.deliveries) == before
        exchange.deliver(application(9))
        site.once()
        with site.service.store.reading() as view:
            (point,) = view.points()
            assert len(view.applications()) == 6
            assert view.held() == ()
    assert answered(smtp_server, "person9@kent.ac.uk") == 1
    assert (point.uidvalidity, point.next_uid, point.missing) == (15, 1006, 0)


def test_new_mail_found_while_a_folder_is_numbered_anew_goes_to_a_person(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url, batch_mails=1) as site:
        exchange.deliver(application(1))
        site.once()
        exchange.deliver(application(2), application(3))
        exchange.renumber()
        exchange.expire_after = 9  # and the session ends on the way: the rest is as careful
        site.once()
        site.once()
        with site.service.store.reading() as view:
            held = [entry.ledger.code for entry in view.held()]
            applications = view.applications()
    assert held == ["RENUMBERED", "RENUMBERED"]
    assert sorted(each.state.value for each in applications) == ["acknowledged", "held", "held"]
    assert answered(smtp_server, "person2@kent.ac.uk") == 0


def test_a_mail_that_a_colleague_has_answered_gets_no_answer_of_ours(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url, sent_folder="Sent Items") as site:
        reply = mail("Thanks, I will ring you.", sender="team@example.org", In_Reply_To="<app-2@mail.kent.ac.uk>")
        exchange.sent[1] = reply
        exchange.deliver(application(1), flags="\\Seen \\Answered")
        exchange.deliver(application(2))
        exchange.deliver(application(3))
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 3
    assert [answered(smtp_server, each) for each in (APPLICANT, "person2@kent.ac.uk", "person3@kent.ac.uk")] == [
        0,
        0,
        1,
    ]


@pytest.mark.parametrize("how", ["flag", "sent"])
def test_held_mail_that_a_colleague_answers_is_off_the_list(
    how: str, exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url, sent_folder="Sent Items") as site:
        exchange.deliver(application(1, X_Auto_Response_Suppress="All"))
        jobs = Jobs(site.service)
        jobs.once()
        with site.service.store.reading() as view:
            assert len(view.held()) == 1
        if how == "flag":
            exchange.flags[1] = "\\Answered"
            exchange.sent[1] = mail("About something else.", In_Reply_To="<x@example.org>")
        else:
            own = mail("An answer of the worker.", In_Reply_To="<app-1@mail.kent.ac.uk>", X_Inbox_Worker="x/1")
            exchange.sent[1] = own
            jobs.once()
            with site.service.store.reading() as view:
                assert len(view.held()) == 1  # the worker's own mail is nobody's answer
            exchange.sent[2] = mail("Thanks, I will ring you.", In_Reply_To="<app-1@mail.kent.ac.uk>")
        jobs.once()
        with site.service.store.reading() as view:
            assert view.held() == ()
            (entry,) = view.held(open_only=False)
    assert entry.how == "answered"


def test_a_reply_that_waits_is_kept_back_when_a_colleague_answers_first(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    clock = Clock()
    with running(tmp_path, exchange, smtp_server, sqlite_url, clock=clock) as site:  # type: ignore[arg-type]
        smtp_server.answer = lambda stage, argument: "451 4.7.1 later" if stage == "RCPT" else None
        exchange.deliver(application())
        site.once()
        exchange.flags[1] = "\\Answered"
        smtp_server.answer = None
        clock.ahead = timedelta(minutes=3)
        site.once()
        with site.service.store.reading() as view:
            (reply,) = [item for item in view.outbox() if item.template == "acknowledgement"]
    assert reply.state is OutboxState.CANCELLED
    assert answered(smtp_server) == 0


@pytest.mark.parametrize("there", [True, False])
def test_a_message_of_unknown_fate_is_looked_for_in_the_sent_folder(
    there: bool, exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    lost: list[bytes] = []
    settings = {"sent_folder": "Sent Items", "unsent_after": "10ms"}
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url, **settings) as site:
        exchange.deliver(application())
        jobs = Jobs(site.service)
        jobs.poll(site.service.boxes[0])
        with site.service.store.transaction() as tx:
            items = tx.claim(site.service.clock(), "another", 10)
            lost += [
                each.content for each in tx.hand_over([item.id for item in items], "another", site.service.clock())
            ]
        jobs.deliver()  # finds that the other worker is gone
        with site.service.store.reading() as view:
            assert {item.state for item in view.outbox()} == {OutboxState.UNKNOWN}
        if there:
            exchange.sent.update(enumerate(lost, 1))
        jobs.once()
        with site.service.store.reading() as view:
            assert {item.state for item in view.outbox()} == {OutboxState.SENT}
            (one,) = view.applications()
    assert one.state.value == "acknowledged"
    assert answered(smtp_server) == (0 if there else 1)
    assert len({message_from_bytes(each)["Message-ID"] for each in lost}) == 2


def test_a_mail_that_the_ledger_lacks_is_an_alarm_and_is_fetched(
    exchange: Exchange, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with on_exchange(tmp_path, exchange, smtp_server, sqlite_url) as site:
        exchange.deliver(application(1))
        hidden = exchange.mails[2] = application(2)
        exchange.next_uid = 3
        del exchange.mails[2]  # as a server that shows a mail late
        exchange.deliver(application(3))
        site.once()
        exchange.mails[2] = hidden
        exchange.deliver(application(4))
        site.once()
        with site.service.store.reading() as view:
            (trouble,) = view.troubles()
            (point,) = view.points()
        assert (trouble.mail_id.uid, point.missing) == (2, 1)
        site.once()
        with site.service.store.reading() as view:
            assert view.troubles() == ()
            assert view.points()[0].missing == 0
            assert len(view.applications()) == 4
    assert answered(smtp_server, "person2@kent.ac.uk") == 1
