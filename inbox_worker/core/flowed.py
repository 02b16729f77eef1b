"""format=flowed (RFC 3676): paragraphs that were sent as several lines become one again."""

import re

_QUOTE = re.compile(r">+")
MAX_PARAGRAPH = 50_000  # characters; a hostile body must not become one endless line


def unflow(text: str, delete_space: bool) -> str:
    """Return `text` (line ends \\n) with flowed lines joined and space-stuffing undone; quote depth is kept as "> ".

    delete_space: the DelSp parameter (RFC 3676 s.4.1). A signature mark "-- " is never joined, and lines of another
    quote depth end a paragraph (s.4.5).
    """
    paragraphs: list[tuple[int, str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        marks = _QUOTE.match(line)
        depth = len(marks[0]) if marks else 0
        content = line[depth:].removeprefix(" ")  # the stuffed space (s.4.4)
        if open_depth == depth and content != "-- " and len(paragraphs[-1][1]) < MAX_PARAGRAPH:
            paragraphs[-1] = (depth, paragraphs[-1][1] + content)
        else:
            paragraphs.append((depth, content))
        open_depth = None
        if content.endswith(" ") and content != "-- ":
            open_depth = depth
            if delete_space:
                paragraphs[-1] = (depth, paragraphs[-1][1][:-1])
    return "\n".join((">" * depth + " " if depth else "") + content for depth, content in paragraphs)
