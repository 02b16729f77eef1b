"""What follows from one mail that was read: a ledger entry, a change of an application, messages."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inbox_worker.core.effects import (
    Action,
    ApplicationChange,
    ApplicationState,
    BounceReport,
    Effects,
    LedgerEntry,
    MessageKind,
    MessageRequest,
)
from inbox_worker.core.reading import Decision, Flag, Intent, Known, OnRecord, Outcome, Reading, ReplyKind, Tier
from inbox_worker.core.scheme import Scheme

APPLICATIONS = frozenset({Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST})
_OURS_TO_MOVE = frozenset({"incomplete", "received", "acknowledged"})  # a person has not taken the application on yet


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site decided on replies, alerts and fuses."""

    team: tuple[str, ...] = ()
    distress_contacts: tuple[str, ...] = ()
    second_contacts: tuple[str, ...] = ()  # told later, where nobody accepts
    same_template_every: timedelta = timedelta(days=7)
    per_address_a_day: int = 3


def plan(
    reading: Reading,
    known: Known,
    schemes: tuple[Scheme, ...],
    policy: Policy,
    now: datetime,
    bounce: BounceReport | None = None,
) -> Effects:
    """Return all that follows from a mail. `now` is aware; nothing is done here."""
    reading = _unless_restricted(reading, known)
    entry = LedgerEntry(reading.decision.outcome, reading.decision.code, reading.intent, reading.tier, reading.scheme)
    scheme = next((scheme for scheme in schemes if scheme.key == reading.scheme), None)
    change = _change(reading, known, scheme)
    reply, notes = _reply(reading, known, scheme, change, policy, now)
    hold = reading.decision.outcome is Outcome.HOLD and not known.answered_by_person
    messages = (*reply, *_to_team(reading, change, policy, hold, bounce))
    return Effects(entry=entry, change=change, messages=messages, bounce=bounce, hold=hold, notes=notes)


def _unless_restricted(reading: Reading, known: Known) -> Reading:
    """Return `reading` held where its application's processing is restricted: a person decides (Art. 18 UK GDPR)."""
    existing = on_record(reading, known)
    if existing is None or not existing.restricted or reading.decision.outcome is not Outcome.REPLY:
        return reading
    decision = Decision(Outcome.HOLD, "RESTRICTED", "")
    return replace(reading, decision=decision, reply=ReplyKind.NONE, reply_to=None, attach_role_description=False)


def named_people(tier: Tier, policy: Policy) -> tuple[str, ...]:
    """Return whose reply to an alert shows that the mail is taken on: for an urgent one the named contacts alone."""
    if tier in (Tier.A, Tier.B):
        return (*policy.distress_contacts, *policy.second_contacts) or policy.team
    return (*policy.team, *policy.distress_contacts, *policy.second_contacts)


def missing_fields(scheme: Scheme, given: dict[str, str]) -> tuple[str, ...]:
    """Return the keys of the required fields that `given` has no text for, in the scheme's order."""
    return tuple(field.key for field in scheme.fields if field.required and not given.get(field.key))


def on_record(reading: Reading, known: Known) -> OnRecord | None:
    """Return the application that a mail belongs to, if it is still open."""
    for application in reversed(known.applications):
        if application.scheme == reading.scheme and reading.application in (None, application.id):
            return application if application.is_open else None
    return None


def _change(reading: Reading, known: Known, scheme: Scheme | None) -> ApplicationChange | None:
    if scheme is None:
        return None
    existing = on_record(reading, known)
    held = reading.decision.outcome is Outcome.HOLD
    if existing is not None:
        # What must be looked at first (forged? contradictory?) never touches what is on record.
        return None if held else _later_mail(reading, existing, scheme)
    if reading.intent in APPLICATIONS and (reading.form.values or not held):
        return _first_mail(reading, scheme, held)
    return None


def _first_mail(reading: Reading, scheme: Scheme, held: bool) -> ApplicationChange:
    missing = missing_fields(scheme, _texts(reading))
    state = ApplicationState.INCOMPLETE if missing else ApplicationState.RECEIVED
    return ApplicationChange(
        action=Action.CREATE,
        scheme=scheme.key,
        state=ApplicationState.HELD if held else state,
        values=reading.form.values,
        flags=reading.flags,
    )


def _later_mail(reading: Reading, existing: OnRecord, scheme: Scheme) -> ApplicationChange | None:
    if reading.intent is Intent.WITHDRAWAL:
        return ApplicationChange(Action.WITHDRAW, scheme.key, existing.id, ApplicationState.WITHDRAWN)
    if reading.intent not in (*APPLICATIONS, Intent.FOLLOW_UP) or not reading.form.values:
        return None
    return ApplicationChange(
        action=Action.UPDATE,
        scheme=scheme.key,
        application=existing.id,
        state=_state_after(existing, reading, scheme),
        values=reading.form.values,
        flags=reading.flags,
        replaces=reading.intent in APPLICATIONS,
    )


def _state_after(existing: OnRecord, reading: Reading, scheme: Scheme) -> ApplicationState | None:
    if existing.state not in _OURS_TO_MOVE:
        return None
    if missing_fields(scheme, {**existing.values, **_texts(reading)}):
        return ApplicationState.INCOMPLETE
    return ApplicationState.RECEIVED if existing.state == "incomplete" else None


def _texts(reading: Reading) -> dict[str, str]:
    return {key: value.text for key, value in reading.form.values.items()}


def _reply(
    reading: Reading,
    known: Known,
    scheme: Scheme | None,
    change: ApplicationChange | None,
    policy: Policy,
    now: datetime,
) -> tuple[tuple[MessageRequest, ...], tuple[Flag, ...]]:
    """Return the reply, if any, and why one that was due does not go out."""
    if reading.reply is ReplyKind.NONE or reading.reply_to is None or scheme is None:
        return (), ()
    template = _template(reading, known, scheme, change)
    if reason := _not_now(reading, template, known, policy, now):
        return (), (Flag(reason, template),)
    attach = reading.attach_role_description
    return (MessageRequest(MessageKind.REPLY, template, (reading.reply_to,), scheme.key, attach),), ()


def _template(reading: Reading, known: Known, scheme: Scheme, change: ApplicationChange | None) -> str:
    """Return the template: what is missing is judged after the merge, and asked for once an application."""
    existing = on_record(reading, known)
    if change is None or change.action is not Action.UPDATE or existing is None:
        return str(reading.reply.value)
    missing = missing_fields(scheme, {**existing.values, **_texts(reading)})
    ask = bool(missing) and not existing.asked_for_missing
    kind = ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE if ask else ReplyKind.ACKNOWLEDGEMENT
    return str(kind.value)


def _not_now(reading: Reading, template: str, known: Known, policy: Policy, now: datetime) -> str | None:
    if known.answered_by_person or known.seen:
        return "DONE"
    existing = on_record(reading, known)
    if existing is not None and existing.state == ApplicationState.HELD.value:
        return "HELD"  # a person has this application in hand: no machine answers in between
    if any(sent.template == template and now - sent.at < policy.same_template_every for sent in known.sent):
        return "RATE"
    if sum(now - sent.at < timedelta(days=1) for sent in known.sent) >= policy.per_address_a_day:
        return "RATE"
    return None


def _to_team(
    reading: Reading,
    change: ApplicationChange | None,
    policy: Policy,
    hold: bool,
    bounce: BounceReport | None,
) -> tuple[MessageRequest, ...]:
    if hold and reading.tier in (Tier.A, Tier.B):
        contacts = policy.distress_contacts or policy.team
        return (MessageRequest(MessageKind.DISTRESS_ALERT, "distress_alert", contacts, reading.scheme),)
    if hold or (bounce is not None and bounce.action == "failed"):
        return (MessageRequest(MessageKind.ALERT, "needs_a_person", policy.team, reading.scheme),)
    if change is not None:
        return (MessageRequest(MessageKind.SUMMARY, "summary", policy.team, reading.scheme),)
    return ()
