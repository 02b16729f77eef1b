"""Answers in running text: the best division of a letter's sentences among the questions, taken as a whole.

Each sentence belongs to one question or to none; each question's answer is one run of sentences. Cues speak for a
question, going on within a paragraph costs nothing, changing over does, and most people keep the page's order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, permutations

from inbox_worker.core.document import Line
from inbox_worker.core.evidence import ENOUGH, Sentence, questions, read
from inbox_worker.core.learned import Model
from inbox_worker.core.scheme import Scheme

_APART = 0.6  # what taking such a sentence into an answer costs
_HINTS_ALONE = (
    0.5  # what beginning an answer on hints costs more, in a letter that answers fewer than two questions clearly
)
_OPEN = 0.55  # what beginning an answer costs: a sentence without evidence begins none
_NEXT, _LATER, _BACK = 0.2, 0.1, -0.3  # for the question after the last one answered, a later one, an earlier one
_GO_ON, _NEW_PARAGRAPH = 0.25, -0.3  # for going on with an answer; in a new paragraph
_MIDWAY = 0.15  # what beginning an answer on hints costs more within a paragraph that answers another question
_AGAINST_ORDER = 0.9  # evidence by which another order must be better than the page's to be taken
_PLAINLY = 0.25  # evidence by which the question that is left out must be the best to leave out
_MAX_PERMUTED = 6  # questions whose orders are all compared


@dataclass(frozen=True, slots=True)
class Answer:
    """Whole sentences that answer a question."""

    key: str
    text: str
    line: Line
    strength: float  # how much spoke for it, from 0


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    path: tuple[int, ...] = ()  # the question of each sentence, -1 where none


def _steps(
    sentence: Sentence, current: int, last: int, used: int, same: bool, alone: float
) -> Iterable[tuple[int, float]]:
    """The questions that `sentence` may belong to after `current` (-1: none), each with what that adds."""
    yield -1, 0.0
    if sentence.silent:
        return
    for number, evidence in enumerate(sentence.evidence):
        if number == current:
            yield number, evidence + (_GO_ON if same else _NEW_PARAGRAPH) - (_APART if sentence.apart else 0.0)
        elif evidence and not used >> number & 1:
            order = _NEXT if number == last + 1 else _LATER if number > last else _BACK
            hints = 0.0 if evidence >= ENOUGH else alone + (_MIDWAY if same and current >= 0 else 0.0)
            yield number, evidence + order - _OPEN - hints


def _divide(found: list[Sentence]) -> tuple[int, ...]:
    """The question of each sentence in the best division (Viterbi: answers begun, the present, the last one)."""
    states: dict[tuple[int, int, int], _State] = {(0, -1, -1): _State(0.0)}
    paragraph = -1
    clear = {sentence.evidence.index(max(sentence.evidence)) for sentence in found if max(sentence.evidence) >= ENOUGH}
    alone = _HINTS_ALONE if len(clear) < 2 else 0.0
    for sentence in found:
        grown: dict[tuple[int, int, int], _State] = {}
        same = sentence.paragraph == paragraph
        for (used, current, last), state in states.items():
            for number, gain in _steps(sentence, current, last, used, same, alone):
                mark = (used | 1 << number, number, number) if number >= 0 else (used, -1, last)
                score = state.score + gain
                if mark not in grown or grown[mark].score < score:
                    grown[mark] = _State(score, (*state.path, number))
        states = grown
        paragraph = sentence.paragraph
    return max(states.values(), key=lambda state: state.score).path


def _fill_gaps(path: list[int], found: list[Sentence], questions: int) -> None:
    """Give a paragraph without evidence to the one question that its place leaves open."""
    runs = list(dict.fromkeys(number for number in path if number >= 0))
    if len(runs) < 2 or runs != sorted(runs):
        return
    for missing in (number for number in range(questions) if number not in runs):
        before = [place for place, number in enumerate(path) if number == missing - 1]
        after = [place for place, number in enumerate(path) if number == missing + 1]
        start = before[-1] + 1 if before else None
        end = after[0] if after else len(path) if missing == questions - 1 and len(runs) == questions - 1 else None
        if start is None or end is None:
            continue
        gap = [p for p in range(start, end) if not found[p].silent and not found[p].presents]
        whole = {found[p].paragraph for p in gap} - {found[p].paragraph for p, n in enumerate(path) if n >= 0}
        if len(whole) == 1 and sum(len(found[p].text.split()) for p in gap) >= 6:
            for place in gap:
                path[place] = missing if found[place].paragraph in whole else path[place]


def _one_each(found: list[Sentence], questions: int) -> list[int]:
    """Give each paragraph to one question, in the page's order, where there are as many of them or one fewer; else [].

    Cues of two paragraphs at least must agree with that, no other order may fit much better, and which question is
    left out must be plain.
    """
    if not 3 <= questions <= _MAX_PERMUTED or any(s.presents and not any(s.evidence) for s in found if not s.silent):
        return []
    places = list(dict.fromkeys(sentence.paragraph for sentence in found if not sentence.silent))
    if not max(3, questions - 1) <= len(places) <= questions:
        return []
    table = [[max(s.evidence[q] for s in found if s.paragraph == p) for q in range(questions)] for p in places]

    def fit(order: tuple[int, ...]) -> float:
        return sum(table[row][question] for row, question in enumerate(order))

    in_order = sorted(combinations(range(questions), len(places)), key=fit, reverse=True)
    best = in_order[0]
    agreeing = sum(1 for row, question in enumerate(best) if table[row][question] > 0)
    plain = len(in_order) == 1 or fit(best) - fit(in_order[1]) >= _PLAINLY
    if (
        agreeing < 2
        or not plain
        or max(map(fit, permutations(range(questions), len(places)))) - fit(best) > _AGAINST_ORDER
    ):
        return []
    return [-1 if sentence.silent else best[places.index(sentence.paragraph)] for sentence in found]


def answers(lines: list[Line], scheme: Scheme, skip: re.Pattern[str], model: Model) -> list[Answer]:
    """Return the sentences of a letter that answer the scheme's questions, in reading order, one answer a question.

    model: what the learned likeness counts with. `skip` finds, in text as `spoken` gives it, sentences that are no part
    of any answer: requests, courtesies, the bare wish to join.
    """
    found = read(lines, scheme, skip, model)
    keys = [question.key for question in questions(scheme)]
    if not keys or not found:
        return []
    path = _one_each(found, len(keys))
    if not path:
        path = list(_divide(found))
        _fill_gaps(path, found, len(keys))
    taken: dict[int, Answer] = {}
    for number, sentence in zip(path, found, strict=True):
        if number < 0:
            continue
        known = taken.get(number)
        text = f"{known.text} {sentence.text}" if known else sentence.text
        strength = sentence.evidence[number] + (known.strength if known else 0.0)
        taken[number] = Answer(keys[number], text, known.line if known else sentence.line, strength)
    return list(taken.values())


__all__ = ["Answer", "answers"]
