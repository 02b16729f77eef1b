"""A cheap look at a whole mail: can it concern a scheme at all? Most mail cannot, and is read no further."""

import re
from collections.abc import Sequence

from inbox_worker.core.block import MAX_LINES as LINES_OF_A_TEXT
from inbox_worker.core.document import Document, Kind
from inbox_worker.core.label_scores import name_every_question
from inbox_worker.core.labelled import MAX_LINES as LINES_OF_A_FORM
from inbox_worker.core.mail import Email
from inbox_worker.core.mentions import found_in, misspelt
from inbox_worker.core.offer import names_all
from inbox_worker.core.scheme import Rules, Scheme
from inbox_worker.core.words import fold_whole, words_of

_SHORT = 6_000  # characters; in longer mail the role alone ("ally") says nothing
_MAX_TEXT = 400_000  # characters; longer mail is looked at to here


def may_concern(folded: str, words: Sequence[str], scheme: Scheme) -> bool:
    """Return whether a text names the scheme or its role, slips of typing allowed. False means: certainly not.

    folded, words: what `words.fold` and `words.tokens` make of the text.
    """
    if found_in(folded, scheme.mentions):
        return True
    short = len(folded) <= _SHORT
    if found_in(folded, scheme.role_words) and (short or found_in(folded, scheme.topic_words)):
        return True
    if short and found_in(folded, scheme.topic_words):  # a form may name no more than that
        return True
    return bool(misspelt(words, scheme))


def concerned(email: Email, document: Document, rules: Rules) -> tuple[Scheme, ...]:
    """Return the schemes that a mail may concern, in the order of the configuration."""
    texts, room = [], _MAX_TEXT
    for text in (email.subject, *(line.text for line in document.lines)):
        texts.append(text[:room])
        room -= len(text)
        if room <= 0:
            break
    folded = fold_whole(" ".join(texts))
    words = words_of(folded)
    alone = len(rules.schemes) == 1  # others may send the same documents
    return tuple(
        scheme
        for scheme in rules.schemes
        if may_concern(folded, words, scheme)
        or (len(folded) <= _SHORT and (_asks_alike(document, scheme) or (alone and bool(names_all(folded, scheme)))))
    )


_LABEL = re.compile(r"[^:?=\n]{3,80}?(?=\s*[:?=]|\s+-\s|$)")


def _asks_alike(document: Document, scheme: Scheme) -> bool:
    """Return whether lines begin with a label of every question: a form of the scheme may leave its name out."""
    labels = (_LABEL.match(line.cells[0] if line.cells else line.text) for line in document.lines)
    return name_every_question((label.group() for label in labels if label), scheme)


def saw_all(email: Email, document: Document, rules: Rules) -> bool:
    """Return whether reading saw every word of a mail, or every word that could have mattered."""
    if {"TRUNCATED_TEXT", "TRUNCATED_PARTS"} & set(email.defects) or len(document.lines) >= LINES_OF_A_TEXT:
        return False
    if sum(len(line.text) for line in document.lines) > _MAX_TEXT:
        return False
    own = sum(line.kind is Kind.OWN for line in document.lines)
    return own <= LINES_OF_A_FORM or not concerned(email, document, rules)
