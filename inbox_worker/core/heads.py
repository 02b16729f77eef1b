"""The lines that mail programs put above the mail that they quote or forward."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from inbox_worker.core import head_words as words
from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind

MAX_HEAD_LINES = 16
_MAX_INTRODUCTION = 400  # characters of "On ... wrote:"
_MAX_INTRODUCTION_LINES = 4
_VERB_ALONE = 20  # characters of a last line that holds nothing but "wrote:"
_LABEL_END = 24  # no name of a field is longer
_COLONS = (":", "：")
_SEPARATING = "-—_=*"  # what drawn lines begin with


class Form(Enum):
    """How a head is written."""

    WROTE = "wrote"  # On Monday, A wrote:
    FIELDS = "fields"  # From: ... Sent: ... To: ... Subject: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The blocks [start, end) that introduce an earlier mail."""

    start: int
    end: int
    form: Form
    forward: bool  # says itself that the mail below was forwarded


_ADDRESSES = re.compile(r"@|;\s*$|^<")


def find(blocks: Sequence[Block]) -> list[Head]:
    """Return the heads among `blocks`, in order, without overlap."""
    heads: list[Head] = []
    for at in _places(blocks):
        head = _at(blocks, at) if not heads or at >= heads[-1].end else None
        if head:
            heads.append(head)
    return heads


def _places(blocks: Sequence[Block]) -> list[int]:
    """Where a head may begin: a look at which most lines end, for each form of a head needs one of these."""
    found: set[int] = set()
    for at, block in enumerate(blocks):
        text = block.text
        if text.endswith(_COLONS):  # the end of an introduction, which begins up to three lines before it
            found.update(range(max(0, at + 1 - _MAX_INTRODUCTION_LINES), at + 1))
        elif text[:1] in _SEPARATING or _may_be_field(text) or block.rule or block.hint is Kind.FORWARD_HEAD:
            found.add(at)
    return sorted(found)


def _may_be_field(text: str) -> bool:
    begin = text[:_LABEL_END]
    return ":" in begin or "：" in begin


def _at(blocks: Sequence[Block], at: int) -> Head | None:
    block = blocks[at]
    if block.rule:
        following = _fields_at(blocks, at + 1)
        return Head(at, following, Form.FIELDS, False) if following else None
    return _separated(blocks, at) or _fielded(blocks, at) or _wrote(blocks, at) or _hinted(blocks, at)


def _separated(blocks: Sequence[Block], at: int) -> Head | None:
    text = blocks[at].text
    if text[:1] not in _SEPARATING and not text.endswith(_COLONS):
        return None
    known = words.SEPARATOR.fullmatch(text) or words.BEGIN_FORWARDED.match(text)
    if not known and not words.DASHED.fullmatch(text):
        return None
    end = _fields_at(blocks, at + 1)
    if not known and not end:
        return None
    return Head(at, end or at + 1, Form.FIELDS, bool(words.FORWARD.search(text)))


def _fielded(blocks: Sequence[Block], at: int) -> Head | None:
    if not _field_name(blocks[at].text):
        return None  # each form of a head begins with the name of a field
    if words.FIELDS_ON_ONE_LINE.match(blocks[at].text):
        return Head(at, at + 1, Form.FIELDS, False)
    end = _fields_at(blocks, at)
    return Head(at, end, Form.FIELDS, False) if end else None


def _fields_at(blocks: Sequence[Block], start: int) -> int:
    """Return the end of the block of From:/Sent:/To:/Subject: lines that begins at `start`, or 0 where none does."""
    seen: set[str] = set()
    end = start
    for at in range(start, min(start + MAX_HEAD_LINES, len(blocks))):
        block = blocks[at]
        if block.rule or block.depth != blocks[start].depth:
            break
        name = _field_name(block.text)
        if name:
            if name != "other" and name in seen:
                break
            seen.add(name)
            end = at + 1
        elif at == start or not (_is_addresses(block) or _continues(blocks, at)):
            break
    return end if "from" in seen and len(seen - {"other"}) >= 3 else 0


def _is_addresses(block: Block) -> bool:
    return not block.gap and bool(_ADDRESSES.search(block.text))


def _continues(blocks: Sequence[Block], at: int) -> bool:
    """A line between two fields: a value below its label, or a long list of names."""
    return not blocks[at].gap and at + 1 < len(blocks) and bool(_field_name(blocks[at + 1].text))


def _field_name(text: str) -> str:
    """Return which field of a head the line is, or ""."""
    if not _may_be_field(text):
        return ""
    for name, pattern in words.FIELDS.items():
        if pattern.match(text):
            return name
    return ""


def _wrote(blocks: Sequence[Block], at: int) -> Head | None:
    """On <date>, <name> wrote: on one to four lines."""
    for end in range(at + 1, min(at + _MAX_INTRODUCTION_LINES, len(blocks)) + 1):
        block = blocks[end - 1]
        if block.rule or block.depth != blocks[at].depth or (end > at + 1 and block.gap):
            return None
        if block.text.endswith(_COLONS):
            if not _introduces(blocks, at, end):
                return None
            return Head(at, end, Form.WROTE, bool(words.FORWARD.search(_joined(blocks, at, end))))
    return None


def _joined(blocks: Sequence[Block], start: int, end: int) -> str:
    return " ".join(block.text for block in blocks[start:end])


def _introduces(blocks: Sequence[Block], start: int, end: int) -> bool:
    """Are the lines [start, end), and no fewer of them, an introduction? They never begin with words of the sender."""
    text = _joined(blocks, start, end)
    if len(text) > _MAX_INTRODUCTION or not words.WROTE.search(text):
        return bool(words.DATED_ADDRESS.match(text)) and len(text) <= _MAX_INTRODUCTION
    if _opens(text):
        return not any(_opens(_joined(blocks, later, end)) for later in range(start + 1, end))
    deeper = end < len(blocks) and blocks[end].depth > blocks[start].depth
    if end == start + 1:
        return deeper or "@" in text or (text[:1].isdigit() and bool(words.WHEN.search(text)))
    verb_alone = len(blocks[end - 1].text) <= _VERB_ALONE and end == start + 2
    return verb_alone and ("@" in text or deeper)


def _opens(text: str) -> bool:
    return bool(words.OPENING.match(text)) and ("@" in text or bool(words.WHEN.search(text)))


def _hinted(blocks: Sequence[Block], at: int) -> Head | None:
    """A head that the mark-up names, in a language that is not known here."""
    end = at
    while end < len(blocks) and end - at < MAX_HEAD_LINES and blocks[end].hint is Kind.FORWARD_HEAD:
        end += 1
    if end == at:
        return None
    wrote = end - at <= 2 and blocks[end - 1].text.endswith(_COLONS)
    return Head(at, end, Form.WROTE if wrote else Form.FIELDS, bool(words.FORWARD.search(blocks[at].text)))
