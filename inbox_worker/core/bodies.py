"""Which text of a mail is its body, which parts are files, which are mails of their own."""

import binascii
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message

from inbox_worker.core import charset, cms
from inbox_worker.core.cleaning import MAX_TEXT, body_text, markup_text
from inbox_worker.core.flowed import unflow
from inbox_worker.core.mail import Attachment
from inbox_worker.core.parts import (
    DELIVERY_STATUS,
    MAILS,
    MAX_DEPTH,
    MAX_PARTS,
    UUENCODED,
    Part,
    Parts,
    from_uu,
    listing,
)

MAX_ATTACHED_MAILS = 10

Restore = Callable[[bytes], bytes]  # puts back what was cut out of the mail before it was parsed
Tree = Callable[[bytes], Message | None]  # bytes of a MIME entity -> its tree

_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_TEXTS = frozenset({"text/plain", "text/html", "text/markdown"}) | _ENRICHED
_ENRICHED_TAG = re.compile(r"<param>.{0,200}?</param>|</?[A-Za-z-]{1,60}>", re.IGNORECASE | re.DOTALL)
_MAIL_BEGIN = re.compile(rb"\s*(?:[A-Za-z-]{2,60}:[^\n]*\r?\n(?:[ \t][^\n]*\n)*){2}")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_ESCAPED = re.compile(rb"=(?:20|3D|C2|C3|E2|92|93|94|A0)")
_NOT_BASE64 = bytes(sorted({*range(256)} - {*b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="}))
_RESIDUE = re.compile(rb"=+(?=[A-Za-z0-9+/])")


@dataclass(slots=True)
class Bodies:
    """What the walk found. `plain` and `html` belong to each other: alternatives of one body."""

    plain: str | None = None
    html: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    attached_mails: list[bytes] = field(default_factory=list)
    delivery_status: str | None = None
    types: list[str] = field(default_factory=list)
    parameters: list[dict[str, str]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


class _Walk:
    """One walk over one tree; the state that the parts share."""

    def __init__(self, restore: Restore, tree: Tree) -> None:
        self.found = Bodies()
        self._restore = restore
        self._tree = tree
        self._body_alternative: int | None = None
        self._named_text: list[tuple[str, str]] = []  # (type, text) of text parts with a file name

    def run(self, parts: Parts) -> Bodies:
        for part in self._leaves(parts):
            try:
                self._take(part)
            except Exception:  # one odd part must not cost the others
                self.found.defects.append("PART_FAILED")
        if self.found.plain is None and self.found.html is None and self._named_text:
            kind, text = self._named_text[0]  # the body itself carries a file name: still the body
            if kind == "text/html":
                self.found.html = text
            else:
                self.found.plain = text
        return self.found

    def _leaves(self, parts: Parts) -> Iterator[Part]:
        """Yield the leaves in order, and note type and parameters of every part."""
        for part in parts.all:
            if len(self.found.types) >= MAX_PARTS:
                self.found.defects.append("TOO_MANY_PARTS")
                return
            self.found.types.append(part.type)
            self.found.parameters.append(dict(part.parameters))
            if part.content is not None:
                yield part
        self.found.defects.extend(parts.defects)

    def _take(self, part: Part) -> None:
        if part.type in MAILS:
            self._take_mail(part)
        elif part.type == DELIVERY_STATUS:
            if self.found.delivery_status is None:
                self.found.delivery_status = body_text(self._restored(part).decode("utf-8", "replace"))
        elif part.type in _PKCS7:
            self._take_cms(part)
        elif part.type in _TEXTS:
            self._take_text(part)
        else:
            self._attach(part, self._content(part))

    def _take_mail(self, part: Part) -> None:
        content = self._restored(part)
        if part.encoding == "base64":
            content = _from_base64(content)  # not allowed (RFC 2046 s.5.2.1), and done
        self._add_mail(content)

    def _add_mail(self, content: bytes) -> None:
        if len(self.found.attached_mails) < MAX_ATTACHED_MAILS:
            self.found.attached_mails.append(content)

    def _take_cms(self, part: Part) -> None:
        content = self._content(part)
        kind = cms.kind(content)
        if kind:
            self.found.parameters[-1]["smime-type"] = kind
        inner = cms.signed_content(content) if part.depth < MAX_DEPTH else None
        tree = self._tree(inner) if inner else None
        if tree is None:
            self._attach(part, content)
            return
        for child in self._leaves(listing(tree, part.depth + 1, len(self.found.types))):
            self._take(child)

    def _take_text(self, part: Part) -> None:
        content = self._content(part)
        if part.disposition == "attachment" or part.filename != "":
            self._attach(part, content)
            if part.disposition != "attachment" or len(self.found.types) == 1:
                self._named_text.append((part.type, self._text(part, content)))
            return
        text = self._text(part, content)
        if not text.strip() and (self.found.plain or self.found.html):
            return
        if self._is_body(part):
            if part.type == "text/html":
                self.found.html = text
            else:
                self.found.plain = text
        else:
            self._attach(part, text.encode("utf-8"), f"{part.type}; charset=utf-8")

    def _is_body(self, part: Part) -> bool:
        """The first text, and the other form of it where both stand in one multipart/alternative."""
        if not (self.found.plain or self.found.html):
            self._body_alternative = part.alternative
            return True
        taken = self.found.html if part.type == "text/html" else self.found.plain
        return taken is None and part.alternative is not None and part.alternative == self._body_alternative

    def _text(self, part: Part, content: bytes) -> str:
        declared = part.parameters.get("charset", "")
        if part.type == "text/html" and not declared:
            declared = charset.declared_in_html(content)
        text, complete = charset.decode(content[: 4 * MAX_TEXT], declared)
        if not complete:
            self.found.defects.append("UNDECODABLE")
        if len(text) > MAX_TEXT:
            self.found.defects.append("TRUNCATED_TEXT")
        if part.type == "text/html":
            return markup_text(text)
        text = body_text(text)
        if part.type in _ENRICHED:  # RFC 1896: <bold>, and "<<" for "<"
            return _ENRICHED_TAG.sub("", text.replace("<<", "\0")).replace("\0", "<")
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
        return text

    def _attach(self, part: Part, content: bytes, content_type: str = "") -> None:
        if part.filename is None:
            raise ValueError("a file name that nobody can read")
        if part.filename.lower().endswith(".eml") and _MAIL_BEGIN.match(content):
            self._add_mail(content)
            return
        inline = part.disposition == "inline" or (part.disposition != "attachment" and part.has_id)
        self.found.attachments.append(Attachment(part.filename, content_type or part.type, content, inline))

    def _restored(self, part: Part) -> bytes:
        return self._restore(part.content or b"")

    def _content(self, part: Part) -> bytes:
        """Return the decoded content of a leaf; damaged transfer encodings give what can be had."""
        content = self._restored(part)  # before it is decoded: the marks stand for encoded text
        if part.encoding == "base64":
            return _from_base64(content)
        if part.encoding == "quoted-printable" or (not part.encoding and _is_quoted_printable(content)):
            return binascii.a2b_qp(content)
        return from_uu(content) if part.encoding in UUENCODED else content


def collect(parts: Parts, restore: Restore, tree: Tree) -> Bodies:
    """Return the bodies and files among `parts`. Never raises.

    restore: puts cut-out content back into the bytes of a part. tree: parses the MIME entity inside opaque S/MIME.
    """
    return _Walk(restore, tree).run(parts)


def _is_quoted_printable(payload: bytes) -> bool:
    """Is it quoted-printable whose header field was lost on the way?"""
    return bool(_SOFT_BREAK.search(payload)) and len(_ESCAPED.findall(payload)) >= 2


def _from_base64(encoded: bytes) -> bytes:
    """Return what base64 holds; what is no base64 is skipped, and content behind padding is read too."""
    padding = encoded.find(b"=")
    if padding >= 0 and not encoded[padding:].strip(b"= \t\r\n"):
        with contextlib.suppress(binascii.Error):
            return binascii.a2b_base64(encoded)
    encoded = encoded.translate(None, _NOT_BASE64)
    if padding >= 0:
        encoded = _RESIDUE.sub(b"", encoded).rstrip(b"=")
    if len(encoded) % 4 == 1:
        encoded = encoded[:-1]
    try:
        return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        return b""
