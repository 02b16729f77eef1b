"""One-line values in running text: facts that sentences state."""

import re
from dataclasses import replace
from functools import lru_cache

from inbox_worker.core import names
from inbox_worker.core.document import Line
from inbox_worker.core.introduction import CLAUSE, introduced, post
from inbox_worker.core.openings import LEAD_IN
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import Found, best_field, fit, place_of_work, split_place
from inbox_worker.core.values import short
from inbox_worker.core.words import any_phrase, fold, pattern, plain, sentences

# "X, Y and Z"
_LIST = r"(?:,\s+[A-Z][\w'&-]+(?:\s+[A-Z][\w'&-]+)*)*,?\s+(?:and|&)\s+(?!I\b)[A-Z][\w'&-]+(?:\s+[A-Z][\w'&-]+)*"
_WITHIN = r"(?:(?!\s(?:and (?:I|my|the)|is)\b)[^,.;:!?])*?"  # of one value
_TITLE = r"(?P<title>(?!(?:on|in|at|from|with|for|to|of)\s)[^,.;:!?()]{3,90}?(?:\s*\([^)]{2,40}\))?)"
_STOP = (
    r"(?=[,.;:!?(]|\s+(?:and (?:i|have|am|you|would|can|my|we)|but|so|who|which|where|because|based|since"
    r"|for (?:the|\d)|on (?:placement|secondment|loan|leave|the|a)|in which|by (?:trade|profession|day"
    r"|training)|here)\b"
    rf"|\s+{CLAUSE}"
    r"|\s+to (?:offer|apply|express|put|say|ask|volunteer|join|propose|enquire)\b|\s+for (?-i:[A-Z])|\s+-|$)"
)
_ROLE = re.compile(
    r"\b(?:i(?:'?m| am|'?ve been| have been)|i (?:currently )?work(?:ing)? as|my (?:job|role|title) is|work(?:ing)? as"
    r"|employed as|employs me as|(?<!\bserved )(?<!\bacted )(?<!\btrained )as)\s+"
    rf"{LEAD_IN}{_TITLE}{_STOP}",
    re.IGNORECASE,
)
_HELD_ONCE = re.compile(  # "two as chair", "ten years as a nurse": what somebody was besides
    r"(?:(?:^|[,;(:]\s*|\band )(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)(?: of (?:them|those|which))?"
    r"|(?:[,;(:]\s*|\band )[\w-]+ (?:years?|months?|terms?))\s+$",
    re.IGNORECASE,
)
_NOT_HOW_LONG = r"(?!(?:\d+|\w+) (?:years?|months?|terms?)\b)"  # "I was for six years a trainer"
_WHERE = re.compile(
    r"\b(?:(?:i(?:'?m| am)?|work(?:ing)?|based|employed|located|find me|sit(?:ting)?|team is|over|from"
    r"|placement|am here"
    r"|(?:colleagues|friends|everyone|people)|secondment|'ve been|have been|know me|greetings|hello|hi)\s+"
    r"(?:currently\s+)?(?:based\s+|working\s+)?(?:on placement\s+)?(?:in|at|within|for|from|with|on)"
    r"|(?:i|and)\s+(?:belong to|joined|have joined|represent)|(?:a|the)\s+(?:member|part)\s+of|employed by"
    r"|\bi\s[^,.;:!?]{3,50}\sfor"
    rf")\s+(?:the\s+|our\s+)?{_NOT_HOW_LONG}(?P<place>(?-i:[A-Z][^,.;:!?]*?{_LIST})|[^,.;:!?]{{2,80}}?)"
    r"(?:,?\s+as\s+(?:an?\s+|the\s+)?(?P<title>[^,.;:!?]{3,70}))?(?=[,.;:!?]|\s\((?-i:[^A-Z])|\s+(?:and|but|so|where|which"
    rf"|since|last|for (?:\d|the last|over)|until|as an?|as the|{CLAUSE})\b|$)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:my (?:full |own )?name(?:'s| is)|i(?:'m| am)|this is|it's|name's|i'm called)\s+"
    r"(?P<name>(?:[^\W\d_][\w'\u2019.-]*\s*){1,5})"
    r"|^(?P<here>(?:[^\W\d_][\w'\u2019.-]*\s+){1,4})here\b"
)


_MORE = re.compile(_LIST)  # the rest of "School of X, Y and Z"


def name_in(text: str, person: str | None) -> str | None:
    """Return the name by which the sender of `text` goes ("I'm Jo Bell, ..."), or None."""
    for match in _NAME.finditer(plain(text)):
        words: list[str] = []
        for word in (match["name"] or match["here"]).split():
            if not (
                word[:1].isupper() or (words and word in ("de", "van", "der", "von", "al", "la", "di", "da", "ap"))
            ):
                break
            words.append(word.rstrip(".") if len(word) > 4 else word)
            if text[match.start() :].find(word + ",") >= 0:
                break
        name = " ".join(words).strip(" ,.")
        if not names.looks_like(name) or not names.words(name):
            continue
        if (person and names.related(name, person)) or (person is None and len(names.words(name)) >= 2):
            return name
    return None


_MAX_SENTENCES, _MAX_PARAGRAPH = 250, 20_000  # characters of one; as `signs` has it: longer mail tells of others


def facts(
    lines: list[Line], scheme: Scheme, lexicon: Lexicon, person: str | None, answers: tuple[str, ...] = ()
) -> dict[str, Found]:
    """Return one-line values stated inside sentences: "I'm Jo Bell, Clerk in the Law School", "I work in X as a Y".

    answers: what these lines answer to questions; "Chair, Staff Network." is no post of the sender's there.
    """
    found: dict[str, Found] = {}
    labelled: dict[str, Found] = {}  # "my department is X" says more than any place that is named
    for text, line in paragraphs(_parted(lines))[:_MAX_SENTENCES]:
        before = ""
        for sentence in sentences(text[:_MAX_PARAGRAPH])[:_MAX_SENTENCES]:
            shown = " ".join(sentence.replace("\u2019", "'").split())
            introduced(sentence, line, scheme, lexicon, person, found)
            if not _OTHER_THAN_NOW.search(fold(before)) and not any(sentence in answer for answer in answers):
                post(sentence, line, scheme, lexicon, found)
            _labelled_fact(shown, line, scheme, labelled)
            _signed(shown, line, scheme, person, found)
            _spoken(shown, line, scheme, lexicon, found)
            before = sentence
    return found | labelled


# A post that is named behind these is somebody else's, or one that was: "My manager has agreed. Head Porter, Estates."
_OTHER_THAN_NOW = re.compile(
    r"^my (?!(?:\w+ )?(?:name|details|particulars|job|post|role|position|title|department|place|work)\b)\w+"
    r"|\bby \w+\W*$|\b(?:used to be|(?:was|were) once|formerly|previously"
    r"|(?:earlier|former|previous|past) (?:life|jobs?|career|posts?|roles?))\b"
)


_HEADING = 4  # words


def _parted(lines: list[Line]) -> list[Line]:
    """`lines` with a gap below each heading or greeting, so that it is no part of the sentence below it."""
    return [
        replace(line, gap=True) if place and _heads(lines[place - 1], line, begins=place == 1) else line
        for place, line in enumerate(lines)
    ]


def _heads(above: Line, line: Line, *, begins: bool) -> bool:
    """Whether a short line that nothing ends stands above one that begins anew: no mail program wraps so."""
    text = above.text.strip("*_ ")
    brief = (above.gap or begins) and len(text.split()) <= _HEADING
    return brief and text[:1].isupper() and text[-1:].isalnum() and line.text[:1].isupper()


def _spoken(shown: str, line: Line, scheme: Scheme, lexicon: Lexicon, found: dict[str, Found]) -> None:
    for match in _ROLE.finditer(shown):
        if _HELD_ONCE.search(shown[: match.start()]):
            continue
        title, place = _in_brackets(match["title"], scheme, lexicon) or split_place(match["title"], scheme, lexicon)
        key = best_field(short(title), scheme)
        if key is None or not _is_head(short(title), key, scheme):
            continue
        _keep(key, title, line, found)
        if place and (where := place_of_work(short(place), scheme, key)):
            more = _MORE.match(shown, match.end())
            _keep(where, place + (more.group() if more else ""), line, found)
    applied_for = any_phrase(scheme.mentions)
    for match in _WHERE.finditer(shown):
        for value in (match["place"], match["title"]):
            told = value and value != "it" and not applied_for.search(fold(value))  # "praised for it" names no place
            key = best_field(short(value), scheme) if value and told and not _NO_PLACE.search(fold(value)) else None
            if key and value and fit(short(value), scheme.field(key)) == 2:
                _keep(key, value, line, found)


_NO_PLACE = pattern(  # a number of places, or one where somebody is for a day
    (
        r"^(?:two|three|four|several|many|various) \w+",
        r"\b(?:on \w+days?|on (?:mon|tue|wed|thu|fri)|today|tomorrow|this (?:week|month))\b",
    )
)
_BRACKETS = re.compile(r"(?P<title>[^()]+?)\s*\((?P<place>[^()\s]+\s[^()]+)\)")  # one word may belong to the job


def _in_brackets(text: str, scheme: Scheme, lexicon: Lexicon) -> tuple[str, str] | None:
    """A job and, in brackets behind it, a place of work; None where the brackets hold anything else."""
    match = _BRACKETS.fullmatch(text)
    if not match or not match["place"][:1].isupper() or split_place(match["title"], scheme, lexicon)[1]:
        return None
    job, place = (best_field(match[each], scheme) for each in ("title", "place"))
    return (match["title"], match["place"]) if job and place and job != place else None


_PLACE_WORD = r"(?!(?:i|is|has|was|me|my|us|you|told|said|says)\b)[\w&'-]+"
_SIGNED = re.compile(
    r"^(?P<who>[^\W\d_][\w'-]+(?: [^\W\d_][\w'-]+){0,2}) (?:(?:over )?in|from) (?:the |our )?"
    rf"(?P<place>{_PLACE_WORD}(?: {_PLACE_WORD}){{0,3}}?)[ .!x]*$",
    re.IGNORECASE,
)


def _signed(shown: str, line: Line, scheme: Scheme, person: str | None, found: dict[str, Found]) -> None:
    """ "Jo from accounts" at the end of a few hasty lines: where the sender works."""
    match = _SIGNED.match(shown) if person else None
    if not match or not person or not names.related(match["who"], person):
        return
    key = best_field(match["place"], scheme)
    if key and fit(match["place"], scheme.field(key)) == 2:
        _keep(key, match["place"], line, found)


_LISTED = r"(?:^|,\s+)(?:and\s+)?"  # "name is Jo Bell, job title is Clerk": one of several, without "my"


@lru_cache(maxsize=32)
def _own_label(scheme: Scheme) -> re.Pattern[str]:
    """ "My department is X", "job's plumber": a one-line field by its label."""
    names_ = {
        fold(part)
        for item in scheme.fields
        if item.kind is FieldKind.SHORT
        for name in (item.label, *item.variants)
        for part in name.split("/")
        if 1 <= len(part.split()) <= 2 and len(part) >= 3 and not part.casefold().startswith(("my ", "your "))
    }
    words = "|".join(sorted(map(re.escape, names_), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"\b(?:my (?:current |present |own )?(?P<label>{words})(?:'s|\s+is(?: called)?)"
        rf"|{_LISTED}(?P<listed>{words})\s+is|(?<!\bthe )(?<!\bour )(?<!\bthis )(?<!\bmy )(?P<short>{words})'s)"
        rf"\s+(?:that of )?(?:an?\s+|the\s+)?(?P<value>(?-i:[A-Z]{_WITHIN}{_LIST})|[^,.;:!?]{{2,70}}?)"
        r"(?=[,.;:!?]|\s+(?:and (?:i|my|the)|but|so|where|which|in the|at the)\b|$)",
        re.IGNORECASE,
    )


_IS = re.compile(r"\sis|'s\s", re.IGNORECASE)


def _labelled_fact(shown: str, line: Line, scheme: Scheme, found: dict[str, Found]) -> None:
    if not _IS.search(shown):
        return  # none of them is said without; the search below is dear
    for match in _own_label(scheme).finditer(shown):
        label = fold(match["label"] or match["listed"] or match["short"])
        key = next(
            (
                item.key
                for item in scheme.fields
                if item.kind is FieldKind.SHORT
                and any(label == fold(part) for name in (item.label, *item.variants) for part in name.split("/"))
            ),
            None,
        )
        value = short(match["value"])
        if key and (value[:1].isupper() or fit(value, scheme.field(key)) or match["short"]):
            _keep(key, value, line, found)


def _keep(key: str, value: str, line: Line, found: dict[str, Found]) -> None:
    text = short(value)
    if key not in found and len(text.split()) <= 10:
        found[key] = Found(as_typed(text, line.text), line)


def _is_head(value: str, key: str, scheme: Scheme) -> bool:
    return fit(value, scheme.field(key)) == 2 and len(value.split()) <= 9


def as_typed(value: str, text: str) -> str:
    """Return `value` with the apostrophes that it has in `text`."""
    place = text.replace("\u2019", "'").find(value)
    return text[place : place + len(value)] if place >= 0 else value
