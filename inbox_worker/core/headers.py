"""The header block of a mail: split, healed and decoded without any parser that could refuse it."""

import base64
import binascii
import re

from inbox_worker.core import charset
from inbox_worker.core.cleaning import MAX_HEADER, header_text

MAX_BLOCK = 1_048_576  # bytes of the header block that are read
MAX_FIELDS = 2_000

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\n]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_MSG_ID = re.compile(r"<[^<>\s]{1,990}>")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+(?:[ \t]+[^\x00-\x7f]+)*")
_END_OF_BLOCK = re.compile(rb"\n(?:[ \t]*\r?\n|\Z)")
_MBOX_LINE = re.compile(rb">?From [ \t]*[^:\s]")
_STRAY_LINE = re.compile(rb"\n(?![!-9;-~]{1,200}[ \t]*:|[ \t\r])")
_WELL_KNOWN = re.compile(
    rb"\n(?:from|to|cc|subject|date|message-id|reply-to|mime-version|content-[a-z-]{1,40}|received|x-[a-z-]{1,60})"
    rb"[ \t]*:",
    re.IGNORECASE,
)

Field = tuple[str, bytes]  # name in lower case, raw value (still folded)


def split(content: bytes) -> tuple[list[Field], bytes]:
    """Return the header fields and the body of `content`.

    Leading blank lines, a byte order mark and one mbox "From " line are dropped; `Name :` is read as `Name:`. A line
    that is neither a field nor a continuation is skipped where well-known fields follow; else the body starts there
    (the blank line is missing).
    """
    content = _without_lead(content)
    first_line = content.split(b"\n", 1)[0]
    if not _FIELD.match(first_line):
        return [], content
    end = _END_OF_BLOCK.search(content)
    block, body = (content[: end.start()].removesuffix(b"\r"), content[end.end() :]) if end else (content, b"")
    stray = _STRAY_LINE.search(block)
    if stray and not _WELL_KNOWN.search(block, stray.start()):
        block, body = block[: stray.start()], content[stray.start() + 1 :]
    return _fields(block[:MAX_BLOCK]), body


def _without_lead(content: bytes) -> bytes:
    if b"\n" not in content and b"\r" in content:
        content = content.replace(b"\r", b"\n")
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if _MBOX_LINE.match(content):
        content = content.partition(b"\n")[2]
    return content


def _fields(block: bytes) -> list[Field]:
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.split(b"\n"):
        line = line.rstrip(b"\r")
        if line[:1] in (b" ", b"\t"):
            if fields:
                fields[-1][1].append(line)
        elif (found := _FIELD.match(line)) and len(fields) < MAX_FIELDS:
            fields.append((found[1].decode("ascii").lower(), [found[2]]))
    return [(name, b"\n".join(lines)[:MAX_HEADER].strip()) for name, lines in fields]


def decoded(value: bytes) -> str:
    """Return a raw header value as text: unfolded, encoded words (RFC 2047) decoded anywhere, 8-bit bytes too."""
    text = raw_text(value)
    return header_text(decode_words(text)) if "=?" in text else header_text(text)


def raw_text(value: bytes) -> str:
    """Return a raw header value as text without decoding encoded words."""
    return value.decode("ascii") if value.isascii() else charset.decode(value)[0]


def decode_words(text: str) -> str:
    """Return `text` with every encoded word decoded; a damaged one stays as it is.

    Words in a row of one charset are joined as bytes first: many senders cut inside a character.
    """
    text = _BETWEEN_WORDS.sub(r"\1", text)
    pieces: list[str] = []
    pending = b""
    pending_charset = ""
    end = 0
    for word in _ENCODED_WORD.finditer(text):
        content = _word_bytes(word[2], word[3])
        if pending and (word.start() != end or content is None or word[1].lower() != pending_charset):
            pieces.append(charset.decode(pending, pending_charset)[0])
            pending = b""
        pieces.append(text[end : word.start()])
        if content is None:
            pieces.append(word[0])
        else:
            pending += content
            pending_charset = word[1].lower()
        end = word.end()
    if pending:
        pieces.append(charset.decode(pending, pending_charset)[0])
    pieces.append(text[end:])
    return "".join(pieces)


def _word_bytes(encoding: str, encoded: str) -> bytes | None:
    content = encoded.encode("utf-8", "replace")
    if encoding in "qQ":
        return _HEX.sub(lambda found: bytes((int(found[1], 16),)), content.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(content + b"=" * (-len(content) % 4))
    except binascii.Error:
        return None


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids of a Message-ID, In-Reply-To or References value, with <>, in order, each once."""
    return tuple(dict.fromkeys(_MSG_ID.findall(value)))


def ascii_only(text: str) -> str:
    """Return `text` with runs of other characters as encoded words, for a parser that drops 8-bit bytes."""
    return _NON_ASCII.sub(lambda run: f"=?utf-8?b?{base64.b64encode(run[0].encode()).decode()}?=", text)


def quote_names_with_commas(text: str) -> str:
    """Return an address list in which `Surname, First <a@b.org>` has its name in quotes.

    A piece between commas that holds neither @ nor <> cannot be an address; it belongs to the name after it.
    """
    if "," not in text or "<" not in text or '"' in text:
        return text
    pieces: list[str] = []
    name: list[str] = []
    for piece in text.split(","):
        if "@" not in piece and "<" not in piece and ":" not in piece and ";" not in piece and piece.strip():
            name.append(piece.strip())
        elif name and "<" in piece:
            last, angle, rest = piece.partition("<")
            pieces.append(f'"{", ".join([*name, last.strip()])}" {angle}{rest}')
            name = []
        else:
            pieces.extend([*name, piece])
            name = []
    return ",".join([*pieces, *name])
