"""The parts of a mail: which text is the body, which parts are files, which are mails of their own.

Works on the compat32 tree that mail-parser built (`email.message.Message`), and never descends into message/*: the
text of a returned or forwarded mail is not the sender's.
"""

import binascii
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message

from inbox_worker.core import charset, cms
from inbox_worker.core.cleaning import MAX_TEXT, body_text, header_text, markup_text
from inbox_worker.core.flowed import unflow
from inbox_worker.core.headers import decode_words
from inbox_worker.core.mail import Attachment

MAX_PARTS = 1_000
MAX_DEPTH = 100
MAX_ATTACHED_MAILS = 10

Restore = Callable[[bytes], bytes]  # puts back what was cut out of the mail before it was parsed
Tree = Callable[[bytes], Message | None]  # bytes of a MIME entity -> its tree

_MAILS = frozenset(
    {"message/rfc822", "message/global", "message/news", "text/rfc822-headers", "message/rfc822-headers"}
)
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_TEXTS = frozenset({"text/plain", "text/html", "text/markdown"}) | _ENRICHED
_ENRICHED_TAG = re.compile(r"<param>.{0,200}?</param>|</?[A-Za-z-]{1,60}>", re.IGNORECASE | re.DOTALL)
_MAIL_BEGIN = re.compile(rb"\s*(?:[A-Za-z-]{2,60}:[^\n]*\r?\n(?:[ \t][^\n]*\n)*){2}")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_ESCAPED = re.compile(rb"=(?:20|3D|C2|C3|E2|92|93|94|A0)")
_FIELDS = frozenset({"content-type", "content-disposition"})
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


@dataclass(frozen=True, slots=True)
class _Part:
    message: Message
    type: str
    parameters: dict[str, str]
    alternative: int | None  # number of the multipart/alternative that it stands in
    depth: int

    @property
    def filename(self) -> str:
        name = self.message.get_param("filename", None, "content-disposition") or self.parameters.get("name") or ""
        return header_text(decode_words(_parameter(name)))[:255]

    @property
    def disposition(self) -> str:
        value = str(self.message.get("Content-Disposition", ""))
        return value.partition(";")[0].strip().lower()


class _Walk:
    """One walk over one tree; the state that the parts share."""

    def __init__(self, restore: Restore, tree: Tree) -> None:
        self.found = Bodies()
        self._restore = restore
        self._tree = tree
        self._body_alternative: int | None = None
        self._named_text: list[tuple[str, str]] = []  # (type, text) of text parts with a file name

    def run(self, top: Message) -> Bodies:
        for part in self._parts(top, 0):
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

    def _parts(self, top: Message, depth: int) -> Iterator[_Part]:
        """Yield the leaves in order, and note type and parameters of every part."""
        stack: list[tuple[Message, int | None, int]] = [(top, None, depth)]
        while stack:
            message, alternative, depth = stack.pop()
            if len(self.found.types) >= MAX_PARTS:
                self.found.defects.append("TOO_MANY_PARTS")
                return
            part = _Part(message, message.get_content_type(), _parameters(message), alternative, depth)
            self.found.types.append(part.type)
            self.found.parameters.append(part.parameters)
            children = message.get_payload()
            if part.type.startswith("multipart/") and isinstance(children, list):
                if depth >= MAX_DEPTH:
                    self.found.defects.append("TOO_DEEP")
                    continue
                if part.type == "multipart/alternative":
                    alternative = len(self.found.types)
                stack.extend(
                    (child, alternative, depth + 1) for child in reversed(children) if isinstance(child, Message)
                )
            else:
                yield part

    def _take(self, part: _Part) -> None:
        if part.type in _MAILS:
            self._take_mail(part)
        elif part.type == "message/delivery-status":
            if self.found.delivery_status is None:
                self.found.delivery_status = body_text(self._restore(_flat(part.message)).decode("utf-8", "replace"))
        elif part.type in _PKCS7:
            self._take_cms(part)
        elif part.type in _TEXTS:
            self._take_text(part)
        else:
            self._attach(part, self._payload(part.message))

    def _take_mail(self, part: _Part) -> None:
        content = self._restore(_flat(part.message))
        if str(part.message.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
            content = _from_base64(content)  # not allowed (RFC 2046 s.5.2.1), and done
        self._add_mail(content)

    def _add_mail(self, content: bytes) -> None:
        if len(self.found.attached_mails) < MAX_ATTACHED_MAILS:
            self.found.attached_mails.append(content)

    def _take_cms(self, part: _Part) -> None:
        content = self._payload(part.message)
        kind = cms.kind(content)
        if kind:
            part.parameters["smime-type"] = kind
        inner = cms.signed_content(content) if part.depth < MAX_DEPTH else None
        tree = self._tree(inner) if inner else None
        if tree is None:
            self._attach(part, content)
            return
        for child in self._parts(tree, part.depth + 1):
            self._take(child)

    def _take_text(self, part: _Part) -> None:
        content = self._payload(part.message)
        if part.disposition == "attachment" or part.filename:
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

    def _is_body(self, part: _Part) -> bool:
        """The first text, and the other form of it where both stand in one multipart/alternative."""
        if not (self.found.plain or self.found.html):
            self._body_alternative = part.alternative
            return True
        taken = self.found.html if part.type == "text/html" else self.found.plain
        return taken is None and part.alternative is not None and part.alternative == self._body_alternative

    def _text(self, part: _Part, content: bytes) -> str:
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

    def _attach(self, part: _Part, content: bytes, content_type: str = "") -> None:
        if part.filename.lower().endswith(".eml") and _MAIL_BEGIN.match(content):
            self._add_mail(content)
            return
        inline = part.disposition == "inline" or (part.disposition != "attachment" and "content-id" in part.message)
        self.found.attachments.append(Attachment(part.filename, content_type or part.type, content, inline))

    def _payload(self, message: Message) -> bytes:
        """Return the decoded content of a leaf; damaged transfer encodings give what can be had."""
        encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
        raw = message.get_payload()
        if isinstance(raw, str):
            if encoding == "base64":
                return _from_base64(self._restore(raw.encode("ascii", "replace")))
            if raw.isascii():
                whole = self._restore(raw.encode("ascii")).decode("ascii", "surrogateescape")
                message.set_payload(whole)  # before it is decoded: the marks stand for encoded text
        payload = message.get_payload(decode=True)
        if not encoding and isinstance(payload, bytes) and _is_quoted_printable(payload):
            payload = binascii.a2b_qp(payload)
        if payload is None:  # a multipart without parts, or a container where a leaf was announced
            return self._restore(_flat(message))
        return self._restore(payload) if isinstance(payload, bytes) else b""


def collect(top: Message | None, restore: Restore, tree: Tree) -> Bodies:
    """Return the bodies and files of the tree `top`; nothing where no parser could build one. Never raises.

    restore: puts cut-out content back into the bytes of a part. tree: parses the MIME entity inside opaque S/MIME.
    """
    return Bodies() if top is None else _Walk(restore, tree).run(top)


def _parameter(value: object) -> str:
    """Return a parameter as text; RFC 2231 values come as (charset, language, text)."""
    if isinstance(value, tuple):
        label, _, text = value
        return charset.decode(str(text).encode("latin-1", "replace"), str(label or ""))[0]
    return value if isinstance(value, str) else ""


def _heal(message: Message) -> None:
    """Replace fields that hold 8-bit bytes by their text, which the standard library would drop."""
    for name, value in list(message.raw_items()):
        if name.lower() in _FIELDS and not str(value).isascii():
            text = charset.decode(str(value).encode("utf-8", "surrogateescape"))[0]
            message.replace_header(name, header_text(text))


def _parameters(message: Message) -> dict[str, str]:
    _heal(message)
    try:
        pairs = message.get_params([], unquote=True)
    except Exception:  # RFC 2231 continuations that the standard library cannot count
        return {}
    return {name.lower(): header_text(_parameter(value)) for name, value in pairs[1:64]}


def _flat(message: Message) -> bytes:
    """Return the raw content of a message/* part: the mail, or the fields, that it holds."""
    children = message.get_payload()
    if isinstance(children, list):
        return b"\n".join(child.as_bytes() for child in children if isinstance(child, Message))
    payload = message.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


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
