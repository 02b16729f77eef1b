"""Values from a signature block, or from bare lines that say who the sender is: name, then job, then place of work."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from inbox_worker.core import names
from inbox_worker.core.document import Line
from inbox_worker.core.openings import OTHERWISE, without_lead_in
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Scheme
from inbox_worker.core.values import email_in, short
from inbox_worker.core.words import fold, pattern, tokens

_PARTS = re.compile(r"\s*[|\u2022\u00b7\u2219\u2502;]\s*|\s+[-\u2013\u2014/]\s+|\s{3,}")
_COMMA = re.compile(r",\s+(?![^()]*\))")
_OF = r"in|of|to|for|at|with|on|de|du|des|di|del|della|von"  # "Chef de Partie" is a chef
_HEAD = re.compile(rf"\b(?:{_OF}|und|and|&)\b|[(,/&\u2013]|\s-\s")
_BEFORE_HEAD = re.compile(rf"\b(?:{_OF})\b|[(,/\u2013]|\s-\s")
_ORGANISATION = re.compile(
    r"\buniversity of (?!.*\bschool\b)|\bprifysgol\b|\bnhs (?:foundation )?trust\b|\bltd\b|\bplc\b"
    r"|^(?:the )?university$"
)
_PLACE = re.compile(
    r"\b(?:building|campus|floor|room|house|street|road|lane|avenue|united kingdom|uk|england|wales|scotland)\b"
    r"|\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b"  # a postcode
)
_CONTACT = re.compile(
    r"@|\bwww\.|https?:|\b(?:tel|telephone|phone|mobile|mob|fax|ext|t|m|e|w|email|e-mail|web|twitter|teams)\s*[:.]"
    r"|\+?\d[\d ()-]{5,}|\bx\d{4,}\b|\boffice hours?\b|\bworking (?:days|hours|pattern)\b|\bmy working\b"
    r"|\bpronouns?\b|\bon leave\b|\bi work\b|\bplease\b"
)
_MAX_WORDS = 12
_QUOTES = ('"', "\u201c", "\u2018", "\u00ab")
_ABBREVIATED = re.compile(
    r"\b(dr|prof|mr|mrs|ms|rev|st|asst|assoc|snr|univ|[a-z])\."
)  # a full stop that ends no sentence
_SENT = re.compile(rf"^{OTHERWISE}|[.!?]\s+\S|\b(?:i|i'm|you|we|this)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and the line that it stands on."""

    text: str
    line: Line


@lru_cache(maxsize=64)
def _words(item: Field) -> frozenset[str]:
    """The words that mark a value of `item`, and their plurals."""
    words = {fold(word) for word in item.signature}
    return frozenset(words | {f"{word}s" for word in words})


def fit(text: str, item: Field) -> int:
    """Return 2 where words of `item` stand at the head of `text` ("Manager of ..."), 1 where anywhere in it, else 0."""
    return _fit(text, _words(item))


def _fit(text: str, wanted: frozenset[str]) -> int:
    if wanted.isdisjoint(tokens(text)):
        return 0
    heads = [piece for piece in _HEAD.split(fold(text)) if piece and piece.strip()]
    last = tokens(heads[0])[-1:] if heads else []
    joined = tokens(_BEFORE_HEAD.split(fold(text))[0])[-1:]  # "Transport and Parking Manager" is a manager
    return 1 if wanted.isdisjoint(last) and wanted.isdisjoint(joined) else 2


def best_field(text: str, scheme: Scheme, taken: frozenset[str] = frozenset()) -> str | None:
    """Return the key of the one-line field that `text` looks like a value of, or None."""
    best, found = 0, None
    for key, wanted in _one_line(scheme):
        if key not in taken and (score := _fit(text, wanted)) > best:
            best, found = score, key
    return found


@lru_cache(maxsize=32)
def _one_line(scheme: Scheme) -> tuple[tuple[str, frozenset[str]], ...]:
    """The one-line fields of `scheme`, each with the words that mark a value of it."""
    return tuple((item.key, _words(item)) for item in scheme.fields if item.kind is FieldKind.SHORT)


_SPLIT = re.compile(r",?\s+(?:in|at|within|for|with|from|of)\s+(?P<article>the\s+|our\s+)?", re.IGNORECASE)


def split_place(text: str, scheme: Scheme, lexicon: Lexicon) -> tuple[str, str | None]:
    """Return (what somebody is, where): "Reader in Law in the School of X" -> ("Reader in Law", "School of X").

    The subject that an academic title names belongs to the title; a part of the organisation does not.
    """
    unit = pattern(lexicon.phrases.get("unit", ()))
    academic = pattern(lexicon.phrases.get("subject_title", ()))
    for match in reversed(list(_SPLIT.finditer(text))):
        left, right = text[: match.start()], text[match.end() :]
        if match.group().strip().casefold().startswith(("of", "for")) or not left:
            continue
        organisational = unit.search(fold(right)) or (match["article"] and best_field(right, scheme))
        subject = academic.search(fold(left)) and not organisational
        if match.group().strip(" ,").casefold().startswith("at ") or match.group().strip(" ,").casefold() == "at":
            named = best_field(right, scheme) or (_is_proper_name(right) and not _is_elsewhere(right))
            if not named:  # "Porter in Estates at the University of X": the place stands before
                return split_place(left, scheme, lexicon)
            return left.strip(" ,"), right.strip(" ,")
        known = organisational or best_field(right, scheme) or _is_proper_name(right)
        if right and not subject and known:
            return left.strip(" ,"), _QUALIFIED.sub("", right).strip(" ,")
    return text.strip(" ,"), None


_QUALIFIED = re.compile(r"\s\((?![A-Z])[^()]*\)\s*$")  # "Student Records (part time)": said of the work, no name
_SMALL = frozenset({"and", "of", "for", "the", "&", "in"})


def _is_proper_name(text: str) -> bool:
    """Whether `text` is written as a name of several words: "Officer in Student Records" tells the place of work."""
    words = text.strip(" ,.").split()
    return 2 <= len(words) <= 7 and words[0][:1].isupper() and all(w[:1].isupper() or w in _SMALL for w in words)


def _is_elsewhere(text: str) -> bool:
    """Whether `text` is the whole organisation or an address: it tells no part of it."""
    return bool(_ORGANISATION.search(fold(text)) or _PLACE.search(fold(text)))


def place_of_work(text: str, scheme: Scheme, taken: str) -> str | None:
    """Return the key of the field that a place of work belongs to: what its words say, else the one such field left."""
    key = best_field(text, scheme, frozenset({taken}))
    if key:
        return key
    left = [i.key for i in scheme.fields if i.kind is FieldKind.SHORT and i.signature and i.key != taken]
    return left[0] if len(left) == 1 and _is_proper_name(text) else None


def is_noise(text: str) -> bool:
    """Return whether a piece of a signature is an address, a number, an organisation or a sentence."""
    folded = fold(text)
    if not folded or text[:1] in _QUOTES or len(folded.split()) > _MAX_WORDS:  # quotes: a motto
        return True
    return _says_else(folded)


@lru_cache(maxsize=1_024)  # a piece is looked at before and after it is joined with others, and addresses come again
def _says_else(folded: str) -> bool:
    shown = _ABBREVIATED.sub(r"\1", folded) if "." in folded else folded
    return any(each.search(shown) for each in (_CONTACT, _ORGANISATION, _SENT))


def _place_only(text: str, scheme: Scheme) -> bool:
    return bool(_PLACE.search(fold(text))) and best_field(text, scheme) is None


_BUILDING = re.compile(r"\b(?:building|campus|floor|room)\b")


def _building(text: str) -> bool:
    return bool(_BUILDING.search(fold(text)))


def _heads(text: str, scheme: Scheme) -> bool:
    """Whether the last word of the thing itself is one of a job or a department ("Print Room Operator")."""
    return any(_fit(text, wanted) == 2 for _, wanted in _one_line(scheme))


def _pieces(line: Line, scheme: Scheme, person: str | None) -> list[str]:
    """The items of a line; a dash between two of one kind is within one ("Finance - Payroll and Pensions")."""
    if len(line.cells) > 1:
        return [cell for cell in (each.strip(_AROUND) for each in line.cells) if cell]
    marks = [match.group() for match in _PARTS.finditer(line.text)]
    found: list[str] = []
    for mark, text in zip(["", *marks], _PARTS.split(line.text), strict=True):
        piece = text.strip(_AROUND)
        if found and piece and mark.strip() in _DASHES and _alike(found[-1], piece, scheme, person):
            found[-1] += mark + piece
        elif piece:
            found.append(piece)
    return found


_AROUND, _DASHES = " ,*_", ("-", "\u2013", "\u2014")


def _alike(one: str, other: str, scheme: Scheme, person: str | None) -> bool:
    if is_noise(one) or is_noise(other) or (person and names.related(one, person)):
        return False
    keys = [best_field(each, scheme) for each in (one, other)]
    return keys[0] is not None and keys[0] == keys[1]


def _comma_parts(piece: str, scheme: Scheme, person: str | None) -> list[str]:
    """Split at commas where what follows is another item, keep together what is one ("Estates, Mechanical Team").

    The name of the `person` is an item of its own, also where it holds the word of a job ("Dean Porter, Electrician").
    """
    groups: list[tuple[str | None, str]] = []
    for part in _COMMA.split(piece):
        if is_noise(part) or (_building(part) and not _heads(part, scheme)) or _place_only(part, scheme):
            groups.append((None, part))
            continue
        bare = names.without_titles(part)  # "Professor Jo Bell" is no job, "Professor of Law" is
        called = person is not None and names.looks_like(part) and names.words(part) == names.words(person)
        key = None if called else best_field(bare if bare[:1].isupper() else part, scheme)
        if groups and key is not None and groups[-1][0] == key:
            groups[-1] = (key, f"{groups[-1][1]}, {part}")
        else:
            groups.append((key or "?", part))
    return [text for key, text in groups if key is not None]


@dataclass(slots=True)
class _Block:
    """What is found of one block so far."""

    scheme: Scheme
    lexicon: Lexicon
    person: str | None
    found: dict[str, Found] = field(default_factory=dict)
    unsure: Found | None = None  # what stands right after the name and sounds like nothing known
    after_name: bool = False

    def key(self, kind: FieldKind) -> str | None:
        return next((item.key for item in self.scheme.fields if item.kind is kind), None)


def details(lines: list[Line], scheme: Scheme, lexicon: Lexicon, person: str | None) -> dict[str, Found]:
    """Return the values that `lines`, a signature block or the like, holds: NAME, EMAIL and one-line fields by key.

    `person` is the sender's name from elsewhere; a piece that agrees with it, or looks like a name, begins the block.
    """
    block = _Block(scheme, lexicon, person)
    mailed = block.key(FieldKind.EMAIL)
    for line in lines:
        if mailed and mailed not in block.found and (address := email_in(line.text)):
            block.found[mailed] = Found(address, line)
        for piece in _pieces(line, scheme, person):
            for part in _comma_parts(names.without_pronouns(piece), scheme, person):
                _take(part, line, block)
    _settle(block)
    return block.found


def _take(part: str, line: Line, block: _Block) -> None:
    text, scheme = without_lead_in(_without_closing(short(part), block)), block.scheme
    if not text or is_noise(text) or (_building(text) and not _heads(text, scheme)):
        return
    named = block.key(FieldKind.NAME)
    if named and _is_person(text, block.person, bool(block.found), scheme):
        name = names.without_letters(text)
        if named not in block.found or len(name.split()) > len(block.found[named].text.split()):
            block.found[named] = Found(name, line)
        block.after_name = True
        return
    what, where = split_place(text, scheme, block.lexicon)
    known = False
    for value in (what, where):
        key = best_field(value, scheme, frozenset(block.found)) if value else None
        if key and value:
            block.found.setdefault(key, Found(value, line))
            known = True
    if block.after_name and not known and len(text.split()) <= 6 and text[:1].isupper():
        block.unsure = Found(text, line)
    block.after_name = False


def _settle(block: _Block) -> None:
    """Between the name and a known place stands the job, whatever it is called."""
    shorts = [item.key for item in block.scheme.fields if item.kind is FieldKind.SHORT and item.signature]
    if block.unsure and len(shorts) >= 2 and shorts[0] not in block.found and shorts[1] in block.found:
        block.found[shorts[0]] = block.unsure


def _is_person(text: str, person: str | None, begun: bool, scheme: Scheme) -> bool:
    if not names.looks_like(text):
        return False
    plain_name = names.without_titles(text)  # "Professor" before a name is no job
    if person is not None:
        return names.related(text, person) and best_field(_without(plain_name, person), scheme) is None
    return not begun and best_field(plain_name, scheme) is None and 2 <= len(names.words(text)) <= 4


def _without_closing(text: str, block: _Block) -> str:
    """The sender's name without "Cheers" or "Many thanks" before it."""
    parts = text.split()
    closing = pattern(block.lexicon.phrases.get("closing", ()))
    for count in range(min(3, len(parts) - 1), 0, -1):
        rest = " ".join(parts[count:])
        if closing.fullmatch(fold(" ".join(parts[:count]))) and block.person and names.related(rest, block.person):
            return rest
    return text


def _without(text: str, person: str) -> str:
    known = set(names.words(person))
    return " ".join(word for word in text.split() if known.isdisjoint(names.words(word)))
