"""Which lines of a document can hold the sender's form, and whose form it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from inbox_worker.core import names
from inbox_worker.core.addresses import FOUND
from inbox_worker.core.document import Document, Kind, Line
from inbox_worker.core.label_lines import inline
from inbox_worker.core.label_scores import match as fields_named
from inbox_worker.core.mail import Address
from inbox_worker.core.scheme import FieldKind, Scheme


class Whose(Enum):
    """Whose words the form is filled in with."""

    OWN = "own"  # the sender's, in this mail
    AGAIN = "again"  # the sender's, in an earlier mail of theirs that they pass on
    OTHER = "other"  # another person's, in a mail that the sender passes on


@dataclass(frozen=True, slots=True)
class Region:
    """Lines in reading order. Those of kind OWN may hold values; QUOTED ones only labels."""

    lines: tuple[Line, ...]
    whose: Whose = Whose.OWN
    quoted: bool = False  # stands in mail that the sender answers, not in one that they forward


@dataclass(frozen=True, slots=True)
class Part:
    """An earlier mail inside a document: who wrote it, and its lines."""

    author: Address
    kind: Kind
    lines: tuple[Line, ...]


_FROM = re.compile(r"^\W*(?:from|von|de|van|da|fra|från|oddi wrth)\s*:\s*(?P<who>.*)$", re.IGNORECASE)
_WROTE = re.compile(
    r"(?P<who>[^<>]{0,120}<[^<>\s]+@[^<>\s]+>|[^,:]{2,80})\s*(?:wrote|writes|ysgrifennodd)\s*:?\s*$", re.IGNORECASE
)


def _author(head: list[str]) -> Address:
    for text in head:
        found = _FROM.match(text) or _WROTE.search(text)
        if found:
            who = found["who"]
            address = FOUND.search(who)
            name = re.sub(r"[<\[(].*", "", who).strip(" \"'*")
            return Address(
                "" if "@" in name else name.rpartition(",")[2].strip() if "wrote" in text else name,
                address.group() if address else "",
            )
    return Address("", "")


def parts(document: Document) -> list[Part]:
    """Return the earlier mails that `document` quotes or forwards, in order."""
    found: list[Part] = []
    head: list[str] = []
    lines: list[Line] = []
    kind = Kind.QUOTED
    for line in document.lines:
        if line.kind is Kind.FORWARD_HEAD:
            if lines:
                found.append(Part(_author(head), kind, tuple(lines)))
                head, lines = [], []
            head.append(line.text)
        elif line.kind in (Kind.FORWARDED, Kind.QUOTED):
            if not lines:
                kind = line.kind
            lines.append(line)
    if lines:
        found.append(Part(_author(head), kind, tuple(lines)))
    return found


def _is_sender(author: Address, sender: Address) -> bool:
    if author.address and sender.address:
        return author.address.casefold() == sender.address.casefold() or _same_person(author, sender)
    return _same_person(author, sender)


def _same_person(author: Address, sender: Address) -> bool:
    """Whether both names are one person's, writing from another address: the longer has all words of the shorter."""
    one, other = set(names.words(author.name)), set(names.words(sender.name))
    return len(one & other) >= 2 and (one <= other or other <= one)


def _own(document: Document, scheme: Scheme) -> tuple[Line, ...]:
    """The sender's lines, and quoted ones, which may hold the labels of what the sender wrote below them.

    Details that stand last, below answers, look like a signature: where two of its lines are labels, it is a form.
    """
    kinds = (Kind.OWN, Kind.QUOTED, Kind.SIGNATURE)
    lines = tuple(line for line in document.lines if line.kind in kinds)
    details = [place for place, line in enumerate(lines) if line.kind is Kind.SIGNATURE and _is_detail(line, scheme)]
    if len(details) < 2:
        return lines
    first = details[0]
    return tuple(
        replace(line, kind=Kind.OWN) if line.kind is Kind.SIGNATURE and place >= first else line
        for place, line in enumerate(lines)
    )


def _is_detail(line: Line, scheme: Scheme) -> bool:
    """Whether a line is to the letter the label of a name or of a one-line field; "Email:" is in signatures too."""
    head = line.cells[0] if line.cells else re.split(r"\s*[:=]|\s+-\s", line.text)[0]
    return any(
        score >= 1.0 and scheme.field(key).kind in (FieldKind.NAME, FieldKind.SHORT)
        for key, score in fields_named(head, scheme, 1.0).items()
    )


def own(document: Document, scheme: Scheme) -> Region:
    """Return the region of the sender's own new text."""
    return Region(_own(document, scheme))


def earlier(document: Document, sender: Address) -> Iterator[Region]:
    """Yield what each earlier mail that `document` quotes or forwards holds, as lines of its author's own."""
    for part in parts(document):
        whose = Whose.AGAIN if _is_sender(part.author, sender) else Whose.OTHER
        yield Region(tuple(replace(line, kind=Kind.OWN) for line in part.lines), whose, part.kind is Kind.QUOTED)


_ENUMERATOR = re.compile(
    r"(?:(?<=^)|(?<=[\s:;.]))\(?(?P<mark>[a-hA-H]|\d)[.)](?=\s)|(?:(?<=^)|(?<=\s))\((?P<inner>[a-h]|\d)\)\s"
)


_THIRD = re.compile(r"[3cC][.)]\s")


def _enumerated(first: Line, text: str) -> list[Line]:
    """A paragraph with "(a) ... (b) ... (c) ..." inside, cut into one line an item; [] for fewer than three.

    first: its first line. text: of all its lines.
    """
    if not _THIRD.search(text):
        return []  # no three items: the search below is dear
    line = replace(first, text=text)
    marks = [(m, (m["mark"] or m["inner"]).casefold()) for m in _ENUMERATOR.finditer(line.text)]
    start = next((i for i, (_, mark) in enumerate(marks) if mark in ("a", "1")), None)
    if start is None:
        return []
    chain = []
    wanted = marks[start][1]
    for match, mark in marks[start:]:
        if mark == wanted:
            chain.append(match)
            wanted = chr(ord(wanted) + 1)
    if len(chain) < 3:
        return []
    ends = [*(m.start() for m in chain[1:]), len(line.text)]
    before = line.text[: chain[0].start()].strip()
    items = [
        replace(line, text=line.text[m.end() : end].strip(" ;"), bullet=m.group().strip(), gap=True)
        for m, end in zip(chain, ends, strict=True)
    ]
    return [*([replace(line, text=before)] if before else []), *items]


def prepared(lines: tuple[Line, ...], scheme: Scheme) -> tuple[Line, ...]:
    """Return `lines` so that no line holds more than one item.

    Header rows of tables are turned; enumerations inside a paragraph, and several labels on one line, are cut.
    """
    counted = _counted(_listed(turned_tables(lines, scheme)))
    return tuple(piece for line in counted for piece in _pieces(line, scheme))


def _pieces(line: Line, scheme: Scheme) -> list[Line]:
    parts = [] if line.cells else inline(line.text, scheme)
    if not parts:
        return [line]
    return [replace(line, text=part, gap=line.gap and number == 0) for number, part in enumerate(parts) if part]


_BARE_NUMBER = re.compile(r"(?P<mark>[1-9])(?:[.)]?$|(?:\s*[,/\u2013-]\s*|\s+)(?=[^\W\d]))")
_COUNTED = 3  # lines that begin with the next number each, from which the numbers are list marks


def _counted(lines: list[Line]) -> list[Line]:
    """The lines with a number that nothing sets off as list mark, where they count up from one ("1 want to help").

    A number that stands alone is the mark of the line below it.
    """
    result: list[Line] = []
    alone, count = "", 0
    for line in lines:
        plain = line.kind is Kind.OWN and not (line.bullet or line.cells)
        found = _BARE_NUMBER.match(line.text) if plain else None
        if found and int(found["mark"]) == count + 1:
            count += 1
            text, mark, alone = line.text[found.end() :], found["mark"], ""
            if text:
                result.append(replace(line, text=text, bullet=mark))
            else:
                alone = mark
        else:
            result.append(replace(line, bullet=alone, gap=True) if alone and plain else line)
            alone = ""
    return result if count >= _COUNTED else lines


def _listed(lines: tuple[Line, ...]) -> list[Line]:
    """Each line as itself, or a hard-wrapped paragraph with an enumeration inside as its items."""
    result: list[Line] = []
    place = 0
    while place < len(lines):
        end = place + 1
        while end < len(lines) and not (lines[end].gap or lines[end].bullet or lines[end].cells):
            if lines[end].kind is not lines[place].kind or lines[end].origin != lines[place].origin:
                break
            end += 1
        group = lines[place:end]
        text = " ".join(line.text for line in group)
        items = [] if lines[place].cells or len(text) > 20_000 else _enumerated(lines[place], text)
        result.extend(items or group)
        place = end
    return result


def turned_tables(lines: tuple[Line, ...], scheme: Scheme) -> tuple[Line, ...]:
    """Return `lines` with each row of labels above a row of values made into rows of label and value."""
    result: list[Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        below = lines[place + 1] if place + 1 < len(lines) else None
        if below and _is_head_row(line, below, scheme):
            pairs = zip(line.cells, below.cells, strict=True)
            result.extend(replace(below, text=f"{head} | {value}", cells=(head, value)) for head, value in pairs)
            place += 2
        else:
            result.append(line)
            place += 1
    return tuple(result)


def _is_head_row(line: Line, below: Line, scheme: Scheme) -> bool:
    """Whether `line` holds nothing but labels, and `below` as many values."""
    if len(line.cells) < 2 or len(below.cells) != len(line.cells) or not _all_labels(line, scheme):
        return False
    return not _all_labels(below, scheme) and not fields_named(below.cells[0], scheme, 0.55)


def _all_labels(line: Line, scheme: Scheme) -> bool:
    return all(fields_named(cell, scheme, 0.55) for cell in line.cells)
