"""What the sender of a mail wants of one scheme. A reply needs positive evidence; without any, mail is unrelated."""

from dataclasses import dataclass

from inbox_worker.core.business import is_other_business, names_business
from inbox_worker.core.fullness import (
    LIST,
    answers,
    answers_plainly,
    asks_other_things,
    gives_no_answer,
    is_filled,
    is_listed_below_details,
    is_meant,
    is_whole,
    listed,
)
from inbox_worker.core.held_roles import without_held
from inbox_worker.core.holds import any_sentence, holds
from inbox_worker.core.label_scores import name_every_question
from inbox_worker.core.mentions import about, serves_others, with_others
from inbox_worker.core.offer import asks_for_all
from inbox_worker.core.other_roles import with_roles_sought
from inbox_worker.core.papers import BESIDES
from inbox_worker.core.reading import Intent
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.signs import MAX_LINES, Mail, Signs, signs_of
from inbox_worker.core.targets import Target
from inbox_worker.core.wording import find, speaking_of
from inbox_worker.core.words import bare, fold


@dataclass(frozen=True, slots=True)
class Judgement:
    """The intent, what spoke for it, and what a person must know."""

    intent: Intent
    evidence: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()  # of holds.CODES
    weight: float = 0.0  # how strongly the mail belongs to this scheme, to choose among several


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the scheme, or another one, is named."""

    ours: bool
    weak: bool  # only the role, or only in earlier mail
    other: bool  # another scheme is named where it matters
    evidence: str


def _scope(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> _Scope:
    subject = about(mail.subject, scheme)
    body = about(without_held(" . ".join(mail.text), scheme), scheme)
    labels = about(" . ".join(mail.extraction.label_texts), scheme)
    quoted = about(mail.quoted[:4_000], scheme)
    ours = subject.ours or body.ours or labels.ours or (subject.topic and body.role) or (subject.role and body.topic)
    if not ours and mail.extraction.full_questions >= _OWN_QUESTIONS and not labels.other:
        ours = "the scheme's own questions"
    other = subject.other or labels.other
    if not ours:
        other = other or body.other or serves_others(" . ".join((mail.subject, *mail.text)), scheme)
    weak = subject.role or body.role or labels.role or quoted.ours
    weak = weak or asks_for_all((mail.subject, *mail.text), mail.quoted, scheme, lexicon)
    return _Scope(bool(ours), bool(weak), bool(other), str(ours or weak or ""))


def _as_typed(mail: Mail) -> tuple[str, ...]:
    """What the sender wrote, with its capitals."""
    return (mail.subject, *(line.text for line in mail.outside[:MAX_LINES]), *mail.extraction.label_texts)


def judge(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> Judgement:
    """Return what the sender wants of `scheme`, and why."""
    lexicon = speaking_of(lexicon, scheme)
    scheme = with_roles_sought(with_others(scheme, _as_typed(mail)), _as_typed(mail))
    scope = _scope(mail, scheme, lexicon)
    signs = signs_of(mail, scheme, lexicon, elsewhere=scope.other and not scope.ours)
    evidence = tuple(dict.fromkeys([*(["names the scheme: " + scope.evidence] if scope.evidence else []), *signs.seen]))
    if mail.on_record or mail.in_thread:
        known = _in_correspondence(mail, signs, scope, scheme, lexicon)
        if known is not None:
            return Judgement(known, evidence, holds(mail, known, signs, scheme, lexicon), 2.0)
    intent = _new(mail, signs, scope, scheme, lexicon)
    weight = 0.0 if intent is Intent.UNRELATED else (1.0 if scope.ours else 0.5) + 0.1 * len(mail.extraction.labelled)
    codes = holds(mail, intent, signs, scheme, lexicon)
    if intent in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST) and _is_unnamed(mail, scope, scheme, lexicon):
        codes = (*codes, "UNNAMED")
    return Judgement(intent, evidence, codes, weight)


def _new(mail: Mail, signs: Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> Intent:
    """The intent of a mail that belongs to nothing known."""
    filled = is_filled(mail.extraction, scheme)
    requested = not mail.to_another and _asks(signs, scope)
    asked_beside = requested or signs.wonders
    if signs.withdraws and not filled and not requested and _refers(mail, scope, lexicon):
        return Intent.WITHDRAWAL
    if _elsewhere(signs, scope, mail, scheme, lexicon):
        return Intent.UNRELATED
    if filled and not _only_asks(mail, signs, requested, scheme) and _is_ours(mail, signs, scope, scheme, lexicon):
        return Intent.APPLICATION_AND_REQUEST if asked_beside else Intent.APPLICATION
    if _told(mail, signs, scope, scheme, lexicon):
        return Intent.APPLICATION_AND_REQUEST if asked_beside else Intent.APPLICATION
    if is_other_business(mail, signs, scheme, lexicon, joined=Target.OURS in signs.joins):
        return Intent.UNRELATED
    if _joins(signs, scope, mail, requested, scheme, lexicon):
        return Intent.APPLICATION_AND_REQUEST if asked_beside else Intent.APPLICATION
    asks = requested or (not mail.to_another and _named(signs.enquiries, scope))
    if asks and (scope.ours or scope.weak) and not signs.refuses:
        return Intent.ROLE_DESCRIPTION_REQUEST
    nominates = scope.ours and not signs.declines and not mail.to_many
    if nominates and any(find("third_person", sentence, lexicon) for sentence in mail.text):
        return Intent.APPLICATION
    return Intent.UNRELATED


def _only_asks(mail: Mail, signs: Signs, requested: bool, scheme: Scheme) -> bool:
    """Whether somebody asks for the documents by name and gives a name and the like: for where to send them."""
    asks = requested and bool(signs.documents) and not (signs.joins or signs.weak)
    asks = asks and not any(BESIDES.search(sentence) for sentence in signs.documents)  # beside what they send
    return asks and gives_no_answer(mail.extraction, scheme)


def _is_ours(mail: Mail, signs: Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a filled form is an application to this scheme."""
    joined = Target.OURS in signs.joins or (scope.ours and Target.OPEN in signs.joins)
    if mail.for_another:
        if find("prize", fold(mail.subject), lexicon):
            return False
        named = scope.ours or (scope.weak and not scope.other and is_whole(mail.extraction, scheme))
        return named and (
            answers(mail.extraction, scheme) > 0 or not is_other_business(mail, signs, scheme, lexicon, joined=True)
        )
    if signs.declines and not is_whole(mail.extraction, scheme):  # with a whole form, a person must see what they mean
        return False
    if not joined and (
        is_other_business(mail, signs, scheme, lexicon, joined=False) or not is_meant(mail.extraction, scheme, lexicon)
    ):
        return False
    labels = about(" . ".join(mail.extraction.label_texts), scheme)
    before = about(" . ".join((mail.subject, *mail.intro, *mail.extraction.label_texts)), scheme)
    asked = mail.extraction.full_questions > 0 or is_whole(mail.extraction, scheme)
    by_form = asked or bool(labels.ours or about(mail.subject, scheme).ours)
    told = joined or bool(before.ours)
    if scope.ours and (by_form or signs.says_so or (told and not asks_other_things(mail.outside, lexicon))):
        return True
    wishes = joined or Target.OPEN in signs.joins
    if _is_unnamed(mail, scope, scheme, lexicon):
        return True
    by_topic = bool(labels.topic) and is_whole(mail.extraction, scheme) and answers(mail.extraction, scheme) >= LIST
    return not scope.other and (bool(before.role) or (scope.weak and wishes) or by_topic)


def _is_unnamed(mail: Mail, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a whole form asks all questions of the scheme and names nothing: a person must see whose it is."""
    if scope.ours or scope.weak or scope.other or not is_whole(mail.extraction, scheme):
        return False
    named = about(" . ".join((mail.subject, *mail.text)), scheme).topic or find(
        "other_role", fold(mail.subject), lexicon
    )
    return not named and name_every_question(mail.extraction.label_texts, scheme)


def _asks(signs: Signs, scope: _Scope) -> bool:
    return _named(signs.requests, scope)


def _named(targets: list[Target], scope: _Scope) -> bool:
    """Whether one of `targets` is this scheme: named in the sentence, or nothing is and the mail names it."""
    return Target.OURS in targets or (Target.OPEN in targets and (scope.ours or scope.weak))


def _elsewhere(signs: Signs, scope: _Scope, mail: Mail, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether the wish, the subject or the form is for another scheme, or nothing of the mail is to be believed."""
    if any_sentence("instructions", mail, lexicon):
        return True
    if Target.OURS in signs.joins:
        return False
    own_form = scope.ours and mail.extraction.full_questions >= _OWN_QUESTIONS
    if Target.OTHER in signs.joins and not own_form:
        return True
    return scope.other and not about(mail.subject, scheme).ours


_OWN_QUESTIONS = 2  # of the scheme, to the letter or nearly: no other form has them


def _told(mail: Mail, signs: Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a letter answers the questions in its own words: most of them and with a wish to join, or all.

    Without a wish, some must plainly be answers: any long letter has words of every question.
    """
    if signs.declines or scope.other or not scope.ours or mail.for_another or mail.from_team:
        return False
    questions = [item for item in scheme.fields if item.kind is FieldKind.TEXT]
    given = {
        item: mail.extraction.form.values[item.key].text for item in questions if item.key in mail.extraction.prose
    }
    said = [item for item, text in given.items() if len(text.split()) >= _WORDS]
    if Target.OURS in signs.joins:
        return len(said) >= _QUESTIONS
    if mail.serves:
        return False
    plain = sum(answers_plainly(given[item], item, scheme, lexicon) for item in said)
    return len(said) >= max(len(questions), _QUESTIONS) and plain >= _PLAIN


_WORDS = 4  # of an answer: "Hey," and "Many thanks" answer nothing
_QUESTIONS = 3  # answers in running text from which a letter is an application
_PLAIN = 2  # of them that must read like answers where no wish is said


def _joins(signs: Signs, scope: _Scope, mail: Mail, requested: bool, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether the sender plainly wants to join, or gives answers and is interested."""
    contradicts = signs.refuses and signs.says_so and Target.OURS in signs.joins  # a person must see what they mean
    if signs.declines and not contradicts:
        return False
    ours = Target.OURS in signs.joins or (Target.OPEN in signs.joins and (scope.ours or scope.weak))
    stray = Target.OTHER in signs.requests or (
        is_filled(mail.extraction, scheme) and asks_other_things(mail.outside, lexicon)
    )
    if ours and (signs.says_so or not stray):
        return not (requested and signs.hesitates)
    weak = Target.OURS in signs.weak or (Target.OPEN in signs.weak and scope.ours)
    given = mail.extraction.labelled or mail.extraction.ordered
    if _lists_answers(mail, scope, scheme, lexicon):
        return True
    return weak and (bool(given) or not (requested or signs.hesitates))


def _lists_answers(mail: Mail, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a numbered list answers the questions; where only the role is named, it must also read like answers."""
    answered = len(mail.extraction.ordered)
    if len(listed(mail.extraction, scheme)) < LIST or answered < _FEW:
        return False
    below, plain = is_listed_below_details(mail.extraction, scheme), _plain_answers(mail, scheme, lexicon)
    if scope.ours:
        told = below or _answering(mail, scheme, lexicon)
        alike = plain >= _ALL_BUT_ONE and all(item.act for item in scheme.fields if item.kind is FieldKind.TEXT)
        return alike or (told and (plain > 0 or answered >= LIST))
    before = about(" . ".join((mail.subject, *mail.intro)), scheme)
    return below and bool(before.role) and not scope.other and plain >= _PLAIN


_FEW = 2  # answers of a list, where it leaves the other questions for later
_ALL_BUT_ONE = 3  # that read like answers, each to the question of its number: no other business gives so many


def _plain_answers(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> int:
    given = {item: mail.extraction.form.values.get(item.key) for item in scheme.fields if item.kind is FieldKind.TEXT}
    return sum(answers_plainly(value.text, item, scheme, lexicon) for item, value in given.items() if value)


def _answering(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a numbered list answers the form: its introduction says so, or the form is what the mail answers."""
    if find("answering", " . ".join((fold(mail.subject), *mail.intro)), lexicon):
        return True
    quoted = bare(mail.quoted[:8_000])
    asked = [item for item in scheme.fields if item.kind is FieldKind.TEXT and bare(item.label) in quoted]
    return len(asked) >= 2


def _refers(mail: Mail, scope: _Scope, lexicon: Lexicon) -> bool:
    """Whether a withdrawal speaks of something that the sender sent for this scheme."""
    if mail.on_record:
        return scope.ours or scope.weak or mail.in_thread or any(find("referring", s, lexicon) for s in mail.text)
    return (scope.ours or scope.weak) and any(find("referring", s, lexicon) for s in mail.text)


def _completes(mail: Mail, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a whole form, and nothing else, answers mail about the sender's own application: it completes that."""
    if (
        not (mail.in_thread and mail.record_open)
        or signs.requests
        or signs.enquiries
        or signs.wonders
        or signs.withdraws
    ):
        return False
    return not holds(mail, Intent.APPLICATION, signs, scheme, lexicon)


def _in_correspondence(mail: Mail, signs: Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> Intent | None:
    """The intent of a mail of a sender on record, or None where it is to be read as a new one."""
    if not mail.on_record:
        return None
    extraction = mail.extraction
    given = set(extraction.form.values)
    related = scope.ours or scope.weak or mail.in_thread or any(find("referring", s, lexicon) for s in mail.text)
    if (signs.withdraws or signs.refuses) and not is_filled(extraction, scheme):
        return Intent.WITHDRAWAL if related else None
    if is_whole(extraction, scheme) and not _completes(mail, signs, scheme, lexicon):
        return None  # a whole form again: a new application
    if given and related:
        return Intent.FOLLOW_UP
    if signs.named and _asks(signs, scope) and not is_other_business(mail, signs, scheme, lexicon, joined=False):
        return Intent.ROLE_DESCRIPTION_REQUEST
    about_it = mail.in_thread or (scope.ours and any_sentence("updates", mail, lexicon))
    if about_it and not scope.other and not names_business(" . ".join(mail.text), lexicon):
        return Intent.FOLLOW_UP
    return None
