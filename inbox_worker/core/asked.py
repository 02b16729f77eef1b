"""Which of a scheme's questions a sentence names: "what I wrote about skills", "the third box"."""

import re
from functools import lru_cache

from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.words import fold, pattern, tokens


@lru_cache(maxsize=32)
def _named(scheme: Scheme) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What names each question in passing ("what I wrote about skills"): its telling words alone."""
    return tuple(
        (item.key, pattern(tuple(rf"\b{re.escape(stem)}\w*" for stem in _stems(item, scheme))))
        for item in scheme.fields
        if item.kind is FieldKind.TEXT
    )


def _stems(item: Field, scheme: Scheme) -> list[str]:
    """Words of four letters and more that stand in this question's label or short variants, and in no other label."""
    others = {word for other in scheme.fields if other is not item for word in tokens(other.label)}
    own = [*tokens(item.label), *(word for name in item.variants if len(tokens(name)) == 1 for word in tokens(name))]
    singles = [group[0] for group in item.keywords if len(group) == 1]
    words = [*singles, *(word for word in own if word not in others)]
    return sorted({word for word in words if len(word) >= 4 and word not in _COMMON})


_COMMON = frozenset(
    ["what", "would", "could", "should", "think", "like", "about", "your", "have", "will", "been", "that", "this",
     "want", "need", "bring", "role", "help"]
)  # fmt: skip


def question(text: str, scheme: Scheme) -> str | None:
    """The one question that `text` names, or None where it names none or several."""
    folded = fold(text)
    keys = [key for key, named in _named(scheme) if named.search(folded)]
    if len(keys) > 1:  # "under experience - the bit that matters most" points at one of them
        keys = [key for key, named in _named(scheme) if any(named.match(each["what"]) for each in _AT.finditer(folded))]
    keys = keys or _by_place(folded, scheme)
    return keys[0] if len(keys) == 1 else None


_AT = re.compile(r"\b(?:under|about|for|on|to|in|re|regarding)(?: (?:the|my|your))? (?P<what>\w+)")


_PLACE = re.compile(
    r"\b(?P<place>first|second|third|fourth|last|final) (?:question|answer|box|section|part)\b"
    r"|\b(?:question|answer|q|no\.?|number) ?(?P<number>[1-9])\b"
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "final": -1}


def _by_place(folded: str, scheme: Scheme) -> list[str]:
    """The questions that "the last question" and "question 3" mean."""
    texts = [item.key for item in scheme.fields if item.kind is FieldKind.TEXT]
    places = [
        _PLACES[match["place"]] if match["place"] else int(match["number"]) - 1 for match in _PLACE.finditer(folded)
    ]
    return list(dict.fromkeys(texts[place] for place in places if -len(texts) <= place < len(texts)))
