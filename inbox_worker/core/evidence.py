"""What each sentence of a letter says for each question: cues, hints, and likeness to answers of its kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from inbox_worker.core import acts
from inbox_worker.core.addresses import FOUND
from inbox_worker.core.document import Line
from inbox_worker.core.learned import Model
from inbox_worker.core.openings import without_salutation
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.words import any_phrase, pattern, sentences, spoken

_NEAR = 90  # characters from a sentence's start in which a cue counts fully
_PROSE, _CUE, _LATE, _HINT, _HINTS_AT_MOST = 1.0, 0.8, 0.5, 0.3, 2
ENOUGH = 0.62  # evidence that is more than hints
_LIKELIEST = 0.5  # share of the learned likeness from which no other act of a sentence is likelier
_OTHER_ACTS = ("courtesy", "join", "request", "put_off", "withdraw", "chase", "not_joining")  # of the learned likeness
_PLAIN_ACT, _HARDLY = 0.65, 0.1  # shares of it
_SURELY, _OTHERWISE = 0.8, 0.6  # from this share on, what speaks for other questions counts for so much of itself
_ALIKE, _MORE_ALIKE = 0.5, 0.4  # what such a likeness counts for: this, and so much of its share
_MAX_SENTENCES = 100  # of a letter that are read for answers; real ones have some twenty
_MAX_TEXTS = 8  # questions that are told apart; the states double with each

_WHO = pattern(
    (
        r"^(?:hi|hiya|hello|hey|dear|good (?:morning|afternoon|evening))\b",
        r"^(?:my (?:full )?name|i(?:'m| am) (?:[a-z]+ [a-z]+,|an? |the |currently |based |writing )"
        r"|i (?:currently )?work\b|this is\b)",
        r"\b(?:your|the) (?:e-?mail|page|website|web page|poster|newsletter|bulletin|advert|notice|intranet|call)\b",
        r"\b(?:apply|applying|application|volunteer for|put my ?self forward|offer myself|my name down|my details)\b",
    )
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a letter, and what it says for each question."""

    text: str
    line: Line
    paragraph: int
    evidence: tuple[float, ...]  # for each question, in order
    silent: bool  # no part of any answer
    apart: bool  # reads like no part of one
    presents: bool  # says who the sender is or what the letter is for


@dataclass(frozen=True, slots=True)
class Question:
    """What speaks for a question, compiled."""

    key: str
    prose: re.Pattern[str]
    cues: re.Pattern[str]
    hints: tuple[re.Pattern[str], ...]
    any_hint: re.Pattern[str]
    act: str


@lru_cache(maxsize=64)
def questions(scheme: Scheme) -> tuple[Question, ...]:
    """The questions that running text can answer."""
    items = [item for item in scheme.fields if item.kind is FieldKind.TEXT and (item.prose or item.cues)]
    return tuple(
        Question(
            item.key,
            pattern(item.prose),
            pattern(item.cues),
            tuple(pattern((hint,)) for hint in item.hints),
            pattern(item.hints),
            item.act,
        )
        for item in items[:_MAX_TEXTS]
    )


def evidence(folded: str, question: Question, likely: Mapping[str, float]) -> float:
    """Return how much speaks for a sentence beginning to answer `question`, from 0; 1 is beyond doubt.

    likely: the probability of each act of the learned likeness for the sentence.
    """
    strong = _cue(folded, question.prose, _PROSE)
    if strong < _CUE:
        strong = max(strong, _cue(folded, question.cues, _CUE))
    share = likely.get(question.act, 0.0)
    if share >= _LIKELIEST:
        strong = max(strong, _ALIKE + _MORE_ALIKE * share)
    found = strong + _hinted(folded, question)
    return found * _OTHERWISE if share < _HARDLY and max(likely.values(), default=0.0) >= _SURELY else found


def _cue(folded: str, cue: re.Pattern[str], weight: float) -> float:
    match = cue.search(folded)
    if not match:
        return 0.0
    return weight - 0.2 * match.start() / _NEAR if match.start() <= _NEAR else _LATE


def _hinted(folded: str, question: Question) -> float:
    if not question.any_hint.search(folded):
        return 0.0
    return _HINT * min(_HINTS_AT_MOST, sum(1 for hint in question.hints if hint.search(folded)))


def _is_apart(likely: Mapping[str, float], scheme: Scheme) -> bool:
    """Whether a sentence plainly does something else than answering, and reads like no answer besides."""
    plainly = any(likely.get(act, 0.0) >= _PLAIN_ACT for act in _OTHER_ACTS)
    return plainly and all(likely.get(question.act, 0.0) < _HARDLY for question in questions(scheme))


def _asks_for_documents(folded: str, scheme: Scheme) -> bool:
    """Whether a sentence names what may be asked for, and does not begin an answer as people do."""
    if not any_phrase(scheme.request_words).search(folded):
        return False
    return not any(_cue(folded, question.prose, _PROSE) for question in questions(scheme))


def _gives_address(sentence: str) -> bool:
    """Whether a sentence tells how to reach the sender, whatever it goes on to: an address stands near its start."""
    address = FOUND.search(sentence) if "@" in sentence else None
    return address is not None and len(sentence[: address.start()].split()) <= _LEADS_TO_ADDRESS


_LEADS_TO_ADDRESS = 6  # words: "The best address for me is"


def _is_heading(sentence: str) -> bool:
    """Whether words stand there as in a name, a title or an address: every one with a capital."""
    return not sentence.isupper() and not any(word[:1].islower() for word in sentence.split())


def read(lines: list[Line], scheme: Scheme, skip: re.Pattern[str], model: Model) -> list[Sentence]:
    """Return the sentences of a letter, the first hundred. `skip` finds those that are no part of any answer."""
    found: list[Sentence] = []
    for place, (text, line) in enumerate(paragraphs(lines)):
        for sentence in sentences(without_salutation(text)):
            folded = spoken(sentence)
            silent = bool(skip.search(folded)) or _asks_for_documents(folded, scheme) or _gives_address(sentence)
            likely = {} if silent or _is_heading(sentence) else acts.of(folded, model, scheme)
            presents = bool(_WHO.search(folded))
            apart = _is_apart(likely, scheme)
            scores = tuple(0.0 if silent or apart else evidence(folded, each, likely) for each in questions(scheme))
            if presents and max(scores, default=0.0) < ENOUGH:
                scores = tuple(0.0 for _ in scores)
            found.append(Sentence(sentence, line, place, scores, silent, apart, presents))
            if len(found) >= _MAX_SENTENCES:
                return found
    return found
