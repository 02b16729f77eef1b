"""Content that nobody could read and that may be an application: encrypted, scanned, photographed, protected."""

import re

from inbox_worker.core.document import Document, Kind
from inbox_worker.core.extract import Extraction
from inbox_worker.core.mail import Email
from inbox_worker.core.mentions import about
from inbox_worker.core.reading import Intent
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.signs import sentences_of
from inbox_worker.core.words import fold, pattern, tokens

_EMPTY_SUBJECT = frozenset(
    [
        "re",
        "fw",
        "fwd",
        "form",
        "forms",
        "application",
        "apply",
        "encrypted",
        "message",
        "mail",
        "email",
        "e",
        "secure",
        "confidential",
        "private",
        "attached",
        "attachment",
        "document",
        "scan",
        "scanned",
        "scanning",
        "file",
        "my",
        "the",
        "a",
        "for",
        "from",
        "please",
        "no",
        "subject",
        "completed",
        "hello",
        "hi",
        "expression",
        "of",
        "interest",
        "eoi",
        "information",
        "details",
        "urgent",
        "important",
        "you",
        "here",
        "is",
        "new",
        "sent",
        "via",
        "and",
        "as",
        "requested",
    ]
)


_CODES = {"ENCRYPTED": "CRYPT", "SCAN": "SCAN", "PASSWORD": "PASSWORD", "TNEF": "TNEF", "CORRUPT": "CORRUPT"}


def unreadable(
    email: Email, document: Document, scheme: Scheme, extraction: Extraction, wanted: Intent, lexicon: Lexicon
) -> str | None:
    """The code of content that nobody could read and that may be the scheme's, or None."""
    unread = document.unread or (("SCAN",) if _is_photograph(email, extraction, lexicon) else ())
    if not unread or wanted in (Intent.FOLLOW_UP, Intent.WITHDRAWAL):
        return None
    code = _CODES.get(unread[0], unread[0])
    given = extraction.labelled | extraction.ordered
    if any(scheme.field(key).kind is FieldKind.TEXT for key in given):
        return None
    own = " ".join(line.text for line in document.lines if line.kind is Kind.OWN)
    named = about(f"{email.subject} . {own}", scheme)
    if named.ours or (named.role and not named.other):
        return None if wanted is Intent.ROLE_DESCRIPTION_REQUEST else code
    if code == "CRYPT" and not own.strip() and not set(tokens(fold(email.subject))) - _EMPTY_SUBJECT:
        return code
    return None


_DECORATION = re.compile(
    r"image\d{3}\.|logo|signature|banner|icon|outlook-|facebook|twitter|linkedin|spacer", re.IGNORECASE
)


_PHOTOGRAPH = 200  # bytes: what is smaller is a spacer, unless a camera or a scanner gave it its name
_TAKEN = re.compile(
    r"(?:img|dscn?f?|pxl|mvimg|p\d{3}|scan\w*|photo|picture|camscanner|adobe scan|whatsapp image|screenshot)[-_ .(\d]",
    re.IGNORECASE,
)


def _is_photograph(email: Email, extraction: Extraction, lexicon: Lexicon) -> bool:
    """Whether the mail speaks of a form and brings a picture that may be it."""
    pictures = [
        item
        for item in email.attachments
        if item.content_type.startswith("image/")
        and not _DECORATION.search(item.filename)
        and (len(item.content) >= _PHOTOGRAPH or _TAKEN.match(item.filename))
    ]
    if not pictures or extraction.labelled:
        return False
    words = pattern(lexicon.phrases.get("form_attached", ()))
    return bool(words.search(fold(email.subject))) or any(
        words.search(sentence) for sentence in sentences_of(extraction.outside)
    )
