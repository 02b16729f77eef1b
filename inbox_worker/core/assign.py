"""One best consistent assignment of labels to fields over a whole document, each field once."""

from dataclasses import dataclass

from inbox_worker.core.document import Kind, Line
from inbox_worker.core.labels import Label
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.values import plausible

_BEAM = 400  # states kept after each label; a form has some ten labels, so nothing real is cut
_THRESHOLD = 0.5  # what a label must score to be used at all
_MARKED = {":": 0.12, "=": 0.1, "?": 0.12, "cell": 0.12, "prefix": 0.12, "-": 0.05, "alone": 0.0, "unmarked": 0.0}
_NEXT, _LATER = 0.08, 0.04  # for standing right after the field before it, or anywhere after it
_CERTAIN = 0.95  # a label that is one beyond doubt
_WHOLE = 0.1  # for a whole question: a shorter label inside its answer loses against it
_FILLED = 0.2  # a filled copy of the form beats a blank one


@dataclass(frozen=True, slots=True)
class Choice:
    """A label, the field that it was taken for, and how sure that is (0..1)."""

    label: Label
    key: str
    score: float


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    chosen: tuple[tuple[int, str, float], ...] = ()


def preview(label: Label, following: Label | None, lines: list[Line]) -> str:
    """Return the text between `label` and the label `following`, roughly: enough to judge its kind."""
    if label.rest:
        return label.rest
    end = following.line if following and following.line > label.line else label.line + label.lines + 6
    parts: list[str] = []
    for line in lines[label.line + label.lines : min(end, len(lines))]:
        if line.kind is not Kind.OWN or line.origin != lines[label.line].origin:
            break
        parts.append(line.text)
        if sum(map(len, parts)) > 300:
            break
    return " ".join(parts)


def _first_line(label: Label, following: Label | None, lines: list[Line]) -> str:
    if label.rest:
        return label.rest
    end = following.line if following else len(lines)
    place = label.line + label.lines
    if (
        place < min(end, len(lines))
        and lines[place].kind is Kind.OWN
        and lines[place].origin == lines[label.line].origin
    ):
        return lines[place].text
    return ""


def _fit(label: Label, key: str, value: str, first: str, scheme: Scheme, lexicon: Lexicon) -> float:
    """The score of taking `label` for the field `key`, given the text after it."""
    kind = scheme.field(key).kind
    shown = value if kind is FieldKind.TEXT else first
    score = label.scores[key] + _MARKED.get(label.mark, 0.0) + plausible(shown, kind, lexicon)
    score += _WHOLE if label.scores[key] >= _CERTAIN and len(label.text.split()) >= 6 else 0.0
    return score + (_FILLED if shown.strip() else 0.0)


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
        value = preview(label, following, lines) if kind is FieldKind.TEXT else _first_line(label, following, lines)
        if value.strip() and plausible(value, kind, lexicon) > 0.03:
            filled.add(key)
        else:
            blank.append((number, key))
    dropped = {number for number, key in blank if key in filled}
    return [label for number, label in enumerate(labels) if number not in dropped]


def assign(labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Return the choice of labels, in reading order, that together fit best; every field at most once."""
    labels = _without_blank_copies(labels, lines, scheme, lexicon)
    order = {item.key: place for place, item in enumerate(scheme.fields)}
    states: dict[tuple[frozenset[str], int], _State] = {(frozenset(), -1): _State(0.0)}
    for number, label in enumerate(labels):
        following = next((later for later in labels[number + 1 :] if later.best >= _CERTAIN), None)
        value, first = preview(label, following, lines), _first_line(label, following, lines)
        fits = {key: _fit(label, key, value, first, scheme, lexicon) for key in label.scores}
        fits = {key: fit for key, fit in fits.items() if fit >= _THRESHOLD}
        grown = dict(states)
        for (used, last), state in states.items():
            for key, fit in fits.items():
                if key in used:
                    continue
                place = order[key]
                bonus = _NEXT if place == last + 1 else _LATER if place > last else 0.0
                mark = (used | {key}, place)
                candidate = _State(state.score + fit + bonus, (*state.chosen, (number, key, fit)))
                if mark not in grown or grown[mark].score < candidate.score:
                    grown[mark] = candidate
        if len(grown) > _BEAM:
            kept = sorted(grown.items(), key=lambda item: item[1].score, reverse=True)[:_BEAM]
            grown = dict(kept)
        states = grown
    best = max(states.values(), key=lambda state: state.score)
    return [Choice(labels[number], key, min(1.0, fit)) for number, key, fit in best.chosen]
