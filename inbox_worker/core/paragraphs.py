"""Lines of a body -> paragraphs."""

from collections.abc import Iterable

from inbox_worker.core.block import is_box
from inbox_worker.core.document import Line


def paragraphs(lines: Iterable[Line]) -> list[tuple[str, Line]]:
    """Return the paragraphs of `lines`, hard-wrapped lines joined, each with its first line. A box to tick is one."""
    found: list[tuple[list[str], Line]] = []
    for line in lines:
        begins = line.gap or line.bullet or line.cells or is_box(line.text)
        if not found or begins or line.origin != found[-1][1].origin:
            found.append(([], line))
        found[-1][0].append(line.text)
    return [(" ".join(parts), line) for parts, line in found]
