"""What the worker would do with the mail that is there: everything as in earnest, on a database that is thrown away.

The mailbox is opened for reading alone, the site's own database not at all. Each mail is judged as if it had just
come in: at the time it came, after all mail before it, and before anybody answered it.
"""

import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

from inbox_worker.assembly import Box, Service, load_templates, service
from inbox_worker.config.rules import scheme as scheme_of
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.core.effects import LedgerEntry, MessageKind
from inbox_worker.core.mail import Address, RawMail
from inbox_worker.core.plan import missing_fields
from inbox_worker.core.reading import FieldValue, Flag, Intent, Outcome, Tier
from inbox_worker.database import migrate
from inbox_worker.mail_read import Understood, Unread
from inbox_worker.reader import Content
from inbox_worker.records import Application, OutboxItem
from inbox_worker.store import View
from inbox_worker.template_context import (
    Count,
    LeftAlone,
    Note,
    RehearsalContext,
    RehearsedMail,
    RehearsedReply,
    Said,
    field_lines,
    items,
    notes,
)
from inbox_worker.template_names import TEAM

INTENTS = {
    Intent.APPLICATION: "an application",
    Intent.APPLICATION_AND_REQUEST: "an application that also asks for the documents",
    Intent.ROLE_DESCRIPTION_REQUEST: "a request for the documents",
    Intent.FOLLOW_UP: "a follow-up to an application",
    Intent.WITHDRAWAL: "a withdrawal",
    Intent.AUTOMATIC: "an automatic mail",
    Intent.DELIVERY_REPORT: "a delivery report",
    Intent.UNRELATED: "",
}
_LOOK_AGAIN = timedelta(hours=1)


@dataclass(slots=True)
class Rehearsal:
    """What came of it."""

    looked_at: int = 0
    taken_in: list[RehearsedMail] = field(default_factory=list)
    held: list[RehearsedMail] = field(default_factory=list)
    left_alone: Counter[str] = field(default_factory=Counter)  # code -> mails
    replies: list[datetime] = field(default_factory=list)  # when each would have gone out

    def counts(self) -> tuple[Count, ...]:
        """Return the figures for people."""
        return (
            Count("Mails looked at", self.looked_at),
            Count("Replies that would have gone out", len(self.replies)),
            Count("Mails that would have been taken in", len(self.taken_in)),
            Count("Mails that would have waited for a person", len(self.held)),
            Count("Mails that would have been left alone", self.left_alone.total()),
        )

    def burst(self, an_hour: int) -> bool:
        """Return whether more than `an_hour` replies fall into one hour: the fuse would have stopped them."""
        last: deque[datetime] = deque()
        for at in sorted(self.replies):
            last.append(at)
            while at - last[0] >= _LOOK_AGAIN:
                last.popleft()
            if len(last) > an_hour:
                return True
        return False


Progress = Callable[[str, int, int], None]  # mailbox, mails done, mails in all


def rehearse(config: Config, since: date, mailboxes: tuple[str, ...], progress: Progress) -> Rehearsal:
    """Go through the mail of `mailboxes` (names) that came on `since` or later. Raises InboxWorkerError."""
    result = Rehearsal()
    clock = _Clock()
    with _scratch(config, clock) as built:
        for box in built.boxes:
            if box.section.name in mailboxes:
                _Stage(built, box, clock, result).play(since, progress)
    return result


def report(config: Config, result: Rehearsal, since: date, mailboxes: tuple[MailboxSection, ...], now: datetime) -> str:
    """Return the report as one HTML page that needs nothing else. Raises TemplateError."""
    context = RehearsalContext(
        mailbox=", ".join(section.addresses[0] for section in mailboxes),
        since=datetime.combine(since, time.min, ZoneInfo(config.time_zone)),
        made=now,
        counts=result.counts(),
        held=tuple(sorted(result.held, key=lambda mail: mail.received)),
        answered=tuple(sorted(result.taken_in, key=lambda mail: mail.received)),
        left_alone=tuple(LeftAlone(code, number) for code, number in result.left_alone.most_common()),
        trouble=(Note("WOULD_BREAK"),) if result.burst(config.fuses.per_hour) else (),
    )
    return load_templates(config).render(TEAM, "rehearsal", context).html


class _Clock:
    """The time at which the mail in hand came."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def _scratch(config: Config, clock: _Clock) -> Iterator[Service]:
    """Yield a service of the same configuration, in rehearsal, on a database that nobody else can read or will see."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'rehearsal.db'}"
        migrate(url)
        with service(config.model_copy(update={"mode": "rehearse", "database": url}), clock) as built:
            yield built


@dataclass(frozen=True, slots=True)
class _Stage:
    """One mailbox in rehearsal."""

    built: Service
    box: Box
    clock: _Clock
    result: Rehearsal

    def play(self, since: date, progress: Progress) -> None:
        name = self.box.section.name
        with self.box.connection() as mailbox:
            position = mailbox.position()
            uids = mailbox.uids_since(position, since)
            done = 0
            progress(name, done, len(uids))
            for batch in mailbox.fetch(position, uids):
                for mail in batch.mails:
                    self._one(mail, whole=True)
                for large in batch.oversized:
                    self._one(large.mail, whole=False)
                done += len(batch.mails) + len(batch.oversized) + len(batch.missing)
                progress(name, done, len(uids))

    def _one(self, raw: RawMail, *, whole: bool) -> None:
        self.clock.now = raw.received
        self.result.looked_at += 1
        mail = self.box.intake.look(replace(raw, flags=raw.flags - {"\\Answered"}))
        if not whole:
            mail = Unread(mail.content, "TOO_LARGE")
        with self.built.store.transaction() as tx:
            entry = self.box.again.recorder.record(tx, mail, raw.received)
        if entry is None:
            return
        if entry.outcome is Outcome.SKIP:
            self.result.left_alone[entry.code] += 1
            return
        flags = mail.reading.flags if isinstance(mail, Understood) else ()
        with self.built.store.reading() as view:
            told = self._told(view, mail.content, entry, flags)
        (self.result.held if entry.outcome is Outcome.HOLD else self.result.taken_in).append(told)
        if told.reply is not None:
            self.result.replies.append(raw.received)

    def _told(self, view: View, content: Content, entry: LedgerEntry, flags: tuple[Flag, ...]) -> RehearsedMail:
        """Return what the report says of a mail that the worker would not have left alone."""
        code = entry.code if entry.outcome is Outcome.HOLD else ""
        if entry.tier in (Tier.A, Tier.B):
            return RehearsedMail(content.raw.received, "", code, urgent=True)
        row = view.ledger_row_at(content.raw.id)
        application = view.application(row.application) if row and row.application is not None else None
        caused = view.outbox(ledger_id=row.id) if row else ()
        reply = next((item for item in caused if item.kind is MessageKind.REPLY), None)
        sender = content.email.from_[0] if content.email.from_ else Address("", "")
        told = RehearsedMail(
            received=content.raw.received,
            what=INTENTS[entry.intent],
            code=code,
            sender=Said(sender.name or sender.address),
            subject=Said(content.email.subject),
            reply=self._reply(view, reply) if reply else None,
        )
        return self._with_form(told, application, row.id, flags) if application and row else told

    def _with_form(
        self, told: RehearsedMail, application: Application, ledger_id: int, flags: tuple[Flag, ...]
    ) -> RehearsedMail:
        scheme = scheme_of(self.built.config.scheme(application.scheme))
        given = {
            key: FieldValue(value.text, value.source, value.confidence)
            for key, value in application.values.items()
            if value.ledger_id == ledger_id
        }
        return replace(
            told,
            reference=application.reference,
            fields=field_lines(scheme, given),
            missing=items(scheme, missing_fields(scheme, application.texts())),
            notes=notes(scheme, flags),
        )

    def _reply(self, view: View, item: OutboxItem) -> RehearsedReply:
        message = BytesParser(policy=default).parsebytes(view.content(item.id) or b"")
        body = message.get_body(("plain",))
        return RehearsedReply(
            to=Said(item.recipient),
            subject=Said(str(message["Subject"])),
            text=body.get_content() if body is not None else "",
            documents=tuple(part.get_filename() or "" for part in message.iter_attachments()),
        )
