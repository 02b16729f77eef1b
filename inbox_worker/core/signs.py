"""What single sentences of a mail show: a wish to join, a request, a refusal, a withdrawal, and what it is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from inbox_worker.core import acts
from inbox_worker.core.document import Line
from inbox_worker.core.extract import Extraction
from inbox_worker.core.mentions import about
from inbox_worker.core.passages import paragraphs
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.words import any_phrase, pattern, sentences, spoken, tokens

# What the expressions see of one mail. A letter has some thirty sentences of some hundred characters.
MAX_LINES, _MAX_SENTENCES, _MAX_SENTENCE, _MAX_PARAGRAPH = 600, 250, 700, 20_000


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


@dataclass(slots=True)
class Signs:
    """What was seen in the sentences."""

    joins: list[Target] = field(default_factory=list)
    weak: list[Target] = field(default_factory=list)
    requests: list[Target] = field(default_factory=list)
    named: bool = False  # a request names the documents themselves, not only "more"
    enquiries: list[Target] = field(default_factory=list)  # questions about the role, which alone are a request
    wonders: bool = False  # reads like a request and names nothing: one beside an application alone
    hesitates: bool = False
    declines: bool = False  # says that this is no application
    refuses: bool = False  # says that they do not want to join at all
    withdraws: bool = False
    wishes: set[str] = field(default_factory=set)  # the sentences that wish to join this scheme
    documents: set[str] = field(default_factory=set)  # the sentences that ask for the documents
    seen: list[str] = field(default_factory=list)


_UNTICKED = re.compile(r"^\s*(?:\u2610|\[ ?\]|\( ?\))\s+\w")


def sentences_of(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """Return the sentences of `lines`, folded, hard-wrapped lines joined; the first few hundred, cut where overlong."""
    found: list[str] = []
    for text, _ in paragraphs(tuple(line for line in lines[:MAX_LINES] if not _UNTICKED.match(line.text))):
        found.extend(spoken(sentence[:_MAX_SENTENCE]) for sentence in sentences(text[:_MAX_PARAGRAPH]))
        if len(found) >= _MAX_SENTENCES:
            break
    return tuple(found[:_MAX_SENTENCES])


def find(name: str, text: str, lexicon: Lexicon) -> str:
    match = pattern(lexicon.phrases.get(name, ())).search(text)
    return match.group().strip() if match else ""


_NEGATED = pattern(
    (
        r"(?:\bnot|n't|\bnever|\bno longer|\bnor|\bwithout|\brather than|\binstead of|\bdecided against)"
        r"(?:\W+\w+){0,2}\W*$",
    )
)


_DENIED = pattern((r"\b(?:not|never|cannot|without|no longer|hardly|neither|nor)\b", r"n't\b"))
_EAGER = pattern(
    (r"\b(?:can't|cannot|can not) wait\b", r"\b(?:don't|wouldn't) mind\b", r"\bwhy (?:don't|not)\b", r"\bnot only\b")
)
_ANYBODY = pattern(
    (
        r"\b(?:you|who|anyone|anybody|everyone|people|staff|those|they|he|she|it|someone|somebody|colleagues?|members?|students?|one)"
        r"\b(?:\W+\w+){0,2}\W*$",
        r"\bmy (?:[\w'-]+ ){0,2}[\w'-]+\s*$",  # "my assistant would love to"
    )
)


_FIRST_PERSON = pattern((r"\b(?:i|we|id|my|me|us|myself|i'd|i'm|im)\b",))


_OBJECT = pattern(
    (
        r"\b(?:as|become|becoming|be|being|for|join|joining|of)\s+(?:(?:an?|the|your|our|its|one|part|member|of)\s+)*"
        r"(?P<what>[a-z][\w&+/' -]{2,60})",
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


def _target(sentence: str, start: int, scheme: Scheme, lexicon: Lexicon) -> Target:
    """What a wish that begins at `start` is for: what is named behind it counts before what is named in front."""
    for text in (sentence[start:], sentence):
        subject = about(text, scheme)
        if subject.ours:
            return Target.OURS
        if subject.other:
            return Target.OTHER
        if subject.role:
            return Target.OTHER if _another_first(text, subject.role, lexicon) else Target.OURS
    match = _OBJECT.search(sentence, start)
    if match:
        first = tokens(match["what"])[:3]
        if first and first[0] not in _GENERIC and not match["what"].startswith(("because", "and", "if", "please")):
            return Target.OTHER if find("other_role", match["what"], lexicon) else Target.OPEN
    return Target.OPEN


def _another_first(text: str, role: str, lexicon: Lexicon) -> bool:
    """Whether another role is named before ours, or is made of it ("chair of the wardens", "wardens' newsletter")."""
    start = text.find(role)
    return bool(find("other_role", text[:start], lexicon)) or bool(
        pattern(lexicon.phrases.get("other_role", ())).match(text[start + len(role) :].lstrip())
    )


def signs_of(mail: Mail, scheme: Scheme, lexicon: Lexicon, *, elsewhere: bool = False) -> Signs:
    """Return what the sentences show.

    elsewhere: the mail names another scheme and not ours, so that a bare role is theirs.
    """
    signs = Signs()
    asked_before = False
    for place, sentence in enumerate((spoken(mail.subject), *mail.text)):
        in_subject = place == 0
        if find("announcement", sentence, lexicon):
            continue
        if find("declines", sentence, lexicon) and not _NOT_YET.search(sentence):
            signs.refuses = signs.declines = True
            signs.seen.append(f"declines: {find('declines', sentence, lexicon)}")
            continue
        _join(sentence, in_subject, signs, scheme, lexicon)
        signs.hesitates = signs.hesitates or bool(find("hesitation", sentence, lexicon))
        signs.declines = signs.declines or bool(find("not_applying", sentence, lexicon))
        asked_before = _request(sentence, in_subject, asked_before, signs, scheme, lexicon)
        if not in_subject and _takes_back(sentence, lexicon):
            signs.withdraws = True
            signs.seen.append(f"takes back: {find('withdraw', sentence, lexicon)}")
        elif not in_subject and acts.does(sentence, "withdraw", lexicon.acts, scheme):
            signs.withdraws = True
            signs.seen.append("reads like a withdrawal")
    if elsewhere:
        for wishes in (signs.joins, signs.weak, signs.requests, signs.enquiries):
            wishes[:] = [Target.OTHER] * len(wishes)
    return signs


# "I should not like to sign without having read it"
_NOT_YET = pattern((r"\b(?:without|before|until|till|unless) \w+",))
_ANAPHORA = pattern((r"\b(?:both|them|it|these|those|that|this|copy|copies|one)\b",))


def _request(
    sentence: str, in_subject: bool, named_before: bool, signs: Signs, scheme: Scheme, lexicon: Lexicon
) -> bool:
    """Note a request in `sentence`; return whether it names what may be asked for, so that the next one can ask."""
    match = any_phrase(scheme.request_words).search(sentence)
    thing = match.group() if match else "" if in_subject else find("more", sentence, lexicon)
    asks, offers = find("ask", sentence, lexicon), find("offers", sentence, lexicon)
    if find("wants_support", sentence, lexicon) or (offers and not match):
        return False
    if match and not offers and acts.does(sentence, "request", lexicon.acts, scheme):
        asks = asks or "reads like a request"
    if thing and (in_subject or asks):
        signs.requests.append(_request_target(sentence, scheme))
        signs.named = signs.named or bool(match)
        if match:
            signs.documents.add(sentence)
        signs.seen.append(f"asks: {thing}")
    elif named_before and asks and _ANAPHORA.search(sentence):
        signs.requests.append(Target.OPEN)
        signs.seen.append(f"asks: {asks}")
    elif not in_subject and (enquiry := find("enquiry", sentence, lexicon)):
        signs.enquiries.append(_request_target(sentence, scheme))
        signs.seen.append(f"asks about the role: {enquiry}")
    elif not in_subject and _reads_like_a_request(sentence, scheme, lexicon):
        signs.enquiries.append(Target.OURS)
        signs.seen.append("reads like a question about the role")
    elif not in_subject and acts.does(sentence, "request_unnamed", lexicon.acts, scheme):
        signs.wonders = True
        signs.seen.append("reads like a request")
    return bool(match)


def _reads_like_a_request(sentence: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether a sentence that names the role asks about it: any survey asks "What did you like?"."""
    ours = _request_target(sentence, scheme) is Target.OURS
    return ours and acts.does(sentence, "request", lexicon.acts, scheme)


def _join(sentence: str, in_subject: bool, signs: Signs, scheme: Scheme, lexicon: Lexicon) -> None:
    if find("wants_support", sentence, lexicon) and not acts.does(sentence, "join_unnamed", lexicon.acts, scheme):
        return
    for name, found in (("join", signs.joins), ("weak_join", signs.weak)):
        for match in _wishes(sentence, name, lexicon):
            if in_subject and name == "weak_join" and "interest" not in match.group():
                continue
            target = _target(sentence, match.start(), scheme, lexicon)
            found.append(target)
            if target is Target.OURS:
                signs.wishes.add(sentence)
            signs.seen.append(f"wishes to join: {match.group().strip()}")
    if not in_subject and sentence not in signs.wishes and acts.does(sentence, "join", lexicon.acts, scheme):
        target = _target(sentence, 0, scheme, lexicon)
        if target is Target.OURS or acts.does(sentence, "join_unnamed", lexicon.acts, scheme):
            signs.joins.append(target)
            signs.wishes.add(sentence)
            signs.seen.append("reads like a wish to join")


def _wishes(sentence: str, name: str, lexicon: Lexicon) -> Iterator[re.Match[str]]:
    """Yield the sender's own wishes: neither denied ("I don't want to") nor somebody else's ("who want to be")."""
    wanted = pattern(lexicon.phrases.get(name, ()))
    place = 0
    while match := wanted.search(sentence, place):
        denied = _NEGATED.search(sentence[: match.start()]) or _DENIED.search(_EAGER.sub(" ", match.group()))
        if not denied and not _of_another(sentence, match):
            yield match
        # a denied wish may run into the next one: "I don't have much time but I'd love to"
        place = match.start() + 1 if denied else max(match.end(), match.start() + 1)


def _of_another(sentence: str, match: re.Match[str]) -> bool:
    return not _FIRST_PERSON.search(match.group()) and bool(_ANYBODY.search(sentence[: match.start()]))


def _request_target(sentence: str, scheme: Scheme) -> Target:
    subject = about(sentence, scheme)
    if subject.ours or (subject.role and not subject.other):
        return Target.OURS
    return Target.OTHER if subject.other else Target.OPEN


def _takes_back(sentence: str, lexicon: Lexicon) -> bool:
    match = pattern(lexicon.phrases.get("withdraw", ())).search(sentence)
    return bool(match) and not find("not_withdraw", sentence, lexicon)
