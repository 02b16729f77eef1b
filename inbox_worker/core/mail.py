"""The values of a mail: as it came (`RawMail`), and once read (`Email`)."""

from dataclasses import dataclass
from datetime import datetime

from inbox_worker.core.pickled import by_fields


@by_fields
@dataclass(frozen=True, slots=True)
class MailId:
    """What identifies a mail on an IMAP server (RFC 3501 s.2.3.1.1)."""

    mailbox: str  # the configured name of the mailbox, never its address
    folder: str
    uidvalidity: int
    uid: int


@by_fields
@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as the server gave it."""

    id: MailId
    content: bytes
    received: datetime  # INTERNALDATE, aware, UTC
    flags: frozenset[str] = frozenset()  # as the server spells them: "\\Answered"
    junk: bool = False  # lies in a folder that the site calls junk


@by_fields
@dataclass(frozen=True, slots=True)
class Address:
    """A display name and an addr-spec. `address` is "" where the header holds no usable one."""

    name: str
    address: str  # as written, without <>; compare with `.casefold()`


@by_fields
@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no text of the sender's: a file, or one of the text parts after the first."""

    filename: str  # for people only; never a path
    content_type: str  # lower case, "type/subtype"
    content: bytes  # decoded
    inline: bool = False  # Content-Disposition: inline, or referred to by a Content-ID


@by_fields
@dataclass(frozen=True, slots=True)
class Email:
    """A mail once read. Every string is NFC, unfolded, without NUL, C0 controls or lone surrogates."""

    message_id: str | None  # with <>
    headers: dict[str, tuple[str, ...]]  # lower-case name -> every value, in order
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]  # To, Cc, Resent-To, Resent-Cc
    subject: str
    date: datetime | None  # aware, UTC; None where absent or absurd
    in_reply_to: tuple[str, ...]  # ids with <>
    references: tuple[str, ...]
    plain: str | None  # the text/plain body: decoded, line ends \n, format=flowed undone
    html: str | None  # the text/html body: decoded
    attachments: tuple[Attachment, ...] = ()
    attached_mails: tuple[bytes, ...] = ()  # message/rfc822 and text/rfc822-headers parts, raw
    delivery_status: str | None = None  # text of a message/delivery-status part
    part_types: tuple[str, ...] = ()  # "type/subtype" of every part, top first
    part_parameters: tuple[dict[str, str], ...] = ()  # Content-Type parameters, same order
    defects: tuple[str, ...] = ()  # codes of what was healed or given up: "UNDECODABLE", "TOO_DEEP"
    fingerprint: str = ""  # SHA-256 hex of selected headers and text: the third key of the ledger

    def header(self, name: str) -> str | None:
        """Return the first value of the header `name` (any case), or None."""
        values = self.headers.get(name.lower())
        return values[0] if values else None

    def header_all(self, name: str) -> tuple[str, ...]:
        """Return every value of the header `name` (any case)."""
        return self.headers.get(name.lower(), ())
