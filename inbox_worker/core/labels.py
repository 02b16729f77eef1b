"""A text that is a label, or begins with one: where the label ends, and what follows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz import fuzz

from inbox_worker.core.label_scores import (
    MARKS,
    MAX_LABEL_WORDS,
    QUESTION_WORDS,
    match,
    may_name,
    stripped,
)
from inbox_worker.core.scheme import Scheme
from inbox_worker.core.vocabulary import vocabulary
from inbox_worker.core.words import plain, tokens

_SEPARATOR = re.compile(
    r"\s*[?:=]+[*_\s]*(?:[-:.](?:\s+|$))?|\s+-+>?\s+|\s*(?:\.{3,}|_{3,})\s*(?:[:=]\s+)?|\s*;\s+|-\s+(?=\S)"
    r"|\s*(?:>{2,}|=+>|[\u2192\u21d2\u279c\u2794\u27a4\u25ba\u25b6])\s*|\s+~+\s+"
)
# What every separator has, white space before it aside: most lines of prose have none, and this look costs little
_SEPARATOR_BEGIN = re.compile(r"[?:=;>~_\u2192\u21d2\u279c\u2794\u27a4\u25ba\u25b6-]|\.{3}")


_NOT_A_LABEL = re.compile(
    r"(?:i(?:'m| am|'ve| have| had| was| can| do| think| feel| believe| would|'d| will|'ll| work| need| also| want)?"
    r"|my \w+ (?:is|are|was|has|have)|we|he|she|they|it|it's|there|this|that|these|hi|hello|dear|thanks?|please|"
    r"(?:as|in|on|for|with|from|because|since|although|but|and|so|if|when|after|to) .*)\b"
)


_SENTENCE_INSIDE = re.compile(r"\w{3,}\.\s+\S|\w!\s+\S")
_VERBS = frozenset(["is", "are", "was", "were", "am", "has", "have", "had"])


_POINTER = re.compile(r"(?:for|on|re|regarding|as (?:for|to)|under|about|in terms of|with regards? to)\b")


@dataclass(frozen=True, slots=True)
class Label:
    """Words on a line that may name fields, and what follows them there."""

    line: int  # index among the lines that were searched
    text: str
    rest: str  # on the same line or in the cells after it, "" where nothing follows
    scores: dict[str, float] = field(default_factory=dict)  # field key -> 0..1; empty for a heading of unknown sense
    mark: str = ""  # what sets it off: ":", "?", "-", "cell", "alone", "prefix"
    lines: int = 1  # how many lines it is wrapped over
    column: int = 0  # its place among several on one line

    @property
    def best(self) -> float:
        """The score of the field that it fits best."""
        return max(self.scores.values(), default=0.0)

    @property
    def likeliest(self) -> str:
        """The key of the field that it fits best, "" for a heading of unknown sense."""
        return max(self.scores, key=self.scores.__getitem__, default="")


def _splits(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (head, mark, rest) for the first separators of `text`."""
    first = _SEPARATOR_BEGIN.search(text)
    if first is None:
        return
    start = len(text[: first.start()].rstrip())
    for count, found in enumerate(_SEPARATOR.finditer(text, start)):
        if count >= 6 or found.start() > 300:
            return
        head = text[: found.start()]
        if head.strip(MARKS):
            mark = next((m for m in "?:=-" if m in found.group()), ":" if found.group().strip(" ._;~") else "-")
            yield head, mark, text[found.end() :].strip(MARKS)


def _acceptable(head: str, mark: str, rest: str) -> bool:
    words = tokens(head)
    if not words or len(words) > MAX_LABEL_WORDS or _SENTENCE_INSIDE.search(head):
        return False
    if mark == ":" and _POINTER.match(" ".join(words)) and len(words) <= 10:
        return True
    if rest and len(words) > 3 and words[0] not in QUESTION_WORDS and _VERBS.intersection(words[1:-1]):
        return False  # a statement, with a colon inside
    if _NOT_A_LABEL.fullmatch(" ".join(words)) or (
        _NOT_A_LABEL.match(" ".join(words)) and words[0] not in QUESTION_WORDS
    ):
        return mark == ":" and not rest and len(words) > 3  # "Something I should have put under skills:"
    return mark != "-" or len(words) <= (14 if words[0] in QUESTION_WORDS else 9)


def whole_question(text: str, scheme: Scheme) -> Label | None:
    """A whole question of the scheme typed without any mark before the answer."""
    typed = tokens(text[:600])
    names = vocabulary(scheme).long_names.get(typed[0][0], ()) if len(typed) >= 5 else ()
    if not names:
        return None
    words = [word.replace("'", "") for word in typed]
    beginnings: dict[int, str] = {}
    for key, name, length in names:
        if length > len(words):
            continue
        beginning = beginnings.get(length) or beginnings.setdefault(length, " ".join(words[:length]))
        if fuzz.ratio(beginning, name, score_cutoff=90):
            head, rest = _cut_after(text, _closest(words, length, name))
            return Label(0, head, rest, {key: 0.97}, "prefix")
    return None


def _closest(words: list[str], length: int, name: str) -> int:
    """How many of `words` are the question: up to `length` of them, without a word that makes it less like `name`."""
    while length > 4 and fuzz.ratio(" ".join(words[: length - 1]), name) > fuzz.ratio(" ".join(words[:length]), name):
        length -= 1
    return length


_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def _cut_after(text: str, count: int) -> tuple[str, str]:
    found = list(_WORD.finditer(text))
    end = found[count - 1].end() if len(found) >= count else len(text)
    return text[:end], text[end:].lstrip("?:.,;-\u2013\u2014*_ \t")


_REMEMBERED_LENGTH = 500  # characters


def of_text(text: str, scheme: Scheme) -> Label | None:
    """Return the best reading of `text` as "label, mark, rest", or as a label that stands alone; None where neither."""
    return _read(text, scheme) if len(text) <= _REMEMBERED_LENGTH else _read.__wrapped__(text, scheme)


_GOING_ON = re.compile(
    r"^(?:and|and now|and finally|finally|lastly|last|next|now|so|then)[,:]?\s+(?=\w)", re.IGNORECASE
)


@lru_cache(maxsize=2048)  # questions come again in every mail, and in what a mail quotes
def _read(text: str, scheme: Scheme) -> Label | None:
    shown = _GOING_ON.sub("", plain(stripped(text)))
    named = may_name(shown, scheme)
    whole = _alone(shown, scheme) if named else None
    best = _marked(shown, scheme) if named else None
    if prefix := whole_question(shown, scheme):
        key = next(iter(prefix.scores))
        left_over = len(tokens(prefix.rest))
        if whole and best is None and 1 <= left_over <= 3 and whole.scores.get(key, 0) >= 0.6:
            return whole  # the question goes on in words of the sender's own
        if best is None or (best.best < 0.97 and len(tokens(best.text)) < len(tokens(prefix.text))):
            best = prefix
    return _twice(original_rest(best, text), scheme) if best is not None else whole


def _twice(label: Label, scheme: Scheme) -> Label:
    """The label without its other wording or language behind a stroke ("Pam? / Why interested? Because ...")."""
    other = of_text(label.rest.lstrip("/ "), scheme) if label.rest.startswith("/") else None
    shared = other and any(other.scores.get(key, 0.0) >= 0.6 for key in label.scores)
    return replace(label, rest=other.rest) if other and shared else label


def _marked(shown: str, scheme: Scheme) -> Label | None:
    """The reading with a mark between label and rest: the first mark that gives a sure label, else the best."""
    best: Label | None = None
    for head, mark, rest in _splits(shown):
        if not _acceptable(head, mark, rest):
            continue
        scores = match(head + ("?" if mark == "?" else ""), scheme)
        if not scores:
            continue
        found = Label(0, head, rest, scores, mark)
        if best is None or found.best > best.best + (0.2 if best.best >= 0.6 else 0.0):
            best = found
    return best


def _alone(shown: str, scheme: Scheme) -> Label | None:
    words = tokens(shown)
    if len(words) > MAX_LABEL_WORDS or _NOT_A_LABEL.match(" ".join(words)) or shown.rstrip().endswith((".", "!", ",")):
        return None
    if _SENTENCE_WITHIN.search(shown):
        return None  # a line out of running text
    scores = match(shown, scheme, floor=0.6)
    return Label(0, shown, "", scores, "alone") if scores else None


_SENTENCE_WITHIN = re.compile(r"[^\W\d_]{2}[.!]\s+\S")


def original_rest(label: Label, text: str) -> Label:
    """The same label with its rest as the sender typed it (matching works on plain quotes and dashes)."""
    if not label.rest:
        return label
    clean = " ".join(text.split()).strip(MARKS)
    rest = clean[-len(label.rest) :] if plain(clean[-len(label.rest) :]) == label.rest else _tail(clean, label.rest)
    return Label(label.line, label.text, rest, label.scores, label.mark, label.lines, label.column)


def _tail(text: str, wanted: str) -> str:
    """The shortest end of `text` that reads as `wanted` once folded."""
    for start in range(max(0, len(text) - 2 * len(wanted) - 8), len(text)):
        if plain(text[start:]) == wanted:
            return text[start:]
    return wanted
