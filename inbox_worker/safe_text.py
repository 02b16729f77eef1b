"""A sender's words made safe to look at: nothing in them hides, turns the line round or becomes a link."""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # needed inside Persian, Indic and emoji sequences; elsewhere a trick
_BETWEEN_LETTERS = str.maketrans("", "", " .'’-")
_IN_A_NAME = ("Lu", "Ll", "Lt", "Lo", "Lm", "Mn", "Mc")  # categories
_MARKS_BEFORE_JOINER = ("Lo", "Mn", "Mc", "So", "Sk")  # categories that real joiners stand beside

# Programs that show mail turn these into links by themselves. A bare domain counts where its last label is one that
# everyday text does not end a sentence with ("end.To" would else be taken for Tonga).
_LINK_START = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15}):(?=//)|\b(javascript|vbscript|mailto):(?=\S)")
_LAST = r"(?:com|org|net|info|biz|xyz|top|online|site|shop|link|click|page|app|dev|io|co|uk|eu|us|de|fr|ru|cn)\b"
_DOMAIN = re.compile(rf"(?<![@\w.-])((?:[\w-]{{1,63}}\.){{1,8}})(?={_LAST})")
_DOMAIN_END = re.compile(rf"\.{_LAST}")  # found in a moment where there is none, which is nearly always
_WWW = re.compile(r"(?i)\bwww\.")
_COLON = re.compile(r":(?://|(?<=[TtOo]:)\S)")  # the colon of a _LINK_START, and a few more: found in a moment


def harmless(text: str) -> str:
    """Return `text` with hidden characters shown as [U+202E] and web addresses broken as in https[:]//example[.]org.

    E-mail addresses stay as they are. Line ends and tabs stay.
    """
    return _unlinked(revealed(text))


def revealed(text: str) -> str:
    """Return `text` with every control, bidi and zero-width character written as its code point, "[U+200B]"."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # then no character is of these categories
        return text
    return "".join(_revealed(text, place, char) for place, char in enumerate(text))


def _revealed(text: str, place: int, char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return char
    if char in _JOINERS and _joins(text, place):
        return char
    return f"[U+{ord(char):04X}]"


def _joins(text: str, place: int) -> bool:
    """Return whether the joiner at `place` stands between two characters of scripts that use joiners."""
    around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return len(around) == 2 and all(unicodedata.category(char) in _MARKS_BEFORE_JOINER for char in around)


def _unlinked(text: str) -> str:
    if _COLON.search(text):
        text = _LINK_START.sub(lambda found: f"{found[0][:-1]}[:]", text)
    if "." not in text:
        return text
    if "www." in text.lower():
        text = _WWW.sub(lambda found: f"{found[0][:-1]}[.]", text)
    if _DOMAIN_END.search(text):
        text = _DOMAIN.sub(lambda found: found[1].replace(".", "[.]"), text)
    return text


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` as one line of at most `limit` characters, without control characters: fit for a header."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def greeting_name(name: str) -> str:
    """Return the name to greet a person by, or "" where `name` does not look like one.

    Whoever forges a sender writes the name: nothing but a short run of words of letters is repeated to them.
    "Surname, First" becomes "First Surname".
    """
    words = " ".join(name.split())
    if words.count(",") == 1 and all(part.strip() for part in words.split(",")):
        surname, first = (part.strip() for part in words.split(","))
        words = f"{first} {surname}"
    fits = 1 < len(words) <= 60 and len(words.split()) <= 6
    dotted = any(part[:-1].count(".") for part in words.split())  # "evil.com"; "Dr. J. Smith" is fine
    return words if fits and not dotted and _of_letters(words) else ""


def _of_letters(words: str) -> bool:
    """Tell whether there are only letters, their marks, and what stands between them in names."""
    rest = words.translate(_BETWEEN_LETTERS)
    return rest.isalpha() or all(unicodedata.category(char) in _IN_A_NAME for char in rest)
