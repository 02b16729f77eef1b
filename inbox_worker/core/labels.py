"""Which words of a line name a field of a form: keywords, then likeness (domain.md 5). Knows no scheme."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from inbox_worker.core.document import Kind, Line
from inbox_worker.core.names import is_title
from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.words import bare, fold, plain, tokens

MAX_LABEL_WORDS = 24  # the longest question that people type, with room
_SEPARATOR = re.compile(r"\s*[?:=]+[*_\s]*(?:[-:.]\s+)?|\s+-+>?\s+|\s*(?:\.{3,}|_{3,})\s*|\s*;\s+|-\s+(?=\S)")
_MARKS = "*_#~ \t"
_NOT_A_LABEL = re.compile(
    r"(?:i(?:'m| am|'ve| have| had| was| can| do| think| feel| believe| would|'d| will|'ll| work| need| also| want)?"
    r"|my \w+ (?:is|are|was|has|have)|we|he|she|they|it|it's|there|this|that|these|hi|hello|dear|thanks?|please|"
    r"(?:as|in|on|for|with|from|because|since|although|but|and|so|if|when|after|to) .*)\b"
)
_VERBS = frozenset("is are was were am has have had".split())
_POINTER = re.compile(r"(?:for|on|re|regarding|as (?:for|to)|under|about|in terms of|with regards? to)\b")
_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "your",
        "our",
        "of",
        "and",
        "or",
        "to",
        "for",
        "in",
        "at",
        "is",
        "are",
        "be",
        "s",
        "please",
        "current",
        "present",
        "i",
        "am",
        "me",
        "as",
        "own",
        "full",
        "work",
        "contact",
        "here",
        "his",
        "her",
        "their",
        "you",
        "given",
        "preferred",
    ]
)
_QUESTION_WORDS = frozenset(
    [
        "why",
        "what",
        "which",
        "how",
        "where",
        "who",
        "when",
        "in",
        "is",
        "do",
        "does",
        "can",
        "could",
        "would",
        "describe",
        "explain",
        "tell",
    ]
)
_NUMBERED = re.compile(
    r"^(?:q(?:uestion)?\.?\s*)?\(?\d{1,2}(?:[.):]+\s*|\s+(?=[^\W\d]+.*\?))|^(?:q|a)[.):]\s+", re.IGNORECASE
)


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


def stripped(text: str) -> str:
    """Return `text` without list numbers and the marks of bold or underlined type around it."""
    return _NUMBERED.sub("", text.strip(_MARKS), count=1).strip(_MARKS)


def _has(stem: str, words: list[str]) -> bool:
    """Whether one of `words` begins with `stem`, small slips of typing allowed in long ones."""
    for word in words:
        if word.startswith(stem) and (len(stem) > 3 or len(word) <= len(stem) + 2):
            return True
        if len(stem) >= 5 and abs(len(word) - len(stem)) <= 4 and fuzz.ratio(word[: len(stem) + 1], stem) >= 83:
            return True
    return False


@lru_cache(maxsize=256)
def _names(item: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(text).replace("'", "") for text in (item.label, *item.variants)))


def _by_keywords(item: Field, words: list[str], question: bool) -> float:
    best = 0.0
    for group in item.keywords:
        if not all(_has(stem, words) for stem in group):
            continue
        extra = sum(1 for word in words if word not in _FILLERS and not any(_has(stem, [word]) for stem in group))
        if item.kind is not FieldKind.TEXT:
            score = 0.8 - 0.25 * extra
        elif len(group) > 1:
            score = 0.62 + 0.08 * len(group) - (0.0 if question else 0.02) * extra
        else:
            score = 0.62 - (0.03 if question else 0.09) * extra
        best = max(best, score)
    return min(best, 0.92)


@lru_cache(maxsize=256)
def _telling(item: Field) -> tuple[str, ...]:
    """The stems that the keywords of a field ask for: a question without any of them is not it."""
    return tuple({stem for group in item.keywords for stem in group if len(stem) > 3})


def _by_likeness(item: Field, text: str, words: list[str]) -> float:
    best = max(fuzz.ratio(text, name) for name in _names(item))
    short = len(words) <= 2
    floor = 86 if short else 80
    score = 0.45 + 0.45 * (best - floor) / (100 - floor) if best >= floor and len(text) > 3 else 0.0
    if item.kind is FieldKind.TEXT and len(words) >= 5 and any(_has(stem, words) for stem in _telling(item)):
        likeness = fuzz.token_set_ratio(text, _names(item)[0])
        score = max(score, 0.3 + 0.4 * (likeness - 70) / 30 if likeness >= 75 else 0.0)
    return score


@lru_cache(maxsize=8192)
def _score(item: Field, text: str, question: bool) -> float:
    if text in _names(item):
        return 1.0
    words = text.split()
    return max(_by_likeness(item, text, words), _by_keywords(item, words, question))


@lru_cache(maxsize=32)
def _telling_starts(scheme: Scheme) -> frozenset[str]:
    """The first three letters of every word that can make a line a label: a cheap test before the costly ones."""
    words = {stem for item in scheme.fields for group in item.keywords for stem in group}
    words |= {
        word for item in scheme.fields for name in _names(item) if len(name.split()) <= 4 for word in name.split()
    }
    return frozenset(word.replace("'", "")[:3] for word in words - _FILLERS)


def match(text: str, scheme: Scheme, floor: float = 0.4) -> dict[str, float]:
    """Return how well `text` (a label or question, without its value) names each field; only scores from `floor`."""
    words = tokens(stripped(text))
    if not words or len(words) > MAX_LABEL_WORDS:
        return {}
    if _telling_starts(scheme).isdisjoint({word[:3] for word in words}):
        return {}
    words = [word.replace("'", "") for word in words]
    comparable = " ".join(words)
    question = "?" in text or words[0] in _QUESTION_WORDS
    scores = {item.key: _score(item, comparable, question) for item in scheme.fields}
    if "/" in text:
        _add_translations(text, scheme, scores)
    return {key: score for key, score in scores.items() if score >= floor}


def _add_translations(text: str, scheme: Scheme, scores: dict[str, float]) -> None:
    """ "Job title / Teitl swydd": both parts name one field to the letter, in two languages or two ways."""
    parts = [bare(stripped(part)).replace("'", "") for part in text.split("/")]
    for item in scheme.fields:
        if len(parts) >= 2 and all(part in _names(item) for part in parts):
            scores[item.key] = 1.0


def combined(head: str, value: str, scheme: Scheme) -> list[tuple[str, str, str]]:
    """Return (label, field key, value) of each part where `head` names several fields ("Job title & department").

    [] where it names one, or where `value` has not as many parts.
    """
    if is_exact(head, scheme):
        return []
    names = [name for name in re.split(r"\s*(?:/|&|\+|,|\band\b)\s*", plain(head)) if name]
    keys = [_one_line_key(name, scheme) for name in names]
    if len(names) < 2 or None in keys or len(set(keys)) != len(keys):
        return []
    parts = [part.strip() for part in re.split(r"\s*(?:[/;|]|\s-\s|,(?=\s))\s*", value, maxsplit=len(names) - 1)]
    return [(n, k, p) for n, k, p in zip(names, keys, parts, strict=True) if k] if len(parts) == len(names) else []


def _one_line_key(name: str, scheme: Scheme) -> str | None:
    shown = bare(name).replace("'", "")
    return next((item.key for item in scheme.fields if item.kind is not FieldKind.TEXT and shown in _names(item)), None)


def is_exact(text: str, scheme: Scheme) -> bool:
    """Return whether `text` is a label or variant of the scheme to the letter, case and punctuation aside."""
    comparable = bare(stripped(text)).replace("'", "")
    return any(comparable in _names(item) for item in scheme.fields)


def _splits(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (head, mark, rest) for the first separators of `text`."""
    for count, found in enumerate(_SEPARATOR.finditer(text)):
        if count >= 6 or found.start() > 300:
            return
        head = text[: found.start()]
        if head.strip(_MARKS):
            mark = next((m for m in "?:=-" if m in found.group()), "-")
            yield head, mark, text[found.end() :].strip(_MARKS)


def _acceptable(head: str, mark: str, rest: str) -> bool:
    words = tokens(head)
    if not words or len(words) > MAX_LABEL_WORDS:
        return False
    if mark == ":" and _POINTER.match(" ".join(words)) and len(words) <= 10:
        return True
    if rest and len(words) > 3 and words[0] not in _QUESTION_WORDS and _VERBS.intersection(words[1:-1]):
        return False  # a statement, with a colon inside
    if _NOT_A_LABEL.fullmatch(" ".join(words)) or (
        _NOT_A_LABEL.match(" ".join(words)) and words[0] not in _QUESTION_WORDS
    ):
        return mark == ":" and not rest and len(words) > 3  # "Something I should have put under skills:"
    return mark not in "-" or len(words) <= 9


@lru_cache(maxsize=32)
def _long_names(scheme: Scheme) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Every label of five words and more, as (field key, label, its words)."""
    return tuple(
        (item.key, name, tuple(name.split()))
        for item in scheme.fields
        for name in _names(item)
        if len(name.split()) >= 5
    )


def _prefix(text: str, scheme: Scheme) -> Label | None:
    """A whole question of the scheme typed without any mark before the answer."""
    words = [word.replace("'", "") for word in tokens(text[:600])]
    if len(words) < 5:
        return None
    for key, name, wanted in _long_names(scheme):
        if words[0][0] != wanted[0][0] or len(words) < len(wanted):
            continue
        if fuzz.ratio(" ".join(words[: len(wanted)]), name, score_cutoff=90):
            head, rest = _cut_after(text, len(wanted))
            return Label(0, head, rest, {key: 0.97}, "prefix")
    return None


_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def _cut_after(text: str, count: int) -> tuple[str, str]:
    found = list(_WORD.finditer(text))
    end = found[count - 1].end() if len(found) >= count else len(text)
    return text[:end], text[end:].lstrip("?:.,;-\u2013\u2014*_ \t")


def of_text(text: str, scheme: Scheme) -> Label | None:
    """Return the best reading of `text` as "label, mark, rest", or as a label that stands alone; None where neither."""
    shown = plain(stripped(text))
    whole = _alone(shown, scheme)
    best = _marked(shown, scheme)
    if prefix := _prefix(shown, scheme):
        key = next(iter(prefix.scores))
        left_over = len(tokens(prefix.rest))
        if whole and 1 <= left_over <= 3 and whole.scores.get(key, 0) >= 0.6:
            return whole
        if best is None or (best.best < 0.97 and len(tokens(best.text)) < len(tokens(prefix.text))):
            best = prefix
    return _original_rest(best, text) if best is not None else whole


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
    scores = match(shown, scheme, floor=0.6)
    return Label(0, shown, "", scores, "alone") if scores else None


def _original_rest(label: Label, text: str) -> Label:
    """The same label with its rest as the sender typed it (matching works on plain quotes and dashes)."""
    if not label.rest:
        return label
    clean = " ".join(text.split()).strip(_MARKS)
    rest = clean[-len(label.rest) :] if plain(clean[-len(label.rest) :]) == label.rest else _tail(clean, label.rest)
    return Label(label.line, label.text, rest, label.scores, label.mark, label.lines, label.column)


def _tail(text: str, wanted: str) -> str:
    """The shortest end of `text` that reads as `wanted` once folded."""
    for start in range(max(0, len(text) - 2 * len(wanted) - 8), len(text)):
        if plain(text[start:]) == wanted:
            return text[start:]
    return wanted


@lru_cache(maxsize=32)
def _inline(scheme: Scheme) -> re.Pattern[str]:
    names = sorted({name for item in scheme.fields for name in (item.label, *item.variants)}, key=len, reverse=True)
    words = "|".join(
        r"\W+".join(re.escape(word).replace("'", "'?") for word in re.findall(r"\w+(?:'\w+)*", fold(name)))
        for name in names
    )
    return re.compile(rf"(?:(?<=^)|(?<=[\s|;,/(*_\t.]))(?:{words})[*_]*\s*(?:[:=?]\s*[*_]*|\s-+\s)", re.IGNORECASE)


def inline(text: str, scheme: Scheme) -> list[str]:
    """Return the pieces of a line that holds several labels with their values, or [] where it holds fewer than two.

    The first piece is what stands before the first label, "" where nothing does.
    """
    shown = " ".join(text.split())
    folded = plain(shown)
    if len(folded) != len(shown) or len(shown) > 4_000:
        return []
    found = [m for m in _inline(scheme).finditer(folded)]
    starts = [m.start() for m in found]
    if len(starts) < 2 or not _introduction(folded[: starts[0]]):
        return []
    ends = [*starts[1:], len(shown)]
    pieces = [shown[start:end].strip().rstrip("|;,/ \t-\u2013(") for start, end in zip(starts, ends, strict=True)]
    return [shown[: starts[0]].strip(), *pieces]


def _introduction(text: str) -> bool:
    """Whether what precedes the first of several labels is only an introduction."""
    return not text.strip(" -*|") or (
        text.rstrip().endswith((":", ".", "!", ",", "-", ";")) and len(text.split()) <= 25
    )


@lru_cache(maxsize=32)
def _openings(scheme: Scheme) -> re.Pattern[str]:
    names = {
        name
        for item in scheme.fields
        if item.kind is not FieldKind.TEXT
        for name in (item.label, *item.label.split("/"), *item.variants)
        if len(name) > 2
    }
    words = "|".join(
        sorted((r"\W+".join(map(re.escape, tokens(n))) for n in names if tokens(n)), key=len, reverse=True)
    )
    return re.compile(rf"(?P<label>{words})\s+(?P<rest>\S.*)", re.IGNORECASE)


def unmarked(lines: list[Line], scheme: Scheme) -> list[Label]:
    """Return the labels of a block of three lines or more that all begin with one, and no mark after it ("Name Jo Bell")."""
    found: list[Label] = []
    run: list[Label] = []
    for index, line in enumerate(lines):
        label = _unmarked(line, index, scheme)
        if run and (label is None or (line.gap and index != run[-1].line + 1)):
            found += run if len(run) >= 3 else []
            run = []
        if label is not None:
            run.append(label)
    return found + (run if len(run) >= 3 else [])


def _unmarked(line: Line, index: int, scheme: Scheme) -> Label | None:
    match_ = _openings(scheme).fullmatch(plain(line.text)) if not line.cells and len(line.text) <= 160 else None
    if not match_ or not line.text[:1].isupper() or line.kind is not Kind.OWN:
        return None
    scores = {key: score for key, score in match(match_["label"], scheme).items() if score >= 0.95}
    label = Label(index, match_["label"], match_["rest"], scores, "unmarked")
    return _original_rest(label, line.text) if scores else None


def of_line(line: Line, index: int, scheme: Scheme) -> list[Label]:
    """Return the labels of one line: one, several in its cells, or none."""
    if len(line.cells) > 1:
        return _of_cells(line, index, scheme)
    label = of_text(line.text, scheme)
    if label is None or _is_form_of_address(label):
        return []
    parts = combined(label.text, label.rest, scheme) if label.rest else []
    if parts:
        return [Label(index, n, v, {k: 1.0}, label.mark, 1, place) for place, (n, k, v) in enumerate(parts)]
    return [Label(index, label.text, label.rest, label.scores, label.mark)]


def _is_form_of_address(label: Label) -> bool:
    """ "Title: Ms" names no job."""
    return bare(label.text) in ("title", "salutation") and is_title(label.rest)


def _of_cells(line: Line, index: int, scheme: Scheme) -> list[Label]:
    cells = list(line.cells)
    found: list[Label] = []
    place = 0
    while place < len(cells):
        own = of_text(cells[place], scheme) if len(cells[place]) <= 400 else None
        scores = match(cells[place], scheme, floor=0.55) if len(cells[place]) <= 300 else {}
        if own and own.rest and own.mark in (":", "="):
            found.append(Label(index, own.text, own.rest, own.scores, own.mark, 1, place))
            place += 1
        elif scores:
            value = cells[place + 1] if place + 1 < len(cells) else ""
            found.append(Label(index, cells[place], value, scores, "cell", 1, place))
            place += 2
        else:
            place += 1
    return found


def wrapped(lines: list[Line], index: int, scheme: Scheme) -> Label | None:
    """Return the question that begins on line `index` and ends on the next one or two, or None."""
    first = lines[index]
    words = tokens(stripped(first.text))
    if not 3 <= len(words) <= MAX_LABEL_WORDS or first.cells or "?" in first.text or first.text.endswith((".", ":")):
        return None
    text = first.text
    for extra in (1, 2):
        if index + extra >= len(lines):
            return None
        line = lines[index + extra]
        if line.gap or line.origin != first.origin or line.cells or line.kind is not first.kind or line.bullet:
            return None
        head, mark, rest = line.text.partition("?")
        if mark and len(tokens(head)) <= 10 and not re.search(r"[.!:]\s", head):
            question = f"{text} {head}?"
            scores = match(question, scheme, floor=0.6)
            if scores and words[0] in _QUESTION_WORDS | {"q"}:
                return Label(index, question, rest.strip(" :-*_"), scores, "?", extra + 1)
            return None
        text = f"{text} {line.text}"
        if prefix := _prefix(plain(stripped(text)), scheme):
            if len(tokens(prefix.text)) > len(words):
                return Label(index, prefix.text, prefix.rest, prefix.scores, "prefix", extra + 1)
            return None
    return None


def all_of(lines: list[Line], scheme: Scheme, limit: int = 60) -> list[Label]:
    """Return every label of `lines` in reading order, at most `limit`."""
    found: list[Label] = []
    index = 0
    while index < len(lines) and len(found) < limit:
        if label := wrapped(lines, index, scheme):
            found.append(label)
            index += label.lines
            continue
        found.extend(of_line(lines[index], index, scheme))
        index += 1
    marked = {label.line for label in found}
    bare_ones = [label for label in unmarked(lines, scheme) if label.line not in marked]
    return sorted([*found, *bare_ones], key=lambda label: (label.line, label.column)) if bare_ones else found


__all__ = [
    "Label",
    "all_of",
    "bare",
    "inline",
    "is_exact",
    "match",
    "of_line",
    "of_text",
    "stripped",
    "unmarked",
    "wrapped",
]
