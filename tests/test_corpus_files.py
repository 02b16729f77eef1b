"""The labelled mails are fit to measure with: in pairs, well formed, and every labelled value stands in its mail.

Reads them with the standard library, lxml and pypdf alone, so that a fault in our own reading cannot hide one here.
"""

import io
import json
import quopri
import re
import zipfile
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pypdf
import pytest
from lxml import html

CORPUS = Path(__file__).parent / "corpus"
OTHER = CORPUS / "other-scheme"  # mails of a scheme with other fields: tests/core/test_other_scheme.py
MAILS = sorted(set(CORPUS.glob("*/*.eml")) - set(OTHER.glob("*.eml")))
FIELDS = {"name", "job_title", "department", "email", "motivation", "skills_experience", "support_needed", "importance"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "note": str,
    "on_record": bool,
    "intent": str,
    "reply": str,
    "attach_role_description": bool,
    "reply_to": (str, type(None)),
    "fields": dict,
    "must_review": bool,
    "distress": bool,
}
REPLIES = {  # what each intent may be answered with, besides "none"
    "application": {"acknowledgement", "acknowledgement_incomplete"},
    "application_and_request": {"acknowledgement", "acknowledgement_incomplete"},
    "role_description_request": {"role_description"},
    "follow_up": {"acknowledgement"},
    "withdrawal": {"withdrawal"},
    "automatic": set(),
    "delivery_report": set(),
    "unrelated": set(),
}
NEW_APPLICATION = {"application", "application_and_request"}
BLOCKS = {"p", "div", "br", "td", "th", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"}

every_mail = pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail.parent.name}/{mail.stem}")


def label_of(mail: Path) -> dict[str, Any]:
    label: dict[str, Any] = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
    return label


def addresses_in(mail: Path) -> set[str]:
    message = message_from_bytes(mail.read_bytes())
    heads = [str(head) for name in ("From", "Reply-To") for head in message.get_all(name, [])]
    return {address for _, address in getaddresses(heads)}


# ------------------------------------------------------------------ the words of a mail


def words(text: str) -> str:
    """The words of `text` between single spaces: punctuation, layout and quote marks do not count."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "


def html_text(source: str) -> str:
    root = html.document_fromstring(source)
    for element in list(root.iter("style", "script")):
        element.drop_tree()
    for element in root.iter(*BLOCKS):
        element.tail = " " + (element.tail or "")
        element.text = " " + (element.text or "")
    return str(root.text_content())


def office_text(data: bytes) -> str:
    """The text of a .docx or .odt: paragraphs end in a space, the runs of one word stay together."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = [name for name in package.namelist() if name in ("word/document.xml", "content.xml")]
        xml = " ".join(package.read(name).decode("utf-8") for name in names)
    ends = re.sub(r"</w:p>|</text:p>|<text:s\b[^>]*>|<text:line-break/>|<w:br/>|<w:tab/>", " ", xml)
    return str(html.fromstring(f"<p>{re.sub('<[^>]+>', '', ends)}</p>").text_content())


def rtf_text(data: bytes) -> str:
    text = re.sub(r"\\u(-?\d+)[ ?]?(\\'[0-9a-f]{2})?", lambda hit: chr(int(hit[1]) % 65536), data.decode("latin-1"))
    text = re.sub(r"\\'([0-9a-f]{2})", lambda hit: bytes.fromhex(hit[1]).decode("cp1252", "replace"), text)
    text = re.sub(r"\\(par|line|cell|tab)\b", r" \\\1", text)
    text = text.replace("\\rquote", "\\x ’").replace("\\lquote", "\\x ‘").replace("\\endash", "\\x –")
    return re.sub(r"\\[a-z]+-?\d* ?|[{}]|[\r\n]", "", text)


def pdf_text(data: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        return ""
    filled = [str(field.get("/V", "")) for field in (reader.get_fields() or {}).values()]
    return " ".join([*(page.extract_text() for page in reader.pages), *filled])


def decoded(data: bytes, declared: str | None) -> list[str]:
    """What `data` may say: in the declared character set, and in the two that are meant where that one is wrong."""
    texts = [data.decode("cp1252", "replace")]
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for charset in ("utf-16",) if marked else (declared or "us-ascii", "utf-8"):
        try:
            texts.append(data.decode(charset))
        except (LookupError, UnicodeDecodeError):
            continue
    return texts


def texts_of(part: Message) -> list[str]:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return []
    if data.startswith(b"%PDF"):
        return [pdf_text(data)]
    if data.startswith(b"{\\rtf"):
        return [rtf_text(data)]
    if data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)):
        return [office_text(data)]
    texts = decoded(data, part.get_content_charset())
    if part.get_content_type() == "application/pkcs7-mime":  # signed: a whole part inside, with an encoding of its own
        return texts + decoded(quopri.decodestring(data), "utf-8")
    return [html_text(text) for text in texts if text.strip()] if part.get_content_type() == "text/html" else texts


def texts_in(mail: Path) -> list[str]:
    message = message_from_bytes(mail.read_bytes())
    heads = [str(make_header(decode_header(str(message[name])))) for name in ("From", "Subject") if message[name]]
    return heads + [text for part in message.walk() for text in texts_of(part)]


# ------------------------------------------------------------------ what must hold


def test_every_folder_holds_mails() -> None:
    assert {mail.parent.name for mail in MAILS} == {
        "visible",
        "heldout",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
        "twenty-first",
    }


def test_every_mail_has_a_label_and_every_label_a_mail() -> None:
    assert {mail.with_suffix(".json") for mail in MAILS} == set(CORPUS.glob("*/*.json")) - set(OTHER.glob("*.json"))


def test_no_mail_is_in_two_folders() -> None:
    stems = [mail.stem for mail in MAILS]
    bodies = [mail.read_bytes() for mail in MAILS]
    assert len(set(stems)) == len(stems)
    assert len(set(bodies)) == len(bodies)


@every_mail
def test_a_mail_has_headers_and_crlf_line_ends(mail: Path) -> None:
    data = mail.read_bytes()
    assert b"\r\n\r\n" in data
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)


@every_mail
def test_a_label_has_every_key_and_no_other(mail: Path) -> None:
    label = label_of(mail)
    assert label.keys() == TYPES.keys()
    assert [key for key, kind in TYPES.items() if not isinstance(label[key], kind)] == []
    assert label["fields"].keys() == FIELDS
    assert label["note"].strip()


@every_mail
def test_a_label_is_consistent(mail: Path) -> None:
    label = label_of(mail)
    intent, reply, given = label["intent"], label["reply"], {k for k, v in label["fields"].items() if v is not None}
    assert reply == "none" or reply in REPLIES[intent]
    assert (label["reply_to"] is None) == (reply == "none")
    assert label["attach_role_description"] == (
        reply != "none" and intent in {"role_description_request", "application_and_request"}
    )
    assert label["must_review"] or not label["distress"]
    assert reply != "none" or label["must_review"] or intent not in NEW_APPLICATION
    assert not given or intent in {*NEW_APPLICATION, "follow_up"}
    if intent in NEW_APPLICATION and reply != "none":
        assert (reply == "acknowledgement") == (given == FIELDS)
    if intent == "follow_up" and not label["must_review"]:
        assert (reply == "acknowledgement") == bool(given)


@every_mail
def test_a_reply_goes_to_an_address_of_the_sender(mail: Path) -> None:
    target = label_of(mail)["reply_to"]
    assert target is None or target in addresses_in(mail)


@every_mail
def test_every_labelled_value_stands_in_the_mail(mail: Path) -> None:
    values = [value for value in label_of(mail)["fields"].values() if value is not None]
    texts = [words(text) for text in texts_in(mail)] if values else []
    assert [value for value in values if value != " ".join(value.split())] == []
    assert [value for value in values if not any(words(value) in text for text in texts)] == []
