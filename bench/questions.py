"""What the service and its people ask a full database, through the product's own store: one call each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from bench.rows import FOLDER, MAILBOX, PREFIX, UIDVALIDITY, Size, fingerprint, mail_message_id, own_message_id, sender
from inbox_worker.config import load
from inbox_worker.config.sections import Config
from inbox_worker.core.effects import (
    Action,
    ApplicationChange,
    ApplicationState,
    LedgerEntry,
    MessageKind,
)
from inbox_worker.core.mail import MailId
from inbox_worker.core.reading import FieldValue, Intent, Outcome, Tier
from inbox_worker.core.summarise import Period
from inbox_worker.digest import find
from inbox_worker.records import ApplicationFilter, OutboxState
from inbox_worker.resources import file
from inbox_worker.store import Tx

Ask = Callable[[Tx], object]
_WEEK = timedelta(days=7)


def questions(size: Size, page: int = 100) -> dict[str, Ask]:
    """Return each question with what asks it. size: of the database. page: how many rows a list has."""
    now, number = size.now, size.applications * 9 // 10
    return {
        "poll: nothing new": _idle_poll(now),
        "poll: a mail of a stranger": lambda tx: _take_in(tx, size, size.mails + 1, "stranger@example.net", ()),
        "poll: a mail that was seen before": lambda tx: tx.has_seen(
            MailId(MAILBOX, FOLDER, UIDVALIDITY + 1, 1), mail_message_id(number), fingerprint(number)
        ),
        "poll: which of 200 mails are new": lambda tx: tx.recorded(
            MAILBOX, FOLDER, UIDVALIDITY, range(size.mails - 100, size.mails + 100)
        ),
        "follow-up: looked up and taken in": lambda tx: _follow_up(tx, size, number),
        "outbox: claimed and handed over": lambda tx: _claim(tx, now),
        "outbox: what is due, and the limits": lambda tx: (
            tx.due(now),
            tx.submitted(MAILBOX, now - timedelta(minutes=1), now),
            tx.sent_since(now - timedelta(hours=1)),
            tx.claimants(),
            tx.release_stale_claims(now, timedelta(minutes=30)),
        ),
        "list: applications": lambda tx: tx.applications(ApplicationFilter(limit=page)),
        **{
            f"list: applications, {state.value}": lambda tx, state=state: tx.applications(  # type: ignore[misc]
                ApplicationFilter(states=(state,), limit=page)
            )
            for state in (ApplicationState.HELD, ApplicationState.INCOMPLETE, ApplicationState.CLOSED)
        },
        "list: applications of a scheme": lambda tx: tx.applications(
            ApplicationFilter(schemes=("mentors",), limit=page)
        ),
        "list: applications of a scheme and state": lambda tx: tx.applications(
            ApplicationFilter(schemes=("mentors",), states=(ApplicationState.CLOSED,), limit=page)
        ),
        "list: messages": lambda tx: tx.outbox(limit=page),
        **{
            f"list: messages, {state.value}": lambda tx, state=state: tx.outbox([state], limit=page)  # type: ignore[misc]
            for state in (OutboxState.QUEUED, OutboxState.SENT, OutboxState.FAILED)
        },
        "list: what waits for a person": lambda tx: tx.held(),
        "show: an application": lambda tx: (
            tx.application(f"{PREFIX}-{number:04d}"),
            tx.history(number),
            tx.events(number),
            tx.audit_log(thing=f"{PREFIX}-{number:04d}"),
        ),
        "digest: a week": lambda tx: find(tx, _digest_config(), Period(now - _WEEK, now), now),
        "status: counts": lambda tx: (tx.counts(now - _WEEK), tx.job_runs(), tx.troubles(), tx.leases()),
    }


@cache
def _digest_config() -> Config:
    """Return the shipped example with the schemes that the rows have."""
    config = load(file("config.example.yaml"))
    (section,) = config.schemes
    schemes = [section.model_copy(update={"key": key, "group_by": "department"}) for key in ("allies", "mentors")]
    return config.model_copy(update={"schemes": tuple(schemes)})


def _idle_poll(now: datetime) -> Ask:
    def ask(tx: Tx) -> object:
        tx.job_started("poll", now)
        return tx.point(MAILBOX, FOLDER), tx.unmarked(MAILBOX, FOLDER), tx.job_finished("poll", "ok", now)

    return ask


def _take_in(tx: Tx, size: Size, uid: int, address: str, references: tuple[str, ...]) -> int:
    """Do what the database has to do for each mail."""
    mail = MailId(MAILBOX, FOLDER, UIDVALIDITY, uid)
    tx.has_seen(mail, mail_message_id(uid), fingerprint(uid))
    tx.buried([b"k" * 32])
    schemes = ("allies", "mentors")
    tx.known(mail_message_id(uid), references, address, schemes, size.now, fingerprint=fingerprint(uid))
    entry = LedgerEntry(Outcome.REPLY, "CLEAR", Intent.FOLLOW_UP, Tier.NONE, "allies")
    row = tx.record(mail, mail_message_id(uid), fingerprint(uid), size.now, entry, size.now)
    tx.set_point(MAILBOX, FOLDER, UIDVALIDITY, uid + 1, at=size.now)
    return row


def _follow_up(tx: Tx, size: Size, number: int) -> object:
    answered = own_message_id(number, MessageKind.REPLY)
    row = _take_in(tx, size, size.mails + 1, sender(number), (mail_message_id(size.mail_of(number)), answered))
    values = {"motivation": FieldValue("I like to listen, and I have time.", "body line 3", 0.9)}
    change = ApplicationChange(Action.UPDATE, "allies", number, None, values)
    return tx.apply(change, sender=sender(number), ledger_id=row, at=size.now, prefix=PREFIX)


def _claim(tx: Tx, now: datetime) -> object:
    claimed = tx.claim(now, "bench", 10, kinds=[MessageKind.REPLY, MessageKind.SUMMARY], mailboxes=[MAILBOX])
    return tx.hand_over([item.id for item in claimed], "bench", now)
