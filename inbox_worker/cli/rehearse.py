"""`rehearse`: what the worker would do with the mail that is there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, print_json, say

if TYPE_CHECKING:
    from inbox_worker.config import Config
    from inbox_worker.rehearsal import Progress, Rehearsal
    from inbox_worker.template_context import RehearsedMail


def rehearse(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, such as 2026-11-01")],
    config: ConfigOption = None,
    report: Annotated[Path, typer.Option(help="The report to write, one HTML page")] = Path("rehearsal.html"),
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox (default: all)")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the worker would do with the mail that is there: a table, and a report for the team to approve.

    Nothing is sent, and nothing is written to the mailbox or the database. The report holds personal data.
    """
    from inbox_worker import log
    from inbox_worker.cli.common import config_path
    from inbox_worker.config import load
    from inbox_worker.errors import UsageError
    from inbox_worker.exports import write
    from inbox_worker.rehearsal import rehearse as work
    from inbox_worker.rehearsal import report as page

    with clear_errors():
        settings = load(config_path(config))
        log.setup(settings.log.format, "error")
        sections = tuple(box for box in settings.mailboxes if mailbox in (None, box.name))
        if not sections:
            raise UsageError(f"--mailbox: expected one of {', '.join(box.name for box in settings.mailboxes)}")
        with _bar() as progress:
            result = work(settings, since.date(), tuple(box.name for box in sections), progress)
        write(report, page(settings, result, since.date(), sections, datetime.now(UTC)).encode("utf-8"))
        _print(settings, result, as_json)
    say(f"the report for the team: {report}")


@contextmanager
def _bar() -> "Iterator[Progress]":
    """Yield what draws a progress bar where somebody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def draw(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        yield draw


def _print(settings: "Config", result: "Rehearsal", as_json: bool) -> None:
    from inbox_worker.cli.listing import print_table, when

    mails = sorted([*result.taken_in, *result.held], key=lambda mail: mail.received)
    if as_json:
        for mail in mails:
            print_json(_object(mail))
        print_json({"left_alone": dict(result.left_alone), **{each.label: each.number for each in result.counts()}})
        return
    rows = [
        (
            when(mail.received, settings.time_zone),
            "" if mail.urgent else mail.sender.text,
            "" if mail.urgent else mail.subject.text,
            "urgent alert" if mail.urgent else mail.what,
            mail.code,
            mail.reply.subject.text if mail.reply else "",
        )
        for mail in mails
    ]
    print_table(("Received", "From", "Subject", "Taken for", "Held", "Reply"), rows, "nothing of a scheme came in")
    for count in result.counts():
        typer.echo(f"{count.label}: {count.number}")
    for code, number in result.left_alone.most_common():
        typer.echo(f"  {number} {code}")


def _object(mail: "RehearsedMail") -> dict[str, object]:
    return {
        "received": mail.received.isoformat(),
        "urgent": mail.urgent,
        "from": mail.sender.text,
        "subject": mail.subject.text,
        "taken_for": mail.what,
        "held": mail.code or None,
        "reference": mail.reference or None,
        "missing": [item.label for item in mail.missing],
        "reply": {"to": mail.reply.to.text, "subject": mail.reply.subject.text} if mail.reply else None,
    }
