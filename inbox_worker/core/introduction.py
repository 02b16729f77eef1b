"""Who a sender is, told in one breath: "Jo Bell, a clerk in the Law School", "Clerk, Law School"."""

import re

from inbox_worker.core import names
from inbox_worker.core.addresses import FOUND
from inbox_worker.core.document import Line
from inbox_worker.core.openings import LEAD_IN, OTHERWISE, without_salutation
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import Found, best_field, fit, split_place
from inbox_worker.core.values import short

# Where hasty writers go on without a mark: "a fitter with Estates I would like ..."; not in "Technician I in Physics"
CLAUSE = (
    r"(?:(?:i|we)(?:'\w+|\s+(?!(?:in|at|of|for|with|within|from|and|on|to|or|is|was)\b)(?-i:[a-z]|[A-Z]{2}))|it's\b"
    r"|(?:please|pls|plz)\b|can (?:i|you|u|we)\b)"
)
_NEW_CLAUSE = re.compile(  # or what somebody is not, or no longer, or whose they are
    rf"(?:and|but|who|which|where|you|i|we|my|so|because|though|although|{OTHERWISE})\b",
    re.IGNORECASE,
)
_CLAUSE_BEHIND = re.compile(
    rf"\s+(?:(?:and|but|who|so) (?:i(?:'\w+)?|my|we|you|it|this|that|please|would|am|have|want)\b|{CLAUSE}).*",
    re.IGNORECASE,
)
_BEFORE_LIST = re.compile(r"^[^,:]{3,60}:\s+(?=[A-Z])")  # "Introducing myself: Jo Bell, Clerk, Law School"
_IN_BRACKETS = re.compile(
    r"^((?:[A-Z][\w'\u2019.-]+\s*){2,4}?)\s\(([^()@]{3,90})\)(?: here)?"
)  # "Jo Bell (Clerk, Law School)"
_BRACKETED_ADDRESS = re.compile(r"\s*\([^()]*@[^()]*\)")
_OPENS = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|good \w+|morning|afternoon)(?: (?:there|all|both|team|everyone))?\s+"
    r"(?=(?:i|i'?m|it|it'?s|this|my)\b))?"
    r"(?:i(?:'|\u2019)?m|i am|my name(?:'s| is)|this is|it'?s|it is|from|name)\s+",
    re.IGNORECASE,
)
_BEHIND_DASH = re.compile(r"\s[-\u2013\u2014]\s+(?=(?:i'm|i\u2019m|i am|my name is|this is)\s)", re.IGNORECASE)
_LEADS_IN = re.compile(LEAD_IN, re.IGNORECASE)
_PARTED = re.compile(r",\s+(?![^()]*\))|\s+[-\u2013|/]\s+")


def introduced(
    sentence: str, line: Line, scheme: Scheme, lexicon: Lexicon, person: str | None, found: dict[str, Found]
) -> None:
    """Note what "Jo Bell, Clerk, Law School, j.bell@kent.ac.uk" tells: a name first, then what belongs to it."""
    opened = sentence if _OPENS.match(sentence) else _BEHIND_DASH.split(without_salutation(sentence))[-1]
    listed = _BEFORE_LIST.sub("", _IN_BRACKETS.sub(r"\1, \2", opened))
    parts = _parts(_BRACKETED_ADDRESS.sub("", listed))
    first, behind = _name_first(_OPENS.sub("", parts[0]), person)
    parts = [*([behind] if _names_post(behind, scheme, lexicon) else []), *parts[1:]]
    if not parts or not first or (person and not names.related(first, person)):
        return
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.NAME), None)
    if key and names.looks_like(first):
        found.setdefault(key, Found(first, line))
    for part in parts[:3]:
        if FOUND.search(part) or _NEW_CLAUSE.match(part):
            break
        _note(_CLAUSE_BEHIND.sub("", part), line, scheme, lexicon, found)


def _parts(text: str) -> list[str]:
    return [part.strip(" .") for part in _PARTED.split(text)]


def _name_first(text: str, person: str | None) -> tuple[str, str]:
    """The name that `text` is or begins with, and what follows without a mark; ("", "") where it is none.

    Only a name that is known, `person`, is seen where no mark follows ("jo bell kitchen porter at ...").
    """
    words = text.removesuffix(" here").split()
    name = " ".join(words)
    if names.looks_like(name) and len(names.words(name)) >= 2 and (person is None or not _begins(words, person)):
        return name, ""
    for count in range(len(words), 1, -1) if person else ():
        if names.words(" ".join(words[:count])) == names.words(person or ""):
            return " ".join(words[:count]), " ".join(words[count:]).removeprefix("here ")
    return "", ""


def _begins(words: list[str], person: str) -> bool:
    known = names.words(person)
    return len(words) > len(known) >= 2 and names.words(" ".join(words))[: len(known)] == known


# No name of a job stands behind, or around, these: somebody says something
_SAYS = re.compile(
    r"^(?:in|from|at|of|over|with|on)\b|\b(?:i|i'm|im|we|you|am|are|is|was|were|has|have|will|would|be|to|as|for|who|the|my"
    r"|our|your|his|her|their|an?)\b",
    re.IGNORECASE,
)


def _names_post(text: str, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether words that follow a name without a mark begin with a job."""
    return _is_post(split_place(_CLAUSE_BEHIND.sub("", text), scheme, lexicon)[0], scheme)


def _is_post(title: str, scheme: Scheme) -> bool:
    shorts = _job_and_place(scheme)
    return bool(shorts) and fit(title, shorts[0]) == 2 and not _SAYS.search(title)


def _job_and_place(scheme: Scheme) -> list[Field]:
    return [item for item in scheme.fields if item.kind is FieldKind.SHORT and item.signature]


def _note(part: str, line: Line, scheme: Scheme, lexicon: Lexicon, found: dict[str, Found]) -> None:
    title, place = split_place(_LEADS_IN.sub("", part, count=1), scheme, lexicon)
    for value in (title, place):
        key = best_field(short(value), scheme, frozenset(found)) if value else None
        if key and value and len(value.split()) <= 9:
            found.setdefault(key, Found(short(value), line))


_POST_WORDS = 12


def post(sentence: str, line: Line, scheme: Scheme, lexicon: Lexicon, found: dict[str, Found]) -> None:
    """Note a sentence that is nothing but a job and a place of work: "Driver, Transport and Logistics."."""
    text, shorts = short(sentence.rstrip(".")), _job_and_place(scheme)
    parts = _parts(text) if len(text.split()) <= _POST_WORDS else []
    title, place = parts if len(parts) == 2 else split_place(text, scheme, lexicon) if len(parts) == 1 else ("", None)
    if not place or len(shorts) < 2 or not _is_post(title, scheme) or fit(place, shorts[1]) != 2:
        return
    for value, item in zip((title, place), shorts, strict=False):
        found.setdefault(item.key, Found(short(value), line))
