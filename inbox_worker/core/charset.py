"""Bytes of a text -> str, as browsers and people's mail programs read them, whatever the label says."""

import re

# What the declared name means in practice (WHATWG Encoding, "labels"; the rest was seen in real mail).
# None: no information.
_MEANT = {
    "": None,
    "default": None,
    "default_charset": None,
    "unknown": None,
    "unknown-8bit": None,
    "x-unknown": None,
    "binary": None,
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "x-cp1252": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "chinesebig5": "big5hkscs",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "windows-31j": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "hz-gb-2312": "hz",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
}
# Decoders that are no charsets of text, and one whose decoder is quadratic on long input.
_REFUSED = re.compile(r"(?:base64|bz2|hex|quopri|rot|uu|zip|zlib|idna|punycode|escape|mbcs|oem|undefined)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,39}")
_WEAK = frozenset({None, "cp1252", "cp1254", "iso2022_jp_ext", "iso8859-15", "iso-8859-15"})
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([BIJ])")
_TWICE = re.compile("â€|Ã[\x80-¿ƒŠŒŽšœžŸ–—‘’‚“”„†‡•…‰‹›€™]|Â[\xa0-¿]")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def declared_in_html(content: bytes) -> str:
    """Return the charset that a <meta> in the first 4,096 bytes names, or ""."""
    found = _META.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def decode(content: bytes, declared: str = "") -> tuple[str, bool]:
    """Return the text of `content`, and whether every byte was understood.

    declared: the label of the part, in any state. Strict with the declared charset first, then UTF-8, then Windows-1252
    with replacement marks. UTF-8 that is labelled as Latin-1 or ASCII is read as UTF-8: other text is
    valid UTF-8 by accident only where it is all ASCII.
    """
    codec = _codec(declared)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and codec in _WEAK:
        codec = "utf-16"
    if codec in _WEAK and b"\x1b" in content and _ISO_2022_JP.search(content):
        codec = "iso2022_jp_ext"
    elif codec in _WEAK:
        codec = "utf-8" if _is_utf8(content) else (codec or "cp1252")
    for candidate in (codec, "utf-8", "cp1252"):
        text = _strict(content, candidate)
        if text is not None:
            return _once(text), True
    return content.decode("cp1252", "replace"), False


def _once(text: str) -> str:
    """Undo UTF-8 that was taken for Windows-1252 and encoded again ("itâ€™s"); no other text survives the way back."""
    if text.isascii() or not _TWICE.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _codec(declared: str) -> str | None:
    """Return the codec that the label `declared` stands for, or None where it says nothing usable."""
    name = declared.strip().strip("\"'").strip().lower().split("*", 1)[0]
    if name in _MEANT:
        return _MEANT[name]
    name = re.split(r"[\s\"';<>]", name, maxsplit=1)[0]
    if name in _MEANT:
        return _MEANT[name]
    if not _NAME.fullmatch(name) or _REFUSED.search(name):
        return None
    return name


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strict(content: bytes, codec: str | None) -> str | None:
    if codec is None:
        return None
    try:
        text = content.decode(codec)
        if not text.isascii():
            text.encode("utf-8")  # some decoders let lone surrogates through
    except (LookupError, UnicodeError, ValueError):
        return None
    return text
