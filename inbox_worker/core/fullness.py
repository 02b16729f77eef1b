"""How much of a form a mail gives: what must hold before it can be an application."""

import re
from collections.abc import Iterable
from functools import lru_cache

from inbox_worker.core import acts
from inbox_worker.core.document import Line
from inbox_worker.core.extract import Extraction
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import fold, pattern, sentences, spoken

LIST = 3  # items or answers from which they may be a form's
_LABELS = 3  # with a value, from which a numbered list below them belongs to the form


def answers(extraction: Extraction, scheme: Scheme) -> int:
    """Return how many questions have an answer under their label."""
    return sum(scheme.field(key).kind is FieldKind.TEXT for key in extraction.labelled)


def gives_no_answer(extraction: Extraction, scheme: Scheme) -> bool:
    """Return whether no question has an answer, under its label, by its number or in running text."""
    return not (answers(extraction, scheme) or extraction.ordered or extraction.prose)


def is_blank(extraction: Extraction) -> bool:
    """Return whether no label has a value and no question an answer anywhere."""
    return not (extraction.labelled or extraction.ordered or extraction.prose)


def is_filled(extraction: Extraction, scheme: Scheme) -> bool:
    """Return whether a form is filled in: an answer and another value, or three values."""
    least = 2 if answers(extraction, scheme) else 3
    return len(extraction.labelled) >= least


def is_half(extraction: Extraction, scheme: Scheme) -> bool:
    """Return whether half of what an application needs stands under labels, an answer among it."""
    return answers(extraction, scheme) > 0 and len(extraction.labelled) * 2 >= _required(scheme)


def is_whole(extraction: Extraction, scheme: Scheme) -> bool:
    """Return whether three quarters of it stand under labels, or in a numbered list beside some."""
    beside = extraction.ordered if len(extraction.labelled) >= _LABELS else frozenset()
    return len(extraction.labelled | beside) * 4 >= _required(scheme) * 3


def listed(extraction: Extraction, scheme: Scheme) -> frozenset[str]:
    """Return the questions that a numbered list speaks of: answered there, or left for later."""
    texts = frozenset(item.key for item in scheme.fields if item.kind is FieldKind.TEXT)
    return (extraction.ordered | extraction.asked) & texts if extraction.ordered else frozenset()


def is_listed_below_details(extraction: Extraction, scheme: Scheme) -> bool:
    """Return whether a list that speaks of every question stands below the name and the like."""
    texts = {item.key for item in scheme.fields if item.kind is FieldKind.TEXT}
    given = [key for key, value in extraction.form.values.items() if value.source.startswith("body")]
    return texts <= listed(extraction, scheme) and len(set(given) - texts) >= LIST


def answers_plainly(text: str, item: Field, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether a sentence of `text` reads like an answer to `item`, or the model knows of no such answers."""
    return not item.act or acts.highest(sentences(text), item.act, lexicon.acts, scheme) >= acts.PLAINLY


@lru_cache(maxsize=32)
def answers_of(scheme: Scheme) -> tuple[str, ...]:
    """Return what the learned model calls answers to the scheme's questions; they may begin with the wish itself."""
    return tuple(item.act for item in scheme.fields if item.act)


def is_meant(extraction: Extraction, scheme: Scheme, lexicon: Lexicon) -> bool:
    """Return whether the answers under questions are answers: who fills in nothing else may scoff at them.

    Below a name, a job or the like they are taken as they stand, but for a plain "I am not." to why one would join.
    """
    given = [(scheme.field(key), extraction.form.values[key].text) for key in extraction.labelled]
    said = [(item, spoken(each)) for item, text in given if item.kind is FieldKind.TEXT for each in sentences(text)]
    if any(find("supposes", fold(item.label), lexicon) and find("denies", each, lexicon) for item, each in said):
        return False
    if any(item.kind is not FieldKind.TEXT for item, _ in given):
        return True
    likely = answers_of(scheme)
    return not likely or any(acts.could(each, likely, lexicon.acts, scheme, _UNLIKE) for _, each in said)


_UNLIKE = 0.25  # probability of any kind of answer that nearly every real answer reaches, however short


def asks_other_things(lines: Iterable[Line], lexicon: Lexicon) -> bool:
    """Return whether lines of a form, those that belong to none of our fields, hold answers to questions of another."""
    other = pattern((*lexicon.phrases.get("other_label", ()), *lexicon.phrases.get("aside", ())))
    labels = [match["label"] for line in lines if (match := _LABEL.match(line.text))]
    return any(not other.fullmatch(fold(label).strip()) for label in labels)


_HEADING = r"\w[\w/()'&-]*(?: [\w/()'&-]+){0,4}(?=:)"
_QUESTION = r"(?:What|Why|How|Which|Do|Does|Is|Are) [^?:]{8,120}(?=\?)"
_LABEL = re.compile(rf"(?>\W*)(?P<label>{_HEADING}|{_QUESTION})[:?]+\s+\S")


def _required(scheme: Scheme) -> int:
    return sum(item.required for item in scheme.fields)
