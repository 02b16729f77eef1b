"""What a sentence does, told by its likeness to labelled sentences: a linear model over words and their beginnings.

The model is learned from training/sentences by tools/learn_acts.py. It stands beside the lists of phrases: they are
exact where they know a wording, it knows wordings that nobody listed. Multinomial logistic regression over binary
features weighted by inverse document frequency (Manning, Raghavan and Schuetze, Introduction to Information Retrieval,
s.6.2 and s.15).
"""

import math
import re
import struct
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, repeat

from inbox_worker.core.learned import Model
from inbox_worker.core.scheme import Scheme
from inbox_worker.core.words import spoken

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[?!]")
_STEM = 5  # letters of a word's beginning that stand for the word
_ADDRESS, _NUMBER = re.compile(r"\S+@\S+"), re.compile(r"\d+")
_MAX_CHARACTERS = 600  # of one sentence
ROLE, TOPIC = " xrole ", " xtopic "  # what a scheme's words are replaced by, so that a model serves every scheme


@lru_cache(maxsize=32)
def _own_words(scheme: Scheme) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(the phrases that name the role, those that name its topic)."""
    roles = {*scheme.mentions, *scheme.role_words, scheme.role}
    return _any_of(frozenset(roles)), _any_of(frozenset(scheme.topic_words))


def _any_of(phrases: frozenset[str]) -> re.Pattern[str]:
    words = {r"\W+".join(map(re.escape, _TOKEN.findall(spoken(text)))) for text in phrases}
    alternatives = "|".join(sorted(filter(None, words), key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{alternatives})(?:s|'s|s')?(?!\w)")


def normal(sentence: str, scheme: Scheme | None) -> str:
    """Return `sentence` as the model sees it: folded, without numbers and addresses, a scheme's words as marks."""
    text = spoken(sentence)[:_MAX_CHARACTERS]
    if scheme is not None:
        role, topic = _own_words(scheme)
        text = topic.sub(TOPIC, role.sub(ROLE, text))
    if "@" in text:
        text = _ADDRESS.sub(" xmail ", text)
    return _NUMBER.sub("0", text)


def _families(text: str) -> tuple[set[str], set[str], set[tuple[str, str]], set[tuple[str, str]]]:
    """The words of a text that is `normal`, their stems, the pairs of words and the pairs of stems."""
    words = ["<", *_TOKEN.findall(text), ">"]
    stems = [word[:_STEM] for word in words]
    return {*words}, {*stems}, {*pairwise(words)}, {*pairwise(stems)}


def features(text: str) -> set[str]:
    """Return the features of a text that is `normal`: words, word pairs, and, marked, the same of their beginnings."""
    words, stems, pairs, stem_pairs = _families(text)
    return {*words, *map(" ".join, pairs), *[f"{_MARK}{stem}" for stem in (*stems, *map(" ".join, stem_pairs))]}


_MARK = "~"


class _Rows(dict[str, int]):
    """Each feature's row as one whole number, made when it is first asked for: adding numbers adds rows.

    A row has a lane of 64 bits for the square of its frequency and one for each label; weights have two decimals, so
    sums of their products, as ten-thousandths, are exact, in whatever order they are added.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.lanes = _lanes(len(model.labels))

    def __missing__(self, feature: str) -> int:
        frequency, *weights = self._model.row(feature)
        lanes = [frequency * number + _ABOVE_ZERO for number in (frequency, *weights)]
        row = self[feature] = int.from_bytes(self.lanes.pack(*lanes), "little")
        return row


_LANE = 64  # bits
_ABOVE_ZERO = 1 << 40  # what lifts a product: far above any, and a thousand of them far below a lane's end


def _lanes(labels: int) -> struct.Struct:
    return struct.Struct(f"<{labels + 1}Q")


def _parted(lanes: struct.Struct, total: int) -> tuple[float, list[int]]:
    """The length of a sum of rows, by their frequencies, and the sum of each label's products; 0 where none counts."""
    square, *sums = lanes.unpack(total.to_bytes(lanes.size, "little"))
    lifted = square - square % _ABOVE_ZERO
    return math.sqrt(square - lifted), [each - lifted for each in sums]


@lru_cache(maxsize=8)
def _rows(model: Model) -> _Rows:
    return _Rows(model)


@lru_cache(maxsize=2048)
def _scores(text: str, model: Model) -> tuple[float, ...]:
    """The score of every label for a text that is `normal`, less the highest; empty where no word is known."""
    rows = _rows(model)
    known = model.places.keys() & features(text)
    length, sums = _parted(rows.lanes, sum(map(rows.__getitem__, known)))
    if not length:
        return ()
    scores = [bias + total / (100 * length) for bias, total in zip(model.bias, sums, strict=True)]
    top = max(scores)
    return tuple([score - top for score in scores])


@lru_cache(maxsize=2048)
def _likeliest(sentence: str, model: Model, scheme: Scheme | None) -> tuple[str, float]:
    """The label of the highest probability, and that; "" where nothing is known."""
    scores = _scores(normal(sentence, scheme), model)
    return (model.labels[scores.index(0.0)], 1 / sum(map(math.exp, scores))) if scores else ("", 0.0)


def of(sentence: str, model: Model, scheme: Scheme | None = None) -> Mapping[str, float]:
    """Return the probability of every label for `sentence`; nothing where the model knows none of its words."""
    powers = list(map(math.exp, _scores(normal(sentence, scheme), model)))
    whole = sum(powers)
    return {label: power / whole for label, power in zip(model.labels, powers, strict=bool(powers))}


def likelihood(sentence: str, labels: tuple[str, ...], model: Model, scheme: Scheme | None = None) -> float:
    """Return the probability that `sentence` is of one of `labels`."""
    found = of(sentence, model, scheme)
    return sum(found.get(label, 0.0) for label in labels)


PLAINLY = 0.5  # probability from which no other label is likelier


def highest(texts: Iterable[str], label: str, model: Model, scheme: Scheme | None = None) -> float:
    """Return the highest probability that one of `texts`, sentences as typed, is of `label`; 0.0 for no label."""
    if not label:
        return 0.0
    return max((likelihood(spoken(text), (label,), model, scheme) for text in texts), default=0.0)


# From these probabilities on a label counts where no phrase decides. What they find, and what they take wrongly, of
# sentences that the model has not seen: tools/learn_acts.py --measure.
LEAST = {
    "join": 0.7,
    "request": 0.5,
    "withdraw": 0.6,
    "condition": 0.55,
    "put_off": 0.6,
    "asks_for_ally": 0.55,
    "for_another": 0.5,
    "several": 0.6,
    "distress_a": 0.6,
    "distress_b": 0.75,
}
LEAST_UNNAMED = {"join": 0.8, "request": 0.75}  # where the sentence names nothing of the scheme
_FEWEST = 5  # words: "And now my form:" says too little of what it does ...
_SAID_BRIEFLY = frozenset({"request", "put_off", "distress_a", "distress_b"})  # ... but "Details please?" does not


def does(sentence: str, label: str, model: Model, scheme: Scheme | None = None, *, named: bool = True) -> bool:
    """Return whether `sentence` plainly is of `label`, one of LEAST: all are half or more, so only the likeliest is.

    named: the sentence names the role, or it need not; without, `label` is one of LEAST_UNNAMED.
    """
    if label not in _SAID_BRIEFLY and len(_TOKEN.findall(sentence)) < _FEWEST:
        return False
    likeliest, share = _likeliest(sentence, model, scheme)
    return likeliest == label and share >= (LEAST if named else LEAST_UNNAMED)[label]


_RIVALS = ("distress_none", "other_business")  # what the model takes most sentences for in which nobody is in need
_ROUNDING = 1e-6  # far more than sums of floating-point numbers lose here


@dataclass(frozen=True, slots=True)
class _Look:
    """How far some labels lead the rivals, each against their mean and times their number."""

    lanes: struct.Struct
    rows: tuple[dict[Hashable, int], ...]  # for each of _families, as in _Rows
    needed: tuple[float, ...]  # the least lead by words, for a length of one, with which each label reaches its limit


@lru_cache(maxsize=8)
def _look(labels: tuple[str, ...], model: Model) -> _Look:
    places = [model.labels.index(label) for label in labels]
    rivals, many = [model.labels.index(label) for label in _RIVALS], len(_RIVALS)
    rows: tuple[dict[Hashable, int], ...] = ({}, {}, {}, {})
    for feature, (frequency, *weights) in model.all_rows():
        others = sum([weights[place] for place in rivals])
        number = frequency * frequency + _ABOVE_ZERO
        for lane, place in enumerate(places, start=1):
            number += frequency * (many * weights[place] - others) + _ABOVE_ZERO << _LANE * lane
        words = feature.removeprefix(_MARK)
        if " " in words:
            rows[2 + (words != feature)][tuple(words.split(" "))] = number
        else:
            rows[words != feature][words] = number
    by_bias = [many * model.bias[place] - sum([model.bias[rival] for rival in rivals]) for place in places]
    limits = [many * (math.log(many * LEAST[label] / (1 - LEAST[label])) - _ROUNDING) for label in labels]
    needed = tuple([100 * (limit - bias) for limit, bias in zip(limits, by_bias, strict=True)])
    return _Look(_lanes(len(labels)), rows, needed)


def may_do(sentence: str, labels: tuple[str, ...], model: Model) -> bool:
    """Return False only where `does` says so of each of `labels`: a cheap look, at which most sentences end.

    A label's odds are at most those against the rivals alone: e to the power of its score, by the sum of theirs. That
    sum is no less than their number times e to the power of their mean (the inequality of the means).
    """
    if not model.labels:
        return False
    look, total = _look(labels, model), 0
    families: tuple[Iterable[Hashable], ...] = _families(normal(sentence, None))
    for rows, family in zip(look.rows, families, strict=True):
        total += sum(map(rows.get, family, _NOTHING))
    length, leads = _parted(look.lanes, total)
    return length > 0 and any(lead >= length * least for lead, least in zip(leads, look.needed, strict=True))


_NOTHING = repeat(0)  # what a feature that the model does not know adds


FLOOR = 0.1  # hardly a sentence that a phrase takes rightly is less likely; many that it takes wrongly are (--measure)


def could(
    sentence: str, labels: tuple[str, ...], model: Model, scheme: Scheme | None = None, floor: float = FLOOR
) -> bool:
    """Return whether a phrase may be right that takes `sentence` for one of `labels`: the likeness does not deny it."""
    return not _likeliest(sentence, model, scheme)[0] or likelihood(sentence, labels, model, scheme) >= floor
