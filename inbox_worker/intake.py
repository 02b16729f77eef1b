"""Job: mailbox -> core -> templates -> store. A mail and all its effects are recorded in one transaction."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from inbox_worker import log
from inbox_worker.core import bounce as delivery_reports
from inbox_worker.core.effects import ApplicationChange, BounceReport, Effects, LedgerEntry, MessageKind
from inbox_worker.core.mail import Address, MailId, RawMail
from inbox_worker.core.plan import Policy, plan
from inbox_worker.core.reading import Decision, Flag, Intent, Known, Outcome, Reading, Tier
from inbox_worker.core.scheme import Scheme
from inbox_worker.correspondence import Correspondence, Occasion
from inbox_worker.errors import StoreError, Unstorable
from inbox_worker.imap import Batch, ImapMailbox, Position
from inbox_worker.reader import Content, Reader
from inbox_worker.records import WORKER, Application, Point, TroubleKind
from inbox_worker.store import Store, Tx

_LOG = log.logger(__name__)
_NOT_THE_APPLICANT = frozenset({"ON_BEHALF", "FORWARDED"})
_FETCH_TRIES = 3  # a UID that SEARCH names and FETCH does not give may stay so for good (domain.md 2.4)


@dataclass(slots=True)
class Poll:
    """What one poll of one mailbox came to."""

    mails: Counter[tuple[Outcome, str]] = field(default_factory=Counter)  # by outcome and code
    started: bool = False  # the first poll ever: nothing old is read

    @property
    def count(self) -> int:
        """Return how many mails were taken in."""
        return self.mails.total()


class Intake:
    """Takes in the mail of one mailbox."""

    def __init__(
        self,
        mailbox: str,
        store: Store,
        reader: Reader,
        correspondence: Correspondence,
        policy: Policy,
        *,
        rehearse: bool,
        repeat_alerts: timedelta,
        clock: Callable[[], datetime],
        token: Callable[[], str],
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._reader = reader
        self._correspondence = correspondence
        self._policy = policy
        self._rehearse = rehearse
        self._repeat_alerts = repeat_alerts
        self._clock = clock
        self._token = token

    def poll(self, mailbox: ImapMailbox, stop: Callable[[], bool] = lambda: False) -> Poll:
        """Take in every mail after the stored point. `stop` is asked between batches.

        A crash anywhere repeats at most one batch, whose mails the ledger then knows.
        Raises MailboxError or StoreError; what was committed before stays.
        """
        result = Poll()
        position = mailbox.position()
        point, renumbered = self._point(position, result)
        self._try_again(mailbox, point, result)
        if not result.started:
            for batch in mailbox.mails_after(position, point.next_uid - 1):
                self.take_in(batch, position, result, quiet=renumbered)
                if stop():
                    return result
        with self._store.transaction() as tx:
            self._advance(tx, position, position.uidnext, complete=True)
        return result

    def take_in(self, batch: Batch, position: Position, result: Poll, *, quiet: bool) -> None:
        """Record all that follows from the mails of `batch`, and the new point, in one transaction."""
        contents = [self._content(raw) for raw in batch.mails]
        now = self._clock()
        with self._store.transaction() as tx:
            for raw, content in zip(batch.mails, contents, strict=True):
                self._one(tx, raw, content, now, result, quiet=quiet)
            for large in batch.oversized:
                self._held_unread(tx, large.mail, "TOO_LARGE", now, result)
            for uid in batch.missing:
                unread = MailId(self._mailbox, position.folder, position.uidvalidity, uid)
                tx.note_trouble(unread, TroubleKind.FETCH, now)
            self._advance(tx, position, batch.through + 1)

    def _point(self, position: Position, result: Poll) -> tuple[Point, bool]:
        """Return where to go on, and whether the folder was renumbered since the last poll."""
        with self._store.transaction() as tx:
            point = tx.point(self._mailbox, position.folder)
            if point is None:
                result.started = True
                return self._advance(tx, position, position.uidnext), False
            if point.uidvalidity == position.uidvalidity:
                return point, False
            # The server has renumbered its mails: the ledger knows those it had by their other keys.
            _LOG.warning("folder renumbered", mailbox=self._mailbox, uidvalidity=position.uidvalidity)
            return self._advance(tx, position, 1), True

    def _advance(self, tx: Tx, position: Position, next_uid: int, *, complete: bool = False) -> Point:
        return tx.set_point(
            self._mailbox, position.folder, position.uidvalidity, next_uid, at=self._clock(), complete=complete
        )

    def _try_again(self, mailbox: ImapMailbox, point: Point, result: Poll) -> None:
        """Ask again for the mails that the server would not give, and give them to a person in the end."""
        with self._store.reading() as view:
            troubles = view.troubles(self._mailbox, point.folder)
        for trouble in troubles:
            if trouble.mail_id.uidvalidity != point.uidvalidity:
                continue
            raw = mailbox.fetch_one(trouble.mail_id)
            content = self._content(raw) if raw is not None else None
            now = self._clock()
            with self._store.transaction() as tx:
                if raw is not None:
                    self._one(tx, raw, content, now, result, quiet=False)
                elif tx.note_trouble(trouble.mail_id, TroubleKind.FETCH, now) >= _FETCH_TRIES:
                    self._held_unread(tx, RawMail(trouble.mail_id, b"", now), "UNFETCHABLE", now, result)

    def _content(self, raw: RawMail) -> Content | None:
        """Return what `raw` holds, or None where reading it fails on a fault of ours."""
        try:
            return self._reader.content(raw)
        except Exception as error:
            _LOG.error("mail not read", **_place_of(raw), error=type(error).__name__, at=log.place(error))
            return None

    def _one(self, tx: Tx, raw: RawMail, content: Content | None, now: datetime, result: Poll, *, quiet: bool) -> None:
        """Take in one mail in a savepoint: whatever fails on it, it is held and the others go on."""
        if content is None:
            self._held_unread(tx, raw, "ERROR", now, result)
            return
        try:
            with tx.savepoint():
                entry = self._effects(tx, content, now, quiet=quiet)
        except Exception as error:
            if isinstance(error, StoreError) and not isinstance(error, Unstorable):
                raise  # nothing can be recorded now: the next poll starts again at this batch
            _LOG.error("mail held", **_place_of(raw), code="ERROR", error=type(error).__name__, at=log.place(error))
            self._held_unread(tx, raw, "ERROR", now, result)
            return
        if entry is not None:
            self._count(raw, entry, result)

    def _effects(self, tx: Tx, content: Content, now: datetime, *, quiet: bool) -> LedgerEntry | None:
        """Carry out all that follows from a mail; return its entry, or None where it was taken in before."""
        raw, email = content.raw, content.email
        if seen := tx.has_seen(raw.id, email.message_id, email.fingerprint):
            return self._copy(tx, content, seen.ledger_id, now)
        known = self._known(tx, content, now)
        reading = self._reader.read(content, known, now)
        report = delivery_reports.report(email, known.ours) if reading.intent is Intent.DELIVERY_REPORT else None
        effects = plan(reading, known, self._reader.rules.schemes, self._policy, now, report)
        if quiet:
            effects = _silenced(effects)
        self._apply(tx, content, reading, effects, known, now)
        return effects.entry

    def _known(self, tx: Tx, content: Content, now: datetime) -> Known:
        email, raw = content.email, content.raw
        sender = email.from_[0].address if email.from_ else ""
        known = tx.known(
            email.message_id,
            (*email.in_reply_to, *email.references, *delivery_reports.reported_ids(email)),
            sender,
            [scheme.key for scheme in self._reader.rules.schemes],
            now,
            fingerprint=email.fingerprint,
            rehearsing=self._rehearse,
        )
        if "\\Answered" in raw.flags:
            known = replace(known, answered_by_person=True)
        return known

    def _copy(self, tx: Tx, content: Content, ledger_id: int, now: datetime) -> LedgerEntry | None:
        """Record the second sight of a mail that was taken in before: it causes nothing again."""
        raw, email = content.raw, content.email
        first = tx.ledger_row(ledger_id)
        if first is None or first.mail_id == raw.id:
            return None
        entry = LedgerEntry(Outcome.SKIP, "DUPLICATE", first.intent, first.tier, first.scheme)
        tx.record(raw.id, email.message_id, email.fingerprint, raw.received, entry, now)
        return entry

    def _apply(self, tx: Tx, content: Content, reading: Reading, effects: Effects, known: Known, now: datetime) -> None:
        raw, email = content.raw, content.email
        ledger_id = tx.record(raw.id, email.message_id, email.fingerprint, raw.received, effects.entry, now)
        application = self._change(tx, content, reading, effects, ledger_id, now)
        held = 0
        if effects.hold:
            sender = email.from_[0] if email.from_ else Address("", "")
            held = tx.hold(ledger_id, sender, email.subject, now)
            if reading.tier in (Tier.A, Tier.B):
                tx.alerted(held, now, None if self._rehearse else now + self._repeat_alerts)
                tx.audit(WORKER, f"alerted tier {reading.tier.value}, round 1", f"held {held}", now)
        before = next((known_one for known_one in known.applications if _same(known_one.id, application)), None)
        occasion = Occasion(
            content=content,
            reading=reading,
            effects=effects,
            ledger_id=ledger_id,
            application=application,
            was_incomplete=before is not None and before.state == "incomplete",
            held=held,
        )
        for message in self._correspondence.messages(occasion, now, self._token):
            tx.enqueue(message, at=now, rehearse=self._rehearse)

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

    def _held_unread(self, tx: Tx, raw: RawMail, code: str, now: datetime, result: Poll) -> None:
        """Hold a mail of which no more than its head, or nothing, was read; tell the team."""
        content = self._content(replace(raw, content=_head(raw.content))) or self._content(replace(raw, content=b""))
        if content is None:  # not even an empty mail can be read: the service itself is broken
            raise StoreError("the mail reader does not work; see the log")
        reading = Reading(decision=Decision(Outcome.HOLD, code, ""), intent=Intent.UNRELATED)
        effects = plan(reading, Known(), (), self._policy, now)
        if tx.has_seen(raw.id, content.email.message_id, ""):
            return
        unmarked = replace(content, email=replace(content.email, fingerprint=""))
        self._apply(tx, unmarked, reading, effects, Known(), now)
        self._count(raw, effects.entry, result)

    def _scheme(self, change: ApplicationChange) -> Scheme:
        return next(scheme for scheme in self._reader.rules.schemes if scheme.key == change.scheme)

    def _count(self, raw: RawMail, entry: LedgerEntry, result: Poll) -> None:
        result.mails[entry.outcome, entry.code] += 1
        _LOG.info(
            "mail taken in",
            **_place_of(raw),
            outcome=entry.outcome.value,
            code=entry.code,
            intent=entry.intent.value,
            scheme=entry.scheme,
        )


def _place_of(raw: RawMail) -> dict[str, object]:
    return {"mailbox": raw.id.mailbox, "uidvalidity": raw.id.uidvalidity, "uid": raw.id.uid}


def _same(number: int, application: Application | None) -> bool:
    return application is not None and application.id == number


def _head(content: bytes) -> bytes:
    """Return the header of a mail alone."""
    return content.partition(b"\r\n\r\n")[0][:100_000] + b"\r\n\r\n"


def _silenced(effects: Effects) -> Effects:
    """Return `effects` without the reply: after a renumbering nobody knows what was answered."""
    kept = tuple(message for message in effects.messages if message.kind is not MessageKind.REPLY)
    if len(kept) == len(effects.messages):
        return effects
    return replace(effects, messages=kept, notes=(*effects.notes, Flag("RENUMBERED")))


def _applicant(content: Content, reading: Reading, scheme: Scheme) -> str:
    """Return the address that later mail about this application comes from.

    The sender's; but who writes on behalf of another is not the applicant, and their own application is another one.
    """
    sender = content.email.from_[0].address if content.email.from_ else ""
    if reading.decision.code not in _NOT_THE_APPLICANT:
        return sender
    stated = (reading.form.values.get(item.key) for item in scheme.fields if item.kind.value == "email")
    return next((value.text for value in stated if value is not None), "")
