"""Text made comparable: for matching only, never for storing."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_FOLD = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "",
    "\u00ad": "", "\u2026": "...", "\uff1a": ":", "\uff1f": "?",
}  # fmt: skip
_MARKS = re.compile(f"[{''.join(_FOLD)}]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"([.!?])[\"')\]]*\s+(?=[\"'(\[]*[^\W\d_])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|prof|mr|mrs|ms|mx|st|no|vs|etc|approx|dept|tel|ext|incl|e\.g|i\.e|eg|ie|rev|sr|jr|asst|assoc|snr|univ|mgr)|\b[A-Z])\.$",
    re.I,
)
_LONGEST_ABBREVIATION = 10  # characters, with its full stop
_LONGER_WORD = 8  # characters, with its full stop, of a word that is longer than any of them

_Result = TypeVar("_Result")


def _remembered(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Return `function` with a memory: the lines of one mail are folded and cut into words again and again.

    Whole mails are not kept: thousands of them would fill the machine.
    """
    cached = lru_cache(maxsize=_REMEMBERED)(function)

    @wraps(function)
    def bounded(text: str) -> _Result:
        return cached(text) if len(text) <= _REMEMBERED_LENGTH else function(text)

    return bounded


_REMEMBERED, _REMEMBERED_LENGTH = 1_024, 2_000  # texts: the lines of a long mail; characters of one


def fold_whole(text: str) -> str:
    """Return what `fold` does, and remember nothing: for the text of a whole mail."""
    if text.isascii():
        return " ".join(text.replace("`", "'").lower().split())
    return " ".join(_plain_marks(text).casefold().split())


@_remembered
def fold(text: str) -> str:
    """Return `text` in lower case with plain quotes, dashes and single spaces. May change its length."""
    return fold_whole(text)


@_remembered
def plain(text: str) -> str:
    """Return `text` as `fold` does, but with its letters' case kept."""
    return " ".join(_plain_marks(text).split())


def _plain_marks(text: str) -> str:
    """Return `text` with plain quotes, dashes and spaces. (`str.translate` would look every character up.)"""
    if text.isascii():  # of ASCII, only the backtick is in the table
        return text.replace("`", "'")
    return _MARKS.sub(lambda found: _FOLD[found[0]], text)


_ASCII_WORDS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))


def words_of(folded: str) -> list[str]:
    """Return the words of a text that is folded, as `tokens` does."""
    if folded.isascii() and "'" not in folded:  # a table is three times as fast as the pattern
        return folded.translate(_ASCII_WORDS).split()
    return _WORD.findall(folded)


@_remembered
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(fold(text)))


def tokens(text: str) -> list[str]:
    """Return the words of `text`, folded, without punctuation; "don't" is one word."""
    return list(_words(text))


@_remembered
def bare(text: str) -> str:
    """Return the words of `text` joined by single spaces: what labels are compared as."""
    return " ".join(_words(text))


_TYPED = {
    "im": "i'm", "ive": "i've", "dont": "don't", "cant": "can't", "wont": "won't", "didnt": "didn't",
    "doesnt": "doesn't", "isnt": "isn't", "wasnt": "wasn't", "arent": "aren't", "werent": "weren't",
    "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't", "havent": "haven't", "hasnt": "hasn't",
    "hadnt": "hadn't", "youre": "you're", "theyre": "they're", "thats": "that's", "whats": "what's",
    "hes": "he's", "shes": "she's", "theres": "there's", "wouldve": "would've", "u": "you", "ur": "your",
    "pls": "please", "plz": "please", "plse": "please",
}  # fmt: skip
_TYPED_WORD = re.compile(rf"(?<![\w'])(?:{'|'.join(_TYPED)})(?![\w'])")
_ID_ILL = re.compile(
    r"(?<![\w'])i(?P<short>d|ll) (?=(?:also |really |just |very |be |do |send |come |let |get |need |have |like|love|"
    r"want|rather|prefer|happily |gladly |definitely |try |give |put |make |go ))"
)
_HASTY = frozenset({*_TYPED, "id", "ill"})  # the words that the two patterns look for, and what parts words to them
_ASCII_TYPED = "".join(chr(code) if chr(code).isalnum() or chr(code) in "_'" else " " for code in range(128))


@_remembered
def spoken(text: str) -> str:
    """Return `text` folded, with the apostrophes that hasty thumbs leave out ("i dont", "id like")."""
    folded = fold(text)
    if folded.isascii() and _HASTY.isdisjoint(folded.translate(_ASCII_TYPED).split()):
        return folded
    folded = _TYPED_WORD.sub(lambda match: _TYPED[match.group()], folded)
    return _ID_ILL.sub(lambda match: f"i'{match['short']} ", folded)


_LETTERS = str.maketrans(dict(zip("łŁøØđĐßæÆœðþı", "l L o O d D ss ae AE oe d th i".split(" "), strict=True)))  # noqa: SIM905


def without_accents(text: str) -> str:
    """Return `text` in plain letters, as people type names on a foreign keyboard ("Łukasz" -> "Lukasz")."""
    if text.isascii():
        return text
    plain_letters = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(character for character in plain_letters if not unicodedata.combining(character))


_BORDER = r"\b"


@lru_cache(maxsize=512)
def pattern(expressions: tuple[str, ...]) -> re.Pattern[str]:
    """Return one compiled pattern that finds any of `expressions`, all lower case, in folded text; nothing for none.

    The word border that most of them begin with is tested once for all, and case is ignored: that makes the search
    some ten times faster.
    """
    if not expressions:
        return re.compile(r"(?!)")
    bordered = [text.removeprefix(_BORDER) for text in expressions if text.startswith(_BORDER)]
    others = [text for text in expressions if not text.startswith(_BORDER)]
    groups = [f"(?:{text})" for text in others]
    if bordered:
        groups.insert(0, rf"\b(?=[^\W_])(?:{'|'.join(f'(?:{text})' for text in bordered)})")
    return re.compile("|".join(groups))


@lru_cache(maxsize=32)
def any_phrase(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return one compiled pattern that finds any of `phrases`, however their words are parted, in folded text."""
    return pattern(tuple(r"\W+".join(tokens(phrase)) for phrase in phrases))


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, cut after . ! ? before a word; abbreviations and initials do not end one."""
    return list(_sentences(text))


@_remembered
def _sentences(text: str) -> tuple[str, ...]:
    pieces = _SENTENCE_END.split(text)  # every other one is the mark that ends a sentence
    parts: list[str] = []
    goes_on = False
    for piece, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if goes_on:
            parts[-1] = f"{parts[-1]} {piece}{mark}"
        elif mark or piece.strip():
            parts.append(piece + mark)
        goes_on = bool(parts) and _abbreviates(parts[-1])
    return tuple(part.strip() for part in parts)


def _abbreviates(part: str) -> bool:
    """Whether an abbreviation or an initial ends `part`."""
    word = part[-_LONGER_WORD:-1]
    if part[-1:] != "." or (len(word) == _LONGER_WORD - 1 and word.isalpha()):
        return False
    return bool(_ABBREVIATION.search(part, max(0, len(part) - _LONGEST_ABBREVIATION)))
