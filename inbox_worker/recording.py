"""One mail that was read -> all that follows from it, in the transaction at hand. All of it is stored, or none."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from inbox_worker import checkpoints, log
from inbox_worker.contexts import Occasion
from inbox_worker.core import bounce as delivery_reports
from inbox_worker.core import gate
from inbox_worker.core.acceptance import accepts
from inbox_worker.core.effects import ApplicationChange, BounceReport, Effects, LedgerEntry, MessageKind
from inbox_worker.core.filing import Filing
from inbox_worker.core.mail import Address, RawMail
from inbox_worker.core.plan import Policy, named_people, plan
from inbox_worker.core.reading import Decision, Intent, Known, Outcome, Reading, ReplyKind, Tier
from inbox_worker.core.scheme import Scheme
from inbox_worker.correspondence import Correspondence
from inbox_worker.errors import StoreError, Unstorable
from inbox_worker.mail_read import Manner, Understood, Unread, place_of
from inbox_worker.reader import Content, Reader
from inbox_worker.records import WORKER, Application, Clues, SeenBy
from inbox_worker.store import Tx
from inbox_worker.store.privacy import ERASED
from inbox_worker.tombs import Tombs

_LOG = log.logger(__name__)
_WORTH_A_LOOK = 4  # mails: a look at all costs a little more than asking about one
_NOT_THE_APPLICANT = frozenset({"ON_BEHALF", "FORWARDED"})


class Recorder:
    """Records the mail of one mailbox."""

    def __init__(
        self,
        reader: Reader,
        correspondence: Correspondence,
        policy: Policy,
        *,
        rehearse: bool,
        repeat_alerts: timedelta,
        token: Callable[[], str],
        tombs: Tombs | None = None,
        filing: Filing | None = None,
    ) -> None:
        """token: draws an opaque, unique part of a Message-ID. tombs: whom and what was erased.

        filing: where mail is moved to; None: nowhere.
        """
        self._reader = reader
        self._correspondence = correspondence
        self._policy = policy
        self._rehearse = rehearse
        self._repeat_alerts = repeat_alerts
        self._token = token
        self._filing = Filing() if filing is None or rehearse else filing
        self._tombs = tombs

    def look_ahead(self, tx: Tx, mails: Sequence[Understood | Unread]) -> None:
        """Look up at once what may be on record about these mails, where they are enough to be worth it."""
        if len(mails) >= _WORTH_A_LOOK:
            tx.look_ahead(_clues(mail.content) for mail in mails)

    def record(
        self, tx: Tx, mail: Understood | Unread, now: datetime, *, manner: Manner = Manner.LIVE, answered: bool = False
    ) -> LedgerEntry | None:
        """Record a mail and all that follows; return its entry, or None where this very mail is recorded already.

        answered: a colleague has answered it. Whatever fails on the mail, it is held in the end and the transaction
        stays good. Raises StoreError only where nothing can be stored now.
        """
        raw = mail.content.raw
        if self._tombs is not None and _buried(self._tombs, tx, mail.content):
            return self._erased(tx, raw, now)
        attempts: list[Callable[[], LedgerEntry | None]] = [
            lambda: (
                self._unread(tx, mail, now, manner)
                if isinstance(mail, Unread)
                else self._understood(tx, mail, now, manner, answered)
            ),
            lambda: self._unread(tx, Unread(mail.content, "ERROR"), now, manner),
            lambda: self._bare(tx, raw, now),
        ]
        for attempt in attempts[:-1]:
            try:
                with tx.savepoint():
                    return attempt()
            except Exception as error:
                if isinstance(error, StoreError) and not isinstance(error, Unstorable):
                    raise  # nothing can be recorded now: the next poll starts again at this batch
                _LOG.error("mail held", **place_of(raw), code="ERROR", error=type(error).__name__, at=log.place(error))
        return attempts[-1]()

    def _understood(
        self, tx: Tx, mail: Understood, now: datetime, manner: Manner, answered: bool
    ) -> LedgerEntry | None:
        content = mail.content
        raw, email = content.raw, content.email
        if seen := tx.has_seen(raw.id, email.message_id, email.fingerprint):
            return self._copy(tx, content, seen.ledger_id, now)
        known = self.known(tx, content, now, answered)
        if accepted := self._accepted(tx, content, known, now):
            return accepted
        reading = self._reader.read(content, known, now) if _on_record(known) else mail.reading
        report = delivery_reports.report(email, known.ours) if reading.intent is Intent.DELIVERY_REPORT else None
        effects = plan(reading, known, self._reader.rules.schemes, self._policy, now, report)
        if manner is Manner.RENUMBERED and _answers(effects):
            reading = _held(reading, "RENUMBERED")
            effects = plan(reading, known, self._reader.rules.schemes, self._policy, now, report)
        self.apply(tx, content, reading, effects, known, now, manner)
        return effects.entry

    def _accepted(self, tx: Tx, content: Content, known: Known, now: datetime) -> LedgerEntry | None:
        """Take a named person's reply to an alert of ours as their word that they see to that mail; else None."""
        raw, email = content.raw, content.email
        entries = tx.held_by_alert(known.ours) if known.ours else ()
        if not entries:
            return None
        site = self._reader.rules.site
        headers = gate.judge(gate.Arrival(email, site, known, now, raw.received, raw.flags, raw.junk))
        mine = [each for each in entries if accepts(email, headers, named_people(each.ledger.tier, self._policy))]
        if not mine:
            return None
        for each in mine:
            tx.accept(each.id, by=email.from_[0].address, at=now)
        entry = LedgerEntry(Outcome.SKIP, "ACCEPTED", Intent.UNRELATED)
        tx.record(raw.id, email.message_id, email.fingerprint, raw.received, entry, now)
        return entry

    def _unread(self, tx: Tx, mail: Unread, now: datetime, manner: Manner) -> LedgerEntry | None:
        """Hold a mail of which no more than its head, or nothing, was read; tell the team."""
        content = mail.content
        if seen := tx.has_seen(content.raw.id, content.email.message_id, ""):
            first = tx.ledger_row(seen.ledger_id)
            if seen.by is SeenBy.PLACE or (first is not None and first.code == mail.code):
                return self._copy(tx, content, seen.ledger_id, now)
        reading = Reading(decision=Decision(Outcome.HOLD, mail.code, ""), intent=Intent.UNRELATED)
        effects = plan(reading, Known(), (), self._policy, now)
        unmarked = replace(content, email=replace(content.email, fingerprint=""))
        self.apply(tx, unmarked, reading, effects, Known(), now, manner)
        return effects.entry

    def _bare(self, tx: Tx, raw: RawMail, now: datetime) -> LedgerEntry | None:
        """Hold a mail on which even the note to the team failed: the list of held mail alone tells of it."""
        if tx.has_seen(raw.id, None, ""):
            return None
        entry = LedgerEntry(Outcome.HOLD, "ERROR", Intent.UNRELATED)
        tx.hold(tx.record(raw.id, None, "", raw.received, entry, now), Address("", ""), "", now)
        return entry

    def _erased(self, tx: Tx, raw: RawMail, now: datetime) -> LedgerEntry | None:
        """Note the place of a mail whose sender had everything removed, and not one thing more."""
        if tx.ledger_row_at(raw.id) is not None:
            return None
        entry = LedgerEntry(Outcome.SKIP, ERASED, Intent.UNRELATED)
        tx.record(raw.id, None, "", raw.received, entry, now)
        return entry

    def known(self, tx: Tx, content: Content, now: datetime, answered: bool) -> Known:
        """Return what is on record about a mail. answered: a colleague has answered it."""
        email = content.email
        sender = email.from_[0].address if email.from_ else ""
        known = tx.known(
            email.message_id,
            (*email.in_reply_to, *email.references, *delivery_reports.reported_ids(email)),
            sender,
            [scheme.key for scheme in self._reader.rules.schemes],
            now,
            reply_to=[each.address for each in email.reply_to],
            fingerprint=email.fingerprint,
            rehearsing=self._rehearse,
        )
        return replace(known, answered_by_person=True) if answered else known

    def _copy(self, tx: Tx, content: Content, ledger_id: int, now: datetime) -> LedgerEntry | None:
        """Record the second sight of a mail that was taken in before: it causes nothing again."""
        raw, email = content.raw, content.email
        first = tx.ledger_row(ledger_id)
        if first is None or first.mail_id == raw.id:
            return None
        entry = LedgerEntry(Outcome.SKIP, "DUPLICATE", first.intent, first.tier, first.scheme)
        tx.record(raw.id, email.message_id, email.fingerprint, raw.received, entry, now)
        return entry

    def apply(
        self,
        tx: Tx,
        content: Content,
        reading: Reading,
        effects: Effects,
        known: Known,
        now: datetime,
        manner: Manner = Manner.LIVE,
        row: int | None = None,
    ) -> None:
        """Carry out `effects`: ledger, application, held mail, messages. row: of a mail that the ledger has already."""
        raw, email = content.raw, content.email
        mark = self._filing.target(effects.entry, waits=effects.hold) if manner is not Manner.SILENT else None
        if row is None:
            entry = effects.entry
            ledger_id = tx.record(raw.id, email.message_id, email.fingerprint, raw.received, entry, now, mark=mark)
        else:
            ledger_id = row
            tx.reread(row, raw.id, effects.entry, mark=mark)
        checkpoints.reached("intake.recorded")
        application = self._change(tx, content, reading, effects, ledger_id, now)
        held = self._hold(tx, content, reading, ledger_id, now, manner) if effects.hold else 0
        checkpoints.reached("intake.applied")
        if manner is Manner.SILENT:
            return
        before = next((known_one for known_one in known.applications if _same(known_one.id, application)), None)
        occasion = Occasion(
            content=content,
            reading=reading,
            effects=effects,
            ledger_id=ledger_id,
            application=application,
            was_incomplete=before is not None and before.state == "incomplete",
            held=held,
            folder=mark or "",
        )
        for message in self._correspondence.messages(occasion, now, self._token):
            tx.enqueue(message, at=now, rehearse=self._rehearse)
        checkpoints.reached("intake.queued")

    def _hold(self, tx: Tx, content: Content, reading: Reading, ledger_id: int, now: datetime, manner: Manner) -> int:
        sender = content.email.from_[0] if content.email.from_ else Address("", "")
        held = tx.hold(ledger_id, sender, content.email.subject, now)
        if reading.tier in (Tier.A, Tier.B) and manner is not Manner.SILENT:
            tx.alerted(held, now, None if self._rehearse else now + self._repeat_alerts)
            tx.audit(WORKER, f"alerted tier {reading.tier.value}, round 1", f"held {held}", now)
        return held

    def _change(
        self, tx: Tx, content: Content, reading: Reading, effects: Effects, ledger_id: int, now: datetime
    ) -> Application | None:
        if effects.bounce is not None:
            return self._bounced(tx, effects.bounce, now)
        if effects.change is None:
            return None
        scheme = self._scheme(effects.change)
        sender = _applicant(content, reading, scheme)
        return tx.apply(effects.change, sender=sender, ledger_id=ledger_id, at=now, prefix=scheme.reference)

    def _bounced(self, tx: Tx, report: BounceReport, now: datetime) -> Application | None:
        """Record a delivery report; return the application whose applicant was not reached."""
        item = tx.bounced(report.message_id, report.action, report.status, now)
        return tx.application(item.application) if item is not None and item.application else None

    def _scheme(self, change: ApplicationChange) -> Scheme:
        return next(scheme for scheme in self._reader.rules.schemes if scheme.key == change.scheme)


def _clues(content: Content) -> Clues:
    email = content.email
    people = (*email.from_[:1], *email.reply_to)
    return Clues(
        content.raw.id,
        email.message_id,
        email.fingerprint,
        (*email.in_reply_to, *email.references),
        tuple(each.address for each in people),
    )


def _buried(tombs: Tombs, tx: Tx, content: Content) -> bool:
    email = content.email
    senders = tuple(each.address for each in (*email.from_, *email.reply_to))
    return tombs.cover(tx, email.message_id, email.fingerprint, senders, content.raw.received)


def _on_record(known: Known) -> bool:
    """Tell whether anything is on record that reading a mail depends on; else the first reading stands."""
    return bool(known.applications or known.ours or known.thread_application is not None or known.assume_record)


def _answers(effects: Effects) -> bool:
    return any(message.kind is MessageKind.REPLY for message in effects.messages)


def _held(reading: Reading, code: str) -> Reading:
    decision = Decision(Outcome.HOLD, code, "")
    return replace(reading, decision=decision, reply=ReplyKind.NONE, reply_to=None, attach_role_description=False)


def _same(number: int, application: Application | None) -> bool:
    return application is not None and application.id == number


def _applicant(content: Content, reading: Reading, scheme: Scheme) -> str:
    """Return the address that later mail about this application comes from.

    The sender's; but who writes on behalf of another is not the applicant, and their own application is another one.
    """
    sender = content.email.from_[0].address if content.email.from_ else ""
    if reading.decision.code not in _NOT_THE_APPLICANT:
        return sender
    stated = (reading.form.values.get(item.key) for item in scheme.fields if item.kind.value == "email")
    return next((value.text for value in stated if value is not None), "")
