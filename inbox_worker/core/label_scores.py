"""How well words name a field: keywords first, then likeness (domain.md 5). Knows no scheme."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.words import bare, tokens

MAX_LABEL_WORDS = 24  # the longest question that people type, with room


MARKS = "*_#~ \t"


_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "your",
        "our",
        "of",
        "and",
        "or",
        "to",
        "for",
        "in",
        "at",
        "is",
        "are",
        "be",
        "s",
        "please",
        "current",
        "present",
        "i",
        "am",
        "me",
        "as",
        "own",
        "full",
        "work",
        "contact",
        "here",
        "his",
        "her",
        "their",
        "you",
        "given",
        "preferred",
    ]
)


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


@lru_cache(maxsize=32)
def _all_stems(scheme: Scheme) -> frozenset[str]:
    return frozenset(stem for item in scheme.fields for group in item.keywords for stem in group)


@lru_cache(maxsize=32)
def _long_stems(scheme: Scheme) -> dict[int, list[str]]:
    """The stems in which slips of typing are allowed, by their length."""
    found: dict[int, list[str]] = {}
    for stem in _all_stems(scheme):
        if len(stem) >= 5:
            found.setdefault(len(stem), []).append(stem)
    return found


@lru_cache(maxsize=16_384)
def _stems_of(word: str, scheme: Scheme) -> frozenset[str]:
    """The stems of keywords that `word` begins with, small slips of typing allowed in long ones.

    The same words come again in every mail.
    """
    begun = {stem for stem in _all_stems(scheme) if word.startswith(stem)}
    found = {stem for stem in begun if len(stem) > 4 or len(word) <= len(stem) + 1}
    for length, stems in _long_stems(scheme).items():
        if abs(len(word) - length) <= 4:
            alike = process.extract(word[: length + 1], stems, scorer=fuzz.ratio, score_cutoff=83, limit=None)
            found.update(stem for stem, _, _ in alike)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text that may be a label, cut into words, with the stems that each begins with."""

    text: str
    words: list[str]
    begun: list[frozenset[str]]
    stems: frozenset[str]  # of all words
    question: bool


@lru_cache(maxsize=256)
def names_of(item: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(text).replace("'", "") for text in (item.label, *item.variants)))


@lru_cache(maxsize=32)
def _keys_of_names(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Every name of a field, and the fields that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for item in scheme.fields:
        for name in names_of(item):
            found[name] = (*found.get(name, ()), item.key)
    return found


def _by_keywords(item: Field, given: _Words) -> float:
    best = 0.0
    for group in item.keywords:
        if not given.stems.issuperset(group):
            continue
        pairs = zip(given.words, given.begun, strict=True)
        extra = sum(1 for word, begun in pairs if word not in _FILLERS and begun.isdisjoint(group))
        if item.kind is not FieldKind.TEXT:
            score = 0.8 - 0.25 * extra
        elif len(group) > 1:
            score = 0.62 + 0.08 * len(group) - (0.0 if given.question else 0.02) * extra
        else:
            score = 0.62 - (0.03 if given.question else 0.09) * extra
        best = max(best, score)
    return min(best, 0.92)


@lru_cache(maxsize=256)
def _telling(item: Field) -> tuple[str, ...]:
    """The stems that the keywords of a field ask for: a question without any of them is not it."""
    return tuple({stem for group in item.keywords for stem in group if len(stem) > 3})


def _alike(given: _Words, scheme: Scheme) -> dict[str, float]:
    """The scores of the fields that have a name like the text, only those."""
    if len(given.text) <= 3:
        return {}
    floor, names = 86 if len(given.words) <= 2 else 80, _keys_of_names(scheme)
    found = process.extract(given.text, names.keys(), scorer=fuzz.ratio, score_cutoff=floor, limit=None)
    best: dict[str, float] = {}
    for name, likeness, _ in found:  # the most alike first
        for key in names[name]:
            best.setdefault(key, 0.45 + 0.45 * (likeness - floor) / (100 - floor))
    return best


def _like_question(item: Field, given: _Words) -> float:
    if item.kind is not FieldKind.TEXT or len(given.words) < 5 or given.stems.isdisjoint(_telling(item)):
        return 0.0
    likeness = fuzz.token_set_ratio(given.text, names_of(item)[0])
    return 0.3 + 0.4 * (likeness - 70) / 30 if likeness >= 75 else 0.0


@lru_cache(maxsize=32)
def _telling_starts(scheme: Scheme) -> frozenset[str]:
    """The first three letters of every word that can make a line a label: a cheap test before the costly ones."""
    words = {stem for item in scheme.fields for group in item.keywords for stem in group}
    words |= {
        word for item in scheme.fields for name in names_of(item) if len(name.split()) <= 4 for word in name.split()
    }
    return frozenset(word.replace("'", "")[:3] for word in words - _FILLERS)


@lru_cache(maxsize=32)
def _twisted(scheme: Scheme) -> dict[str, str]:
    """Words of the labels of one-line fields with two inner letters changed over ("nmae"), and what they stand for."""
    words = {
        word
        for item in scheme.fields
        if item.kind is not FieldKind.TEXT
        for name in names_of(item)
        for word in name.split()
        if 4 <= len(word) <= 12
    }
    twisted = {
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]: word for word in words for at in range(1, len(word) - 2)
    }
    return {slip: word for slip, word in twisted.items() if slip not in words}


def may_name(text: str, scheme: Scheme) -> bool:
    """Return whether `match` can find a field in `text` or in any of its beginnings. False means: certainly not."""
    words = tokens(text)
    return not (
        _telling_starts(scheme).isdisjoint([word[:3] for word in words]) and _twisted(scheme).keys().isdisjoint(words)
    )


def match(text: str, scheme: Scheme, floor: float = 0.4) -> dict[str, float]:
    """Return how well `text` (a label or question, without its value) names each field; only scores from `floor`."""
    scores = _scores(text, scheme) if len(text) <= _REMEMBERED_LENGTH else _scores.__wrapped__(text, scheme)
    return {key: score for key, score in scores.items() if score >= floor}


_REMEMBERED_LENGTH = 500  # characters


@lru_cache(maxsize=2048)
def _scores(text: str, scheme: Scheme) -> dict[str, float]:
    twisted = _twisted(scheme)
    words = [twisted.get(word, word) for word in tokens(stripped(text))]
    if not words or len(words) > MAX_LABEL_WORDS:
        return {}
    if _telling_starts(scheme).isdisjoint([word[:3] for word in words]):
        return {}
    words = [word.replace("'", "") for word in words]
    begun = [_stems_of(word, scheme) for word in words]
    question = "?" in text or words[0] in QUESTION_WORDS
    given = _Words(" ".join(words), words, begun, frozenset[str]().union(*begun), question)
    scores = _alike(given, scheme)
    if given.stems:
        for item in scheme.fields:
            score = max(_by_keywords(item, given), _like_question(item, given))
            if score > scores.get(item.key, 0.0):
                scores[item.key] = score
    scores |= dict.fromkeys(_keys_of_names(scheme).get(given.text, ()), 1.0)
    if "/" in text:
        _add_translations(text, scheme, scores)
    return {item.key: scores[item.key] for item in scheme.fields if item.key in scores}


def _add_translations(text: str, scheme: Scheme, scores: dict[str, float]) -> None:
    """ "Job title / Teitl swydd": both parts name one field to the letter, in two languages or two ways."""
    parts = [bare(stripped(part)).replace("'", "") for part in text.split("/")]
    for item in scheme.fields:
        if len(parts) >= 2 and all(part in names_of(item) for part in parts):
            scores[item.key] = 1.0


def is_exact(text: str, scheme: Scheme) -> bool:
    """Return whether `text` is a label or variant of the scheme to the letter, case and punctuation aside."""
    return bare(stripped(text)).replace("'", "") in _keys_of_names(scheme)


@lru_cache(maxsize=32)
def long_names(scheme: Scheme) -> dict[str, list[tuple[str, str, int]]]:
    """Every label of five words and more, as (field key, label, number of its words), by its first letter."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for item in scheme.fields:
        for name in names_of(item):
            if (length := len(name.split())) >= 5:
                found.setdefault(name[0], []).append((item.key, name, length))
    return found
