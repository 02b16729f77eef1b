"""The values that the store takes and hands out. Times are aware and in UTC; ids are the database's."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.core.mail import MailId
from inbox_worker.core.reading import Flag, Intent, Outcome, Tier

WORKER = "worker"  # who acted, where no person did


@dataclass(frozen=True, slots=True)
class Point:
    """How far a folder has been read."""

    mailbox: str
    folder: str
    uidvalidity: int
    next_uid: int  # every UID below it is in the ledger, or was there before the worker came
    first_uid: int  # where reading began under this UIDVALIDITY: no UID below it is expected in the ledger
    started_at: datetime
    complete_at: datetime | None = None  # end of the last poll that reached the end of the folder
    counted_at: datetime | None = None  # last comparison of server and ledger
    server_uidnext: int | None = None  # what the server said then
    server_exists: int | None = None
    missing: int = 0  # mails that the server had then and the ledger had not


@dataclass(frozen=True, slots=True)
class Clues:
    """All that a mail may be known again by, or belong to something on record by."""

    mail: MailId
    message_id: str | None  # with <>
    fingerprint: str  # "" where it could not be made
    references: tuple[str, ...] = ()  # ids with <>, newest last
    addresses: tuple[str, ...] = ()  # whom it is from, and who wants the answers


class SeenBy(Enum):
    """By which key a mail was found in the ledger."""

    PLACE = "place"  # the very same mailbox, folder, UIDVALIDITY and UID
    MESSAGE_ID = "message_id"
    FINGERPRINT = "fingerprint"


@dataclass(frozen=True, slots=True)
class Sighting:
    """The ledger row of a mail that has been taken in before."""

    ledger_id: int
    by: SeenBy


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What is kept of a mail seen. Never a word of it."""

    id: int
    mail_id: MailId
    received_at: datetime
    seen_at: datetime
    outcome: Outcome
    code: str
    intent: Intent
    tier: Tier
    scheme: str | None
    application: int | None
    mark: str | None = None  # what shall be done to the mail on the server, as the job wrote it down
    marked_at: datetime | None = None


class TroubleKind(Enum):
    """Why a mail could not be taken in yet."""

    FETCH = "fetch"  # SEARCH names it, FETCH does not give it
    READ = "read"  # reading it killed the process or passed its limits


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that was tried and is not in the ledger."""

    mail_id: MailId
    kind: TroubleKind
    tries: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value of an application, now or in its history."""

    key: str
    text: str
    source: str
    confidence: float
    ledger_id: int | None  # the mail that gave it; None: a person did
    at: datetime
    by: str
    superseded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An application with its values as they stand. What is missing depends on the scheme and is not stored."""

    id: int
    reference: str  # "MHA-0001"
    scheme: str
    state: ApplicationState
    sender: str  # address
    mailbox: str
    received_at: datetime
    updated_at: datetime
    duplicate_of: str | None = None  # reference
    delivery_problem: str | None = None  # the status of a bounce ("5.1.1"): the applicant did not get our message
    restricted: bool = False  # no automatic mail, not in summaries (Art. 18 UK GDPR)
    values: dict[str, StoredValue] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()

    def texts(self) -> dict[str, str]:
        """Return the text of every value by its key."""
        return {key: value.text for key, value in self.values.items()}


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """Which applications a list holds; None does not filter. Newest first."""

    states: tuple[ApplicationState, ...] | None = None
    schemes: tuple[str, ...] | None = None
    since: datetime | None = None  # received at or after
    until: datetime | None = None  # received before
    updated_since: datetime | None = None
    sender: str | None = None  # address, any case
    restricted: bool | None = None
    undelivered: bool | None = None  # True: those with a delivery problem
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an application."""

    at: datetime
    what: str  # "created", "updated", "withdrawn", "state", "corrected", "undelivered", "restricted", ...
    detail: str  # codes and keys only
    by: str


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail that waits for a person, or waited."""

    id: int
    ledger: LedgerRow
    application: str | None  # reference
    sender_name: str
    sender: str  # address
    subject: str
    opened_at: datetime
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    how: str | None = None  # "answered", "closed", "retried", ...
    alerts: int = 0  # rounds of alerts that went out
    last_alert_at: datetime | None = None
    next_alert_at: datetime | None = None  # None: no alert is due any more


class OutboxState(Enum):
    """Where a message stands (domain.md 9)."""

    REHEARSED = "rehearsed"  # rendered in rehearsal; goes out only when a person releases it
    QUEUED = "queued"
    SENDING = "sending"  # handed to the mail server, outcome not stored yet
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"  # refused for good, or given up
    UNKNOWN = "unknown"  # may have been delivered: never tried again without proof or a person
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A rendered message, to be queued."""

    message_id: str  # with <>, made by us, never used before
    kind: MessageKind
    template: str
    template_version: str
    mailbox: str  # the configured mailbox that sends it
    recipient: str  # address
    content: bytes = field(repr=False)  # as it goes over the wire
    scheme: str | None = None
    application: int | None = None
    ledger_id: int | None = None  # the mail that caused it


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A message in the outbox, without its bytes."""

    id: int
    message_id: str
    kind: MessageKind
    template: str
    template_version: str
    mailbox: str
    recipient: str  # "" once purged
    scheme: str | None
    application: str | None  # reference
    ledger_id: int | None
    sha256: str  # of the content, hex
    state: OutboxState
    tries: int  # failed ones
    queued_at: datetime
    next_try_at: datetime
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    handed_at: datetime | None = None  # the last time; of what was never begun, or never left us, none
    sent_at: datetime | None = None
    code: int | None = None  # last answer of the mail server: 451
    status: str | None = None  # and its enhanced status: "4.7.1"
    purged: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that its worker may hand to the mail server now."""

    item: OutboxItem
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Released:
    """What became of the messages of workers that stopped answering."""

    queued: tuple[int, ...]  # claimed, not begun: another worker sends them
    unknown: tuple[int, ...]  # begun: nobody knows


@dataclass(frozen=True, slots=True)
class Fuse:
    """A stop that waits for a person."""

    name: str
    tripped_at: datetime
    reason: str  # a code


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing. Ids only."""

    at: datetime
    who: str
    what: str
    thing: str


@dataclass(frozen=True, slots=True)
class JobRun:
    """When a job last ran, and how it went."""

    name: str
    started_at: datetime
    finished_at: datetime | None = None  # None: it is running, or was killed
    code: str | None = None  # "ok", or the kind of failure
    failures: int = 0  # in a row


@dataclass(frozen=True, slots=True)
class Lease:
    """Who said to be at work on what."""

    name: str  # of a mailbox: reads it; `push_lease` of it: listens on it
    holder: str  # the worker's name
    taken_at: datetime  # when it was last renewed
    expires_at: datetime


def push_lease(mailbox: str) -> str:
    """Return the name of the lease of who listens on a mailbox: no mailbox's own, which has no space."""
    return f"push {mailbox}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be wrong with the service at a moment."""

    queued: int  # messages
    distress_open: int  # alerts of tier A or B that nobody has accepted
    fuses: tuple[Fuse, ...]  # that wait for a person
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of `status` and of the metrics."""

    mails: dict[tuple[Outcome, str], int]  # by outcome and code, seen since the moment asked for
    applications: dict[tuple[str, ApplicationState], int]  # by scheme and state
    outbox: dict[OutboxState, int]  # those sent since the moment asked for, all others
    oldest_queued_at: datetime | None
    held_open: int
    distress_open: int  # alerts of tier A or B that nobody has accepted
    troubles: int  # mails that could not be taken in yet
    fuses: tuple[Fuse, ...]
    points: tuple[Point, ...]
