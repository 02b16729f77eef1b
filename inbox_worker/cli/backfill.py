"""`backfill`: older mail into the database, without a word to anybody."""

import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inbox_worker.backfill import Progress


def backfill(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, such as 2026-09-01")],
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox (default: all)")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import older mail. Sends nothing; can be stopped with Ctrl-C and run again; the service may run meanwhile."""
    from inbox_worker.allocator import give_back
    from inbox_worker.assembly import service
    from inbox_worker.backfill import backfill as work
    from inbox_worker.cli.common import config_path
    from inbox_worker.config import load
    from inbox_worker.errors import UsageError
    from inbox_worker.log import setup
    from inbox_worker.scheduler import stop_on_signals

    with clear_errors():
        give_back()
        settings = load(config_path(config))
        setup(settings.log.format, "warning")
        stop = threading.Event()
        stop_on_signals(stop)
        with service(settings) as built:
            boxes = [box for box in built.boxes if mailbox in (None, box.section.name)]
            if not boxes:
                names = ", ".join(box.section.name for box in built.boxes)
                raise UsageError(f"there is no mailbox {mailbox}; there are: {names}")
            for box in boxes:
                with box.connection() as connection:
                    progress = work(box, built.store, since.date(), connection, stop.is_set)
                    _tell(box.section.name, _shown(progress, box.section.name), as_json)
                if stop.is_set():
                    say("stopped; the same command goes on where it was")
                    raise typer.Exit(75)


def _shown(progress: "Iterable[Progress]", name: str) -> "Progress | None":
    """Go through `progress` with a bar where somebody looks; return the last."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    last = None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(name, total=None)
        for last in progress:
            bar.update(task, total=last.total, completed=last.done)
    return last


def _tell(name: str, last: "Progress | None", as_json: bool) -> None:
    if last is None:
        say(f"{name}: the server has numbered its mails anew; run the service once, then this again")
        return
    kinds = {f"{outcome.value} {code}": number for (outcome, code), number in sorted(last.mails.items(), key=str)}
    if as_json:
        print_json({"mailbox": name, "done": last.done, "total": last.total, "known": last.known, "mails": kinds})
        return
    typer.echo(f"{name}: {last.done} of {last.total} mails taken in, {last.known} were known; nothing was sent")
    for kind, number in kinds.items():
        typer.echo(f"  {number} {kind}")
    held = sum(number for (outcome, _), number in last.mails.items() if outcome.value == "hold")
    if held:
        typer.echo(f"  {held} wait for a person; see: inbox-worker held list")
