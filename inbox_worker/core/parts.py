"""The parts of a mail as values, in order: what the tree that a parser built says of each, asked of it once.

Knows compat32 trees (`email.message.Message`), and never descends into message/*: the text of a returned or forwarded
mail is not the sender's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from inbox_worker.core import charset
from inbox_worker.core.cleaning import header_text
from inbox_worker.core.headers import decode_words

MAX_PARTS = 1_000
MAX_DEPTH = 100
MAILS = frozenset({"message/rfc822", "message/global", "message/news", "text/rfc822-headers", "message/rfc822-headers"})
DELIVERY_STATUS = "message/delivery-status"
UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})

_FIELDS = frozenset({"content-type", "content-disposition"})
_AFTER_TOKEN = re.compile(r"[;(].*", re.DOTALL)
_WHOLE = MAILS | {DELIVERY_STATUS}  # their content is never decoded: what it holds has encodings of its own


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what its fields say, and its content as it stands in the mail."""

    type: str  # lower case, "type/subtype"
    parameters: Mapping[str, str]  # of Content-Type; names in lower case
    content: bytes | None = None  # not decoded yet; None: the part holds others
    encoding: str = ""  # what `content` is to be decoded from: Content-Transfer-Encoding, lower case
    filename: str | None = ""  # "": none; None: it says one that nobody can read
    disposition: str = ""  # lower case: "attachment", "inline", ""
    has_id: bool = False  # others may refer to it: it has a Content-ID
    alternative: int | None = None  # number of the multipart/alternative that it stands in
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts, top first; `defects` says what was left out: TOO_DEEP, TOO_MANY_PARTS."""

    all: tuple[Part, ...] = ()
    defects: tuple[str, ...] = ()


def listing(top: Message, depth: int = 0, before: int = 0) -> Parts:
    """Return the parts of the tree `top`.

    depth: of `top` in the mail. before: how many parts of the mail are listed already, where `top` was inside of one.
    """
    found: list[Part] = []
    defects: list[str] = []
    stack: list[tuple[Message, int | None, int]] = [(top, None, depth)]
    while stack:
        message, alternative, depth = stack.pop()
        if before + len(found) >= MAX_PARTS:
            defects.append("TOO_MANY_PARTS")
            break
        kind = message.get_content_type()
        parameters = _parameters(message)
        children = message.get_payload()
        if not kind.startswith("multipart/") or not isinstance(children, list):
            found.append(_leaf(message, kind, parameters, alternative, depth))
            continue
        found.append(Part(kind, parameters))
        if depth >= MAX_DEPTH:
            defects.append("TOO_DEEP")
            continue
        if kind == "multipart/alternative":
            alternative = before * MAX_PARTS + len(found)
        stack.extend((child, alternative, depth + 1) for child in reversed(children) if isinstance(child, Message))
    return Parts(tuple(found), tuple(defects))


def from_uu(content: bytes) -> bytes:
    """Return what uuencoded `content` holds; as it is where it is none."""
    message = Message()
    message["Content-Transfer-Encoding"] = "uuencode"
    message.set_payload(content.decode("ascii", "surrogateescape"))
    decoded = message.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else content


def _leaf(message: Message, kind: str, parameters: Mapping[str, str], alternative: int | None, depth: int) -> Part:
    disposition = str(message.get("Content-Disposition", ""))
    encoding = _transfer_encoding(message)
    content, encoding = (_flat(message), encoding) if kind in _WHOLE else _encoded(message, encoding)
    return Part(
        kind,
        parameters,
        content,
        encoding,
        _filename(message, parameters) if disposition or "name" in parameters else "",
        disposition.partition(";")[0].strip().lower(),
        "content-id" in message,
        alternative,
        depth,
    )


def _transfer_encoding(message: Message) -> str:
    """Return the token of Content-Transfer-Encoding (RFC 2045 s.6.1); what stands about it is taken off the field, too.

    The standard library decodes nothing from "quoted-printable " or "base64 (a comment)".
    """
    said = str(message.get("Content-Transfer-Encoding", "")).lower()
    token = _AFTER_TOKEN.sub("", said).strip(' \t"')
    if token != said:
        message.replace_header("Content-Transfer-Encoding", token)
    return token


def _encoded(message: Message, encoding: str) -> tuple[bytes, str]:
    """Return the content of a leaf, and what it is to be decoded from."""
    content = message.get_payload()
    if not isinstance(content, str):  # a multipart without parts, or a container where a leaf was announced
        return _flat(message), "binary"
    if content.isascii():
        return content.encode("ascii"), encoding
    if encoding == "base64":
        return content.encode("ascii", "replace"), encoding
    decoded = message.get_payload(decode=True)  # alone this way the tree hands out the bytes
    return decoded if isinstance(decoded, bytes) else b"", encoding and "binary"


def _flat(message: Message) -> bytes:
    """Return the raw content of a message/* part: the mail, or the fields, that it holds."""
    children = message.get_payload()
    if isinstance(children, list):
        return b"\n".join(_written(child) for child in children if isinstance(child, Message))
    payload = message.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _written(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except UnicodeEncodeError:  # a multipart without parts whose text has 8-bit bytes
        return message.as_string().encode("utf-8", "replace")


def _filename(message: Message, parameters: Mapping[str, str]) -> str | None:
    try:
        name = message.get_param("filename", None, "content-disposition") or parameters.get("name") or ""
    except Exception:  # RFC 2231 continuations that the standard library cannot count
        return None
    return header_text(decode_words(_parameter(name)))[:255]


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


def _parameters(message: Message) -> Mapping[str, str]:
    _heal(message)
    try:
        pairs = message.get_params([], unquote=True)
    except Exception:  # RFC 2231 continuations that the standard library cannot count
        return {}
    return {name.lower(): header_text(_parameter(value)) for name, value in pairs[1:64]}
