"""All that follows from one mail: what to record, which messages to queue. Values; the shell carries them out."""

from dataclasses import dataclass, field
from enum import Enum

from inbox_worker.core.reading import FieldValue, Flag, Intent, Outcome, Tier


class ApplicationState(Enum):
    """Where an application stands (domain of the team; `held` and `incomplete` are the worker's)."""

    HELD = "held"  # a person must accept or close it first
    INCOMPLETE = "incomplete"
    RECEIVED = "received"  # complete, not answered yet
    ACKNOWLEDGED = "acknowledged"  # complete, and the applicant was told so
    UNDER_REVIEW = "under_review"
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Action(Enum):
    """What happens to an application."""

    CREATE = "create"
    UPDATE = "update"  # a follow-up, or a second full application of the same sender
    WITHDRAW = "withdraw"
    BOUNCED = "bounced"  # a message of ours about it could not be delivered


@dataclass(frozen=True, slots=True)
class ApplicationChange:
    """One change of one application. `values` holds only what this mail newly states."""

    action: Action
    scheme: str
    application: int | None = None  # None exactly where `action` is CREATE
    state: ApplicationState | None = None  # None: unchanged
    values: dict[str, FieldValue] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    replaces: bool = False  # a second full application: values it does not give stay, values it gives win
    first: bool = False  # UPDATE of one that waited for a person and counts from now on: as good as new
    duplicate_of: int | None = None  # CREATE: id of the application that this one seems to repeat


class MessageKind(Enum):
    """Why a message goes out; fuses and headers depend on it."""

    REPLY = "reply"  # Auto-Submitted: auto-replied
    SUMMARY = "summary"  # auto-generated, to the team
    ALERT = "alert"  # auto-generated, to the team: a person must look
    DISTRESS_ALERT = "distress_alert"  # auto-generated, to the named contacts, no text of the mail
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message to be rendered and queued in the transaction that records the mail."""

    kind: MessageKind
    template: str  # name of the template set: "acknowledgement", "summary", "needs_a_person", ...
    recipients: tuple[str, ...]  # one message each
    scheme: str | None
    attach_documents: bool = False


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is kept of every mail seen. Never a word of it."""

    outcome: Outcome
    code: str
    intent: Intent
    tier: Tier = Tier.NONE
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class BounceReport:
    """A delivery report that names a message of ours (RFC 3464)."""

    message_id: str  # the outbox message that it is about
    action: str  # "failed", "delayed", "delivered", "relayed", "expanded"
    status: str  # "5.1.1", or "" where the report gives none
    reason: str = ""  # a fixed phrase for the status class, in plain words; never the server's own text


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything that one mail causes."""

    entry: LedgerEntry
    change: ApplicationChange | None = None
    messages: tuple[MessageRequest, ...] = ()
    bounce: BounceReport | None = None
    hold: bool = False  # open an entry in the list of held mail
    notes: tuple[Flag, ...] = ()  # why an expected reply does not go out: RATE, BREAK, DONE, REHEARSE
