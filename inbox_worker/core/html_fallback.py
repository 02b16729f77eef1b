"""The text of HTML that our walk could not read: without cells and quotes, but without loss."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from inbox_worker.core.block import MAX_LINE, MAX_LINES, Block, collapse, is_rule, split_bullet, split_cells
from inbox_worker.core.cleaning import body_text

_ELEMENT_END = re.compile(r"</(?:p|div|tr|li|h[1-6]|blockquote|td|th)\b[^>]*>|<br\b[^>]*>", re.IGNORECASE)
_SKIPPED_SOURCE = re.compile(r"<!--.*?-->|<(style|script|head|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,5000}>")


def flattened(source: str) -> list[Block]:
    """Return the lines as inscriptis lays them out: no quotes. For very deep mark-up it gives none, and no error."""
    from inscriptis import get_text  # seldom needed, and slow to import

    try:
        lines = body_text(get_text(source)).split("\n")
    except Exception:
        return []
    blocks = [Block(collapse(line)[:MAX_LINE], cells=split_cells(line)) for line in lines[:MAX_LINES] if line.strip()]
    return [block for block in blocks if not is_rule(block.text)]


def without_tree(source: str) -> Iterator[Block]:
    """Yield the text of mark-up that no tree could hold: tags cut out, ends of elements as line ends."""
    text = _TAG.sub(" ", _ELEMENT_END.sub("\n", _SKIPPED_SOURCE.sub(" ", source)))
    lines = (collapse(line) for line in body_text(unescape(text)).split("\n"))
    for line in islice(filter(None, lines), MAX_LINES):
        bullet, rest = split_bullet(line)
        yield Block(rest[:MAX_LINE], bullet=bullet)
