"""One-line values that a later mail states of their labels: "My job title should read X", "department is Y"."""

import re
from functools import lru_cache

from inbox_worker.core.addresses import FOUND
from inbox_worker.core.document import Line
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.prose import as_typed
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import Found, best_field, fit, place_of_work, split_place
from inbox_worker.core.values import email_in, short
from inbox_worker.core.words import fold, pattern, sentences

_STATES = (
    r"(?:\s+(?:is|are|was|should(?: now| really| actually)? (?:read|be|say|have been)"
    r"|ought(?: now| really)? to (?:be|read)|has changed to|changed to|is now"
    r"|will(?: now| soon| then)? (?:be|become|change to)|is (?:going to be|about to be|changing to)|becomes"
    r"|needs to (?:be|say|read)|now|to)"
    r"(?:\s+(?:now|still|actually|really|in fact|just|officially"
    r"|legally|called|known as|named|spelt|spelled|written))*:?"
    r"|\s*[:=])\s+"
)
# "awareness in the workplace is vital", "the head of my department is Jo": said of what stands before
_OF_ELSE = re.compile(
    r"\b(?:in|at|within|across|around|throughout|with|from|about|(?<!name )(?<!title )(?<!entry )of)\s+"
    r"(?:(?:the|my|our|your|this|a)\s+)?$",
    re.IGNORECASE,
)
_ANOTHERS = re.compile(
    r"(?:\b(?:its|their|his|her|whose)|(?<!it)'s|\b(?:old|previous|former|last|past|ex))[\s-]+$", re.IGNORECASE
)
_REACH = 60  # characters before a label in which these stand: what looks to the end of long text reads all of it
_NO_VALUE = re.compile(  # "my department was wrong", "my department: it has been renamed"
    r"(?:not|no longer|never)\b(?!-)(?! only\b)|(?-i:in|at|on|with|by|for|from|one)\b(?!-)"
    r"|(?:wrong|incorrect|out[ -]of[ -]date|outdated|missing|blank|empty|mis-?sp\w+|right|correct|fine"
    r"|different|the same|it|i|we|they|he|she|that|this|there)\b(?!-)(?![ ](?-i:[A-Z]))",
    re.IGNORECASE,
)
_WISHED = re.compile(r"\b(?:whether|if|wish(?:ed|es)?(?: that)?)\s+(?:(?:my|our|the)\s+)?$", re.IGNORECASE)
_WAS = re.compile(r"\s+was\b", re.IGNORECASE)
_OVER = re.compile(
    r"\b(?:until|till|before|when|ago|last \w+|in \d{4}|back then|(?:but|and) (?:(?:it|that)(?:'s| is) )?now)\b",
    re.IGNORECASE,
)  # what "was"
_DEPENDS = re.compile(r"\b(?:if|unless)\s+(?:i|we|they|he|she|it|all|everything|the|my|that)\b", re.IGNORECASE)
MAX_SENTENCE = 2_000  # characters: who tells of a field takes fewer
_MAX_WORDS = 15  # of a one-line value
_IS = re.compile(r"\s+(?:is|are|was)\b(?!\s+now\b)", re.IGNORECASE)

_BEFORE = r"(?:,? from [^;!?\n]{2,60}?(?=,? to ),?)?"  # "change my name from X to Y"
_NOT_BUT = r"(?:not\s[^;!?\n]{2,60}?,?\s+but\s+(?:rather\s+|actually\s+)?)?"  # "is not X but Y"
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
        rf"|right )*(?P<label>{words})(?:{_ON_FORM})?{_BEFORE}{_STATES}{_NOT_BUT}(?P<value>[^;!?\n]{{2,200}})",
        re.IGNORECASE,
    )


_ITS = re.compile(
    r"(?:^(?:it(?:'?s| is)|that(?:'s| is)|i'm|i am)"
    r"|\b(?:but|and) (?:now it(?:'s| is)|it(?:'s| is) now)"
    r"|(?:^|[,;:]\s+(?:and |so |but )?|\s-\s)it(?:'?s now| is now| should(?: now)? (?:be|read|say))"
    r"|\bmy (?:new|present|current|correct|right) one(?:'s| is| will be)"
    r"|(?P<named>\bplease(?: just| now)? (?:put|enter|write|make it)|^i(?:'ve| have) been(?=.* since\b)))\s+"
    r"(?:(?:now|officially|called|known as|named)\s+)*(?:an?\s+|the\s+)?(?P<value>[^;!?]{2,160})",
    re.IGNORECASE,
)
_ARTICLE_FIRST = re.compile(r"^(?:the|an?|our|now|to)\s+(?=\S)", re.IGNORECASE)
_VALUE_END = re.compile(
    r"(?<!\b(?-i:[A-Z]))\.(?:\s|$)|\s+\((?=[^)]*\b(?:my|i|was|sorry|not|went|got|just|as of|since|from)\b)"
    r"|,?\s+and\b(?!\s+(?-i:[A-Z][a-z])(?![\w/ -]{0,25}\s(?:is|should)\b))"  # "Marketing and Communications" is one
    r"|,?\s+(?:but|not|instead|rather than|as of|since|now|from now|because|sorry|rest|which|so|please)\b"
    r"|,\s+(?=(?:my |the |and )?[\w/ -]{3,20}\s+(?:is|should|:))|\s+-+\s"
    r"|,?\s+(?:as )?(?:from|on|since|in|until)\s+(?:\d|the \d|this |next |last |today|tomorrow|(?:mon|tues|wednes|thurs"
    r"|fri)day|(?:jan|feb|mar|apr|may|june|july|aug|sep|oct|nov|dec)[a-z]*\b)"
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
            shown = " ".join(sentence[:MAX_SENTENCE].replace("\u2019", "'").split())
            matched = False
            place = 0
            while match := _statement(scheme).search(shown, place):
                key = by_name.get(fold(match["label"]))
                value = cut(match["value"])
                if not value or _is_said_of_else(shown, match) or no_value(value):
                    place = match.start("value")
                    continue
                place = match.start("value") + max(1, len(value))
                if key and _may_be(
                    value,
                    scheme.field(key),
                    sure=shown[match.end("label") : match.start("value")].rstrip().endswith((":", "=")),
                ):
                    found.setdefault(key, Found(as_typed(value, line.text), line))
                    matched = True
            if its := _ITS.search(shown):
                meant = _mentioned(shown[: its.start()], scheme) or pending
                said = cut(its["value"])
                if not no_value(said) and (meant or not its["named"]):
                    _tell(said, meant, line, scheme, lexicon, found)
            _renamed(shown, pending, line, scheme, found, by_name)
            pending = None if matched else _mentioned(shown, scheme)
            _new_address(shown, line, scheme, found)
    return found


def _may_be(value: str, item: Field, *, sure: bool = False) -> bool:
    """Whether `value` can be one of `item`: "My name is misspelt" and "my department is very busy" give none.

    sure: a colon stands before it.
    """
    if len(value.split()) > _MAX_WORDS:
        return False
    if item.kind is FieldKind.NAME:
        return value[:1].isupper()
    if item.kind is FieldKind.EMAIL:  # "my email should be answered by Friday"
        return email_in(value) is not None and len(value.split()) == 1
    return sure or item.kind is not FieldKind.SHORT or _is_like(value, item)


def _is_like(value: str, item: Field) -> bool:
    """Whether `value` is written like a name, or has a word of such values in it."""
    return value[:1].isupper() or any(letter.isdigit() for letter in value) or fit(value, item) > 0


def no_value(text: str) -> bool:
    """Return whether what is said of a field gives nothing for it ("not Estates any more", "out of date")."""
    return bool(_NO_VALUE.match(text))


def _is_said_of_else(sentence: str, match: re.Match[str]) -> bool:
    """Whether what a sentence says is not said of the label in it, or of another's than the sender's."""
    before = sentence[max(0, match.start("label") - _REACH) : match.start("label")]
    if _ANOTHERS.search(before) or _WISHED.search(before) or _DEPENDS.search(match["value"]):
        return True
    place = match.end("label")
    if _WAS.match(sentence, place) and _OVER.search(match["value"]):
        return True
    return bool(_IS.match(sentence, place) and _OF_ELSE.search(before))


_RENAMED = re.compile(  # "since Monday we are officially called Student Futures", "my team has been renamed Print Hub"
    r"\b(?:(?P<we>we)|(?P<it>it)|(?:my|our|the) (?P<what>[\w /-]{3,30}?))"
    r"(?:(?:(?:'s|'re|\s+(?:is|are|got|gets|will))|(?:'ve|\s+(?:has|have))(?:\s+(?:now|just|recently|since))*\s+been)\b"
    r"(?:\s+(?:be|been|being|now|officially|just|recently|since))*"
    r"\s+(?:called|known as|named|renamed(?: to| as)?|rebranded(?: to| as)?)"
    r"|(?:'s|'ve|\s+(?:has|have))(?:\s+(?:now|just|recently|since))*\s+changed (?:its|our) name to)"
    r"\s+(?:the |our )?[\"'\u201c\u2018]?(?P<value>(?-i:[A-Z])[^;!?\n]{2,120})",
    re.IGNORECASE,
)


def _renamed(
    sentence: str, pending: str | None, line: Line, scheme: Scheme, found: dict[str, Found], by_name: dict[str, str]
) -> None:
    """Note the new name of what has one: "we" is where the sender works, "it" what was spoken of."""
    for match in _RENAMED.finditer(sentence):
        if match["we"]:
            key = place_of_work_key(scheme)
        elif match["it"]:
            key = _mentioned(sentence[max(0, match.start() - _NEARBY) : match.start()], scheme) or pending
        else:
            key = by_name.get(fold(match["what"]))
        value = cut(match["value"]).strip("\"'\u201c\u201d\u2018\u2019")
        if key and value and _may_be(value, scheme.field(key)):
            found.setdefault(key, Found(as_typed(value, line.text), line))


_NEARBY = 200  # characters before a new name in which its field is named
_UNIT = "department"  # what people move to: the field whose values are such


def place_of_work_key(scheme: Scheme) -> str | None:
    """Return the key of the field that tells where somebody works."""
    return best_field(_UNIT, scheme)


def _tell(
    value: str, pending: str | None, line: Line, scheme: Scheme, lexicon: Lexicon, found: dict[str, Found]
) -> None:
    """Note "It is X", and what "I'm a Clerk in Student Records" says twice over. `pending`: the field just named."""
    if not value:
        return
    what, where = (value, None) if pending else split_place(value, scheme, lexicon)
    key = pending or sort_of(what, scheme)
    if not key or len(what.split()) > _MAX_WORDS or not (fit(what, scheme.field(key)) or _is_free(scheme.field(key))):
        return
    found.setdefault(key, Found(as_typed(what, line.text), line))
    at = place_of_work(short(where), scheme, key) if where else None
    if at and where:
        found.setdefault(at, Found(as_typed(short(where), line.text), line))


def _is_free(item: Field) -> bool:
    """Whether no words tell a value of `item`."""
    return not item.signature


def sort_of(value: str, scheme: Scheme) -> str | None:
    """Return the one-line field that a value plainly is of ("It's Student Registry"), whatever is said of it."""
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


def cut(value: str) -> str:
    """Return a value without what a sentence goes on to say, and without the article before it."""
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
