"""Where the text of a PDF page stands: lines, table rows, and the words that label a form field.

A PDF has no tables, only text at places, written cell by cell by every word processor. A line that begins right of the
one before it, and not below it, is the next cell of the same row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from inbox_worker.core.block import collapse
from inbox_worker.core.cleaning import body_text
from inbox_worker.formats import Row, columns

CHARACTER_WIDTH = 0.5  # of the font size, on average
COLUMN_GAP = 2.5  # font sizes between the end of a text and the next column
SAME_COLUMN = 4.0  # points
PARAGRAPH_GAP = 1.7  # font sizes from line to line
MAX_LABEL_LINES = 8  # a taller left cell is a column of a page
_WORDS = re.compile(r"\w+")
# What fonts of symbols and typesetting leave behind: bullets in the private area, ligatures
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf076", "•")
    | dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
)


def plain_letters(text: str) -> str:
    """Return extracted text cleaned, with bullets and ligatures as people type them."""
    return body_text(text).translate(_TYPOGRAPHY)


@dataclass(slots=True)
class TextLine:
    """Text that stands on one line of one column."""

    x: float
    y: float
    size: float
    text: str
    end: float = 0.0  # estimate of where it ends

    def __post_init__(self) -> None:
        self.end = self.x + CHARACTER_WIDTH * self.size * len(self.text)


@dataclass(slots=True)
class Page:
    """The lines of a page in the order in which they were written."""

    lines: list[TextLine] = field(default_factory=list)

    def add(self, text: str, cm: Sequence[float], tm: Sequence[float], font_size: float) -> None:
        """Take a piece of text at the place that the matrices give (ISO 32000-1 s.9.4.4)."""
        text = plain_letters(text)
        if not text.strip():
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        size = abs(font_size * (tm[3] or tm[0] or 1) * (cm[3] or cm[0] or 1)) or 10.0
        for number, line in enumerate(text.split("\n")):
            self._put(TextLine(x, y - number * 1.2 * size, size, line))

    def _put(self, line: TextLine) -> None:
        if not line.text.strip():
            return
        last = self.lines[-1] if self.lines else None
        if last is None or abs(last.y - line.y) >= 0.4 * line.size:
            self.lines.append(line)
            return
        unmoved = abs(line.x - last.x) < 1.0  # written on without a new place: its x is that of the line's begin
        gap = 0.0 if unmoved else line.x - last.end
        if -2 * line.size < gap < COLUMN_GAP * line.size:
            spaced = last.text.endswith(" ") or line.text.startswith(" ") or unmoved
            last.text += line.text if spaced else f" {line.text}"
            last.end = max(last.end, line.end)
        else:
            self.lines.append(line)

    def label_of(self, box: Sequence[float]) -> list[TextLine]:
        """Return the lines that label a form field at `box` (two opposite corners): left of it, else right above it."""
        left, right = sorted((box[0], box[2]))
        bottom, top = sorted((box[1], box[3]))
        beside = [line for line in self.lines if bottom - 3 <= line.y <= top + 1 and line.x < left]
        if beside:
            nearest = max(beside, key=lambda line: line.x)
            return [line for line in beside if abs(line.x - nearest.x) < SAME_COLUMN]
        above = sorted(
            (line for line in self.lines if line.y >= top - 3 and line.x < right and line.end > left),
            key=lambda line: line.y,
        )
        label: list[TextLine] = []
        for line in above:
            edge = label[0].y if label else top
            if line.y - edge > 2.0 * line.size:
                break
            if label and (abs(line.x - label[0].x) > SAME_COLUMN or line.text.rstrip().endswith((":", "?"))):
                break
            label.insert(0, line)
            if len(label) == MAX_LABEL_LINES:
                break
        return label

    def rows(self, used: Sequence[TextLine] = ()) -> list[Row]:
        """Return the page as rows: a line of running text, or the cells side by side; lines in `used` left out.

        ("",) stands where paragraphs part.
        """
        skipped = {id(line) for line in used}
        rows: list[list[list[TextLine]]] = []
        for line in self.lines:
            if id(line) in skipped:
                continue
            if rows and _same_cell(rows[-1], line):
                rows[-1][-1].append(line)
            elif rows and _beside(rows[-1][-1][-1], line) and _gather(rows, line):
                rows[-1].append([line])
            else:
                rows.append([[line]])
        spaced: list[Row] = []
        for number, cells in enumerate(rows):
            if number and rows[number - 1][-1][-1].y - cells[0][0].y > PARAGRAPH_GAP * cells[0][0].size:
                spaced.append(("",))
            spaced.append(_row(cells))
        return spaced


def _same_cell(row: list[list[TextLine]], line: TextLine) -> bool:
    """Does `line` go on in the last of several cells? A single cell is running text: each line is a row."""
    last = row[-1][-1]
    return len(row) > 1 and abs(last.x - line.x) < SAME_COLUMN and 0 < last.y - line.y < 4 * line.size


def _beside(last: TextLine, line: TextLine) -> bool:
    return line.x > last.x + COLUMN_GAP * line.size and line.y > last.y - 0.4 * line.size


def _gather(rows: list[list[list[TextLine]]], line: TextLine) -> bool:
    """Join the lines of running text that are the cell left of `line`; return whether there is such a cell."""
    if len(rows[-1]) > 1:
        return True
    cell = [rows[-1][0][0]]
    while len(rows) > len(cell) and len(rows[-len(cell) - 1]) == 1:
        above = rows[-len(cell) - 1][0][0]
        below = cell[0]
        if abs(above.x - below.x) >= SAME_COLUMN or not 0 < above.y - below.y < PARAGRAPH_GAP * below.size:
            break
        if above.y > line.y + 0.7 * line.size:
            break
        cell.insert(0, above)
    if len(cell) > MAX_LABEL_LINES:
        return False
    rows[-len(cell) :] = [[cell]]
    return True


def _row(cells: list[list[TextLine]]) -> Row:
    if len(cells) == 1 and len(cells[0]) == 1:
        return columns(cells[0][0].text.strip())
    return tuple(_cell(lines) for lines in cells)


def _cell(lines: list[TextLine]) -> str:
    """Return the lines of a cell as one text; "\\n" where a paragraph ends."""
    text = collapse(lines[0].text)
    for before, line in pairwise(lines):
        text += ("\n" if before.y - line.y > PARAGRAPH_GAP * line.size else " ") + collapse(line.text)
    return text


def same_words(rows: Sequence[Row], text: str) -> bool:
    """Return whether `rows` hold the letters of `text`, none lost and none added."""
    mine = "".join(_WORDS.findall("".join("".join(row) for row in rows)))
    theirs = "".join(_WORDS.findall(plain_letters(text)))
    return sorted(mine) == sorted(theirs)
