import base64
import io
import multiprocessing
import os
import subprocess
import sys
import zipfile

import pytest

from inbox_worker import documents
from inbox_worker.core.mail import Attachment
from inbox_worker.documents import Limits, read_forms
from inbox_worker.formats import docx as docx_reader
from inbox_worker.formats.pdf_layout import plain_letters
from inbox_worker.formats.sniff import Format, sniff
from tests.sample_files import MC, W, docx, odt, paragraph, pdf, png, run, table, zipped

Rows = list[tuple[str, ...]]


def rows(content: bytes, name: str = "form.bin") -> Rows:
    (form,) = read_forms((Attachment(name, "application/octet-stream", content),))
    assert form.problem is None
    return [row for row in form.rows if any(row)]


def problem(content: bytes, name: str = "form.bin", limits: Limits | None = None) -> str | None:
    (form,) = read_forms((Attachment(name, "application/octet-stream", content),), limits)
    assert form.rows == () or form.problem is None
    return form.problem


# --- Word


def test_paragraphs_and_tables_of_word_are_rows() -> None:
    body = paragraph("Ally ", run("form", "<w:b/>")) + table(
        ("Name", "Zoë"), ("Why?", paragraph("One.") + paragraph("Two.")), ("Email", "")
    )
    assert rows(docx(body)) == [("Ally form",), ("Name", "Zoë"), ("Why?", "One.\nTwo."), ("Email", "")]


def test_content_controls_of_every_place_are_read_and_prompts_are_not() -> None:
    prompt = "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
    body = (
        paragraph("Name: ", f"<w:sdt><w:sdtPr/><w:sdtContent>{run('Jo')}</w:sdtContent></w:sdt>")
        + paragraph("Role: ", f"<w:sdt>{prompt}<w:sdtContent>{run('Click here to enter text.')}</w:sdtContent></w:sdt>")
        + f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('A block.')}{paragraph('Two.')}</w:sdtContent></w:sdt>"
        + "<w:tbl><w:tr><w:tc>" + paragraph("Dept") + "</w:tc><w:sdt><w:sdtPr/><w:sdtContent><w:tc>"
        + paragraph("Estates")
        + "</w:tc></w:sdtContent></w:sdt></w:tr><w:sdt><w:sdtContent><w:tr><w:tc>" + paragraph("Town") + "</w:tc><w:tc>"
        + paragraph("Medway") + "</w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>"
    )  # fmt: skip
    assert rows(docx(body)) == [
        ("Name: Jo",),
        ("Role:",),
        ("A block.",),
        ("Two.",),
        ("Dept", "Estates"),
        ("Town", "Medway"),
    ]


def test_a_text_box_that_is_stored_in_two_forms_is_listed_once() -> None:
    box = f"<w:txbxContent>{paragraph('In a box')}</w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    both = f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>"
    assert rows(docx(paragraph("Before", both))) == [("Before",), ("In a box",)]


def test_deleted_moved_and_hidden_text_is_left_out() -> None:
    body = paragraph(
        "Name: ",
        f"<w:del>{run('no').replace('w:t', 'w:delText')}</w:del>",
        f"<w:ins>{run('Jo')}</w:ins>",
        f"<w:moveFrom>{run('no')}</w:moveFrom>",
        run("no", "<w:vanish/>"),
        run(" Bell", '<w:vanish w:val="0"/>'),
    )
    assert rows(docx(body)) == [("Name: Jo Bell",)]


def test_legacy_form_fields_show_what_was_chosen() -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{}</w:ffData></w:fldChar></w:r>'
    choices = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="Canterbury"/><w:listEntry w:val="Medway"/></w:ddList>'
    body = (
        paragraph("Campus: ", field.format(choices))
        + paragraph(field.format("<w:checkBox><w:checked/></w:checkBox>"), "Yes")
        + paragraph(field.format('<w:checkBox><w:default w:val="0"/></w:checkBox>'), "No")
        + paragraph("Name: ", field.format("<w:textInput/>"), "<w:r><w:instrText>FORMTEXT</w:instrText></w:r>", "Jo")
    )
    assert rows(docx(body)) == [("Campus: Medway",), ("☒ Yes",), ("☐ No",), ("Name: Jo",)]


def test_numbers_and_tabs_of_word_are_kept() -> None:
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>{}</w:p>'
    body = (
        item.format(run("First"))
        + item.format(run("Second"))
        + paragraph(run("Name:") + "<w:r><w:tab/></w:r>" + run("Jo"))
    )
    assert rows(docx(body, numbering=numbering)) == [("1. First",), ("2. Second",), ("Name:", "Jo")]


def test_a_table_that_frames_another_gives_the_inner_rows() -> None:
    inner = table(("Name", "Jo"), ("Role", "Porter"))
    assert rows(docx(table((inner + paragraph(""),)))) == [("Name", "Jo"), ("Role", "Porter")]


def test_headers_and_footers_are_not_read() -> None:
    assert rows(docx(paragraph("Body"), header1=f"<w:hdr {W}>{paragraph('No')}</w:hdr>")) == [("Body",)]


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE x [<!ENTITY a "b">]><w:document {W}><w:body>{paragraph("&a;")}</w:body></w:document>',
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><w:document {W}><w:body/></w:document>',
        "<w:document><unclosed>",
        "",
    ],
)
def test_a_word_file_with_a_dtd_or_damage_is_corrupt(document: str) -> None:
    assert problem(zipped({"word/document.xml": document})) == "CORRUPT"


def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused() -> None:
    bomb = f"<w:document {W} {MC}><w:body>{paragraph('a' * 60_000_000)}</w:body></w:document>"
    assert problem(zipped({"word/document.xml": bomb})) == "TOO_LARGE"


def test_a_zip_file_of_very_many_members_is_not_even_listed() -> None:
    content = zipped({f"{number}": "" for number in range(12_000)})
    assert sniff(content) is Format.OTHER


def test_a_size_that_a_zip_file_lies_about_is_refused() -> None:
    content = bytearray(zipped({"word/document.xml": "<x>" + "a" * 6_000_000}))
    at = content.rfind(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    assert problem(bytes(content)) in ("TOO_LARGE", "CORRUPT")


def test_very_deep_word_files_end_with_a_problem() -> None:
    deep = "<w:sdt><w:sdtContent>" * 400 + paragraph("x") + "</w:sdtContent></w:sdt>" * 400
    assert problem(docx(deep)) in ("TOO_LARGE", "CORRUPT")


def test_a_password_is_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert problem(ole) == "PASSWORD"
    assert problem(pdf((50, 700, "Name: Jo Bell, Porter, Estates"), password="secret")) == "PASSWORD"
    manifest = "<manifest><encryption-data/></manifest>"
    content = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "x",
        "META-INF/manifest.xml": manifest,
    }
    assert problem(zipped(content)) == "PASSWORD"


# --- PDF


def test_lines_of_a_pdf_are_rows() -> None:
    assert rows(pdf((50, 700, "Name: Jo Bell"), (50, 680, "Role: Porter in Estates"))) == [
        ("Name: Jo Bell",),
        ("Role: Porter in Estates",),
    ]


def test_a_table_of_a_pdf_has_cells() -> None:
    texts = (
        (50, 700, "Name"), (200, 700, "Jo Bell"),
        (50, 680, "Why are you"), (50, 667, "interested?"), (200, 680, "Because I"), (200, 667, "care."),
        (200, 640, "Much."),
        (50, 610, "Running text again, below the table"),
    )  # fmt: skip
    assert rows(pdf(*texts)) == [
        ("Name", "Jo Bell"),
        ("Why are you interested?", "Because I care.\nMuch."),
        ("Running text again, below the table",),
    ]


def test_form_fields_of_a_pdf_are_label_and_value() -> None:
    fields = (
        ("Full name", "Jo Bell", (200, 695, 400, 712)),
        ("Text2", "Porter", (200, 670, 400, 690)),
        ("topmostSubform[0].Page1[0].TextField3[0]", "To help.\nAlways.", (50, 560, 400, 620)),
        ("Text9", "Some", (50, 400, 400, 420)),
        ("undefined_4", "", (200, 500, 400, 520)),
        ("Department", "Estates", (200, 470, 400, 490)),
    )
    texts = (
        (50, 700, "Name:"),
        (50, 675, "Job title:"),
        (50, 640, "Why are you"),
        (50, 627, "interested?"),
        (50, 505, "Email:"),
        (50, 438, "Campus:"),
        (50, 425, "What support?"),
    )
    assert rows(pdf(*texts, fields=fields)) == [
        ("Name:", "Jo Bell"),
        ("Job title:", "Porter"),
        ("Why are you interested?", "To help.\nAlways."),
        ("What support?", "Some"),
        ("Department", "Estates"),
        ("Email:",),
        ("Campus:",),
    ]


def test_ligatures_become_letters() -> None:
    assert plain_letters("ﬁle oﬀer \uf0b7 x") == "file offer • x"


def test_a_pdf_without_text_is_a_scan() -> None:
    assert problem(pdf()) == "SCAN"
    assert problem(pdf((50, 50, "Page 1"))) == "SCAN"


def test_a_damaged_pdf_is_corrupt() -> None:
    assert problem(b"%PDF-1.7\n" + b"x" * 500) == "CORRUPT"


# --- the other formats


def test_opendocument_is_read() -> None:
    text = (
        "<text:h>Ally<text:s text:c='2'/>form</text:h><text:tracked-changes><text:p>no</text:p></text:tracked-changes>"
        "<text:p>Name:<text:tab/>Jo<office:annotation><text:p>no</text:p></office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Why?</text:p></table:table-cell><table:table-cell>"
        "<text:p>One.</text:p><text:p>Two.</text:p></table:table-cell></table:table-row></table:table>"
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        "<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>"
    )
    assert rows(odt(text)) == [("Ally form",), ("Name:", "Jo"), ("Why?", "One.\nTwo."), ("• item",), ("boxed",)]


def test_rich_text_is_read() -> None:
    source = (
        rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}}{\*\generator no;}{\info{\title no}}{\header no\par}"
        rb"\pard Name:\tab Zo\'eb\par \u8220?quoted\u8221? \b bold\b0 \par {\deleted no}"
        rb"\trowd\cellx1\cellx2\pard\intbl Why?\cell One.\par Two.\cell\row\pard Last \{line\}\par "
        rb"\uc2\u26085\'93\'fa\uc0\u26412\par{\field{\*\fldinst HYPERLINK no}{\fldrslt link}}}"
    )
    assert rows(source) == [
        ("Name:", "Zoë"),
        ("“quoted” bold",),
        ("Why?", "One.\nTwo."),
        ("Last {line}",),
        ("日本",),
        ("link",),
    ]


def test_text_and_html_files_are_read_as_a_body_is() -> None:
    assert rows("Name:\tZoë\r\n\r\n1. Why?\r\n".encode("cp1252"), "form.txt") == [("Name:", "Zoë"), ("1. Why?",)]
    assert rows("Name: Zoë".encode("utf-16"), "form.txt") == [("Name: Zoë",)]
    assert rows(b"<html><meta charset=utf-8><table><tr><td>Name<td>Zo\xc3\xab</table><p hidden>no</p>") == [
        ("Name", "Zoë")
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "UNSUPPORTED"),
        (zipped({"a.txt": "x"}), "UNSUPPORTED"),
        (zipped({"xl/workbook.xml": "<x/>"}), "UNSUPPORTED"),
        (b"PK\x03\x04 damaged", "UNSUPPORTED"),
        (bytes(range(256)) * 4, "UNSUPPORTED"),
        (png(1200, 1600, 90_000), "SCAN"),
    ],
)
def test_what_cannot_be_read_has_a_problem(content: bytes, code: str) -> None:
    assert problem(content) == code


def test_content_decides_and_neither_name_nor_type() -> None:
    (form,) = read_forms((Attachment("form.pdf", "application/pdf", docx(paragraph("Name: Jo"))),))
    assert form.rows == (("Name: Jo",),)
    assert form.filename == "form.pdf"


def test_only_what_a_person_would_take_for_a_form_is_read() -> None:
    none = (
        Attachment("image001.png", "image/png", png(600, 150, 40_000), inline=True),
        Attachment("logo.png", "image/png", png(64, 64, 4_000)),
        Attachment("image002.png", "image/png", png(700, 700, 60_000), inline=True),
        Attachment("invite.ics", "text/calendar", b"BEGIN:VCALENDAR"),
        Attachment("", "text/plain", b"a footer"),
        Attachment("smime.p7s", "application/pkcs7-signature", b"0"),
        Attachment("winmail.dat", "application/octet-stream", b"\x78\x9f\x3e\x22"),
        Attachment("Jo.vcf", "text/x-vcard", b"BEGIN:VCARD"),
        Attachment("empty.docx", "application/octet-stream", b""),
    )
    assert read_forms(none) == ()
    photograph = Attachment("IMG_0042.jpeg", "image/jpeg", png(1500, 2000, 400_000), inline=True)
    assert [form.problem for form in read_forms((photograph,))] == ["SCAN"]


# --- limits


def test_too_many_and_too_large_files_are_not_read() -> None:
    limits = Limits(files=2, file_bytes=1_000)
    texts = tuple(Attachment(f"{n}.txt", "text/plain", b"Name: Jo") for n in range(3))
    assert [form.problem for form in read_forms(texts, limits)] == [None, None, "TOO_LARGE"]
    assert problem(b"a" * 1_001, limits=limits) == "TOO_LARGE"


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    limits = Limits(cpu_seconds=1, seconds=1)
    assert problem(b"{\\rtf1 " + b"\\b " * 3_000_000 + b"}", limits=limits) == "TIMEOUT"
    assert problem(b"Name: Jo", limits=limits) is None


def test_a_document_that_needs_too_much_memory_is_given_up() -> None:
    rtf = b"{\\rtf1 " + b"x" * 9_000_000 + b"}"
    assert problem(rtf, limits=Limits(memory_bytes=60_000_000)) in ("TOO_LARGE", "CORRUPT")


def test_the_reading_process_starts_again_after_it_died() -> None:
    assert problem(b"Name: Jo") is None
    process = documents._SERVER._process
    assert process is not None
    process.kill()
    process.wait()
    assert problem(b"Name: Jo") is None


def test_a_forked_worker_has_a_reading_process_of_its_own() -> None:
    assert problem(b"Name: Jo") is None
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(problem, [b"Name: Jo", b"Name: Mo", b"Name: Al"]) == [None, None, None]
    assert problem(b"Name: Jo") is None


def test_the_fork_can_open_neither_files_nor_sockets_nor_processes() -> None:
    code = (
        "import os, socket\n"
        "from inbox_worker import document_server as server\n"
        "def probe(content):\n"
        "    found = []\n"
        "    acts = {'file': lambda: open('/etc/hostname'), 'socket': socket.socket, 'pipe': os.pipe}\n"
        "    for name, act in acts.items():\n"
        "        try:\n"
        "            act()\n"
        "            found.append(name)\n"
        "        except OSError:\n"
        "            pass\n"
        "    return [tuple(found)]\n"
        "server.READERS['text'] = probe\n"
        "print(server._in_fork('text', b'', 5, 5, 10**9).decode())\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == '{"rows": [[]]}'


def test_the_reading_process_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_WORKER_SECRET", "hunter2")
    assert problem(b"Name: Jo", limits=Limits(seconds=14)) is None
    process = documents._SERVER._process
    assert process is not None
    with open(f"/proc/{process.pid}/environ", "rb") as environment:  # noqa: PTH123
        assert b"hunter2" not in environment.read()


def test_documents_without_the_extra_are_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml.ElementTree", None)
    with pytest.raises(Exception, match="UNSUPPORTED"):
        docx_reader.read(docx(paragraph("x")))
    monkeypatch.setattr(documents, "find_spec", lambda name: None)
    assert documents.missing_libraries() == ("pypdf", "defusedxml")


@pytest.mark.parametrize("seed", range(30))
def test_damaged_documents_never_raise(seed: int) -> None:
    whole = [
        docx(paragraph("Name: Jo")),
        pdf((50, 700, "Name: Jo Bell and more")),
        odt("<text:p>x</text:p>"),
        b"{\\rtf1 Name: Jo}",
    ]
    content = bytearray(whole[seed % 4])
    for step in range(1 + seed // 4):
        content[(seed * 7919 + step * 104_729) % len(content)] ^= 1 << (seed % 8)
    read_forms((Attachment("form", "application/octet-stream", bytes(content)),))
    read_forms((Attachment("form", "application/octet-stream", bytes(content[: len(content) * seed // 30])),))


def test_sniffing_knows_the_formats() -> None:
    assert sniff(docx("")) is Format.DOCX
    assert sniff(b"  {\\rtf1}") is Format.RTF
    assert sniff(b"<!DOCTYPE html><p>x") is Format.HTML
    assert sniff(base64.b64encode(os.urandom(90))) is Format.TEXT
    assert sniff(b"\0\0\0\x18ftypheic") is Format.IMAGE
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    assert sniff(buffer.getvalue()) is Format.OTHER
