"""Text from outside made fit for the core: no controls, no invisible characters, NFC, bounded."""

import re
import unicodedata

MAX_TEXT = 1_000_000  # characters; the longest real bodies end far below, and a pattern must never see more
MAX_HEADER = 32_768  # characters of one header value

# NUL (PostgreSQL refuses it), C0 without tab and newline, DEL, C1, lone surrogates, and what is drawn without width:
# soft hyphen, zero-width and bidi marks, invisible operators, byte order mark, tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_ASCII_CONTROLS = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n")
_ASCII_LINE_ENDS = bytes.maketrans(b"\r\x0b\x0c", b"\n\n\n")
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_ENDS = re.compile("\r{0,2}\n|\r|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS_AND_SPACE = re.compile(r"[\x00-\x1f\x7f\s]+")


def body_text(text: str) -> str:
    """Return `text` with line ends as \\n, ordinary spaces, nothing invisible, NFC, at most MAX_TEXT characters."""
    text = text[:MAX_TEXT]
    if text.isascii():  # by far the most text: whole-buffer operations instead of patterns
        content = text.encode("ascii").replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").translate(_ASCII_LINE_ENDS)
        return content.translate(None, _ASCII_CONTROLS).decode("ascii")
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text))


def markup_text(text: str) -> str:
    """Return `text` as `body_text` does, but with its no-break spaces: in mark-up they are not white space."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return body_text(text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))


def header_text(text: str) -> str:
    """Return `text` on one line: white space collapsed, no controls or invisible marks, NFC, at most MAX_HEADER."""
    text = text[:MAX_HEADER]
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():  # no controls but white space: by far the most headers
        return plain
    text = _CONTROLS_AND_SPACE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)))
    return text.strip()
