"""Answers that a later mail replaces in words: "Instead of what I wrote about skills, please put: ..."."""

import re

from inbox_worker.core import acts
from inbox_worker.core.asked import question
from inbox_worker.core.document import Line
from inbox_worker.core.ending import Context, is_closing, is_remark, is_sender
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.scheme import Field
from inbox_worker.core.signature import Found
from inbox_worker.core.words import fold, pattern, sentences

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
_REST = re.compile(r"(?<!\d\d):\s+(?=\S)")
_STAYS = pattern(
    (
        r"\b(?:rest|everything else|all else|remainder|others?)\b.{0,100}\b(?:stand|stay|stays|same|is fine|fine"
        r"|as (?:it |they )?(?:is|are)\b|keep|unchanged)",
    )
)


def replacements(lines: tuple[Line, ...], context: Context) -> dict[str, Found]:
    """Return the answers that sentences announce as new, by the key of their question.

    The new text stands after a colon, or in the paragraphs below, up to a remark, a closing or the sender's name.
    """
    found: dict[str, Found] = {}
    given = paragraphs(lines)
    for place, (text, line) in enumerate(given):
        head, *rest = [text] if _TELLS.match(text) else _REST.split(text, maxsplit=1)
        named = (_renews(sentences(head)[-1:], context) or _answers_behind(head, rest[0], context)) if rest else None
        if named and len(rest[0].split()) >= 2:
            found.setdefault(named, Found(_alone(rest[0], context), line))
            continue
        key = question(text, context.scheme) if len(text.split()) <= _ANNOUNCES else None
        if key is None or key in found or not (_wants_it_changed(text) or _ASKED.search(fold(text))):
            continue
        if rest and question(head, context.scheme) and len(rest[0].split()) >= 2:
            found[key] = Found(rest[0], line)
        elif before := _pointed_at(given[: place + 1], context):
            found[key] = before
        elif behind := _added(text, context):
            if _wants_it_changed(text) or _reads_like(behind, context.scheme.field(key), context, _ASKED_FOR):
                found[key] = Found(behind, line)
        elif below := _below(given[place + 1 :], context):
            answer = " ".join(each for each, _ in below)
            least = acts.PLAINLY if _wants_it_changed(text) else _ASKED_FOR
            if _is_given(answer, text) or _reads_like(answer, context.scheme.field(key), context, least):
                found[key] = Found(answer, below[0][1])
    return found


_ASKED = pattern((r"\byou (?:asked|were asking|wanted to know|wished to know)\b",))
_TELLS = re.compile(  # "add to my skills that I cook: for ten years" gives its answer before the colon
    r"[^:]{0,200}?\b(?:say|add|put|mention|include|note|write|state)\b[^:.!?]{0,80}\bthat\s+(?:i|we|my|our)\b",
    re.IGNORECASE,
)


def _wants_it_changed(text: str) -> bool:
    """Whether a paragraph wants an answer renewed or added to; only the first words on it count, and not the answer."""
    spoken_of = (each for each in map(fold, sentences(text)) if _REPLACES.search(each) or _ADDS.search(each))
    first = next(spoken_of, None)
    return first is not None and not NO_CHANGE.search(first)


def _is_given(answer: str, announcement: str) -> bool:
    """Whether an announcement ends by handing over what stands below it, and that is no question to the team."""
    hands_over = _GIVES.search(fold(sentences(announcement)[-1]))
    return bool(hands_over) and not sentences(answer)[0].rstrip().endswith("?")


def _reads_like(text: str, item: Field, context: Context, least: float = acts.PLAINLY) -> bool:
    """Whether a sentence of `text` reads like an answer to `item`, by this share of the likeness."""
    likely = acts.highest(sentences(text), item.act, context.lexicon.acts, context.scheme)
    return likely >= least


def _alone(text: str, context: Context) -> str:
    """`text` up to words that take leave, speak of what stays or name a question; all of it where they come first."""
    kept: list[str] = []
    for each in sentences(text):
        ends = is_closing(each, context) or is_remark(each, context) or _STAYS.search(fold(each))
        if kept and (ends or _turns_to(each, context)):
            break
        kept.append(each)
    return " ".join(kept)


_TURNS = re.compile(
    r"(?:and |also,? )?(?:as (?:for|to)|for|on|under|regarding|concerning)\s[^,;:.!?]{3,60}[,:]\s", re.I
)


def _turns_to(sentence: str, context: Context) -> bool:
    """Whether a sentence opens with the name of a question ("For skills, I listen well")."""
    match = _TURNS.match(sentence)
    return bool(match and question(match.group(), context.scheme))


def _renews(last: list[str], context: Context) -> str | None:
    """The question that the words before a colon, `last`, want renewed or added to; None where they do not."""
    told = last and any(each.search(fold(last[0])) for each in (_REPLACES, _ADDS, _HANDS_OVER))
    return question(last[0], context.scheme) if told else None


def _answers_behind(head: str, rest: str, context: Context) -> str | None:
    """The question that `head` only names ("On your question about support") where `rest` tells and asks nothing."""
    if not _NAMES.search(fold(head)) or rest.rstrip().endswith("?") or is_remark(rest, context):
        return None
    key = question(head, context.scheme)
    return key if key and _reads_like(rest, context.scheme.field(key), context, _ASKED_FOR) else None


_ASKED_FOR = 0.25  # share of the learned likeness that an answer has, however short, to a question named before it


_HANDS_OVER = pattern(
    (r"\b(?:here (?:goes|it is|you (?:are|go)|we go)|here's|answer\b[^:.!?]{0,40}\bshould (?:now )?(?:read|be|say))\b",)
)
_NAMES = pattern(  # in its last clause: "Jo again, and for the question about skills"
    (
        r"(?:^\W*|[,;.!-] (?:(?:and|but|so|now) )?)(?:re|regarding|concerning|on|for|under|about|in terms of"
        r"|as (?:for|to)|with regards? to|in (?:answer|reply|response) to)\b(?:[^\w,;.!?]+[\w'-]+){1,9}\W*$",
    )
)


_ADDS = pattern(
    (
        r"\b(?:add|include|mention|forgot|forgotten|missed|left (?:out|off)|something|more)\b",
        r"\bmeant to (?:say|add|put|write|include)\b",
        r"\b(?:still|was|is|left) (?:open|outstanding|unanswered|blank|empty|missing)\b",
        r"\b(?:left|leave|leaving)\b[^.!?]{0,60}\b(?:open|outstanding|unanswered|blank|empty)\b",
        r"\b(?:never|didn't|hadn't|haven't|did not|had not|have not) (?:answer|answered|done|fill|filled|do)\b",
    )
)


NO_CHANGE = pattern(
    (
        r"\b(?:nothing|no need|no(?:t| longer)? wish|don't|do not|needn't)\b[^.!?]{0,20}"
        r"\b(?:add|change|more|else|include|mention|replace)\b",
    )
)


def _added(text: str, context: Context) -> str:
    """What follows "Can I add something to my skills?" in the same paragraph, courtesies aside; "" where nothing."""
    first, *behind = sentences(text)
    if (
        not behind
        or not (_ADDS.search(fold(first)) or _ASKED.search(fold(first)))
        or question(first, context.scheme) is None
    ):
        return ""
    kept = [
        each
        for each in behind
        if not (is_remark(each, context) or _STAYS.search(fold(each)) or each.rstrip().endswith("?"))
    ]
    return "" if kept and kept[-1].rstrip().endswith(":") else " ".join(kept)  # "So:" gives what stands below


def _pointed_at(given: list[tuple[str, Line]], context: Context) -> Found | None:
    """What the last paragraph of `given` points back at: "I speak Welsh now. Please add that to my skills."

    It is the sentence itself where that says something first ("I passed it, so please add that ..."), else those before
    it, else, for "that" and "it", the paragraph above.
    """
    text, line = given[-1]
    before: list[str] = []
    for sentence in sentences(text):
        match = _POINTS_BACK.search(fold(sentence))
        if match is None or not question(sentence, context.scheme) or sentence.rstrip().endswith(":"):
            if not _is_mere_opening(sentence, context):
                before.append(sentence)
            continue
        said = fold(sentence)[: match.start()]
        if acts.does(said, "put_off", context.lexicon.acts, context.scheme):
            return None  # "I shall send the certificate, could you then add it ...": nothing is given yet
        if len(said.split()) >= _SAYS:
            return Found(sentence, line)
        if before:
            return Found(" ".join(before), line)
        above = given[-2] if len(given) > 1 and (match["what"] or match["thing"]) not in _FORWARD else None
        return Found(*above) if above and not _is_mere_opening(above[0], context) else None
    return None


_TO_A_PLACE = r"(?: (?:down|in|please|too|as well|well|nicely))*(?: to| under| with| among| beside| in| for)\b"
_POINTS_BACK = re.compile(
    r"\b(?:(?:so|and|which|please|pls|can|could|may|might|would|will|you|i|we) ){0,6}"
    r"(?<!not )(?<!n't )(?<!never )(?:(?:add|put|include|count|enter|note|file|append|have|see|record|list|log)"
    rf" (?P<what>that|this|it|them|these|those|both){_TO_A_PLACE}(?! (?:\w+ ){{1,3}}that\b)"
    rf"|(?P<thing>that|this|it|these|those|both|which)(?: (?:probably|really|also|should|could|would|can|might|all))*"
    rf" (?:go|goes|belongs?|fits?){_TO_A_PLACE})"
)
_FORWARD = ("this", "these")  # may point at what stands below
_SAYS = 4  # words before the request to add them, from which a sentence says something


def _is_mere_opening(text: str, context: Context) -> bool:
    """Whether words greet, thank, or only say that something is to come ("One thing I forgot.")."""
    folded = fold(text)
    if is_remark(text, context) or any(
        pattern(context.lexicon.phrases.get(name, ())).search(folded) for name in ("greeting", "thanks")
    ):
        return True
    return bool(_ADDS.search(folded)) and len(folded.split()) <= _BARE


_BARE = 5  # words


_ANNOUNCES = 45  # words: a longer paragraph does more than announce


_TO_ADD = pattern(
    (r"^(?:please|pls|could you|can you|would you|will you)\b[^.!?]{0,20}\b(?:add|include|put|update|attach|insert)\b",)
)


def _announces(text: str, context: Context) -> bool:
    """Whether a paragraph speaks of another answer, rather than going on with one."""
    folded = fold(text)
    told = _GIVES.search(folded) or _REST.search(text) or _REPLACES.search(folded)
    return bool(told) and question(text, context.scheme) is not None


def _below(given: list[tuple[str, Line]], context: Context) -> list[tuple[str, Line]]:
    kept: list[tuple[str, Line]] = []
    for text, line in given:
        ends = is_closing(text, context) or is_sender(text, context) or _STAYS.search(fold(text))
        if ends or (kept and (is_remark(text, context) or _announces(text, context) or _TO_ADD.search(fold(text)))):
            break
        kept.append((text, line))
    return kept
