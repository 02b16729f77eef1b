"""Words that seem to be a wish to join, and are said of the scheme's papers: a yes to documents, a form for others."""

import re

from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.words import any_phrase, pattern

_ASSENT = re.compile(r"(?:yes|yep|absolutely|definitely|ooh|oh),? please(?: do)?")
_BESIDES = pattern((r"\b(?:also|too|as well|besides|plus|additionally)\b",))
_AND = pattern((r"(?:\band\b|&)",))


def takes_documents(wish: re.Match[str], scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether a "yes please" in a folded sentence is said to what the scheme sends on request, not to joining.

    "Yes please to the role description!"; whoever wants it as well, or this and that, has said yes to the role.
    """
    if not _ASSENT.fullmatch(wish.group().strip()):
        return False
    behind = wish.string[wish.end() :]
    named = any_phrase(scheme.request_words).search(behind)
    thing = named or pattern(lexicon.phrases.get("more", ())).search(behind)
    return thing is not None and not (_BESIDES.search(behind) or _AND.search(behind[: thing.start()]))


_HERE = pattern((r"\W*(?:here (?:is|are)|here's|heres|these are|attached (?:is|are))\b",))
_MINE = pattern((r"\b(?:i|my|mine|me)\b",))


def hands_out(wish: re.Match[str]) -> bool:
    """Return whether words that send a form call it nobody's ("Here's the form"): a blank one is for others."""
    return bool(_HERE.match(wish.group())) and not _MINE.search(wish.group())
