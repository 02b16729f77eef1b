"""A name that a form gives in an unusual way: in two parts, or with job, place and address behind it."""

import re
from dataclasses import replace

from inbox_worker.core import names, signature
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.ending import Context
from inbox_worker.core.gather import Block
from inbox_worker.core.provenance import LIKELY, SURE, source
from inbox_worker.core.reading import FieldValue
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.values import email_in, short
from inbox_worker.core.words import bare

_GIVEN = frozenset(
    ["first name", "first names", "forename", "forenames", "given name", "given names", "christian name"]
)
_FAMILY = frozenset(["surname", "last name", "family name", "second name"])


def unfold(values: dict[str, FieldValue], blocks: list[Block], context: Context) -> None:
    """Take "Jo Bell, Clerk, Law School (jo@example.org)" under the label of the name apart into what it holds."""
    for block in blocks:
        item = context.scheme.field(block.key)
        stated = values.get(block.key)
        if item.kind is not FieldKind.NAME or stated is None or not re.search(r"[,;|(@]|\s[-\u2013]\s", stated.text):
            continue
        whole = " ".join(block.parts)
        rest = re.sub(r"[(<\[]?\s*(?:mailto:)?[^\s()<>,;|]+@[^\s()<>,;|]+\s*[)>\]]?", " ", whole)
        line = replace(block.line, text=rest.rstrip(" ."), cells=())
        held = signature.details([line], context.scheme, context.lexicon, None)
        mailed = next((item.key for item in context.scheme.fields if item.kind is FieldKind.EMAIL), None)
        address = email_in(whole)
        if mailed and address:
            held[mailed] = signature.Found(address, line)
        first = short(re.split(r"[,;|(]|\s[-\u2013]\s", rest)[0])
        if held and 2 <= len(first.split()) <= 6:
            held[block.key] = signature.Found(names.without_pronouns(first), line)
        if block.key not in held or len(held) < 2:
            continue
        for key, found in held.items():
            if key == block.key or key not in values:
                values[key] = FieldValue(found.text, stated.source, LIKELY)


def in_two_parts(lines: list[Line], scheme: Scheme) -> dict[str, FieldValue]:
    """ "First name: Jo", "Surname: Bell" -> the name."""
    key = next((item.key for item in scheme.fields if item.kind is FieldKind.NAME), None)
    given = family = None
    for line in lines:
        if line.kind is not Kind.OWN:
            continue
        head, mark, rest = line.text.partition(":") if not line.cells else (line.cells[0], ":", line.cells[1])
        if mark and rest.strip():
            if bare(head) in _GIVEN:
                given = (rest, line)
            elif bare(head) in _FAMILY:
                family = (rest, line)
    if key and given and family:
        return {key: FieldValue(f"{short(given[0])} {short(family[0])}", source(given[1]), SURE)}
    return {}
