"""The labels of a document, line by line: one on a line, several in a row or in cells, wrapped over lines."""

import re
from functools import lru_cache

from inbox_worker.core.block import counts, split_bullet
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.label_scores import MAX_LABEL_WORDS, QUESTION_WORDS, is_exact, match, stripped
from inbox_worker.core.labels import Label, of_text, original_rest, whole_question
from inbox_worker.core.names import is_title
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.vocabulary import comparable, vocabulary
from inbox_worker.core.words import any_phrase, bare, fold, pattern, plain, tokens


@lru_cache(maxsize=32)
def _inline(scheme: Scheme) -> re.Pattern[str]:
    names = sorted({name for item in scheme.fields for name in (item.label, *item.variants)}, key=len, reverse=True)
    words = "|".join(
        r"\W+".join(re.escape(word).replace("'", "'?") for word in re.findall(r"\w+(?:'\w+)*", fold(name)))
        for name in names
    )
    return re.compile(rf"(?:(?<=^)|(?<=[\s|;,/(*_\t.]))(?:{words})[*_]*\s*(?:[:=?]\s*[*_]*|\s-+\s)", re.IGNORECASE)


_INLINE_MARKS = (":", "=", "?", " -")


def inline(text: str, scheme: Scheme) -> list[str]:
    """Return the pieces of a line that holds several labels with their values, or [] where it holds fewer than two.

    The first piece is what stands before the first label, "" where nothing does.
    """
    folded = plain(text)
    if sum(map(folded.count, _INLINE_MARKS)) < 2:  # each label ends with one; the search below is dear
        return []
    shown = " ".join(text.split())
    if len(folded) != len(shown) or len(shown) > 4_000:
        return []
    found = list(_inline(scheme).finditer(folded))
    starts = [m.start() for m in found]
    if len(starts) < 2 or not _introduction(folded[: starts[0]]):
        return []
    ends = [*starts[1:], len(shown)]
    if any(folded[m.end() : end].strip() == "/" for m, end in zip(found, ends, strict=True)):
        return []  # one question in two wordings
    pieces = [shown[start:end].strip().rstrip("|;,/ \t-\u2013(") for start, end in zip(starts, ends, strict=True)]
    return [shown[: starts[0]].strip(), *pieces]


def _introduction(text: str) -> bool:
    """Whether what precedes the first of several labels is only an introduction."""
    return not text.strip(" -*|") or (
        text.rstrip().endswith((":", ".", "!", ",", "-", ";")) and len(text.split()) <= 25
    )


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
    shown = comparable(name)
    return next((item.key for item in vocabulary(scheme).fields if not item.is_text and shown in item.names), None)


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
    """Return the labels of a block of three lines or more that each begin with one, unmarked ("Name Jo Bell")."""
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


_GOES_ON = re.compile(r"(?:of|for|in|and|at|to|is|&|manager|officer|leader)\b", re.IGNORECASE)


def _unmarked(line: Line, index: int, scheme: Scheme) -> Label | None:
    if line.kind is not Kind.OWN or line.cells or len(line.text) > 160:
        return None
    match_ = _openings(scheme).fullmatch(plain(line.text))
    if not match_ or _GOES_ON.match(match_["rest"]):
        return None  # "Centre for Journalism" is a value, not the label "Centre"
    scores = {key: score for key, score in match(match_["label"], scheme).items() if score >= 0.95}
    label = Label(index, match_["label"], match_["rest"], scores, "unmarked")
    return original_rest(label, line.text) if scores else None


def of_line(line: Line, index: int, scheme: Scheme) -> list[Label]:
    """Return the labels of one line: one, several in its cells, or none."""
    if len(line.cells) > 1:
        return _of_cells(line, index, scheme)
    label = of_text(line.text, scheme)
    if label is None or _is_form_of_address(label) or _is_request(label, scheme):
        return []
    parts = combined(label.text, label.rest, scheme) if label.rest else []
    if parts:
        return [Label(index, n, v, {k: 1.0}, label.mark, 1, place) for place, (n, k, v) in enumerate(parts)]
    return [Label(index, label.text, label.rest, label.scores, label.mark)]


def _is_form_of_address(label: Label) -> bool:
    """ "Title: Ms" names no job."""
    return bare(label.text) in ("title", "salutation") and is_title(label.rest)


_ASKS = pattern((r"^(?:(?:please|and|also|so) )*(?:can|could|may|might|would|will|please|pls) (?:i|you|we|someone)\b",))


def _is_request(label: Label, scheme: Scheme) -> bool:
    """Whether a question asks for what the scheme sends ("May I have the role description?"), not the sender."""
    text = fold(label.text)
    return bool(_ASKS.search(text) and any_phrase(scheme.request_words).search(text))


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
            value = _without_marks(cells[place + 1]) if place + 1 < len(cells) else ""
            found.append(Label(index, cells[place], value, scores, "cell", 1, place))
            place += 2
        else:
            place += 1
    return found


def _without_marks(cell: str) -> str:
    """A cell's text without marks before its lines that number nothing: outside of tables they are no text either."""
    parts = (split_bullet(line.strip()) for line in cell.split("\n"))
    return "\n".join(f"{mark} {text}" if counts(mark) else text for mark, text in parts)


def _goes_on(lines: list[Line], index: int) -> bool:
    """Whether line `index` may go on in the next one."""
    if index + 1 >= len(lines):
        return False
    line, below = lines[index], lines[index + 1]
    return not (below.gap or below.cells or below.bullet) and below.origin == line.origin and below.kind is line.kind


def wrapped(lines: list[Line], index: int, scheme: Scheme) -> Label | None:
    """Return the question that begins on line `index` and ends on the next one or two, or None."""
    first = lines[index]
    text = first.text
    if first.cells or text.endswith(".") or "?" in text or ":" in text or not _goes_on(lines, index):
        return None
    words = tokens(stripped(text))
    if not 3 <= len(words) <= MAX_LABEL_WORDS:
        return None
    for extra in (1, 2):
        if not _goes_on(lines, index + extra - 1):
            return None
        line = lines[index + extra]
        head, mark, rest = line.text.partition("?")
        if mark and tokens(head)[:1] and tokens(head)[0] in QUESTION_WORDS and match(line.text, scheme, floor=0.6):
            return None  # the next line is a question of its own
        if mark and len(tokens(head)) <= 10 and not re.search(r"[.!:]\s", head):
            question = f"{text} {head}?"
            scores = match(question, scheme, floor=0.6)
            if scores and words[0] in QUESTION_WORDS | {"q"}:
                return Label(index, question, rest.strip(" :-*_"), scores, "?", extra + 1)
            return None
        text = f"{text} {line.text}"
        if prefix := whole_question(plain(stripped(text)), scheme):
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
            found += [] if _is_request(label, scheme) else [label]
            index += label.lines
            continue
        found.extend(of_line(lines[index], index, scheme))
        index += 1
    marked = {label.line for label in found}
    bare_ones = [label for label in unmarked(lines, scheme) if label.line not in marked]
    return sorted([*found, *bare_ones], key=lambda label: (label.line, label.column)) if bare_ones else found
