"""Mails for the tests of parsing, written in a few lines each."""

from datetime import UTC, datetime

from inbox_worker.core.build_document import build
from inbox_worker.core.document import Document, Kind
from inbox_worker.core.mail import Email, MailId, RawMail
from inbox_worker.core.parse import parse

RECEIVED = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
HEADERS = {
    "From": "Jo Bell <jo.bell@kent.ac.uk>",
    "To": "team@example.org",
    "Subject": "A subject",
    "Date": "Wed, 6 May 2026 09:30:00 +0100",
    "Message-ID": "<1@kent.ac.uk>",
}


def raw(content: bytes) -> RawMail:
    return RawMail(MailId("team", "INBOX", 1, 1), content, RECEIVED)


def parsed(content: bytes) -> Email:
    return parse(raw(content))


def mail(body: str | bytes = "Hello.\n", **changed: str | None) -> bytes:
    """A mail with ordinary headers; `changed` sets, adds or (None) removes some. `_` in a name stands for `-`."""
    fields = {**HEADERS, **{name.replace("_", "-"): value for name, value in changed.items()}}
    fields.setdefault("Content-Type", "text/plain; charset=utf-8")
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)
    return head.encode() + b"\n" + (body if isinstance(body, bytes) else body.encode())


def multipart(subtype: str, *parts: str | bytes, **changed: str | None) -> bytes:
    """A multipart mail of ready-made parts (their header fields included)."""
    body = b"".join(b"--edge\n" + (part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)
    return mail(body + b"--edge--\n", Content_Type=f'multipart/{subtype}; boundary="edge"', **changed)


def text_part(text: str, subtype: str = "plain", extra: str = "") -> str:
    return f"Content-Type: text/{subtype}; charset=utf-8\n{extra}\n{text}"


def document(body: str, **changed: str | None) -> Document:
    return build(parsed(mail(body, **changed)))


def html_document(body: str, **changed: str | None) -> Document:
    return document(body, Content_Type="text/html; charset=utf-8", **changed)


def texts(found: Document, *kinds: Kind) -> list[str]:
    return [line.text for line in (found.of(*kinds) if kinds else found.lines)]


def own(body: str, **changed: str | None) -> list[str]:
    """The own lines of a plain-text mail."""
    return texts(document(body, **changed), Kind.OWN)
