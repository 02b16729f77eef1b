# ruff: noqa: E501 - mails are typed as their senders would
"""What the headers of a mail say about whether it may be answered."""

from datetime import timedelta

import pytest

from inbox_worker.core import auth
from inbox_worker.core.addresses import destination, usable
from inbox_worker.core.bounce import report, reported_ids
from inbox_worker.core.reading import Intent, Known, Outcome, ReplyKind
from inbox_worker.public_suffix import registrable
from tests.core.sample_mail import mail, multipart, parsed, text_part
from tests.core.sample_reading import FORM, MAILBOX, OURS, SUBJECT, of_bytes, reading, with_authserv

PASS = "spf=pass smtp.mailfrom=kent.ac.uk; dkim=pass header.d=kent.ac.uk;dmarc=pass action=none header.from=kent.ac.uk"
FAIL = PASS.replace("dmarc=pass", "dmarc=fail")
SKIPPED = [
    ("OWN_ID", {"X_Inbox_Worker": "acknowledgement/1"}),
    ("OWN_ID", {"Message_ID": OURS}),
    ("OWN", {"From": f"Team <{MAILBOX}>"}),
    ("OWN", {"Sender": f"<{MAILBOX}>"}),
    ("AUTO", {"Auto_Submitted": "auto-replied (vacation)"}),
    ("AUTO", {"Auto_Submitted": "Auto-Generated; x=y"}),
    ("NULL", {"Return_Path": "<>"}),
    ("EXCH", {"X_MS_Exchange_Inbox_Rules_Loop": "someone@kent.ac.uk"}),
    ("EXCH", {"X_MS_Exchange_Generated_Message_Source": "Mailbox Rules Agent"}),
    ("XAUTO", {"X_Autoreply": "yes"}),
    ("XAUTO", {"Precedence": "auto_reply"}),
    ("DAEMON", {"From": "No Reply <no-reply@kent.ac.uk>"}),
    ("DAEMON", {"From": "<owner-staff@lists.example.org>"}),
    ("DAEMON", {"From": "Quarantine <quarantine@messaging.microsoft.com>"}),
    ("LIST", {"List_Id": "Staff <staff.example.org>"}),
    ("LIST", {"Precedence": "bulk"}),
    ("CAL", {"Content_Class": "urn:content-classes:calendarmessage"}),
]
HELD = [
    ("SUPPR", {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}),
    ("SPOOF", {"Authentication_Results": FAIL}),
    ("SPOOF", {"X_MS_Exchange_Organization_SCL": "6"}),
    ("FROM", {"From": "Workshop PC <workshop-pc>"}),
    ("FROM", {"From": "Jo <jo@kent.ac.uk>, Sam <sam@kent.ac.uk>"}),
    ("FROM", {"From": None}),
    ("BCC", {"To": "someone.else@kent.ac.uk"}),
]


@pytest.mark.parametrize(("code", "headers"), SKIPPED, ids=lambda value: str(value)[:60])
def test_mail_of_machines_is_skipped(code: str, headers: dict[str, str]):
    known = Known(ours=frozenset({OURS}))
    found = of_bytes(
        mail("I would like to be a mental health ally.", **{"To": MAILBOX, "Subject": SUBJECT, **headers}), known
    )
    assert (found.decision.outcome, found.decision.code) == (Outcome.SKIP, code)
    assert found.reply is ReplyKind.NONE


@pytest.mark.parametrize(("code", "headers"), HELD, ids=lambda value: str(value)[:60])
def test_an_application_that_may_not_be_answered_is_held(code: str, headers: dict[str, str | None]):
    found = reading(FORM, **headers)
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, code)
    assert found.intent is Intent.APPLICATION
    assert found.reply is ReplyKind.NONE


@pytest.mark.parametrize(("code", "headers"), HELD, ids=lambda value: str(value)[:60])
def test_the_same_headers_hold_no_mail_of_other_business(code: str, headers: dict[str, str | None]):
    found = reading("The heating in my office is broken again.", **{"Subject": "Heating", **headers})
    assert (found.decision.outcome, found.intent) == (Outcome.SKIP, Intent.UNRELATED)


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-generated"}, {"Return_Path": "<>"}, {"X_Autoreply": "yes"}]
)
def test_a_filled_form_that_a_machine_sends_on_is_held(headers: dict[str, str]):
    found = reading(FORM, **headers)
    assert (found.decision.outcome, found.intent) == (Outcome.HOLD, Intent.APPLICATION)
    assert found.reply is ReplyKind.NONE


def test_a_blank_form_in_a_newsletter_is_skipped():
    blank = "Become a Mental Health Ally! Please send:\n\nName:\nJob title:\nEmail:\n- Why are you interested in becoming a mental health ally?\n"
    found = reading(blank, List_Unsubscribe="<https://news.example.org/u>")
    assert (found.decision.outcome, found.decision.code, found.intent) == (Outcome.SKIP, "LIST", Intent.AUTOMATIC)


def test_a_sample_filled_in_by_somebody_else_in_a_newsletter_is_skipped():
    found = reading("How Sam did it:\n\n" + FORM, From="Kent Week <kent-week@kent.ac.uk>", List_Id="<week.example.org>")
    assert found.decision.outcome is Outcome.SKIP


def test_an_out_of_office_note_by_subject_alone_is_skipped():
    found = reading("I am back on Monday.", Subject="Automatic reply: Become a Mental Health Ally")
    assert (found.decision.outcome, found.decision.code, found.intent) == (Outcome.SKIP, "SUBJ", Intent.AUTOMATIC)


def test_an_application_under_an_automatic_subject_is_held():
    found = reading(FORM, Subject="Out of office: Mental Health Ally")
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "SUBJ")


def test_mail_that_is_a_week_old_is_held():
    found = of_bytes(mail(FORM, To=MAILBOX, Subject=SUBJECT), age=timedelta(days=8))
    assert (found.decision.outcome, found.decision.code) == (Outcome.HOLD, "STALE")


# ------------------------------------------------------------------ Authentication-Results


def test_exchange_onlines_header_without_a_name_is_read():
    found = auth.parse(
        "spf=fail (sender IP is 203.0.113.7) smtp.mailfrom=x.example;dmarc=fail action=none header.from=kent.ac.uk;compauth=fail reason=000"
    )
    assert found.authserv_id == ""
    assert [(result.method, result.value) for result in found.results] == [
        ("spf", "fail"),
        ("dmarc", "fail"),
        ("compauth", "fail"),
    ]
    assert auth.failure(found, "kent.ac.uk") == "dmarc=fail"


def test_a_verdict_with_spaces_comments_and_another_header_is_read():
    headers = (
        "spf=fail (x) smtp.mailfrom=a.example",
        "dkim=fail (body; hash) header.d=a.example; dmarc = FAIL (p=reject) header.from=a.example",
    )
    found = auth.trusted(headers, ())
    assert found is not None
    assert auth.failure(found, "a.example") == "dmarc=fail"


def test_a_verdict_of_a_foreign_host_below_ours_does_not_count():
    headers = (
        "mx.kent.ac.uk; dmarc=pass header.from=kent.ac.uk",
        "relay.example.net; dmarc=fail header.from=kent.ac.uk",
    )
    found = auth.trusted(headers, ())
    assert found is not None
    assert auth.failure(found, "kent.ac.uk") is None


def test_only_the_configured_boundary_is_believed():
    content = mail(
        FORM, To=MAILBOX, Subject=SUBJECT, Authentication_Results="relay.example.net; dmarc=fail header.from=kent.ac.uk"
    )
    assert of_bytes(content, rules_=with_authserv("mx.kent.ac.uk")).decision.outcome is Outcome.REPLY
    assert of_bytes(content, rules_=with_authserv("relay.example.net")).decision.code == "SPOOF"


@pytest.mark.parametrize("header", ["", ";;;", "=", "dmarc", "((((", 'a="b', "x; =fail; dmarc=", "\\" * 500])
def test_any_header_gives_a_result_without_an_error(header: str):
    assert auth.failure(auth.parse(header), "kent.ac.uk") is None


# ------------------------------------------------------------------ where the answer goes


@pytest.mark.parametrize(
    ("reply_to", "wanted", "ignored"),
    [
        ("Office <office@kent.ac.uk>", "office@kent.ac.uk", False),
        ("<jo@cs.kent.ac.uk>", "jo@cs.kent.ac.uk", False),
        ("<jo@other.ac.uk>", "jo.bell@kent.ac.uk", True),
        ("<jo.bell@kent.ac.uk.example.net>", "jo.bell@kent.ac.uk", True),
        ("<kent.ac.uk@example.net>", "jo.bell@kent.ac.uk", True),
        ("not an address", "jo.bell@kent.ac.uk", True),
        ("<a@kent.ac.uk>, <b@kent.ac.uk>", "jo.bell@kent.ac.uk", True),
        (f"<{MAILBOX}>", "jo.bell@kent.ac.uk", True),
    ],
)
def test_the_answer_goes_to_reply_to_only_within_the_senders_domain(reply_to: str, wanted: str, ignored: bool):
    found = destination(parsed(mail(Reply_To=reply_to)), registrable, (MAILBOX,))
    assert (found.address, found.reply_to_ignored) == (wanted, ignored)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jo",
        "jo@kent",
        "jo@ke nt.ac.uk",
        "jö@kent.ac.uk",
        "jo@kent..uk",
        ".jo@kent.ac.uk",
        "jo@-kent.ac.uk",
        "a" * 65 + "@kent.ac.uk",
    ],
)
def test_an_odd_address_is_never_answered(address: str):
    assert not usable(address)


# ------------------------------------------------------------------ delivery reports

STATUS = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; a@example.org\nAction: {action}\nStatus: {status}\n"


def bounce(action: str = "failed", status: str = "5.1.1", **headers: str | None) -> bytes:
    returned = f"Content-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: Your expression of interest\n\n{FORM}"
    fields = {"From": "Mail Delivery System <MAILER-DAEMON@mx.example.org>", "To": MAILBOX, **headers}
    return multipart(
        "report", text_part("It bounced."), STATUS.format(action=action, status=status), returned, **fields
    )


def test_a_bounce_of_our_mail_is_tied_to_it_and_is_no_application():
    email = parsed(bounce())
    found = report(email, frozenset(reported_ids(email)) & {OURS})
    assert found is not None
    assert (found.message_id, found.action, found.status) == (OURS, "failed", "5.1.1")
    assert found.reason
    reading_ = of_bytes(bounce())
    assert (reading_.decision.code, reading_.intent, reading_.reply) == ("DSN", Intent.DELIVERY_REPORT, ReplyKind.NONE)


def test_a_delay_is_no_failure():
    found = report(parsed(bounce("delayed", "4.4.7")), frozenset({OURS}))
    assert found is not None
    assert found.action == "delayed"


def test_a_bounce_of_somebody_elses_mail_is_tied_to_nothing():
    assert report(parsed(bounce()), frozenset({"<another@kent.ac.uk>"})) is None


def test_a_read_receipt_is_automatic_and_no_bounce():
    content = multipart(
        "report", text_part("Read."), "Content-Type: message/disposition-notification\n\nDisposition: x\n", To=MAILBOX
    )
    assert report(parsed(content), frozenset({OURS})) is None
    assert of_bytes(content).intent is Intent.AUTOMATIC


def test_an_old_fashioned_bounce_in_plain_text_is_a_delivery_report():
    found = reading(
        f"Hi. This is the qmail-send program.\n\n{FORM}",
        From="<MAILER-DAEMON@mx.example.org>",
        Subject="failure notice",
        Return_Path="<>",
    )
    assert (found.decision.outcome, found.intent) == (Outcome.SKIP, Intent.DELIVERY_REPORT)
