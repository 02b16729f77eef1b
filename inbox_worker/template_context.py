"""The values that templates see. Their meanings here become docs/templates.md; nothing else reaches a template."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Annotated

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.reading import FieldValue, Flag, Tier
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.safe_text import harmless
from inbox_worker.template_names import REPLIES

SURE_FROM = 0.6  # the confidence below which the team sees a value marked (core.reading.FieldValue)


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a sender. Written out by a template they hide no character and become no link."""

    text: str

    def __str__(self) -> str:
        return harmless(self.text)

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the scheme asks for."""

    label: Annotated[str, "its label, or the whole question, as the scheme's page words it"]
    question: Annotated[bool, "true for a question, false for a short item such as the job title"] = False


@dataclass(frozen=True, slots=True)
class SchemeTexts:
    """The scheme, in the words of the configuration."""

    name: Annotated[str, "name of the scheme"]
    role: Annotated[str, "what one becomes by it"]
    answer_within: Annotated[str, 'time in which a person writes, such as "10 working days", or empty'] = ""
    next_steps: Annotated[tuple[str, ...], "what happens after an application, a sentence each"] = ()
    documents_url: Annotated[str, "web address where the documents can also be read, or empty"] = ""
    form: Annotated[tuple[Item, ...], "everything that the scheme asks for, in order"] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """The people behind the mailbox, and what every reply must say of them."""

    name: Annotated[str, "name of the team"]
    organisation: Annotated[str, "name of the organisation"]
    mailbox: Annotated[str, "e-mail address of the mailbox, where applications and answers go"]
    contact: Annotated[str, "the person or post that applicants may ask, or empty"] = ""
    contact_address: Annotated[str, "e-mail address of that person, or empty"] = ""
    notice_url: Annotated[str, "web address of the privacy notice; empty only where nothing is sent yet"] = ""
    signposting: Annotated[tuple[str, ...], "sentences on where to find help at once"] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with the reply."""

    filename: Annotated[str, "name of the file"]
    title: Annotated[str, "what it is, in words"]


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What a reply to an applicant may say. It holds no answer of theirs, since its sender may be forged."""

    scheme: SchemeTexts
    team: Team
    subject: Annotated[str, "subject of the mail that is answered, as it came; for the .subject file only"]
    received: Annotated[datetime, "when that mail came"]
    applicant: Annotated[Said, "name of the applicant, or empty"] = Said("")
    reference: Annotated[str, "reference of the application, or empty where there is none"] = ""
    update: Annotated[bool, "true where the mail adds to or changes an application that we already had"] = False
    arrived: Annotated[tuple[Item, ...], "what is on record now"] = ()
    missing: Annotated[tuple[Item, ...], "what is still missing"] = ()
    documents: Annotated[tuple[Document, ...], "the files that go with this reply"] = ()
    person_answers: Annotated[bool, "true where the mail asks something that a person will answer"] = False
    kept_for: Annotated[str, 'how long a withdrawn application is kept, such as "6 months", or empty'] = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the team should know, as a code; `reason(code)` gives its words."""

    code: Annotated[str, "the code"]
    detail: Annotated[str, "the item that it is about, or empty"] = ""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One item of one application as the team sees it."""

    label: Annotated[str, "label or question"]
    value: Annotated[Said, "what the applicant gave, or empty"]
    question: Annotated[bool, "true for an answer, false for a short item"] = False
    sure: Annotated[bool, "false where the worker is not sure that it read this rightly"] = True
    source: Annotated[Said, "where it was found"] = Said("")


class Change(Enum):
    """What a mail did to an application."""

    NEW = "new"
    COMPLETED = "completed"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"


class Answered(Enum):
    """What the worker sent to the applicant."""

    NOTHING = "nothing"
    ACKNOWLEDGEMENT = "acknowledgement"
    ACKNOWLEDGEMENT_INCOMPLETE = "acknowledgement_incomplete"
    ROLE_DESCRIPTION = "role_description"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class SummaryContext:
    """What the team's summary of one application may say."""

    scheme: SchemeTexts
    team: Team
    reference: Annotated[str, "reference of the application"]
    received: Annotated[datetime, "when the mail came that this summary is about"]
    sender: Annotated[Said, "address that the mail came from"]
    subject: Annotated[Said, "subject of that mail"]
    change: Annotated[Change, "what the mail did: new, completed, updated, withdrawn or bounced"]
    state: Annotated[str, "where the application stands now, in words"]
    fields: Annotated[tuple[FieldLine, ...], "everything on record, short items and answers, in order"] = ()
    show_answers: Annotated[bool, "false where the configuration leaves the answers out of mail"] = True
    missing: Annotated[tuple[Item, ...], "what is still missing"] = ()
    notes: Annotated[tuple[Note, ...], "what the team should know"] = ()
    duplicate_of: Annotated[str, "reference of an earlier application of the same person, or empty"] = ""
    answered: Annotated[Answered, "what the worker sent to the applicant"] = Answered.NOTHING
    documents: Annotated[tuple[Document, ...], "the files that went with it"] = ()
    rehearsal: Annotated[bool, "true where nothing is really sent"] = False


@dataclass(frozen=True, slots=True)
class HeldMail:
    """One mail that a person must look at."""

    number: Annotated[int, "its number in the list of held mail; 0 where it is not in the list"]
    code: Annotated[str, "why it is held, as a code; reason(code) gives the words"]
    received: Annotated[datetime, "when it came"]
    sender: Annotated[Said, "address that it came from, or empty"] = Said("")
    name: Annotated[Said, "name that the sender gives, or empty"] = Said("")
    subject: Annotated[Said, "its subject, or empty"] = Said("")
    scheme: Annotated[str, "name of the scheme that it seems to be about, or empty"] = ""
    urgent: Annotated[bool, "true where the named contacts were alerted (details only in that alert)"] = False


@dataclass(frozen=True, slots=True)
class HeldContext:
    """What the "needs a person" mail may say."""

    team: Team
    mail: HeldMail
    folder: Annotated[str, "folder of the mailbox where it lies"]
    notes: Annotated[tuple[Note, ...], "what else the worker noticed"] = ()
    reference: Annotated[str, "reference of the application that it belongs to, or empty"] = ""
    answered: Annotated[Answered, "what the worker sent all the same, mostly nothing"] = Answered.NOTHING
    rehearsal: Annotated[bool, "true where nothing is really sent"] = False


@dataclass(frozen=True, slots=True)
class DistressContext:
    """What the alert to the named contacts may say: number, tier and times. Nothing of the mail, and no name."""

    team: Team
    number: Annotated[int, "its number in the list of held mail"]
    tier: Annotated[Tier, "A: somebody may be in danger now; B: somebody may be in distress"]
    received: Annotated[datetime, "when the mail came"]
    folder: Annotated[str, "folder of the mailbox where it lies"]
    repeat: Annotated[int, "0 for the first alert, 1 for the first repetition, and so on"] = 0
    guide_url: Annotated[str, "address of the site's guide for such mail, or empty"] = ""
    escalates: Annotated[bool, "true where there are second contacts, who are told when nobody accepts in time"] = True
    can_accept_by_reply: Annotated[bool, "true where a reply to the alert stops the repetitions"] = True


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application in the digest's table. No answers."""

    reference: Annotated[str, "its reference"]
    received: Annotated[datetime, "when it came"]
    name: Annotated[Said, "name of the applicant, or empty"]
    state: Annotated[str, "where it stands, in words"]
    short: Annotated[tuple[Said, ...], "its other short items that are given, in the form's order"] = ()
    missing: Annotated[tuple[Item, ...], "what is missing"] = ()
    notes: Annotated[tuple[Note, ...], "what the team should know"] = ()
    duplicate_of: Annotated[str, "reference of an earlier application of the same person, or empty"] = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number and what it counts."""

    label: Annotated[str, "what is counted"]
    number: Annotated[int, "how many"]


@dataclass(frozen=True, slots=True)
class Group:
    """How many applications give the same value of an item."""

    label: Annotated[Said, "the value, in an applicant's words"]
    number: Annotated[int, "how many"]


@dataclass(frozen=True, slots=True)
class SchemeDigest:
    """One scheme in the digest."""

    name: Annotated[str, "name of the scheme"]
    counts: Annotated[tuple[Count, ...], "what came in the period: new, complete, incomplete, withdrawn, held"] = ()
    grouped_by: Annotated[str, "label of the item that new applications are counted by, or empty"] = ""
    groups: Annotated[tuple[Group, ...], "new applications by that item"] = ()
    applications: Annotated[tuple[ApplicationRow, ...], "applications of the period"] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A message or a mail that something went wrong with."""

    code: Annotated[str, "what went wrong, as a code; reason(code) gives the words"]
    at: Annotated[datetime, "when"]
    what: Annotated[str, 'what it is about, such as "acknowledgement of MHA-0012"']


@dataclass(frozen=True, slots=True)
class DigestContext:
    """What the digest may say."""

    team: Team
    since: Annotated[datetime, "start of the period"]
    until: Annotated[datetime, "end of the period"]
    last_poll: Annotated[datetime | None, "when the mailbox was last read completely, or none"]
    needs_a_person: Annotated[tuple[HeldMail, ...], "mails that wait for a person, oldest first"] = ()
    schemes: Annotated[tuple[SchemeDigest, ...], "what came in the period, scheme by scheme"] = ()
    failures: Annotated[tuple[Failure, ...], "bounced, unfetchable, unknown"] = ()
    waiting: Annotated[int, "messages that wait to be sent"] = 0
    trouble: Annotated[tuple[Note, ...], "what is wrong with the service itself"] = ()
    attachment: Annotated[str, "name of the attached spreadsheet, or empty"] = ""
    rehearsal: Annotated[bool, "true where nothing is really sent"] = False


@dataclass(frozen=True, slots=True)
class RehearsedReply:
    """A reply that would have gone out."""

    to: Annotated[Said, "address that it would have gone to"]
    subject: Annotated[Said, "its subject"]
    text: Annotated[str, "its text, whole"]
    documents: Annotated[tuple[str, ...], "names of the files that would have gone with it"] = ()


@dataclass(frozen=True, slots=True)
class RehearsedMail:
    """One mail that the worker would have done something with."""

    received: Annotated[datetime, "when it came"]
    what: Annotated[str, 'what the worker takes it for, such as "an application"']
    code: Annotated[str, "why it would have been held, as a code, or empty"] = ""
    urgent: Annotated[bool, "true where the named contacts would have been alerted; nothing more is told of it"] = False
    sender: Annotated[Said, "name or address that it came from, or empty"] = Said("")
    subject: Annotated[Said, "its subject, or empty"] = Said("")
    reference: Annotated[str, "reference that its application would have had, or empty"] = ""
    fields: Annotated[tuple[FieldLine, ...], "what the worker read in it"] = ()
    missing: Annotated[tuple[Item, ...], "what is missing"] = ()
    notes: Annotated[tuple[Note, ...], "what else the worker noticed"] = ()
    reply: Annotated[RehearsedReply | None, "the reply that would have gone out, or none"] = None


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """How many mails the worker would not have touched, for one reason."""

    code: Annotated[str, "the reason, as a code; UNRELATED: nothing of a scheme"]
    number: Annotated[int, "how many"]


@dataclass(frozen=True, slots=True)
class RehearsalContext:
    """What the report of a rehearsal may say."""

    mailbox: Annotated[str, "e-mail address of the mailbox, or several"]
    since: Annotated[datetime, "start of the time that was looked at"]
    made: Annotated[datetime, "when the rehearsal ran"]
    counts: Annotated[tuple[Count, ...], "how many mails, by what would have followed"] = ()
    held: Annotated[tuple[RehearsedMail, ...], "mails that a person would have had to look at"] = ()
    answered: Annotated[tuple[RehearsedMail, ...], "mails that would have been taken in, oldest first"] = ()
    left_alone: Annotated[tuple[LeftAlone, ...], "mails that would not have been touched, by reason"] = ()
    trouble: Annotated[tuple[Note, ...], "what would have stopped the worker"] = ()


Context = ReplyContext | SummaryContext | HeldContext | DistressContext | DigestContext | RehearsalContext

CONTEXT_OF: Mapping[str, type[Context]] = {
    **dict.fromkeys(REPLIES, ReplyContext),
    "summary": SummaryContext,
    "needs_a_person": HeldContext,
    "distress_alert": DistressContext,
    "digest": DigestContext,
    "rehearsal": RehearsalContext,
}

_STATE_WORDS = {
    ApplicationState.HELD: "waits for a person",
    ApplicationState.RECEIVED: "complete",
    ApplicationState.ACKNOWLEDGED: "complete and acknowledged",
}


def state_words(state: ApplicationState) -> str:
    """Return where an application stands, in words for the team."""
    return _STATE_WORDS.get(state, state.value.replace("_", " "))


def items(scheme: Scheme, keys: Iterable[str] | None = None) -> tuple[Item, ...]:
    """Return the items of `scheme` as templates name them: all, or those of `keys`; always in the form's order."""
    wanted = None if keys is None else set(keys)
    return tuple(
        _item(field.label, field.kind is FieldKind.TEXT)
        for field in scheme.fields
        if wanted is None or field.key in wanted
    )


_item = lru_cache(maxsize=256)(Item)  # of the schemes: every message names most of them


def field_lines(scheme: Scheme, values: Mapping[str, FieldValue]) -> tuple[FieldLine, ...]:
    """Return what is on record of `scheme`'s fields, in the form's order; fields without a value are left out."""
    lines = []
    for field in scheme.fields:
        if value := values.get(field.key):
            lines.append(
                FieldLine(
                    field.label,
                    Said(value.text),
                    field.kind is FieldKind.TEXT,
                    value.confidence >= SURE_FROM,
                    Said(value.source),
                )
            )
    return tuple(lines)


def notes(scheme: Scheme | None, flags: Iterable[Flag]) -> tuple[Note, ...]:
    """Return `flags` for the team; a detail that is a field's key becomes its label, each pair stands once."""
    labels = {field.key: field.label for field in scheme.fields} if scheme else {}
    return tuple(dict.fromkeys(Note(flag.code, labels.get(flag.detail, flag.detail)) for flag in flags))
