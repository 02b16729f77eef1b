"""Whose wish a sentence tells: the sender's own, or somebody else's."""

import re

from inbox_worker.core.words import pattern

_ANYBODY = pattern(
    (
        r"\b(?:you|who|anyone|anybody|everyone|people|staff|those|they|he|she|it|someone|somebody|colleagues?|members?|students?|one)"
        r"\b(?:\W+\w+){0,2}\W*$",
        r"\bmy (?:[\w'-]+ ){0,2}[\w'-]+\s*$",  # "my assistant would love to"
        # "anyone in the faculty would like to"
        r"\b(?:any|every|some) ?(?:one|body)(?: (?!(?:i|i'm|i'd|im|id|we|and|but|so|or)\b)[\w'-]+){0,6} *$",
    )
)
_FIRST_PERSON = pattern((r"\b(?:i|we|id|my|me|us|myself|i'd|i'm|im)\b",))


def of_another(sentence: str, match: re.Match[str]) -> bool:
    """Return whether the wish `match` in a folded sentence is somebody else's ("who want to be one")."""
    before = sentence[: match.start()]
    if _FIRST_PERSON.search(match.group()) or _goes_on_from_the_sender(before):
        return False
    return bool(_ANYBODY.search(before))


def _goes_on_from_the_sender(before: str) -> bool:
    """Whether the sender is the subject to come: "I'm good with anyone in trouble and" (would love to join)."""
    goes_on = before.rstrip().endswith((" and", " but"))
    return goes_on and bool(_SENDER.search(before)) and not _SOMEBODY_WHO.search(before)


_SENDER = pattern((r"\b(?:i|i'm|im|i've|i'd)\b",))
_SOMEBODY_WHO = pattern((r"\b(?<!one )(?<!body )(?<!people )who\b",))
