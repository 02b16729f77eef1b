import base64
import logging
import quopri
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_worker.core.build_document import build
from inbox_worker.core.mail import Address
from tests.core.sample_mail import mail, multipart, parsed, text_part


def test_an_ordinary_mail_is_read() -> None:
    email = parsed(
        mail("Hello there.\n", Cc="A B <a@example.org>", Reply_To="office@kent.ac.uk", References="<0@x> <9@y>")
    )
    assert email.from_ == (Address("Jo Bell", "jo.bell@kent.ac.uk"),)
    assert email.recipients == (Address("", "team@example.org"), Address("A B", "a@example.org"))
    assert email.reply_to == (Address("", "office@kent.ac.uk"),)
    assert email.subject == "A subject"
    assert email.date == datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
    assert email.message_id == "<1@kent.ac.uk>"
    assert email.references == ("<0@x>", "<9@y>")
    assert email.plain == "Hello there.\n"
    assert email.part_types == ("text/plain",)
    assert email.defects == ()


def test_the_text_of_an_attached_mail_is_not_the_senders() -> None:
    inner = "Content-Type: message/rfc822\nContent-Disposition: attachment\n\nSubject: inner\n\nName: Somebody Else\n"
    email = parsed(multipart("mixed", text_part("See attached.\n"), inner))
    assert email.plain == "See attached.\n"
    assert email.attachments == ()
    assert b"Name: Somebody Else" in email.attached_mails[0]


@pytest.mark.parametrize("transfer", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-2022-jp", "iso2022_jp", "日本語のメール"),
        ("", "iso2022_jp", "日本語のメール"),
        ("utf-7", "utf-7", "日本語のメール"),
        ("unicode-1-1-utf-7", "utf-7", "ü"),
        ("hz-gb-2312", "hz", "中文"),
        ("gb2312", "gb18030", "囍字"),
        ("koi8-r", "koi8-r", "Привет"),
        ("windows-874", "cp874", "ไทย"),
        ("ks_c_5601-1987", "cp949", "뷁"),
        ("iso-8859-1", "cp1252", "it’s “here” – €5"),
        ("us-ascii", "cp1252", "it’s"),
        ("us-ascii", "utf-8", "naïve ☕"),
        ("utf-8", "cp1252", "naïve €"),
        ("iso-8859-1", "utf-8", "Søren’s “form”"),
        ("", "cp1252", "Zoë €"),
        ("default_charset", "utf-8", "Zoë"),
        ('"utf-8"s', "utf-8", "Zoë"),
        ("x-unknown", "cp1252", "Zoë"),
        ("[charse<!doctype", "utf-8", "Zoë"),
        ("base64", "utf-8", "Zoë"),
    ],
)
def test_a_body_is_decoded_whatever_its_label_says(label: str, codec: str, text: str, transfer: str) -> None:
    content = text.encode(codec)
    encode = {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[transfer]
    email = parsed(
        mail(encode(content), Content_Type=f"text/plain; charset={label}", Content_Transfer_Encoding=transfer)
    )
    assert (email.plain or "").rstrip("\n") == text
    assert email.defects == ()


def test_bytes_that_fit_no_charset_are_kept_and_noted() -> None:
    email = parsed(mail(b"a \x81\x8d b", Content_Type="text/plain; charset=nonsense"))
    assert "a" in (email.plain or "")
    assert "UNDECODABLE" in email.defects


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        (b"Subject: Gr\xfc\xdfe f\xfcr alle", "Grüße für alle"),
        ("Subject: Grüße".encode(), "Grüße"),
        (b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"Subject: a\n long\n\tsubject", "a long subject"),
        (b"Subject: =?utf-8?B?w?= =?utf-8?B?w7w=?=", "=?utf-8?B?w?=ü"),
        (b"Subject: =?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
        (b"Subject: two\nSubject: one", "two"),
        (b"Subject: =?utf-8?Q?a=0D=0Ab?=", "a b"),
        (b"Subject: nul\x00l\xc2\xadsoft\xe2\x80\x8b", "nul lsoft"),
        (b"Subject:", ""),
    ],
)
def test_a_subject_is_healed(header: bytes, subject: str) -> None:
    assert parsed(mail(Subject=None).replace(b"To: ", header + b"\nTo: ", 1)).subject == subject


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mueller, Hans <h@example.de>", [("Mueller, Hans", "h@example.de")]),
        ('"=?utf-8?Q?M=C3=BCller?=" <a@example.org>', [("Müller", "a@example.org")]),
        ("=?utf-8?Q?M=C3=BCller?= <a@example.org>", [("Müller", "a@example.org")]),
        ("J\udcf6rg <j@example.org>", [("Jörg", "j@example.org")]),
        ("a@example.org", [("", "a@example.org")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("Name user@example.org", [("Name user@example.org", "")]),
        ("A <a@example.org>, B <b@example.org>", [("A", "a@example.org"), ("B", "b@example.org")]),
        ('"O\'Neil, Tom (School)" <t@example.org>', [("O'Neil, Tom (School)", "t@example.org")]),
        ("Workshop PC <workshop-pc>", [("Workshop PC", "")]),
        ("<>", [("", "")]),
        ("张晓梅 <x@example.org>", [("张晓梅", "x@example.org")]),
        ("x@例え.jp", [("", "x@例え.jp")]),
    ],
)
def test_a_from_header_is_read(value: str, expected: list[tuple[str, str]]) -> None:
    content = mail(From=None).replace(b"To: ", b"From: " + value.encode("utf-8", "surrogateescape") + b"\nTo: ", 1)
    assert [(address.name, address.address) for address in parsed(content).from_] == expected


def test_every_from_header_counts() -> None:
    content = mail().replace(b"To: ", b"From: second@example.org\nTo: ", 1)
    assert [address.address for address in parsed(content).from_] == ["jo.bell@kent.ac.uk", "second@example.org"]


@pytest.mark.parametrize(
    "value", ["2099-01-01", "Mon, 1 Jan 2099 00:00:00 +0000", "Thu, 1 Jan 1970 00:00:00 +0000", "soon"]
)
def test_an_absurd_date_is_none(value: str) -> None:
    assert parsed(mail(Date=value)).date is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", "<a@b>"),
        ("\n <CWLP265MB4627983027EDBDC0B50460BC83EF4A994@CWLP265MB4627.GBRP265.PROD.OUTLOOK.COM>",
         "<CWLP265MB4627983027EDBDC0B50460BC83EF4A994@CWLP265MB4627.GBRP265.PROD.OUTLOOK.COM>"),
        ("a@b", "<a@b>"),
        ("no id at all", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_message_id_is_one_token_in_brackets(value: str, expected: str | None) -> None:
    assert parsed(mail(Message_ID=value)).message_id == expected


def test_the_first_text_is_the_body_and_others_stay_apart() -> None:
    email = parsed(
        multipart("mixed", text_part("The body.\n"), text_part("A footer.\n"), text_part("<p>More</p>", "html"))
    )
    assert email.plain == "The body.\n"
    assert email.html is None
    assert [part.content for part in email.attachments] == [b"A footer.\n", b"<p>More</p>"]


def test_alternatives_give_both_forms_of_the_body() -> None:
    forms = text_part("Plain.\n"), text_part("<p>Rich</p>\n", "html")
    inner = (
        "Content-Type: multipart/alternative; boundary=in\n\n" + "".join(f"--in\n{form}\n" for form in forms) + "--in--"
    )
    email = parsed(multipart("mixed", inner, "Content-Type: application/pdf\n\nx"))
    assert (email.plain, email.html) == ("Plain.\n", "<p>Rich</p>\n")
    assert email.part_types == (
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    )  # fmt: skip
    assert [part.content_type for part in email.attachments] == ["application/pdf"]


def test_a_body_with_a_file_name_is_still_the_body() -> None:
    email = parsed(mail("Name: Jo\n", Content_Type='text/plain; name="form.txt"'))
    assert email.plain == "Name: Jo\n"


def test_text_in_an_attachment_is_no_body() -> None:
    part = text_part("Name: Jo\n", extra='Content-Disposition: attachment; filename="form.txt"\n')
    email = parsed(multipart("mixed", text_part("See form.\n"), part))
    assert email.plain == "See form.\n"
    assert [(each.filename, each.content, each.inline) for each in email.attachments] == [
        ("form.txt", b"Name: Jo\n", False)
    ]


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('attachment; filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.docx?="', "Grüße.docx"),
        ("attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.docx", "Grüße.docx"),
        ("attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.docx", "Grüße.docx"),
        ('attachment; filename="Grüße.docx"', "Grüße.docx"),
        ('attachment; filename="Gr\udcfc\udcdfe.docx"', "Grüße.docx"),
        ('attachment; filename="a\\"b.docx"', 'a"b.docx'),
        ("attachment", ""),
    ],
)
def test_a_file_name_is_decoded(disposition: str, expected: str) -> None:
    part = f"Content-Type: application/octet-stream\nContent-Disposition: {disposition}\n\nx".encode(
        "utf-8", "surrogateescape"
    )
    assert parsed(multipart("mixed", text_part("Hi\n"), part)).attachments[0].filename == expected


@pytest.mark.parametrize("size", [100, 100_000])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_attachment_keeps_its_bytes(size: int, ending: str) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    encoded = base64.encodebytes(content).decode()
    head = "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
    head += "Content-Disposition: attachment; filename=a.pdf\n\n"
    message = multipart("mixed", text_part("Hi\n"), head + encoded, text_part("Bye\n")).replace(b"\n", ending.encode())
    email = parsed(message)
    assert email.attachments[0].content == content
    assert email.attachments[1].content.strip() == b"Bye"


def test_a_large_base64_body_is_read() -> None:
    text = "Zoë writes a lot. " * 2_000
    email = parsed(mail(base64.encodebytes(text.encode()), Content_Transfer_Encoding="base64"))
    assert email.plain == text


@pytest.mark.parametrize("damage", ["", "=", "!!", "A", "\n\n--"])
def test_damaged_base64_gives_what_can_be_had(damage: str) -> None:
    encoded = base64.b64encode(b"Name: Jo Bell, and more").decode() + damage
    assert "Name: Jo Bell" in (parsed(mail(encoded, Content_Transfer_Encoding="base64")).plain or "")


def test_flowed_text_becomes_paragraphs_again() -> None:
    body = "A long \nparagraph.\n\n>> deep \n>> quote\n> less\n From here\n-- \nJo\n"
    email = parsed(mail(body, Content_Type="text/plain; format=flowed"))
    assert email.plain == "A long paragraph.\n\n>> deep quote\n> less\nFrom here\n-- \nJo\n"


def test_deleted_spaces_join_words() -> None:
    assert parsed(mail("Donau \ndampf\n", Content_Type="text/plain; format=flowed; delsp=yes")).plain == "Donaudampf\n"


@pytest.mark.parametrize(
    "lead", [b"\n\n", b"\xef\xbb\xbf", b"From jo@example.org Wed May  6 09:30:00 2026\n", b">From x\n"]
)
def test_what_stands_before_the_headers_is_dropped(lead: bytes) -> None:
    email = parsed(lead + mail())
    assert email.from_[0].address == "jo.bell@kent.ac.uk"
    assert email.plain == "Hello.\n"


def test_a_space_before_the_colon_is_no_hindrance() -> None:
    assert parsed(mail().replace(b"From: ", b"From : ", 1)).from_[0].address == "jo.bell@kent.ac.uk"


def test_a_missing_blank_line_loses_no_text() -> None:
    assert "Name of mine" in (
        parsed(mail().replace(b"\n\nHello.", b"\nHello, I give the\nName of mine.", 1)).plain or ""
    )


def test_text_without_headers_is_a_body() -> None:
    email = parsed(b"---- Original ----\nHello\n")
    assert "NO_HEADERS" in email.defects
    assert "Hello" in (email.plain or "")


def test_lone_carriage_returns_are_line_ends() -> None:
    assert parsed(mail("a\nb\n").replace(b"\n", b"\r")).plain == "a\nb\n"


def test_a_truncated_original_in_a_bounce_is_read_all_the_same() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: gone\nContent-Type: multipart/mixed; boundary=lost\n\n"
    email = parsed(multipart("report", text_part("It did not arrive.\n"), inner))
    assert email.plain == "It did not arrive.\n"
    assert email.subject == "A subject"


@pytest.mark.parametrize("depth", [300, 3_000])
def test_a_deep_mail_keeps_its_headers(depth: int) -> None:
    body = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    email = parsed(mail(b"").replace(b"Content-Type: text/plain; charset=utf-8\n\n", b"") + body)
    assert email.from_[0].address == "jo.bell@kent.ac.uk"
    assert "TOO_DEEP" in email.defects


def test_a_mail_of_very_many_parts_is_cut_off() -> None:
    parts = [text_part("x")] * 5_000
    email = parsed(multipart("mixed", *parts))
    assert email.plain == "x"
    assert len(email.part_types) <= 1_001
    assert {"TRUNCATED_PARTS", "TOO_MANY_PARTS"} & set(email.defects)


def test_dashed_lines_of_text_are_no_parts() -> None:
    email = parsed(multipart("mixed", text_part("\n--- a/file\n" * 2_000 + "The end.")))
    assert (email.plain or "").endswith("The end.")


@pytest.mark.parametrize(
    "content",
    [
        mail("x" * 10_000_000),
        mail(From=", " * 100_000),
        mail(From="(" * 100_000),
        mail(To=", ".join(f"a{n}@example.org" for n in range(20_000))),
        mail(Subject="=?utf-8?Q?a?= " * 20_000),
        mail(Content_Type="multipart/mixed; boundary=" + "b" * 500_000),
        mail("<" * 200_000, Content_Type="text/html"),
        mail("<div>" * 100_000 + "deep", Content_Type="text/html"),
        mail("<table><tr><td>" * 3_000 + "deep", Content_Type="text/html"),
        mail("> " * 100_000),
        mail("a\n\n" * 20_000),
        mail("Jo Bell\n\n" * 4_000),
        mail("wrote:\n" * 20_000),
        mail("*" * 100_000),
        mail("[cid:" * 50_000),
        mail("On a@b " * 50_000),
        mail("this e-mail " * 50_000),
        mail(" " * 500_000 + "x"),
        mail("\t" * 500_000 + "x"),
        b"X: y\n" * 100_000,
    ],
    ids=lambda content: str(len(content)),
)
def test_hostile_mail_is_read_to_its_end(content: bytes) -> None:
    """What some parsers take minutes or for ever over; `make real-mail` and `make bench` measure times."""
    document = build(parsed(content))
    assert all(line.text for line in document.lines)


def test_invisible_characters_and_controls_go() -> None:
    email = parsed(mail("Na\u200bme:\u00a0J\u00ado\u202e\x00\x07 e\u0301\n"))
    assert email.plain == "Name: Jo é\n"


def test_encrypted_mail_has_no_text_and_keeps_its_type() -> None:
    email = parsed(
        mail(
            "MIIB", Content_Type="application/pkcs7-mime; smime-type=enveloped-data", Content_Transfer_Encoding="base64"
        )
    )
    assert email.plain is None
    assert email.part_parameters[0]["smime-type"] == "enveloped-data"


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    length = len(content)
    size = bytes((length,)) if length < 128 else bytes((0x82,)) + length.to_bytes(2, "big")
    return bytes((tag,)) + size + content


def _signed(entity: bytes, chunked: bool = False) -> bytes:
    """A SignedData structure without signers around `entity` (RFC 5652 s.5.1)."""
    oid = bytes.fromhex("06092a864886f70d0107")
    if chunked:  # BER: indefinite lengths and an octet string in pieces, as streaming signers write it
        pieces = b"".join(_der(0x04, entity[at : at + 50]) for at in range(0, len(entity), 50))
        content = b"\xa0\x80\x24\x80" + pieces + b"\0\0\0\0"
        info = b"\x30\x80" + oid + b"\x01" + content + b"\0\0"
        signed = b"\x30\x80" + b"\x02\x01\x01" + _der(0x31) + info + _der(0x31) + b"\0\0"
        return b"\x30\x80" + oid + b"\x02" + b"\xa0\x80" + signed + b"\0\0" + b"\0\0"
    info = _der(0x30, oid + b"\x01", _der(0xA0, _der(0x04, entity)))
    return _der(0x30, oid + b"\x02", _der(0xA0, _der(0x30, b"\x02\x01\x01", _der(0x31), info, _der(0x31))))


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("parameters", ["; smime-type=signed-data", ""])
def test_an_opaque_signed_mail_is_read(chunked: bool, parameters: str) -> None:
    entity = "Content-Type: text/plain; charset=utf-8\r\n\r\nName: Zoë " + "and more " * 100
    content = base64.encodebytes(_signed(entity.encode(), chunked))
    email = parsed(
        mail(
            content,
            Content_Type=f"application/pkcs7-mime{parameters}; name=smime.p7m",
            Content_Transfer_Encoding="base64",
        )
    )
    assert (email.plain or "").startswith("Name: Zoë and more")
    assert email.part_types == ("application/pkcs7-mime", "text/plain")
    assert email.part_parameters[0]["smime-type"] == "signed-data"
    assert build(email).unread == ()


def test_the_fingerprint_is_that_of_the_content_not_of_the_way_it_took() -> None:
    first = parsed(mail("Same  text\n"))
    assert parsed(b"Received: from elsewhere\n" + mail("Same text\n")).fingerprint == first.fingerprint
    assert parsed(mail("Other text\n")).fingerprint != first.fingerprint
    assert parsed(mail("Same text\n", Date="Thu, 7 May 2026 09:30:00 +0100")).fingerprint != first.fingerprint


def test_header_names_are_found_in_any_case_and_repeat() -> None:
    email = parsed(mail(X_One="1").replace(b"To: ", b"x-one: 2\nTo: ", 1))
    assert sorted(email.header_all("X-ONE")) == ["1", "2"]
    assert email.header("missing") is None


def test_nothing_of_a_mail_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        parsed(
            mail("secret", Content_Type="text/x-odd", Subject="=?utf-8?B?w?= secret", From="secret (( <s@example.org>")
        )
    assert "secret" not in caplog.text


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=2_000))
def test_any_bytes_parse(content: bytes) -> None:
    email = parsed(content)
    assert len(build(email).lines) <= len(content) + 1


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: multipart/mixed; boundary=a\n",
                b"Content-Type: message/rfc822\n",
                b"\n",
                b"--a\n",
                b"--a--\n",
                b"Content-Transfer-Encoding: base64\n",
                b"Content-Type: text/html; charset=\xff\n",
                b"<p>\xe9<br>",
                b"> x\n",
                b"On 1/2/2026 a@b wrote:\n",
                b"From: a\nSent: b\nTo: c\nSubject: d\n",
                b"-- \n",
                b"Kind regards\n",
                b"QUJD\n",
                b"Content-Disposition: attachment; filename*0*=x''%ff; filename*9=y\n",
                b"Name:\tJo\n",
                b"=?utf-8?q?=ff?=\n",
                b"From: \xff <a@b>, =?x?q?y?=\n",
                b"Content-Type: application/pkcs7-mime\n",
                b"0\x80\x06\x09",
                b"\x00",
                b"\r",
            ]
        ),
        max_size=30,
    )
)
def test_any_mail_made_of_odd_pieces_parses(pieces: list[bytes]) -> None:
    email = parsed(b"From: Jo Bell <jo@example.org>\n" + b"".join(pieces))
    strings = [
        email.subject,
        email.plain or "",
        email.html or "",
        *(value for each in email.headers.values() for value in each),
    ]
    for text in strings:
        text.encode("utf-8")
        assert "\0" not in text
    build(email)


def test_text_that_was_encoded_twice_is_healed() -> None:
    twice = "it’s Zoë’s".encode().decode("cp1252").encode()
    assert parsed(mail(twice)).plain == "it’s Zoë’s"
    assert parsed(mail("Ã la carte, 5 Â£".encode())).plain == "Ã la carte, 5 Â£"


def test_quoted_printable_without_its_header_field_is_decoded() -> None:
    body = "Name: Zo=C3=AB=20\nA line that goes =\non\n"
    assert parsed(mail(body)).plain == "Name: Zoë \nA line that goes on\n"
    assert parsed(mail("a =\nb = c\n")).plain == "a =\nb = c\n"


@pytest.mark.parametrize("about", ["{} ", " {}\t", "{}; charset=utf-8", "{} (RFC 2045)", '"{}"', "{}\n (a comment)"])
def test_what_stands_about_a_transfer_encoding_does_not_matter(about: str) -> None:
    for body in (b"Name: Zo=C3=AB=20\nA line that goes =\non\n", "Name: Zo=C3=AB=20 é\ngoes =\non\n".encode()):
        plain = parsed(mail(body, Content_Transfer_Encoding=about.format("quoted-printable"))).plain
        assert plain is not None
        assert plain.startswith("Name: Zoë ")
        assert "goes on\n" in plain
    coded = base64.encodebytes("Name: Zoë\n".encode())
    assert parsed(mail(coded, Content_Transfer_Encoding=about.format("BASE64"))).plain == "Name: Zoë\n"


def test_doubled_carriage_returns_make_no_blank_lines() -> None:
    assert parsed(mail(b"a\r\r\nb\r\r\n")).plain == "a\nb\n"
    assert parsed(mail("ä\r\r\nb\r\r\n".encode())).plain == "ä\nb\n"


def test_enriched_text_is_a_body() -> None:
    email = parsed(mail("<bold>Name:</bold> Jo <<jo@x.org>\n", Content_Type="text/enriched"))
    assert email.plain == "Name: Jo <jo@x.org>\n"


def test_an_attached_mail_that_announces_parts_and_has_none_but_8_bit_text_is_parsed() -> None:
    attached = b"Content-Type: multipart/mixed; boundary=a\n0\x80\x06\t"
    email = parsed(b"From: Jo Bell <jo@example.org>\nSubject: Hi\nContent-Type: message/rfc822\n\n" + attached)
    assert email.subject == "Hi"
