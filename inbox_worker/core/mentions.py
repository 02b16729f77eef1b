"""Whether a text speaks of a scheme, of another one, or of neither."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz

from inbox_worker.core.scheme import Scheme
from inbox_worker.core.words import bare, fold, tokens, words_of

_LIKE = (
    84  # ratio from which a run of words is a phrase misspelt ("mental helth allys" against "mental health allies": 89)
)
_LONG = 12  # characters from which a phrase is the same without its spaces ("#MentalHealthAlly")
_LIKE_ROLE = 75  # the same for the role's own word
_MAX_TYPED = 2_000  # characters of one line in which other schemes are looked for
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
    words = [(r"\W*" if len(text) >= _LONG else r"\W+").join(map(re.escape, tokens(text))) for text in texts]
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?:s|'s|s')?(?!\w)")


@lru_cache(maxsize=64)
def _beginnings(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The first words of `texts`, one of which begins all that `phrases` finds; none that begins with another."""
    words = {each[0] for text in texts if (each := tokens(text))}
    return tuple(word for word in words if not any(word.startswith(other) for other in words - {word}))


def _places(folded: str, texts: tuple[str, ...]) -> list[int]:
    """Where one of `texts` may begin: to look for their first words, and only there for the whole, is far cheaper."""
    found = []
    for word in _beginnings(texts):
        place = folded.find(word)
        while place >= 0:
            found.append(place)
            place = folded.find(word, place + 1)
    return sorted(found)


def found_in(folded: str, texts: tuple[str, ...]) -> re.Match[str] | None:
    """Return what `phrases` finds first."""
    wanted = phrases(texts)
    for place in _places(folded, texts):
        if match := wanted.match(folded, place):
            return match
    return None


def _without(texts: tuple[str, ...], folded: str) -> str:
    """Return a text with a space in place of all that `phrases` finds."""
    wanted, kept, end = phrases(texts), [], 0
    for place in _places(folded, texts):
        match = wanted.match(folded, place) if place >= end else None
        if match:
            kept.append(folded[end:place])
            end = match.end()
    return " ".join([*kept, folded[end:]])


@lru_cache(maxsize=32)
def _near(scheme: Scheme) -> re.Pattern[str]:
    """The topic and the role with a word or two between them ("mental health and wellbeing allies")."""
    topic = phrases(scheme.topic_words).pattern
    role = phrases(scheme.role_words).pattern
    return re.compile(
        rf"{topic}\W+(?:(?:and|&|or|/|staff|network|workplace|wellbeing|well-being|peer|support|{role})\W+){{0,2}}{role}"
    )


@lru_cache(maxsize=32)
def _spellings(scheme: Scheme) -> tuple[tuple[tuple[str, int], ...], frozenset[str], frozenset[str]]:
    """(the mentions of two words and more with their lengths, the words that end them, these words' first letters).

    A mention that has the role's word elsewhere ("warden for the trees") is left out: any other words might end so.
    """
    own = frozenset(bare(word) for word in scheme.role_words)
    mentions = [bare(mention) for mention in scheme.mentions]
    long = tuple(
        (mention, len(words))
        for mention in mentions
        if len(mention) >= 10 and len(words := mention.split()) > 1 and (words[-1] in own or own.isdisjoint(words))
    )
    roles = own | {mention.split()[-1] for mention, _ in long}
    return long, roles, frozenset(role[:2] for role in roles)


@lru_cache(maxsize=1024)
def _like_any(word: str, roles: frozenset[str]) -> bool:
    """Whether a word is like one of `roles`. Few words begin as they do, and these come again in mail after mail."""
    return len(word) >= 3 and word != "all" and any(fuzz.ratio(word, role) >= _LIKE_ROLE for role in roles)


def misspelt(words: Sequence[str], scheme: Scheme) -> str:
    """Return those of `words`, as `words.tokens` gives them, that are a mention of the scheme misspelt, or "".

    The last word must be like the role: "mental helth allys", and not "mental health all".
    """
    mentions, roles, starts = _spellings(scheme)
    candidates = {word for word in {*words[:_MAX_WORDS]} if word[:2] in starts and _like_any(word, roles)}
    if not candidates:
        return ""
    for end, word in enumerate(words[:_MAX_WORDS], 1):
        if word not in candidates:
            continue
        for mention, size in mentions:
            window = " ".join(words[max(0, end - size) : end])
            if window[:1] == mention[:1] and fuzz.ratio(window, mention) >= _LIKE:
                return window
    return ""


@lru_cache(maxsize=32)
def _behind(scheme: Scheme) -> re.Pattern[str]:
    """Another scheme's role with its topic behind it: of "trans ally", "an ally to trans colleagues"."""
    role = phrases(scheme.role_words).pattern
    named = (re.fullmatch(rf"(.+?)\W+{role}", fold(other)) for other in scheme.others)
    topics = tuple(sorted({match.group(1) for match in named if match}))
    return re.compile(rf"{role}\W+(?:for|to|of)\W+(?:\w+\W+)?{phrases(topics).pattern}")


def serves_others(text: str, scheme: Scheme) -> str:
    """Return the words of `text` that give the role to those another scheme is for, or ""."""
    match = _behind(scheme).search(fold(text))
    return match.group() if match else ""


@lru_cache(maxsize=256)
def about(text: str, scheme: Scheme) -> Subject:
    """Return what `text` speaks of. Phrases of other schemes are looked for where ours were taken out."""
    folded = fold(text)
    ours = found_in(folded, scheme.mentions)
    if ours is None and (begin := found_in(folded, scheme.topic_words)):
        ours = _near(scheme).search(folded, begin.start())
    found = ours.group() if ours else misspelt(words_of(folded), scheme)
    rest = _without(scheme.mentions, folded)
    other = found_in(rest, scheme.others)
    role = found_in(_without(scheme.others, rest), scheme.role_words)
    topic = found_in(rest, scheme.topic_words)
    return Subject(
        ours=found,
        other=other.group() if other else "",
        role=role.group() if role else "",
        topic=topic.group() if topic else "",
    )


_TITLES = re.compile(r"\s*(?:[|\u2022\u00b7;,/(&+]|\s[-\u2013\u2014]\s|\band\b|\bsince\b)\s*")
_BEFORE_TITLE = re.compile(r"^(?:(?:an?|the|proud|trained|volunteer|accredited|university|kent|your) )+")


def gives_role(text: str, scheme: Scheme) -> bool:
    """Return whether a line of a signature holds the scheme's role as a title: its writer has the role already."""
    parts = (_BEFORE_TITLE.sub("", part.strip(" .:)*_")) for part in _TITLES.split(fold(text)[:_MAX_TITLES]))
    return any(part and phrases(scheme.mentions).fullmatch(part) for part in parts)


_MAX_TITLES = 300  # characters of a line in which titles are looked for


_PLAIN_MODIFIERS = frozenset(
    tokens(
        """
        a an the this that these those our your my their its one some any all each every new current
        existing serving future prospective potential trained qualified good great better best active proud
        fellow lead senior volunteer volunteering become becoming being be are is was as for of to with from
        by in on at and or re fw fwd about regarding called named please join joining interest interested
        application apply applying form request query question enquiry role scheme network programme
        training course expression staff employee university college school department faculty campus dear
        hi hello thanks hey team what who how why when where want wanted more no not first last next eoi
        """
    )
)
"""Words before the role that do not make it another one."""
_OTHER_ROLES = "champion|ambassador|advocate|supporter|contact|buddy|mentor|representative|rep|first aider"


@lru_cache(maxsize=32)
def _modified(scheme: Scheme) -> re.Pattern[str]:
    """A role's word behind a modifier typed as a name ("Tree Planting Warden") or hyphenated ("out-door warden")."""
    role = "|".join(sorted((re.escape(word) for word in scheme.role_words), key=len, reverse=True))
    capitalised = r"[A-Z][\w&+/'-]*"
    return re.compile(
        rf"(?<![\w-])(?:(?P<name>{capitalised}(?:[ ](?:and|&|of|in|for|{capitalised})){{0,3}})[ ](?=[A-Z])"
        rf"|(?P<joined>[A-Za-z]+(?:-[A-Za-z]+)+|[A-Za-z]+\+)[ ])(?P<role>(?i:{role}|{_OTHER_ROLES})s?)(?!\w)"
    )


def _foreign(modifier: str, scheme: Scheme) -> bool:
    """Whether `modifier` makes a role another scheme's: none of its words is plain, or of our topic or name."""
    if phrases(scheme.topic_words).search(fold(modifier)) or phrases(scheme.mentions).search(fold(modifier)):
        return False
    own = {word for text in (*scheme.topic_words, scheme.name, scheme.role) for word in tokens(text)}
    words = [word for word in tokens(modifier) if word not in ("and", "of", "in", "for")]
    return bool(words) and not any(word in own or word in _PLAIN_MODIFIERS for word in words)


def with_others(scheme: Scheme, texts: tuple[str, ...]) -> Scheme:
    """Return `scheme` with the other schemes that `texts`, as typed, name by a modifier before the role's word.

    No list can hold them all: a capitalised or hyphenated modifier that is not ours names another one.
    """
    found: list[str] = []
    for text in texts:
        for match in _modified(scheme).finditer(text[:_MAX_TYPED]):
            modifier = match["name"] or match["joined"]
            if _foreign(modifier, scheme):
                found.append(fold(f"{modifier} {match['role']}"))
    return replace(scheme, others=(*scheme.others, *sorted(set(found)))) if found else scheme
