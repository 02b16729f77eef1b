"""What a person does with a held mail that means reading it again: `held retry` and `held approve`."""

from dataclasses import dataclass, replace
from datetime import timedelta

from inbox_worker.assembly import Box, Service
from inbox_worker.config.rules import filing
from inbox_worker.config.rules import scheme as scheme_of
from inbox_worker.core.approval import Approval
from inbox_worker.core.mail import RawMail
from inbox_worker.core.reading import Outcome
from inbox_worker.core.scheme import Scheme
from inbox_worker.errors import ConfigError, UsageError
from inbox_worker.imap import ImapMailbox
from inbox_worker.records import Application, HeldMail, LedgerRow, OutboxItem
from inbox_worker.second_reading import APPROVED, CannotApprove


@dataclass(frozen=True, slots=True)
class Came:
    """What reading a mail again came to."""

    outcome: Outcome
    code: str
    application: Application | None
    messages: tuple[OutboxItem, ...]  # that it queued now


def retry(service: Service, entry: HeldMail, by: str) -> Came:
    """Read a held mail again by today's rules and record what it comes to. Raises as `approve` does."""
    return _again(service, entry, by, None)


def approve(service: Service, entry: HeldMail, approval: Approval) -> Came:
    """Take a held mail in on a person's word. Raises CannotApprove, UsageError, and the servers' errors."""
    return _again(service, entry, approval.by, approval)


def scheme_for(service: Service, entry: HeldMail, named: str | None) -> Scheme:
    """Return the scheme that a held mail belongs to. Raises UsageError where a person must name it."""
    keys = _box(service, entry).section.schemes
    key = named or entry.ledger.scheme or (keys[0] if len(keys) == 1 else None)
    if key not in keys:
        found = f', found "{key}"' if key else ""
        raise UsageError(f"--scheme: expected one of {', '.join(keys)}{found}")
    return scheme_of(service.config.scheme(key))


def _again(service: Service, entry: HeldMail, by: str, approval: Approval | None) -> Came:
    if entry.how == APPROVED:
        raise CannotApprove(f"held mail {entry.id} was approved before")
    box = _box(service, entry)
    with box.connection() as mailbox:
        raw = find(service, box, mailbox, entry)
    with service.store.reading() as view:
        before = {item.id for item in view.outbox(ledger_id=entry.ledger.id)}
    box.again.again(raw, by=by, approval=approval)
    with service.store.reading() as view:
        row = view.ledger_row(entry.ledger.id) or entry.ledger
        application = view.application(row.application) if row.application is not None else None
        new = tuple(item for item in view.outbox(ledger_id=row.id) if item.id not in before)
    return Came(row.outcome, row.code, application, new)


def find(service: Service, box: Box, mailbox: ImapMailbox, entry: HeldMail) -> RawMail:
    """Return the mail of `entry` from the server: where it lay, or wherever our folders have it now.

    Raises UsageError where it is not there any more.
    """
    raw = mailbox.fetch_one(entry.ledger.mail_id)
    if raw is not None:
        return raw
    day = (entry.ledger.received_at - timedelta(days=1)).date()
    there = mailbox.folders()
    folders = (box.section.imap.folder, *filing(service.config, box.section).every)
    for folder in (name for name in dict.fromkeys(folders) if name in there):
        for batch in mailbox.since(day, folder):
            for mail in batch.mails:
                if _is(service, box, mail, entry.ledger):
                    return mail
    raise UsageError(
        f"held mail {entry.id} is not in folder {entry.ledger.mail_id.folder} any more; put it back, or deal with it "
        f"by hand and then: inbox-worker held resolve {entry.id}"
    )


def _is(service: Service, box: Box, mail: RawMail, row: LedgerRow) -> bool:
    email = box.intake.look(mail).content.email
    with service.store.reading() as view:
        # by its own keys, not by its place: a copy has a row of its own there
        seen = view.has_seen(replace(mail.id, uid=0), email.message_id, email.fingerprint)
    return seen is not None and seen.ledger_id == row.id


def _box(service: Service, entry: HeldMail) -> Box:
    name = entry.ledger.mail_id.mailbox
    box = next((each for each in service.boxes if each.section.name == name), None)
    if box is None:
        raise ConfigError(f"mailboxes: held mail {entry.id} came to {name}, which the configuration no longer has")
    return box
