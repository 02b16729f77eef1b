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
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS_AND_SPACE = re.compile(r"[\x00-\x1f\x7f\s]+")


def body_text(text: str) -> str:
    """Return `text` with line ends as \\n, ordinary spaces, nothing invisible, NFC, at most MAX_TEXT characters."""
    text = _LINE_ENDS.sub("\n", text[:MAX_TEXT])
    text = _INVISIBLE.sub("", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text))


def header_text(text: str) -> str:
    """Return `text` on one line: white space collapsed, no controls or invisible marks, NFC, at most MAX_HEADER."""
    text = _CONTROLS_AND_SPACE.sub(" ", text[:MAX_HEADER])
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)))
    return text.strip()
