"""Word files (.docx, ISO/IEC 29500): paragraphs, tables, content controls, text boxes, legacy form fields.

A walk over document.xml of our own: python-docx leaves out what stands in content controls, which is where a form's
answers are. Deleted and moved-away text, hidden text, headers, footers and prompts ("Click here to enter text") are
left out.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # the type only: defusedxml parses

from inbox_worker.formats import Row, Unreadable, columns
from inbox_worker.formats.archive import Archive, attribute, child, local

MAX_NESTING = 60
# The prompts of Word's content controls, where another program dropped the mark that they are prompts
_PROMPT = re.compile(
    r"(?:Click|Tap)(?: or (?:tap|click))?(?: here)? to enter (?:text|a date)\.?|Choose (?:an item|a date)\."
)

_WRAPPERS = frozenset({"sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "dir", "bdo", "fldSimple"})
_DROPPED = frozenset(
    {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tblPr", "trPr", "tcPr", "sectPr", "Fallback"}
)


class _Pieces:
    """The text of one paragraph as it is gathered, and the text boxes that are anchored in it."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.boxes: list[Element] = []


def read(content: bytes) -> list[Row]:
    """Return the rows of the Word file `content`. Raises Unreadable."""
    archive = Archive(content)
    root = archive.xml(_main_part(archive))
    body = child(root, "body")
    if body is None:
        raise Unreadable("CORRUPT")
    return list(_Body(_lists(archive)).rows(body, 0))


def _main_part(archive: Archive) -> str:
    if "word/document.xml" in archive.names:
        return "word/document.xml"
    names = sorted(name for name in archive.names if name.startswith("word/document") and name.endswith(".xml"))
    if not names:
        raise Unreadable("CORRUPT")
    return names[0]


def _lists(archive: Archive) -> dict[tuple[str, str], str]:
    """Return (numId, level) -> number format ("decimal", "bullet", ...) of the numbered paragraphs."""
    if "word/numbering.xml" not in archive.names:
        return {}
    root = archive.xml("word/numbering.xml")
    abstract = {attribute(each, "abstractNumId"): each for each in root if local(each) == "abstractNum"}
    formats: dict[tuple[str, str], str] = {}
    for number in (each for each in root if local(each) == "num"):
        target = child(number, "abstractNumId")
        levels = abstract.get(attribute(target, "val") if target is not None else None)
        for level in levels if levels is not None else ():
            shape = child(level, "numFmt")
            if local(level) == "lvl" and shape is not None:
                key = (attribute(number, "numId") or "", attribute(level, "ilvl") or "")
                formats[key] = attribute(shape, "val") or ""
    return formats


class _Body:
    """The walk; it counts the numbered paragraphs."""

    def __init__(self, lists: dict[tuple[str, str], str]) -> None:
        self._lists = lists
        self._counts: dict[tuple[str, str], int] = {}

    def rows(self, container: Element, depth: int) -> Iterator[Row]:
        """Yield the rows of the blocks in `container`, in order."""
        if depth > MAX_NESTING:
            raise Unreadable("TOO_LARGE")
        for block in container:
            name = local(block)
            if name == "p":
                yield from self._paragraph(block, depth)
            elif name == "tbl":
                yield from self._table(block, depth)
            elif (name in ("sdt", "AlternateContent", "Choice") or name in _WRAPPERS) and not _is_prompt(block):
                yield from self.rows(_first_choice(block), depth + 1)

    def _paragraph(self, paragraph: Element, depth: int) -> Iterator[Row]:
        pieces = _Pieces()
        _gather(paragraph, pieces, depth)
        mark = self._mark(paragraph)
        for number, line in enumerate(_PROMPT.sub("", "".join(pieces.text)).split("\n")):
            yield columns(line, "" if number else mark)
        for box in pieces.boxes:
            yield from self.rows(box, depth + 1)

    def _mark(self, paragraph: Element) -> str:
        """Return the number or bullet that Word draws before the paragraph."""
        number = child(paragraph, "pPr", "numPr", "numId")
        level = child(paragraph, "pPr", "numPr", "ilvl")
        if number is None:
            return ""
        key = (attribute(number, "val") or "", (attribute(level, "val") if level is not None else None) or "0")
        shape = self._lists.get(key, "")
        if shape == "decimal":
            self._counts[key] = self._counts.get(key, 0) + 1
            return f"{self._counts[key]}. "
        return "• " if shape == "bullet" else ""

    def _table(self, table: Element, depth: int) -> Iterator[Row]:
        for row in _parts(table, "tr", depth):
            cells = [list(self.rows(cell, depth + 1)) for cell in _parts(row, "tc", depth)]
            filled = [cell for cell in cells if any(any(each) for each in cell)]
            if len(cells) == 1 or (
                len(filled) == 1 and len(filled[0]) > 1 and any(len(each) > 1 for each in filled[0])
            ):
                for cell in filled:  # a frame around something, or a table inside a table
                    yield from cell
            elif filled:
                yield tuple("\n".join(" | ".join(each) for each in cell if any(each)) for cell in cells)


def _parts(container: Element, name: str, depth: int) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    if depth > MAX_NESTING:
        raise Unreadable("TOO_LARGE")
    for each in container:
        if local(each) == name:
            yield each
        elif local(each) in ("sdt", *_WRAPPERS):
            yield from _parts(_first_choice(each), name, depth + 1)


def _first_choice(block: Element) -> Element:
    """Return what to read of an element that holds the same thing in two forms, or that wraps its content."""
    for name in ("sdtContent", "Choice", "Fallback"):
        inner = child(block, name)
        if inner is not None:
            return inner
    return block


def _is_prompt(block: Element) -> bool:
    """Does a content control still show its prompt?"""
    return child(block, "sdtPr", "showingPlcHdr") is not None


def _gather(element: Element, pieces: _Pieces, depth: int) -> None:
    """Add the text of the runs below `element` to `pieces`."""
    if depth > MAX_NESTING:
        raise Unreadable("TOO_LARGE")
    for each in element:
        name = local(each)
        if name == "t":
            pieces.text.append(each.text or "")
        elif name in _CHARACTERS:
            pieces.text.append(_CHARACTERS[name])
        elif name == "fldChar":
            pieces.text.append(_legacy_field(each))
        elif name in ("AlternateContent", "sdt"):
            if not _is_prompt(each):
                _gather(_first_choice(each), pieces, depth + 1)
        elif name == "txbxContent":
            pieces.boxes.append(each)
        elif name not in _DROPPED and not (name == "r" and _is_hidden(each)):
            _gather(each, pieces, depth + 1)


_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


def _is_hidden(run: Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in ("0", "false", "off")


def _legacy_field(field: Element) -> str:
    """Return what a drop-down list or a tick box of Word 97 shows; text fields show it in runs of their own."""
    choices = child(field, "ffData", "ddList")
    if choices is not None:
        entries = [attribute(each, "val") or "" for each in choices if local(each) == "listEntry"]
        result = child(choices, "result")
        index = (attribute(result, "val") if result is not None else None) or "0"
        return entries[int(index)] if index.isdigit() and int(index) < len(entries) else ""
    box = child(field, "ffData", "checkBox")
    if box is None:
        return ""
    state = child(box, "checked")
    state = child(box, "default") if state is None else state
    ticked = state is not None and attribute(state, "val") not in ("0", "false", "off")
    return "☒ " if ticked else "☐ "
