"""What people call the items of any form: phrases/fields.yaml, merged into the fields that a site configures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

import yaml

from inbox_worker.core.words import tokens
from inbox_worker.errors import ConfigError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: a tenth of the time
FILE = "fields"


@dataclass(frozen=True, slots=True)
class Words:
    """The words that come with one sense of a field, or one kind."""

    when: tuple[tuple[str, ...], ...] = ()  # groups of stems; a label with all of one group has this sense
    variants: tuple[str, ...] = ()
    keywords: tuple[tuple[str, ...], ...] = ()
    signature: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    act: str = ""  # of the learned model's

    def suit(self, label: str) -> bool:
        """Whether `label` has this sense."""
        words = tokens(label)
        return any(all(any(word.startswith(stem) for word in words) for stem in group) for group in self.when)


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    text = (files("inbox_worker") / "phrases" / f"{FILE}.yaml").read_text(encoding="utf-8")
    data: dict[str, list[dict[str, Any]]] = yaml.load(text, _Loader)  # noqa: S506 - both are safe
    return data


def check() -> None:
    """Raise ConfigError, with all problems, where an expression is none."""
    problems = [
        f"phrases/{FILE}.yaml: {group}, {entry.get('sense')}: not a regular expression: {error}"
        for group, entries in _entries().items()
        for entry in entries
        for kind in ("prose", "cues", "hints")
        for expression in entry.get(kind, ())
        if (error := _error(expression))
    ]
    if problems:
        raise ConfigError(problems)


@cache
def load() -> dict[str, tuple[Words, ...]]:
    """Return the entries by group ("names", "emails", "short", "questions"), unchecked, as `lexicon.load` does."""
    return {group: tuple(map(_words, entries)) for group, entries in _entries().items()}


def _error(expression: str) -> str:
    try:
        re.compile(expression)
    except re.error as error:
        return str(error)
    return ""


def _words(entry: dict[str, Any]) -> Words:
    return Words(
        when=tuple(map(tuple, entry.get("when", ()))),
        variants=tuple(entry.get("variants", ())),
        keywords=tuple(map(tuple, entry.get("keywords", ()))),
        signature=tuple(map(str, entry.get("signature", ()))),
        prose=tuple(entry.get("prose", ())),
        cues=tuple(entry.get("cues", ())),
        hints=tuple(entry.get("hints", ())),
        act=entry.get("act", ""),
    )


_GROUPS = {"name": "names", "email": "emails", "short": "short", "text": "questions"}


def words_of(kind: str, label: str) -> tuple[Words, ...]:
    """Return the entries that suit a field of `kind` ("name", "email", "short", "text") with this `label`."""
    entries = load().get(_GROUPS[kind], ())
    return tuple(entry for entry in entries if not entry.when or entry.suit(label))


_EMPTY_WORDS = frozenset(
    [
        "a", "an", "and", "any", "are", "as", "at", "be", "been", "being", "by", "can", "could", "did", "do",
        "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its", "like", "may",
        "me", "might", "my", "of", "on", "or", "our", "please", "should", "tell", "than", "that", "the",
        "their", "them", "they", "this", "to", "us", "was", "we", "were", "what", "when", "where", "which",
        "who", "whom", "why", "will", "with", "would", "you", "your", "yourself",
    ]
)  # fmt: skip


def own_words(label: str, others: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return keywords of a question that no entry knows: its telling words, alone and two by two.

    `others` are the scheme's other labels and names: a word of theirs tells nothing.
    """
    common = _EMPTY_WORDS | {word for text in others for word in tokens(text)}
    telling = [word.removesuffix("s") for word in dict.fromkeys(tokens(label)) if len(word) > 2 and word not in common]
    pairs = combinations(telling[:_TELLING], 2)
    return (*pairs, *((word,) for word in telling[:_TELLING]))


_TELLING = 5  # words of a question that may name it


__all__ = ["Words", "check", "load", "own_words", "words_of"]
