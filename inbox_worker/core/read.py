"""Email and Document -> Reading: gate, distress, intent and form put together into one decision."""

from dataclasses import replace
from datetime import datetime

from inbox_worker.core import bounce, distress, first_look, gate, names
from inbox_worker.core.addresses import destination
from inbox_worker.core.case import Case, author_of, best
from inbox_worker.core.document import Document, Kind
from inbox_worker.core.intent import Judgement
from inbox_worker.core.mail import Email
from inbox_worker.core.mentions import about
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.reading import Decision, Flag, Form, Intent, Known, Outcome, Reading, ReplyKind, Tier
from inbox_worker.core.region import Whose
from inbox_worker.core.scheme import FieldKind, Rules, Scheme
from inbox_worker.core.unread import unreadable

_FORMS = frozenset({Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST, Intent.FOLLOW_UP})
_PARTIAL = 0.6  # confidence below which the team sees a value marked
_ANSWERED_ALL_THE_SAME = "QUESTION"  # held, and yet the usual acknowledgement goes out (0002-hold-needs-evidence)


def read(
    email: Email,
    document: Document,
    rules: Rules,
    known: Known,
    now: datetime,
    received: datetime,
    flags: frozenset[str] = frozenset(),
    junk: bool = False,
) -> Reading:
    """Return all that is understood of a mail. Pure; never raises on any Email and Document.

    now, received: aware, UTC. flags: as the server spells them. junk: the mail lies in a junk folder.
    """
    arrival = gate.Arrival(email, rules.site, known, now, received, flags, junk)
    headers = gate.judge(arrival)
    if headers and headers.code in gate.FINAL:
        return Reading(headers, _machine(email, headers))
    case = best(email, document, rules, known)
    danger = distress.tier(_passages(email, document), rules.lexicon)
    reading = _assembled(email, document, rules, known, case, headers)
    if danger.tier in (Tier.A, Tier.B):
        decision = Decision(Outcome.HOLD, "DISTR", f"tier {danger.tier.value}: {danger.evidence}")
        return replace(
            reading,
            decision=decision,
            tier=danger.tier,
            reply=ReplyKind.NONE,
            reply_to=None,
            attach_role_description=False,
        )
    return replace(reading, tier=danger.tier)


def _machine(email: Email, headers: Decision) -> Intent:
    """The intent of mail that a machine sent."""
    if bounce.is_report(email):
        return Intent.DELIVERY_REPORT
    return Intent.UNRELATED if headers.code == "OWN" else Intent.AUTOMATIC


def _passages(email: Email, document: Document) -> list[str]:
    own = tuple(line for line in document.lines if line.kind is Kind.OWN)
    return [email.subject, *(text for text, _ in paragraphs(own))]


def _assembled(
    email: Email, document: Document, rules: Rules, known: Known, case: Case, headers: Decision | None
) -> Reading:
    judged = case.judgement
    closed = unreadable(email, document, case.scheme, case.extraction, judged.intent, rules.lexicon)
    if headers and headers.outcome is Outcome.SKIP:
        return _skipped(email, case, headers)
    if headers and headers.code == "SUBJ" and not case.extraction.labelled:
        return Reading(Decision(Outcome.SKIP, "SUBJ", headers.evidence), Intent.AUTOMATIC)
    if judged.intent is Intent.UNRELATED and closed is None:
        if not first_look.saw_all(email, document, rules):
            return _held_unseen(judged)
        return Reading(
            Decision(Outcome.SKIP, "UNRELATED", "nothing of a scheme"), Intent.UNRELATED, evidence=judged.evidence
        )
    if closed is not None:
        return _held_unread(email, case, closed)
    hold = headers or _first_hold(judged) or _no_record(case, known)
    return _decided(email, rules, known, case, hold)


def _held_unseen(judged: Judgement) -> Reading:
    """A mail of which we read a part alone, and found nothing there: a form may stand in the rest."""
    decision = Decision(Outcome.HOLD, "TRUNCATED_TEXT", "a part that was too long to be read")
    return Reading(decision, Intent.UNRELATED, flags=(Flag("TRUNCATED_TEXT"),), evidence=judged.evidence)


def _skipped(email: Email, case: Case, headers: Decision) -> Reading:
    """A mail that a machine or a list sent: skipped, or held where it carries a filled form (domain.md 1.1)."""
    texts = [k for k in case.extraction.labelled if case.scheme.field(k).kind is FieldKind.TEXT]
    filled = len(case.extraction.labelled) >= 2 and bool(texts) and case.extraction.whose is Whose.OWN
    applies = case.judgement.intent in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST)
    if filled and applies and not (headers.code == "LIST" and not _personal(email, case)):
        return Reading(
            Decision(Outcome.HOLD, headers.code, headers.evidence),
            case.judgement.intent,
            scheme=case.scheme.key,
            form=case.extraction.form,
            flags=(Flag("AUTOMATIC_WITH_FORM", headers.code),),
            evidence=case.judgement.evidence,
        )
    return Reading(headers, _machine(email, headers))


def _personal(email: Email, case: Case) -> bool:
    """Whether a filled form in list mail is the sender's own: its name or address is From's."""
    author = author_of(email)
    person = names.from_header(author)
    for item in case.scheme.fields:
        value = case.extraction.form.values.get(item.key) if item.key in case.extraction.labelled else None
        if value and item.kind is FieldKind.EMAIL and value.text.casefold() == author.address.casefold():
            return True
        if value and item.kind is FieldKind.NAME and person and names.related(value.text, person):
            return True
    return False


def _held_unread(email: Email, case: Case, code: str) -> Reading:
    named = about(email.subject, case.scheme).ours or case.judgement.intent is not Intent.UNRELATED
    named = named or bool(case.extraction.outside)
    return Reading(
        Decision(Outcome.HOLD, code, "a part that could not be read"),
        Intent.APPLICATION if named else Intent.UNRELATED,
        scheme=case.scheme.key if named else None,
        form=_without_prose(case) if named else Form(),
        flags=(Flag(code),),
        evidence=case.judgement.evidence,
    )


def _without_prose(case: Case) -> Form:
    """What labels, headers and signature give: "my form is attached" answers no question."""
    form = case.extraction.form
    values = {key: value for key, value in form.values.items() if key not in case.extraction.prose}
    return Form(values, tuple(item.key for item in case.scheme.fields if item.required and item.key not in values))


def _first_hold(judged: Judgement) -> Decision | None:
    return Decision(Outcome.HOLD, judged.holds[0], ", ".join(judged.holds)) if judged.holds else None


def _no_record(case: Case, known: Known) -> Decision | None:
    if case.judgement.intent is not Intent.WITHDRAWAL:
        return None
    if known.assume_record or known.applications or known.thread_application is not None:
        return None
    return Decision(Outcome.HOLD, "NO_RECORD", "no application of this sender is on record")


def _decided(email: Email, rules: Rules, known: Known, case: Case, hold: Decision | None) -> Reading:
    judged, extraction = case.judgement, case.extraction
    form = extraction.form if judged.intent in _FORMS else Form()
    if "SEVERAL" in judged.holds:
        form = Form({}, tuple(item.key for item in case.scheme.fields if item.required))
    if judged.intent is Intent.FOLLOW_UP:
        form = replace(form, missing=())
    where = destination(email, rules.registrable, rules.site.addresses)
    reply = _reply(judged.intent, form)
    if where.address is None or (hold and hold.code != _ANSWERED_ALL_THE_SAME):
        reply = ReplyKind.NONE
    asks = judged.intent in (Intent.ROLE_DESCRIPTION_REQUEST, Intent.APPLICATION_AND_REQUEST)
    return Reading(
        decision=hold or Decision(Outcome.REPLY, "CLEAR", "no rule saw anything"),
        intent=judged.intent,
        scheme=case.scheme.key,
        form=form,
        reply=reply,
        attach_role_description=asks and reply is not ReplyKind.NONE,
        reply_to=where.address if reply is not ReplyKind.NONE else None,
        application=_application(known, case.scheme),
        flags=_flags(judged, form, where.reply_to_ignored, hold),
        evidence=judged.evidence,
    )


def _application(known: Known, scheme: Scheme) -> int | None:
    if known.thread_application is not None:
        return known.thread_application
    records = [record.id for record in known.applications if record.scheme == scheme.key]
    return records[-1] if records else None


def _reply(wanted: Intent, form: Form) -> ReplyKind:
    if wanted in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST):
        return ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE if form.missing else ReplyKind.ACKNOWLEDGEMENT
    if wanted is Intent.ROLE_DESCRIPTION_REQUEST:
        return ReplyKind.ROLE_DESCRIPTION
    if wanted is Intent.WITHDRAWAL:
        return ReplyKind.WITHDRAWAL
    return ReplyKind.ACKNOWLEDGEMENT if wanted is Intent.FOLLOW_UP and form.values else ReplyKind.NONE


def _flags(judged: Judgement, form: Form, ignored: bool, hold: Decision | None) -> tuple[Flag, ...]:
    found = [Flag(code) for code in judged.holds]
    if ignored:
        found.append(Flag("REPLY_TO_IGNORED"))
    found += [Flag("LOW_CONFIDENCE", key) for key, value in form.values.items() if value.confidence < _PARTIAL]
    if hold and hold.code == "SPOOF":
        found.append(Flag("DMARC"))
    return tuple(found)
