"""Name, e-mail and one-line fields that stand under no label: in the signature, in sentences, in the From header."""

import re
from dataclasses import replace

from inbox_worker.core import names, prose, signature
from inbox_worker.core.addresses import FOUND, domain, local_part
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.mail import Address
from inbox_worker.core.paragraphs import paragraphs
from inbox_worker.core.provenance import LIKELY, ORDERED, source
from inbox_worker.core.reading import FieldValue
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.values import email_in
from inbox_worker.core.words import fold, plain, sentences


def add_details(
    values: dict[str, FieldValue], document: Document, outside: tuple[Line, ...], sender: Address, person: str | None,
    scheme: Scheme, lexicon: Lexicon,
) -> None:  # fmt: skip
    """Fill name, e-mail and one-line fields from the signature, from sentences and from the From header."""
    signed = [line for line in document.lines if line.kind is Kind.SIGNATURE]
    stated = next((v.text for k, v in values.items() if scheme.field(k).kind is FieldKind.NAME), None)
    block = signature.details(signed, scheme, lexicon, person or stated)
    bare_lines = _card(outside, scheme, person)
    told_apart = [replace(line, text=text.rstrip(".")) for line in bare_lines for text in sentences(line.text)]
    card = signature.details(told_apart, scheme, lexicon, person) if bare_lines else {}
    said = [line for line in outside if line.origin == "body" and line not in bare_lines]
    answers = tuple(value.text for key, value in values.items() if scheme.field(key).kind is FieldKind.TEXT)
    told = prose.facts(said, scheme, lexicon, person, answers)
    if stated and person and not names.related(stated, person):
        block = {}  # the signature is the sender's, the form somebody else's
    shorts = [item.key for item in scheme.fields if item.kind is FieldKind.SHORT and item.signature]
    whole = len(shorts) > 1 and all(key in block for key in shorts[:2])  # job and place: more than a role told of
    order = ((card, 0.7), (block, 0.7), (told, ORDERED)) if whole else ((card, 0.7), (told, ORDERED), (block, 0.7))
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
            _email(values, item.key, sender, person, card, block, outside)
        elif item.kind is FieldKind.SHORT and item.key not in values:
            for found, sure in order:
                if item.key in found:
                    values[item.key] = FieldValue(found[item.key].text, source(found[item.key].line), sure)
                    break


_RUNS_ON = re.compile(
    r"^(?:i(?:'|\u2019)?m|i am|my name|this is|it(?:'|\u2019)s)\b"
    r"|\b(?:of|the|in|and|for|an?|to|with|at|from)\s*$",
    re.IGNORECASE,
)


def _card(outside: tuple[Line, ...], scheme: Scheme, person: str | None) -> list[Line]:
    """The bare lines that say who the sender is: the name first, then job and place."""
    for index, line in enumerate(outside):
        first = fold(line.text).split(",")[0].split("|")[0]
        if len(line.text.split()) > 14 or not person or not names.related(first, person):
            continue
        if _RUNS_ON.search(line.text):  # a hard-wrapped sentence that begins with the name
            continue
        if not names.looks_like(line.text.split(",")[0].split("|")[0].strip(" *_")):
            continue
        block = [line]
        for follower in outside[index + 1 : index + 5]:
            if (
                follower.gap
                or follower.origin != line.origin
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
    known = next(iter(others), None)
    if stated is None and (known is None or _is_short(known)):
        for text, line in paragraphs(outside):
            if told := prose.name_in(text, known):
                others[told] = source(line)
                break
    best = names.fullest(stated.text if stated else None, list(others))
    if best is not None and (stated is None or best != stated.text):
        values[key] = FieldValue(best, others[best], LIKELY)


def _is_short(name: str) -> bool:
    """Whether a name is a first name alone, or has an initial for one: "Donna P"."""
    words = names.words(name)
    return len(words) < 2 or any(len(word) == 1 for word in words)


def _email(
    values: dict[str, FieldValue], key: str, sender: Address, person: str | None, card: dict[str, signature.Found],
    block: dict[str, signature.Found], outside: tuple[Line, ...],
) -> None:  # fmt: skip
    if key in values:
        return
    given = card.get(key) or _stated_address(outside) or _signed_address(block.get(key), sender, person)
    if given:
        values[key] = FieldValue(given.text, source(given.line), LIKELY)
    elif sender.address:
        values[key] = FieldValue(sender.address, "From header", LIKELY)
    else:
        for line in outside:
            if address := email_in(line.text):
                values[key] = FieldValue(address, source(line), ORDERED)
                return


_ITS_MINE = re.compile(  # "My university email is", "you can reach me at", not "my old address was", "Sam's e-mail is"
    r"\b(?:my (?:(?:own|work|university|uni|college|school|staff|student|office|institutional|official|main|usual"
    r"|proper|correct|preferred|best|current|new|full|(?-i:[A-Z])\w+) ){0,2}(?:(?:e-?)?mail(?: address)?|address)"
    r"(?: at work| here)?(?: is|'s)?"
    r"|(?<!not )(?<!n't )(?<!never )(?<!longer )(?:reach|contact|e-?mail|write to|answer)"
    r" me (?:there )?(?:at|on|under|by))"
    r"(?: now)?[\s:<*-]*$",
    re.IGNORECASE,
)


def _stated_address(outside: tuple[Line, ...]) -> signature.Found | None:
    """The address that a sentence calls the sender's own: some write from another one."""
    for text, line in paragraphs(outside):
        for address in FOUND.finditer(text) if "@" in text else ():
            before = plain(text[max(0, address.start() - _LEADS) : address.start()])
            if _ITS_MINE.search(before) and (found := email_in(address.group())):
                return signature.Found(found, line)
    return None


def _signed_address(found: signature.Found | None, sender: Address, person: str | None) -> signature.Found | None:
    """The address of a signature, where it bears the sender's surname and is of another house than their mail."""
    surname = names.words(person)[-1:] if person and found else []
    if not found or not surname or domain(found.text) == domain(sender.address):
        return None
    return found if surname[0] in local_part(found.text) else None


_LEADS = 80  # characters before an address that may say whose it is
