"""What stands below a sender's words: closing and signature, notices of the organisation, lines of the device."""

import re
from collections.abc import Iterator, Sequence

from inbox_worker.core import tail_words as words
from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind

MAX_NOTICE = 8_000  # characters at the end of a paragraph in which a notice is looked for
LONG_LINE = 160  # characters; no line of a signature is longer, except notices

_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "miss", "ms", "mx", "rev", "sir", "dame", "phd"})
_LETTERS = frozenset({"sfhea", "fhea", "ba", "ma", "msc"})  # behind a name
_DASHES = frozenset({"--", "—", "––", "—-"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ASIDE = re.compile(r"\([^()]{1,40}\)")
_QUESTION_WORDS = 4
_SENTENCE_WORDS = 4
_NAME_WORDS = 4
_CLOSING_WORDS = 8
_SHORT_NAME = 3  # letters that a pet name shares with the name
_FORM_LABELS = 2  # labels that make a paragraph a form


def mark(blocks: Sequence[Block], sender: frozenset[str]) -> list[Kind]:
    """Return the kind of each of `blocks`, one run of a sender's own lines without quoted text between.

    sender: the words of the From name (`words_of_name`). Lines that could be an answer stay OWN: whatever follows a
    signature and reads like prose, a label with its value, a question or a numbered answer opens the sender's text
    again.
    """
    kinds = [Kind.OWN] * len(blocks)
    chunks = list(_chunks(blocks))
    if _may_hold_notice(" ".join([block.text for block in blocks])):
        for start, end in chunks:
            _mark_disclaimer(blocks, kinds, start, end)
    state = _State(blocks, kinds, sender)
    for start, end in chunks:
        state.chunk(start, end)
    _mark_contacts(blocks, kinds, chunks)
    return kinds


class _State:
    """Whether a signature is open, while the paragraphs go by."""

    def __init__(self, blocks: Sequence[Block], kinds: list[Kind], sender: frozenset[str]) -> None:
        self._blocks = blocks
        self._kinds = kinds
        self._sender = sender
        self._signature = False
        self._explicit = False  # opened by "-- " or by the mark-up
        self._after_closing = -1  # where the line behind a closing stands

    def chunk(self, start: int, end: int) -> None:
        if self._signature and self._resumes(start, end):
            self._signature = self._explicit = False
        for at in range(start, end):
            self._line(at, start, end)

    def _line(self, at: int, start: int, end: int) -> None:
        block = self._blocks[at]
        if self._kinds[at] is Kind.DISCLAIMER:
            return
        if words.DEVICE.fullmatch(block.text) or block.hint is Kind.DEVICE:
            self._kinds[at] = Kind.DEVICE
        elif block.hint is Kind.SIGNATURE:
            if not is_form(self._blocks[start:end]):
                self._kinds[at] = Kind.SIGNATURE
        elif block.text in _DASHES and at + 1 < len(self._blocks):
            self._open(at, explicit=True)
        elif self._closes(at, start):
            self._close(at)
        elif self._signature:
            if (not self._explicit and at == self._after_closing and _is_prose([block])) or self._speaks(
                at, start, end
            ):
                self._signature = self._explicit = False
            else:
                self._kinds[at] = Kind.SIGNATURE
        elif self._names_sender(at, start):
            self._open(at, explicit=False)

    def _open(self, at: int, explicit: bool) -> None:
        self._kinds[at] = Kind.SIGNATURE
        self._signature = True
        self._explicit = explicit or self._explicit

    def _closes(self, at: int, start: int) -> bool:
        """Closing words; or, in the last paragraph, a few words of any language above the sender's name."""
        block = self._blocks[at]
        if block.bullet:
            return False
        if is_closing(block.text):
            return True
        if len(block.cells) > 1:
            return False
        if at != start or at + 1 == len(self._blocks) or not _may_close(block.text):
            return False
        name = self._blocks[at + 1]
        if name.gap and not block.text.endswith(","):
            return False
        return (self._is_sender(name.text) or _is_signed(block, name)) and not self._goes_on(at + 1)

    def _close(self, at: int) -> None:
        """A closing; but thanks that nothing of the sender's precedes are the message itself."""
        own_before = any(
            kind is Kind.OWN and not is_greeting(block.text)
            for block, kind in zip(self._blocks[:at], self._kinds[:at], strict=True)
        )
        if own_before:
            self._kinds[at] = Kind.SIGNATURE
        self._signature = own_before or self._signature
        self._after_closing = at + 1

    def _resumes(self, start: int, end: int) -> bool:
        """Does this paragraph below a signature hold words of the sender again?"""
        chunk = [self._blocks[at] for at in range(start, end) if self._kinds[at] is Kind.OWN]
        if not chunk or all(block.hint is Kind.SIGNATURE for block in chunk):
            return False
        if words.POSTSCRIPT.match(chunk[0].text):
            return True
        if self._is_sender(chunk[0].text) and len(chunk) > 1:
            return _labels(chunk) >= _FORM_LABELS
        return is_form(chunk) or (not self._explicit and _is_prose(chunk))

    def _speaks(self, at: int, start: int, end: int) -> bool:
        """Does the sender say "I" here, and not about working hours? Whoever is in need may write it below the name."""
        text = self._blocks[at].text
        if len(text.split()) < _SENTENCE_WORDS or not words.FIRST_PERSON.search(text):
            return False
        return not words.NOTICE.search(" ".join(block.text for block in self._blocks[start:end]))

    def _names_sender(self, at: int, start: int) -> bool:
        """The sender's own name at the head of a paragraph, and nothing but a signature below it."""
        if at == 0 or not (self._blocks[at].gap or at == self._after_closing):
            return False
        return self._is_sender(self._blocks[at].text) and (not self._goes_on(at) or self._signs_twice(at))

    def _signs_twice(self, at: int) -> bool:
        """A line of the sender's name above a paragraph that begins with it again, and is a block of details."""
        rest = self._blocks[at + 1 :]
        if not rest or not rest[0].gap or not self._is_sender(rest[0].text):
            return False
        block = rest[: next(_chunks(rest))[1]]
        return len(block) > 1 and not (is_form(block) or _is_prose(block))

    def _is_sender(self, text: str) -> bool:
        """Is the line the sender's name (whole or in part, a title or pronouns beside it), or initials?"""
        if ":" in text or len(text) > 120:
            return False
        name = _ASIDE.sub("", re.split(r"[|,•·]| [-–—] ", text, maxsplit=1)[0])
        found = words_of_name(name)
        rest = [word for word in found if word not in self._sender and word not in _TITLES | _LETTERS]
        if found and len(found) <= _NAME_WORDS + 2 and not rest:
            return True
        if len(found) == 1 and len(found[0]) >= _SHORT_NAME and name.istitle():
            return any(word.startswith(found[0][:_SHORT_NAME]) for word in self._sender)
        initials = re.sub(r"[\s.]", "", text)
        return (
            0 < len(initials) <= 3
            and initials.isupper()
            and {*initials.casefold()} <= {word[0] for word in self._sender}
        )

    def _goes_on(self, at: int) -> bool:
        """Does anything that is no signature follow from `at` on?"""
        rest = self._blocks[at:]
        return any(
            is_form(rest[start:end]) or _is_prose(rest[start:end])
            for start, end in _chunks(rest)
            if not any(kind is Kind.DISCLAIMER for kind in self._kinds[at + start : at + end])
            and not words.POSTSCRIPT.match(rest[start].text)
        )


def _may_close(text: str) -> bool:
    """A few words that end with a comma, or begin as closings do, or are very few."""
    count = len(text.split())
    if text[-1:] in ".:?;" or count > _CLOSING_WORDS:
        return False
    return text.endswith(",") or count <= 2 or bool(words.CLOSING_BEGIN.match(text))


def _is_signed(closing: Block, name: Block) -> bool:
    """`With love from Leeds,` above one capitalised word."""
    return closing.text.endswith(",") and not name.gap and bool(re.fullmatch(r"[A-ZÀ-ÞĀ-Ž][\w'’-]{1,20}\.?", name.text))


def words_of_name(name: str) -> list[str]:
    """Return the words of a name, case-folded; O'Neill is one word with either apostrophe."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(name)]


def is_closing(text: str) -> bool:
    """Return whether the line is nothing but closing words, perhaps with a name: "Many thanks, Jo"."""
    if len(text) > 80:
        return False
    for separator in (" / ", " | "):  # in two languages
        if separator in text:
            return all(is_closing(part) for part in text.split(separator))
    found = words.CLOSING.match(text)
    return found is not None and bool(words.NAME_BEHIND.fullmatch(found["rest"]))


def is_greeting(text: str) -> bool:
    """Return whether the line is nothing but a greeting: "Dear all,"."""
    return len(text) < 60 and bool(words.GREETING.match(text))


def is_form(chunk: Sequence[Block]) -> bool:
    """Return whether a paragraph has labels that are no contact details, questions, or numbered answers."""
    if any(block.text.endswith("?") and len(block.text.split()) >= _QUESTION_WORDS for block in chunk):
        return True
    if any(block.bullet[0].isdigit() or block.bullet[0] in "Qq(" for block in chunk if block.bullet):
        return True
    labels = _labels(chunk)
    contacts = sum(1 for block in chunk if words.CONTACT_LABEL.match(block.text))
    return labels >= _FORM_LABELS or (labels == 1 and labels + contacts == len(chunk))


def _labels(chunk: Sequence[Block]) -> int:
    """Return how many lines begin with a label that is no contact detail."""
    return sum(1 for block in chunk if _is_label(block.text))


def _is_label(text: str) -> bool:
    return bool(words.LABEL.match(text)) and not words.CONTACT_LABEL.match(text) and "http" not in text


def _is_prose(chunk: Sequence[Block]) -> bool:
    text = " ".join(block.text for block in chunk)
    count = len(text.split())
    if words.NOTICE.search(text) and count < 60:
        return False
    if words.SIGNPOST.search(text) and count < 60 and not words.OF_SENDER.search(text):
        return False
    if any(len(block.text) > LONG_LINE for block in chunk) and not words.CONTACT.search(text):
        return True
    return count >= 5 and len(words.PROSE.findall(text)) >= max(3, count // 6)


def _chunks(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of each paragraph."""
    start = 0
    for at in range(1, len(blocks) + 1):
        if at == len(blocks) or blocks[at].gap:
            yield start, at
            start = at


def _may_hold_notice(text: str) -> bool:
    folded = text.casefold()
    return any(stem in folded for stem in words.DISCLAIMER_STEMS)


def _mark_disclaimer(blocks: Sequence[Block], kinds: list[Kind], start: int, end: int) -> None:
    """Mark a notice of the organisation from the line where it begins to the end of its paragraph."""
    begins: list[int] = []
    length = 0
    for block in blocks[start:end]:
        begins.append(length)
        length += len(block.text) + 1
    text = "".join([f"{block.text} " for block in blocks[start:end]])
    if not _may_hold_notice(text):
        return
    found = words.DISCLAIMER.search(text.rstrip(), max(0, len(text) - MAX_NOTICE))
    if found is None:
        return
    first = max(place for place, begin in enumerate(begins) if begin <= found.start())
    for at in range(start + first, end):
        kinds[at] = Kind.DISCLAIMER


def _mark_contacts(blocks: Sequence[Block], kinds: list[Kind], chunks: list[tuple[int, int]]) -> None:
    """Mark a last paragraph of contact details as signature where no closing announced it."""
    own = [(start, end) for start, end in chunks if any(kind is Kind.OWN for kind in kinds[start:end])]
    if len(own) < 2:
        return
    start, end = own[-1]
    chunk = blocks[start:end]
    if len(chunk) < 2:
        return
    if is_form(chunk) or _is_prose(chunk) or sum(1 for block in chunk if words.CONTACT.search(block.text)) < 2:
        return
    for at in range(start, end):
        if kinds[at] is Kind.OWN:
            kinds[at] = Kind.SIGNATURE
