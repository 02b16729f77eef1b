"""RawMail -> Email; never raises; the only place that knows mail-parser.

mail-parser builds the tree of parts and reads addresses and the date, from what was healed first: a skeleton of the
mail, without the contents of its parts, and a header of few fields, 8-bit names as encoded words. Whatever it gets
wrong in silence is read here instead. Where it raises, the standard library's compat32 parser takes over, then the
header block alone; `Email.defects` then holds PARSER_FAILED.

Mails of one make have one and the same skeleton: what mail-parser said of the last ones is remembered.
"""

import email
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache

import mailparser

from inbox_worker.core import bodies, headers, healing
from inbox_worker.core.cleaning import header_text
from inbox_worker.core.headers import Field
from inbox_worker.core.healing import Skeleton
from inbox_worker.core.mail import Address, Email, RawMail
from inbox_worker.core.parts import Parts, listing

logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)  # it logs header text of every odd mail

MAX_ADDRESSES = 1_000
_REMEMBERED = 1_000  # characters of a skeleton or a list of addresses of which hundreds may stay in memory
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_FUTURE = timedelta(days=2)  # clocks and zones are wrong by a day, seldom by more
_FINGERPRINT_FIELDS = ("message-id", "from", "to", "date", "subject")


@dataclass(frozen=True, slots=True)
class _Head:
    """What a parser made of the header."""

    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]
    date: datetime | None


def parse(raw: RawMail) -> Email:
    """Return what the mail `raw` says. Never raises, whatever its bytes.

    `defects` names what was healed or given up: NO_HEADERS, PARSER_FAILED, TOO_DEEP, TOO_MANY_PARTS, PART_FAILED,
    UNDECODABLE, TRUNCATED_TEXT, TRUNCATED_PARTS.
    """
    fields, body = headers.split(raw.content)
    defects: list[str] = [] if fields else ["NO_HEADERS"]
    body, truncated = healing.without_excess_parts(fields, body)
    if truncated:
        defects.append("TRUNCATED_PARTS")
    telling = healing.telling(fields)
    healed = healing.skeleton(healing.mime_header(telling), body)
    head, parts, failures = _read(telling, healed)
    defects.extend(failures)
    found = bodies.collect(parts, healed.restore, _tree)
    for parameters in found.parameters:
        if parameters.get("boundary") in healed.names:
            parameters["boundary"] = healed.names[parameters["boundary"]]
    values = _values(fields)
    return Email(
        message_id=_message_id(values),
        headers=values,
        from_=head.from_,
        reply_to=head.reply_to,
        recipients=head.recipients,
        subject=values.get("subject", ("",))[0],
        date=_plausible(head.date, raw.received),
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
        values.setdefault(name, []).append(headers.decoded(value))
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


def _read(fields: list[Field], healed: Skeleton) -> tuple[_Head, Parts, tuple[str, ...]]:
    """Return what the parser says of header and parts, and the codes of what it failed on."""
    try:
        return _head(fields), _parts(healed), ()
    except Exception as failure:
        deep = isinstance(failure, RecursionError | mailparser.exceptions.MailParserRecursionError)
        tree = _tree(healed.content)
        parts = Parts() if tree is None else listing(tree)
        return _head_without_mail_parser(fields), parts, ("PARSER_FAILED", *(("TOO_DEEP",) if deep else ()))


def _parts(healed: Skeleton) -> Parts:
    content = healed.content
    # a file name is the sender's own, and seldom comes twice
    common = healed.bare and len(content) <= _REMEMBERED and b"name" not in content.lower()
    return _remembered_parts(content) if common else _parsed_parts(content)


def _parsed_parts(content: bytes) -> Parts:
    return listing(mailparser.parse_from_bytes(content).message)


@lru_cache(maxsize=256)
def _remembered_parts(content: bytes) -> Parts:
    return _parsed_parts(content)


def _head(fields: list[Field]) -> _Head:
    from_, reply_to = healing.address_list(fields, healing.SENDERS), healing.address_list(fields, healing.REPLY_TO)
    date = next((header_text(headers.raw_text(value)) for name, value in fields if name == "date"), "")
    parsed = _parsed_head(("From", from_), ("Reply-To", reply_to), ("Date", date))
    return _Head(
        _addresses(parsed.from_, from_),
        _addresses(parsed.reply_to, reply_to),
        _recipients(healing.address_list(fields, healing.RECIPIENTS)),
        parsed.date,
    )


def _recipients(text: str) -> tuple[Address, ...]:
    return _remembered_recipients(text) if len(text) <= _REMEMBERED else _parsed_recipients(text)


def _parsed_recipients(text: str) -> tuple[Address, ...]:
    return _addresses(_parsed_head(("To", text)).to, "") if text else ()


@lru_cache(maxsize=64)
def _remembered_recipients(text: str) -> tuple[Address, ...]:
    return _parsed_recipients(text)


def _parsed_head(*fields: tuple[str, str]) -> mailparser.MailParser:
    """Return what mail-parser reads in a mail of these fields and nothing else."""
    message = Message()
    for name, value in fields:
        if value:
            message[name] = headers.ascii_only(value).encode("ascii", "replace").decode("ascii")
    return mailparser.MailParser(message)


def _head_without_mail_parser(fields: list[Field]) -> _Head:
    lists = [healing.address_list(fields, names) for names in (healing.SENDERS, healing.REPLY_TO, healing.RECIPIENTS)]
    from_, reply_to, recipients = (_addresses(_getaddresses(text), text) for text in lists)
    date = next((_date(headers.raw_text(value)) for name, value in fields if name == "date"), None)
    return _Head(from_, reply_to, recipients, date)


def _international(address: str) -> str:
    """Undo what `healing` did to an address beyond ASCII; leave encoded words of the sender's making."""
    decoded = headers.decode_words(address) if "=?" in address else address
    return address if decoded.isascii() else decoded


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
        Address(header_text(headers.decode_words(name)), _international(header_text(address)))
        for name, address in pairs[:MAX_ADDRESSES]
        if address
    )
    if not addresses and text:
        return (Address(header_text(headers.decode_words(text)).partition("<")[0].strip('" '), ""),)
    return addresses
