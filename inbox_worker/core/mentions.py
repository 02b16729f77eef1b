"""Whether a text speaks of a scheme, of another one, or of neither."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from inbox_worker.core.scheme import Scheme
from inbox_worker.core.words import bare, fold, tokens

_LIKE = (
    84  # ratio from which a run of words is a phrase misspelt ("mental helth allys" against "mental health allies": 89)
)
_MAX_WORDS = 400  # words in which misspellings are looked for; the exact phrases are looked for everywhere


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about: `ours` and `other` hold the phrase that says so, or ""."""

    ours: str = ""
    other: str = ""
    role: str = ""  # the role without its topic
    topic: str = ""


@lru_cache(maxsize=64)
def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    if not phrases:
        return re.compile(r"(?!)")
    words = [r"\W+".join(map(re.escape, tokens(phrase))) for phrase in phrases]
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?:s|'s|s')?(?!\w)")


@lru_cache(maxsize=32)
def _near(scheme: Scheme) -> re.Pattern[str]:
    """The topic and the role with a word or two between them ("mental health and wellbeing allies")."""
    topic = _phrases(scheme.topic_words).pattern
    role = _phrases(scheme.role_words).pattern
    return re.compile(
        rf"{topic}\W+(?:(?:and|&|or|/|staff|network|workplace|wellbeing|well-being|peer|support|ally)\W+){{0,2}}{role}"
    )


def _misspelt(text: str, scheme: Scheme) -> str:
    words = text.split()[:_MAX_WORDS]
    roles = {bare(word) for word in scheme.role_words}
    for mention in scheme.mentions:
        wanted = bare(mention)
        size = len(wanted.split())
        if size < 2 or len(wanted) < 10:
            continue
        for start in range(len(words) - size + 1):
            window = " ".join(words[start : start + size])
            if window[:1] == wanted[:1] and fuzz.ratio(window, wanted) >= _LIKE:
                last = words[start + size - 1]
                if any(fuzz.ratio(last, role) >= 75 for role in roles):
                    return window
    return ""


@lru_cache(maxsize=1024)
def about(text: str, scheme: Scheme) -> Subject:
    """Return what `text` speaks of. Phrases of other schemes are looked for where ours were taken out."""
    folded = fold(text)
    comparable = " ".join(tokens(text))
    ours = _phrases(scheme.mentions).search(folded) or _near(scheme).search(folded)
    found = ours.group() if ours else _misspelt(comparable, scheme)
    rest = _phrases(scheme.mentions).sub(" ", folded)
    other = _phrases(scheme.others).search(rest)
    role = _phrases(scheme.role_words).search(_phrases(scheme.others).sub(" ", rest))
    topic = _phrases(scheme.topic_words).search(rest)
    return Subject(
        ours=found,
        other=other.group() if other else "",
        role=role.group() if role else "",
        topic=topic.group() if topic else "",
    )
