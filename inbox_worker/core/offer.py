"""What a scheme sends on request, named in full: as its page offers it, and as people ask for it, without its name."""

import re
from collections.abc import Sequence
from functools import lru_cache

from inbox_worker.core.mentions import found_in
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import fold, tokens

_SMALL = frozenset(["a", "about", "and", "for", "in", "of", "on", "the", "to"])


def names_all(folded: str, scheme: Scheme) -> str:
    """Return the words of a folded text that name every document of `scheme` in one breath, or "".

    "The role description and details of the training" are so few schemes' that they need no other name; one of the two
    is anybody's, and so are both of something. The names of the documents' files tell which is which.
    """
    if len(scheme.documents) != _BOTH or found_in(folded, scheme.request_words) is None:
        return ""
    for match in _pairs(scheme).finditer(folded):
        first, second = _meant(match["first"], scheme), _meant(match["second"], scheme)
        if first and second and first != second:
            return match.group()
    return ""


def asks_for_all(said: Sequence[str], quoted: str, scheme: Scheme, lexicon: Lexicon) -> str:
    """Return the words of `said` that name all that the scheme sends, where nothing else has such documents, or "".

    said: the subject and the sender's sentences. A post or role that they name, or a mail that they answer (`quoted`),
    may have a role description and a training of its own.
    """
    text = fold(" . ".join(said))
    return "" if quoted.strip() or find("other_role", text, lexicon) else names_all(text, scheme)


_BOTH = 2


@lru_cache(maxsize=32)
def _pairs(scheme: Scheme) -> re.Pattern[str]:
    words = [r"\W+".join(map(re.escape, tokens(text))) for text in scheme.request_words]
    thing = "|".join(sorted(filter(None, words), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"\b(?P<first>{thing})\W+(?:and|plus|with|along with|as well as)\W+"
        rf"(?:(?:an?|any|copy|of|some|the|your)\W+){{0,3}}(?P<second>{thing})\b(?!\W{{0,3}}\b(?:for|of)\b)"
    )


def _meant(text: str, scheme: Scheme) -> str:
    """The document that shares a word with `text`, "" where none or several do."""
    words = set(tokens(text)) - _SMALL
    found = [
        name for name in scheme.documents if not words.isdisjoint(tokens(name.rpartition(".")[0].replace("_", " ")))
    ]
    return found[0] if len(found) == 1 else ""
