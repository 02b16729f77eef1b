"""Words of a form itself that stand where a value would: hints in brackets behind a question, labels of other forms."""

import re
from dataclasses import replace

from inbox_worker.core.gather import Block
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.words import pattern, spoken

_BRACKETED = re.compile(r"\((?P<round>[^()]{1,200})\)[.:]?|\[(?P<square>[^\[\]]{1,200})\][.:]?")
_OF_SENDER = pattern((r"\b(?:i|i'd|i'm|i've|i'll|me|my|mine|myself|we|our|us)\b",))
_OF_FORM = pattern(
    (
        r"\b(?:max\w*|min\w*|optional|required|characters|e\.?g\b|for example|such as|if any|if you|please)",
        r"\b(?:\d+|a few|two or three|one or two|\w+ hundred) (?:words|lines|sentences)\b",
        r"\b(?:word|line|sentence) limit\b",
    )
)


def without_hints(blocks: list[Block], scheme: Scheme) -> list[Block]:
    """Return `blocks` without what the form says itself.

    A bracket beside a question, with the answer below, is a hint ("Why ...? (100 words)"); so is one that stands alone
    where nothing of the whole form is filled in. A one-line value is never a line that ends as a label does.
    """
    cleaned = [_cleaned(block, scheme.field(block.key).kind) for block in blocks]
    if any(block.parts and not _is_hint(block, scheme) for block in cleaned):
        return cleaned
    return [replace(block, parts=()) for block in cleaned]


def _cleaned(block: Block, kind: FieldKind) -> Block:
    first = block.parts[0].strip() if block.parts else ""
    if kind is not FieldKind.TEXT:
        return replace(block, parts=()) if not block.label.rest and first.endswith(":") else block
    said = _bracketed(first)
    hint = bool(said) and (bool(block.label.rest) or bool(_OF_FORM.search(spoken(said))))
    return replace(block, parts=block.parts[1:]) if hint and len(block.parts) > 1 else block


def _is_hint(block: Block, scheme: Scheme) -> bool:
    alone = len(block.parts) == 1 and scheme.field(block.key).kind is FieldKind.TEXT
    return alone and bool(_bracketed(block.parts[0].strip()))


def _bracketed(text: str) -> str:
    """What a text holds that is all in brackets and not said of its writer, or ""."""
    found = _BRACKETED.fullmatch(text)
    said = (found["round"] or found["square"]) if found else ""
    return "" if _OF_SENDER.search(spoken(said)) else said
