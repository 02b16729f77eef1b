"""Answers that a later mail replaces in words: "Instead of what I wrote about skills, please put: ..."."""

import re
from functools import lru_cache

from inbox_worker.core.document import Line
from inbox_worker.core.ending import Context, is_closing, is_remark, is_sender
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.signature import Found
from inbox_worker.core.words import fold, pattern, sentences, tokens

_REPLACES = pattern(
    (
        r"\b(?:replace|replaces|replacing|instead(?: of)?|swap|rewrite|rewritten|re-?worded|change|amend"
        r"|substitute|scrap|strike)\b",
        r"\b(?:ignore|delete|disregard|forget|throw away|take out)\b",
        r"\b(?:better|new|proper|second|longer|fuller|revised|updated|corrected|missing) (?:answer|version"
        r"|text|attempt|one|bit)\b",
        r"\b(?:here(?:'s| is| are)|this is|below is|add|put|use)\b[^.!?]*\b(?:answers?|section|question"
        r"|part|bit|box|about|under|for|to|on)\b",
    )
)
_GIVES = pattern(
    (r":\s*$|\b(?:this|the following|below|here (?:it is|goes|you are)|as follows|instead|new (?:one|version))\W*$",)
)
_REST = re.compile(r"(?<!\d):\s+(?=\S)")
_STAYS = pattern(
    (
        r"\b(?:rest|everything else|all else|remainder|others?)\b.*\b(?:stand|stay|stays|same|is fine|fine"
        r"|as is|keep|unchanged)",
    )
)


@lru_cache(maxsize=32)
def _named(scheme: Scheme) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What names each question in passing ("what I wrote about skills"): its telling words alone."""
    return tuple(
        (item.key, pattern(tuple(rf"\b{re.escape(stem)}\w*" for stem in _stems(item, scheme))))
        for item in scheme.fields
        if item.kind is FieldKind.TEXT
    )


def _stems(item: Field, scheme: Scheme) -> list[str]:
    """Words of four letters and more that stand in this question's label or short variants, and in no other label."""
    others = {word for other in scheme.fields if other is not item for word in tokens(other.label)}
    own = [*tokens(item.label), *(word for name in item.variants if len(tokens(name)) == 1 for word in tokens(name))]
    singles = [group[0] for group in item.keywords if len(group) == 1]
    words = [*singles, *(word for word in own if word not in others)]
    return sorted({word for word in words if len(word) >= 4 and word not in _COMMON})


_COMMON = frozenset(
    ["what", "would", "could", "should", "think", "like", "about", "your", "have", "will", "been", "that", "this",
     "want", "need", "bring", "role", "help"]
)  # fmt: skip


def _question(text: str, scheme: Scheme) -> str | None:
    """The one question that `text` names, or None where it names none or several."""
    keys = [key for key, named in _named(scheme) if named.search(fold(text))]
    return keys[0] if len(keys) == 1 else None


def replacements(lines: tuple[Line, ...], context: Context) -> dict[str, Found]:
    """Return the answers that sentences announce as new, by the key of their question.

    The new text stands after a colon, or in the paragraphs below, up to a remark, a closing or the sender's name.
    """
    found: dict[str, Found] = {}
    given = paragraphs(lines)
    for place, (text, line) in enumerate(given):
        head, *rest = _REST.split(text, maxsplit=1)
        if rest and (named := _renews(sentences(head)[-1:], context)) and len(rest[0].split()) >= 2:
            found.setdefault(named, Found(_alone(rest[0], context), line))
            continue
        key = _question(text, context.scheme) if len(text.split()) <= _ANNOUNCES else None
        if key is None or key in found or not (_REPLACES.search(fold(text)) or _ADDS.search(fold(text))):
            continue
        if rest and _question(head, context.scheme) and len(rest[0].split()) >= 2:
            found[key] = Found(rest[0], line)
        elif behind := _added(text, context):
            found[key] = Found(behind, line)
        elif _GIVES.search(fold(sentences(text)[-1])) and place + 1 < len(given):
            below = _below(given[place + 1 :], context)
            if below:
                found[key] = Found(" ".join(each for each, _ in below), below[0][1])
    return found


def _alone(text: str, context: Context) -> str:
    """`text` up to words that take leave or speak of what stays; all of it where they come first."""
    kept: list[str] = []
    for each in sentences(text):
        if kept and (is_closing(each, context) or is_remark(each, context) or _STAYS.search(fold(each))):
            break
        kept.append(each)
    return " ".join(kept)


def _renews(last: list[str], context: Context) -> str | None:
    """The question that the words before a colon, `last`, want renewed or added to; None where they do not."""
    told = last and (_REPLACES.search(fold(last[0])) or _ADDS.search(fold(last[0])))
    return _question(last[0], context.scheme) if told else None


_ADDS = pattern(
    (
        r"\b(?:add|include|mention|forgot|forgotten|missed|left (?:out|off)|something|more)\b",
        r"\bmeant to (?:say|add|put|write|include)\b",
        r"\b(?:still|was|is|left) (?:open|outstanding|unanswered|blank|empty)\b",
        r"\b(?:never|didn't|hadn't|haven't|did not|had not|have not) (?:answer|answered|done|fill|filled|do)\b",
    )
)


def _added(text: str, context: Context) -> str:
    """What follows "Can I add something to my skills?" in the same paragraph, courtesies aside; "" where nothing."""
    first, *behind = sentences(text)
    if not behind or not _ADDS.search(fold(first)) or _question(first, context.scheme) is None:
        return ""
    kept = [each for each in behind if not is_remark(each, context) and not each.rstrip().endswith("?")]
    return " ".join(kept)


_ANNOUNCES = 45  # words: a longer paragraph does more than announce


def _below(given: list[tuple[str, Line]], context: Context) -> list[tuple[str, Line]]:
    kept: list[tuple[str, Line]] = []
    for text, line in given:
        ends = is_closing(text, context) or is_sender(text, context) or _STAYS.search(fold(text))
        if ends or (kept and (is_remark(text, context) or _question(text, context.scheme))):
            break
        kept.append((text, line))
    return kept


__all__ = ["replacements"]
