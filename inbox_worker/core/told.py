"""Answers that a sentence of a later mail gives by itself: "For skills you can add that I speak Welsh"."""

import re
from collections.abc import Mapping

from inbox_worker.core import acts
from inbox_worker.core.document import Line
from inbox_worker.core.ending import Context
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.replaced import NOTHING, question
from inbox_worker.core.scheme import Field, FieldKind
from inbox_worker.core.signature import Found
from inbox_worker.core.words import fold, pattern, sentences, spoken

_SAYS = r"(?:say|said|add|added|put|mention|mentioned|include|included|note|noted|write|written|state|stated)"
_FRAMES = (  # what leads up to an answer, and, as `rest`, the answer
    re.compile(
        r"\b(?:(?:you|i|we)(?: (?:can|could|may|might|should|would like to|want(?:ed)? to|ought to|need to)|'d like to)"
        r"|please|pls|just"
        r"|forgot(?:ten)? to|fail(?:ed)? to|omitted to|neglected to|meant to|didn't|did not|never)"
        rf"(?:\s+(?:also|just|please|perhaps|maybe|have|probably|really|then|simply))*\s+{_SAYS}(?:\s+down)?"
        r"(?:\s+(?:under|for|in|about|on) (?:[\w']+\s+){1,4}?that|\s+that)?\s+(?P<rest>\S.*)",
        re.IGNORECASE,
    ),
    re.compile(r"\banswers?\b[^,;:]{3,80}?\s(?:is|would be|should be)\s+(?:that\s+)?(?P<rest>\S.*)", re.IGNORECASE),
    re.compile(
        r"^(?:and |also,? )?(?:as (?:for|to|regards)|for|on|under|regarding|concerning|re|with regard to)\s[^,;:]{3,60}"
        r",\s+(?P<rest>\S.*)",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<rest>(?:the|my|one|what|another)\s[^,;:]{0,40}?\b(?:i(?:'d|'ll| would| will| might)?)\s[^,;:]{2,60}?"
        r"\s(?:is|are|was|would be)\s\S.*)",
        re.IGNORECASE,
    ),
)
_NAMED, _UNNAMED = 0.3, 0.6  # likelihood of an answer to the question that a sentence names, and where it names none


def told(lines: tuple[Line, ...], context: Context, known: Mapping[str, Found]) -> dict[str, Found]:
    """Return answers that single sentences give, by the key of their question, with sentences that go on with them.

    known: what is found already; it stays, unless an answer here holds all of it, and what it holds is no answer here.
    """
    found: dict[str, Found] = {}
    for text, line in paragraphs(lines):
        last = None
        for sentence in sentences(text):
            if sentence.rstrip().endswith("?"):
                last = None
            elif given := _given(sentence, context):
                last = given[0]
                found.setdefault(last.key, Found(given[1], line))
            elif last and _likely(sentence, last, context) >= acts.PLAINLY:
                found[last.key] = Found(f"{found[last.key].text} {sentence}", found[last.key].line)
            else:
                last = None
    return {key: each for key, each in found.items() if _is_new(key, each, known)}


def _is_new(key: str, answer: Found, known: Mapping[str, Found]) -> bool:
    text = fold(answer.text)
    if any(text in fold(each.text) for each in known.values()):
        return False
    return key not in known or fold(known[key].text) in text


def _given(sentence: str, context: Context) -> tuple[Field, str] | None:
    """The question that a sentence answers, and its answer; None where it does not."""
    shown = sentence.replace("\u2019", "'")
    if NOTHING.search(fold(sentence)) or acts.does(spoken(sentence), "put_off", context.lexicon.acts, context.scheme):
        return None
    for frame in _FRAMES:
        match = frame.search(shown)
        if match is None:
            continue
        rest = sentence[match.start("rest") :]
        likely = acts.of(spoken(rest), context.lexicon.acts, context.scheme)
        item = _meant(shown if frame is _FRAMES[-1] else shown[: match.start("rest")], rest, likely, context)
        if item and likely.get(item.act, 0.0) >= max(likely.values()):
            return item, rest[:1].upper() + rest[1:]
    return None


_OF_ONESELF = re.compile(r"(?:i|my|we|our|the reason)\b(?!-)")


def _meant(lead: str, rest: str, likely: Mapping[str, float], context: Context) -> Field | None:
    """The question that the words before an answer name; else the one that it is plainly like an answer to."""
    scheme = context.scheme
    key = question(lead, scheme)
    if key:
        return scheme.field(key) if likely.get(scheme.field(key).act, 0.0) >= _NAMED else None
    if not _OF_ONESELF.match(fold(rest)):
        return None
    texts = (item for item in scheme.fields if item.kind is FieldKind.TEXT and item.act)
    return next((item for item in texts if likely.get(item.act, 0.0) >= _UNNAMED), None)


def _likely(sentence: str, item: Field, context: Context) -> float:
    return acts.highest([sentence], item.act, context.lexicon.acts, context.scheme)


def only_asks(text: str, item: Field, context: Context) -> bool:
    """Return whether an answer to `item` is none, but asks the team ("About the support: who pays for it?").

    Who wonders what they might need ("Perhaps a mentor?", "Could I have a buddy?") answers.
    """
    if not all(each.rstrip().endswith("?") for each in sentences(text)) or _OWN.search(fold(text)):
        return False
    return bool(item.act) and _likely(text, item, context) < _NAMED


_OWN = pattern((r"\b(?:i|i'm|i'd|me|my|we|us|our)\b",))
