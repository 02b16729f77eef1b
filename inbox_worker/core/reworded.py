"""Labels in words of the sender's own ("Where you find me: Student Records"): known by their place and their value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from inbox_worker.core import acts
from inbox_worker.core.addresses import FOUND
from inbox_worker.core.assign import Choice
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.labels import Label
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import best_field
from inbox_worker.core.values import short
from inbox_worker.core.vocabulary import comparable
from inbox_worker.core.words import fold, pattern, sentences

_HEADED = re.compile(
    r"(?P<head>[^:?!.,]{2,70}?(?=\s*:)|(?i:what|where|who|which|how)\b[^:?!.,]{2,60}(?=\?))\s*[:?]\s+(?P<rest>\S.*)"
)
_WORDS = 9  # of such a label
_VALUE = 12  # words of a one-line value
_RUN = 3  # lines on end from which such lines are a form of themselves
_STYLE = 2  # questions with their answers on the same line, from which others are looked for
_SLIPS = 2  # of the fingers, two letters the wrong way round being one, in a label of ours ("Jop titel")
_LONG = 8  # letters of a label from which it is still itself with so many: "Host" and "Term" are no "Post" and "Team"
_SCORE = 0.5
_ANOTHERS = pattern(  # what such a line tells of is somebody else, or long over
    (
        r"\b(?:previous|former|past|last|old|second|manager|boss|deputy|supervisor|referee|head of|their|his|her)\b",
        r"\b(?:partner|spouse|husband|wife|mother|father|sister|brother|emergency|next of kin|union)\b",
        r"^(?:cc|from|to)$",
    )
)


@dataclass(frozen=True, slots=True)
class _Headed:
    """A line with words, a colon and more words, of which nobody knows yet what it holds."""

    index: int
    head: str
    rest: str


def with_reworded(choices: list[Choice], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Add lines with a label in other words, where the lines around them are a form and their value fits."""
    missing = [item for item in scheme.fields if item.key not in {choice.key for choice in choices}]
    if not missing or len(choices) < _STYLE:
        return choices
    taken = {choice.label.line + more for choice in choices for more in range(choice.label.lines)}
    headed = {each.index: each for each in _headed(lines, lexicon) if each.index not in taken}
    if not headed:
        return choices
    added: list[Choice] = []
    in_form = [headed[index] for index in _in_runs(headed, taken)]
    for item in missing:
        one_line = item.kind is not FieldKind.TEXT
        fits = (each for each in in_form if one_line and _is_value(each, item, scheme))
        found = next(fits, None)
        if found is not None:
            in_form.remove(found)
            del headed[found.index]
            added.append(_choice(found, item))
    added += _answers(choices, [item for item in missing if item.kind is FieldKind.TEXT], headed, scheme, lexicon)
    return sorted([*choices, *added], key=lambda choice: (choice.label.line, choice.label.column))


def _choice(found: _Headed, item: Field) -> Choice:
    return Choice(Label(found.index, found.head, found.rest, {item.key: _SCORE}, ":"), item.key, _SCORE)


def _headed(lines: list[Line], lexicon: Lexicon) -> Iterator[_Headed]:
    other = pattern(lexicon.phrases.get("other_label", ()))
    for index, line in enumerate(lines):
        head, rest = _parted(line) if line.kind is Kind.OWN else ("", "")
        if not rest or len(head.split()) > _WORDS or _ANOTHERS.search(fold(head)):
            continue
        if not other.fullmatch(fold(head)):
            yield _Headed(index, head, rest)


def _parted(line: Line) -> tuple[str, str]:
    """What stands before and behind a colon or question mark, or in the two cells of a row; "" twice where neither."""
    if len(line.cells) == _COLUMNS:
        return line.cells[0].strip(" :?*"), line.cells[1].strip()
    match = None if line.cells else _HEADED.fullmatch(line.text)
    return (match["head"], match["rest"]) if match else ("", "")


_COLUMNS = 2  # of a form


def _in_runs(headed: dict[int, _Headed], taken: set[int]) -> list[int]:
    """The lines of `headed` that stand beside a label of the form, or three and more of them on end."""
    found: list[int] = []
    for index in sorted(headed):
        start = end = index
        while start - 1 in headed or start - 1 in taken:
            start -= 1
        while end + 1 in headed or end + 1 in taken:
            end += 1
        if end - start + 1 >= _RUN or not taken.isdisjoint(range(start, end + 1)):
            found.append(index)
    return found


def _is_value(found: _Headed, item: Field, scheme: Scheme) -> bool:
    if item.kind is FieldKind.EMAIL:
        return bool(FOUND.fullmatch(found.rest.strip(" <>.")))
    if item.kind is not FieldKind.SHORT or len(found.rest.split()) > _VALUE:
        return False
    return _is_misspelt(found.head, item) or best_field(short(found.rest), scheme) == item.key


def _is_misspelt(head: str, item: Field) -> bool:
    """Whether `head` is a long label of `item` with a few slips; its first letter is hardly ever one of them."""
    typed = comparable(head)
    names = [name for name in map(comparable, (item.label, *item.variants)) if len(name) >= _LONG]
    return any(name[0] == typed[:1] and OSA.distance(typed, name, score_cutoff=_SLIPS) <= _SLIPS for name in names)


def _answers(
    choices: list[Choice], missing: list[Field], headed: dict[int, _Headed], scheme: Scheme, lexicon: Lexicon
) -> list[Choice]:
    """The lines that read like answers to `missing`, in a form that answers other questions behind a colon as well."""
    answered = [
        c for c in choices if scheme.field(c.key).kind is FieldKind.TEXT and c.label.mark == ":" and c.label.rest
    ]
    if len(answered) < _STYLE:
        return []
    first = min(choice.label.line for choice in choices)
    open_ = [each for index, each in sorted(headed.items()) if index > first]
    added: list[Choice] = []
    for item in missing:
        likely = [(_likelihood(each, item, scheme, lexicon), each) for each in open_]
        share, found = max(likely, key=lambda pair: pair[0], default=(0.0, None))
        if found is not None and share >= acts.PLAINLY:
            open_.remove(found)
            added.append(_choice(found, item))
    return added


def _likelihood(found: _Headed, item: Field, scheme: Scheme, lexicon: Lexicon) -> float:
    """How likely the label's words, or a sentence behind them, are of an answer to `item`."""
    return acts.highest((found.head, *sentences(found.rest)), item.act, lexicon.acts, scheme)
