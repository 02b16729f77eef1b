"""Tables in which each of two people or more has a column, or a row, of their own."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from inbox_worker.core import names
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.label_scores import match
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.values import email_in, short
from inbox_worker.core.words import fold, pattern

_LABEL = 0.55  # score from which a cell names a field


def of_several(lines: Sequence[Line], scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether a table in `lines` gives the details of two people or more, side by side or below each other."""
    rows = [line.cells for line in lines if line.kind is Kind.OWN and len(line.cells) > 1]
    return bool(rows) and (_side_by_side(rows, scheme, lexicon) or _one_below_another(rows, scheme))


def _side_by_side(rows: list[tuple[str, ...]], scheme: Scheme, lexicon: Lexicon) -> bool:
    """Whether rows have a label and a value for each: two rows at least, one of them with two names or addresses."""
    filled, people, beside = 0, False, frozenset[int]()
    for cells in rows:
        kind = _kind(cells[0], scheme)
        beside = beside or _of_others(cells, lexicon)
        if kind is None:
            continue
        given = [cell for place, cell in enumerate(cells) if place and place not in beside and cell.strip()]
        if len(given) < 2 or any(_kind(cell, scheme) for cell in given):
            continue
        filled += 1
        people = people or _are_several(given, kind)
    return people and filled > 1


def _of_others(cells: tuple[str, ...], lexicon: Lexicon) -> frozenset[int]:
    """The columns that are headed as no applicant's ("Line manager", "Line manager: Joan Bray")."""
    other = pattern(lexicon.phrases.get("other_label", ()))
    return frozenset(place for place, cell in enumerate(cells) if other.fullmatch(fold(cell.partition(":")[0]).strip()))


def _one_below_another(rows: list[tuple[str, ...]], scheme: Scheme) -> bool:
    """Whether below a row of labels stand rows of values with two names or addresses."""
    for place, head in enumerate(rows):
        if not all(_kind(cell, scheme) for cell in head):
            continue
        below = list(takewhile(lambda cells: _kind(cells[0], scheme) is None, rows[place + 1 :]))
        for column, cell in enumerate(head):
            if _are_several([cells[column] for cells in below if len(cells) == len(head)], _kind(cell, scheme)):
                return True
    return False


def _kind(text: str, scheme: Scheme) -> FieldKind | None:
    """The kind of the field that a cell names, None where it names none."""
    scores = match(text, scheme, _LABEL) if len(text) <= _LONGEST else {}
    return scheme.field(max(scores, key=scores.__getitem__)).kind if scores else None


_LONGEST = 300  # characters of a label


def _are_several(values: Iterable[str], kind: FieldKind | None) -> bool:
    """Whether `values` are names, or addresses, of two people or more."""
    if kind is FieldKind.EMAIL:
        return len({address.casefold() for value in values if (address := email_in(value))}) > 1
    if kind is not FieldKind.NAME:
        return False
    people = [short(value) for value in values]
    people = [each for each in people if names.looks_like(each) and len(names.words(each)) > 1]
    return any(not names.related(people[0], other) for other in people[1:])
