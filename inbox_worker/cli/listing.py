"""Tables for people: the same look for every list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP = 2  # columns between two cells


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Print a table on standard output, or `empty` where there are no rows. Cells are shown as they are.

    Where the terminal is too narrow for the longest words, each row becomes a block of names and values.
    """
    body = [[shown(cell) for cell in row] for row in rows]
    if not body:
        print(empty)
        return
    console = Console(highlight=False)
    found = widths([columns, *body], console.width)
    if found is None:
        for number, row in enumerate(body):
            if number:
                console.print()
            print_pairs(zip(columns, row, strict=True))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column, width in zip(columns, found, strict=True):
        table.add_column(column, width=width)
    for row in body:
        table.add_row(*map(Text, row))
    console.print(table)


def widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Return the width of each column so that no word is broken; None where `room` is too narrow for that.

    Columns that fit get what they need; the others share what is left.
    """
    columns = list(zip(*rows, strict=True))
    longest = [max(cell_len(cell) for cell in column) for column in columns]
    least = [max((cell_len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    left = room - _GAP * (len(columns) - 1) - sum(least)
    if left < 0:
        return None
    found = least
    for column in sorted(range(len(columns)), key=lambda column: longest[column] - least[column]):
        wanting = sum(wide > width for wide, width in zip(longest, found, strict=True)) or 1
        more = min(longest[column] - least[column], left // wanting)
        found[column], left = least[column] + more, left - more
    return found


def print_codes(titles: Mapping[str, str]) -> None:
    """Print what codes in a list mean."""
    if titles:
        print()
        print_pairs(titles.items())


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a row."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, Text(shown(value)))
    Console(highlight=False).print(table)


def when(moment: datetime | None, zone: str) -> str:
    """Return a time for people, in the site's zone; "" for none."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if moment else ""


def shown(text: str) -> str:
    """Return text of unknown origin so that it can do nothing to a terminal."""
    from inbox_worker.safe_text import revealed

    return revealed(text)
