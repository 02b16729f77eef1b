"""Blocks of a body -> lines that know whose words they hold: own, quoted, forwarded, signature, notice."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from inbox_worker.core import heads, tail
from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.head_words import FORWARD_SUBJECT
from inbox_worker.core.heads import Form, Head

_PROMPT = re.compile(r"[:?]\s*$")
_REPLY_SUBJECT = re.compile(r"\s*(?:re|aw|sv|antw|odp|r|rif)\s*:", re.IGNORECASE)
MIN_INK_ANSWERS = 2
MIN_MARKED_ANSWERS = 2


def is_forward(subject: str) -> bool:
    """Return whether `subject` begins with the prefix of a forwarded mail."""
    return bool(FORWARD_SUBJECT.match(subject))


def lines(blocks: Sequence[Block], subject: str, sender: frozenset[str], origin: str = "body") -> list[Line]:
    """Return the lines of one body with kind, depth and number.

    subject: tells a forwarded mail from an answered one. sender: `tail.words_of_name` of From. Below a head
    without quote marks everything is earlier mail, except words in a colour that answers it.
    """
    found = _resolved(blocks)
    levels, kinds = _earlier_mail(found, is_forward(subject))
    answers = _answers_by_ink(found, kinds)
    for at in answers:
        levels[at], kinds[at] = 0, Kind.OWN
    _mark_tails(found, kinds, answers, sender)
    return _numbered(found, levels, kinds, origin)


def unquoted(blocks: Sequence[Block], subject: str) -> list[Block]:
    """Return `blocks` of a mail that answers no other, in which ">" may stand before the sender's own answers.

    It does where no head introduces a quotation and every marked passage follows a label or question of the sender's.
    """
    marked = [at for at, block in enumerate(blocks) if block.depth]
    begins = [at for at in marked if not at or not blocks[at - 1].depth]
    if len(begins) < MIN_MARKED_ANSWERS or _REPLY_SUBJECT.match(subject) or is_forward(subject):
        return list(blocks)
    if not all(at and _PROMPT.search(blocks[at - 1].text) for at in begins) or heads.find(blocks):
        return list(blocks)
    return [replace(block, depth=0, bullet=block.bullet or ">") if block.depth else block for block in blocks]


def has_answers_in_colour(blocks: Sequence[Block]) -> bool:
    """Return whether the earlier mail in `blocks` holds answers that only their colour tells from the questions."""
    if not any(block.inks for block in blocks):
        return False
    found = _resolved(blocks)
    _, kinds = _earlier_mail(found, forward=False)
    return bool(_answers_by_ink(found, kinds))


def _resolved(blocks: Sequence[Block]) -> list[Block]:
    """Return `blocks` in which a bare <blockquote> counts as quoted only below a line that introduces a quotation."""
    if not any(block.soft for block in blocks):
        return list(blocks)
    resolved: list[Block] = []
    quoted = False
    for at, block in enumerate(blocks):
        if block.soft and not (at and blocks[at - 1].soft):
            before = blocks[at - 1].text if at else ""
            quoted = not before or before.endswith((":", "："))
        resolved.append(replace(block, depth=block.depth - 1) if block.soft and not quoted else block)
    return resolved


def _earlier_mail(blocks: Sequence[Block], forward: bool) -> tuple[list[int], list[Kind | None]]:
    """Return the quote depth of each block, and its kind where it is earlier mail or a head."""
    found = heads.find(blocks)
    if not found and not any(block.depth for block in blocks):
        return [0] * len(blocks), [None] * len(blocks)
    starts = {head.start: head for head in found}
    forwards = [head for head in found if head.forward]
    levels: list[int] = []
    kinds: list[Kind | None] = []
    regions: list[int] = []  # depth as marked, of each head without quote marks below it
    root = Kind.QUOTED
    head_end = 0
    for at, block in enumerate(blocks):
        head = starts.get(at)
        while regions and block.depth < regions[-1]:
            regions.pop()
        level = block.depth + len(regions)
        if not regions and at >= head_end and not (levels and levels[-1]):
            root = Kind.FORWARDED if forward or _starts_forward(blocks, at, forwards) else Kind.QUOTED
        if head:
            head_end = head.end
        if at < head_end:
            kinds.append(Kind.FORWARD_HEAD)
        else:
            kinds.append(root if level else None)
        levels.append(level)
        if at + 1 == head_end and _opens(blocks, _ending(found, head_end)):
            regions.append(block.depth)
            root = Kind.FORWARDED if level == 0 and (forward or _ending(found, head_end).forward) else root
    return levels, kinds


def _ending(found: Sequence[Head], end: int) -> Head:
    return next(head for head in found if head.end == end)


def _starts_forward(blocks: Sequence[Block], at: int, forwards: Sequence[Head]) -> bool:
    """Does the quoted text that begins at `at` begin with one of `forwards`, the heads that say "forwarded"?"""
    return any(at <= head.start <= at + 3 and blocks[head.start].depth >= blocks[at].depth for head in forwards)


def _opens(blocks: Sequence[Block], head: Head) -> bool:
    """Return whether what follows `head` is earlier mail without marks of its own.

    Where the text below is marked as quoted (deeper than the head), lines at the head's depth are answers between. An
    introduction that is itself inside the marks belongs to the text that it introduces.
    """
    depth = blocks[head.start].depth
    outside = blocks[head.start - 1].depth if head.start else 0
    following = [block for block in blocks[head.end : head.end + 400] if not block.rule and block.depth >= depth]
    if not following:
        return False
    if head.form is Form.WROTE:
        return outside >= depth and not any(block.depth > depth for block in following)
    nearby = following[:6]
    return sum(block.depth > depth for block in nearby) * 2 <= len(nearby)


def _answers_by_ink(blocks: Sequence[Block], kinds: Sequence[Kind | None]) -> set[int]:
    """Return the places of the lines of earlier mail that hold an answer in another colour.

    A colour is the sender's when at least two of its pieces, and most of them, stand right behind a label or below a
    question.
    """
    earlier = [at for at, kind in enumerate(kinds) if kind in (Kind.QUOTED, Kind.FORWARDED) and blocks[at].text]
    if not any(blocks[at].inks for at in earlier):
        return set()
    answering: Counter[str] = Counter()
    others: Counter[str] = Counter()
    before = ""
    for at in earlier:
        for ink, text in blocks[at].inks or (("", blocks[at].text),):
            if ink and not _PROMPT.search(text):
                (answering if _PROMPT.search(before) else others)[ink] += 1
            before = text
    inks = {ink for ink, count in answering.items() if count >= MIN_INK_ANSWERS and count >= others[ink]}
    return {at for at in earlier if any(ink in inks and text for ink, text in blocks[at].inks)}


def _mark_tails(blocks: Sequence[Block], kinds: list[Kind | None], answers: set[int], sender: frozenset[str]) -> None:
    """Give every run of own lines its signature, notices and device lines."""
    start = 0
    while start < len(blocks):
        if kinds[start] not in (None, Kind.OWN):
            start += 1
            continue
        end = start
        while end < len(blocks) and kinds[end] in (None, Kind.OWN):
            end += 1
        run = [at for at in range(start, end) if not blocks[at].rule]
        for at, kind in zip(run, tail.mark([blocks[at] for at in run], sender), strict=True):
            kinds[at] = Kind.OWN if at in answers else kind
        start = end


def _numbered(blocks: Sequence[Block], levels: Sequence[int], kinds: Sequence[Kind | None], origin: str) -> list[Line]:
    numbered: list[Line] = []
    gap = False
    for block, level, kind in zip(blocks, levels, kinds, strict=True):
        gap = gap or block.gap or block.rule
        if block.rule or not (block.text or block.cells):
            continue
        numbered.append(
            Line(block.text, kind or Kind.OWN, level, block.cells, origin, len(numbered) + 1, gap, block.bullet)
        )
        gap = False
    return numbered
