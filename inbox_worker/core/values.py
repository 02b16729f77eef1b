"""What counts as a value, and how it looks once copied out of a line."""

import re

from inbox_worker.core import acts, names
from inbox_worker.core.addresses import FOUND, usable
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.words import fold, pattern, sentences, spoken, tokens

_EDGE = " \t*_|;,:"
_LINK = re.compile(r"<\s*(?:mailto:|https?://)[^<>\s]*>?|\[\s*(?:mailto:)[^\]\s]*\]|\(mailto:[^)\s]*\)", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w*])\*([^*\n]{1,400})\*(?![\w*])|(?<![\w_])__([^_\n]{1,400})__(?![\w_])")
_DASH_FIRST = re.compile(r"^(?:[-\u2013\u2014>]+\s+|[:=]\s+|(?:\.{4,}|_{3,})\s*(?=\w))")  # what led from the label


def collapse(text: str) -> str:
    """Return `text` with runs of white space made one space."""
    return " ".join(text.split())


def clean(text: str) -> str:
    """Return `text` as a person would copy it: without list marks, marks of bold type and link targets."""
    text = collapse(text)
    if "*" in text or "__" in text:
        text = _BOLD.sub(lambda m: m[1] or m[2], text)
    text = text.strip()
    if not text[:1].isalnum():
        text = _DASH_FIRST.sub("", text)
    if "mailto:" in (lowered := text.lower()) or "http" in lowered:
        text = collapse(_LINK.sub("", text))
    return text.strip(" \t*_|").strip()


_ANSWER = re.compile(r"^(?:my )?(?:answer|ans\.?|response|reply)\s*(?:\d\s*)?[:\u2013-]\s+(?=\S)", re.IGNORECASE)


def answer(text: str) -> str:
    """Return an answer as `clean` does, without "Answer:" or "A." before it; "A. ... B. ..." is a list of its own."""
    value = _ANSWER.sub("", clean(text))
    return value[3:] if value.startswith("A. ") and " B. " not in value else value


def short(text: str) -> str:
    """Return a one-line value: as `clean`, also without punctuation around it."""
    value = clean(text).strip(_EDGE).strip()
    value = re.sub(r"(?<=[a-z)\]])\.$", "", value)  # a full stop after a label's value, not one of an abbreviation
    return value.strip("<>[]") if value[:1] in "<[" and value[-1:] in ">]" else value


_LEAD = re.compile(  # "Now I know it: Porter"
    r"(?:[^:]{0,40}\b)?(?:I(?:['\u2019]\w+)? [a-z]|(?:[Ii]t|[Tt]his|[Tt]hat)(?:['\u2019]s| is\b)|[Hh]ere (?:it|you)\b)"
    r"[^:]{0,40}[:!]\s+(?=\S)"
)


_I_AM = re.compile(
    r"I(?:['\u2019]m| am| work| belong)(?: (?:now|based|currently))*"
    r" (?:(?:with|in|at|to|under)(?: the)?\s+(?=(?-i:[A-Z]))|(?:as )?(?:an?|the)\s+|as\s+)(?=\S)"
    r"|(?:it(?:['\u2019]s| is)|I(?:['\u2019]m| am))(?: (?:an?|the))?\s+(?=(?-i:[A-Z]))"
    r"|my (?:(?:current|present|full) )?(?:job|post|role|title|position|department|team|school|name)(?: title)? is"
    r"(?: called)?(?: (?:an?|the))?\s+(?=\S)",
    re.IGNORECASE,
)


def without_lead(text: str) -> str:
    """Return a one-line value without words that lead up to it ("Now I know it: Porter", "I'm in Estates")."""
    bare = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    match = _I_AM.match(bare)
    return bare[match.end() :] if match else bare


_EMPTY = re.compile(r"(?:none|no|nil|-+)\W*|\([^()]*\)|\[[^\[\]]*\]|_{2,}|\.{3,}|x{3,}")  # "(protected)", "[your name]"


def without_courtesy(text: str, lexicon: Lexicon, scheme: Scheme) -> str:
    """Return a one-line value without sentences to the team behind it ("Estates. Sorry that I missed it!")."""
    if len(text) > _LONGEST:
        return text
    first, *behind = sentences(text) or [text]
    while (
        behind
        and _SAID.search(fold(behind[-1]))
        and acts.likelihood(spoken(behind[-1]), _TO_TEAM, lexicon.acts, scheme) >= acts.PLAINLY
    ):
        behind.pop()
    return " ".join((first, *behind))


_SAID = pattern(
    (r"\b(?:i|i'm|i'll|you|your|this|that|it|it's|them|those|sorry|apolog\w+|thanks?|thx|ta|hope|cheers)\b",)
)
_LONGEST = 600  # characters of such a value and what follows it
_TO_TEAM = ("courtesy", "thanks", "chase", "put_off", "correction")
_REMARK_BEHIND = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\s[-\u2013\u2014]+\s.*|[,;]\s+[a-z].*)$")


def email_in(text: str) -> str | None:
    """Return the first usable address in `text`, or None."""
    match = FOUND.search(text) if "@" in text else None
    found = match.group().rstrip(".'") if match else ""
    return found if usable(found) else None


def is_empty(text: str, kind: FieldKind, lexicon: Lexicon) -> bool:
    """Return whether `text` says that nothing is given ("n/a", "TBC", "-"); "None" answers a question."""
    folded, empty = fold(text), pattern(lexicon.phrases.get("empty", ()))
    if empty.fullmatch(folded):
        return True
    if kind is FieldKind.TEXT:
        return False
    before = fold(_REMARK_BEHIND.sub("", text))  # "TBC (my contract ends in May)"
    return bool(_EMPTY.fullmatch(folded) or (before and empty.fullmatch(before)))


def puts_off(text: str, lexicon: Lexicon, act: str = "") -> bool:
    """Return whether every sentence of a short `text` only puts the question off.

    act: what the learned model calls answers to this question: "Not sure yet - a mentor would be nice" gives one.
    """
    parts = sentences(text)
    if not parts or len(parts) > 4 or len(text) > 400:
        return False
    if act and any(_answers_after_all(part, act, lexicon) for part in parts):
        return False
    if len(parts) <= 2 and all(acts.does(part, "put_off", lexicon.acts) for part in parts):
        return True
    delay = pattern(lexicon.phrases.get("put_off", ()))
    first = delay.search(fold(parts[0]))
    if first is None:
        return False
    if act and _answers_rather(parts[0], first.start(), act, lexicon):
        return False  # "I am used to people who cannot say yet what is wrong", "I'd like to do some good for once"
    return all(delay.search(fold(part)) or _COURTESY.search(fold(part)) for part in parts[1:])


def _answers_rather(sentence: str, delay: int, act: str, lexicon: Lexicon) -> bool:
    """Whether a sentence plainly answers, or, where others stand before its words of delay, likelier than not."""
    likeness = acts.of(spoken(sentence), lexicon.acts)
    answers, delays = likeness.get(act, 0.0), likeness.get("put_off", 0.0)
    of_others = bool(_OTHERS.search(fold(sentence)[:delay]))
    return answers > delays if of_others else answers >= acts.PLAINLY and delays < acts.FLOOR


def only_asks(text: str, act: str, lexicon: Lexicon, scheme: Scheme) -> bool:
    """Return whether an answer is none, but asks the team ("About the support: who pays for it?").

    act: what the learned model calls answers to its question. Who wonders what they might need ("Perhaps a mentor?",
    "Could I have a buddy?") answers.
    """
    if not all(each.rstrip().endswith("?") for each in sentences(text)) or _OWN.search(fold(text)):
        return False
    return bool(act) and acts.highest([text], act, lexicon.acts, scheme) < _AN_ANSWER


def takes_out(text: str) -> bool:
    """Return whether words ask to take an answer back rather than give one ("Please remove what I wrote")."""
    return bool(_TAKES_OUT.match(fold(text)))


_TAKES_OUT = re.compile(
    r"(?:please |could you |can you )*(?:remove|delete|ignore|disregard|leave (?:it|this|that|mine|blank|out|what)"
    r"|take (?:it|that|this|out|what))\b"
)
_OWN = pattern((r"\b(?:i|i'm|i'd|me|my|we|us|our)\b",))
_AN_ANSWER = 0.3  # likelihood of an answer to the question before it
_OTHERS = pattern((r"\b(?:who|whom)\b",))  # what follows is said of them
_TURN = re.compile(r"\s+[-\u2013\u2014]+\s+|[;:]\s+|,?\s+(?:but|though|although|except)\s+", re.IGNORECASE)


def _answers_after_all(sentence: str, act: str, lexicon: Lexicon) -> bool:
    """Whether a sentence that may begin by putting off goes on to a plain answer."""
    behind = _TURN.split(sentence)[1:]
    return acts.highest(filter(None, behind), act, lexicon.acts) >= acts.PLAINLY


_COURTESY = pattern((r"^(?:please|sorry|thanks|hope|could you|can you|so )", r"\b(?:send me|role description)\b"))
_INTRODUCTION = 25  # words in which somebody says who they are


def _names_first(text: str) -> bool:
    """Whether a list begins with a name ("Jo Bell, Clerk, Law School (jo@example.org)")."""
    first, mark, _ = re.sub(r"[;|(]", ",", text).partition(",")
    return bool(mark) and names.looks_like(first) and 2 <= len(names.words(first)) <= 5


def says_something(text: str) -> bool:
    """Return whether what stands behind a one-line label is a long sentence ("we are moving to ... but ...")."""
    return len(text.split()) > _ONE_LINE and bool(_SENTENCE.match(fold(text)))


_ONE_LINE = 9  # words from which a clause is no value with a lead ("we are called the Digital Skills Hub")
_SENTENCE = re.compile(
    r"(?!we(?:'re| are) (?:the|called|part of|in|under|within)\b)"
    r"(?:we|it|they|this|that|there)(?:'s|'re|'ve| (?:is|are|was|were|has|have|will|may|might))\b"
)
_CLAUSE = pattern((r"(?:it|they|this|that|there)(?:'s|'ve| (?:is|was|has|have|are|should|will|would|needs?))\b",))


def plausible(text: str, kind: FieldKind, lexicon: Lexicon) -> float:
    """Return how well `text` suits a field of `kind`: above 0 supports the label before it, below 0 speaks against."""
    if not text.strip():
        return 0.0
    words = len(text.split())
    if is_empty(text, kind, lexicon):
        return 0.02
    if kind is FieldKind.EMAIL:
        if email_in(text):
            return 0.3 if words <= 8 else 0.0
        return -1.0 if words > 6 else -0.3
    if kind is FieldKind.NAME:
        if words <= _INTRODUCTION and _names_first(text):
            return 0.15
        bad = words > 9 or "@" in text or bool(re.search(r"\d", text)) or text.rstrip().endswith("?")
        return -0.7 if bad else 0.15
    if kind is FieldKind.SHORT:
        if words > 25 or text.rstrip().endswith("?") or _CLAUSE.match(fold(text)):
            return -0.6
        return -0.2 if len(sentences(text)) > 1 and words > 10 else 0.15
    return 0.15 if words > 1 else 0.05


def comparable(text: str) -> str:
    """Return `text` as two values are compared: words only, folded."""
    return " ".join(tokens(text))
