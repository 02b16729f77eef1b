"""Where a sender's answers end: the closing, the name, a remark to the team, a label of no field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inbox_worker.core import acts, names
from inbox_worker.core.document import Line
from inbox_worker.core.scheme import Field, Lexicon, Scheme
from inbox_worker.core.values import puts_off
from inbox_worker.core.words import fold, pattern, sentences, spoken, tokens

_LAST_WORDS = re.compile(r"^p\.? ?s\b\.?|^nb\b|^post ?script", re.IGNORECASE)
_PARTING_LENGTH = 100  # characters of a line that takes leave ("I remain, with apologies for the length,")
_PARTING_WORDS = 8
_FINISHED = (".", "!", "?", '"', "\u201d", ")")


@dataclass(frozen=True, slots=True)
class Context:
    """What ending a value depends on besides its lines."""

    scheme: Scheme
    lexicon: Lexicon
    sender_words: frozenset[str]  # words of the sender's name, folded


def is_closing(text: str, context: Context) -> bool:
    """Return whether `text` is "Kind regards", "Thanks" or the like and nothing else."""
    return len(text) <= 80 and bool(pattern(context.lexicon.phrases.get("closing", ())).fullmatch(fold(text)))


def is_sender(text: str, context: Context) -> bool:
    """Return whether `text` is only the sender's name, first name or initials, given names shortened or not."""
    words = tokens(text)
    if not words or len(words) > 5 or len(text) > 60:
        return False
    known, first_letters = context.sender_words, {word[0] for word in context.sender_words}
    if any(word in known for word in words) and all(
        word in known or (len(word) == 1 and word in first_letters) for word in words
    ):
        return True
    initials = "".join(re.findall(r"[A-Za-z]", text)).casefold()
    return len(initials) <= 3 and bool(initials) and {*initials} <= first_letters


def is_sign_off(text: str) -> bool:
    """Return whether `text` may be a first name or nickname, kisses aside: a word or three, each with a capital."""
    words = _KISSES.sub("", text.strip(" .,!-")).split()
    return 1 <= len(words) <= 3 and all(word[:1].isupper() and word.replace("-", "").isalpha() for word in words)


_KISSES = re.compile(r"\s(?:x\s?){1,5}$", re.IGNORECASE)


def is_parting(text: str, context: Context) -> bool:
    """Return whether `text` is a closing, the sender's name, or both in one breath ("Cheers Jo")."""
    words = text.split()
    if len(words) > _PARTING_WORDS:
        return False
    return any(
        (not place or is_closing(" ".join(words[:place]), context))
        and (place == len(words) or is_sender(" ".join(words[place:]), context))
        for place in range(len(words) + 1)
    )


def without_parting(text: str, context: Context) -> str:
    """Return `text` without the sentences at its end that only take leave; a text of nothing else stays."""
    parts = sentences(text)
    while len(parts) > 1 and is_parting(parts[-1], context):
        parts.pop()
    return " ".join(parts)


def is_other_label(text: str, context: Context) -> bool:
    """Return whether `text` is a label of no field, with a short value ("Phone: 01227 555 0100")."""
    head, mark, rest = fold(text).partition(":")
    known = pattern(context.lexicon.phrases.get("other_label", ()))
    return bool(mark) and len(rest.split()) <= 10 and bool(known.fullmatch(head.strip(" *_-")))


def is_postscript(text: str) -> bool:
    """Return whether `text` begins "PS" or "NB"."""
    return bool(_LAST_WORDS.match(text))


def is_remark(text: str, context: Context) -> bool:
    """Return whether a paragraph after the last answer speaks to the team instead of going on."""
    folded = fold(text)
    if bool(pattern(context.lexicon.phrases.get("remark", ())).search(folded)) or is_postscript(folded):
        return True
    first = spoken(next(iter(sentences(text)), ""))
    return acts.likelihood(first, _TO_THE_TEAM, context.lexicon.acts, context.scheme) >= _PLAINLY


def turns_to_team(text: str, context: Context) -> bool:
    """Return whether a paragraph reads as said to the team, and unlike answers, in each of its sentences."""
    model, scheme = context.lexicon.acts, context.scheme
    acts_of_answers = tuple({item.act for item in scheme.fields if item.act})
    for sentence in map(spoken, sentences(text)):
        said, answered = (acts.likelihood(sentence, each, model, scheme) for each in (_TURNS, acts_of_answers))
        if said < _RATHER or answered >= _HARDLY:
            return False
    return len(tokens(text)) >= _FEWEST


def could_answer(text: str, item: Field, context: Context) -> bool:
    """Return whether a paragraph may answer a question: the likeness of one of its sentences does not deny it.

    What is plainly an answer may be one to this question too: they often sound like those to another.
    """
    model, scheme = context.lexicon.acts, context.scheme
    labels = tuple({each.act for each in scheme.fields if each.act})
    return not item.act or any(
        acts.could(spoken(each), (item.act,), model, scheme)
        or acts.likelihood(spoken(each), labels, model, scheme) >= _PLAINLY
        for each in sentences(text)
    )


_TURNS = (
    "courtesy", "thanks", "request", "chase", "put_off", "announce", "join", "condition", "withdraw", "not_joining"
)  # fmt: skip
_RATHER, _HARDLY = 0.4, 0.15  # shares of the likeness: a sentence of an answer in twenty is such, a paragraph rarely
_FEWEST = 5  # words, of which it can tell
_TO_THE_TEAM = ("withdraw", "not_joining", "condition")  # what likeness calls words that no answer holds
_PLAINLY = 0.7


def takes_leave(line: Line, before: str) -> bool:
    """Return whether the last line of a letter only leads to the name below it: it ends in a comma.

    before: the sender's text above it, which must be finished, or a gap lie between.
    """
    text = line.text.strip()
    whole = line.gap or before.rstrip().endswith(_FINISHED)
    return text.endswith(",") and whole and text[:1].isupper() and len(text) <= _PARTING_LENGTH and not line.cells


def ends_letter(line: Line, before: str, context: Context) -> bool:
    """Return whether the last line of a letter takes leave, or only speaks of the letter or of a later answer."""
    if takes_leave(line, before):
        return True
    if not before.rstrip().endswith(_FINISHED) or not line.text[:1].isupper() or line.bullet:
        return False
    business = pattern(context.lexicon.phrases.get("letter_business", ()))
    return puts_off(line.text, context.lexicon) or all(business.search(spoken(each)) for each in sentences(line.text))


def _is_card(text: str, context: Context) -> bool:
    """Whether a line is the sender's name and what belongs to it ("Jo Bell, Clerk, Law School")."""
    first, mark, _ = text.replace("|", ",").partition(",")
    known = [word for word in names.words(first) if word in context.sender_words]
    return bool(mark) and len(text.split()) <= 20 and len(known) >= 2 and names.looks_like(first)


def without_ending(lines: Sequence[Line], context: Context) -> list[Line]:
    """Return a letter's lines without the name and the words of leave, wrapped or not, that are its last ones."""
    kept = list(lines)
    while len(kept) > 1 and (
        is_sender(kept[-1].text, context)
        or (kept[-1].gap and (is_closing(kept[-1].text, context) or _is_card(kept[-1].text, context)))
    ):
        kept.pop()
    start = max((index for index, line in enumerate(kept) if line.gap), default=0)
    last = [line.text for line in kept[start:]]
    if start and takes_leave(replace(kept[start], text=" ".join(last)), ""):
        return kept[:start]
    if len(last) > 1 and takes_leave(kept[-1], last[-2]):
        return kept[:-1]
    return kept
