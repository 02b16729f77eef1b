"""Phrases that speak of a role: written with `{role}`, compiled with the words that a scheme has for it."""

import re
from dataclasses import replace
from functools import lru_cache

from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.words import pattern, tokens

_ROLE = "{role}"


def role(scheme: Scheme) -> str:
    """Return a regular expression, as one group, for any word or phrase that names the role, also in the plural."""
    words = {r"\W+".join(map(re.escape, tokens(text))) for text in (*scheme.role_words, scheme.role)}
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return f"(?:(?:{alternatives})(?:s|'s|s')?)" if alternatives else "(?!)"


@lru_cache(maxsize=64)
def speaking_of(lexicon: Lexicon, scheme: Scheme) -> Lexicon:
    """Return `lexicon` with the words of `scheme` for its role in place of `{role}`."""
    words = role(scheme)
    phrases = {name: tuple(text.replace(_ROLE, words) for text in texts) for name, texts in lexicon.phrases.items()}
    return replace(lexicon, phrases=phrases)


def find(name: str, text: str, lexicon: Lexicon) -> str:
    """Return the first phrase of the list `name` in `text`, a folded sentence, or ""."""
    match = pattern(lexicon.phrases.get(name, ())).search(text)
    return match.group().strip() if match else ""
