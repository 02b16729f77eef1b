"""Words that seem a wish or a request, and are said of the scheme's papers, or by them: by the page beside a form."""

import re
from collections.abc import Sequence

from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import any_phrase, pattern

BESIDES = pattern((r"\b(?:also|too|as well|besides|plus|additionally)\b",))
_ASSENT = re.compile(r"(?:yes|yep|absolutely|definitely|ooh|oh),? please(?: do)?")
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
    return thing is not None and not (BESIDES.search(behind) or _AND.search(behind[: thing.start()]))


_HERE = pattern(
    (
        r"\b(?:here (?:is|are)|here's|heres|these are|attached (?:is|are)) (?!my\b)",
        r"\b(?:find|see) (?:attached|below|enclosed|herewith) (?:the|an?|some|this) (?:[\w-]+ ){0,3}"
        r"(?:forms?|details|information|questions|call|notice|e-?mail|circular)\b",
    )
)
_MINE = pattern((r"\b(?:i|i'd|i'm|i've|i'll|id|im|my|mine|me|completed|filled|signed)\b",))
_AS_SAID = pattern((r"\b(?:that |which |as )?i (?:\w+ )?(?:mentioned|promised|said|described|meant|spoke|told)\b",))


def hands_out(sentence: str) -> bool:
    """Return whether a folded sentence sends a form that it calls nobody's ("Here's the form"): no wish where blank."""
    return bool(_HERE.search(sentence)) and not _MINE.search(_AS_SAID.sub(" ", sentence))


_HEADING = pattern((r"^\W*(?:what|how|who|why|when|where|which|is|are|do|does|can)\b[^?]*\?\W*$",))
_TO_THE_TEAM = pattern((r"\b(?:you|your|me|us|please|pls|plz|send|wonder\w*)\b",))
_FROM_SENDER = pattern((r"\b(?:i|i'd|i'm|i've|i'll|id|im|my|me|we'd|please|pls|plz|could you|can you|would you)\b",))


def of_the_page(intro: Sequence[str], lexicon: Lexicon) -> frozenset[str]:
    """Return the sentences before a form, `intro`, folded, that were pasted with it: its notice and what heads that.

    "How do I become one? Please write to us with the following:" asks nobody. The sender's own words end it upwards.
    """
    noticed = [place for place, sentence in enumerate(intro) if find("announcement", sentence, lexicon)]
    if not noticed:
        return frozenset()
    start = noticed[-1]
    while start and (find("announcement", intro[start - 1], lexicon) or _is_heading_or_text(intro[start - 1])):
        start -= 1
    return frozenset(intro[start : noticed[-1] + 1])


def _is_heading_or_text(sentence: str) -> bool:
    """Whether a sentence can stand on a page: a question to no one, or a statement of nobody."""
    if _HEADING.match(sentence):
        return not _TO_THE_TEAM.search(sentence)
    return not _FROM_SENDER.search(sentence)
