"""The form that a mail carries: one reading of the whole document, every value with source and confidence."""

from dataclasses import dataclass, replace

from inbox_worker.core import columns, names
from inbox_worker.core.corrected import amended, corrected
from inbox_worker.core.details import add_details
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.ending import Context
from inbox_worker.core.labelled import MAX_LINES, Labelled, labelled, stands_before
from inbox_worker.core.letter import in_order_asked, letter, rhetorical, told_when_asked, without_footer
from inbox_worker.core.mail import Address
from inbox_worker.core.provenance import LIKELY, source
from inbox_worker.core.reading import FieldValue, Form
from inbox_worker.core.region import Region, Whose, earlier, own, prepared
from inbox_worker.core.replaced import replacements
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.statements import statements
from inbox_worker.core.told import told
from inbox_worker.core.values import clean, only_asks, takes_out
from inbox_worker.core.words import pattern, spoken, tokens


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


def _points_below(outside: tuple[Line, ...], context: Context) -> bool:
    """Whether the sender's own words, if any, speak of what they quote: "Thanks!" above an old form sends nothing."""
    words = pattern(context.lexicon.phrases.get("points_below", ()))
    return not outside or any(words.search(spoken(line.text)) for line in outside)


def _signed_by(values: dict[str, FieldValue], sender: Address, context: Context) -> bool:
    """Whether a form gives the sender's own name or address."""
    person = names.from_header(sender)
    for item in context.scheme.fields:
        text = values[item.key].text if item.key in values else ""
        if item.kind is FieldKind.EMAIL and text and text.casefold() == sender.address.casefold():
            return True
        if item.kind is FieldKind.NAME and text and person and names.related(text, person):
            return True
    return False


def _passed_on(document: Document, sender: Address, context: Context) -> tuple[Region, Labelled] | None:
    """The form inside an earlier mail that the sender passes on, or filled in there, and what it holds, or None.

    Quoted mail counts only where it is the sender's own, or where a notice was filled in with the sender's details.
    """
    for region in earlier(document, sender):
        region = replace(region, lines=prepared(region.lines[:MAX_LINES], context.scheme))
        found = labelled(region.lines, context)
        if len(found.values) < 2:
            continue
        if region.quoted and region.whose is Whose.OTHER:
            if not _signed_by(found.values, sender, context):
                continue
            region = replace(region, whose=Whose.AGAIN)
        return region, found
    return None


def _answers_quoted(region: Region, found: Labelled) -> bool:
    """Whether answers stand below questions of the mail that the sender answers."""
    return any(region.lines[index].kind is Kind.QUOTED for index in found.used)


def _typed_into_quoted(document: Document, sender: Address, context: Context) -> dict[str, FieldValue]:
    """What stands behind the labels of one-line fields in quoted mail, where the sender's own name or address is there.

    Who answers below the quoted questions types the details at the end of the quoted lines, behind their marks.
    """
    kind = {item.key: item.kind for item in context.scheme.fields}
    for region in earlier(document, sender):
        found = labelled(prepared(region.lines[:MAX_LINES], context.scheme), context, numbers=False)
        details = {key: value for key, value in found.values.items() if kind[key] is not FieldKind.TEXT}
        if region.quoted and _signed_by(details, sender, context):
            return details
    return {}


def extract(
    document: Document,
    sender: Address,
    scheme: Scheme,
    lexicon: Lexicon,
    *,
    follow_up: bool = False,
    numbers: bool = True,
) -> Extraction:
    """Return what `document` supplies of the scheme's fields. Pure; never raises on any document.

    sender: the one author of the mail, or an Address with empty parts. With `follow_up`, only what the sender newly
    states counts: nothing of headers, signature or earlier mail. Without `numbers`, a numbered list answers nothing.
    """
    person = names.from_header(sender)
    context = Context(scheme, lexicon, frozenset(tokens(sender.name)) | frozenset(tokens(person or "")))
    typed = own(document, scheme).lines[:MAX_LINES]
    region = Region(prepared(typed, scheme))
    found = labelled(region.lines, context, numbers=numbers)
    found = _without_question(found, context) if follow_up else found
    outside = _outside(region.lines, found)
    if len(found.values) < 2 and not follow_up:
        passed = _passed_on(document, sender, context)
        if passed is not None and (not passed[0].quoted or _points_below(outside, context)):
            region, found = passed
            found = found if numbers else labelled(region.lines, context, numbers=False)
    values = dict(found.values)
    if not follow_up and _answers_quoted(region, found):
        _add(values, _typed_into_quoted(document, sender, context))
    if follow_up:
        own_lines = tuple(line for line in region.lines if line.kind is Kind.OWN)
        if not set(values) - found.ordered:
            values = in_order_asked(document, own_lines, context, listed=True) or values
        stated = corrected(list(outside), scheme) | statements(list(outside), scheme, lexicon)
        _add(values, {key: FieldValue(item.text, source(item.line), LIKELY) for key, item in stated.items()})
        renewed = replacements(outside, context)
        renewed |= told(outside, context, renewed)
        _add(values, {key: FieldValue(clean(item.text), source(item.line), LIKELY) for key, item in renewed.items()})
        if not set(values) - found.ordered:  # an order of ours explains numbers better than the form's
            values = in_order_asked(document, own_lines, context) or values
        answered = [value.text for key, value in values.items() if scheme.field(key).kind is FieldKind.TEXT]
        asked_for = told_when_asked(document, outside, found, context)
        _add(  # "My skills answer should read: I am a trained nurse" names no job
            values,
            {key: each for key, each in asked_for.items() if not any(each.text in text for text in answered)},
        )
    else:
        in_prose = letter(without_footer(outside, document), found, context)
        put_right = amended([line for line in outside if line.origin == "body"], scheme, lexicon)
        values |= {
            key: FieldValue(each.text, source(each.line), LIKELY) for key, each in put_right.items() if key in values
        }
        values |= rhetorical(found, in_prose, context)
        _add(values, in_prose)
        if region.whose is not Whose.OTHER:
            add_details(values, document, outside, sender, person, scheme, lexicon)
    order = [item.key for item in scheme.fields]
    values = {key: values[key] for key in order if key in values}
    missing = tuple(item.key for item in scheme.fields if item.required and item.key not in values)
    return Extraction(
        form=Form(values, missing),
        whose=region.whose,
        labelled=frozenset(found.values) - found.ordered,
        ordered=frozenset(found.values) & found.ordered,
        asked=found.asked,
        several=found.several or columns.of_several(typed, scheme, lexicon),
        conflicts=found.conflicts,
        outside=outside,
        intro=tuple(line for line in outside if found.first is None or stands_before(line, found.first)),
        full_questions=found.full_questions,
        label_texts=found.label_texts,
        asides=found.asides,
        prose=frozenset(key for key in values if key not in found.values and scheme.field(key).kind is FieldKind.TEXT),
    )


def _without_question(found: Labelled, context: Context) -> Labelled:
    """`found` without its only value where that is a question or a request to the team, and no answer."""
    if len(found.values) != 1:
        return found
    ((key, value),) = found.values.items()
    item = context.scheme.field(key)
    asks = takes_out(value.text) or only_asks(value.text, item.act, context.lexicon, context.scheme)
    if item.kind is not FieldKind.TEXT or not asks:
        return found
    return replace(found, values={}, asked=frozenset(), used=frozenset(), ordered=frozenset(), first=None)


def _add(values: dict[str, FieldValue], more: dict[str, FieldValue]) -> None:
    for key, value in more.items():
        values.setdefault(key, value)


def _outside(lines: tuple[Line, ...], found: Labelled) -> tuple[Line, ...]:
    return tuple(line for index, line in enumerate(lines) if line.kind is Kind.OWN and index not in found.used)
