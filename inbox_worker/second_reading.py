"""A mail is read again because a person asked: dragged into the Retry folder, `held retry`, `held approve`.

The row of the ledger stays the same one, so that a mail gets at most one reply, whoever asks how often.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from inbox_worker.core.addresses import destination
from inbox_worker.core.approval import Approval, approved
from inbox_worker.core.effects import Action, ApplicationState, Effects, LedgerEntry, MessageKind
from inbox_worker.core.mail import RawMail
from inbox_worker.core.plan import Policy, plan
from inbox_worker.core.reading import Flag, Reading
from inbox_worker.errors import InboxWorkerError
from inbox_worker.mail_read import Understood, Unread
from inbox_worker.reader import Reader
from inbox_worker.recording import Recorder
from inbox_worker.records import LedgerRow
from inbox_worker.store import Store, Tx

TURN = "intake"  # as where new mail is taken in: one transaction after the other

APPROVED = "approved"  # how a held mail was resolved that a person took in


class CannotApprove(InboxWorkerError):
    """The mail cannot be taken in on a person's word; the text says why."""

    exit_code = 65


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Reads mail of one mailbox again."""

    store: Store
    reader: Reader
    recorder: Recorder
    policy: Policy
    look: Callable[[RawMail], Understood | Unread]  # reads a mail in the process that it may kill
    clock: Callable[[], datetime]

    def again(self, raw: RawMail, *, by: str, approval: Approval | None = None) -> LedgerEntry | None:
        """Record what `raw` comes to now; return its entry, or None where the ledger refused to touch it.

        approval: a person says that it is genuine. What it came to before is replaced, held mail is resolved, and
        the reply that is due is queued unless the mail has had one. Raises StoreError, TemplateError, CannotApprove.
        """
        mail = self.look(raw)
        now = self.clock()
        with self.store.transaction() as tx:
            tx.serialise(TURN)
            row = self._row(tx, mail)
            if row is None:
                return self.recorder.record(tx, mail, now)
            if isinstance(mail, Unread):
                return self._unread(tx, mail, row, approval)
            if (entry := tx.held_mail_of(row.id)) is not None and entry.how == APPROVED:
                return _kept(tx, mail, row)  # a person's word stands above the rules
            return self._understood(tx, mail, row, now, by, approval)

    def _row(self, tx: Tx, mail: Understood | Unread) -> LedgerRow | None:
        """Return the row of the first sight of a mail, wherever it lay then."""
        content = mail.content
        nowhere = replace(content.raw.id, uid=0)  # copies of it have rows of their own
        email = content.email
        seen = tx.has_seen(nowhere, email.message_id, email.fingerprint if isinstance(mail, Understood) else "")
        seen = seen or tx.has_seen(content.raw.id, email.message_id, email.fingerprint)
        return tx.ledger_row(seen.ledger_id) if seen else None

    def _unread(self, tx: Tx, mail: Unread, row: LedgerRow, approval: Approval | None) -> LedgerEntry:
        if approval is not None:
            raise CannotApprove("the mail cannot be read; answer it by hand, then: inbox-worker held resolve")
        return _kept(tx, mail, row)

    def _understood(
        self, tx: Tx, mail: Understood, row: LedgerRow, now: datetime, by: str, approval: Approval | None
    ) -> LedgerEntry:
        content = mail.content
        known = self.recorder.known(tx, content, now, "\\Answered" in content.raw.flags and approval is None)
        waiting = tx.application(row.application) if row.application is not None else None
        if waiting is not None and waiting.state is ApplicationState.HELD:
            # It came from this very mail and nobody has said yes to it: it is read as if it were not there.
            others = tuple(each for each in known.applications if each.id != waiting.id)
            known = replace(known, applications=others)
        else:
            waiting = None
        known = replace(known, seen=False, answered_by_person=known.answered_by_person and approval is None)
        reading = self.reader.read(content, known, now)
        if approval is not None:
            reading = self._approved(reading, approval, mail)
        effects = plan(reading, known, self.reader.rules.schemes, self.policy, now)
        if waiting is not None:
            effects = _onto(effects, waiting.id)
        if tx.replied(row.id):
            effects = _unanswered(effects)
        self._settle(tx, row, effects, by, now, APPROVED if approval else "retried")
        self.recorder.apply(tx, content, reading, effects, known, now, row=row.id)
        return effects.entry

    def _approved(self, reading: Reading, approval: Approval, mail: Understood) -> Reading:
        rules = self.reader.rules
        sender = destination(mail.content.email, rules.registrable, rules.site.addresses).address
        return approved(reading, approval, sender)

    def _settle(self, tx: Tx, row: LedgerRow, effects: Effects, by: str, now: datetime, how: str) -> None:
        """Bring the list of held mail in line: off it where nothing waits any more, on it again where it does."""
        entry = tx.held_mail_of(row.id)
        if entry is None:
            return
        if not effects.hold:
            tx.resolve(entry.id, by=by, how=how, at=now)
        elif entry.resolved_at is not None:
            tx.reopen(entry.id, by=by, at=now)


def _kept(tx: Tx, mail: Understood | Unread, row: LedgerRow) -> LedgerEntry:
    """Leave everything as it is; note where the mail lies now."""
    entry = LedgerEntry(row.outcome, row.code, row.intent, row.tier, row.scheme)
    tx.reread(row.id, mail.content.raw.id, entry)
    return entry


def _onto(effects: Effects, application: int) -> Effects:
    """Return `effects` with the application that they would create put in the place of the one that waits."""
    change = effects.change
    if change is None or change.action is not Action.CREATE:
        return effects
    changed = replace(change, action=Action.UPDATE, application=application, replaces=True, first=True)
    return replace(effects, change=changed)


def _unanswered(effects: Effects) -> Effects:
    """Return `effects` without the reply: the mail has had one."""
    kept = tuple(message for message in effects.messages if message.kind is not MessageKind.REPLY)
    noted = (Flag("DONE"),) if len(kept) < len(effects.messages) else ()
    return replace(effects, messages=kept, notes=(*effects.notes, *noted))
