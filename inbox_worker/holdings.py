"""What is held about one address: the values that erasure and access work on."""

from dataclasses import dataclass, field
from datetime import datetime

from inbox_worker.records import Application, AuditEntry, Event, HeldMail, LedgerRow, OutboxItem, StoredValue


@dataclass(frozen=True, slots=True)
class Holdings:
    """The numbers of all rows about one address."""

    applications: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    messages: tuple[int, ...] = ()  # to the person, or to the team about one mail or application of theirs
    mails: tuple[int, ...] = ()  # ledger rows
    overviews: tuple[int, ...] = ()  # messages to the team about many people, since the first mail of this one

    @property
    def empty(self) -> bool:
        """Return whether nothing is held that is about this person alone."""
        return not (self.applications or self.held or self.messages or self.mails)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure removed: the references and numbers that exports and the audit log name it by."""

    references: tuple[str, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class HeldApplication:
    """An application with everything that ever belonged to it."""

    application: Application
    history: tuple[StoredValue, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class MailSent:
    """A message of ours, with its bytes while they are kept."""

    item: OutboxItem
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is held about one address, to be handed to the person (Art. 15 and 20 UK GDPR)."""

    address: str
    made_at: datetime
    applications: tuple[HeldApplication, ...]
    held: tuple[HeldMail, ...]
    messages: tuple[MailSent, ...]
    mails: tuple[LedgerRow, ...]
    audit: tuple[AuditEntry, ...]

    def things(self) -> tuple[str, ...]:
        """Return the names by which the audit log knows the records."""
        references = [each.application.reference for each in self.applications]
        return (*references, *(f"held {each.id}" for each in self.held))
