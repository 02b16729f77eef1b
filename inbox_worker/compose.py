"""A rendered message -> the bytes that go out: headers, threading, MIME. Deterministic; docs/decisions/0003."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from functools import lru_cache
from urllib.parse import quote

from inbox_worker.core.mail import Address, Email

SUBJECT_LIMIT = 200  # characters, our decision
REFERENCES_KEPT = 20  # besides the first id
LINE = 76  # columns: RFC 2045 s.6.7 and RFC 2047 s.2
WORD = 62  # columns of one encoded word: leaves room for "Subject: " on the same line
FILENAME_LIMIT = 80  # characters: nine octets each at most, on one line of 998
ID_LIMIT = 900  # longer ids could not stand on one line of 998 octets (RFC 5322 s.2.1.1)

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")  # printable ASCII without space, < and >
_RE = re.compile(r"re\s*:\s*", re.IGNORECASE)
# Everything that a header must not hold: controls, line and paragraph separators, bidi embeddings and isolates (cut
# off half-way they would turn the rest of a list of subjects around), lone surrogates.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_TEXT_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")


class AutoSubmitted(Enum):
    """Values of Auto-Submitted that we send (RFC 3834 s.5)."""

    REPLIED = "auto-replied"  # answers a mail
    GENERATED = "auto-generated"  # for the team


@dataclass(frozen=True, slots=True)
class Thread:
    """What a reply needs of the mail that it answers. Ids may be hostile; only well-formed ones are used."""

    message_id: str | None
    references: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out as an attachment."""

    filename: str
    content_type: str  # "application/pdf"
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a message consists of, rendered."""

    message_id: str  # with <>; see `message_id`
    from_: Address
    to: str  # one addr-spec
    subject: str  # of any characters
    text: str
    html: str | None  # the same content
    auto_submitted: AutoSubmitted
    template: str  # "acknowledgement"
    template_version: str
    date: datetime  # aware
    reply_to: str | None = None  # one addr-spec
    thread: Thread | None = None
    attachments: tuple[File, ...] = ()
    language: str = "en-GB"


@dataclass(frozen=True, slots=True)
class Composed:
    """A message as it is stored and sent."""

    message_id: str
    content: bytes  # CRLF line ends, 7 bit
    subject: str  # as the reader sees it


def compose(draft: Draft) -> Composed:
    """Return the message. The same draft gives the same bytes.

    Raises ValueError where an address, the date or the Message-ID cannot stand in a header; the text names the
    header alone.
    """
    subject = clean_subject(draft.subject)
    headers = _headers(draft, subject)
    body = _body(draft)
    content = "".join(line + "\r\n" for line in headers).encode("ascii") + body
    return Composed(draft.message_id, content, subject)


def message_id(token: str, from_address: str) -> str:
    """Return a Message-ID in the domain of `from_address` (DMARC looks at it; RFC 5322 s.3.6.4).

    token: opaque and unique, for instance `secrets.token_hex(16)`: the caller draws it.
    """
    return _message_id(f"<{token}@{_address('From', from_address).rpartition('@')[2]}>")


def thread_of(email: Email) -> Thread:
    """Return what a reply to `email` needs of it."""
    return Thread(email.message_id, email.references, email.in_reply_to)


def reply_subject(original: str) -> str:
    """Return the subject of a reply to a mail with the subject `original`: one "Re: ", however it began."""
    subject = _unfold(original)
    return clean_subject("Re: " + (_RE.sub("", subject, count=1) if _RE.match(subject) else subject))


def clean_subject(subject: str) -> str:
    """Return `subject` on one line, without controls, of at most 200 characters."""
    return _unfold(subject)[:SUBJECT_LIMIT].rstrip()


def threading(thread: Thread) -> tuple[str | None, tuple[str, ...]]:
    """Return In-Reply-To and References of a reply (RFC 5322 s.3.6.4): the first id and the last 20 are kept.

    Neither where the mail has no usable Message-ID.
    """
    parent = _ids([thread.message_id or ""])
    if len(parent) != 1:
        return None, ()
    ancestors = _ids(thread.references)
    if not ancestors:
        answered = _ids(thread.in_reply_to)
        ancestors = answered if len(answered) == 1 else []
    chain = [known for known in dict.fromkeys(ancestors) if known != parent[0]] + parent
    if len(chain) > REFERENCES_KEPT + 1:
        chain = chain[:1] + chain[-REFERENCES_KEPT:]
    return parent[0], tuple(chain)


def _headers(draft: Draft, subject: str) -> list[str]:
    if draft.date.tzinfo is None:
        raise ValueError("Date: expected an aware time")
    in_reply_to, references = threading(draft.thread) if draft.thread else (None, ())
    lines = [
        "Date: " + _date(draft.date),
        _from(draft.from_),
        "To: " + _address("To", draft.to),
    ]
    if draft.reply_to:
        lines.append("Reply-To: " + _address("Reply-To", draft.reply_to))
    lines += [_fold("Subject", _unstructured(subject)), "Message-ID: " + _message_id(draft.message_id)]
    if in_reply_to:
        lines += ["In-Reply-To: " + in_reply_to, _fold("References", references)]
    return [
        *lines,
        "Auto-Submitted: " + draft.auto_submitted.value,
        # Not "All": it would suppress the report of a failed delivery too (MS-OXCMAIL 2.1.3.2.20).
        "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
        "Content-Language: " + _atom(draft.language),
        f"X-Inbox-Worker: {_atom(draft.template)}/{_atom(draft.template_version)}",
        "MIME-Version: 1.0",
    ]


@lru_cache(maxsize=8)
def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))


@lru_cache(maxsize=8)
def _from(sender: Address) -> str:
    return _fold("From", [*_phrase(sender.name), f"<{_address('From', sender.address)}>"])


def _body(draft: Draft) -> bytes:
    """Return the Content-* headers of the whole, an empty line, and the content."""
    part = _text_part("plain", draft.text)
    if draft.html is not None:
        part = _multipart("alternative", [part, _text_part("html", draft.html)], draft.message_id)
    if draft.attachments:
        part = _multipart("mixed", [part, *map(_file_part, draft.attachments)], draft.message_id)
    return part


def _text_part(subtype: str, text: str) -> bytes:
    if not text.replace("\n", "").isprintable():  # else it holds nothing that these look for
        text = _TEXT_CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    lines = text.rstrip("\n") + "\n"
    # The line ends are CRLF before encoding: b2a_qp then breaks long lines by CRLF too.
    encoded = binascii.b2a_qp(lines.replace("\n", "\r\n").encode("utf-8"), istext=True)
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    ).encode("ascii") + encoded


@lru_cache(maxsize=8)
def _file_part(file: File) -> bytes:
    """Return a file as a part: the documents of a scheme go out again and again."""
    name = _unfold(file.filename).replace("/", "_").replace("\\", "_")[-FILENAME_LIMIT:] or "attachment"
    if name.isascii():
        parameter = 'filename="{}"'.format(name.replace('"', "'"))
    else:  # RFC 2231 s.4, and alone: the standard library for one would believe a plain name beside it
        parameter = f"filename*=utf-8''{quote(name, safe='')}"
    head = (
        f"Content-Type: {_media_type(file.content_type)}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {parameter}\r\n\r\n"
    )
    encoded = binascii.b2a_base64(file.content, newline=False)
    lines = [encoded[start : start + LINE] for start in range(0, len(encoded), LINE)]
    return head.encode("ascii") + b"\r\n".join([*lines, b""])


def _multipart(subtype: str, parts: Sequence[bytes], seed: str) -> bytes:
    # "=_" can stand neither in quoted-printable nor in base64, so no part can hold the boundary (RFC 2045 s.6.7).
    boundary = f"=_{subtype[:3]}_{hashlib.sha256(f'{subtype} {seed}'.encode()).hexdigest()[:32]}"
    delimiter = f"--{boundary}".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


def _fold(name: str, words: Sequence[str]) -> str:
    """Return the header line, folded at the spaces between `words` and nowhere else.

    A word longer than a line stays in one piece: readers compare Message-IDs by their letters.
    """
    lines = [f"{name}: {words[0]}" if words else f"{name}:"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > LINE:
            lines.append(" " + word)
        else:
            lines[-1] += " " + word
    return "\r\n".join(lines)


def _unstructured(text: str) -> list[str]:
    """Return the words of a Subject; as encoded words where plain ones would be misread (RFC 2047)."""
    plain = text.isascii() and "=?" not in text and max(map(len, text.split(" "))) <= LINE
    return text.split(" ") if plain else _encoded_words(text)


def _phrase(name: str) -> list[str]:
    """Return the words of a display name: a quoted string or encoded words (RFC 5322 s.3.2.5)."""
    name = _unfold(name)
    if not name:
        return []
    if not name.isascii() or "=?" in name or len(name) > LINE - 10:
        return _encoded_words(name)
    return ['"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))]


def _encoded_words(text: str) -> list[str]:
    """Return `text` in encoded words of whole characters, each by the shorter of B and Q (RFC 2047 s.4)."""
    words, rest = [], text
    while rest:
        end = min(len(rest), WORD)
        while len(word := _encoded_word(rest[:end])) > WORD:
            end -= 1
        words.append(word)
        rest = rest[end:]
    return words


def _encoded_word(text: str) -> str:
    data = text.encode("utf-8")
    quoted = "".join(
        chr(octet) if chr(octet).isalnum() and octet < 0x80 else "_" if octet == 0x20 else f"={octet:02X}"
        for octet in data
    )
    packed = base64.b64encode(data).decode("ascii")
    return f"=?utf-8?q?{quoted}?=" if len(quoted) <= len(packed) else f"=?utf-8?b?{packed}?="


def _unfold(text: str) -> str:
    return " ".join((text if text.isprintable() else _UNFIT.sub(" ", text)).split())


def _ids(values: Sequence[str]) -> list[str]:
    return [found for value in values for found in _ID.findall(value) if len(found) <= ID_LIMIT]


def _message_id(value: str) -> str:
    if not _ID.fullmatch(value) or len(value) > ID_LIMIT:
        raise ValueError("Message-ID: expected <token@domain>")
    return value


def _address(header: str, value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{header}: expected one ASCII address")
    return value


def _media_type(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,80}", value):
        raise ValueError("Content-Type: expected type/subtype")
    return value


def _atom(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", value) or "-"
