"""The commands, as `inbox-worker --help` lists them."""

import gc
import os
import sys
from typing import Annotated

import typer

from inbox_worker import __version__
from inbox_worker.cli.applications import app as applications
from inbox_worker.cli.audit import app as audit
from inbox_worker.cli.backfill import backfill
from inbox_worker.cli.check import check
from inbox_worker.cli.database import app as database
from inbox_worker.cli.database import backup
from inbox_worker.cli.demo import demo
from inbox_worker.cli.explain import explain
from inbox_worker.cli.held import app as held
from inbox_worker.cli.migrate import migrate
from inbox_worker.cli.outbox import app as outbox
from inbox_worker.cli.privacy import app as privacy
from inbox_worker.cli.rehearse import rehearse
from inbox_worker.cli.run import once, run
from inbox_worker.cli.status import status
from inbox_worker.cli.templates import templates

app = typer.Typer(
    name="inbox-worker",
    help="Reads a team mailbox, turns expressions of interest into applications, and answers only what it should.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback may quote a mail
    # Panels and colours are for terminals: in a pipe they would only double the time that the help takes.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it on this machine: inbox-worker demo",
)
TRY, SET_UP, SERVICE, PEOPLE = "Try it", "Set up", "Service", "For people"

app.command(rich_help_panel=TRY)(demo)
app.command(rich_help_panel=TRY)(explain)
app.add_typer(templates, name="templates", rich_help_panel=TRY)
app.command(rich_help_panel=SET_UP)(check)
app.command(rich_help_panel=SET_UP)(migrate)
app.command(rich_help_panel=SET_UP)(rehearse)
app.command(rich_help_panel=SET_UP)(backfill)
app.command(rich_help_panel=SERVICE)(run)
app.command(rich_help_panel=SERVICE)(once)
app.command(rich_help_panel=SERVICE)(status)
app.command(rich_help_panel=SERVICE)(backup)
app.add_typer(database, name="database", rich_help_panel=SERVICE)
app.add_typer(applications, name="applications", rich_help_panel=PEOPLE)
app.add_typer(held, name="held", rich_help_panel=PEOPLE)
app.add_typer(outbox, name="outbox", rich_help_panel=PEOPLE)
app.add_typer(privacy, name="privacy", rich_help_panel=PEOPLE)
app.add_typer(audit, name="audit", rich_help_panel=PEOPLE)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inbox-worker {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit")
    ] = False,
) -> None:
    """Options of every command."""


def main() -> None:
    """Run the command line. A fault of ours ends in one line: a traceback may quote a mail."""
    from inbox_worker import log

    log.guard()
    try:
        app()
    except Exception as error:
        from inbox_worker.log import place

        typer.echo(
            f"error: a fault in inbox-worker itself: {type(error).__name__} at {place(error)}; report it", err=True
        )
        if os.environ.get("INBOX_WORKER_TRACEBACK"):
            raise
        sys.exit(70)
    finally:
        gc.freeze()  # the program ends: Python would look through all of it for garbage first, a tenth of a second
