"""The values that reading a mail gives: outcome, intent, distress tier, form, flags."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from inbox_worker.core.pickled import by_fields


class Outcome(Enum):
    """What may follow from a mail."""

    REPLY = "reply"  # the scheme's own; an automatic mail may go out
    HOLD = "hold"  # stored; a person looks
    SKIP = "skip"  # only the id, the outcome and the code are kept


class Intent(Enum):
    """What the sender wants."""

    APPLICATION = "application"
    ROLE_DESCRIPTION_REQUEST = "role_description_request"
    APPLICATION_AND_REQUEST = "application_and_request"
    FOLLOW_UP = "follow_up"
    WITHDRAWAL = "withdrawal"
    AUTOMATIC = "automatic"
    DELIVERY_REPORT = "delivery_report"
    UNRELATED = "unrelated"


class ReplyKind(Enum):
    """Which template answers, or none."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ACKNOWLEDGEMENT_INCOMPLETE = "acknowledgement_incomplete"
    ROLE_DESCRIPTION = "role_description"
    WITHDRAWAL = "withdrawal"
    NONE = "none"


class Tier(Enum):
    """How soon a person must look (domain.md 7). Never an assessment of anybody."""

    A = "A"  # present danger
    B = "B"  # present distress
    C = "C"  # past or managed: an ordinary application
    NONE = "none"


@by_fields
@dataclass(frozen=True, slots=True)
class Decision:
    """Why a mail gets what it gets."""

    outcome: Outcome
    code: str  # the rule that decided; stored with the mail
    evidence: str  # what it saw, for `explain` alone: may hold words of the mail, so never logged


@by_fields
@dataclass(frozen=True, slots=True)
class Flag:
    """Something the team must know about an otherwise handled mail."""

    code: str  # "DMARC", "ON_BEHALF", "QUESTION", "LOW_CONFIDENCE", "REPLY_TO_IGNORED", ...
    detail: str = ""  # a field key or the like; never words of the mail


@by_fields
@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of a form, and where it stands."""

    text: str
    source: str  # "body line 7", "attachment form.docx, row 3", "signature line 21", "From header"
    confidence: float  # 0..1; below 0.6 the team sees it marked


@by_fields
@dataclass(frozen=True, slots=True)
class Form:
    """What a mail supplies of a scheme's fields."""

    values: dict[str, FieldValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # keys of required fields that this mail does not give


@dataclass(frozen=True, slots=True)
class OnRecord:
    """An application that the database holds and a mail may belong to."""

    id: int
    scheme: str
    state: str
    values: dict[str, str]
    asked_for_missing: bool = False  # a request for missing items has gone out
    restricted: bool = False  # no automatic mail about it (Art. 18 UK GDPR)

    @property
    def is_open(self) -> bool:
        """Whether it still runs: neither withdrawn nor settled."""
        return self.state not in ("withdrawn", "declined", "closed")


@dataclass(frozen=True, slots=True)
class Sent:
    """An automatic mail that went, or will go, to the sender of a mail."""

    template: str
    at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows that bears on one mail."""

    applications: tuple[OnRecord, ...] = ()  # of this sender's address, or of the thread; newest last
    ours: frozenset[str] = frozenset()  # ids in In-Reply-To/References (or the mail's own id) that we issued
    thread_application: int | None = None  # id of the application that those ids belong to
    seen: bool = False  # the Message-ID or the fingerprint is in the ledger
    answered_by_person: bool = False  # \Answered, or a later message of ours in the thread
    assume_record: bool = False  # `explain --on-record`: an application of the sender, and our reply, exist
    sent: tuple[Sent, ...] = ()  # automatic mail to this address in the last 7 days
    sent_last_hour: int = 0  # automatic mail to anyone


@by_fields
@dataclass(frozen=True, slots=True)
class Reading:
    """All that was understood of one mail."""

    decision: Decision
    intent: Intent
    tier: Tier = Tier.NONE
    scheme: str | None = None  # its key
    form: Form = field(default_factory=Form)
    reply: ReplyKind = ReplyKind.NONE
    attach_role_description: bool = False
    reply_to: str | None = None  # None exactly where `reply` is NONE
    application: int | None = None  # id of the application on record that it belongs to
    flags: tuple[Flag, ...] = ()
    evidence: tuple[str, ...] = ()  # what spoke for the intent, for `explain` alone
