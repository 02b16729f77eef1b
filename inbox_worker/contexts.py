"""What a template is told: a mail taken in, and what is on record of it -> the context of each message it causes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from inbox_worker.compose import reply_subject
from inbox_worker.config.rules import scheme as scheme_of
from inbox_worker.config.sections import Config, MailboxSection, SchemeSection
from inbox_worker.core.effects import Action, BounceReport, Effects, MessageKind, MessageRequest
from inbox_worker.core.mail import Address
from inbox_worker.core.plan import missing_fields
from inbox_worker.core.reading import FieldValue, Reading
from inbox_worker.core.scheme import Scheme
from inbox_worker.reader import Content
from inbox_worker.records import Application
from inbox_worker.records import HeldMail as Held
from inbox_worker.template_context import (
    Answered,
    Change,
    Context,
    DistressContext,
    Document,
    HeldContext,
    HeldMail,
    ReplyContext,
    Said,
    SchemeTexts,
    SummaryContext,
    Team,
    field_lines,
    items,
    notes,
    state_words,
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One mail taken in, and what the database now holds of it."""

    content: Content
    reading: Reading
    effects: Effects
    ledger_id: int
    application: Application | None = None  # as it stands after the change
    was_incomplete: bool = False  # before the change
    held: int = 0  # number in the list of held mail; 0: not held
    folder: str = ""  # where the mail will lie; "": where it came


class Contexts:
    """Makes the contexts of all messages of one mailbox."""

    def __init__(self, config: Config, mailbox: MailboxSection) -> None:
        self._sections = {key: config.scheme(key) for key in mailbox.schemes}
        self._schemes = {key: scheme_of(section) for key, section in self._sections.items()}
        self._texts = {key: _scheme_texts(self._schemes[key], section) for key, section in self._sections.items()}
        self._rehearsal = config.mode == "rehearse"
        self._show_answers = config.team.summaries.answers == "include"
        self._distress_section = config.team.distress
        self._folder = mailbox.imap.folder
        self.team = _team(config, mailbox)

    def of(self, request: MessageRequest, occasion: Occasion) -> Context:
        """Return what the template of a message that a mail causes is given."""
        if request.kind is MessageKind.REPLY:
            return self._reply(request, occasion)
        if request.kind is MessageKind.DISTRESS_ALERT:
            return self._distress(occasion)
        if request.kind is MessageKind.SUMMARY and occasion.application is not None:
            return self._summary(occasion, occasion.application)
        return self._held(occasion)

    def service_alert(self, code: str, now: datetime) -> HeldContext:
        """Return what an alert about the service itself is given: no mail of anybody's."""
        mail = HeldMail(number=0, code=code, received=now)
        return HeldContext(team=self.team, mail=mail, folder=self._folder, rehearsal=self._rehearsal)

    def distress_again(self, entry: Held) -> DistressContext:
        """Return what a repeated alert about held mail is given: its number, tier and time, and not a word of it."""
        return DistressContext(
            team=self.team,
            number=entry.id,
            tier=entry.ledger.tier,
            received=entry.ledger.received_at,
            folder=entry.ledger.mail_id.folder,
            repeat=entry.alerts,
            guide_url=self._distress_section.guide_url,
            escalates=bool(self._distress_section.second_contacts),
        )

    def _reply(self, request: MessageRequest, occasion: Occasion) -> ReplyContext:
        scheme, section = self._scheme(request.scheme)
        given = self._given(occasion)
        missing = missing_fields(scheme, given)
        change = occasion.effects.change
        return ReplyContext(
            scheme=self._texts[scheme.key],
            team=self.team,
            subject=reply_subject(occasion.content.email.subject) if occasion.content.email.subject.strip() else "",
            received=occasion.content.raw.received,
            applicant=Said(
                next((given[f.key] for f in scheme.fields if f.kind.value == "name" and f.key in given), "")
            ),
            reference=occasion.application.reference if occasion.application else "",
            update=change is not None and change.action is Action.UPDATE and not change.first,
            arrived=items(scheme, given),
            missing=items(scheme, missing),
            documents=self._documents(request),
            person_answers=occasion.reading.decision.code == "QUESTION",
            kept_for=section.withdrawn_kept_for,
        )

    def _summary(self, occasion: Occasion, application: Application) -> SummaryContext:
        scheme, _ = self._scheme(application.scheme)
        values = {
            key: FieldValue(value.text, value.source, value.confidence) for key, value in application.values.items()
        }
        email = occasion.content.email
        reply = self._request(occasion)
        return SummaryContext(
            scheme=self._texts[scheme.key],
            team=self.team,
            reference=application.reference,
            received=occasion.content.raw.received,
            sender=Said(_sender(occasion.content).address),
            subject=Said(email.subject),
            change=_change(occasion, bool(missing_fields(scheme, application.texts()))),
            state=state_words(application.state),
            fields=field_lines(scheme, values),
            show_answers=self._show_answers,
            missing=items(scheme, missing_fields(scheme, application.texts())),
            notes=notes(scheme, (*occasion.reading.flags, *occasion.effects.notes)),
            duplicate_of=application.duplicate_of or "",
            answered=Answered(reply.template) if reply else Answered.NOTHING,
            documents=self._documents(reply) if reply else (),
            rehearsal=self._rehearsal,
        )

    def _held(self, occasion: Occasion) -> HeldContext:
        reading, raw = occasion.reading, occasion.content.raw
        scheme = self._schemes.get(reading.scheme or "")
        sender = _sender(occasion.content)
        bounce: BounceReport | None = occasion.effects.bounce
        reply = self._request(occasion)
        mail = HeldMail(
            number=occasion.held,
            code="BOUNCED" if bounce else reading.decision.code,
            received=raw.received,
            sender=Said(sender.address),
            name=Said(sender.name),
            subject=Said(occasion.content.email.subject),
            scheme=scheme.name if scheme else "",
        )
        return HeldContext(
            team=self.team,
            mail=mail,
            folder=occasion.folder or raw.id.folder,
            notes=notes(scheme, (*reading.flags, *occasion.effects.notes)),
            reference=occasion.application.reference if occasion.application else "",
            answered=Answered(reply.template) if reply else Answered.NOTHING,
            rehearsal=self._rehearsal,
        )

    def _distress(self, occasion: Occasion) -> DistressContext:
        return DistressContext(
            team=self.team,
            number=occasion.held,
            tier=occasion.reading.tier,
            received=occasion.content.raw.received,
            folder=occasion.content.raw.id.folder,
            guide_url=self._distress_section.guide_url,
            escalates=bool(self._distress_section.second_contacts),
        )

    def _scheme(self, key: str | None) -> tuple[Scheme, SchemeSection]:
        return self._schemes[key or ""], self._sections[key or ""]

    def _given(self, occasion: Occasion) -> dict[str, str]:
        """Return what is on record after the mail; before it is stored, what the mail itself gives."""
        if occasion.application is not None:
            return occasion.application.texts()
        return {key: value.text for key, value in occasion.reading.form.values.items()}

    def _request(self, occasion: Occasion) -> MessageRequest | None:
        return next((m for m in occasion.effects.messages if m.kind is MessageKind.REPLY), None)

    def _documents(self, request: MessageRequest) -> tuple[Document, ...]:
        if not request.attach_documents:
            return ()
        return tuple(Document(name, _title(name)) for name in self._sections[request.scheme or ""].documents)


def _team(config: Config, mailbox: MailboxSection) -> Team:
    organisation = config.organisation
    return Team(
        name=organisation.team,
        organisation=organisation.name,
        mailbox=mailbox.addresses[0],
        contact=organisation.contact_name,
        contact_address=organisation.contact_address,
        notice_url=organisation.notice_url,
        signposting=organisation.signposting,
    )


def _scheme_texts(scheme: Scheme, section: SchemeSection) -> SchemeTexts:
    return SchemeTexts(
        name=scheme.name,
        role=scheme.role,
        answer_within=section.answer_within,
        next_steps=section.next_steps,
        documents_url=section.documents_url,
        form=items(scheme),
    )


def _title(filename: str) -> str:
    """Return what a document is, from its file name: "role-description.pdf" is the "role description"."""
    return PurePath(filename).stem.replace("-", " ").replace("_", " ")


def _sender(content: Content) -> Address:
    return content.email.from_[0] if content.email.from_ else Address("", "")


def _change(occasion: Occasion, incomplete: bool) -> Change:
    change = occasion.effects.change
    if change is None or change.action is Action.CREATE or change.first:
        return Change.NEW
    if change.action is Action.WITHDRAW:
        return Change.WITHDRAWN
    if change.action is Action.BOUNCED:
        return Change.BOUNCED
    return Change.COMPLETED if occasion.was_incomplete and not incomplete else Change.UPDATED
