import base64

from inbox_worker.core.build_document import build
from inbox_worker.core.document import FormText, Kind
from tests.core.sample_mail import mail, multipart, parsed, text_part, texts

FORM = FormText("form.docx", (("Name", "Jo Bell"), ("",), ("1. Why?",), ("To help.",), ("Skills", "One.\nTwo.")))


def alternative(plain: str, html: str) -> bytes:
    return multipart("alternative", text_part(plain), text_part(html, "html"))


def test_the_text_part_is_read_where_both_say_the_same() -> None:
    found = build(parsed(alternative("Name: Jo\nRole: Porter\n", "<p>Name: Jo</p><p>Role:<br>Porter</p>")))
    assert texts(found) == ["Name: Jo", "Role: Porter"]


def test_html_is_read_where_the_text_part_is_a_stub() -> None:
    html = "<p>I should like to join the scheme as an ally, please tell me how.</p>"
    for stub in ("", " \n", "Your e-mail program does not support HTML.\n", "I should\n"):
        assert len(texts(build(parsed(alternative(stub, html))))[0]) > 50


def test_html_is_read_where_the_text_part_lost_the_cells() -> None:
    html = "<table><tr><td>Name<td>Jo Bell<tr><td>Role<td>Porter<tr><td>Why?<td>To help.</table>"
    found = build(parsed(alternative("Name\nJo Bell\nRole\nPorter\nWhy?\nTo help.\n", html)))
    assert [line.cells for line in found.lines] == [("Name", "Jo Bell"), ("Role", "Porter"), ("Why?", "To help.")]


def test_the_text_part_with_cells_of_its_own_is_enough() -> None:
    html = "<table><tr><td>Name<td>Jo Bell<tr><td>Role<td>Porter</table>"
    found = build(parsed(alternative("Name:\tJo Bell\nRole:\tPorter\n", html)))
    assert [line.cells for line in found.lines] == [("Name:", "Jo Bell"), ("Role:", "Porter")]


def test_html_is_read_where_only_colour_tells_answers() -> None:
    head = "From: T <t@example.org>\nSent: 4 May\nTo: J\nSubject: A\n"
    plain = f"See red.\n\n{head}\nName: Jo\nRole: Porter\n"
    html = "<p>See red.</p><p>" + head.replace("<", "&lt;").replace("\n", "<br>") + "</p>"
    html += '<p>Name: <span style="color:red">Jo</span></p><p>Role: <span style="color:red">Porter</span></p>'
    assert texts(build(parsed(alternative(plain, html))), Kind.OWN) == ["See red.", "Name: Jo", "Role: Porter"]


def test_a_second_text_part_follows_unless_it_repeats_the_first() -> None:
    found = build(
        parsed(multipart("mixed", text_part("Name: Jo\n"), text_part("Role: Porter\n"), text_part("Name:  Jo\n")))
    )
    assert [(line.text, line.number) for line in found.lines] == [("Name: Jo", 1), ("Role: Porter", 2)]


def test_attached_forms_follow_the_body() -> None:
    found = build(parsed(mail("See form.\n")), (FORM,))
    assert [(line.text, line.cells, line.origin, line.number, line.gap, line.bullet) for line in found.lines[1:]] == [
        ("Name | Jo Bell", ("Name", "Jo Bell"), "attachment:form.docx", 1, False, ""),
        ("Why?", (), "attachment:form.docx", 2, True, "1."),
        ("To help.", (), "attachment:form.docx", 3, False, ""),
        ("Skills | One. Two.", ("Skills", "One.\nTwo."), "attachment:form.docx", 4, False, ""),
    ]
    assert {line.kind for line in found.lines} == {Kind.OWN}


def test_an_attached_mail_is_forwarded_text() -> None:
    inner = mail("Name: Mo Khan\n\n> quoted\n", From="Mo Khan <mo@example.org>", Subject="Allies")
    found = build(parsed(multipart("mixed", text_part("See attached.\n"), b"Content-Type: message/rfc822\n\n" + inner)))
    lines = [line for line in found.lines if line.origin == "attached mail"]
    assert [(line.text, line.kind, line.depth) for line in lines] == [
        ("From: Mo Khan <mo@example.org>", Kind.FORWARD_HEAD, 0),
        ("Subject: Allies", Kind.FORWARD_HEAD, 0),
        ("Name: Mo Khan", Kind.FORWARDED, 1),
        ("quoted", Kind.FORWARDED, 2),
    ]
    assert texts(found, Kind.OWN) == ["See attached."]


def test_parts_that_nobody_could_read_are_named() -> None:
    tnef = "Content-Type: application/ms-tnef; name=winmail.dat\n\nx"
    assert build(parsed(multipart("mixed", text_part("Hi\n"), tnef))).unread == ("TNEF",)
    assert build(parsed(mail("-----BEGIN PGP MESSAGE-----\nx\n"))).unread == ("ENCRYPTED",)
    pgp = "Content-Type: application/pgp-encrypted\n\nVersion: 1"
    assert build(parsed(multipart("encrypted", pgp))).unread == ("ENCRYPTED",)
    rights = "Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\n\nx"
    assert build(parsed(multipart("mixed", text_part("Hi\n"), rights))).unread == ("ENCRYPTED",)
    forms = (FormText("a.pdf", (), "SCAN"), FormText("b.pdf", (), "SCAN"), FormText("c.docx", (), "PASSWORD"))
    assert build(parsed(mail()), forms).unread == ("SCAN", "PASSWORD")


def test_a_signed_mail_is_read_and_its_signature_is_no_attachment_to_open() -> None:
    signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n"
    signature += base64.b64encode(b"\x30\x03\x02\x01\x01").decode()
    found = build(parsed(multipart("signed", text_part("Name: Jo\n"), signature)))
    assert texts(found) == ["Name: Jo"]
    assert found.unread == ()


def test_an_empty_mail_is_an_empty_document() -> None:
    assert build(parsed(b"")).lines == ()
    assert build(parsed(mail(""))).lines == ()


def test_marks_before_answers_in_a_mail_that_answers_none_are_no_quotation() -> None:
    body = "Name:\n> Jo Bell\nWhy do you ask?\n> Because I care\n> a lot.\n"
    assert [(line.kind, line.bullet, line.text) for line in build(parsed(mail(body))).lines] == [
        (Kind.OWN, "", "Name:"),
        (Kind.OWN, ">", "Jo Bell"),
        (Kind.OWN, "", "Why do you ask?"),
        (Kind.OWN, ">", "Because I care"),
        (Kind.OWN, ">", "a lot."),
    ]
    for changed in ({"Subject": "Re: A"}, {"In_Reply_To": "<1@x>"}):
        assert len(build(parsed(mail(body, **changed))).of(Kind.QUOTED)) == 3


def test_mark_up_that_is_labelled_as_text_and_text_that_is_labelled_as_mark_up() -> None:
    assert texts(build(parsed(mail("<html><p>Name:</p><p>Jo</p></html>")))) == ["Name:", "Jo"]
    found = build(parsed(mail("Name: Jo &amp; Co\nRole: <b>Porter</b>\n", Content_Type="text/html")))
    assert texts(found) == ["Name: Jo & Co", "Role: Porter"]


def test_a_clear_signed_text_is_read_without_its_armour() -> None:
    body = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nName: Jo\n- -- \nJo Bell\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    found = build(parsed(mail(body)))
    assert texts(found, Kind.OWN) == ["Name: Jo"]
    assert "iQEz" not in " ".join(texts(found))


def test_a_mail_that_is_attached_as_a_file_is_an_attached_mail() -> None:
    inner = mail("Name: Mo Khan\n", Subject="Allies")
    head = b'Content-Type: application/octet-stream; name="Allies.eml"\nContent-Transfer-Encoding: base64\n\n'
    by_name = parsed(multipart("mixed", text_part("See attached.\n"), head + base64.encodebytes(inner)))
    encoded = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)
    for email in (by_name, parsed(multipart("mixed", text_part("See attached.\n"), encoded))):
        assert email.attachments == ()
        assert "Name: Mo Khan" in texts(build(email), Kind.FORWARDED)
