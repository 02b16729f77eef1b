"""The file formats of attached forms: bytes -> rows. Runs in the child process of `documents` only, under its limits.

Each reader is a function `read(content: bytes) -> list[Row]`; a paragraph is a row of one cell, a table row has a cell
a column, in which "\\n" parts paragraphs. A reader raises `Unreadable` with one of the codes of `FormText.problem`.
"""

from inbox_worker.core.block import split_bullet

Row = tuple[str, ...]

MAX_ROWS = 5_000
MAX_CELL = 50_000  # characters
MAX_TEXT = 1_000_000  # characters of one document


class Unreadable(Exception):
    """The document gives no text; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def columns(line: str, mark: str = "") -> Row:
    """Return the tab-separated columns of a line; ("",) for a blank one. A list mark is no column of its own.

    mark: what is drawn before the line without being its text ("1. ").
    """
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    if not cells:
        return ("",)
    if len(cells) > 1 and split_bullet(f"{cells[0]} x")[1] == "x":
        cells[:2] = [f"{cells[0]} {cells[1]}"]
    return (mark + cells[0], *cells[1:])
