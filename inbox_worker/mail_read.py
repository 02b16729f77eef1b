"""A mail as it was read, before anything follows from it: what intake finds out and the recorder carries out."""

from dataclasses import dataclass
from enum import Enum

from inbox_worker.core.mail import RawMail
from inbox_worker.core.reading import Reading
from inbox_worker.reader import Content


class Manner(Enum):
    """How a mail is taken in."""

    LIVE = "live"
    RENUMBERED = "renumbered"  # nobody knows what was answered: what would be answered is held
    SILENT = "silent"  # nobody is told anything: backfill


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail, and what it means where nothing about it is on record."""

    content: Content
    reading: Reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail of which at most the head could be read, and why: a code."""

    content: Content
    code: str


def place_of(raw: RawMail) -> dict[str, object]:
    """Return what a log line says of a mail."""
    return {"mailbox": raw.id.mailbox, "uidvalidity": raw.id.uidvalidity, "uid": raw.id.uid}
