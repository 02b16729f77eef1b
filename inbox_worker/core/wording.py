"""Phrases that speak of a role: written with `{role}`, compiled with the words that a scheme has for it."""

import re
from dataclasses import replace
from functools import lru_cache

from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.words import tokens

_ROLE = "{role}"


@lru_cache(maxsize=1024)
def _filled(expressions: tuple[str, ...], role: str) -> tuple[str, ...]:
    return tuple(text.replace(_ROLE, role) for text in expressions)


def role(scheme: Scheme) -> str:
    """Return a regular expression, as one group, for any word or phrase that names the role, also in the plural."""
    words = {r"\W+".join(map(re.escape, tokens(text))) for text in (*scheme.role_words, scheme.role)}
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return f"(?:(?:{alternatives})(?:s|'s|s')?)" if alternatives else "(?!)"


def speaking_of(lexicon: Lexicon, scheme: Scheme) -> Lexicon:
    """Return `lexicon` with the words of `scheme` for its role in place of `{role}`."""
    words = role(scheme)
    return replace(lexicon, phrases={name: _filled(texts, words) for name, texts in lexicon.phrases.items()})
