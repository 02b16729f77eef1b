"""How well words name a field: keywords first, then likeness (domain.md 5). Knows no scheme."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from inbox_worker.core.scheme import Scheme
from inbox_worker.core.vocabulary import FILLERS, FieldWords, Vocabulary, comparable, vocabulary
from inbox_worker.core.words import tokens

MAX_LABEL_WORDS = 24  # the longest question that people type, with room


MARKS = "*_#~ \t"


QUESTION_WORDS = frozenset(
    [
        "why",
        "what",
        "which",
        "how",
        "where",
        "who",
        "when",
        "in",
        "is",
        "do",
        "does",
        "can",
        "could",
        "would",
        "describe",
        "explain",
        "tell",
    ]
)


_NUMBERED = re.compile(
    r"^(?:q(?:uestion)?\.?\s*)?\(?\d{1,2}(?:[.):]+\s*|\s+(?=[^\W\d]+.*\?))|^(?:q|a)[.):]\s+", re.IGNORECASE
)


def stripped(text: str) -> str:
    """Return `text` without list numbers and the marks of bold or underlined type around it."""
    return _NUMBERED.sub("", text.strip(MARKS), count=1).strip(MARKS)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text that may be a label, cut into words, with the stems that each begins with."""

    text: str
    words: list[str]
    begun: list[frozenset[str]]
    stems: frozenset[str]  # of all words
    question: bool


def _by_keywords(item: FieldWords, given: _Words) -> float:
    best = 0.0
    for group in item.groups:
        if not group <= given.stems:
            continue
        pairs = zip(given.words, given.begun, strict=True)
        extra = sum(1 for word, begun in pairs if word not in FILLERS and begun.isdisjoint(group))
        if not item.is_text:
            score = 0.8 - 0.25 * extra
        elif len(group) > 1:
            score = 0.62 + 0.08 * len(group) - (0.0 if given.question else 0.02) * extra
        else:
            score = 0.62 - (0.03 if given.question else 0.09) * extra
        best = max(best, score)
    return min(best, 0.92)


def _like_question(item: FieldWords, given: _Words) -> float:
    if not item.is_text or len(given.words) < 5 or given.stems.isdisjoint(item.telling):
        return 0.0
    likeness = fuzz.token_set_ratio(given.text, item.names[0])
    return 0.3 + 0.4 * (likeness - 70) / 30 if likeness >= 75 else 0.0


def _alike(given: _Words, names: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """The scores of the fields that have a name like the text, only those."""
    if len(given.text) <= 3:
        return {}
    floor = 86 if len(given.words) <= 2 else 80
    found = process.extract(given.text, names.keys(), scorer=fuzz.ratio, score_cutoff=floor, limit=None)
    best: dict[str, float] = {}
    for name, likeness, _ in found:  # the most alike first
        for key in names[name]:
            best.setdefault(key, 0.45 + 0.45 * (likeness - floor) / (100 - floor))
    return best


def may_name(text: str, scheme: Scheme) -> bool:
    """Return whether `match` can find a field in `text` or in any of its beginnings. False means: certainly not."""
    words, known = tokens(text), vocabulary(scheme)
    return not (known.starts.isdisjoint([word[:3] for word in words]) and known.twisted.keys().isdisjoint(words))


def match(text: str, scheme: Scheme, floor: float = 0.4) -> dict[str, float]:
    """Return how well `text` (a label or question, without its value) names each field; only scores from `floor`."""
    scores = _scores(text, scheme) if len(text) <= _REMEMBERED_LENGTH else _scores.__wrapped__(text, scheme)
    return {key: score for key, score in scores.items() if score >= floor}


_REMEMBERED_LENGTH = 500  # characters


@lru_cache(maxsize=2048)
def _scores(text: str, scheme: Scheme) -> dict[str, float]:
    known = vocabulary(scheme)
    words = [known.twisted.get(word, word) for word in tokens(stripped(text))]
    if not words or len(words) > MAX_LABEL_WORDS or known.starts.isdisjoint([word[:3] for word in words]):
        return {}
    words = [word.replace("'", "") for word in words]
    begun = [known.stems_of(word) for word in words]
    question = "?" in text or words[0] in QUESTION_WORDS
    given = _Words(" ".join(words), words, begun, frozenset[str]().union(*begun), question)
    scores = _alike(given, known.names)
    if given.stems:
        for item in known.fields:
            score = max(_by_keywords(item, given), _like_question(item, given))
            if score > scores.get(item.key, 0.0):
                scores[item.key] = score
    scores |= dict.fromkeys(known.names.get(given.text, ()), 1.0)
    if "/" in text:
        _add_translations(text, known, scores)
    return {item.key: scores[item.key] for item in known.fields if item.key in scores}


def _add_translations(text: str, known: Vocabulary, scores: dict[str, float]) -> None:
    """ "Job title / Teitl swydd": both parts name one field to the letter, in two languages or two ways."""
    parts = [comparable(stripped(part)) for part in text.split("/")]
    for item in known.fields:
        if all(part in item.names for part in parts):
            scores[item.key] = 1.0


def is_exact(text: str, scheme: Scheme) -> bool:
    """Return whether `text` is a label or variant of the scheme to the letter, case and punctuation aside."""
    return comparable(stripped(text)) in vocabulary(scheme).names


_QUESTIONS = 3  # of a scheme, from which no other form is likely to ask them all


def name_every_question(texts: Iterable[str], scheme: Scheme) -> bool:
    """Return whether `texts` are, among others, labels of every question to the letter: a form may name no more."""
    known = vocabulary(scheme)
    wanted = {item.key for item in known.fields if item.is_text}
    named = {key for text in texts for key in known.names.get(comparable(stripped(text)), ())}
    return len(wanted) >= _QUESTIONS and wanted <= named
