"""Roles of other schemes that senders say they have: what somebody is already, they do not wish to become."""

import re

from inbox_worker.core.mentions import found_in, phrases
from inbox_worker.core.scheme import Scheme

# What stands between "I am" and the role: its own words, others before it in a list, and nothing that leads elsewhere.
_LEADS_ELSEWHERE = (
    "of|to|for|in|at|on|with|about|from|by|as|than|into|not|never|no|hardly|who|which|that|if|whether|when|because|but|so"
    "|i|i'm|i'd|i've|i'll|we|you|your|he|she|they|is|are|was|were|am|be|been|being|become|becoming|would|could|should|can"
    "|will|might|may|do|does|did|have|has|had|like|love|want|wants|wanting|wish|hope|hoping|seeking|looking|asking|after"
    "|applying|writing|needing|need|needs|considering|thinking|joining|join|offering|volunteering|interested|keen|happy"
    "|glad|willing|ready|eager|available|please|potential|prospective|future|aspiring|would-be"
)
_WORD = rf"(?!(?:{_LEADS_ELSEWHERE})\b)[\w'/&+-]+"
_STATES = (
    r"\b(?:i'm|im|i am|i was|i've been|i have been|i (?:work|serve|act|volunteer) as)"
    r"(?: (?:also|already|now|currently|still|both))* (?:an?|the|one of the|one of our)"
)
_CALLED = rf"\b(?:i'm|im|i am|my name is|my name's|this is)(?: {_WORD}){{1,4}},"
_HELD = re.compile(rf"(?:{_STATES}|{_CALLED})(?:[ ,]+{_WORD}){{0,6}}[ ,]+$")
_CALLED_AS = re.compile(rf"(?:^|[.!?:;] )(?:and |but )?as (?:an?|the|one of the|one of our)(?: {_WORD}){{0,4}} $")
_GOES_ON = re.compile(r"(?: \w+){0,6}?,? (?:i|i'm|i've|i'd)\b")
_NEAR = 120  # characters in front of a role in which its sender may stand


_SERVES = re.compile(
    r"\b(?:i'm|im|i am)(?: (?:also|already|currently|now|still))* (?:an?|one of (?:the|your))(?: [\w-]+){0,2} $"
)
_AND_WISHES = re.compile(r",?(?: (?:already|here|now|myself))?,? (?:and|but|so)\b")


def serves_already(before: str, scheme: Scheme) -> bool:
    """Return whether `before`, folded words in front of a wish, says that its writer has our own role.

    "I'm a mental health ally and would like to become ..." wishes for another role; "an ally at heart" has none.
    """
    if not found_in(before, scheme.mentions):
        return False
    return any(
        _SERVES.search(before[max(0, match.start() - _NEAR) : match.start()]) and _AND_WISHES.match(before, match.end())
        for match in phrases(scheme.mentions).finditer(before)
    )


def without_held(text: str, scheme: Scheme) -> str:
    """Return `text`, folded, without the roles of other schemes that its writer has ("I'm a rowing coach and ...")."""
    if not found_in(text, scheme.others):
        return text
    kept, end = [], 0
    for match in phrases(scheme.others).finditer(text):
        before = text[max(0, match.start() - _NEAR) : match.start()]
        if _HELD.search(before) or (_CALLED_AS.search(before) and _GOES_ON.match(text, match.end())):
            kept.append(text[end : match.start()])
            end = match.end()
    return "".join([*kept, text[end:]])
