"""The form that a mail carries: one consistent reading of the whole document, every value with source and confidence."""

from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from inbox_worker.core import names, numbered, prose, signature
from inbox_worker.core.assign import Choice, assign
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.gather import Block, Context, gather, is_closing, is_remark, is_sender
from inbox_worker.core.labels import Label, all_of
from inbox_worker.core.mail import Address
from inbox_worker.core.reading import FieldValue, Form
from inbox_worker.core.region import Region, Whose, own, passed_on, prepared
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.values import clean, comparable, email_in, is_empty, plausible, puts_off, short
from inbox_worker.core.words import bare, fold, pattern, sentences, spoken, tokens

SURE, LIKELY, ORDERED, GUESSED = 0.95, 0.8, 0.6, 0.5
_MAX_LINES = 800  # of one region; an application has some fifty, one with answers of 2,000 words some 700


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


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that `extract` understood."""

    form: Form
    whose: Whose
    labelled: frozenset[str]  # keys with a value under a label of their own
    asked: frozenset[str]
    several: bool
    conflicts: tuple[str, ...]
    outside: tuple[Line, ...]  # the sender's own lines that are no part of the form
    intro: tuple[Line, ...]  # those of them that stand before its first label
    full_questions: int
    label_texts: tuple[str, ...]
    prose: frozenset[str] = frozenset()  # keys whose answer stands in running text
    ordered: frozenset[str] = frozenset()  # keys with a value that only its number or place gives to them
    asides: tuple[str, ...] = ()  # sentences to the team that were cut off an answer's end


def source(line: Line) -> str:
    """Return where `line` stands, in words: "body line 7", "attachment form.docx, row 3"."""
    if line.origin.startswith("attachment:"):
        return f"attachment {line.origin.removeprefix('attachment:')}, row {line.number}"
    if line.kind is Kind.SIGNATURE:
        return f"signature line {line.number}"
    return f"{line.origin} line {line.number}"


def _value(item: Field, parts: tuple[str, ...], lexicon: Lexicon) -> str | None:
    """Return the value that `parts` make up, cleaned as its kind asks, or None where nothing is given."""
    joined = clean(" ".join(clean(part) for part in parts))
    if item.kind is FieldKind.EMAIL:
        return email_in(" ".join(parts))
    if item.kind is not FieldKind.TEXT:
        joined = short(joined)
    if item.kind is FieldKind.NAME:
        joined = names.without_pronouns(joined)
    if not joined or is_empty(joined, item.kind, lexicon) or puts_off(joined, lexicon):
        return None
    if item.kind is not FieldKind.TEXT and len(joined) > 300:
        return None
    return joined


def _confidence(block: Block) -> float:
    return SURE if block.score >= 0.95 else LIKELY if block.score >= 0.75 else ORDERED


def labelled(lines: tuple[Line, ...], context: Context) -> Labelled:
    """Return what stands under labels, headings and numbers in `lines`."""
    scheme, lexicon = context.scheme, context.lexicon
    listed = list(lines[:_MAX_LINES])
    found = [label for label in all_of(listed, scheme) if _carries(label, listed)]
    found = [replace(label, rest="") if listed[label.line].kind is Kind.QUOTED else label for label in found]
    choices = assign(found, listed, scheme, lexicon)
    choices = numbered.with_headings(choices, listed, scheme)
    choices = numbered.with_stacked(choices, listed, scheme, lexicon)
    if not _is_form(choices):
        choices = []
    choices = numbered.with_numbers(choices, listed, scheme)
    chosen = {(choice.label.line, choice.label.column) for choice in choices}
    spare = [label for label in found if (label.line, label.column) not in chosen and _repeats(label, choices, context)]
    blocks = gather(choices, spare, listed, context)
    blocks = _merged(blocks, spare, listed, context)
    values: dict[str, FieldValue] = {}
    for block in blocks:
        text = _value(scheme.field(block.key), block.parts, lexicon)
        if text is not None:
            values[block.key] = FieldValue(text, source(block.line), _confidence(block))
    asides = _cut_requests(values, context)
    blocks = [block if block.key in values else replace(block, parts=()) for block in blocks]
    values.update(_two_part_name(listed, scheme))
    return Labelled(
        values=values,
        asked=frozenset(choice.key for choice in choices),
        used=_used(blocks, spare, listed),
        several=_several(found, listed, scheme),
        conflicts=_conflicts(values, spare, listed, context) if choices else (),
        asides=asides,
        full_questions=sum(1 for choice in choices if _is_question(choice)),
        label_texts=tuple(choice.label.text for choice in choices),
        ordered=frozenset(choice.key for choice in choices if choice.label.mark == "number"),
        first=listed[choices[0].label.line] if choices else None,
    )


def _is_question(choice: Choice) -> bool:
    """Whether the label is the scheme's own question, nearly to the letter."""
    return choice.label.scores.get(choice.key, 0.0) >= 0.9 and len(choice.label.text.split()) >= 6


def _before(line: Line, first: Line) -> bool:
    return line.origin == "body" and (first.origin != "body" or line.number < first.number)


def _cut_requests(values: dict[str, FieldValue], context: Context) -> tuple[str, ...]:
    """Take a request to the team ("Could you send me the role description too?") off the end of the answers."""
    wanted = pattern(tuple(r"\W+".join(tokens(phrase)) for phrase in context.scheme.request_words))
    cut: list[str] = []
    for key, value in list(values.items()):
        parts = sentences(value.text) if context.scheme.field(key).kind is FieldKind.TEXT else []
        while len(parts) > 1 and wanted.search(fold(parts[-1])) and _TO_YOU.search(spoken(parts[-1])):
            cut.append(parts.pop())
            values[key] = replace(value, text=" ".join(parts))
    return tuple(cut)


_TO_YOU = pattern((r"\b(?:(?:could|can|would|will) you|please|send me|may i|can i|could i|let me have)\b",))


def _repeats(label: Label, choices: list[Choice], context: Context) -> bool:
    """Whether an unused label is a second copy of a field's, and no words of an answer that look like one.

    Below a whole question, "Experience:" or "Why do people ...?" opens a sentence of the answer.
    """
    key = max(label.scores, key=lambda name: label.scores[name], default="")
    if not key or label.scores[key] < 0.9:
        return False
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
    """One weak label in a letter is no form."""
    if len(choices) >= 2:
        return any(choice.label.mark != "alone" or choice.score >= 0.9 for choice in choices)
    return any(
        choice.label.mark in (":", "=", "?", "cell", "prefix", "-") and choice.score >= 0.7 for choice in choices
    )


def _merged(blocks: list[Block], spare: list[Label], lines: list[Line], context: Context) -> list[Block]:
    """Join to an answer what stands right before or after it under another label of the same field.

    "Skills:" and "Experience:" are one question to most senders.
    """
    result = list(blocks)
    places = sorted({block.label.line for block in blocks} | {label.line for label in spare})
    for label in spare:
        key = max(label.scores, key=lambda name: label.scores[name])
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


def _two_part_name(lines: list[Line], scheme: Scheme) -> dict[str, FieldValue]:
    """ "First name: Jo", "Surname: Bell" -> the name."""
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.NAME), None)
    given = family = None
    for line in lines:
        if line.kind is not Kind.OWN:
            continue
        head, mark, rest = line.text.partition(":") if not line.cells else (line.cells[0], ":", line.cells[1])
        if mark and rest.strip():
            if bare(head) in (
                "first name",
                "forename",
                "given name",
                "forenames",
                "first names",
                "given names",
                "christian name",
            ):
                given = (rest, line)
            elif bare(head) in ("surname", "last name", "family name", "second name"):
                family = (rest, line)
    if key and given and family:
        return {key: FieldValue(f"{short(given[0])} {short(family[0])}", source(given[1]), SURE)}
    return {}


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


def _several(found: list[Label], lines: list[Line], scheme: Scheme) -> bool:
    """Whether two labels for a name hold two different persons."""
    keys = [item.key for item in scheme.fields if item.kind is FieldKind.NAME]
    people: list[str] = []
    for label in found:
        if not any(label.scores.get(key, 0) >= 0.95 for key in keys) or lines[label.line].kind is not Kind.OWN:
            continue
        after = label.line + label.lines
        text = short(label.rest or (lines[after].text if label.mark != "cell" and after < len(lines) else ""))
        if names.looks_like(text) and len(names.words(text)) >= 2:
            people.append(text)
    return any(not names.related(people[0], other) for other in people[1:])


def _conflicts(
    values: dict[str, FieldValue], spare: list[Label], lines: list[Line], context: Context
) -> tuple[str, ...]:
    """The one-line fields that are given a second time with a plainly different value."""
    found: list[str] = []
    for label in spare:
        key = max(label.scores, key=lambda name: label.scores[name])
        item = context.scheme.field(key)
        if item.kind is FieldKind.TEXT or key not in values or not label.rest or label.scores[key] < 0.95:
            continue
        text = _value(item, (label.rest,), context.lexicon)
        if text and fuzz.token_set_ratio(comparable(text), comparable(values[key].text)) < 60:
            found.append(key)
    return tuple(dict.fromkeys(found))


def _filled(lines: tuple[Line, ...], context: Context) -> bool:
    return len(labelled(prepared(lines[:_MAX_LINES], context.scheme), context).values) >= 2


def _points_below(outside: tuple[Line, ...], context: Context) -> bool:
    """Whether the sender's own words, if any, speak of what they quote: "Thanks!" above an old form sends nothing."""
    words = pattern(context.lexicon.phrases.get("points_below", ()))
    return not outside or any(words.search(spoken(line.text)) for line in outside)


def _signed_by(lines: tuple[Line, ...], sender: Address, context: Context) -> bool:
    """Whether the form in `lines` gives the sender's own name or address."""
    person = names.from_header(sender)
    values = labelled(prepared(lines[:_MAX_LINES], context.scheme), context).values
    for item in context.scheme.fields:
        text = values[item.key].text if item.key in values else ""
        if item.kind is FieldKind.EMAIL and text and text.casefold() == sender.address.casefold():
            return True
        if item.kind is FieldKind.NAME and text and person and names.related(text, person):
            return True
    return False


def extract(
    document: Document, sender: Address, scheme: Scheme, lexicon: Lexicon, *, follow_up: bool = False
) -> Extraction:
    """Return what `document` supplies of the scheme's fields. Pure; never raises on any document.

    sender: the one author of the mail, or an Address with empty parts. With `follow_up`, only what the sender newly
    states counts: nothing of headers, signature or earlier mail.
    """
    person = names.from_header(sender)
    context = Context(scheme, lexicon, frozenset(tokens(sender.name)) | frozenset(tokens(person or "")))
    region = Region(prepared(own(document).lines[:_MAX_LINES], scheme))
    found = labelled(region.lines, context)
    outside = _outside(region.lines, found)
    if len(found.values) < 2 and not follow_up:
        passed = passed_on(
            document, sender, lambda lines: _filled(lines, context), lambda lines: _signed_by(lines, sender, context)
        )
        if passed is not None and (not passed.quoted or _points_below(outside, context)):
            region = replace(passed, lines=prepared(passed.lines[:_MAX_LINES], scheme))
            found = labelled(region.lines, context)
    values = dict(found.values)
    if follow_up:
        stated = prose.statements(list(outside), scheme)
        _add(values, {key: FieldValue(item.text, source(item.line), LIKELY) for key, item in stated.items()})
        if not values:
            _add(values, _in_order_asked(document, outside, context))
    else:
        letter = _letter(outside, found, scheme, lexicon)
        _add(values, letter)
        if region.whose is not Whose.OTHER:
            _add_details(values, document, outside, sender, person, scheme, lexicon)
    order = [item.key for item in scheme.fields]
    values = {key: values[key] for key in order if key in values}
    missing = tuple(item.key for item in scheme.fields if item.required and item.key not in values)
    return Extraction(
        form=Form(values, missing),
        whose=region.whose,
        labelled=frozenset(found.values) - found.ordered,
        ordered=frozenset(found.values) & found.ordered,
        asked=found.asked,
        several=found.several,
        conflicts=found.conflicts,
        outside=outside,
        intro=tuple(line for line in outside if found.first is None or _before(line, found.first)),
        full_questions=found.full_questions,
        label_texts=found.label_texts,
        asides=found.asides,
        prose=frozenset(key for key in values if key not in found.values and scheme.field(key).kind is FieldKind.TEXT),
    )


def _add(values: dict[str, FieldValue], more: dict[str, FieldValue]) -> None:
    for key, value in more.items():
        values.setdefault(key, value)


def _outside(lines: tuple[Line, ...], found: Labelled) -> tuple[Line, ...]:
    return tuple(line for index, line in enumerate(lines) if line.kind is Kind.OWN and index not in found.used)


def _in_order_asked(document: Document, outside: tuple[Line, ...], context: Context) -> dict[str, FieldValue]:
    """Paragraphs without labels above our request for missing items: as many of them as items, in its order."""
    quoted = []
    for line in document.lines:
        if line.kind is Kind.QUOTED:
            quoted.append(line)
        elif quoted and line.kind is Kind.FORWARD_HEAD:
            break  # mails that are older than our request
    keys: list[str] = []
    for label in all_of(quoted[:60], context.scheme):
        best = max(label.scores, key=lambda name: label.scores[name])
        if not label.rest and label.best >= 0.95:
            keys.append(best)
    passages = [(text, line) for text, line in prose.paragraphs(outside) if not _is_courtesy(text, context)]
    if not keys or len(keys) != len(passages) or len(set(keys)) != len(keys):
        return {}
    found: dict[str, FieldValue] = {}
    for key, (text, line) in zip(keys, passages, strict=True):
        item = context.scheme.field(key)
        value = _value(item, (text,), context.lexicon)
        if value is None or plausible(value, item.kind, context.lexicon) < 0.1:
            return {}
        found[key] = FieldValue(value, source(line), ORDERED)
    return found


def _is_courtesy(text: str, context: Context) -> bool:
    phrases, folded = context.lexicon.phrases, fold(text)
    if is_closing(text, context) or is_sender(text, context) or is_remark(text, context) or folded.endswith("?"):
        return True
    return any(pattern(phrases.get(name, ())).search(folded) for name in ("greeting", "thanks", "withdraw"))


_LETTER_SKIP = (
    r"^(?:hi|hello|dear|good (?:morning|afternoon)|thanks?|thank you|many thanks|kind regards|best)\b[^.!?]{0,40}$",
    r"\bi hope (?:this|you|that)\b|\bhope (?:this finds|you are)\b",
    r"\bi(?:'m| am) writing (?:to|in|with|as|because|after)\b(?!.*\bbecause\b)",
    r"\b(?:please|could you|can you|would you|may i|can i|could i)\b.*\b(?:send|let me|description|details|information|training|copy|have|know|consider|find|accept|add|put)\b",
    r"\blook(?:ing)? forward\b|\blet me know\b|\bget in touch\b|\bhear from you\b",
    r"^(?:i would|i'd|id|i want|i wish|i)(?: \w+){0,3} to (?:be|become|join|apply|volunteer|sign up|put my ?self forward|express)\b(?! .*\b(?:because|since|so that|as i|as my|cos|after|having|due)\b)[^.!?]*[.!]*$",
    r"\bplease (?:accept|consider|find)\b|\bexpression of interest\b(?!.*\bbecause\b)",
)


def _letter(outside: tuple[Line, ...], found: Labelled, scheme: Scheme, lexicon: Lexicon) -> dict[str, FieldValue]:
    """Answers in running text: only where no question of the form is there."""
    texts = {item.key for item in scheme.fields if item.kind is FieldKind.TEXT}
    if len(found.asked & texts) > 1:  # somebody who keeps the questions answers there
        return {}
    delay = lexicon.phrases.get("put_off", ())
    skip = pattern((*_LETTER_SKIP, *delay))
    lines = [line for line in outside if line.origin == "body"]
    answers = prose.answers(lines, scheme, lexicon, skip)
    kept = [answer for answer in answers if answer.key not in found.asked]
    return {answer.key: FieldValue(clean(answer.text), source(answer.line), GUESSED) for answer in kept}


def _add_details(
    values: dict[str, FieldValue], document: Document, outside: tuple[Line, ...], sender: Address, person: str | None,
    scheme: Scheme, lexicon: Lexicon,
) -> None:  # fmt: skip
    """Fill name, e-mail and one-line fields from the signature, from sentences and from the From header."""
    signed = [line for line in document.lines if line.kind is Kind.SIGNATURE]
    stated = next((v.text for k, v in values.items() if scheme.field(k).kind is FieldKind.NAME), None)
    block = signature.details(signed, scheme, lexicon, person or stated)
    bare_lines = _card(outside, scheme, person)
    card = signature.details(bare_lines, scheme, lexicon, person) if bare_lines else {}
    told = prose.facts(
        [line for line in outside if line.origin == "body" and line not in bare_lines], scheme, lexicon, person
    )
    if stated and person and not names.related(stated, person):
        block = {}  # the signature is the sender's, the form somebody else's
    for item in scheme.fields:
        if item.kind is FieldKind.NAME:
            _name(
                values,
                item.key,
                [found[item.key] for found in (card, told, block) if item.key in found],
                person,
                document,
                outside,
            )
        elif item.kind is FieldKind.EMAIL:
            _email(values, item.key, sender, card, told, outside)
        elif item.kind is FieldKind.SHORT and item.key not in values:
            for found, sure in ((card, 0.7), (told, ORDERED), (block, 0.7)):
                if item.key in found:
                    values[item.key] = FieldValue(found[item.key].text, source(found[item.key].line), sure)
                    break


def _card(outside: tuple[Line, ...], scheme: Scheme, person: str | None) -> list[Line]:
    """The bare lines in the body that say who the sender is: the name first, then job and place."""
    for index, line in enumerate(outside):
        first = fold(line.text).split(",")[0].split("|")[0]
        if line.origin != "body" or len(line.text.split()) > 14 or not person or not names.related(first, person):
            continue
        if not names.looks_like(line.text.split(",")[0].split("|")[0].strip(" *_")):
            continue
        block = [line]
        for follower in outside[index + 1 : index + 5]:
            if (
                follower.gap
                or follower.origin != "body"
                or len(follower.text.split()) > 12
                or follower.number != block[-1].number + 1
            ):
                break
            block.append(follower)
        return block
    return []


def _name(
    values: dict[str, FieldValue], key: str, found: list[signature.Found], person: str | None, document: Document,
    outside: tuple[Line, ...],
) -> None:  # fmt: skip
    stated = values.get(key)
    others = {item.text: source(item.line) for item in found}
    if person:
        others.setdefault(person, "From header")
    if stated is None and not person and not others:
        for text, line in prose.paragraphs(outside):
            if told := prose.name_in(text, None):
                others[told] = source(line)
                break
    best = names.fullest(stated.text if stated else None, list(others))
    if best is not None and (stated is None or best != stated.text):
        values[key] = FieldValue(best, others[best], LIKELY)


def _email(
    values: dict[str, FieldValue], key: str, sender: Address, card: dict[str, signature.Found],
    told: dict[str, signature.Found], outside: tuple[Line, ...],
) -> None:  # fmt: skip
    if key in values:
        return
    if key in card:
        values[key] = FieldValue(card[key].text, source(card[key].line), LIKELY)
    elif sender.address:
        values[key] = FieldValue(sender.address, "From header", LIKELY)
    else:
        for line in outside:
            if address := email_in(line.text):
                values[key] = FieldValue(address, source(line), ORDERED)
                return


__all__ = ["Extraction", "Labelled", "extract", "is_closing", "is_sender", "labelled", "source"]
