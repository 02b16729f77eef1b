"""How long what is kept: from the periods that a site set and the time now to the moments before which things go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from inbox_worker.core.effects import ApplicationState


class Kept(Enum):
    """Categories of what is kept; each has a period of its own."""

    UNDECIDED = "undecided"  # applications that nobody has decided on
    ENDED = "ended"  # applications that were declined, withdrawn, or closed without ever being accepted
    LEFT = "left"  # applications of people who were accepted and have left: closed after they were accepted
    HELD = "held"  # sender and subject of a mail that waited for a person and is resolved
    MESSAGES = "messages"  # text and address of messages that are settled
    LEDGER = "ledger"  # hashed ids of mails seen


UNDECIDED = (
    ApplicationState.HELD,
    ApplicationState.INCOMPLETE,
    ApplicationState.RECEIVED,
    ApplicationState.ACKNOWLEDGED,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.INVITED,
)
ENDED = (ApplicationState.DECLINED, ApplicationState.WITHDRAWN, ApplicationState.CLOSED)


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each category is kept, from the last event on."""

    undecided: timedelta
    ended: timedelta
    left: timedelta
    held: timedelta
    messages: timedelta
    ledger: timedelta

    def before(self, kept: Kept, now: datetime) -> datetime:
        """Return the moment (aware) before which things of this category are due to go."""
        period: timedelta = getattr(self, kept.value)
        return now - period
