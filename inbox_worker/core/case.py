"""One scheme's view of a mail: what its form holds and what the mail is, as far as this scheme is concerned."""

from dataclasses import dataclass, replace

from inbox_worker.core import addressed, first_look, intent, names
from inbox_worker.core.addresses import sender
from inbox_worker.core.document import Document, Kind
from inbox_worker.core.extract import Extraction, extract
from inbox_worker.core.holds import names_another
from inbox_worker.core.intent import Judgement
from inbox_worker.core.mail import Address, Email
from inbox_worker.core.mentions import about, gives_role
from inbox_worker.core.offered import taken_up
from inbox_worker.core.reading import Form, Intent, Known
from inbox_worker.core.region import Whose
from inbox_worker.core.scheme import Rules, Scheme
from inbox_worker.core.signs import Mail, sentences_of
from inbox_worker.core.words import spoken


@dataclass(frozen=True, slots=True)
class Case:
    """One scheme's view of a mail."""

    scheme: Scheme
    extraction: Extraction
    judgement: Judgement


def best(email: Email, document: Document, rules: Rules, known: Known) -> Case:
    """The scheme that the mail belongs to most plainly; the first one where it belongs to none."""
    schemes = rules.schemes if _is_known(known) else first_look.concerned(email, document, rules)
    if not schemes:
        return Case(rules.schemes[0], _nothing(rules.schemes[0]), Judgement(Intent.UNRELATED))
    cases = [_case(email, document, rules, known, scheme) for scheme in schemes]
    return max(cases, key=lambda case: case.judgement.weight)


def author_of(email: Email) -> Address:
    """Return who wrote a mail: its only sender, or at least their name; empty where that is not to be told."""
    found = sender(email)
    if found:
        return found
    return email.from_[0] if len(email.from_) == 1 and not email.from_[0].address else _nameless(email)


def _nameless(email: Email) -> Address:
    return Address(email.from_[0].name, "") if len(email.from_) == 1 else Address("", "")


def _is_known(known: Known) -> bool:
    return known.assume_record or bool(known.applications) or bool(known.ours) or known.thread_application is not None


def _nothing(scheme: Scheme) -> Extraction:
    missing = tuple(item.key for item in scheme.fields if item.required)
    return Extraction(Form({}, missing), Whose.OWN, frozenset(), frozenset(), False, (), (), (), 0, ())


def _case(email: Email, document: Document, rules: Rules, known: Known, scheme: Scheme) -> Case:
    records = [record for record in known.applications if record.scheme == scheme.key]
    on_record = known.assume_record or bool(records) or known.thread_application is not None
    in_thread = bool(email.in_reply_to or email.references) and (on_record or bool(known.ours))
    author = author_of(email)
    extraction = extract(document, author, scheme, rules.lexicon, follow_up=on_record)
    if not on_record and _lists_other_things(extraction, email, document, scheme):
        extraction = extract(document, author, scheme, rules.lexicon, numbers=False)
    person = names.from_header(author)
    yes = taken_up(document, scheme)
    mail = Mail(
        subject=email.subject,
        outside=extraction.outside,
        quoted=_quoted(document),
        extraction=extraction,
        on_record=on_record,
        in_thread=in_thread,
        record_open=known.assume_record or any(record.is_open for record in records),
        from_team=author.address.casefold() in {a.casefold() for a in rules.site.team_addresses},
        serves=any(gives_role(line.text, scheme) for line in document.of(Kind.SIGNATURE)),
        to_another=addressed.to_another(email, document, rules.site.addresses, scheme),
        attached=bool(email.attachments) or any(line.origin.startswith("attachment") for line in document.lines),
        to_many=addressed.to_many(email, document, rules.site.addresses, rules.lexicon),
        for_another=names_another(extraction, person, author.address, scheme),
        intro=sentences_of(extraction.intro),
        takes_up=bool(yes),
        text=(
            *sentences_of(tuple(line for line in extraction.outside if line not in yes)),
            *map(spoken, extraction.asides),
        ),
    )
    judgement = intent.judge(mail, scheme, rules.lexicon)
    if judgement.intent in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST):
        if on_record:  # a whole form again: read as the first one was
            extraction = extract(document, author, scheme, rules.lexicon)
        if "ON_BEHALF" in judgement.holds:
            extraction = _of_another(extraction, scheme)
    return Case(scheme, extraction, judgement)


def _lists_other_things(extraction: Extraction, email: Email, document: Document, scheme: Scheme) -> bool:
    """Whether a numbered list stands where nothing before it speaks of the scheme: errands, not answers."""
    if not extraction.ordered or extraction.labelled:
        return False
    before = about(" . ".join((email.subject, *sentences_of(extraction.intro), _quoted(document)[:4_000])), scheme)
    return not (before.ours or before.role)


def _of_another(extraction: Extraction, scheme: Scheme) -> Extraction:
    """The form without what the headers and the signature say of the sender."""
    values = {key: value for key, value in extraction.form.values.items() if key in extraction.labelled}
    missing = tuple(item.key for item in scheme.fields if item.required and item.key not in values)
    return replace(extraction, form=Form(values, missing))


def _quoted(document: Document) -> str:
    kinds = (Kind.QUOTED, Kind.FORWARD_HEAD, Kind.FORWARDED)
    return " ".join(line.text for line in document.of(*kinds))
