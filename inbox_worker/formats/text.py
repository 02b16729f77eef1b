"""Plain text and HTML files: read as the body of a mail is read."""

from inbox_worker.core import html, plain
from inbox_worker.core.block import Block
from inbox_worker.core.charset import declared_in_html, decode
from inbox_worker.core.cleaning import body_text, markup_text
from inbox_worker.formats import Row


def read(content: bytes) -> list[Row]:
    """Return the rows of the text file `content`."""
    return _rows(plain.read(body_text(decode(content)[0])))


def read_html(content: bytes) -> list[Row]:
    """Return the rows of the HTML file `content`."""
    return _rows(html.read(markup_text(decode(content, declared_in_html(content))[0])))


def _rows(blocks: list[Block]) -> list[Row]:
    rows: list[Row] = []
    for block in blocks:
        if block.gap and rows and rows[-1] != ("",):
            rows.append(("",))
        if block.rule:
            continue
        text = f"{block.bullet} {block.text}" if block.bullet else block.text
        rows.append(block.cells or (text,))
    return rows
