"""Which tables of an HTML mail relate cells to each other, and which only lay out the page."""

from collections.abc import Iterator

from lxml import etree

from inbox_worker.core.block import collapse

LAYOUT_CELL = 400  # characters; two cells of one row longer than this are columns of a page, not label and value


def data_rows(table: etree._Element) -> list[etree._Element]:
    """Return the rows of `table` when it relates cells to each other; [] when it only lays out the page.

    A table of data has a row with text in two cells, no table inside, and not two long cells side by side.
    """
    rows = list(_own_rows(table))
    related = False
    for row in rows:
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if any(next(cell.iter("table", "blockquote"), None) is not None for cell in cells):
            return []
        lengths = [_length(cell) for cell in cells]
        if sum(length > LAYOUT_CELL for length in lengths) > 1:
            return []
        related = related or sum(length > 0 for length in lengths) > 1
    return rows if related else []


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _length(cell: etree._Element) -> int:
    return len(collapse("".join(cell.itertext())))
