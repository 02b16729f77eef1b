"""What stands under the labels, headings and numbers of a form, read as one consistent whole."""

import re
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from inbox_worker.core import acts, name_labels, names, numbered
from inbox_worker.core.assign import Choice, assign
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.ending import Context
from inbox_worker.core.gather import Block, gather
from inbox_worker.core.hints import without_hints
from inbox_worker.core.label_lines import all_of
from inbox_worker.core.labels import Label
from inbox_worker.core.provenance import LIKELY, ORDERED, SURE, source
from inbox_worker.core.reading import FieldValue
from inbox_worker.core.reworded import with_reworded
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.signature import best_field
from inbox_worker.core.values import (
    answer,
    clean,
    comparable,
    email_in,
    is_empty,
    plausible,
    puts_off,
    says_something,
    short,
    without_courtesy,
    without_lead,
)
from inbox_worker.core.words import any_phrase, bare, fold, pattern, sentences, spoken, tokens

MAX_LINES = 800  # of one region; an application has some fifty, one with answers of 2,000 words some 700


@dataclass(frozen=True, slots=True)
class Labelled:
    """What stands under labels in one region."""

    values: dict[str, FieldValue]
    asked: frozenset[str]  # fields whose label is there, with or without a value
    used: frozenset[int]  # indices of the region's lines that belong to the form
    several: bool  # two different persons' names
    conflicts: tuple[str, ...]  # keys that are given twice with different values
    full_questions: int  # how many labels are the scheme's own questions, to the letter or nearly
    label_texts: tuple[str, ...] = ()
    ordered: frozenset[str] = frozenset()  # fields found by number or place alone
    first: Line | None = None  # where the form begins
    asides: tuple[str, ...] = ()  # sentences to the team that were cut off an answer's end


def value_of(item: Field, parts: tuple[str, ...], lexicon: Lexicon, scheme: Scheme) -> str | None:
    """Return the value that `parts` make up, cleaned as its kind asks, or None where nothing is given."""
    if item.kind is FieldKind.EMAIL:
        return email_in(" ".join(parts))
    joined = answer(" ".join(clean(part) for part in parts))
    if item.kind is not FieldKind.TEXT:
        joined = short(_bare_value(without_courtesy(joined, lexicon, scheme), item, scheme))
    if item.kind is FieldKind.NAME:
        joined = names.without_pronouns(joined)
    if not joined or is_empty(joined, item.kind, lexicon) or puts_off(joined, lexicon, item.act):
        return None
    if item.kind is not FieldKind.TEXT and (len(joined) > 300 or says_something(joined)):
        return None
    return joined


def _bare_value(text: str, item: Field, scheme: Scheme) -> str:
    """`text` without a lead, unless it then is a value of another field ("Department: I work as a Porter")."""
    value = without_lead(text)
    return value if best_field(value, scheme) in (None, item.key) else text


def _confidence(block: Block) -> float:
    return SURE if block.score >= 0.95 else LIKELY if block.score >= 0.75 else ORDERED


def labelled(lines: tuple[Line, ...], context: Context, *, numbers: bool = True) -> Labelled:
    """Return what stands under labels and headings in `lines`; with `numbers`, also in a numbered list without any."""
    scheme, lexicon = context.scheme, context.lexicon
    listed = list(lines[:MAX_LINES])
    found = [label for label in all_of(listed, scheme) if _carries(label, listed)]
    found = [replace(label, rest="") if listed[label.line].kind is Kind.QUOTED else label for label in found]
    choices = assign(found, listed, scheme, lexicon)
    choices = with_reworded(choices, listed, scheme, lexicon)
    choices = numbered.with_headings(choices, listed, scheme, lexicon.acts)
    choices = numbered.with_stacked(choices, listed, scheme, lexicon)
    if not _is_form(choices):
        choices = []
    if numbers:
        choices = numbered.with_numbers(choices, listed, scheme, lexicon)
    chosen = {(choice.label.line, choice.label.column) for choice in choices}
    spare = [label for label in found if (label.line, label.column) not in chosen and _repeats(label, choices, context)]
    blocks = gather(choices, spare, listed, context)
    blocks = _merged(blocks, spare, listed, context)
    values: dict[str, FieldValue] = {}
    for block in without_hints(blocks, scheme):
        text = value_of(scheme.field(block.key), (block.letter, *block.parts), lexicon, scheme)
        if text is not None and block.label.mark != numbered.LATER:
            values[block.key] = FieldValue(text, source(block.line), _confidence(block))
    later = {choice.label.text: None for choice in choices if choice.label.mark == numbered.LATER}
    asides = (*_cut_requests(values, context), *later)
    blocks = [block if block.key in values else replace(block, parts=()) for block in blocks]
    values.update(name_labels.in_two_parts(listed, scheme))
    name_labels.unfold(values, blocks, context)
    return Labelled(
        values=values,
        asked=frozenset(choice.key for choice in choices),
        used=_used(blocks, spare, listed),
        several=_several(found, listed, scheme),
        conflicts=_conflicts(values, spare, listed, context) if choices else (),
        asides=asides,
        full_questions=sum(1 for choice in choices if _is_question(choice)),
        label_texts=tuple(choice.label.text for choice in choices if choice.label.mark != numbered.LATER),
        ordered=frozenset(choice.key for choice in choices if choice.label.mark == "number"),
        first=listed[choices[0].label.line] if choices else None,
    )


def _is_question(choice: Choice) -> bool:
    """Whether the label is the scheme's own question, nearly to the letter."""
    return choice.label.scores.get(choice.key, 0.0) >= 0.9 and len(choice.label.text.split()) >= 6


def stands_before(line: Line, first: Line) -> bool:
    return line.origin == "body" and (first.origin != "body" or line.number < first.number)


def _cut_requests(values: dict[str, FieldValue], context: Context) -> tuple[str, ...]:
    """Take a request to the team ("Could you send me the role description too?") off the end of the last answer.

    Returns what was taken, and the requests that stand inside an answer and stay there: at the end of another answer
    one is part of it ("... and a buddy. Please send me the training dates so that I can plan").
    """
    wanted = any_phrase(context.scheme.request_words)
    answers = [key for key in values if context.scheme.field(key).kind is FieldKind.TEXT]
    cut: list[str] = []
    for key in answers:
        parts = sentences(values[key].text)
        end = len(parts)
        while end > 1 and wanted.search(fold(parts[end - 1])) and _TO_YOU.search(spoken(parts[end - 1])):
            end -= 1
        cut += parts[: end - 1 : -1] if end < len(parts) else []
        if key == answers[-1] and end < len(parts):
            values[key] = replace(values[key], text=" ".join(parts[:end]))
        cut += [part for part in parts[:end] if wanted.search(fold(part)) and _asks(spoken(part), context)]
    return tuple(cut)


def _asks(sentence: str, context: Context) -> bool:
    """Whether a sentence that names what may be asked for asks the team for it."""
    if _SEND.search(sentence):
        return True
    turns_to_them = bool(_TO_YOU.search(sentence))
    return turns_to_them and acts.does(sentence, "request", context.lexicon.acts, context.scheme)


_SEND = pattern(
    (
        r"\b(?:could|can|would|will) you (?:also |please |kindly )*(?:send|e-?mail|share|forward)\b|\bsend me\b",
        r"\b(?:please|pls|plz|kindly)\b[^.!?]{0,20}\b(?:send|forward|e-?mail|supply|share|attach|let me have)\b",
    )
)
_TO_YOU = pattern(
    (
        r"\b(?:(?:could|can|would|will) you|please|pls|kindly|send me|may i|can i|could i|let me have)\b",
        r"\bi(?:'d| would| should| will|'ll)(?: \w+){0,2} (?:obliged|grateful|appreciate)\b",
    )
)


def _repeats(label: Label, choices: list[Choice], context: Context) -> bool:
    """Whether an unused label is a second copy of a field's, and no words of an answer that look like one.

    Below a whole question, "Experience:" or "Why do people ...?" opens a sentence of the answer.
    """
    key = label.likeliest
    if not key or label.scores[key] < 0.9:
        return False
    if any(c.label.line + c.label.lines == label.line and not c.label.rest for c in choices if c.label.mark != "cell"):
        return False  # right below a question begins its answer
    chosen = next((choice.label for choice in choices if choice.key == key), None)
    if chosen and len(tokens(chosen.text)) >= 6 and len(tokens(label.text)) < 6 and label.mark != "cell":
        kind = context.scheme.field(key).kind
        if kind is FieldKind.TEXT:
            return False
    return plausible(label.rest, context.scheme.field(key).kind, context.lexicon) >= 0


def _carries(label: Label, lines: list[Line]) -> bool:
    """A label in quoted text counts only where the sender's words follow it; one in a signature never."""
    kind = lines[label.line].kind
    if kind is Kind.QUOTED:
        after = label.line + label.lines
        return after < len(lines) and lines[after].kind is Kind.OWN
    return kind is Kind.OWN


def _is_form(choices: list[Choice]) -> bool:
    """One weak label in a letter is no form: a lone one must be marked, and be a label by its own words."""
    if len(choices) >= 2:
        return any(choice.label.mark != "alone" or choice.score >= 0.9 for choice in choices)
    floors = {":": 0.4, "=": 0.5, "?": 0.6, "cell": 0.6, "prefix": 0.6, "-": 0.6}
    return any(choice.label.scores[choice.key] >= floors.get(choice.label.mark, 2.0) for choice in choices)


def _merged(blocks: list[Block], spare: list[Label], lines: list[Line], context: Context) -> list[Block]:
    """Join to an answer what stands right before or after it under another label of the same field.

    "Skills:" and "Experience:" are one question to most senders.
    """
    result = list(blocks)
    places = sorted({block.label.line for block in blocks} | {label.line for label in spare})
    for label in spare:
        key = label.likeliest
        index = next((i for i, block in enumerate(result) if block.key == key), None)
        if index is None or context.scheme.field(key).kind is not FieldKind.TEXT:
            continue
        block = result[index]
        distance = abs(places.index(label.line) - places.index(block.label.line))
        if distance != 1 or bare(label.text) == bare(block.label.text):
            continue
        others = [other for other in spare if other is not label] + [other.label for other in blocks]
        parts = gather([Choice(label, key, label.best)], others, lines, context)[0].parts
        both = (*block.parts, *parts) if label.line > block.label.line else (*parts, *block.parts)
        result[index] = replace(block, parts=both)
    return result


def _used(blocks: list[Block], spare: list[Label], lines: list[Line]) -> frozenset[int]:
    used: set[int] = set()
    for block in blocks:
        used.update(range(block.label.line, block.label.line + block.label.lines))
        rest = set(block.parts)
        for index in range(block.label.line + block.label.lines, len(lines)):
            if lines[index].text not in rest:
                break
            used.add(index)
    used.update(label.line for label in spare)
    return frozenset(used)


_AND = re.compile(r"\s+(?:&|and|/)\s+|\s*[;+]\s*", re.IGNORECASE)


def _several(found: list[Label], lines: list[Line], scheme: Scheme) -> bool:
    """Whether labels for a name, or one of them, hold two different persons."""
    keys = [item.key for item in scheme.fields if item.kind is FieldKind.NAME]
    labels = [label for label in found if any(label.scores.get(key, 0) >= 0.75 for key in keys)]
    labels = [label for label in labels if lines[label.line].kind is Kind.OWN]
    people: list[str] = []
    for label in labels:
        after = label.line + label.lines
        text = short(label.rest or (lines[after].text if label.mark != "cell" and after < len(lines) else ""))
        people += [each for each in _AND.split(text) if names.looks_like(each) and len(names.words(each)) >= 2]
    return any(not names.related(people[0], other) for other in people[1:])


def _conflicts(
    values: dict[str, FieldValue], spare: list[Label], lines: list[Line], context: Context
) -> tuple[str, ...]:
    """The one-line fields that are given a second time with a plainly different value."""
    found: list[str] = []
    for label in spare:
        key = label.likeliest
        item = context.scheme.field(key)
        if item.kind is FieldKind.TEXT or key not in values or not label.rest or label.scores[key] < 0.95:
            continue
        text = value_of(item, (label.rest,), context.lexicon, context.scheme)
        if text and fuzz.token_set_ratio(comparable(text), comparable(values[key].text)) < 60:
            found.append(key)
    return tuple(dict.fromkeys(found))
