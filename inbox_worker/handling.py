"""What follows from the mail of one mailbox: the parts that only a mail needs, and a pass without one does not.

They take a tenth of a second to import, so that assembly.py makes them when the first mail asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from inbox_worker import lexicon
from inbox_worker.config.rules import filing, rules
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.core.mail import RawMail
from inbox_worker.core.plan import Policy
from inbox_worker.correspondence import Correspondence
from inbox_worker.mail_read import Understood, Unread
from inbox_worker.reader import Reader
from inbox_worker.recording import Recorder
from inbox_worker.second_reading import SecondReading
from inbox_worker.store import Store
from inbox_worker.templates import Templates
from inbox_worker.tombs import Tombs


@dataclass(frozen=True, slots=True)
class Handling:
    """What is done with the mail of one mailbox."""

    reader: Reader
    correspondence: Correspondence
    recorder: Recorder
    again: SecondReading


def handling(
    config: Config,
    section: MailboxSection,
    store: Store,
    templates: Templates,
    tombs: Tombs | None,
    *,
    look: Callable[[RawMail], Understood | Unread],
    token: Callable[[], str],
    clock: Callable[[], datetime],
) -> Handling:
    """Return it for the mailbox `section`.

    look: reads a mail in a process that it may kill. token: draws an opaque, unique part of a Message-ID.
    """
    reader = Reader(rules(config, section, lexicon.load()))
    correspondence, decided = Correspondence(config, section, templates), policy(config)
    recorder = Recorder(
        reader,
        correspondence,
        decided,
        rehearse=config.mode == "rehearse",
        repeat_alerts=config.team.distress.repeat_every,
        token=token,
        filing=filing(config, section),
        tombs=tombs,
    )
    again = SecondReading(store, reader, recorder, decided, look, clock)
    return Handling(reader, correspondence, recorder, again)


def policy(config: Config) -> Policy:
    """Return what the site decided on replies and alerts."""
    return Policy(
        team=config.team.recipients,
        distress_contacts=config.team.distress.contacts,
        second_contacts=config.team.distress.second_contacts,
        same_template_every=config.fuses.same_template_every,
        per_address_a_day=config.fuses.per_address_a_day,
    )
