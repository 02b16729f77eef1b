"""One best consistent assignment of labels to fields over a whole document, each field once.

What a label is worth depends on what belongs to it, and that ends at the next label in use. So whole chains of used
labels are compared: words in an answer that look like a label lose where taking them would leave another label empty.
"""

from collections.abc import Iterator
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
_COPY = 3  # blank labels that make a copy of the form; one that another follows may be an answer's first words
_PREVIEW, _LINES = 300, 8  # characters of a value that tell its kind, and lines

_Style = tuple[bool, bool, bool]  # how a label is set: behind a list mark, below a gap, with a mark behind it


@dataclass(frozen=True, slots=True)
class Choice:
    """A label, the field that it was taken for, and how sure that is (0..1)."""

    label: Label
    key: str
    score: float


class _Use(NamedTuple):
    """A label taken for a field."""

    number: int
    key: str
    place: int  # of the field in the scheme
    worth: float  # the score of that, whatever follows
    beside: float | None  # what the text beside the label adds; None where its value may stand below it


class _Link(NamedTuple):
    """A label in use, and the chain before it."""

    use: _Use
    before: "_Link | None"


class _Chain(NamedTuple):
    """Labels in use, in reading order."""

    used: int  # the fields that it has used and later labels may still take, as bits by their place
    score: float
    last: _Link | None


class _Form:
    """The labels of one document, and what each is worth. Remembers what it worked out."""

    def __init__(self, labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> None:
        self.labels, self.lines, self.scheme, self.lexicon = labels, lines, scheme, lexicon
        self.order = {item.key: place for place, item in enumerate(scheme.fields)}
        certain = [(self._asks_for_text(label), self._style(label)) for label in labels if label.best >= _CERTAIN]
        self._common = {  # a form may set its questions in another way than its details
            text: _most_common([style for kind, style in certain if kind is text]) for text in (False, True)
        }
        self._values: dict[tuple[int, FieldKind, int], float] = {}

    def _style(self, label: Label) -> _Style:
        line = self.lines[label.line]
        return bool(line.bullet), line.gap, label.mark in (":", "=", "-")

    def _asks_for_text(self, label: Label) -> bool:
        return bool(label.scores) and self.scheme.field(label.likeliest).kind is FieldKind.TEXT

    def uses(self, number: int) -> list[_Use]:
        """The fields that a label may be thought to stand for."""
        label = self.labels[number]
        style, marked, long = self._style(label), _MARKED.get(label.mark, 0.0), len(label.text.split()) >= 6
        found: list[_Use] = []
        for key, score in label.scores.items():
            kind = self.scheme.field(key).kind
            whole = _WHOLE if score >= _CERTAIN and long else 0.0
            alike = _ALIKE if style == self._common[kind is FieldKind.TEXT] else 0.0
            worth = score + marked + whole + alike
            if worth >= _THRESHOLD:
                beside = self._suits(label.rest, kind) if _holds_its_value(label) else None
                found.append(_Use(number, key, self.order[key], worth, beside))
        return found

    def value(self, use: _Use, following: int) -> float:
        """What the text between a label and the next used one (-1: none) adds to it."""
        if use.beside is not None:
            return use.beside
        label, kind = self.labels[use.number], self.scheme.field(use.key).kind
        end = _end(label, self.labels[following] if following >= 0 else None, self.lines, kind)
        mark = (use.number, kind, end)
        known = self._values.get(mark)
        if known is None:
            known = self._values[mark] = self._suits(_text(label, end, self.lines), kind)
        return known

    def _suits(self, text: str, kind: FieldKind) -> float:
        return (_FILLED if text.strip() else 0.0) + plausible(text, kind, self.lexicon)


def _most_common(styles: list[_Style]) -> _Style | None:
    return max(styles, key=styles.count, default=None)


def _holds_its_value(label: Label) -> bool:
    """Whether the value can stand nowhere but beside the label."""
    return bool(label.rest) or label.mark == "cell"


def _end(label: Label, following: Label | None, lines: list[Line], kind: FieldKind) -> int:
    """The first line that tells nothing of the value of `label` as a field of `kind`, with `following` the next one.

    Of an answer its beginning tells, of any other value its first line.
    """
    start = label.line + label.lines
    if following is not None and following.line < start:
        return start
    return min(following.line if following else len(lines), start + (_LINES if kind is FieldKind.TEXT else 1))


def _text(label: Label, end: int, lines: list[Line]) -> str:
    """What stands beside `label`, or in the lines below it before line `end`."""
    if _holds_its_value(label):
        return label.rest
    parts: list[str] = []
    length = 0
    for line in lines[label.line + label.lines : end]:
        if line.kind is not Kind.OWN or line.origin != lines[label.line].origin or length > _PREVIEW:
            break
        parts.append(line.text)
        length += len(line.text)
    return " ".join(parts)


def _without_blank_copies(labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Label]:
    """The labels without those of a blank copy of the form, where the same field is filled in elsewhere."""
    sure = [(number, label, label.likeliest) for number, label in enumerate(labels) if label.best >= 0.9]
    if len(sure) - len({key for _, _, key in sure}) < _COPY:
        return labels
    filled: set[str] = set()
    blank: list[tuple[int, str]] = []
    for number, label, key in sure:
        following = next((later for later in labels[number + 1 :] if later.best >= _CERTAIN), None)
        kind = scheme.field(key).kind
        value = _text(label, _end(label, following, lines, kind), lines)
        if value.strip() and plausible(value, kind, lexicon) > 0.03:
            filled.add(key)
        else:
            blank.append((number, key))
    doubled = {number for number, key in blank if key in filled}
    return [label for number, label in enumerate(labels) if number not in doubled or len(doubled) < _COPY]


def assign(labels: list[Label], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Return the choice of labels, in reading order, that together fit best; every field at most once."""
    form = _Form(_without_blank_copies(labels, lines, scheme, lexicon), lines, scheme, lexicon)
    return _choices(_best(_chains(form), form), form)


def _chains(form: _Form) -> list[_Chain]:
    """The chains of labels among which the best one is."""
    uses = [form.uses(number) for number in range(len(form.labels))]
    chains = [_Chain(0, 0.0, None)]
    for options, wanted in zip(uses, _wanted_later(uses), strict=True):
        longer = [longer for use in options for longer in _extended(chains, use, form)]
        chains = _fittest(chains + longer, wanted)
    return chains


def _wanted_later(uses: list[list[_Use]]) -> list[int]:
    """For each label the fields, as bits, that the labels after it may be taken for."""
    found: list[int] = []
    wanted = 0
    for options in reversed(uses):
        found.append(wanted)
        for use in options:
            wanted |= 1 << use.place
    return found[::-1]


def _extended(chains: list[_Chain], use: _Use, form: _Form) -> Iterator[_Chain]:
    """Yield every one of `chains` that may go on with `use`."""
    number, _, place, worth, _ = use
    bit = 1 << place
    for used, score, last in chains:
        if used & bit:
            continue
        before = last.use.place if last else -1
        order = _NEXT if place == before + 1 else _LATER if place > before else 0.0
        value = form.value(last.use, number) if last else 0.0
        yield _Chain(used | bit, score + worth - _USED + value + order, _Link(use, last))


def _fittest(chains: list[_Chain], wanted: int) -> list[_Chain]:
    """The best of all `chains` that go on alike: with the same last link, and the same of the `wanted` fields used."""
    best: dict[tuple[int, int, int], _Chain] = {}
    for used, score, last in chains:
        used &= wanted
        end = (used, last.use.number, last.use.place) if last else (used, -1, -1)
        known = best.get(end)
        if known is None or known.score < score:
            best[end] = _Chain(used, score, last)
    found = list(best.values())
    return found if len(found) <= _BEAM else sorted(found, key=lambda chain: chain.score, reverse=True)[:_BEAM]


def _best(chains: list[_Chain], form: _Form) -> _Link | None:
    """The last link of the chain that is best with the value of its last label."""

    def whole(chain: _Chain) -> float:
        return chain.score + (form.value(chain.last.use, -1) if chain.last else 0.0)

    return max(chains, key=whole).last


def _choices(link: _Link | None, form: _Form) -> list[Choice]:
    """The chain's labels that are worth using together with their values."""
    found: list[Choice] = []
    following = -1
    while link:
        use, link = link
        score = use.worth + form.value(use, following)
        if score >= _USED:
            found.append(Choice(form.labels[use.number], use.key, min(1.0, score)))
        following = use.number
    return found[::-1]
