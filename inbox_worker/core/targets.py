"""What a wish or a request is for: this scheme, another one, or nothing that its sentence names."""

from enum import Enum

from inbox_worker.core.held_roles import serves_already, without_held
from inbox_worker.core.mentions import about
from inbox_worker.core.other_roles import asked_for_another
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import pattern, tokens


class Target(Enum):
    """What a wish or a request is for."""

    OURS = "ours"
    OTHER = "other"
    OPEN = "open"  # names nothing


_OBJECT = pattern(
    (
        r"\b(?:as|become|becoming|be|being|for|join|joining|of)\s+(?:(?:an?|the|your|our|its|one|part|member|of)\s+)*"
        r"(?P<what>[a-z][\w&+/' -]{2,60})",
    )
)


_GENERIC = frozenset(
    [
        "considered",
        "involved",
        "part",
        "it",
        "this",
        "that",
        "one",
        "them",
        "these",
        "role",
        "roles",
        "scheme",
        "network",
        "programme",
        "program",
        "volunteer",
        "volunteers",
        "position",
        "team",
        "group",
        "initiative",
        "training",
        "helpful",
        "able",
        "someone",
        "somebody",
        "person",
        "me",
        "my",
        "included",
        "added",
        "interest",
        "application",
        "expression",
        "put",
        "forward",
        "contacted",
        "informed",
        "something",
        "there",
        "here",
        "more",
        "of",
        "use",
        "details",
        "list",
        "pool",
        "information",
    ]
)


def of_wish(sentence: str, start: int, scheme: Scheme, lexicon: Lexicon) -> Target:
    """Return what a wish that begins at `start` is for: what is named behind it counts before what is in front."""
    if not about(sentence[start:], scheme).ours and serves_already(sentence[:start], scheme):
        return Target.OTHER
    for text in (sentence[start:], without_held(sentence, scheme)):
        subject = about(text, scheme)
        if subject.ours:
            return Target.OURS
        if subject.other:
            return Target.OTHER
        if subject.role:
            return Target.OTHER if _another_first(text, subject.role, lexicon) else Target.OURS
    match = _OBJECT.search(sentence, start)
    if match:
        first = tokens(match["what"])[:3]
        if first and first[0] not in _GENERIC and not match["what"].startswith(("because", "and", "if", "please")):
            return Target.OTHER if find("other_role", match["what"], lexicon) else Target.OPEN
    return Target.OPEN


def _another_first(text: str, role: str, lexicon: Lexicon) -> bool:
    """Whether another role is named before ours, or is made of it ("chair of the wardens", "wardens' newsletter")."""
    start = text.find(role)
    return bool(find("other_role", text[:start], lexicon)) or bool(
        pattern(lexicon.phrases.get("other_role", ())).match(text[start + len(role) :].lstrip())
    )


def of_request(sentence: str, scheme: Scheme, *, in_subject: bool = False) -> Target:
    """Return what a request is for: whose documents its sentence names, or else whatever it names."""
    if asked_for_another(sentence, scheme, in_subject=in_subject):
        return Target.OTHER
    subject = about(sentence, scheme)
    if subject.ours or (subject.role and not subject.other):
        return Target.OURS
    return Target.OTHER if subject.other else Target.OPEN
