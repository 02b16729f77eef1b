"""One best consistent assignment of labels to fields over a whole document, each field once.

What a label is worth depends on what belongs to it, and that ends at the next label in use. So whole chains of used
labels are compared: words in an answer that look like a label lose where taking them would leave another label empty.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from inbox_worker.core.document import Kind, Line
from inbox_worker.core.labels import Label
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.values import plausible

_BEAM = 600  # states kept after each label; a form has some ten labels, so nothing real is cut
_THRESHOLD = 0.4  # what a label must score without its value to be thought of
_USED = 0.5  # what it must score with its value to be used
_MARKED = {":": 0.12, "=": 0.1, "?": 0.12, "cell": 0.12, "prefix": 0.12, "-": 0.05, "alone": 0.0, "unmarked": 0.0}
_NEXT, _LATER = 0.08, 0.04  # for standing right after the field before it, or anywhere after it
_CERTAIN = 0.95  # a label that is one beyond doubt
_WHOLE = 0.1  # for a whole question: a shorter label inside its answer loses against it
_ALIKE = 0.15  # for being set like most labels of the form: list mark, gap above, mark behind
_FILLED = 0.2  # a label with a value beats a blank one
_PREVIEW = 300  # characters of a value that tell its kind


@dataclass(frozen=True, slots=True)
class Choice:
    """A label, the field that it was taken for, and how sure that is (0..1)."""

    label: Label
    key: str
    score: float


class _Link(NamedTuple):
    """A label in use, and the chain before it."""

    place: int  # of its field in the scheme
    number: int
    key: str
    worth: float
    before: "_Link | None"


_State = tuple[float, _Link | None]  # the score of a chain, and its last link
_States = dict[tuple[int, int], _State]  # (fields used, as bits by their place; the last label) -> the best chain


class _Form:
    """The labels of one document, and what each is worth. Remembers what it worked out."""

    def __init__(self, labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> None:
        self.labels, self.lines, self.scheme, self.lexicon = labels, lines, scheme, lexicon
        self.order = {item.key: place for place, item in enumerate(scheme.fields)}
        certain = [(self._asks_for_text(label), self._style(label)) for label in labels if label.best >= _CERTAIN]
        self._common = {  # a form may set its questions in another way than its details
            text: Counter(style for kind, style in certain if kind is text).most_common(1) for text in (False, True)
        }
        self.values: dict[tuple[int, str, int], float] = {}

    def _style(self, label: Label) -> tuple[bool, bool, bool]:
        line = self.lines[label.line]
        return bool(line.bullet), line.gap, label.mark in (":", "=", "-")

    def _asks_for_text(self, label: Label) -> bool:
        key = max(label.scores, key=lambda name: label.scores[name], default="")
        return bool(key) and self.scheme.field(key).kind is FieldKind.TEXT

    def worth(self, number: int, key: str) -> float:
        """The score of taking a label for the field `key`, whatever follows it."""
        label = self.labels[number]
        whole = _WHOLE if label.scores[key] >= _CERTAIN and len(label.text.split()) >= 6 else 0.0
        common = self._common[self.scheme.field(key).kind is FieldKind.TEXT]
        alike = _ALIKE if common and self._style(label) == common[0][0] else 0.0
        return label.scores[key] + _MARKED.get(label.mark, 0.0) + whole + alike

    def value(self, number: int, key: str, following: int) -> float:
        """What the text between a label and the next used one (-1: none) adds to it."""
        mark = (number, key, following)
        known = self.values.get(mark)
        if known is None:
            kind = self.scheme.field(key).kind
            until = self.labels[following] if following >= 0 else None
            text = between(self.labels[number], until, self.lines, kind is FieldKind.TEXT)
            filled = _FILLED if text.strip() else 0.0
            known = self.values[mark] = filled + plausible(text, kind, self.lexicon)
        return known


def between(label: Label, following: Label | None, lines: list[Line], whole: bool) -> str:
    """Return what stands between `label` and `following`: its beginning where `whole`, else its first line."""
    if label.rest or label.mark == "cell":
        return label.rest
    start = label.line + label.lines
    end = following.line if following and following.line >= start else len(lines) if following is None else start
    parts: list[str] = []
    for line in lines[start : min(end, start + 8)]:
        if line.kind is not Kind.OWN or line.origin != lines[label.line].origin:
            break
        parts.append(line.text)
        if not whole or sum(map(len, parts)) > _PREVIEW:
            break
    return " ".join(parts)


def _without_blank_copies(labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Label]:
    """The labels without those of a blank copy of the form, where the same field is filled in elsewhere."""
    filled: set[str] = set()
    blank: list[tuple[int, str]] = []
    for number, label in enumerate(labels):
        key = max(label.scores, key=lambda name: label.scores[name], default="")
        if not key or label.scores[key] < 0.9:
            continue
        following = next((later for later in labels[number + 1 :] if later.best >= _CERTAIN), None)
        kind = scheme.field(key).kind
        value = between(label, following, lines, kind is FieldKind.TEXT)
        if value.strip() and plausible(value, kind, lexicon) > 0.03:
            filled.add(key)
        else:
            blank.append((number, key))
    doubled = {number for number, key in blank if key in filled}
    # one label that another follows at once may be an answer's first words; a whole copy of the form is not
    return [label for number, label in enumerate(labels) if number not in doubled or len(doubled) < 3]


def assign(labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Return the choice of labels, in reading order, that together fit best; every field at most once."""
    labels = _without_blank_copies(labels, lines, scheme, lexicon)
    form = _Form(labels, lines, scheme, lexicon)
    states: _States = {(0, -1): (0.0, None)}
    for number, label in enumerate(labels):
        grown = dict(states)
        for key in label.scores:
            worth = form.worth(number, key)
            if worth >= _THRESHOLD:
                _extend(states, grown, number, key, worth, form)
        if len(grown) > _BEAM:
            kept = sorted(grown.items(), key=lambda item: item[1][0], reverse=True)[:_BEAM]
            grown = dict(kept)
        states = grown
    return _choices(_best(states, form), form)


def _extend(states: _States, grown: _States, number: int, key: str, worth: float, form: _Form) -> None:
    """Add to `grown` every chain of `states` that may go on with this label as this field."""
    values = form.values
    place = form.order[key]
    bit = 1 << place
    for (used, last), (reached, link) in states.items():
        if used & bit:
            continue
        score = reached + worth - _USED
        before = -1
        if link is not None:
            before = link.place
            value = values.get((last, link.key, number))
            score += form.value(last, link.key, number) if value is None else value
        score += _NEXT if place == before + 1 else _LATER if place > before else 0.0
        mark = (used | bit, number)
        known = grown.get(mark)
        if known is None or known[0] < score:
            grown[mark] = (score, _Link(place, number, key, worth, link))


def _best(states: _States, form: _Form) -> _Link | None:
    """The last link of the chain that is best with the value of its last label."""
    best, found = float("-inf"), None
    last: dict[tuple[int, str], float] = {}  # many chains end with the same label
    for score, link in states.values():
        if link is not None:
            end = (link.number, link.key)
            value = last.get(end)
            if value is None:
                value = last[end] = form.value(link.number, link.key, -1)
            score += value
        if score > best:
            best, found = score, link
    return found


def _choices(link: _Link | None, form: _Form) -> list[Choice]:
    """The chain's labels that are worth using together with their values."""
    found: list[Choice] = []
    following = -1
    while link:
        score = link.worth + form.value(link.number, link.key, following)
        if score >= _USED:
            found.append(Choice(form.labels[link.number], link.key, min(1.0, score)))
        following = link.number
        link = link.before
    return found[::-1]
