"""Answers that a sentence of a later mail gives by itself: "For skills you can add that I speak Welsh"."""

import re
from collections.abc import Mapping

from inbox_worker.core import acts
from inbox_worker.core.asked import question
from inbox_worker.core.document import Line
from inbox_worker.core.ending import Context, is_closing, is_remark
from inbox_worker.core.openings import REPORTED
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.replaced import NO_CHANGE
from inbox_worker.core.scheme import Field, FieldKind
from inbox_worker.core.signature import Found
from inbox_worker.core.values import takes_out
from inbox_worker.core.words import fold, sentences, spoken

_SAYS = r"(?:say|said|add|added|put|mention|mentioned|include|included|note|noted|write|written|state|stated)"
_ANSWER_IS = re.compile(
    r"\banswers?\b[^,;:]{3,80}?\s(?:is|would be|should be)\s+(?:that\s+)?(?P<rest>\S.*)", re.IGNORECASE
)
_THING_IS = re.compile(  # "what I would need is a mentor", "the reason I applied is that ..."
    r"^(?P<rest>(?:the|my|one|what|another)\s[^,;:]{0,40}?\b(?:i(?:'d|'ll| would| will| might)?)\s"
    r"(?:(?!\byou\b)[^,;:]){2,60}?\s(?:is|are|was|would be)\s\S.*)",  # "the reason I am writing to you is my pay"
    re.IGNORECASE,
)
_FRAMES = (  # what leads up to an answer, and, as `rest`, the answer
    re.compile(
        r"\b(?:(?:you|i|we)(?: (?:can|could|may|might|should|would like to|want(?:ed)? to|ought to|need to)|'d like to)"
        r"|^(?:(?:and|also|so),? )?(?:can|could|may|might|would|will) (?:you|i|we)|please|pls|just"
        r"|forgot(?:ten)? to|fail(?:ed)? to|omitted to|neglected to|meant to"
        r"|(?:didn't|did not|never)(?! (?:say|said)\b))"
        rf"(?:\s+(?:also|just|please|perhaps|maybe|have|probably|really|then|simply)){{0,4}}\s+{_SAYS}(?:\s+down)?"
        r"(?:\s+(?:under|for|in|about|on|to) (?:[\w']+\s+){1,4}?that|\s+that)?\s+(?P<rest>\S.*)",
        re.IGNORECASE,
    ),
    _ANSWER_IS,
    re.compile(
        r"^(?:and |also,? )?(?:as (?:for|to|regards)|for|on|under|regarding|concerning|re|with regard to)\s[^,;:]{3,60}"
        r",\s+(?P<rest>\S.*)",
        re.IGNORECASE,
    ),
    _THING_IS,
)
_ADD_THAT = re.compile(
    r"(?:(?:and|also|so),? )?(?:can|could|may|might|would|will) (?:you|i|we)(?: also| just| please| kindly){0,3}"
    r" (?:add|put|mention|include|note|write|state)\b[^,;:?]{0,60}? that (?:i|my|we)\b",
    re.IGNORECASE,
)
_NAMED, _UNNAMED = 0.3, 0.6  # likelihood of an answer to the question that a sentence names, and where it names none


def told(lines: tuple[Line, ...], context: Context, known: Mapping[str, Found]) -> dict[str, Found]:
    """Return answers that single sentences give, by the key of their question, with sentences that go on with them.

    known: what is found already; it stays, unless an answer here holds all of it, and what it holds is no answer here.
    """
    found: dict[str, Found] = {}
    last: Field | None = None
    for text, line in paragraphs(lines):
        between: list[str] = []
        for place, sentence in enumerate(sentences(text)):
            if given := _given(sentence, context):
                last, between = given[0], []
                found.setdefault(last.key, Found(given[1], line))
            elif last is None or _ends(sentence, context):
                last = None
            elif _goes_on(sentence, last, context):
                found[last.key] = Found(" ".join((found[last.key].text, *between, sentence)), found[last.key].line)
                between = []
            elif place:
                between.append(sentence)
            else:
                last = None  # a new paragraph, on something else
    return {key: each for key, each in found.items() if _is_new(key, each, known)}


def _goes_on(sentence: str, item: Field, context: Context) -> bool:
    """Whether a sentence behind an answer to `item` is likelier one than anything else, or plainly answers something.

    By itself, what goes on with an answer often sounds like one to another question.
    """
    likely = acts.of(spoken(sentence), context.lexicon.acts, context.scheme)
    answers = sum(likely.get(each.act, 0.0) for each in context.scheme.fields if each.act)
    return answers >= acts.PLAINLY or likely.get(item.act, 0.0) >= max(*likely.values(), _HARDLY)


def _ends(sentence: str, context: Context) -> bool:
    """Whether a sentence behind an answer does plainly something else."""
    if sentence.rstrip().endswith("?") or is_closing(sentence, context) or is_remark(sentence, context):
        return True
    return acts.likelihood(spoken(sentence), _BUSINESS, context.lexicon.acts, context.scheme) >= acts.PLAINLY


_HARDLY = 0.2
_BUSINESS = ("courtesy", "thanks", "correction", "chase", "request", "put_off", "other_business")


def _is_new(key: str, answer: Found, known: Mapping[str, Found]) -> bool:
    text = fold(answer.text)
    if any(text in fold(each.text) for each in known.values()):
        return False
    return key not in known or fold(known[key].text) in text


def _given(sentence: str, context: Context) -> tuple[Field, str] | None:
    """The question that a sentence answers, and its answer; None where it does not."""
    shown = sentence.replace("\u2019", "'")
    if NO_CHANGE.search(fold(sentence)) or acts.does(spoken(sentence), "put_off", context.lexicon.acts, context.scheme):
        return None
    for frame in _FRAMES:
        match = frame.search(shown)
        if match is None:
            continue
        rest = sentence[match.start("rest") :]
        if rest.rstrip().endswith("?"):  # "Could you add to my skills that I sign?" asks for nothing else
            if not _ADD_THAT.match(shown):
                continue
            rest = f"{rest.rstrip(' ?')}."
        before = shown[max(0, match.start() - _REACH) : match.start()]
        announces = rest.rstrip().endswith(":")  # the answer stands below
        if announces or _REPORTED.search(before) or _OF_ANOTHER.match(fold(rest)) or takes_out(rest):
            continue
        likely = acts.of(spoken(rest), context.lexicon.acts, context.scheme)
        lead = shown[:_MAX_LEAD] if frame is _THING_IS else shown[: match.start("rest")][-_MAX_LEAD:]
        item = _meant(lead, rest, likely, context, named=frame is _ANSWER_IS)
        if item and likely.get(item.act, 0.0) >= max(likely.values()):
            return item, rest[:1].upper() + rest[1:]
    return None


_REACH = 60  # characters before words in which it stands whose they are
_MAX_LEAD = 300  # characters that lead up to an answer

# "my manager would need", said of somebody else, is no answer unless the question is named
_OF_ONESELF = re.compile(
    r"(?:i|we|what i|the reason|(?:my|our)(?! (?:colleagues?|manager|boss|team|friend|partner|wife|husband|sister"
    r"|brother|mum|mother|dad|father|son|daughter)\b))\b(?!-)"
)
_OF_ANOTHER = re.compile(
    r"(?:my|our|his|her|their) (?:colleague|friend|boss|sister|brother|wife|husband)\b|(?:he|she|they)\b"
)
_REPORTED = re.compile(rf"{REPORTED}[^,;:]*$", re.IGNORECASE)


def _meant(lead: str, rest: str, likely: Mapping[str, float], context: Context, *, named: bool = False) -> Field | None:
    """The question that the words before an answer name; else the one that it is plainly like an answer to.

    named: only a question that is named will do.
    """
    scheme = context.scheme
    key = question(lead, scheme)
    if key:
        return scheme.field(key) if likely.get(scheme.field(key).act, 0.0) >= _NAMED else None
    if named or not _OF_ONESELF.match(fold(rest)):
        return None
    texts = (item for item in scheme.fields if item.kind is FieldKind.TEXT and item.act)
    return next((item for item in texts if likely.get(item.act, 0.0) >= _UNNAMED), None)
