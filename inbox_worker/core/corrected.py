"""One-line values that a later mail puts right in passing: "I'm in Catering rather than Estates"."""

import re
from dataclasses import replace

from inbox_worker.core import names
from inbox_worker.core.document import Line
from inbox_worker.core.openings import REPORTED
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.prose import as_typed
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import Found, best_field, fit
from inbox_worker.core.statements import MAX_SENTENCE, cut, no_value, place_of_work_key, sort_of, statements
from inbox_worker.core.words import fold, pattern, sentences

_THING = r"(?:the |an? |our )?(?P<{}>(?-i:[A-Z])[^,.;:!?\n]{{1,60}}?)"
_PLACED = (  # "I'll be", "put me down under", "I now work in"
    r"\b(?:i(?:'m|'ll be| am| will be| work| belong| sit| should(?: really)? be"
    r"|(?:'ve| have) been(?=[^.;!?]{1,160}\b(?:since|all along)\b))"
    r"|(?:put|have|list|count|note) me)"
    r"(?:\s+(?:now|actually|really|based|located|employed|working(?! with)|down|under|in|at|with|as|an?|the|of))*\s+"
)
_CONTRASTS = (
    re.compile(
        rf"{_PLACED}{_THING.format('value')}(?:,\s+(?-i:[a-z ]){{3,20}}(?=,))?"
        rf",?\s+(?:now\s*,?\s+)?(?:rather than|instead of|(?:and )?not)"
        rf"(?:\s+(?:in|at|as|under|with|for))?\s+{_THING.format('other')}(?=[,.;:!?]|\s+(?:as|from|any|now|since|on)\b|$)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bi(?:'m| am)\s+(?:not|no longer)(?:\s+(?:in|at|an?|the|with))*\s+{_THING.format('other')},?\s+but"
        rf"(?:\s+(?:in|at|with|now|rather|an?|the))*\s+{_THING.format('value')}(?=[,.;:!?]|\s+(?:as|from|now|since|on)\b|$)",
        re.IGNORECASE,
    ),
)
_AS_A = r"(?:\s+as\s+(?:an?\s+|the\s+)?(?P<title>(?-i:[A-Z])[^,.;:!?\n]{1,60}?))?"
_JOINED = re.compile(  # "I have now left Catering and joined the Registry as a Clerk"
    r"\bi(?:'ve| have)(?:\s+(?:now|just|recently))*(?:\s+left\s+[^,.;:!?]{2,60}?,?\s+and(?:\s+have)?)?"
    rf"(?:\s+(?:now|just|recently))*\s+joined\s+{_THING.format('value')}{_AS_A}"
    r"(?=[,.;:!?]|\s+(?:from|now|since|on|in (?-i:[A-Z]))\b|$)",
    re.IGNORECASE,
)
_FOR_READ = re.compile(  # "where it said Law School please put: School of Law", "for Estates read Grounds"
    r"\b(?:where(?:ver)? (?:it|i|we|that|(?:the|my|your) \w+)(?: had| have| has| still)?"
    r" (?:said|says?|put|wrote|written|reads?|gave|gives|named?|typed)|for)"
    rf"\s+[\"']?{_THING.format('other')}[\"']?,?\s+(?:(?:please|kindly|it|now|should|could|you|instead)\s+)*"
    rf"(?:put|read|say|write|enter|type)\b:?\s+[\"']?{_THING.format('value')}[\"']?"
    r"(?=[,.;:!?]|\s+(?:as|from|now|since|on|instead)\b|$)",
    re.IGNORECASE,
)
_ANEW = re.compile(  # "I am moving to the School of Law", "I've just been promoted to Head Porter"
    r"\bi(?:'m| am|'ve| have|'ll| will| was)?(?:\s+(?:just|now|recently|been|be|soon|also))*\s+"
    rf"(?:moving|promoted|transferring|switching|relocating|going over)(?:\s+(?:across|over))?\s+(?:in)?to\s+"
    rf"{_THING.format('value')}(?=[,.;:!?]|\s+(?:as|from|now|since|on|in (?-i:[A-Z]))\b|$)",
    re.IGNORECASE,
)
_MOVED = re.compile(  # "as of Monday we come under Student Experience", "I'm now in the Registry"
    r"\b(?:(?:we|i|my team|our team|the team) (?:now |have |has |have been |has been |'ve been |'ve )?"
    r"(?:come|moved|move|fall|sit|transferred)"
    r"|(?:i|we)(?:'m| am| are|'re)? now (?:in|with|under|at)|now (?:under|part of))"
    r"(?:\s+(?:now|across|over))*(?P<whence>\s+from [^,.;!?\n]{2,40}?(?=\s(?:in)?to\s))?"
    r"(?:\s+(?:under|in|into|to|with|within|at))?"
    r"\s+(?:the |our )?(?P<value>(?-i:[A-Z])[^;!?\n]{2,120})",
    re.IGNORECASE,
)
# who move from house to house, too
_OF_PEOPLE = re.compile(r"(?:i|we)\b[^.]*?\b(?:moved?|transferred|in|at)\b", re.IGNORECASE)
_GOES_ON = re.compile(r",\s+(?=[a-z])")
_AS_MY = re.compile(  # "I should have put Estates as my department"
    r"(?<!not )(?<!n't )(?<!never )"
    rf"\b(?:put|written|write|given|have|list|said|enter|entered|record|use)\s+{_THING.format('value')}"
    r"\s+(?:as|for|under) (?:my|the) (?P<label>[\w /-]{3,30})",
    re.IGNORECASE,
)
_AMISS = pattern(
    (
        r"\b(?:forgot|forgotten|left (?:out|off|blank)|missed|missing|omitted|wrong|incorrect|incomplete|mistake|slip"
        r"|error|typo|spelt|misspelt|misspelled|outdated|out of date|changed|changes|updated?|correct(?:ion)?|blank"
        r"|didn't (?:give|put|say)|did not (?:give|put|say)|asked|(?:is|was|should) not|isn't|wasn't|shouldn't)\b",
    )
)
_PUT = pattern((r"\b(?:put|wrote|written|have|gave|given|said|entered|chose|listed)\b.* as (?:my|the)\b",))
_IT_IS = re.compile(
    r"(?:[,;:]|\s[-\u2013\u2014]+)?\s+(?:and |so |(?P<but>but ))?"
    r"(?:it(?:'s| is)|i(?:'m| am)|which (?:is|should (?:be|read)))"
    r"\s+(?:(?:now|actually|called|named|an?|the|in|with|at)\s+)*(?P<value>[^,;:!?\n]{2,80})",
    re.IGNORECASE,
)
_MEANWHILE = pattern(  # where somebody is for an hour or a day
    (
        r"(?<!as of )(?<!from )\b(?:today|tomorrow|this (?:morning|afternoon|week)|next week)\b",
        r"\b(?:meet|meeting|training|session|room|visit"
        r"|(?:on|until|till) (?:mon|tues|wednes|thurs|fri)day)\b",
    )
)

_UNREAL = pattern(  # wished, supposed, refused or somebody else's word
    (
        r"(?:^|, )if i\b|\b(?:wish(?:es|ed)?|whether|might|perhaps|maybe|in case)\b",
        REPORTED,
        r"\bi was [^,;]* (?:in \d{4}|ago|when|before|until|till)\b",
    )
)


# A question about it, where "Could you put me under Finance rather than Payroll?" is a request
_WONDERS = re.compile(
    r"(?:(?:and|but|so|also|sorry),? )*(?:is|isn't|are|am|was|were|do|does|did|should|shall|may|might|what|why|how|when"
    r"|where|who|which|if|have|has)\b",
    re.IGNORECASE,
)


def corrected(lines: list[Line], scheme: Scheme) -> dict[str, Found]:
    """Return one-line values that sentences set against others, move to, or give where they say that one was amiss."""
    found: dict[str, Found] = {}
    for text, line in paragraphs(lines):
        for sentence in sentences(text):
            shown = " ".join(sentence[:MAX_SENTENCE].replace("\u2019", "'").split())
            for key, value in _of_one_sort(_FOR_READ, shown, scheme):  # whoever said the other
                found.setdefault(key, Found(as_typed(value, line.text), line))
            if _UNREAL.search(fold(shown)) or (_WONDERS.match(shown) and sentence.rstrip().endswith("?")):
                continue
            for key, value in (*_in_place(shown, scheme), *_amiss(shown, scheme), *_moved(shown, scheme)):
                found.setdefault(key, Found(as_typed(value, line.text), line))
    return found


def _in_place(sentence: str, scheme: Scheme) -> list[tuple[str, str]]:
    """What stands in another's place: both must be of one sort, or the sender moves, or names the field."""
    given: list[tuple[str, str]] = []
    for match in _AS_MY.finditer(sentence):
        given += [(item.key, cut(match["value"])) for item in _named(match["label"], scheme, start=True)[:1]]
    if _MEANWHILE.search(fold(sentence)):
        return given
    for contrast in _CONTRASTS:
        given += _of_one_sort(contrast, sentence, scheme)
    anew = [match["value"] for match in _ANEW.finditer(sentence)]
    anew += [each for match in _JOINED.finditer(sentence) for each in (match["value"], match["title"]) if each]
    given += [(key, value) for value in map(cut, anew) if (key := sort_of(value, scheme))]
    return given


def _of_one_sort(contrast: re.Pattern[str], sentence: str, scheme: Scheme) -> list[tuple[str, str]]:
    """What stands in another's place, where both are of one sort."""
    found = [(cut(match["value"]), match["other"]) for match in contrast.finditer(sentence)]
    return [
        (key, value) for value, other in found if (key := sort_of(value, scheme)) == best_field(other, scheme) and key
    ]


def _moved(sentence: str, scheme: Scheme) -> list[tuple[str, str]]:
    """Where the sender, or all whom they work with, have gone."""
    given: list[tuple[str, str]] = []
    for match in _MOVED.finditer(sentence):
        value = _GOES_ON.split(cut(match["value"]))[0]
        key, place = sort_of(value, scheme), place_of_work_key(scheme)
        if key is None and match["whence"]:  # much else moves from one thing to another
            key = best_field(value, scheme)
        elif key is None and place and (fit(value, scheme.field(place)) or not _OF_PEOPLE.match(match.group())):
            key = place
        if key:
            given.append((key, value))
    return given


def _amiss(sentence: str, scheme: Scheme) -> list[tuple[str, str]]:
    """What follows words that say that a field was left out or is wrong: "I left out my department - it's Estates"."""
    for match in _IT_IS.finditer(sentence):
        before = sentence[max(0, match.start() - _REACH) : match.start()]
        named = _named(before, scheme)
        if len(named) == 1 and (_AMISS.search(fold(before)) or (match["but"] and _PUT.search(fold(before)))):
            value = cut(match["value"])
            return [(named[0].key, value)] if _suits(value, named[0], scheme) else []
    return []


def amended(lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> dict[str, Found]:
    """Return one-line values that sentences beside a form put right: "PS My job title should read Head Porter"."""
    said = [
        replace(line, text=sentence, gap=True)
        for text, line in paragraphs(lines)
        for sentence in sentences(text)
        if _PUTS_RIGHT.search(fold(sentence[:MAX_SENTENCE]))
    ]
    return corrected(said, scheme) | statements(said, scheme, lexicon)


_PUTS_RIGHT = pattern(
    (
        r"\b(?:wrong|incorrect|mistake|typo|misspelt|misspelled|correction)\b",
        r"\bshould(?: really| actually| now)? (?:read|say|be|have been)\b",
    )
)


def _suits(value: str, item: Field, scheme: Scheme) -> bool:
    if no_value(value):
        return False
    if item.kind is FieldKind.NAME:
        return names.looks_like(value) and len(value.split()) >= _FULL and best_field(value, scheme) is None
    return fit(value, item) > 0


_FULL = 2  # words of a name
_REACH = 200  # characters before a value in which its field is named


def _named(text: str, scheme: Scheme, *, start: bool = False) -> list[Field]:
    """The fields of one line whose label `text` names as the sender's, or begins with."""
    folded = fold(text)
    lead = "^" if start else r"\b(?:my|the) (?:[\w-]+ )?"
    items = [item for item in scheme.fields if item.kind in (FieldKind.SHORT, FieldKind.NAME)]
    return [
        item
        for item in items
        if any(re.search(rf"{lead}{re.escape(fold(name))}{_ALONE}", folded) for name in _labels(item))
    ]


def _labels(item: Field) -> tuple[str, ...]:
    return (item.label, *item.label.split("/"))


_ALONE = (  # "my department badge" is no department
    r"\b(?!-)(?=\W*$|[^\w\s]|\s+(?:on|in|for|of|off|out|from|at|was|is|isn't|wasn't|are|has|had|and|or|changed|wrong|blank|empty"
    r"|field|entry|box|line|please|instead|now|down|as|since|which|it|it's|i|i'm)\b)"
)
