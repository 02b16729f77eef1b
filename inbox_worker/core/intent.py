"""What the sender of a mail wants of one scheme. A reply needs positive evidence; without any, mail is unrelated."""

import re
from dataclasses import dataclass, field
from enum import Enum

from inbox_worker.core import names
from inbox_worker.core.document import Line
from inbox_worker.core.extract import Extraction
from inbox_worker.core.mentions import about
from inbox_worker.core.prose import paragraphs
from inbox_worker.core.reading import Intent
from inbox_worker.core.region import Whose
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.words import fold, pattern, sentences, spoken, tokens


# What the expressions see of one mail. A letter has some thirty sentences of some hundred characters.
_MAX_LINES, _MAX_SENTENCES, _MAX_SENTENCE, _MAX_PARAGRAPH = 600, 250, 700, 20_000


class Target(Enum):
    """What a wish or a request is for."""

    OURS = "ours"
    OTHER = "other"
    OPEN = "open"  # names nothing


@dataclass(frozen=True, slots=True)
class Mail:
    """What intent is judged by: the sender's words apart from the form, and what surrounds them."""

    subject: str
    outside: tuple[Line, ...]
    quoted: str  # earlier mail, as one text
    extraction: Extraction
    on_record: bool  # an application of the sender (or the thread) is known
    in_thread: bool  # it answers an earlier mail
    from_team: bool = False
    for_another: bool = False  # the form's name is another person's than the sender's
    intro: tuple[str, ...] = ()  # sentences before the form, folded
    text: tuple[str, ...] = ()  # sentences of `outside`, folded


@dataclass(frozen=True, slots=True)
class Judgement:
    """The intent, what spoke for it, and what a person must know."""

    intent: Intent
    evidence: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()  # codes: "ON_BEHALF", "SEVERAL", "CONFLICT", "QUESTION"
    weight: float = 0.0  # how strongly the mail belongs to this scheme, to choose among several


@dataclass(slots=True)
class _Signs:
    """What was seen in the sentences."""

    joins: list[Target] = field(default_factory=list)
    weak: list[Target] = field(default_factory=list)
    requests: list[Target] = field(default_factory=list)
    hesitates: bool = False
    declines: bool = False  # says that this is no application
    refuses: bool = False  # says that they do not want to join at all
    withdraws: bool = False
    seen: list[str] = field(default_factory=list)


def sentences_of(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """Return the sentences of `lines`, folded, hard-wrapped lines joined; the first few hundred, cut where overlong."""
    found: list[str] = []
    for text, _ in paragraphs(lines[:_MAX_LINES]):
        found.extend(spoken(sentence[:_MAX_SENTENCE]) for sentence in sentences(text[:_MAX_PARAGRAPH]))
        if len(found) >= _MAX_SENTENCES:
            break
    return tuple(found[:_MAX_SENTENCES])


def _find(name: str, text: str, lexicon: Lexicon) -> str:
    match = pattern(lexicon.phrases.get(name, ())).search(text)
    return match.group().strip() if match else ""


_NEGATED = pattern(
    (
        r"(?:\bnot|n't|\bnever|\bno longer|\bnor|\bwithout|\brather than|\binstead of|\bdecided against)(?:\W+\w+){0,2}\W*$",
    )
)
_ANYBODY = pattern(
    (
        r"\b(?:you|who|anyone|anybody|everyone|people|staff|those|they|he|she|it|someone|somebody|colleagues?|members?|students?|one)"
        r"\b(?:\W+\w+){0,2}\W*$",
    )
)
_FIRST_PERSON = pattern((r"\b(?:i|we|id|my|me|us|myself|i'd|i'm|im)\b",))
_OBJECT = pattern(
    (
        r"\b(?:as|become|becoming|be|being|for|join|joining|of)\s+(?:(?:an?|the|your|our|its|one|part|member|of)\s+)*(?P<what>[a-z][\w&+/' -]{2,60})",
    )
)
_GENERIC = frozenset(
    [
        "considered",
        "involved",
        "part",
        "it",
        "this",
        "that",
        "one",
        "them",
        "these",
        "role",
        "roles",
        "scheme",
        "network",
        "programme",
        "program",
        "volunteer",
        "volunteers",
        "position",
        "team",
        "group",
        "initiative",
        "training",
        "helpful",
        "able",
        "someone",
        "somebody",
        "person",
        "me",
        "my",
        "included",
        "added",
        "interest",
        "application",
        "expression",
        "put",
        "forward",
        "contacted",
        "informed",
        "something",
        "there",
        "here",
        "more",
        "of",
        "use",
        "details",
        "list",
        "pool",
        "information",
    ]
)


def _target(sentence: str, start: int, scheme: Scheme) -> Target:
    subject = about(sentence, scheme)
    if subject.ours:
        return Target.OURS
    if subject.other:
        return Target.OTHER
    if subject.role:
        return Target.OURS if not _OTHER_ROLE.search(sentence) else Target.OTHER
    match = _OBJECT.search(sentence, start)
    if match:
        first = tokens(match["what"])[:3]
        if first and first[0] not in _GENERIC and not match["what"].startswith(("because", "and", "if", "please")):
            return Target.OTHER if _OTHER_ROLE.search(match["what"]) else Target.OPEN
    return Target.OPEN


_OTHER_ROLE = pattern(
    (
        r"\b(?:co-?chair|chair|secretary|treasurer|mentor|mentee|coach|governor|trustee|champion|ambassador|rep|representative|"
        r"committee|panel|board|working group|network|mailing list|newsletter|warden|first aider|first aid|contact|steward|tutor|"
        r"adviser|advisor|officer|manager|lecturer|assistant|post|vacancy|job|intern|internship|placement|course|workshop|event|"
        r"session|talk|webinar|conference|lunch|choir|club|survey|study|forum)\b",
    )
)


def _signs(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> _Signs:
    signs = _Signs()
    asked_before = False
    for place, sentence in enumerate((spoken(mail.subject), *mail.text)):
        in_subject = place == 0
        if _find("announcement", sentence, lexicon):
            continue
        if _find("declines", sentence, lexicon):
            signs.refuses = signs.declines = True
            signs.seen.append(f"declines: {_find('declines', sentence, lexicon)}")
            continue
        _join(sentence, in_subject, signs, scheme, lexicon)
        signs.hesitates = signs.hesitates or bool(_find("hesitation", sentence, lexicon))
        signs.declines = signs.declines or bool(_find("not_applying", sentence, lexicon))
        asked_before = _request(sentence, in_subject, asked_before, signs, scheme, lexicon)
        if not in_subject and _takes_back(sentence, lexicon):
            signs.withdraws = True
            signs.seen.append(f"takes back: {_find('withdraw', sentence, lexicon)}")
    return signs


_ANAPHORA = pattern((r"\b(?:both|them|it|these|those|that|this|copy|copies|one)\b",))


def _request(
    sentence: str, in_subject: bool, named_before: bool, signs: _Signs, scheme: Scheme, lexicon: Lexicon
) -> bool:
    """Note a request in `sentence`; return whether it names what may be asked for, so that the next one can ask."""
    words = pattern(tuple(r"\W+".join(tokens(phrase)) for phrase in scheme.request_words))
    match = words.search(sentence)
    thing = match.group() if match else "" if in_subject else _find("more", sentence, lexicon)
    asks = _find("ask", sentence, lexicon)
    if _find("wants_support", sentence, lexicon):
        return False
    if thing and (in_subject or asks):
        signs.requests.append(_request_target(sentence, scheme))
        signs.seen.append(f"asks: {thing}")
    elif named_before and asks and _ANAPHORA.search(sentence):
        signs.requests.append(Target.OPEN)
        signs.seen.append(f"asks: {asks}")
    return bool(match)


def _join(sentence: str, in_subject: bool, signs: _Signs, scheme: Scheme, lexicon: Lexicon) -> None:
    for name, found in (("join", signs.joins), ("weak_join", signs.weak)):
        for match in pattern(lexicon.phrases.get(name, ())).finditer(sentence):
            if _of_another(sentence, match) or _find("wants_support", sentence, lexicon):
                continue
            if in_subject and name == "weak_join" and "interest" not in match.group():
                continue
            found.append(_target(sentence, match.start(), scheme))
            signs.seen.append(f"wishes to join: {match.group().strip()}")


def _of_another(sentence: str, match: re.Match[str]) -> bool:
    """Whether the wish is denied, or somebody else's ("people who want to be allies")."""
    before = sentence[: match.start()]
    if _NEGATED.search(before) or _NEGATED.search(match.group()):
        return True
    return not _FIRST_PERSON.search(match.group()) and bool(_ANYBODY.search(before))


def _request_target(sentence: str, scheme: Scheme) -> Target:
    subject = about(sentence, scheme)
    if subject.ours or (subject.role and not subject.other):
        return Target.OURS
    return Target.OTHER if subject.other else Target.OPEN


def _takes_back(sentence: str, lexicon: Lexicon) -> bool:
    match = pattern(lexicon.phrases.get("withdraw", ())).search(sentence)
    return bool(match) and not _find("not_withdraw", sentence, lexicon)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the scheme, or another one, is named."""

    ours: bool
    weak: bool  # only the role, or only in earlier mail
    other: bool  # another scheme is named where it matters
    evidence: str


def _scope(mail: Mail, scheme: Scheme) -> _Scope:
    subject = about(mail.subject, scheme)
    body = about(" . ".join(mail.text), scheme)
    labels = about(" . ".join(mail.extraction.label_texts), scheme)
    quoted = about(mail.quoted[:4_000], scheme)
    ours = subject.ours or body.ours or labels.ours or (subject.topic and body.role) or (subject.role and body.topic)
    ours = ours or (mail.extraction.full_questions >= 2 and "the scheme's own questions" if not labels.other else "")
    other = subject.other or labels.other or (body.other if not ours else "")
    weak = subject.role or body.role or labels.role or quoted.ours
    return _Scope(bool(ours), bool(weak), bool(other), str(ours or weak or ""))


def judge(mail: Mail, scheme: Scheme, lexicon: Lexicon) -> Judgement:
    """Return what the sender wants of `scheme`, and why."""
    signs, scope = _signs(mail, scheme, lexicon), _scope(mail, scheme)
    evidence = tuple(dict.fromkeys([*(["names the scheme: " + scope.evidence] if scope.evidence else []), *signs.seen]))
    if mail.on_record or mail.in_thread:
        known = _in_correspondence(mail, signs, scope, scheme, lexicon)
        if known is not None:
            return Judgement(known, evidence, _holds(mail, known, signs, scheme, lexicon), 2.0)
    intent = _new(mail, signs, scope, scheme, lexicon)
    weight = 0.0 if intent is Intent.UNRELATED else (1.0 if scope.ours else 0.5) + 0.1 * len(mail.extraction.labelled)
    return Judgement(intent, evidence, _holds(mail, intent, signs, scheme, lexicon), weight)


def _filled(extraction: Extraction, scheme: Scheme) -> bool:
    """Whether a form is filled in: an answer and another value, or three values."""
    texts = [key for key in extraction.labelled if scheme.field(key).kind is FieldKind.TEXT]
    return (bool(texts) and len(extraction.labelled) >= 2) or len(extraction.labelled) >= 3


def _new(mail: Mail, signs: _Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> Intent:
    """The intent of a mail that belongs to nothing known."""
    filled = _filled(mail.extraction, scheme)
    requested = _asks(signs, scope)
    if signs.withdraws and not filled and not requested and _refers(mail, scope, lexicon):
        return Intent.WITHDRAWAL
    if _elsewhere(signs, scope, mail, scheme):
        return Intent.UNRELATED
    if filled and _is_ours(mail, signs, scope, scheme, lexicon):
        return Intent.APPLICATION_AND_REQUEST if requested else Intent.APPLICATION
    if _vetoed(mail, lexicon, joined=Target.OURS in signs.joins):
        return Intent.UNRELATED
    if _joins(signs, scope, mail, requested, lexicon):
        return Intent.APPLICATION_AND_REQUEST if requested else Intent.APPLICATION
    if requested and (scope.ours or scope.weak) and not signs.refuses:
        return Intent.ROLE_DESCRIPTION_REQUEST
    if scope.ours and not signs.declines and any(_find("third_person", sentence, lexicon) for sentence in mail.text):
        return Intent.APPLICATION
    return Intent.UNRELATED


def _is_ours(mail: Mail, signs: _Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a filled form is an application to this scheme."""
    joined = Target.OURS in signs.joins
    if mail.for_another:
        return scope.ours
    if signs.declines or (not joined and _vetoed(mail, lexicon, joined=False)):
        return False
    before = about(" . ".join((mail.subject, *mail.intro, *mail.extraction.label_texts)), scheme)
    named = bool(before.ours) or mail.extraction.full_questions > 0
    if scope.ours and (named or joined):
        return True
    wishes = joined or Target.OPEN in signs.joins
    return not scope.other and (bool(before.role) or (scope.weak and wishes))


def _asks(signs: _Signs, scope: _Scope) -> bool:
    if Target.OURS in signs.requests:
        return True
    return Target.OPEN in signs.requests and (scope.ours or scope.weak)


def _elsewhere(signs: _Signs, scope: _Scope, mail: Mail, scheme: Scheme) -> bool:
    """Whether the wish, the subject or the form is for another scheme."""
    if Target.OURS in signs.joins:
        return False
    if Target.OTHER in signs.joins:
        return True
    return scope.other and not about(mail.subject, scheme).ours


def _vetoed(mail: Mail, lexicon: Lexicon, *, joined: bool) -> bool:
    """Whether the mail is business of another kind, although it speaks of the scheme."""
    if mail.from_team:
        return True
    text = " . ".join((fold(mail.subject), *mail.text))
    lists = ("business", "serving", "nomination")
    if not joined:
        lists = (*lists, "wants_support", "errand")
    return any(_find(name, text, lexicon) for name in lists)


def _joins(signs: _Signs, scope: _Scope, mail: Mail, requested: bool, lexicon: Lexicon) -> bool:
    """Whether the sender plainly wants to join, or gives answers and is interested."""
    if signs.declines:
        return False
    ours = Target.OURS in signs.joins or (Target.OPEN in signs.joins and (scope.ours or scope.weak))
    if ours:
        return not (requested and signs.hesitates)
    weak = Target.OURS in signs.weak or (Target.OPEN in signs.weak and scope.ours)
    given = mail.extraction.labelled or mail.extraction.ordered
    if len(mail.extraction.ordered) >= _ANSWERS and scope.ours and _find("answering", _before_list(mail), lexicon):
        return True
    return weak and (bool(given) or not (requested or signs.hesitates))


_ANSWERS = 3  # numbered items from which a list may be the answers to a form's questions


def _before_list(mail: Mail) -> str:
    return " . ".join((fold(mail.subject), *mail.intro))


def _refers(mail: Mail, scope: _Scope, lexicon: Lexicon) -> bool:
    """Whether a withdrawal speaks of something that the sender sent for this scheme."""
    if mail.on_record:
        return scope.ours or scope.weak or mail.in_thread or any(_find("referring", s, lexicon) for s in mail.text)
    return (scope.ours or scope.weak) and any(_find("referring", s, lexicon) for s in mail.text)


def _in_correspondence(mail: Mail, signs: _Signs, scope: _Scope, scheme: Scheme, lexicon: Lexicon) -> Intent | None:
    """The intent of a mail of a sender on record, or None where it is to be read as a new one."""
    if not mail.on_record:
        return None
    extraction = mail.extraction
    given = set(extraction.form.values)
    related = scope.ours or scope.weak or mail.in_thread or any(_find("referring", s, lexicon) for s in mail.text)
    if (signs.withdraws or signs.refuses) and not _filled(extraction, scheme):
        return Intent.WITHDRAWAL if related else None
    required = [item for item in scheme.fields if item.required]
    if len(extraction.labelled) * 4 >= len(required) * 3:
        return None  # a whole form again: a new application
    if given and related:
        return Intent.FOLLOW_UP
    if _asks(signs, scope) and not _vetoed(mail, lexicon, joined=False):
        return Intent.ROLE_DESCRIPTION_REQUEST
    if mail.in_thread and not scope.other and not _find("business", " . ".join(mail.text), lexicon):
        return Intent.FOLLOW_UP
    return None


def _holds(mail: Mail, intent: Intent, signs: _Signs, scheme: Scheme, lexicon: Lexicon) -> tuple[str, ...]:
    """What a person must settle first."""
    if intent not in (Intent.APPLICATION, Intent.APPLICATION_AND_REQUEST, Intent.FOLLOW_UP):
        return ()
    extraction, codes = mail.extraction, []
    if intent is not Intent.FOLLOW_UP and _for_another(mail, signs, lexicon):
        codes.append("ON_BEHALF")
    if extraction.several or (not _ALONE.search(" . ".join(mail.text)) and _any("several", mail, lexicon)):
        codes.append("SEVERAL")
    if extraction.conflicts:
        codes.append("CONFLICT")
    if intent is not Intent.FOLLOW_UP and _any("condition", mail, lexicon):
        codes.append("QUESTION")
    return tuple(codes)


_ALONE = pattern((r"\b(?:themselves|himself|herself|separately|just me|only me|only for me|for myself)\b",))


def _any(name: str, mail: Mail, lexicon: Lexicon) -> bool:
    return any(_find(name, sentence, lexicon) for sentence in mail.text)


def names_another(extraction: Extraction, person: str | None, address: str, scheme: Scheme) -> bool:
    """Return whether the form's name is another person's than the sender's (`person`, at `address`)."""
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.NAME), None)
    stated = extraction.form.values.get(key) if key in extraction.labelled else None
    mailed = next((item.key for item in scheme.fields if item.kind is FieldKind.EMAIL), None)
    given = extraction.form.values.get(mailed) if mailed in extraction.labelled else None
    if not stated or not person or names.related(stated.text, person):
        return False
    return given is None or given.text.casefold() != address.casefold()


def _for_another(mail: Mail, signs: _Signs, lexicon: Lexicon) -> bool:
    """Whether the application is another person's: the form says so, or the wish to join is only theirs."""
    if mail.for_another or mail.extraction.whose is Whose.OTHER:
        return True
    own_form = any(key in mail.extraction.labelled for key in mail.extraction.form.values)
    return not own_form and not signs.joins and _any("third_person", mail, lexicon)
