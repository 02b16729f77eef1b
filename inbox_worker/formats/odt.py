"""OpenDocument text files (.odt): paragraphs, tables, lists, text boxes, form controls."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element  # the type only: defusedxml parses

from inbox_worker.formats import Row, Unreadable, columns
from inbox_worker.formats.archive import Archive, attribute, child, local

MAX_NESTING = 60
MAX_REPEATS = 50

_DROPPED = frozenset({"tracked-changes", "annotation", "note", "placeholder", "sequence-decls", "table-of-content"})
_PARAGRAPHS = frozenset({"p", "h"})


def read(content: bytes) -> list[Row]:
    """Return the rows of the OpenDocument file `content`. Raises Unreadable."""
    archive = Archive(content)
    if "META-INF/manifest.xml" in archive.names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Unreadable("PASSWORD")
    text = child(archive.xml("content.xml"), "body", "text")
    if text is None:
        raise Unreadable("CORRUPT")
    return [*_rows(text, 0), *_controls(text)]


def _rows(container: Element, depth: int, mark: str = "") -> Iterator[Row]:
    if depth > MAX_NESTING:
        raise Unreadable("TOO_LARGE")
    for block in container:
        name = local(block)
        if name in _PARAGRAPHS:
            yield from _paragraph(block, depth, mark)
            mark = ""
        elif name == "table":
            yield from _table(block, depth)
        elif name == "list-item":
            yield from _rows(block, depth + 1, "• ")
        elif name not in _DROPPED and name != "forms":
            yield from _rows(block, depth + 1, mark)


def _paragraph(paragraph: Element, depth: int, mark: str) -> Iterator[Row]:
    pieces: list[str] = []
    boxes: list[Element] = []
    _gather(paragraph, pieces, boxes, depth)
    for line in "".join(pieces).split("\n"):
        yield columns(line, mark)
        mark = ""
    for box in boxes:
        yield from _rows(box, depth + 1)


def _gather(element: Element, pieces: list[str], boxes: list[Element], depth: int) -> None:
    if depth > MAX_NESTING:
        raise Unreadable("TOO_LARGE")
    pieces.append(element.text or "")
    for each in element:
        name = local(each)
        if name == "s":
            count = attribute(each, "c") or "1"
            pieces.append(" " * min(int(count) if count.isdigit() else 1, MAX_REPEATS))
        elif name in ("tab", "line-break"):
            pieces.append("\t" if name == "tab" else "\n")
        elif name == "text-box":
            boxes.append(each)
        elif name not in _DROPPED:
            _gather(each, pieces, boxes, depth + 1)
        pieces.append(each.tail or "")


def _table(table: Element, depth: int) -> Iterator[Row]:
    for row in _table_rows(table, depth):
        cells = [list(_rows(cell, depth + 1)) for cell in row if local(cell) in ("table-cell", "covered-table-cell")]
        filled = [cell for cell in cells if any(any(each) for each in cell)]
        if len(cells) == 1:
            yield from cells[0]
        elif filled:
            yield tuple("\n".join(" | ".join(each) for each in cell if any(each)) for cell in cells)


def _table_rows(table: Element, depth: int) -> Iterator[Element]:
    if depth > MAX_NESTING:
        raise Unreadable("TOO_LARGE")
    for each in table:
        if local(each) == "table-row":
            yield each
        elif local(each) in ("table-rows", "table-header-rows", "table-row-group"):
            yield from _table_rows(each, depth + 1)


def _controls(text: Element) -> Iterator[Row]:
    """Yield (name, value) of the fields of a fillable form."""
    forms = child(text, "forms")
    for each in forms.iter() if forms is not None else ():
        value = attribute(each, "current-value")
        label = attribute(each, "title") or attribute(each, "name") or ""
        if value and label:
            yield label, value
