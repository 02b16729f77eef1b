"""What the labels of a scheme are made of: its names of fields, their words, the stems of its keywords."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.words import bare

_SLIPS = 5  # letters of a stem from which on slips of typing are allowed in it
_ALIKE = 83  # percent that a word's beginning must be like such a stem

FILLERS = frozenset(
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


@dataclass(frozen=True, slots=True)
class FieldWords:
    """The words of one field's labels."""

    key: str
    is_text: bool
    names: tuple[str, ...]  # label and variants, as `comparable` gives them
    groups: tuple[frozenset[str], ...]  # of stems: a text that has all of one group may be a label of the field
    telling: frozenset[str]  # their stems of four letters and more: a question without any of them is not this one


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of all labels of a scheme."""

    fields: tuple[FieldWords, ...]  # in the scheme's order
    names: dict[str, tuple[str, ...]]  # every name, and the keys of the fields that have it
    long_names: dict[str, list[tuple[str, str, int]]]  # (key, name, number of words) of five and more, by first letter
    starts: frozenset[str]  # the first three letters of every word that can make a line a label
    twisted: dict[str, str]  # words of one-line fields with two inner letters changed over ("nmae") -> what is meant
    stems_of: Callable[[str], frozenset[str]]  # a word -> the stems of keywords that it begins with


def comparable(text: str) -> str:
    """Return `text` as names are compared: its words only, folded, without apostrophes."""
    return bare(text).replace("'", "")


@lru_cache(maxsize=32)
def vocabulary(scheme: Scheme) -> Vocabulary:
    """Return the words of the labels of `scheme`."""
    fields = tuple(_words_of(item) for item in scheme.fields)
    names: dict[str, tuple[str, ...]] = {}
    long_names: dict[str, list[tuple[str, str, int]]] = {}
    for item in fields:
        for name in item.names:
            names[name] = (*names.get(name, ()), item.key)
            if (length := len(name.split())) >= 5:
                long_names.setdefault(name[0], []).append((item.key, name, length))
    stems = frozenset(stem for item in fields for group in item.groups for stem in group)
    return Vocabulary(fields, names, long_names, _starts(stems, names), _twisted(fields), _finder(stems))


def _words_of(item: Field) -> FieldWords:
    names = tuple(dict.fromkeys(comparable(text) for text in (item.label, *item.variants)))
    groups = tuple(frozenset(group) for group in item.keywords)
    telling = frozenset(stem for group in groups for stem in group if len(stem) > 3)
    return FieldWords(item.key, item.kind is FieldKind.TEXT, names, groups, telling)


def _starts(stems: frozenset[str], names: dict[str, tuple[str, ...]]) -> frozenset[str]:
    short = {word for name in names if len(name.split()) <= 4 for word in name.split()}
    return frozenset(word.replace("'", "")[:3] for word in (stems | short) - FILLERS)


def _twisted(fields: tuple[FieldWords, ...]) -> dict[str, str]:
    names = [name for item in fields if not item.is_text for name in item.names]
    words = {word for name in names for word in name.split() if 4 <= len(word) <= 12}
    twisted = {
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]: word for word in words for at in range(1, len(word) - 2)
    }
    return {slip: word for slip, word in twisted.items() if slip not in words}


def _finder(stems: frozenset[str]) -> Callable[[str], frozenset[str]]:
    """A function that finds which of `stems` a word begins with, small slips of typing allowed in long ones."""
    lengths = {len(stem) for stem in stems}
    by_length: dict[int, list[str]] = {}
    for stem in stems:
        if len(stem) >= _SLIPS:
            by_length.setdefault(len(stem), []).append(stem)

    @lru_cache(maxsize=16_384)  # the same words come again in every mail
    def stems_of(word: str) -> frozenset[str]:
        begun = stems.intersection([word[:length] for length in lengths])
        found = {stem for stem in begun if len(stem) >= _SLIPS or len(word) <= len(stem) + 1}
        for length, likely in by_length.items():
            if abs(len(word) - length) <= 4:
                alike = process.extract(word[: length + 1], likely, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None)
                found.update(stem for stem, _, _ in alike)
        return frozenset(found)

    return stems_of
