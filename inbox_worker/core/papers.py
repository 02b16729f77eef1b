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


_HERE = pattern((r"\b(?:here (?:is|are)|here's|heres|these are|attached (?:is|are)) (?!my\b)",))
_MINE = pattern((r"\b(?:i|i'd|i'm|i've|i'll|id|im|my|mine|me)\b",))
_AS_SAID = pattern((r"\b(?:that |which |as )?i (?:\w+ )?(?:mentioned|promised|said|described|meant|spoke|told)\b",))


def hands_out(sentence: str) -> bool:
    """Return whether a folded sentence sends a form that it calls nobody's ("Here's the form"): no wish where blank."""
    return bool(_HERE.search(sentence)) and not _MINE.search(_AS_SAID.sub(" ", sentence))
