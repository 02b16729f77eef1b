"""How much of a form a mail gives: what must hold before it can be an application."""

from inbox_worker.core import acts
from inbox_worker.core.extract import Extraction
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.words import sentences

LIST = 3  # items or answers from which they may be a form's
_LABELS = 3  # with a value, from which a numbered list below them belongs to the form


def answers(extraction: Extraction, scheme: Scheme) -> int:
    """Return how many questions have an answer under their label."""
    return sum(scheme.field(key).kind is FieldKind.TEXT for key in extraction.labelled)


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


def _required(scheme: Scheme) -> int:
    return sum(item.required for item in scheme.fields)
