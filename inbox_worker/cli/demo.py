"""`demo`: try everything on this machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import clear_errors

if TYPE_CHECKING:
    from rich.console import Console

    from inbox_worker.demo.run import Demo, Happened
    from inbox_worker.templates import Templates


def demo(
    out: Annotated[Path, typer.Option(help="Folder for what the demo leaves behind")] = Path("demo-output"),
) -> None:
    """Run the whole job here: a real IMAP and a real SMTP server on this machine, eight mails, and what comes of each.

    Nothing leaves this machine. Database, sent mails and exports stay in a folder to look at.
    """
    from inbox_worker import log
    from inbox_worker.errors import ConfigError

    with clear_errors():
        try:
            from inbox_worker.demo.run import run_demo
        except ModuleNotFoundError as error:
            raise ConfigError(f"demo: {error.name} is not installed; run: pip install 'inbox-worker[demo]'") from None
        log.setup("console", "error")
        _show(run_demo(out))


def _show(done: "Demo") -> None:
    from rich.console import Console

    from inbox_worker.assembly import load_templates
    from inbox_worker.config import load

    templates = load_templates(load(done.folder / "config.yaml"))
    console = Console(highlight=False)
    console.rule("[bold]Eight mails came to the mailbox; this became of each", align="left")
    for happened in done.happened:
        _show_mail(console, happened, templates)
    console.rule("[bold]One reply, as the applicant sees it", align="left")
    console.print(_as_read(done), markup=False, soft_wrap=True)
    console.rule("[bold]What is left to look at", align="left")
    console.print(f"{done.messages} messages were sent, all of them to this machine's own SMTP server.")
    console.print(f"All {done.unseen} mails in the mailbox are still unread: the worker leaves no trace there.\n")
    folder = done.folder.resolve()
    for what, name in (
        ("sent mails", "sent"),
        ("mails that came", "received"),
        ("spreadsheet", "applications.xlsx"),
        ("CSV", "applications.csv"),
        ("database", "demo.db"),
    ):
        console.print(f"  {what:16} {folder / name}", soft_wrap=True)
    go_on = f"{sys.argv[0]} applications list --config {folder / 'config.yaml'}"
    console.print(f"\nGo on with: {go_on}", markup=False, soft_wrap=True)
    console.print("The demo's servers are gone: commands that read the database work; check, once and rehearse do not.")


def _show_mail(console: "Console", happened: "Happened", templates: "Templates") -> None:
    from rich.markup import escape

    ledger = happened.ledger
    colour = {"reply": "green", "hold": "yellow", "skip": "bright_black"}[ledger.outcome.value]
    console.print(f"\n[bold]{escape(happened.sample.title)}[/]")
    why = f"{ledger.intent.value.replace('_', ' ')}, rule {ledger.code}"
    if ledger.outcome.value != "reply":  # an ordinary mail needs no reason
        why += f": {templates.reason(ledger.code).title}"
    console.print(f"  [{colour}]{ledger.outcome.name:5}[/]  {why}")
    if happened.application is not None:
        now = happened.application.state.value.replace("_", " ")
        console.print(f"         application {happened.application.reference}, now: {now}")
    for item in happened.messages:
        console.print(f"         {item.template.replace('_', ' ')} -> {escape(item.recipient)} ({item.state.value})")
    if not happened.messages:
        console.print("         no mail was sent, not a word of it is stored")


def _as_read(done: "Demo") -> str:
    """Return the plain text of the reply with the heads that a mail program shows."""
    from email.header import decode_header, make_header

    message = done.shown
    heads = [f"{name}: {make_header(decode_header(str(message[name])))}" for name in ("From", "To", "Subject")]
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    payload = text.get_payload(decode=True)
    return "\n".join(heads) + "\n\n" + (payload.decode("utf-8") if isinstance(payload, bytes) else "")
