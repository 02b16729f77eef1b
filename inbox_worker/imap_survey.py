"""What `check` looks at in a mailbox: capabilities, folders, whom recent mail names. Reads without a trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from inbox_worker.imap_commands import Commands, Position
from inbox_worker.imap_session import ImapConfig

RECENT = timedelta(days=30)
MOST = 100  # mails whose recipients are read
_NAMES = ("To", "Cc", "Resent-To", "Resent-Cc", "Delivered-To", "X-Original-To")
_HEADERS = f"BODY.PEEK[HEADER.FIELDS ({' '.join(_NAMES).upper()})]"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a server shows to the account that the service signs in with."""

    position: Position
    capabilities: frozenset[str]
    folders: tuple[str, ...]
    certificate_ends: datetime | None  # of the server; None without TLS
    newest: datetime | None  # when the server took the newest mail, by its own clock
    recipients: tuple[tuple[str, ...], ...]  # of recent mails: the values of the headers that name recipients


def survey(config: ImapConfig) -> Survey:
    """Sign in, look, sign out. Raises MailboxError, or SignInError for a fault of the set-up."""
    commands = Commands(config)
    polite = False
    try:
        position = commands.select(config.folder)
        since: date = (datetime.now(UTC) - RECENT).date()
        found = commands.fetch(commands.search(["SINCE", since])[-MOST:], ["INTERNALDATE", _HEADERS])
        received = [when for item in found.values() if isinstance(when := item.get(b"INTERNALDATE"), datetime)]
        result = Survey(
            position,
            commands.capabilities(),
            commands.folders(),
            commands.certificate_ends(),
            max((when for when in received if when.tzinfo), default=None),
            tuple(_recipients(item) for item in found.values()),
        )
        polite = True
        return result
    finally:
        commands.close(politely=polite)


def _recipients(item: Mapping[bytes, Any]) -> tuple[str, ...]:
    raw = next((value for key, value in item.items() if key.startswith(b"BODY[HEADER")), b"")
    head = BytesHeaderParser(policy=compat32).parsebytes(raw or b"")
    return tuple(str(value) for name in _NAMES for value in head.get_all(name, []))
