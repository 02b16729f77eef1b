"""Roles of other schemes, told by what a name is made of: no list can hold all that an organisation has."""

import re
from dataclasses import replace

from inbox_worker.core.mentions import about, phrases
from inbox_worker.core.scheme import Scheme
from inbox_worker.core.words import fold

# What names the doer of something ("mediator", "adviser", "buddy"); behind the bar, what only ends so or names anybody.
_NO_ROLE = (
    "volunteer|member|newcomer|starter|joiner|beginner|worker|staffer|manager|leader|supervisor|teacher|lecturer|head"
    "|director|employer|porter|other|another|further|later|better|fuller|longer|clearer|newer|older|earlier|former"
    "|whatever|however|whether|either|neither|rather|together|never|after|under|over|paper|poster|banner|folder|flyer"
    "|letter|newsletter|number|order|offer|matter|career|centre|center|user|answer|register|computer|printer|screener"
    "|summer|winter|easter|september|october|november|december|quarter|semester|chapter|timer|speaker|learner|senior"
    "|junior|major|minor|prior|(?:prop|short|simpl|plain|bigg|larg|small|wid|broad|brief|quick|easi|neat|nic|upp|low|inn|out)er"
    "|error|floor|door|doctor|professor|reader|power|water|your|their|her|for|per"
)
_ROLE = rf"\b(?!(?:{_NO_ROLE})s?\b)(?:[a-z]{{3,}}(?:er|or)s?|buddy|buddies|reps?|contacts?|advocates?|guides?)\b"
_role = re.compile(_ROLE)
_role_at_end = re.compile(_ROLE + r"$")

_STOPS = (
    "for|to|that|which|who|so|please|and|or|as|in|on|from|with|before|because|since|is|are|was|were|i|i'd|i'm|we|you|it"
    "|me|my|our|if|when|by|but|than|do|does|would|could|can|will"
)
_BEHIND = re.compile(
    r"\W{0,3}\b(?:for|of|to (?:be|become))\s+(?:(?:(?:being|becoming|an?|the|all|new|your|our)\s+)+"
    rf"|(?=[\w'-]+\s+(?!(?:{_STOPS})\b)[\w'-]))"  # a bare "researchers" says whom it is for
    rf"(?P<what>(?!(?:{_STOPS})\b)[\w'-]+(?:\s+(?!(?:{_STOPS})\b)[\w'-]+){{0,4}})"
)
_BEFORE = re.compile(r"\b(?:the|an?|your)\s+(?P<what>(?:\w[\w-]*\s+){0,2}\w[\w-]*)(?:'s|')?\s+$")
_OPENING = re.compile(r"^(?:re: ?)*(?P<what>(?:\w[\w-]*\s+){0,4}\w[\w-]*)\s*(?:[:,-]|\s)\s*(?:the |a )?$")


def asked_for_another(sentence: str, scheme: Scheme, *, in_subject: bool = False) -> bool:
    """Return whether the documents that a folded sentence names are another role's.

    "The role description for the staff mediators", "the harassment contact role description"; in a subject also what
    stands in front of them alone: "Staff Mediator: role description?".
    """
    if not scheme.request_words:
        return False
    for match in phrases(scheme.request_words).finditer(sentence):
        behind = _BEHIND.match(sentence, match.end())
        if behind and _is_another(behind["what"], scheme):
            return True
        before = sentence[: match.start()]
        opening = _OPENING.match(before) if in_subject else _BEFORE.search(before)
        if opening and _role_at_end.search(opening["what"]) and _is_another(opening["what"], scheme):
            return True
    return False


def _is_another(what: str, scheme: Scheme) -> bool:
    subject = about(what, scheme)
    return not (subject.ours or subject.role or subject.topic) and bool(_role.search(what))


_CAPITALISED = r"[A-Z][\w&+'-]*"
_WISH = (
    "apply(?:ing)?|application|volunteer(?:ing)?|forward|name down|sign(?:ing)? up|like|love|want|wish|happy|keen"
    "|considered|train(?:ing)?"
)
_SOUGHT = re.compile(
    rf"\b(?i:{_WISH})\s+(?i:to\s+be(?:come)?|as|for|to\s+train\s+as)\s+(?i:an?|the|one\s+of\s+(?:the|your))\s+"
    rf"(?P<what>{_CAPITALISED}(?:\s+(?:and|&|of|at|in|for|{_CAPITALISED})){{0,3}}\s+{_CAPITALISED})"
)


def with_roles_sought(scheme: Scheme, texts: tuple[str, ...]) -> Scheme:
    """Return `scheme` with the roles of others that `texts`, as typed, wish to take by a name in capitals.

    "Put myself forward as a Staff Listener" names another scheme, whatever else the mail speaks of.
    """
    names = {fold(match["what"]) for text in texts for match in _SOUGHT.finditer(text[:_MAX_TYPED])}
    found = sorted(name for name in names if _role_at_end.search(name) and _is_another(name, scheme))
    return replace(scheme, others=(*scheme.others, *found)) if found else scheme


_MAX_TYPED = 2_000  # characters of one line in which they are looked for


_FORM = re.compile(r"\b(?:my|our|the|this|an?) (?P<what>(?:[\w'/-]+ ){1,3})(?:form|application)$")
_PLAIN_FORM = re.compile(
    r"(?:\w+(?:ed|en|y|ly|ing|-in|-out)|filled|own|short|brief|new|late|full|final|first|second|of|interest|expression|eoi"
    r"|in|out|back|online|word|paper|volunteer|sign-?up|enrolment|registration|application)"
)
_OF_VOLUNTEERS = re.compile(r"\b(?:volunteer\w*|eoi|interest)\b")  # such a form need not name its role


def sends_another_form(wish: re.Match[str], scheme: Scheme) -> bool:
    """Return whether words that send a form, in a folded sentence, name it as another one: "my appraisal form"."""
    found = _FORM.search(wish.group().strip())
    if not found or _OF_VOLUNTEERS.search(found["what"]):
        return False
    if all(_PLAIN_FORM.fullmatch(word) for word in found["what"].split()):
        return False
    names = about(found["what"], scheme)
    behind = re.match(r"\s+(?:for|to)\b.{0,60}", wish.string[wish.end() :])
    beside = about(behind.group(), scheme) if behind else names
    return not (names.ours or names.role or names.topic or beside.ours or beside.role)
