"""A text/html body -> blocks: paragraphs, list items, table rows with their cells, quotes; hidden text dropped.

Own walk over lxml's tree. Two-column tables must be read from the tree: flattened, an answer of several paragraphs
loses its label.
"""

import re
from dataclasses import replace

from lxml import etree

from inbox_worker.core import html_fallback
from inbox_worker.core.block import MAX_LINE, MAX_LINES, Block, collapse, is_rule, split_bullet, split_cells
from inbox_worker.core.cleaning import body_text
from inbox_worker.core.html_marks import Frame, inherit, quotation, style_of
from inbox_worker.core.html_tables import data_rows

MAX_TREE_DEPTH = 2_000  # libxml2 drops what is nested deeper


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED = _tags(
    "head title style script template svg math object applet iframe noembed datalist xml audio video canvas map"
)
_BLOCKS = _tags(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody td tfoot th "
    "thead tr ul caption"
)
_SPACED = _tags("h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre figure fieldset")
_WHITE = re.compile(r"[ \t\r\n]+")
_COLUMN = re.compile(r"(?: ?\xa0){3,} ?")  # how columns and tabs are written where white space collapses
_P_WITHOUT_MARGIN = re.compile(r"(?:^|[\s,{}>])p\s*\{[^}]*margin(?:-top)?\s*:\s*0(?!\.\d*[1-9])", re.IGNORECASE)
_CLASS_WITHOUT_MARGIN = re.compile(r"p\.([\w-]{1,40})[^{}]{0,200}\{[^}]*margin\s*:\s*0(?!\.\d*[1-9])", re.IGNORECASE)
_LAID_OUT = re.compile(r"<(?:br|p|div|table|tr|li|h[1-6]|pre|blockquote|html|body)\b", re.IGNORECASE)


def _rules(source: str) -> str:
    """Return `source` up to the end of its last rule of style, which lies far above most of the text."""
    last = source.rfind("{")
    return source[: (source.find("}", last) + 1) or None] if last >= 0 else ""


class _Reader:
    """One pass over one tree. Lines go to the innermost sink: the body, or a cell that is being read."""

    def __init__(self, source: str) -> None:
        rules = _rules(source[:200_000])
        self._p_margins = not _P_WITHOUT_MARGIN.search(rules)
        self._flat_classes = {name.lower() for name in _CLASS_WITHOUT_MARGIN.findall(rules)}
        self._sinks: list[list[Block]] = [[]]
        self._pieces: list[tuple[str, str]] = []  # text and ink of the line that is open
        self._gap = False
        self._bullet = ""
        self._frame = Frame()
        self._saved: list[Frame] = []
        self._lists: list[int] = []  # next number of each open list; 0 for <ul>
        self._rows: dict[etree._Element, bool] = {}  # rows of data tables
        self._cells: list[list[tuple[str, Block | None]]] = []
        self._paragraphs: list[int] = []  # lines written when each open <p> began
        self._written = 0
        self.deepest = 0

    def read(self, root: etree._Element) -> list[Block]:
        walk = etree.iterwalk(root, events=("start", "end"))
        depth = 0
        for event, element in walk:
            tag = element.tag
            if not isinstance(tag, str):
                if event == "end":
                    self._text(element.tail)
                continue
            if event == "start":
                depth += 1
                self.deepest = max(self.deepest, depth)
                if not self._start(element, tag):
                    walk.skip_subtree()
                if len(self._sinks[0]) >= MAX_LINES:
                    break
            else:
                depth -= 1
                self._end(element, tag)
        self._flush()
        return self._sinks[0]

    # --- elements

    def _start(self, element: etree._Element, tag: str) -> bool:
        """Open `element`; return whether its children are to be read."""
        self._saved.append(self._frame)
        frame = inherit(self._frame, element, tag)
        if tag in _BLOCKS:
            self._flush()
        if tag in _SKIPPED or frame.hidden:
            self._frame = replace(frame, hidden=True)
            return False
        if tag == "blockquote":
            frame = quotation(frame, element)
        self._frame = frame
        if tag in _OPENERS:
            _OPENERS[tag](self, element)
        if tag in _SPACED:
            self._gap = True
        self._text(element.text)
        return True

    def _end(self, element: etree._Element, tag: str) -> None:
        if not self._frame.hidden:
            if tag in _BLOCKS:
                self._flush()
            if tag in _CLOSERS:
                _CLOSERS[tag](self, element)
            if tag in _SPACED and not self._lists:
                self._gap = True
        self._frame = self._saved.pop()
        self._text(element.tail)

    def _open_p(self, element: etree._Element) -> None:
        if self._has_margin(element):
            self._gap = True
        self._paragraphs.append(self._written)

    def _close_p(self, element: etree._Element) -> None:
        if self._paragraphs and (self._paragraphs.pop() == self._written or self._has_margin(element)):
            self._gap = True  # an empty paragraph is how Word writes a blank line

    def _has_margin(self, element: etree._Element) -> bool:
        name = (element.get("class") or "").lower()
        if "mso" in name or name in self._flat_classes or not self._p_margins:
            return False
        parent = element.getparent()
        return "margin:0" not in style_of(element) and (parent is None or parent.tag not in ("li", "td", "th"))

    def _open_br(self, _: etree._Element) -> None:
        if not self._flush():
            self._gap = True

    def _open_hr(self, _: etree._Element) -> None:
        self._write(Block("", self._frame.depth, gap=True, rule=True))

    def _open_list(self, element: etree._Element) -> None:
        start = element.get("start") or "1"
        self._lists.append(0 if element.tag == "ul" else int(start) if start.isdigit() and len(start) < 5 else 1)

    def _close_list(self, _: etree._Element) -> None:
        if self._lists:
            self._lists.pop()

    def _open_li(self, _: etree._Element) -> None:
        number = self._lists[-1] if self._lists else 0
        self._bullet = f"{number}." if number else "•"
        if number:
            self._lists[-1] += 1

    def _close_li(self, _: etree._Element) -> None:
        self._bullet = ""

    def _open_table(self, element: etree._Element) -> None:
        for row in data_rows(element):
            self._rows[row] = True

    def _open_tr(self, element: etree._Element) -> None:
        if element in self._rows:
            self._cells.append([])

    def _open_td(self, element: etree._Element) -> None:
        if element.getparent() in self._rows:
            self._sinks.append([])

    def _close_td(self, element: etree._Element) -> None:
        if element.getparent() in self._rows and len(self._sinks) > 1:
            lines = [line for line in self._sinks.pop() if not line.rule]
            text = "\n".join(f"{line.bullet} {line.text}" if line.bullet else line.text for line in lines)
            self._cells[-1].append((text, lines[0] if lines else None))

    def _close_tr(self, element: etree._Element) -> None:
        if element not in self._rows or not self._cells:
            return
        row = self._cells.pop()
        cells = tuple(text for text, _ in row)
        if not any(cells):
            self._gap = True
            return
        inks = tuple((line.inks[0][0], text) if line and line.inks else ("", text) for text, line in row)
        block = Block(
            " | ".join(collapse(cell) for cell in cells).strip(" |"),
            self._frame.depth,
            cells if len(cells) > 1 else (),
            self._gap,
        )
        block.hint, block.soft = self._frame.hint, self._frame.soft
        block.inks = inks if any(ink for ink, _ in inks) else ()
        self._write(block)

    def _open_input(self, element: etree._Element) -> None:
        if element.get("type", "text").lower() in ("text", "email", "tel"):
            self._text(f" {element.get('value') or ''} ")

    def _open_option(self, element: etree._Element) -> None:
        if element.get("selected") is None:
            self._frame = replace(self._frame, hidden=True)

    # --- text

    def _text(self, text: str | None) -> None:
        frame = self._frame
        if not text or frame.hidden or frame.tiny:
            return
        if frame.pre and "\n" in text:
            first, *rest = text.split("\n")
            self._pieces.append((first, frame.ink))
            for line in rest:
                if not self._flush():
                    self._gap = True
                self._pieces.append((line, frame.ink))
            return
        self._pieces.append((text, frame.ink))

    def _flush(self) -> bool:
        """End the open line; return whether it held text."""
        if not self._pieces:
            return False
        pieces, self._pieces = self._pieces, []
        raw = "".join(text for text, _ in pieces)
        if not self._frame.pre:
            raw = _WHITE.sub(" ", raw)
        if not raw.isascii():
            if not raw.strip():
                self._gap = self._gap or "\xa0" in raw  # &nbsp; alone in a block is a blank line
                return False
            raw = body_text(_COLUMN.sub("\t", raw.strip()))
        text = collapse(raw)
        if not text:
            return False
        for at in range(0, len(text), MAX_LINE):
            self._line(raw if len(text) <= MAX_LINE else text[at : at + MAX_LINE], text[at : at + MAX_LINE], pieces)
        return True

    def _line(self, raw: str, text: str, pieces: list[tuple[str, str]]) -> None:
        frame = self._frame
        if is_rule(text):
            self._write(Block("", frame.depth, gap=True, rule=True))
            return
        bullet, rest = split_bullet(text)
        cells = split_cells(raw)
        if cells and bullet:
            cells = ()
        block = Block(" | ".join(cells) if cells else rest, frame.depth, cells, self._gap, self._bullet or bullet)
        block.hint, block.soft = frame.hint, frame.soft
        if any(ink for _, ink in pieces):
            block.inks = tuple((ink, collapse(body_text(piece))) for piece, ink in pieces if piece.strip())
        self._write(block)
        self._bullet = ""

    def _write(self, block: Block) -> None:
        self._sinks[-1].append(block)
        self._gap = block.rule
        self._written += 1


_OPENERS = {
    "p": _Reader._open_p,
    "br": _Reader._open_br,
    "hr": _Reader._open_hr,
    "ul": _Reader._open_list,
    "ol": _Reader._open_list,
    "li": _Reader._open_li,
    "table": _Reader._open_table,
    "tr": _Reader._open_tr,
    "td": _Reader._open_td,
    "th": _Reader._open_td,
    "input": _Reader._open_input,
    "option": _Reader._open_option,
}
_CLOSERS = {
    "p": _Reader._close_p,
    "ul": _Reader._close_list,
    "ol": _Reader._close_list,
    "li": _Reader._close_li,
    "td": _Reader._close_td,
    "th": _Reader._close_td,
    "tr": _Reader._close_tr,
}


def read(source: str) -> list[Block]:
    """Return the lines of the HTML `source` (cleaned) in reading order. Never raises; odd mark-up loses no text."""
    if not source.strip():
        return []
    if "\n" in source and not _LAID_OUT.search(source):  # text that is labelled as mark-up: its lines are lines
        return list(html_fallback.without_tree(source))
    blocks = _from_tree(source)
    if blocks is None:
        blocks = html_fallback.flattened(source) or list(html_fallback.without_tree(source))
    return blocks


def _from_tree(source: str) -> list[Block] | None:
    """Return the lines as our walk reads them, or None where it cannot, or where the tree is not whole."""
    try:
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
        root = etree.fromstring(source.encode("utf-8"), parser)
        reader = _Reader(source)
        blocks = reader.read(root) if root is not None else []
    except Exception:  # what nobody foresaw in mark-up must not lose a mail
        return None
    return blocks if reader.deepest < MAX_TREE_DEPTH else None
