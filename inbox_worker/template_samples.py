"""Sample values for every template: for previews, and for the check at start. All people and places are invented.

"usual" fills everything, "least" leaves out all that may be absent, and the others lead through the branches between.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from inbox_worker.core.reading import Tier
from inbox_worker.template_context import (
    Answered,
    ApplicationRow,
    Change,
    Context,
    Count,
    DigestContext,
    DistressContext,
    Document,
    Failure,
    FieldLine,
    Group,
    HeldContext,
    HeldMail,
    Item,
    LeftAlone,
    Note,
    RehearsalContext,
    RehearsedMail,
    RehearsedReply,
    ReplyContext,
    Said,
    SchemeDigest,
    SchemeTexts,
    SummaryContext,
    Team,
)
from inbox_worker.template_names import REPLIES

_AT = datetime(2026, 11, 3, 10, 42, tzinfo=UTC)
_FORM = (
    Item("Name"),
    Item("Job title"),
    Item("Department/School"),
    Item("Email"),
    Item("Why would you like to take on the role?", question=True),
    Item("What can you bring to it?", question=True),
    Item("What support do you think you will need?", question=True),
)
_SCHEME = SchemeTexts(
    name="Become a Sample Ally",
    role="Sample Ally",
    answer_within="10 working days",
    next_steps=("We will then invite you to a short talk and to the training.",),
    documents_url="https://www.example.org/sample-ally",
    form=_FORM,
)
_TEAM = Team(
    name="Sample Team",
    organisation="University of Example",
    mailbox="sample-team@example.org",
    contact="Robin Sample",
    contact_address="robin.sample@example.org",
    notice_url="https://www.example.org/privacy",
    signposting=(
        "If you or somebody else is in danger now, call 999.",
        "Samaritans are there day and night on 116 123.",
    ),
)
_BARE_SCHEME = SchemeTexts(name="Become a Sample Ally", role="Sample Ally", form=_FORM)
_BARE_TEAM = Team(name="Sample Team", organisation="University of Example", mailbox="sample-team@example.org")
_DOCUMENTS = (
    Document("role-description.pdf", "role description"),
    Document("details-of-training.pdf", "details of training"),
)
_REPLY = ReplyContext(
    scheme=_SCHEME,
    team=_TEAM,
    subject="I would like to become a Sample Ally",
    received=_AT,
    applicant=Said("Alex Morgan-Price"),
    reference="SAMPLE-0012",
    arrived=_FORM,
    documents=_DOCUMENTS,
    kept_for="6 months",
)
_LEAST_REPLY = ReplyContext(scheme=_BARE_SCHEME, team=_BARE_TEAM, subject="", received=_AT)
_FIELDS = (
    FieldLine("Name", Said("Alex Morgan-Price")),
    FieldLine("Job title", Said("Laboratory Technician"), sure=False, source=Said("signature line 21")),
    FieldLine("Department/School", Said("School of Biosciences")),
    FieldLine("Email", Said("a.morgan-price@example.org")),
    FieldLine("Why would you like to take on the role?", Said("I have seen how much\none talk can do."), question=True),
    FieldLine(
        "What can you bring to it?",
        Said("Ten years as a union representative.\n\nI listen well. See https://example.org/about-me"),
        question=True,
        sure=False,
        source=Said("attachment form.docx, row 6"),
    ),
    FieldLine("What support do you think you will need?", Said("None"), question=True),
)
_SUMMARY = SummaryContext(
    scheme=_SCHEME,
    team=_TEAM,
    reference="SAMPLE-0012",
    received=_AT,
    sender=Said("a.morgan-price@example.org"),
    subject=Said("I would like to become a Sample Ally"),
    change=Change.NEW,
    state="complete and acknowledged",
    fields=_FIELDS,
    notes=(Note("LOW_CONFIDENCE", "Job title"), Note("REPLY_TO_IGNORED")),
    duplicate_of="SAMPLE-0007",
    answered=Answered.ACKNOWLEDGEMENT,
    documents=_DOCUMENTS,
)
_HELD = HeldMail(
    number=17,
    code="ON_BEHALF",
    received=_AT,
    sender=Said("j.okafor@example.org"),
    name=Said("Jude Okafor"),
    subject=Said("A colleague who would be a good ally"),
    scheme="Become a Sample Ally",
)
_URGENT = HeldMail(number=18, code="DISTR", received=_AT + timedelta(minutes=9), urgent=True)
_HELD_CONTEXT = HeldContext(
    team=_TEAM,
    mail=_HELD,
    folder="Inbox",
    notes=(Note("FORWARDED"),),
    reference="SAMPLE-0012",
    answered=Answered.ACKNOWLEDGEMENT,
)
_ROWS = (
    ApplicationRow(
        reference="SAMPLE-0012",
        received=_AT,
        name=Said("Alex Morgan-Price"),
        short=(Said("Laboratory Technician"), Said("School of Biosciences")),
        state="complete and acknowledged",
        notes=(Note("LOW_CONFIDENCE", "Job title"),),
        duplicate_of="SAMPLE-0007",
    ),
    ApplicationRow(
        reference="SAMPLE-0013",
        received=_AT + timedelta(hours=3),
        name=Said(""),
        state="incomplete",
        missing=_FORM[:1] + _FORM[4:5],
    ),
)
_DIGEST = DigestContext(
    team=_TEAM,
    since=_AT - timedelta(days=7),
    until=_AT,
    last_poll=_AT - timedelta(minutes=1),
    needs_a_person=(_HELD, _URGENT),
    schemes=(
        SchemeDigest(
            "Become a Sample Ally",
            (Count("New applications", 2), Count("of these complete", 1), Count("Withdrawn", 0)),
            "Department/School",
            (Group(Said("School of Biosciences"), 1), Group(Said("not given"), 1)),
            _ROWS,
        ),
    ),
    failures=(Failure("BOUNCED", _AT, "acknowledgement of SAMPLE-0013"),),
    waiting=1,
    trouble=(Note("POLL_LATE"),),
    attachment="applications-2026-11-03.xlsx",
)
_REHEARSED = RehearsedMail(
    received=_AT,
    what="an application",
    sender=Said("Alex Morgan-Price"),
    subject=Said("I would like to become a Sample Ally"),
    reference="SAMPLE-0012",
    fields=_FIELDS,
    notes=(Note("LOW_CONFIDENCE", "Job title"),),
    reply=RehearsedReply(
        Said("a.morgan-price@example.org"),
        Said("Re: I would like to become a Sample Ally"),
        "This is an automatic reply.\n\nDear Alex Morgan-Price,\n\nThank you. We have:\n- Name\n- Email\n",
        ("role-description.pdf",),
    ),
)
_REHEARSAL = RehearsalContext(
    mailbox="sample-team@example.org",
    since=_AT - timedelta(days=30),
    made=_AT,
    counts=(Count("Mails looked at", 214), Count("Replies that would have gone out", 1)),
    held=(
        RehearsedMail(
            _AT, "an application", "ON_BEHALF", sender=Said("Jude Okafor"), subject=Said("A colleague for you")
        ),
        RehearsedMail(_AT, "", "DISTR", urgent=True),
    ),
    answered=(
        _REHEARSED,
        RehearsedMail(_AT, "a withdrawal", reference="SAMPLE-0007", missing=_FORM[4:5]),
    ),
    left_alone=(LeftAlone("UNRELATED", 209), LeftAlone("AUTO", 2)),
    trouble=(Note("BREAK"),),
)


def samples(name: str) -> Mapping[str, Context]:
    """Return sample name -> context for the template `name`. Raises KeyError for an unknown template."""
    return _replies(name) if name in REPLIES else _TO_THE_TEAM[name]


def _replies(name: str) -> Mapping[str, Context]:
    missing = _FORM[5:] if name == "acknowledgement_incomplete" else ()
    usual = replace(_REPLY, missing=missing, arrived=tuple(item for item in _FORM if item not in missing))
    least = replace(_LEAST_REPLY, missing=missing)
    if name == "withdrawal":
        return {"usual": usual, "least": least}
    update = replace(usual, update=True, missing=_FORM[5:], documents=_DOCUMENTS[:1], person_answers=True)
    return {"usual": usual, "least": least, "update": update}


_TO_THE_TEAM: Mapping[str, Mapping[str, Context]] = {
    "summary": {
        "usual": _SUMMARY,
        "incomplete": replace(
            _SUMMARY,
            state="incomplete",
            fields=_FIELDS[:4],
            missing=_FORM[4:],
            notes=(),
            duplicate_of="",
            answered=Answered.ACKNOWLEDGEMENT_INCOMPLETE,
            documents=(),
            rehearsal=True,
        ),
        "completed": replace(_SUMMARY, change=Change.COMPLETED, show_answers=False),
        "updated": replace(_SUMMARY, change=Change.UPDATED, answered=Answered.ROLE_DESCRIPTION),
        "withdrawn": replace(_SUMMARY, change=Change.WITHDRAWN, state="withdrawn", answered=Answered.WITHDRAWAL),
        "bounced": replace(_SUMMARY, change=Change.BOUNCED, notes=(Note("BOUNCED"),), answered=Answered.NOTHING),
        "least": SummaryContext(
            scheme=_BARE_SCHEME,
            team=_BARE_TEAM,
            reference="SAMPLE-0012",
            received=_AT,
            sender=Said(""),
            subject=Said(""),
            change=Change.NEW,
            state="waits for a person",
        ),
    },
    "needs_a_person": {
        "usual": _HELD_CONTEXT,
        "urgent": replace(_HELD_CONTEXT, mail=_URGENT, reference="", rehearsal=True, answered=Answered.NOTHING),
        "least": HeldContext(team=_BARE_TEAM, mail=HeldMail(0, "BOUNCED", _AT), folder="Inbox"),
    },
    "distress_alert": {
        "usual": DistressContext(
            team=_TEAM,
            number=18,
            tier=Tier.A,
            received=_AT,
            folder="Inbox",
            guide_url="https://www.example.org/guide",
        ),
        "repeated": DistressContext(
            team=_BARE_TEAM, number=18, tier=Tier.B, received=_AT, folder="Inbox", repeat=2, can_accept_by_reply=False
        ),
        "alone": DistressContext(
            team=_BARE_TEAM, number=18, tier=Tier.B, received=_AT, folder="Inbox", escalates=False
        ),
    },
    "digest": {
        "usual": _DIGEST,
        "nothing": DigestContext(team=_BARE_TEAM, since=_AT - timedelta(days=7), until=_AT, last_poll=_AT),
        "several": replace(
            _DIGEST, schemes=(*_DIGEST.schemes, SchemeDigest("Become an Example Guide")), needs_a_person=(), failures=()
        ),
        "least": DigestContext(team=_BARE_TEAM, since=_AT, until=_AT, last_poll=None, rehearsal=True),
    },
    "rehearsal": {
        "usual": _REHEARSAL,
        "nothing": RehearsalContext(mailbox="sample-team@example.org", since=_AT, made=_AT),
    },
}
