"""Tables for people: the same look for every list."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Print a table on standard output, or `empty` where there are no rows. Cells are shown as they are."""
    rows = list(rows)
    if not rows:
        print(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    Console(highlight=False).print(table)


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
