"""Answers in running text: the best division of a letter's sentences among the questions, taken as a whole.

Each sentence belongs to one question or to none; each question's answer is one run of sentences. Cues speak for a
question, going on within a paragraph costs nothing, changing over does, and most people keep the page's order.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations

from inbox_worker.core import acts
from inbox_worker.core.block import is_box
from inbox_worker.core.document import Line
from inbox_worker.core.learned import Model
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.words import pattern, sentences, spoken

_NEAR = 90  # characters from a sentence's start in which a cue counts fully
_PROSE, _CUE, _LATE, _HINT, _HINTS_AT_MOST = 1.0, 0.8, 0.5, 0.3, 2
_ENOUGH = 0.62  # evidence that is more than hints
_LIKELIEST = 0.5  # share of the learned likeness from which no other act of a sentence is likelier
_OTHER_ACTS = ("courtesy", "join", "request", "put_off", "withdraw", "chase", "not_joining")  # of the learned likeness
_PLAIN_ACT, _HARDLY = 0.65, 0.1  # shares of it
_SURELY, _OTHERWISE = 0.8, 0.6  # from this share on, what speaks for other questions counts for so much of itself
_APART = 0.6  # what taking such a sentence into an answer costs
_ALIKE, _MORE_ALIKE = 0.5, 0.4  # what such a likeness counts for: this, and so much of its share
_HINTS_ALONE = (
    0.5  # what beginning an answer on hints costs more, in a letter that answers fewer than two questions clearly
)
_OPEN = 0.55  # what beginning an answer costs: a sentence without evidence begins none
_NEXT, _LATER, _BACK = 0.2, 0.1, -0.3  # for the question after the last one answered, a later one, an earlier one
_GO_ON, _NEW_PARAGRAPH = 0.25, -0.3  # for going on with an answer; in a new paragraph
_AGAINST_ORDER = 0.9  # evidence by which another order must be better than the page's to be taken
_PLAINLY = 0.25  # evidence by which the question that is left out must be the best to leave out
_MAX_SENTENCES = 100  # of a letter that are read for answers; real ones have some twenty
_MAX_PERMUTED = 6  # questions whose orders are all compared
_MAX_TEXTS = 8  # questions that are told apart; the states double with each

_SALUTATION = re.compile(
    r"^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon"
    r"|evening)\b[^,.!:;?]{0,40}[,!:;-]\s+(?=\S)",
    re.IGNORECASE,
)
_WHO = pattern(
    (
        r"^(?:my (?:full )?name|i(?:'m| am) (?:[a-z]+ [a-z]+,|an? |the |currently |based |writing )"
        r"|i (?:currently )?work\b|this is\b)",
        r"\b(?:your|the) (?:e-?mail|page|website|web page|poster|newsletter|bulletin|advert|notice|intranet|call)\b",
        r"\b(?:apply|applying|application|volunteer for|put my ?self forward|offer myself|my name down|my details)\b",
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whole sentences that answer a question."""

    key: str
    text: str
    line: Line
    strength: float  # how much spoke for it, from 0


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    line: Line
    paragraph: int
    evidence: tuple[float, ...]  # for each question, in order
    silent: bool  # no part of any answer
    apart: bool  # reads like no part of one
    presents: bool  # says who the sender is or what the letter is for


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    path: tuple[int, ...] = ()  # the question of each sentence, -1 where none


def paragraphs(lines: Iterable[Line]) -> list[tuple[str, Line]]:
    """Return the paragraphs of `lines`, hard-wrapped lines joined, each with its first line. A box to tick is one."""
    found: list[tuple[list[str], Line]] = []
    for line in lines:
        begins = line.gap or line.bullet or line.cells or is_box(line.text)
        if not found or begins or line.origin != found[-1][1].origin:
            found.append(([], line))
        found[-1][0].append(line.text)
    return [(" ".join(parts), line) for parts, line in found]


@dataclass(frozen=True, slots=True)
class _Question:
    key: str
    prose: re.Pattern[str]
    cues: re.Pattern[str]
    hints: tuple[re.Pattern[str], ...]
    any_hint: re.Pattern[str]
    act: str


@lru_cache(maxsize=64)
def _questions(scheme: Scheme) -> tuple[_Question, ...]:
    """The questions that running text can answer."""
    items = [item for item in scheme.fields if item.kind is FieldKind.TEXT and (item.prose or item.cues)]
    return tuple(
        _Question(
            item.key,
            pattern(item.prose),
            pattern(item.cues),
            tuple(pattern((hint,)) for hint in item.hints),
            pattern(item.hints),
            item.act,
        )
        for item in items[:_MAX_TEXTS]
    )


def _evidence(folded: str, question: _Question, likely: Mapping[str, float]) -> float:
    strong = _cue(folded, question.prose, _PROSE)
    if strong < _CUE:
        strong = max(strong, _cue(folded, question.cues, _CUE))
    share = likely.get(question.act, 0.0)
    if share >= _LIKELIEST:
        strong = max(strong, _ALIKE + _MORE_ALIKE * share)
    found = strong + _hinted(folded, question)
    return found * _OTHERWISE if share < _HARDLY and max(likely.values(), default=0.0) >= _SURELY else found


def _cue(folded: str, cue: re.Pattern[str], weight: float) -> float:
    match = cue.search(folded)
    if not match:
        return 0.0
    return weight - 0.2 * match.start() / _NEAR if match.start() <= _NEAR else _LATE


def _hinted(folded: str, question: _Question) -> float:
    if not question.any_hint.search(folded):
        return 0.0
    return _HINT * min(_HINTS_AT_MOST, sum(1 for hint in question.hints if hint.search(folded)))


def _is_apart(likely: Mapping[str, float], scheme: Scheme) -> bool:
    """Whether a sentence plainly does something else than answering, and reads like no answer besides."""
    plainly = any(likely.get(act, 0.0) >= _PLAIN_ACT for act in _OTHER_ACTS)
    return plainly and all(likely.get(question.act, 0.0) < _HARDLY for question in _questions(scheme))


def _is_heading(sentence: str) -> bool:
    """Whether words stand there as in a name, a title or an address: every one with a capital."""
    return not sentence.isupper() and not any(word[:1].islower() for word in sentence.split())


def _read(lines: list[Line], scheme: Scheme, skip: re.Pattern[str], model: Model) -> list[_Sentence]:
    found: list[_Sentence] = []
    for place, (text, line) in enumerate(paragraphs(lines)):
        for sentence in sentences(_SALUTATION.sub("", text)):
            folded = spoken(sentence)
            silent = bool(skip.search(folded))
            likely = {} if silent or _is_heading(sentence) else acts.of(folded, model, scheme)
            presents = bool(_WHO.search(folded))
            apart = _is_apart(likely, scheme)
            scores = tuple(0.0 if silent or apart else _evidence(folded, each, likely) for each in _questions(scheme))
            if presents and max(scores, default=0.0) < _ENOUGH:
                scores = tuple(0.0 for _ in scores)
            found.append(_Sentence(sentence, line, place, scores, silent, apart, presents))
            if len(found) >= _MAX_SENTENCES:
                return found
    return found


def _steps(
    sentence: _Sentence, current: int, last: int, used: int, same: bool, alone: float
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
            yield number, evidence + order - _OPEN - (alone if evidence < _ENOUGH else 0.0)


def _divide(found: list[_Sentence]) -> tuple[int, ...]:
    """The question of each sentence in the best division (Viterbi: answers begun, the present, the last one)."""
    states: dict[tuple[int, int, int], _State] = {(0, -1, -1): _State(0.0)}
    paragraph = -1
    clear = {sentence.evidence.index(max(sentence.evidence)) for sentence in found if max(sentence.evidence) >= _ENOUGH}
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


def _fill_gaps(path: list[int], found: list[_Sentence], questions: int) -> None:
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


def _one_each(found: list[_Sentence], questions: int) -> list[int]:
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
    found = _read(lines, scheme, skip, model)
    keys = [question.key for question in _questions(scheme)]
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


__all__ = ["Answer", "answers", "paragraphs"]
