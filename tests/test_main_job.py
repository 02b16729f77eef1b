"""The main job, end to end: mailbox -> application -> reply -> summary, on real servers and real databases."""

import re
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.reading import Outcome
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.records import OutboxState
from tests.site import CONTACT, FORM, MAILBOX, TEAM, form, mail, running

EXCHANGE_ID = "<CWXP123MB6774E291F15994B8F5EFFC46FE6668933@CWXP123MB6774.GBRP123.PROD.OUTLOOK.COM>"
COMPLAINT = "I wish to complain about the zeppelin hangar. Kindly keep this between us. Wilhelmina Quartermain"


def parsed(content: bytes):
    return BytesParser(policy=default).parsebytes(content)


def to(smtp: SmtpServer, recipient: str):
    return [parsed(each.content) for each in smtp.deliveries if each.recipients == (recipient,)]


def test_an_application_is_stored_answered_and_summarised(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    sender = "Tamsin Okoro <t.okoro@kent.ac.uk>"
    with running(tmp_path, account, smtp_server, database_url) as site:
        account.deliver(
            mail(form(), sender=sender, message_id=EXCHANGE_ID, References="<first@kent.ac.uk>", Cc="x@example.org")
        )
        site.once()
        with site.service.store.reading() as view:
            (application,) = view.applications()
            (ledger,) = view.ledger_rows(EXCHANGE_ID)
            states = {item.template: item.state for item in view.outbox()}

    assert application.texts() == FORM
    assert application.reference == "MHA-0001"
    assert application.sender == "t.okoro@kent.ac.uk"
    assert application.state is ApplicationState.ACKNOWLEDGED
    assert all(value.source and 0.6 <= value.confidence <= 1 for value in application.values.values())
    assert (ledger.outcome, ledger.code, ledger.application) == (Outcome.REPLY, "CLEAR", application.id)
    assert states == {"acknowledgement": OutboxState.SENT, "summary": OutboxState.SENT}

    (reply,) = to(smtp_server, "t.okoro@kent.ac.uk")
    (delivery,) = [each for each in smtp_server.deliveries if each.recipients == ("t.okoro@kent.ac.uk",)]
    assert delivery.envelope_from == MAILBOX
    raw = delivery.content.decode("ascii")
    assert f"In-Reply-To: {EXCHANGE_ID}\r\n" in raw  # in one piece: Outlook threads by its letters
    assert re.search(rf"References: <first@kent.ac.uk>\r?\n? {re.escape(EXCHANGE_ID)}", raw)
    assert reply["From"].addresses[0].addr_spec == MAILBOX
    assert reply["To"] == "t.okoro@kent.ac.uk"
    assert reply["Cc"] is None
    assert reply["Bcc"] is None
    assert reply["Subject"] == "Re: Become a Mental Health Ally"
    assert reply["Auto-Submitted"] == "auto-replied"
    assert reply["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert reply["Content-Language"] == "en-GB"
    assert re.fullmatch(r"acknowledgement/[0-9a-f]{10}", reply["X-Inbox-Worker"])
    assert re.fullmatch(r"<[0-9a-f]{32}@kent\.ac\.uk>", reply["Message-ID"])
    assert reply["Date"].datetime is not None
    for name in ("Precedence", "Disposition-Notification-To", "Return-Receipt-To", "List-Id", "Importance"):
        assert reply[name] is None
    words = reply.get_body(("plain",)).get_content()
    assert "MHA-0001" in words
    for key in ("motivation", "skills_experience", "support_needed", "importance"):
        assert FORM[key] not in raw.replace("=\r\n", "")  # the sender may be forged: answers never go back

    (summary,) = to(smtp_server, TEAM)
    assert summary["Reply-To"] == "t.okoro@kent.ac.uk"
    assert summary["Auto-Submitted"] == "auto-generated"
    for value in FORM.values():
        assert value in " ".join(summary.get_body(("plain",)).get_content().split())


def test_mail_that_is_not_the_schemes_is_left_without_a_trace(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        account.deliver(
            mail(COMPLAINT, sender="Wilhelmina Quartermain <w.quartermain@kent.ac.uk>", subject="Zeppelin hangar"),
            mail(form(), message_id="<two@mail.kent.ac.uk>"),
        )
        with account.client() as client:
            client.select("INBOX", readonly=True)
            before = client.fetch("1:*", "(UID FLAGS INTERNALDATE)")[1]
        site.once()
        with account.client() as client:
            client.select("INBOX", readonly=True)
            after = client.fetch("1:*", "(UID FLAGS INTERNALDATE)")[1]
            assert len(client.search(None, "UNSEEN")[1][0].split()) == 2
    assert [re.sub(rb"\\Recent ?", b"", line) for line in after] == [
        re.sub(rb"\\Recent ?", b"", line) for line in before
    ]
    assert to(smtp_server, "w.quartermain@kent.ac.uk") == []
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("inbox_worker.db*"))
    for word in ("zeppelin", "Zeppelin", "Quartermain", "w.quartermain", "complain about"):
        assert word.encode() not in stored


def test_what_is_missing_is_asked_for_and_a_plain_answer_completes_it(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    sender = "Tamsin Okoro <t.okoro@kent.ac.uk>"
    with running(tmp_path, account, smtp_server, database_url) as site:
        account.deliver(mail(form("support_needed", "importance"), sender=sender))
        site.once()
        (ask,) = to(smtp_server, "t.okoro@kent.ac.uk")
        words = " ".join(ask.get_body(("plain",)).get_content().split())
        assert "What support do you think you will need as a mental health ally?" in words
        assert "Why do you think mental health awareness in the workplace is important?" in words
        assert "What skills and experiences" not in words.partition("missing")[2].partition("Why do you")[0]
        answer = f"Support: {FORM['support_needed']}\nWhy it is important: {FORM['importance']}\n"
        account.deliver(
            mail(
                answer,
                sender=sender,
                message_id="<three@x.org>",
                subject=f"Re: {ask['Subject']}",
                In_Reply_To=ask["Message-ID"],
            )
        )
        site.once()
        with site.service.store.reading() as view:
            (application,) = view.applications()
            history = view.history(application.id)
    assert application.texts() == FORM
    assert application.state is ApplicationState.ACKNOWLEDGED
    assert len(history) == len(FORM)
    assert [each["X-Inbox-Worker"].partition("/")[0] for each in to(smtp_server, "t.okoro@kent.ac.uk")] == [
        "acknowledgement_incomplete",
        "acknowledgement",
    ]


def test_a_request_gets_the_documents_and_leaves_no_application(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        account.deliver(mail("Please send me a copy of the role description for the mental health allies. Thanks, Ann"))
        site.once()
        with site.service.store.reading() as view:
            assert view.applications() == ()
    (reply,) = to(smtp_server, "t.okoro@kent.ac.uk")
    files = {part.get_filename(): part.get_content() for part in reply.iter_attachments()}
    assert set(files) == {"role-description.pdf", "details-of-training.pdf"}
    assert all(content.startswith(b"%PDF") for content in files.values())


def test_a_crisis_is_told_to_the_named_contact_without_a_word_of_it(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    words = "I wanted to be a mental health ally but I can't go on. I am going to end my life tonight. Goodbye."
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        account.deliver(mail(words, sender="Jo Fairweather <j.fairweather@kent.ac.uk>"))
        site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held()
    assert entry.ledger.tier.value == "A"
    assert to(smtp_server, "j.fairweather@kent.ac.uk") == []
    assert to(smtp_server, TEAM) == []
    (alert,) = to(smtp_server, CONTACT)
    told = "".join(part.get_content() for part in alert.walk() if part.get_content_maintype() == "text") + str(
        alert["Subject"]
    )
    for word in ("Fairweather", "fairweather", "tonight", "life", "Mental Health Ally"):
        assert word not in told
    assert str(entry.id) in told


def test_the_first_look_at_an_old_mailbox_answers_nothing(
    account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    account.deliver(mail(form()))
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        site.once()
        with site.service.store.reading() as view:
            assert view.applications() == ()
    assert smtp_server.deliveries == []


def test_a_rehearsal_records_everything_and_sends_nothing(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    def rehearse(data: dict[str, object]) -> None:
        data["mode"] = "rehearse"

    with running(tmp_path, account, smtp_server, database_url, rehearse) as site:
        account.deliver(mail(form()))
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
            assert {item.state for item in view.outbox()} == {OutboxState.REHEARSED}
    assert smtp_server.deliveries == []


@pytest.mark.parametrize("fault", ["huge", "broken"])
def test_a_mail_that_cannot_be_read_is_held_and_the_next_goes_on(
    fault: str, account: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    def small(data: dict[str, object]) -> None:
        data["mailboxes"][0]["imap"]["max_mail"] = 20_000  # type: ignore[index]

    bad = (
        mail("x " * 20_000, message_id="<big@x.org>")
        if fault == "huge"
        else mail(
            message_id="<enc@x.org>",
            text="",
        ).replace(b"Content-Type: text/plain", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; x=y")
    )
    with running(tmp_path, account, smtp_server, sqlite_url, small) as site:
        account.deliver(bad, mail(form(), message_id="<good@x.org>"))
        site.once()
        with site.service.store.reading() as view:
            (entry,) = view.held()
            assert len(view.applications()) == 1
    assert entry.ledger.code == ("TOO_LARGE" if fault == "huge" else "CRYPT")
    assert any(
        "eeds a person" in str(each["Subject"]) or "person" in str(each["Subject"]) for each in to(smtp_server, TEAM)
    )


def test_a_bounce_is_tied_to_the_application_that_was_not_told(
    account: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
):
    with running(tmp_path, account, smtp_server, database_url) as site:
        account.deliver(mail(form()))
        site.once()
        (reply,) = to(smtp_server, "t.okoro@kent.ac.uk")
        report = (
            "From: MAILER-DAEMON@mx.example.org\r\nTo: {}\r\nSubject: Undelivered Mail\r\n"
            "Message-ID: <dsn@mx.example.org>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; t.okoro@kent.ac.uk\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            "Message-ID: {}\r\n\r\n--b--\r\n"
        ).format(MAILBOX, reply["Message-ID"])
        account.deliver(report.encode())
        site.once()
        with site.service.store.reading() as view:
            (application,) = view.applications()
            (item,) = [each for each in view.outbox() if each.template == "acknowledgement"]
    assert application.delivery_problem == "5.1.1"
    assert item.state is OutboxState.BOUNCED


def test_the_database_holds_no_body_of_a_held_mail(
    sqlite_url: str, account: Account, smtp_server: SmtpServer, tmp_path: Path
):
    with running(tmp_path, account, smtp_server, sqlite_url) as site:
        account.deliver(mail("I can't go on, I want to die. Xylophonic.", subject="help"))
        site.once()
        with site.service.store.reading() as view:
            assert len(view.held()) == 1
    with create_engine(sqlite_url).connect() as connection:
        tables = [row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        dumped = " ".join(str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tables)
    assert "Xylophonic" not in dumped
