"""Rich Text Format (.rtf, specification 1.9.1): the text of paragraphs and table rows, no more."""

import re
from dataclasses import dataclass, replace

from inbox_worker.core.charset import decode
from inbox_worker.formats import MAX_CELL, MAX_ROWS, MAX_TEXT, Row, Unreadable, columns

MAX_GROUPS = 1_000

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)", re.DOTALL
)
# Groups whose text is not the document's. A group that begins with \\* is one of these too, unless it is known below.
_DESTINATIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf footnote "
    b"annotation fldinst datafield objdata themedata listtable listoverridetable revtbl rsidtbl generator xmlnstbl "
    b"filetbl comment pntxta pntxtb atnid atnauthor bkmkstart bkmkend".split()
)
_KNOWN_STARRED = frozenset({b"shptxt", b"shpinst", b"do"})
_CHARACTERS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"sect": "\n", b"page": "\n",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"{": "{", b"}": "}", b"\\": "\\"}
_CODEPAGES = {b"ansi": "cp1252", b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}


@dataclass(frozen=True, slots=True)
class _State:
    skipped: bool = False
    unicode_skip: int = 1  # \\ucN: how many bytes stand in for a \\uN


class _Reader:
    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._state = _State()
        self._stack: list[_State] = []
        self._codepage = "cp1252"
        self._bytes = bytearray()  # of the code page, not decoded yet
        self._text: list[str] = []
        self._cells: list[str] = []
        self._in_table = False
        self._to_skip = 0  # fallback bytes after a \\uN
        self._starred = False
        self._length = 0

    def read(self, content: bytes) -> list[Row]:
        for token in _TOKEN.finditer(content):
            word, number, code, symbol, brace, _, text = token.groups()
            if brace:
                self._brace(brace)
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif code is not None:
                self._byte(bytes((int(code, 16),)))
            elif symbol is not None:
                self._symbol(symbol)
            elif text is not None:
                self._byte(text)
            if self._length > MAX_TEXT or len(self.rows) > MAX_ROWS:
                break
        self._end_paragraph()
        return self.rows

    def _brace(self, brace: bytes) -> None:
        self._decode()
        if brace == b"{":
            if len(self._stack) > MAX_GROUPS:
                raise Unreadable("TOO_LARGE")
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
        self._starred = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in (b"\n", b"\r"):
            self._word(b"par", None)
        else:
            self._put(_SYMBOLS.get(symbol, ""))

    def _word(self, word: bytes, number: int | None) -> None:
        if word in _DESTINATIONS or (self._starred and word not in _KNOWN_STARRED):
            self._state = replace(self._state, skipped=True)
        self._starred = False
        if word == b"u" and number is not None:
            self._put(chr(number % 0x10000))
            self._to_skip = self._state.unicode_skip
        elif word in _CHARACTERS:
            self._put(_CHARACTERS[word])
        elif word in _CODEPAGES:
            self._codepage = _CODEPAGES[word]
        elif number is not None and word in _WITH_NUMBER:
            _WITH_NUMBER[word](self, number)
        elif number != 0 and not self._state.skipped and word in _BREAKS:
            _BREAKS[word](self)

    def _byte(self, content: bytes) -> None:
        if self._to_skip:
            dropped = min(self._to_skip, len(content))
            self._to_skip -= dropped
            content = content[dropped:]
        if not self._state.skipped:
            self._bytes += content

    def _put(self, text: str) -> None:
        self._decode()
        if not self._state.skipped:
            self._text.append(text)
            self._length += len(text)

    def _decode(self) -> None:
        if self._bytes:
            text = decode(bytes(self._bytes), self._codepage)[0]
            self._bytes.clear()
            self._text.append(text)
            self._length += len(text)

    def _taken(self) -> str:
        self._decode()
        text = "".join(self._text)[:MAX_CELL]
        self._text = []
        # \\uN gives UTF-16 units: pairs become one character, a lone half goes
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore").strip()

    def _end_paragraph(self) -> None:
        if self._in_table:
            self._put("\n")
            return
        for line in self._taken().split("\n"):
            self.rows.append(columns(line))

    def _end_cell(self) -> None:
        self._cells.append(self._taken())

    def _end_row(self) -> None:
        if any(self._cells):
            self.rows.append(tuple(self._cells))
        self._cells = []
        self._text = []
        self._in_table = False

    def _start_row(self) -> None:
        self._in_table = True

    def _plain_paragraph(self) -> None:
        if not self._cells:
            self._in_table = False

    def _set_codepage(self, number: int) -> None:
        self._codepage = "utf-8" if number == 65001 else f"cp{number}"

    def _set_unicode_skip(self, number: int) -> None:
        self._state = replace(self._state, unicode_skip=min(max(number, 0), 16))

    def _hide(self) -> None:
        self._state = replace(self._state, skipped=True)


_BREAKS = {
    b"par": _Reader._end_paragraph,
    b"cell": _Reader._end_cell,
    b"nestcell": _Reader._end_cell,
    b"row": _Reader._end_row,
    b"nestrow": _Reader._end_row,
    b"intbl": _Reader._start_row,
    b"trowd": _Reader._start_row,
    b"pard": _Reader._plain_paragraph,
    b"deleted": _Reader._hide,
    b"v": _Reader._hide,
}
_WITH_NUMBER = {
    b"ansicpg": _Reader._set_codepage,
    b"uc": _Reader._set_unicode_skip,
}


def read(content: bytes) -> list[Row]:
    """Return the rows of the RTF file `content`. Raises Unreadable."""
    return _Reader().read(content)
