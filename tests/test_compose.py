"""The bytes of outgoing messages, read back by the standard library and by mail-parser."""

import base64
import email
import email.header
import email.policy
import re
import smtplib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import mailparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_worker.compose import (
    REFERENCES_KEPT,
    AutoSubmitted,
    Composed,
    Draft,
    File,
    Thread,
    clean_subject,
    compose,
    message_id,
    reply_subject,
    thread_of,
    threading,
)
from inbox_worker.core.mail import Address, Email

# 85 characters, of the shape that Exchange Online makes
EXCHANGE_ID = "<AS8PR04MB8199A1B2C3D4E5F60718293A4B5C6@AS8PR04MB8199.eurprd04.prod.exchangelabs.com>"
DRAFT = Draft(
    message_id="<0a1b2c3d4e5f@example.org>",
    from_=Address("Equality & Diversity Team", "team@example.org"),
    to="ana.dee@example.com",
    subject="Re: Become an ally",
    text="Hello Ana,\n\nthis is an automatic answer.\n",
    html="<!DOCTYPE html><html lang='en-GB'><body><h1>Hello Ana</h1></body></html>",
    auto_submitted=AutoSubmitted.REPLIED,
    template="acknowledgement",
    template_version="4f2a",
    date=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    thread=Thread(EXCHANGE_ID),
)
QUICK = settings(max_examples=60, deadline=None)
PDF = File("role-description.pdf", "application/pdf", bytes(range(256)) * 40)


def parsed(composed: Composed) -> EmailMessage:
    message = email.message_from_bytes(composed.content, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def header_lines(composed: Composed) -> list[str]:
    return composed.content.split(b"\r\n\r\n", 1)[0].decode("ascii").split("\r\n")


def header(composed: Composed, name: str) -> str:
    """Return the raw value, unfolded by removing line breaks alone (RFC 5322 s.2.2.3)."""
    head = composed.content.split(b"\r\n\r\n", 1)[0].decode("ascii").replace("\r\n ", " ")
    return next(line for line in head.split("\r\n") if line.lower().startswith(name.lower() + ":")).split(":", 1)[1][1:]


def part(composed: Composed, kind: str) -> str:
    found = parsed(composed).get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_reply_carries_exactly_the_headers_of_an_automatic_answer() -> None:
    composed = compose(DRAFT)
    names = [line.split(":")[0] for line in header_lines(composed) if not line.startswith(" ")]

    assert names == [
        *("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References"),
        *("Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "X-Inbox-Worker", "MIME-Version"),
        "Content-Type",
    ]
    assert header(composed, "Auto-Submitted") == "auto-replied"
    assert header(composed, "X-Auto-Response-Suppress") == "DR, RN, NRN, OOF, AutoReply"
    assert header(composed, "X-Inbox-Worker") == "acknowledgement/4f2a"
    assert header(composed, "Content-Language") == "en-GB"
    assert header(composed, "Date") == "Mon, 23 Nov 2026 09:30:00 +0000"
    assert header(composed, "From") == '"Equality & Diversity Team" <team@example.org>'
    assert header(composed, "To") == "ana.dee@example.com"
    assert composed.message_id == header(composed, "Message-ID") == DRAFT.message_id


def test_a_summary_says_that_it_was_generated_and_who_is_answered() -> None:
    draft = replace(DRAFT, auto_submitted=AutoSubmitted.GENERATED, thread=None, reply_to="ana.dee@example.com")
    composed = compose(draft)

    assert header(composed, "Auto-Submitted") == "auto-generated"
    assert header(composed, "Reply-To") == "ana.dee@example.com"
    assert parsed(composed)["In-Reply-To"] is None
    assert parsed(composed)["References"] is None


def test_an_exchange_id_survives_in_one_piece() -> None:
    composed = compose(
        replace(DRAFT, thread=Thread(EXCHANGE_ID, ("<first@example.com>", EXCHANGE_ID.replace("8", "7"))))
    )
    lines = header_lines(composed)

    assert len(EXCHANGE_ID) == 85
    assert f"In-Reply-To: {EXCHANGE_ID}" in lines
    assert [line for line in lines if "=?" in line] == []
    assert header(composed, "References").split() == ["<first@example.com>", EXCHANGE_ID.replace("8", "7"), EXCHANGE_ID]
    assert mailparser.parse_from_bytes(composed.content).in_reply_to == EXCHANGE_ID
    for folded in lines:
        assert len(folded) <= 998


def test_of_many_references_the_first_and_the_last_twenty_are_kept() -> None:
    ids = tuple(f"<{number}@example.com>" for number in range(50))
    parent, references = threading(Thread("<new@example.com>", ids))

    assert parent == "<new@example.com>"
    assert references == (ids[0], *ids[-(REFERENCES_KEPT - 1) :], "<new@example.com>")
    assert len(references) == 21


@pytest.mark.parametrize(
    ("thread", "references"),
    [
        (Thread("<c@x>", ("<a@x>", "<b@x>")), ("<a@x>", "<b@x>", "<c@x>")),
        (Thread("<c@x>", (), ("<b@x>",)), ("<b@x>", "<c@x>")),
        (Thread("<c@x>", (), ("<a@x>", "<b@x>")), ("<c@x>",)),
        (Thread("<c@x>", ("<a@x>",), ("<b@x>",)), ("<a@x>", "<c@x>")),
        (Thread("<c@x>", ("<a@x> <b@x>", "words", "<no-at>")), ("<a@x>", "<b@x>", "<c@x>")),
        (Thread("<c@x>", ("<a@x>", "<c@x>", "<a@x>")), ("<a@x>", "<c@x>")),
        (
            Thread("<c@x>", ("<a@x>\r\nBcc: <all@example.com>", "<grüß@x>", "<a b@x>")),
            ("<a@x>", "<all@example.com>", "<c@x>"),
        ),
        (Thread("<c@x>", (f"<{'a' * 2000}@x>",)), ("<c@x>",)),
        (Thread(None, ("<a@x>",)), ()),
        (Thread("", ("<a@x>",)), ()),
        (Thread("not an id", ("<a@x>",)), ()),
        (Thread("<a@x> <b@x>"), ()),
    ],
)
def test_only_well_formed_ids_of_the_original_are_used(thread: Thread, references: tuple[str, ...]) -> None:
    assert threading(thread)[1] == references
    assert threading(thread)[0] == (references[-1] if references else None)


def test_a_thread_is_made_of_a_mail_that_was_read() -> None:
    mail = Email(
        *("<c@x>", {}, (), (), (), "", None),
        in_reply_to=("<b@x>",), references=("<a@x>", "<b@x>"), plain=None, html=None,
    )  # fmt: skip

    assert threading(thread_of(mail)) == ("<c@x>", ("<a@x>", "<b@x>", "<c@x>"))


@pytest.mark.parametrize(
    ("original", "reply"),
    [
        ("Become an ally", "Re: Become an ally"),
        ("Re: Become an ally", "Re: Become an ally"),
        ("RE:Become an ally", "Re: Become an ally"),
        ("  re :  Become  an\tally ", "Re: Become an ally"),
        ("Re: Re: ally", "Re: Re: ally"),
        ("Regarding: ally", "Re: Regarding: ally"),
        ("AW: ally", "Re: AW: ally"),
        ("", "Re:"),
        ("ally\r\nBcc: all@example.com", "Re: ally Bcc: all@example.com"),
        ("a\x00b\x85c\u2028d", "Re: a b c d"),
        ("\u202egnp.exe", "Re: gnp.exe"),
        ("broken \ud83d surrogate", "Re: broken surrogate"),
    ],
)
def test_the_subject_of_a_reply_has_one_re_and_no_controls(original: str, reply: str) -> None:
    assert reply_subject(original) == reply


def test_a_subject_is_cut_to_two_hundred_characters() -> None:
    assert len(reply_subject("word " * 100)) <= 200
    assert clean_subject("x" * 500) == "x" * 200


@pytest.mark.parametrize(
    "subject",
    [
        "Plain words",
        "Grüße für alle, Siân Ó Briain",
        "关于心理健康大使的申请 " * 8,
        "🎉 family 👨‍👩‍👧‍👦 " * 10,
        "=?utf-8?q?already=20encoded?=",
        "=?utf-8?q?=0D=0ABcc:all=40example.com?=",
        "x" * 190,
        "a " * 95,
        "equals = question ? = ?",
    ],
)
def test_a_subject_of_any_letters_reads_back_as_it_was(subject: str) -> None:
    composed = compose(replace(DRAFT, subject=subject))

    assert str(parsed(composed)["Subject"]) == composed.subject == clean_subject(subject)
    assert " ".join(mailparser.parse_from_bytes(composed.content).subject.split()) == composed.subject
    assert parsed(composed)["Bcc"] is None
    assert (
        max(len(line) for line in header_lines(composed) if "=?" in line or "ubject" in line) <= 78
        or "=?" not in subject
    )


@QUICK
@given(st.text(max_size=300))
def test_no_subject_breaks_a_header(subject: str) -> None:
    composed = compose(replace(DRAFT, subject=subject))
    message = parsed(composed)

    assert str(message["Subject"] or "") == composed.subject
    assert message.keys()[0] == "Date"
    assert len(message.keys()) == len(parsed(compose(DRAFT)).keys())


@QUICK
@given(st.text(max_size=80))
def test_no_display_name_breaks_the_sender(name: str) -> None:
    composed = compose(replace(DRAFT, from_=Address(name, "team@example.org")))
    raw = header(composed, "From")
    phrase, address = raw[: -len("<team@example.org>")].strip(), raw[-len("<team@example.org>") :]
    # Not by the address parser of the standard library: in a phrase it keeps the space between encoded words.
    encoded = str(email.header.make_header(email.header.decode_header(phrase)))
    quoted = re.sub(r"\\(.)", r"\1", phrase[1:-1])

    assert address == "<team@example.org>"
    assert clean_subject(name) == (quoted if phrase.startswith('"') else encoded if phrase else "")
    assert [found.addr_spec for found in parsed(composed)["From"].addresses] == ["team@example.org"]


@QUICK
@given(st.text(max_size=400))
def test_any_text_reads_back_from_both_parts(text: str) -> None:
    composed = compose(replace(DRAFT, text=text, html=text))
    expected = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)
    expected = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", expected).rstrip("\n") + "\n"

    assert part(composed, "plain").removesuffix("\n") == expected.removesuffix("\n")
    assert part(composed, "html").removesuffix("\n") == expected.removesuffix("\n")


@QUICK
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=3000), st.binary(max_size=3000))
def test_every_line_is_short_seven_bit_and_ends_in_crlf(text: str, data: bytes) -> None:
    draft = replace(DRAFT, text=text, html=text, attachments=(File("a.bin", "application/octet-stream", data),))
    content = compose(draft).content

    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert b"\0" not in content
    body = content.split(b"\r\n\r\n", 1)[1]
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert content.endswith(b"--\r\n")


def test_text_comes_first_then_html_then_attachments() -> None:
    composed = compose(replace(DRAFT, attachments=(PDF, replace(PDF, filename="training.pdf"))))
    message = parsed(composed)

    assert [found.get_content_type() for found in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
        *("application/pdf", "application/pdf"),
    ]
    assert [found.get_filename() for found in message.iter_attachments()] == ["role-description.pdf", "training.pdf"]
    assert [found.get_content() for found in message.iter_attachments()] == [PDF.content, PDF.content]
    assert message.defects == []
    assert [found.defects for found in message.walk()] == [[]] * 6


def test_a_message_without_html_is_plain_text() -> None:
    composed = compose(replace(DRAFT, html=None))

    assert parsed(composed).get_content_type() == "text/plain"
    assert part(composed, "plain").strip() == DRAFT.text.strip()


def test_both_text_parts_are_quoted_printable() -> None:
    parts = list(parsed(compose(replace(DRAFT, text="Grüße " * 50, html="<p>Grüße</p>" * 50))).walk())

    assert [found["Content-Transfer-Encoding"] for found in parts[1:]] == ["quoted-printable"] * 2


@pytest.mark.parametrize(
    ("filename", "read_back"),
    [
        ("role description.pdf", "role description.pdf"),
        ("Rôle & Llesiant 心.pdf", "Rôle & Llesiant 心.pdf"),
        ('quo"te.pdf', "quo'te.pdf"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\temp\\a.pdf", "C:_temp_a.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a X-Evil: 1.pdf"),
        ("", "attachment"),
    ],
)
def test_a_file_name_of_any_letters_is_no_path_and_no_header(filename: str, read_back: str) -> None:
    composed = compose(replace(DRAFT, attachments=(replace(PDF, filename=filename),)))
    (attachment,) = parsed(composed).iter_attachments()

    assert attachment.get_filename() == read_back
    assert attachment["X-Evil"] is None


def test_the_same_draft_gives_the_same_bytes_and_another_id_another_boundary() -> None:
    draft = replace(DRAFT, attachments=(PDF,))
    other = compose(replace(draft, message_id="<other@example.org>"))

    assert compose(draft) == compose(draft)
    boundaries = [
        set(re.findall(rb'boundary="([^"]+)"', content)) for content in (compose(draft).content, other.content)
    ]
    assert len(boundaries[0]) == len(boundaries[1]) == 2
    assert boundaries[0].isdisjoint(boundaries[1])


def test_text_that_holds_a_boundary_does_not_end_the_part() -> None:
    boundary = re.findall(r'boundary="([^"]+)"', compose(DRAFT).content.decode())[0]
    text = f"before\n--{boundary}\n--{boundary}--\nafter\n"
    composed = compose(replace(DRAFT, text=text))

    assert part(composed, "plain").strip() == text.strip()


def test_no_header_asks_for_receipts_or_looks_like_bulk_mail() -> None:
    names = {name.lower() for name in parsed(compose(replace(DRAFT, attachments=(PDF,))))}

    assert names.isdisjoint(
        {"disposition-notification-to", "return-receipt-to", "precedence", "importance", "bcc", "cc"}
    )
    assert not any(name.startswith("list-") for name in names)


def test_a_date_in_another_zone_is_written_in_utc() -> None:
    zone = timezone(timedelta(hours=1))
    composed = compose(replace(DRAFT, date=datetime(2026, 6, 1, 12, 0, tzinfo=zone)))

    assert header(composed, "Date") == "Mon, 01 Jun 2026 11:00:00 +0000"
    assert mailparser.parse_from_bytes(composed.content).date == datetime(2026, 6, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"to": "nobody"}, "To"),
        ({"to": "a@example.com, b@example.com"}, "To"),
        ({"to": "a@example.com\r\nBcc: b@example.com"}, "To"),
        ({"to": "jürgen@example.com"}, "To"),
        ({"reply_to": "Ana <a@example.com>"}, "Reply-To"),
        ({"from_": Address("Team", "team")}, "From"),
        ({"message_id": "no-brackets@example.org"}, "Message-ID"),
        ({"message_id": "<a@example.org>\r\nBcc: <b@example.com>"}, "Message-ID"),
        ({"date": datetime(2026, 1, 1)}, "Date"),
        ({"attachments": (File("a", "application/pdf\r\nX: y", b""),)}, "Content-Type"),
    ],
)
def test_what_cannot_stand_in_a_header_is_refused_without_repeating_it(change: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: expected") as caught:
        compose(replace(DRAFT, **change))  # type: ignore[arg-type]
    assert "example" not in str(caught.value)


def test_a_long_address_stays_in_one_piece() -> None:
    to = "a-very-long-local-part-that-people-really-have-been-given@students.department.of.something.example.org"

    assert header(compose(replace(DRAFT, to=to, reply_to=to)), "To") == to
    assert header(compose(replace(DRAFT, to=to, reply_to=to)), "Reply-To") == to


def test_a_message_id_is_made_of_a_token_in_the_domain_of_the_sender() -> None:
    assert message_id("0a1b2c", "team@example.org") == "<0a1b2c@example.org>"
    with pytest.raises(ValueError, match="From: expected"):
        message_id("0a1b2c", "team")
    with pytest.raises(ValueError, match="Message-ID: expected"):
        message_id("a b", "team@example.org")


def test_mail_parser_reads_the_parts_as_they_were_written() -> None:
    composed = compose(replace(DRAFT, attachments=(PDF,)))
    found = mailparser.parse_from_bytes(composed.content)

    assert found.text_plain[0].replace("\r\n", "\n").strip() == DRAFT.text.strip()
    assert found.text_html[0].strip() == DRAFT.html
    assert found.from_ == [("Equality & Diversity Team", "team@example.org")]
    assert found.message_id == DRAFT.message_id
    assert base64.b64decode(found.attachments[0]["payload"]) == PDF.content


def test_smtplib_would_send_the_same_bytes() -> None:
    """No line begins so that a relay has to change it, besides the dots that SMTP doubles."""
    composed = compose(replace(DRAFT, text=".\n.dot\nFrom here\n"))

    assert smtplib._quote_periods(composed.content).replace(b"\r\n..", b"\r\n.") == composed.content  # type: ignore[attr-defined]
