"""Answers that stand under no label: in the sentences of a letter, and in the order in which we asked for them."""

from dataclasses import replace
from itertools import takewhile

from inbox_worker.core import acts, passages
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.ending import Context, is_closing, is_remark, is_sender, without_ending, without_parting
from inbox_worker.core.label_lines import all_of
from inbox_worker.core.labelled import Labelled, value_of
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.prose import facts
from inbox_worker.core.provenance import GUESSED, ORDERED, source
from inbox_worker.core.reading import FieldValue
from inbox_worker.core.scheme import Field, FieldKind
from inbox_worker.core.tail_words import OF_SENDER
from inbox_worker.core.values import clean, plausible, without_lead
from inbox_worker.core.words import fold, pattern, sentences

_NO_ANSWER = ("no_answer", "letter_business", "put_off")  # lists of phrases: such a sentence answers nothing


def in_order_asked(
    document: Document, outside: tuple[Line, ...], context: Context, *, listed: bool = False
) -> dict[str, FieldValue]:
    """Paragraphs without labels above our request for missing items: as many of them as items, in its order.

    listed: only the items of a numbered list.
    """
    keys = _asked_for(document, context)
    given = [(text, line) for text, line in paragraphs(outside) if not _is_courtesy(text, context)]
    items = [(text, line) for text, line in given if line.bullet[:1].isalnum()]
    if len(given) != len(keys) and all(context.scheme.field(key).kind is not FieldKind.TEXT for key in keys):
        given = [(line.text, line) for line in outside if not _is_courtesy(line.text, context)]  # a line each
    if len(items) == len(keys):  # a list says which lines are the answers
        given = items
    elif listed:
        return {}
    if not keys or len(keys) != len(given) or len(set(keys)) != len(keys):
        return {}
    if any(text.rstrip().endswith(":") for text, _ in given):  # announces what is below, and answers nothing
        return {}
    found: dict[str, FieldValue] = {}
    for key, (text, line) in zip(keys, given, strict=True):
        item = context.scheme.field(key)
        value = value_of(item, (_bare(text, line, item, context),), context.lexicon, context.scheme)
        if value is None and listed:
            continue  # this item was put off
        if value is None or plausible(value, item.kind, context.lexicon) < 0.1:
            return {}
        found[key] = FieldValue(value, source(line), ORDERED)
    return found


def told_when_asked(
    document: Document, outside: tuple[Line, ...], found: Labelled, context: Context
) -> dict[str, FieldValue]:
    """What running text above our request for missing items says of them; nothing else, however it sounds."""
    keys = _asked_for(document, context)
    if not keys:
        return {}
    told = {}
    for key, value in letter(outside, found, context).items():
        if key in keys and (text := _from_plain(value.text, context.scheme.field(key), context)):
            told[key] = replace(value, text=text)
    for key, fact in facts(list(outside), context.scheme, context.lexicon, None).items():
        if key in keys:
            told.setdefault(key, FieldValue(without_lead(fact.text), source(fact.line), ORDERED))
    return told


def _from_plain(text: str, item: Field, context: Context) -> str:
    """`text` from the first sentence on that is not unlike an answer to `item`; "" where none plainly is one."""
    parts = sentences(text)
    alike = [acts.highest([each], item.act, context.lexicon.acts, context.scheme) for each in parts]
    if max(alike, default=0.0) < acts.PLAINLY:
        return ""
    first = next(place for place, likelihood in enumerate(alike) if likelihood >= _HARDLY)
    return " ".join(parts[first:])


_HARDLY = 0.1  # likelihood of what leads up to an answer: greetings and thanks have less


def _asked_for(document: Document, context: Context) -> list[str]:
    """The fields whose labels the newest quoted mail lists, in its order."""
    quoted = []
    for line in document.lines:
        if line.kind is Kind.QUOTED:
            quoted.append(line)
        elif quoted and line.kind is Kind.FORWARD_HEAD:
            break  # mails that are older than our request
    keys: list[str] = []
    for label in all_of(quoted[:60], context.scheme):
        best = label.likeliest
        if not label.rest and label.best >= 0.95:
            keys.append(best)
    return keys


def _bare(text: str, line: Line, item: Field, context: Context) -> str:
    """A one-line value out of the sentence that it was given in ("Oops, I'm in Dining Services")."""
    if item.kind is not FieldKind.SHORT:
        return text
    told = facts([replace(line, text=text, gap=True)], context.scheme, context.lexicon, None)
    return told[item.key].text if item.key in told else text


def _is_courtesy(text: str, context: Context) -> bool:
    phrases, folded = context.lexicon.phrases, fold(text)
    if is_closing(text, context) or is_sender(text, context) or is_remark(text, context) or folded.endswith("?"):
        return True
    return any(pattern(phrases.get(name, ())).search(folded) for name in ("greeting", "thanks", "withdraw"))


def letter(outside: tuple[Line, ...], found: Labelled, context: Context) -> dict[str, FieldValue]:
    """Answers in running text: only where no question of the form is there."""
    scheme, lexicon = context.scheme, context.lexicon
    texts = {item.key for item in scheme.fields if item.kind is FieldKind.TEXT}
    if len(found.asked & texts) > 1:  # somebody who keeps the questions answers there
        return {}
    skip = pattern(tuple(each for name in _NO_ANSWER for each in lexicon.phrases.get(name, ())))
    lines = without_ending([line for line in outside if line.origin == "body"], context)
    answers = passages.answers(lines, scheme, skip, lexicon.acts)
    kept = [answer for answer in answers if answer.key not in found.asked]
    return {
        answer.key: FieldValue(clean(without_parting(answer.text, context)), source(answer.line), GUESSED)
        for answer in kept
    }


_EARLIER = (Kind.QUOTED, Kind.FORWARDED, Kind.FORWARD_HEAD)


def without_footer(outside: tuple[Line, ...], document: Document) -> tuple[Line, ...]:
    """Return `outside` without what an organisation says below the signature: nothing there speaks of the sender."""
    body = [line for line in document.lines if line.origin == "body"]
    signed = next((place for place, line in enumerate(body) if line.kind is Kind.SIGNATURE), len(body))
    foot = takewhile(lambda line: line.kind not in _EARLIER, body[signed:])
    numbers = {line.number for line in foot}
    below = [line for line in outside if line.origin == "body" and line.number in numbers]
    if any(OF_SENDER.search(line.text) for line in below):
        return outside
    return tuple(line for line in outside if line not in below)


def rhetorical(found: Labelled, told: dict[str, FieldValue], context: Context) -> dict[str, FieldValue]:
    """The answer that a letter opens with a question of its own ("What would I need? A buddy."), with that question.

    So with a clause that leads up to it ("And as for why it matters: ..."). Only where it is the one label of the
    letter, and the other answers, `told`, stand in sentences: who answers several such questions has typed a form.
    """
    keys = found.asked & found.values.keys()
    if len(keys) != 1 or len(found.label_texts) != 1 or found.first is None or not told:
        return {}
    (key,), (label,) = keys, found.label_texts
    value = found.values[key]
    opening = _opening(found.first.text, label.strip())
    if context.scheme.field(key).kind is not FieldKind.TEXT or not opening:
        return {}
    return {key: replace(value, text=f"{opening} {value.text}")}


def _opening(text: str, label: str) -> str:
    """How the sentence begins that `label` opens on a line, "" where it is a heading and no part of a sentence."""
    before, asked, _ = text.partition(f"{label}?")
    if asked and not before and len(label.split()) >= _SENTENCE and _OWN_WORD.search(fold(label)):
        return asked
    before, led, rest = text.partition(f"{label}:")
    return f"{before}{led}" if led and rest.strip() and _LEADS.match(fold(before + led)) else ""


_SENTENCE = 4  # words from which a question is a sentence
_OWN_WORD = pattern((r"\b(?:i|me|my|it|this)\b",))  # "Why does awareness matter?" is the form's question, shortened
_LEADS = pattern(  # the words that lead up to what follows, not "Why it matters:"
    (
        r"(?:and |but |now |so |finally,? |lastly,? )*(?:as (?:for|to)|when it comes to|about|for|on|regarding"
        r"|concerning|in terms of|with (?:regards?|respect) to)\b",
    )
)
