"""Sample mails, applications and messages for the tests of the store. Everybody in them is invented."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from inbox_worker.core.effects import Action, ApplicationChange, ApplicationState, LedgerEntry, MessageKind
from inbox_worker.core.mail import MailId
from inbox_worker.core.reading import FieldValue, Flag, Intent, Outcome, Tier
from inbox_worker.records import Application, NewMessage
from inbox_worker.store import Store, Tx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SENDER = "Nerys.Example@example.org"
SCHEME = "allies"


def mail_id(uid: int, *, folder: str = "INBOX", uidvalidity: int = 7) -> MailId:
    return MailId("team", folder, uidvalidity, uid)


def entry(
    outcome: Outcome = Outcome.REPLY, code: str = "CLEAR", tier: Tier = Tier.NONE, scheme: str | None = SCHEME
) -> LedgerEntry:
    return LedgerEntry(outcome, code, Intent.APPLICATION, tier, scheme)


def record(tx: Tx, uid: int, *, message_id: str | None = None, what: LedgerEntry | None = None) -> int:
    """Record the mail `uid` under a Message-ID of its own; return its ledger id."""
    own = message_id or f"<mail-{uid}@example.org>"
    return tx.record(mail_id(uid), own, f"print {uid}", NOW - MINUTE, what or entry(), NOW)


def value(text: str, source: str = "body line 3", confidence: float = 0.9) -> FieldValue:
    return FieldValue(text, source, confidence)


def new_application(
    state: ApplicationState = ApplicationState.INCOMPLETE, scheme: str = SCHEME, **texts: str
) -> ApplicationChange:
    values = {key: value(text) for key, text in (texts or {"name": "Nerys Example"}).items()}
    return ApplicationChange(Action.CREATE, scheme, None, state, values, (Flag("QUESTION"),))


def update(application: int, state: ApplicationState | None = None, **texts: str) -> ApplicationChange:
    values = {key: value(text, "body line 9") for key, text in texts.items()}
    return ApplicationChange(Action.UPDATE, SCHEME, application, state, values)


def apply_new(tx: Tx, uid: int, *, sender: str = SENDER, change: ApplicationChange | None = None) -> Application:
    """Record the mail `uid` and the application that it carries."""
    ledger_id = record(tx, uid)
    return tx.apply(change or new_application(), sender=sender, ledger_id=ledger_id, at=NOW, prefix="ALY")


def message(
    number: int,
    *,
    recipient: str = SENDER,
    kind: MessageKind = MessageKind.REPLY,
    template: str = "acknowledgement",
    application: int | None = None,
    ledger_id: int | None = None,
    mailbox: str = "team",
) -> NewMessage:
    return NewMessage(
        message_id=f"<ours-{number}@example.org>",
        kind=kind,
        template=template,
        template_version="1",
        mailbox=mailbox,
        recipient=recipient,
        content=f"Subject: message {number}\r\n\r\nThank you.\r\n".encode(),
        scheme=SCHEME,
        application=application,
        ledger_id=ledger_id,
    )


def trace(store: Store, note: Callable[[str], object]) -> None:
    """Have `note` called with every statement that SQLite runs for `store` from now on, its values filled in."""
    event.listen(store._engine, "checkout", lambda connection, *_: connection.set_trace_callback(note))
