"""RawMail -> Email; never raises; the only place that knows mail-parser.

mail-parser builds the tree of parts and reads addresses and the date, from a copy of the mail that is healed first:
only the header fields that it is asked about, 8-bit names as encoded words, large base64 parts cut out. Whatever it
gets wrong in silence is read here instead. Where it raises, the standard library's compat32 parser takes over, then the
header block alone; `Email.defects` then holds PARSER_FAILED.
"""

import email
import hashlib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

import mailparser

from inbox_worker.core import bodies, headers
from inbox_worker.core.cleaning import MAX_HEADER, header_text
from inbox_worker.core.headers import Field
from inbox_worker.core.mail import Address, Email, RawMail

logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)  # it logs header text of every odd mail

CUT_FROM = 8_192  # bytes of base64 that are worth cutting out before a parser splits them into lines
MAX_BOUNDARIES = 50
MAX_ADDRESSES = 1_000
_MARK = b"inbox-worker-cut-"
_MARKED = re.compile(_MARK + rb"(\d{1,6})-")
_BASE64_PART = re.compile(rb"\ncontent-transfer-encoding:[ \t]*base64[ \t]*\r?\n", re.IGNORECASE)
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_MIME_FIELDS = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version", "date"}
)
_SENDERS = ("from",)
_RECIPIENTS = ("to", "cc", "resent-to", "resent-cc")
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_FUTURE = timedelta(days=2)  # clocks and zones are wrong by a day, seldom by more
_FINGERPRINT_FIELDS = ("message-id", "from", "to", "date", "subject")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a parser made of the healed copy."""

    tree: Message | None
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]
    date: datetime | None
    defects: tuple[str, ...]


def parse(raw: RawMail) -> Email:
    """Return what the mail `raw` says. Never raises, whatever its bytes.

    `defects` names what was healed or given up: NO_HEADERS, PARSER_FAILED, TOO_DEEP, TOO_MANY_PARTS, PART_FAILED,
    UNDECODABLE, TRUNCATED_TEXT, TRUNCATED_PARTS.
    """
    fields, body = headers.split(raw.content)
    defects: list[str] = [] if fields else ["NO_HEADERS"]
    body, truncated = _without_excess_parts(fields, body)
    if truncated:
        defects.append("TRUNCATED_PARTS")
    body, cuts = _cut(b"\n" + body)
    read = _read(fields, body[1:])
    defects.extend(read.defects)

    def restore(content: bytes) -> bytes:
        return _MARKED.sub(lambda mark: _cut_out(cuts, mark), content) if cuts and _MARK in content else content

    found = bodies.collect(read.tree, restore, _tree) if read.tree is not None else bodies.Bodies()
    values = _values(fields)
    return Email(
        message_id=_message_id(values),
        headers=values,
        from_=read.from_,
        reply_to=read.reply_to,
        recipients=read.recipients,
        subject=values.get("subject", ("",))[0],
        date=_plausible(read.date, raw.received),
        in_reply_to=headers.message_ids(" ".join(values.get("in-reply-to", ()))),
        references=headers.message_ids(" ".join(values.get("references", ()))),
        plain=found.plain,
        html=found.html,
        attachments=tuple(found.attachments),
        attached_mails=tuple(found.attached_mails),
        delivery_status=found.delivery_status,
        part_types=tuple(found.types),
        part_parameters=tuple(found.parameters),
        defects=tuple(dict.fromkeys([*defects, *found.defects])),
        fingerprint=_fingerprint(values, found),
    )


def _values(fields: Iterable[Field]) -> dict[str, tuple[str, ...]]:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name.lower(), []).append(headers.decoded(value))
    return {name: tuple(several) for name, several in values.items()}


def _message_id(values: dict[str, tuple[str, ...]]) -> str | None:
    value = values.get("message-id", ("",))[0]
    found = headers.message_ids(value)
    if found:
        return found[0]
    bare = value.strip("<> ")
    return f"<{bare[:990]}>" if bare and " " not in bare and "<" not in bare and ">" not in bare else None


def _plausible(date: datetime | None, received: datetime) -> datetime | None:
    if date is None or date < _EARLIEST:
        return None
    return date if date - _FUTURE <= received else None


def _fingerprint(values: dict[str, tuple[str, ...]], found: bodies.Bodies) -> str:
    """SHA-256 over the headers that no server rewrites and the text: one mail, delivered twice, has one."""
    digest = hashlib.sha256()
    for name in _FINGERPRINT_FIELDS:
        digest.update(f"{name}:{values.get(name, ('',))[0]}\n".encode())
    digest.update(" ".join((found.plain or found.html or "").split()).encode())
    for attachment in found.attachments:
        digest.update(hashlib.sha256(attachment.content).digest())
    return digest.hexdigest()


# --- the healed copy -------------------------------------------------------------------------------------------------


def _cut(body: bytes) -> tuple[bytes, list[bytes]]:
    """Return `body` with long base64 content replaced by marks, and what was cut out.

    base64 holds no "-", so the next line that begins with "--" ends the content.
    """
    if len(body) < CUT_FROM or _MARK in body:
        return body, []
    cuts: list[bytes] = []
    kept: list[bytes] = []
    done = 0
    for found in _BASE64_PART.finditer(body):
        blank = _END_OF_HEADER.search(body, found.end() - 1)
        if found.start() < done or blank is None:
            continue
        end = body.find(b"\n--", blank.end())
        end = len(body) if end < 0 else end
        if end - blank.end() >= CUT_FROM:
            kept += [body[done : blank.end()], _MARK, b"%d-\n" % len(cuts)]
            cuts.append(body[blank.end() : end])
            done = end
    kept.append(body[done:])
    return b"".join(kept), cuts


def _cut_out(cuts: list[bytes], mark: re.Match[bytes]) -> bytes:
    number = int(mark[1])
    return cuts[number] if number < len(cuts) else mark[0]


def _without_excess_parts(fields: Iterable[Field], body: bytes) -> tuple[bytes, bool]:
    """Return `body` cut off where it holds more parts than any mail of a person: parsers need seconds for 100,000."""
    if body.count(b"\n--") <= bodies.MAX_PARTS:
        return body, False
    top = b"\n".join(value for name, value in fields if name.lower() == "content-type")
    names = {quoted or bare for quoted, bare in _BOUNDARY.findall(top + b"\n" + body[:1_000_000])}
    limit = len(body)
    for boundary in sorted(names)[:MAX_BOUNDARIES]:
        line = b"\n--" + boundary
        at = -1
        for _ in range(bodies.MAX_PARTS):
            at = body.find(line, at + 1)
            if at < 0:
                break
        else:
            limit = min(limit, at)
    return body[:limit], limit < len(body)


def _healed(fields: list[Field], body: bytes) -> bytes:
    """Return the mail as mail-parser may see it: few fields, pure ASCII, one field for all addresses of a kind."""
    lines = [
        b"%s: %s" % (name.encode(), headers.ascii_only(header_text(headers.raw_text(value))).encode())
        for name, value in fields
        if name.lower() in _MIME_FIELDS
    ]
    for name, sources in (("From", _SENDERS), ("Reply-To", ("reply-to",)), ("To", _RECIPIENTS)):
        value = _address_list(fields, sources)
        if value:
            lines.append(f"{name}: {headers.ascii_only(value)}".encode("ascii", "replace"))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _address_list(fields: Iterable[Field], names: tuple[str, ...]) -> str:
    lists = [header_text(headers.raw_text(value)) for name, value in fields if name.lower() in names]
    return ", ".join(headers.quote_names_with_commas(text) for text in lists if text)[:MAX_HEADER]


# --- the parsers -----------------------------------------------------------------------------------------------------


def _read(fields: list[Field], body: bytes) -> _Read:
    healed = _healed(fields, body)
    try:
        parser = mailparser.parse_from_bytes(healed)
        return _Read(
            parser.message,
            _addresses(parser.from_, _address_list(fields, _SENDERS)),
            _addresses(parser.reply_to, _address_list(fields, ("reply-to",))),
            _addresses(parser.to, ""),
            parser.date,
            (),
        )
    except Exception as failure:
        deep = isinstance(failure, RecursionError | mailparser.exceptions.MailParserRecursionError)
        return _read_without_mail_parser(fields, healed, ("PARSER_FAILED", *(("TOO_DEEP",) if deep else ())))


def _read_without_mail_parser(fields: list[Field], healed: bytes, defects: tuple[str, ...]) -> _Read:
    lists = [_address_list(fields, names) for names in (_SENDERS, ("reply-to",), _RECIPIENTS)]
    from_, reply_to, recipients = (_addresses(_getaddresses(text), text) for text in lists)
    date = next((_date(headers.raw_text(value)) for name, value in fields if name.lower() == "date"), None)
    return _Read(_tree(healed), from_, reply_to, recipients, date, defects)


def _tree(content: bytes) -> Message | None:
    try:
        return email.message_from_bytes(content)
    except Exception:  # RecursionError, and what nobody foresaw
        return None


def _getaddresses(text: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([text])
    except Exception:
        return []


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except Exception:
        return None


def _addresses(found: object, text: str) -> tuple[Address, ...]:
    """Return name and address of each; a list `text` without a usable address gives one Address with "" as address."""
    pairs = found if isinstance(found, list) else []
    addresses = tuple(
        Address(header_text(headers.decode_words(name)), header_text(address))
        for name, address in pairs[:MAX_ADDRESSES]
        if address
    )
    if not addresses and text:
        return (Address(header_text(headers.decode_words(text)).partition("<")[0].strip('" '), ""),)
    return addresses
