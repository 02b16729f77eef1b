"""Tables and charts -> an XLSX file of text, numbers and times, no formula. The only user of xlsxwriter."""

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from inbox_worker.safe_text import revealed

Cell = str | int | datetime  # a datetime is shown as it stands: bring it into the site's zone before
_CELL = 32_767  # UTF-16 code units that a cell holds
_ACTS = "=+-@\t\r\n|%"  # what spreadsheets take for the start of a formula or a command (OWASP CSV injection)
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
_TIMES = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: heads, and rows of as many cells. The first column names the row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: frozenset[int] = frozenset()  # columns that hold long text


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers by label, drawn as columns from left to right or as bars from top to bottom."""

    title: str
    axis: str  # what the labels are: "Week from"
    points: tuple[tuple[str, int], ...]
    kind: Literal["column", "bar"]


def workbook(tables: Sequence[Table], charts: Sequence[Chart] = ()) -> bytes:
    """Return an XLSX file with a sheet a table and, where there is something to draw, one of charts.

    Every text stays whole: what is longer than a cell goes on in the rows below, under the same first cell.
    """
    import xlsxwriter  # here: most passes of the service write no workbook

    out = io.BytesIO()
    # In memory: no temporary file holds the data of anybody.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    formats = _Formats(book)
    for table in tables:
        _add_table(book.add_worksheet(_title(table.title)), table, formats)
    if drawn := [chart for chart in charts if chart.points]:
        _add_charts(book, book.add_worksheet("Charts"), drawn, formats)
    book.close()
    return out.getvalue()


def acts(text: str) -> bool:
    """Return whether a spreadsheet could take `text` for a formula or a command (CWE-1236).

    Spreadsheets look past leading spaces and take full-width forms for the plain ones.
    """
    first = text.lstrip(" \u00a0\u3000")[:1]
    return bool(first) and any(char in _ACTS for char in (first, unicodedata.normalize("NFKC", first)))


class _Formats:
    """The looks of a book's cells."""

    def __init__(self, book: Any) -> None:
        cell = {"text_wrap": True, "valign": "top"}
        self.head = book.add_format({**cell, "bold": True, "bottom": 1})
        self.text = book.add_format(cell)
        # The mark that a spreadsheet shows as a leading apostrophe: editing the cell starts no formula either.
        self.quoted = book.add_format({**cell, "quote_prefix": True})
        self.time = book.add_format({**cell, "num_format": _TIMES})


def _add_table(page: Any, table: Table, formats: _Formats) -> None:
    _row(page, 0, table.heads, formats.head, formats)
    for column, head in enumerate(table.heads):
        page.set_column(column, column, 60 if column in table.wide else max(18, min(len(head) + 4, 36)))
    number = 1
    for row in table.rows:
        cells = [_pieces(cell) for cell in row]
        for down in range(max(map(len, cells))):
            line = [pieces[down] if down < len(pieces) else "" for pieces in cells]
            _row(page, number + down, [cells[0][0], *line[1:]], formats.text, formats)
        number += max(map(len, cells))
    _print_wide(page)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(number - 1, 1), len(table.heads) - 1)


def _row(page: Any, number: int, cells: Sequence[Cell], look: Any, formats: _Formats) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            _text(page, number, column, cell, formats.quoted if acts(cell) else look)
        elif isinstance(cell, datetime):
            page.write_datetime(number, column, cell.replace(tzinfo=None), formats.time)
        else:
            page.write_number(number, column, cell, look)


def _text(page: Any, row: int, column: int, text: str, look: Any) -> None:
    code = page.write_string(row, column, text, look) if text else page.write_blank(row, column, None, look)
    if code != 0:  # -2: too long, and nothing was written
        raise ValueError(f"row {row + 1}, column {column + 1}: the cell was not written (code {code})")


def _pieces(cell: Cell) -> list[Cell]:
    if not isinstance(cell, str):
        return [cell]
    text = revealed(cell)
    most = _CELL if text.isascii() or max(text) <= "\uffff" else _CELL // 2
    return [text[start : start + most] for start in range(0, len(text), most)] or [""]


def _add_charts(book: Any, page: Any, charts: Sequence[Chart], formats: _Formats) -> None:
    """Put the figures of every chart into two columns, and the charts beside them, one below the other."""
    page.set_column(0, 0, 36)
    page.set_column(1, 1, 14)
    _print_wide(page)
    row = 0
    for chart in charts:
        _row(page, row, (chart.axis, "Applications"), formats.head, formats)
        for down, (label, number) in enumerate(chart.points, 1):
            _row(page, row + down, (_pieces(label)[0], number), formats.text, formats)
        drawn = book.add_chart({"type": chart.kind})
        first, last = row + 1, row + len(chart.points)
        labels, numbers = [page.get_name(), first, 0, last, 0], [page.get_name(), first, 1, last, 1]
        drawn.add_series({"name": chart.title, "categories": labels, "values": numbers, "data_labels": {"value": True}})
        drawn.set_title({"name": chart.title})
        drawn.set_legend({"none": True})
        axis = {"num_format": "0", "major_unit": _unit(chart), "min": 0}
        drawn.set_y_axis({"reverse": True} if chart.kind == "bar" else axis)
        drawn.set_x_axis(axis if chart.kind == "bar" else {"text_axis": True})
        drawn.set_size({"width": 720, "height": max(320, 28 * len(chart.points) + 120)})
        page.insert_chart(row, 3, drawn, {"description": f"{chart.title}. The figures stand in columns A and B."})
        row += max(len(chart.points) + 3, 3 + max(320, 28 * len(chart.points) + 120) // 20)


def _print_wide(page: Any) -> None:
    """Print the whole width of a sheet on one page, lying."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _unit(chart: Chart) -> int:
    """Return a step of whole numbers that gives an axis at most about ten marks."""
    return max(1, -(-max(number for _, number in chart.points) // 10))


def _title(text: str) -> str:
    """Return `text` as the name of a sheet may be: at most 31 characters, without those that Excel refuses."""
    return " ".join(_NOT_IN_A_TITLE.sub(" ", text).split())[:31] or "Sheet"
