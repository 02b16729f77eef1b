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
_LIKE_ROLE = 75  # the same for the role's own word
_MAX_WORDS = 40_000  # words in which misspellings are looked for; the exact phrases are looked for everywhere


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about: `ours` and `other` hold the phrase that says so, or ""."""

    ours: str = ""
    other: str = ""
    role: str = ""  # the role without its topic
    topic: str = ""


@lru_cache(maxsize=64)
def phrases(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds any of `texts` in folded text, however their words are parted, also in the plural."""
    if not texts:
        return re.compile(r"(?!)")
    words = [r"\W+".join(map(re.escape, tokens(text))) for text in texts]
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?:s|'s|s')?(?!\w)")


@lru_cache(maxsize=32)
def _near(scheme: Scheme) -> re.Pattern[str]:
    """The topic and the role with a word or two between them ("mental health and wellbeing allies")."""
    topic = phrases(scheme.topic_words).pattern
    role = phrases(scheme.role_words).pattern
    return re.compile(
        rf"{topic}\W+(?:(?:and|&|or|/|staff|network|workplace|wellbeing|well-being|peer|support|ally)\W+){{0,2}}{role}"
    )


@lru_cache(maxsize=32)
def _spellings(scheme: Scheme) -> tuple[tuple[tuple[str, int], ...], frozenset[str], frozenset[str]]:
    """(the mentions of two words and more with their lengths, the roles that end them, the roles' first letters)."""
    mentions = [bare(mention) for mention in scheme.mentions]
    long = tuple((mention, len(mention.split())) for mention in mentions if " " in mention and len(mention) >= 10)
    roles = frozenset({bare(word) for word in scheme.role_words} | {mention.split()[-1] for mention, _ in long})
    return long, roles, frozenset(role[:2] for role in roles)


def misspelt(text: str, scheme: Scheme) -> str:
    """Return the words of `text` that are a mention of the scheme with slips of typing, or "".

    The last word must be like the role: "mental helth allys", and not "mental health all".
    """
    mentions, roles, starts = _spellings(scheme)
    words = text.split()
    for end, word in enumerate(words[:_MAX_WORDS], 1):
        if len(word) < 4 or word[:2] not in starts or not any(fuzz.ratio(word, role) >= _LIKE_ROLE for role in roles):
            continue
        for mention, size in mentions:
            window = " ".join(words[max(0, end - size) : end])
            if window[:1] == mention[:1] and fuzz.ratio(window, mention) >= _LIKE:
                return window
    return ""


@lru_cache(maxsize=1024)
def about(text: str, scheme: Scheme) -> Subject:
    """Return what `text` speaks of. Phrases of other schemes are looked for where ours were taken out."""
    folded = fold(text)
    comparable = " ".join(tokens(text))
    ours = phrases(scheme.mentions).search(folded) or _near(scheme).search(folded)
    found = ours.group() if ours else misspelt(comparable, scheme)
    rest = phrases(scheme.mentions).sub(" ", folded)
    other = phrases(scheme.others).search(rest)
    role = phrases(scheme.role_words).search(phrases(scheme.others).sub(" ", rest))
    topic = phrases(scheme.topic_words).search(rest)
    return Subject(
        ours=found,
        other=other.group() if other else "",
        role=role.group() if role else "",
        topic=topic.group() if topic else "",
    )
