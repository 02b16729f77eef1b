"""One-line values that a later mail states of their labels: "My job title should read X", "department is Y"."""

import re
from functools import lru_cache

from inbox_worker.core.addresses import FOUND
from inbox_worker.core.document import Line
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.prose import as_typed
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import Found, best_field, fit, place_of_work, split_place
from inbox_worker.core.values import short
from inbox_worker.core.words import fold, pattern, sentences

_STATES = (
    r"(?:\s+(?:is|are|was|should(?: now| really| actually)? (?:read|be|say|have been)"
    r"|ought(?: now| really)? to (?:be|read)|has changed to|changed to|is now"
    r"|will(?: now| soon| then)? (?:be|become|change to)|is (?:going to be|about to be|changing to)|becomes"
    r"|needs to (?:be|say|read)|now|to)"
    r"(?:\s+(?:now|actually|really|in fact|just|officially|legally|called|spelt|spelled|written))*:?|\s*[:=])\s+"
)

_BEFORE = r"(?:,? from [^;!?\n]{2,60}?(?=,? to ),?)?"  # "change my name from X to Y"
_ON_FORM = (
    r"\s+(?:(?:on|in|for|of|from) (?:my |the |this |your )?(?:form|application|records?|files?|e-?mail|list|system)"
    r"|field|entry|details?|\([^()]{2,30}\))"
)


@lru_cache(maxsize=32)
def _statement(scheme: Scheme) -> re.Pattern[str]:
    variants = {
        name: item.key
        for item in scheme.fields
        if item.kind is not FieldKind.TEXT
        for name in (item.label, *item.label.split("/"), *item.variants)
        if len(name) > 3
    }
    words = "|".join(sorted((re.escape(fold(name)) for name in variants), key=len, reverse=True))
    return re.compile(
        rf"\b(?:my |the |our |correct |new "
        rf"|right )*(?P<label>{words})(?:{_ON_FORM})?{_BEFORE}{_STATES}(?P<value>[^;!?\n]{{2,200}})",
        re.IGNORECASE,
    )


_ITS = re.compile(
    r"^(?:it(?:'?s| is| should be| should read)|that(?:'s| is)|i'm|i am)\s+(?:an?\s+|the\s+)?(?P<value>[^;!?]{2,160})",
    re.IGNORECASE,
)
_ARTICLE_FIRST = re.compile(r"^(?:the|an?|our|now|to)\s+(?=\S)", re.IGNORECASE)
_VALUE_END = re.compile(
    r"\.(?:\s|$)|\s+\((?=[^)]*\b(?:my|i|was|sorry|not|went|got|just|as of|since|from)\b)"
    r"|,?\s+and\b(?!\s+(?-i:[A-Z][a-z])(?![\w/ -]{0,25}\s(?:is|should)\b))"  # "Marketing and Communications" is one
    r"|,?\s+(?:but|not|instead|rather than|as of|since|now|from now|because|sorry|rest|which|so|please)\b"
    r"|,\s+(?=(?:my |the |and )?[\w/ -]{3,20}\s+(?:is|should|:))|\s+-+\s"
    r"|,\s+(?:with|i|we|it|as|since|sorry|thanks|thank you|please|though|if)\b|,\s*$|$",
    re.IGNORECASE,
)


def statements(lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> dict[str, Found]:
    """Return one-line values that sentences state of their labels: "My job title should read X", "department is Y"."""
    found: dict[str, Found] = {}
    by_name = {
        fold(name): item.key
        for item in scheme.fields
        if item.kind is not FieldKind.TEXT
        for name in (item.label, *item.label.split("/"), *item.variants)
    }
    for text, line in paragraphs(lines):
        pending: str | None = None
        for sentence in sentences(text):
            shown = sentence.replace("\u2019", "'")
            matched = False
            place = 0
            while match := _statement(scheme).search(shown, place):
                key = by_name.get(fold(match["label"]))
                value = _cut(match["value"])
                place = match.start("value") + max(1, len(value))
                if key and value and _may_be(value, scheme.field(key).kind):
                    found.setdefault(key, Found(as_typed(value, line.text), line))
                    matched = True
            opening = _ITS.match(shown)
            if opening:
                _tell(_cut(opening["value"]), pending, line, scheme, lexicon, found)
            for moved in _MOVED.finditer(shown, place):
                value = _ASIDE.split(_cut(moved["value"]))[0]
                said = value if moved["whence"] else _UNIT  # much else moves from one thing to another
                if key := _sort_of(value, scheme) or best_field(said, scheme):
                    found.setdefault(key, Found(as_typed(value, line.text), line))
            pending = None if matched else _mentioned(shown, scheme)
            _new_address(shown, line, scheme, found)
    return found


def _may_be(value: str, kind: FieldKind) -> bool:
    """Whether `value` can be of `kind`: "My name is misspelt" gives no name."""
    return kind is not FieldKind.NAME or value[:1].isupper()


def _tell(
    value: str, pending: str | None, line: Line, scheme: Scheme, lexicon: Lexicon, found: dict[str, Found]
) -> None:
    """Note "It is X", and what "I'm a Clerk in Student Records" says twice over. `pending`: the field just named."""
    what, where = (value, None) if pending else split_place(value, scheme, lexicon)
    key = pending or _sort_of(what, scheme)
    if key:
        found.setdefault(key, Found(as_typed(what, line.text), line))
    at = place_of_work(short(where), scheme, key) if key and where else None
    if at and where:
        found.setdefault(at, Found(as_typed(short(where), line.text), line))


_MOVED = re.compile(  # "as of Monday we come under Student Experience", "I'm now in the Registry"
    r"\b(?:(?:we|i|my team|our team|the team) (?:now |have |has |have been |has been |'ve been |'ve )?"
    r"(?:come|moved|move|fall|sit|transferred)"
    r"|(?:i|we)(?:'m| am| are|'re)? now (?:in|with|under|at)|now (?:under|part of))"
    r"(?:\s+(?:now|across|over))*(?P<whence>\s+from [^,.;!?\n]{2,40}?(?=\s(?:in)?to\s))?"
    r"(?:\s+(?:under|in|into|to|with|within|at))?"
    r"\s+(?:the |our )?(?P<value>(?-i:[A-Z])[^;!?\n]{2,120})",
    re.IGNORECASE,
)


_ASIDE = re.compile(r",\s+(?=[a-z])")
_UNIT = "department"  # what people move to: the field whose values are such


def _sort_of(value: str, scheme: Scheme) -> str | None:
    """The one-line field that a value plainly is of ("It's Student Registry"), where nothing says which is meant."""
    key = best_field(value, scheme) if value[:1].isupper() and "," not in value else None
    return key if key and fit(value, scheme.field(key)) == 2 else None


_USE = pattern(
    (
        r"\b(?:use|reach|contact|write to|e-?mail (?:me|address)|address|new|correct|from now on|instead"
        r"|should (?:be|read)|change)\b",
    )
)


def _new_address(sentence: str, line: Line, scheme: Scheme, found: dict[str, Found]) -> None:
    """ "Please use jo.bell@kent.ac.uk from now on": the e-mail address, without its label."""
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.EMAIL), None)
    address = FOUND.search(sentence)
    if key and address and key not in found and _USE.search(sentence[: address.start()].casefold()):
        found[key] = Found(address.group().rstrip("."), line)


def _cut(value: str) -> str:
    end = _VALUE_END.search(value)
    return _ARTICLE_FIRST.sub("", short(value[: end.start()] if end else value))


def _mentioned(sentence: str, scheme: Scheme) -> str | None:
    """The one-line field that `sentence` names last, for an "It is ..." in the next one."""
    folded = fold(sentence)
    found = [
        (match.start(), item.key)
        for item in scheme.fields
        if item.kind is FieldKind.SHORT
        for name in (item.label, *item.label.split("/"))
        for match in re.finditer(rf"\b{re.escape(fold(name))}\b", folded)
    ]
    return max(found)[1] if found else None
