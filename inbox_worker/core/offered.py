"""What earlier mail offers, and the word right below it that takes it up."""

import re

from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.scheme import Scheme
from inbox_worker.core.words import any_phrase, fold, pattern, spoken, tokens

_MAX_WORDS = 12  # of an answer to an offer; who says more says what of
_YES = pattern(
    (
        r"^(?:(?:ok|oh|ah|and|but|well|hello|hi|also|just)\W+){0,2}(?:yes|yeah|yep|yup|aye|please|pls|plz|both"
        r"|these|this|that|those|go on|definitely|absolutely|sure|of course|me too|same here|ditto|send|do)\b",
        r"\b(?:i'd|i would|would|should) (?:also )?(?:like|love|welcome|appreciate|be (?:glad|grateful|happy|keen))\b",
    )
)
_WORD = re.compile(r"[\w'-]+")
_OF_A_YES = frozenset(
    _WORD.findall(
        "a absolutely ah all also an and appreciate as aye be both but can certainly cheers copy could course "
        "definitely ditto do for forward get glad go good grateful great happy hello here hi i i'd if it just "
        "keen kindly like look love lovely may me much of oh ok okay on one perfect please pls plz possible "
        "read really same see send should so sure thank thanks that the them these this those to too very we "
        "we'd welcome well would x yeah yep yes you your yup"
    )
)  # the only words, beside those of what is offered: "please stop sending me these" begins like a yes
_NO = pattern(
    (r"\b(?:no|not|never|nothing|already|later|without|had|got|have|read|seen|received|too much)\b", r"n't\b")
)
_OF_THE_FORM = pattern((r"\b(?:becom\w+|join\w*|appl(?:y|ying)|following|volunteer\w*)\b",))


def taken_up(document: Document, scheme: Scheme) -> tuple[Line, ...]:
    """Return the sender's lines that say yes right below quoted words that offer what the scheme sends on request.

    A paragraph that speaks of joining as well is no such offer: nobody knows which of the two the yes is for.
    """
    lines = document.lines
    return tuple(
        line
        for place, line in enumerate(lines)
        if place and line.kind is Kind.OWN and lines[place - 1].kind is Kind.QUOTED and _is_yes(line.text, scheme)
        if _offers(_paragraph_before(lines, place), scheme)
    )


def _is_yes(text: str, scheme: Scheme) -> bool:
    said = spoken(text)
    words = _WORD.findall(said)
    if len(words) > _MAX_WORDS or not _YES.search(said) or _NO.search(said):
        return False
    offered = {word for phrase in scheme.request_words for word in tokens(phrase)}
    return offered.union(_OF_A_YES).issuperset(words)


def _paragraph_before(lines: tuple[Line, ...], end: int) -> str:
    """The quoted lines right above `end`, as far up as no gap parts them."""
    start = end - 1
    while start and not lines[start].gap and lines[start - 1].kind is Kind.QUOTED:
        start -= 1
    return fold(" ".join(line.text for line in lines[start:end]))


def _offers(text: str, scheme: Scheme) -> bool:
    return bool(any_phrase(scheme.request_words).search(text)) and not _OF_THE_FORM.search(text)
