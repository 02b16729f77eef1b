"""What a sender wrote, as lines: one representation for plain text, HTML and attached forms."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Whose words a line holds."""

    OWN = "own"  # the sender's new text, in the body or in a form of theirs
    QUOTED = "quoted"  # earlier mail, however it is marked
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    FORWARD_HEAD = "forward_head"  # "-----Original Message-----", From:/Sent:/To: blocks, "On ... wrote:"
    FORWARDED = "forwarded"  # the text below the head of a mail that was forwarded, not answered
    DEVICE = "device"  # "Sent from my iPhone"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, paragraph or table row, in reading order."""

    text: str  # white space collapsed; cells joined by " | "
    kind: Kind = Kind.OWN
    depth: int = 0  # quote depth: 0 is not quoted
    cells: tuple[str, ...] = ()  # two or more where the line is a row of a table or tab-separated
    origin: str = "body"  # "body", "subject", "attachment:form.docx", "attached mail"
    number: int = 0  # its place in the origin, from 1
    gap: bool = False  # a blank line or paragraph border lies before it
    bullet: str = ""  # the list mark taken off: "-", "•", "1.", "a)", "Q1"


@dataclass(frozen=True, slots=True)
class Document:
    """All lines of one mail: subject apart, body first, then attachments in order."""

    lines: tuple[Line, ...]
    unread: tuple[str, ...] = ()  # codes of parts nobody could read: "ENCRYPTED", "SCAN", "PASSWORD", "TNEF", "CORRUPT"

    def of(self, *kinds: Kind) -> tuple[Line, ...]:
        """Return the lines of these kinds, in order."""
        return tuple(line for line in self.lines if line.kind in kinds)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as plain tuples, a sixth of the time: every mail that is read goes from one process to another."""
        rows = tuple(
            (line.text, line.kind.value, line.depth, line.cells, line.origin, line.number, line.gap, line.bullet)
            for line in self.lines
        )
        return _from_rows, (rows, self.unread)


_KINDS = {kind.value: kind for kind in Kind}
_Row = tuple[str, str, int, tuple[str, ...], str, int, bool, str]


def _from_rows(rows: tuple[_Row, ...], unread: tuple[str, ...]) -> Document:
    return Document(tuple(Line(row[0], _KINDS[row[1]], *row[2:]) for row in rows), unread)


@dataclass(frozen=True, slots=True)
class FormText:
    """The text of an attached form, as `documents` returns it."""

    filename: str
    rows: tuple[tuple[str, ...], ...]  # a paragraph is a row of one cell, a table row has a cell a column
    problem: str | None = None  # "PASSWORD", "SCAN", "CORRUPT", "TOO_LARGE", "UNSUPPORTED", "TIMEOUT"
