"""The lines of one body before it is known whose words they are: what `plain` and `html` hand to `segment`."""

import re
from dataclasses import dataclass

from inbox_worker.core.document import Kind

MAX_LINE = 20_000  # characters of one line; longer ones are cut into several
MAX_LINES = 20_000

_RULE = re.compile(r"[\s\-_=*~#─━═—–.·+|]{4,}")
_RULE_MARK = re.compile(r"[\-_=*~#─━═—–+]")
_BULLET = re.compile(
    r"""(?:
        [-–—*•‣▪●○◦·➢✓►][ \t]+
      | \(?\d{1,2}[.):]\)?(?=\s|[^\W\d]|["'(\[‘“])\s*
      | [1-9][ ]?[-\u2013][ ](?=[^\W\d])
      | (?:\([a-hA-H]\)|[a-hA-H]\)|[a-h]\.(?=\s)|\(?[ivx]{1,4}\)|(?:i{1,3}|iv)\.(?=\s))\s*
      | (?i:q(?:u|uestion)?|a(?:ns|nswer)?)\.?[ ]?\d{1,2}[ ]?[.):\-–]\s*
      | (?i:q(?:uestion)?)[ ]?\d{1,2}(?=\s)\s*
      | [QA]:(?=\s)\s*
    )(?=\S)""",
    re.VERBOSE,
)
_BULLET_BEGIN = frozenset("-–—*•‣▪●○◦·➢✓►(abcdefghABCDEFGHivxqQ")
_INNER_TAB = re.compile(r"\s*\t\s*|(?<=\S) {3,}(?=\S)")
_PIPE = re.compile(r"\s+\|\s+|\s*\|\s{2,}|\s{2,}\|\s*")


@dataclass(slots=True)
class Block:
    """One line, paragraph or table row of a body, as laid out."""

    text: str
    depth: int = 0  # as marked: ">" or <blockquote>
    cells: tuple[str, ...] = ()
    gap: bool = False
    bullet: str = ""
    rule: bool = False  # a horizontal line: no text
    hint: Kind | None = None  # what the mark-up says that it is
    soft: bool = False  # in a <blockquote> that may be mere indentation
    inks: tuple[tuple[str, str], ...] = ()  # (colour, text) of its pieces, where any has a colour


def collapse(text: str) -> str:
    """Return `text` with white space collapsed to single spaces."""
    return " ".join(text.split())


def is_rule(text: str) -> bool:
    """Return whether the line holds nothing but a drawn line of four characters or more."""
    return not text[:1].isalnum() and bool(_RULE.fullmatch(text)) and len(_RULE_MARK.findall(text)) >= 4


def split_bullet(text: str) -> tuple[str, str]:
    """Return (list mark, text behind it); the mark is "" where the line has none. White space must be collapsed."""
    found = _BULLET.match(text) if text[:1] in _BULLET_BEGIN or text[:1].isdecimal() else None
    if not found:
        return "", text
    return found[0].strip(), text[found.end() :]


def counts(mark: str) -> bool:
    """Return whether a list mark numbers or letters its line; others only say that a line begins."""
    return any(character.isalnum() for character in mark)


def split_cells(text: str) -> tuple[str, ...]:
    """Return the columns of a line of plain text: tabs, three spaces and more, or pipes; () where there is one."""
    line = text.strip()
    if "|" in line:
        inner = line.strip("|") if line.startswith("|") or line.endswith("|") else line
        cells = tuple(collapse(cell) for cell in _PIPE.split(inner))
    elif "\t" in line or "   " in line:
        cells = tuple(collapse(cell) for cell in _INNER_TAB.split(line))
    else:
        return ()
    return cells if sum(1 for cell in cells if cell) > 1 else ()


_BOX = re.compile(r"\s*(?:[\u2610-\u2612\u2713\u2714]|\[[ xX]?\]|\([ xX]?\))\s+\w")
_ANY_BOX = r"(?:[\u2610-\u2612\u2713\u2714]|\[[ xX]?\]|\([ xX]?\))"
_FIRST_BOX = re.compile(_ANY_BOX)
_LEFT_EMPTY = re.compile(rf"(?:\u2610|\[ ?\]|\( ?\))\s+\w(?:(?!{_ANY_BOX}).)*")


def is_box(text: str) -> bool:
    """Return whether a line is a box to tick and what it stands for, ticked or not ("[x] Please send me details")."""
    return bool(_BOX.match(text))


def without_empty_boxes(text: str) -> str:
    """Return a line without the choices that were left empty: nothing is said by them.

    Boxes stand before their words where the first one opens the line, a cell, or what follows a colon.
    """
    if not _LEFT_EMPTY.search(text):
        return text
    return " | ".join(kept for cell in text.split(" | ") if (kept := _chosen(cell)))


def _chosen(cell: str) -> str:
    first = _FIRST_BOX.search(cell)
    before = cell[: first.start()].strip() if first else cell
    if before and not before.endswith(":"):
        return cell
    return _LEFT_EMPTY.sub("", cell).strip()
