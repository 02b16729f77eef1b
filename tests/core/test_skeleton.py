"""What is left of a mail for the parser makes the same parts as the whole mail, and is asked about once."""

import email
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox_worker.core import parse
from inbox_worker.core.bodies import Bodies, collect
from inbox_worker.core.healing import skeleton
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.parts import listing

HEADS = (
    b'content-type: multipart/mixed; boundary="part-of-mail"\r\n\r\n',
    b"content-type: multipart/alternative; boundary=part-of-mail; charset=utf-8\r\n\r\n",
    b'content-type: multipart/mixed; boundary="part of mail"\r\n\r\n',
    b"content-type: multipart/mixed; boundary*=us-ascii''part-of-mail\r\n\r\n",
    b'content-type: multipart/mixed; boundary="part\\-of\\"mail"\r\n\r\n',
    b"content-type: multipart/mixed\r\n\r\n",
    b"content-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: quoted-printable\r\n\r\n",
    b"\r\n",
)
PARTINGS = tuple(
    b"--%s%s\r\n" % (name, end)
    for name in (b"part-of-mail", b"part of mail", b'part\\-of"mail', b"inner-part", b"inner part")
    for end in (b"", b"", b"  ", b"--")
)
FIELDS = (
    b"", b"Content-Type: text/plain; charset=utf-8\r\n", b"Content-Type: text/html\r\n", b"no field\r\n",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n", b"Content-ID: <1@example.org>\r\n",
    b'Content-Type: multipart/alternative; boundary="inner-part"\r\n', b"Content-Type: message/rfc822\r\n",
    b'Content-Type: multipart/mixed;\r\n boundary="inner-part"\n',
    b"Content-Type: multipart/mixed; Boundary=inner-part\n",
    b'Content-Type: multipart/mixed; boundary="inner part"\r\n',
    b"Content-Type: multipart/mixed; boundary*0=inner-part\r\n",
    b'Content-Disposition: attachment; filename="notes.txt"\r\n', b"Content-Type: text/plain; name=caf\xc3\xa9\r\n",
)  # fmt: skip
TEXTS = (
    b"Some =C3=A9 text.\r\n", b"caf\xc3\xa9\n", b"U29tZSB0ZXh0\r\n", b"--\r\n", b"-- \r\nSignature\r\n", b"-->\r\n",
    b"\r\n",
    b"-----Original Message-----\r\nFrom: the office\r\n\r\nText\r\n", b"a\r--part-of-mail\rb\r\n", b"\r\n\r\n",
    b"--part",
    b"--inner-parting\r\n\r\n", b"Name:\r\n", b"Boundary: none\r\n",
)  # fmt: skip
PARTS = st.tuples(
    st.sampled_from(PARTINGS), st.sampled_from(FIELDS), st.sampled_from((b"\r\n", b"\n", b"")), st.sampled_from(TEXTS)
).map(b"".join)
NESTED = b"--part-of-mail\r\nContent-Type: multipart/mixed; %s\r\n\r\n--inner-part\r\n\r\nText\r\n--inner-part--\r\n"
BODIES = st.lists(PARTS | st.sampled_from(TEXTS), max_size=10).map(b"".join)


def as_a_whole(head: bytes, body: bytes) -> Bodies:
    return collect(listing(email.message_from_bytes(head + body)), bytes, email.message_from_bytes)


def from_skeleton(head: bytes, body: bytes) -> Bodies:
    healed = skeleton(head, body)
    found = collect(listing(email.message_from_bytes(healed.content)), healed.restore, email.message_from_bytes)
    for parameters in found.parameters:
        if parameters.get("boundary") in healed.names:
            parameters["boundary"] = healed.names[parameters["boundary"]]
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(HEADS), BODIES)
@example(HEADS[0], NESTED % b"boundary=inner-part")
@example(HEADS[0], NESTED % b"Boundary*=us-ascii''inner-part")
@example(HEADS[4], b'--part\\-of\\\r\n\r\nText\r\n--part\\-of"mail\r\n\r\nMore\r\n')
@example(HEADS[0], b"--part-of-mail\r\n\r\nText\r--part-of-mail\r\rMore\r\n")
def test_the_parts_are_those_of_the_whole_mail(head: bytes, body: bytes):
    assert from_skeleton(head, body) == as_a_whole(head, body)


def mail_of(sender: str, text: str, *, fields: str = "", to: str = "ally@example.org") -> RawMail:
    content = (
        f"From: {sender}\r\nTo: {to}\r\nDate: Mon, 1 Jun 2026 10:00:00 +0000\r\n"
        f'Content-Type: multipart/alternative; boundary="----=_Part_{len(text)}_of_mail"\r\n\r\n'
        f"------=_Part_{len(text)}_of_mail\r\nContent-Type: text/plain; charset=utf-8\r\n{fields}\r\n{text}\r\n"
        f"------=_Part_{len(text)}_of_mail--\r\n"
    )
    return RawMail(MailId("box", "INBOX", 1, 1), content.encode(), datetime(2026, 6, 1, 12, tzinfo=UTC))


def test_mails_of_one_make_are_asked_about_once_and_keep_what_is_their_own():
    parse._remembered_parts.cache_clear()
    first = parse.parse(mail_of("Rhian Pryce <r.pryce@example.org>", "I would like to help."))
    second = parse.parse(mail_of("Iolo Rees <i.rees@example.org>", "Count me in, please: -- \r\n---\r\nIolo"))
    assert parse._remembered_parts.cache_info().misses == 1
    assert (first.plain, first.from_[0].name) == ("I would like to help.", "Rhian Pryce")
    assert (second.plain, second.from_[0].name) == ("Count me in, please: -- \n---\nIolo", "Iolo Rees")
    assert first.part_parameters[0]["boundary"] != second.part_parameters[0]["boundary"]


def test_what_is_done_to_one_mail_does_not_reach_the_next():
    mail = mail_of("Rhian Pryce <r.pryce@example.org>", "I would like to help.")
    before = parse.parse(mail)
    for parameters in before.part_parameters:
        parameters.clear()
    assert parse.parse(mail).part_parameters[1] == {"charset": "utf-8"}


def test_no_text_and_no_file_name_is_remembered():
    parse._remembered_parts.cache_clear()
    named = 'Content-Disposition: attachment; filename="Note about Rhian Pryce.txt"\r\n'
    mails = (mail_of("a@example.org", "Text", fields=named), mail_of("a@example.org", "Text inbox-worker-cut-0-"))
    assert [len(parse.parse(mail).attachments) for mail in mails] == [1, 0]
    assert parse._remembered_parts.cache_info().currsize == 0


@pytest.mark.parametrize("count", [1, 200])
def test_recipients_are_read_however_many_they_are(count: int):
    to = ", ".join(f"Person {number} <p{number}@example.org>" for number in range(count))
    mail = mail_of("a@example.org", "Text", to=to)
    for _ in range(2):
        assert [each.address for each in parse.parse(mail).recipients] == [f"p{n}@example.org" for n in range(count)]
