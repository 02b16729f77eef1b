"""`explain`: what one or many mails would cause, and why. Touches nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, config_path, print_json, titles

if TYPE_CHECKING:
    from rich.console import Console

    from inbox_worker.config import Config
    from inbox_worker.core.reading import Reading
    from inbox_worker.core.scheme import Rules
    from inbox_worker.reader import Content, Reader


def explain(
    mails: Annotated[list[Path], typer.Argument(help="Mails as .eml files", metavar="MAIL...")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    on_record: Annotated[
        bool, typer.Option("--on-record", help="An application of each sender, and our reply to it, are on record")
    ] = False,
    mailbox: Annotated[str | None, typer.Option(help="The mailbox they came to (default: the first)")] = None,
) -> None:
    """Show what mails would cause, and why: outcome and rule, fields with their sources, the reply.

    Each mail is judged as if it had just arrived. Nothing is stored, sent or marked.
    """
    from inbox_worker.config import load
    from inbox_worker.core.reading import Known

    with clear_errors():
        settings = load(config_path(config, example_will_do=True))
        reader = _reader(settings, mailbox)
        for path in _with_progress(mails):
            content = _read_file(reader, path)
            reading = reader.read(content, Known(assume_record=on_record), content.raw.received)
            if as_json:
                print_json(as_dict(path.stem, reading, reader.rules))
            else:
                _show(path, reading, titles(settings, [reading.decision.code]).get(reading.decision.code, ""))


def as_dict(case: str, reading: "Reading", rules: "Rules") -> dict[str, object]:
    """Return the contract of `explain --json`: outside programs read these keys."""
    from inbox_worker.core.reading import Outcome, Tier

    values = reading.form.values
    scheme = next((scheme for scheme in rules.schemes if scheme.key == reading.scheme), rules.schemes[0])
    return {
        "case": case,
        "intent": reading.intent.value,
        "reply": reading.reply.value,
        "attach_role_description": reading.attach_role_description,
        "reply_to": reading.reply_to,
        "fields": {field.key: values[field.key].text if field.key in values else None for field in scheme.fields},
        "must_review": reading.decision.outcome is Outcome.HOLD,
        "distress": reading.tier in (Tier.A, Tier.B),
        "outcome": reading.decision.outcome.value,
        "code": reading.decision.code,
        "evidence": [reading.decision.evidence, *reading.evidence],
        "sources": {
            key: {"source": value.source, "confidence": round(value.confidence, 2)} for key, value in values.items()
        },
        "scheme": reading.scheme,
        "missing": list(reading.form.missing),
        "flags": [{"code": flag.code, "detail": flag.detail} for flag in reading.flags],
    }


def _reader(settings: "Config", mailbox: str | None) -> "Reader":
    from inbox_worker import lexicon
    from inbox_worker.config.rules import rules
    from inbox_worker.errors import UsageError
    from inbox_worker.reader import Reader

    names = [box.name for box in settings.mailboxes]
    if mailbox is not None and mailbox not in names:
        raise UsageError(f'--mailbox: expected one of {", ".join(names)}, found "{mailbox}"')
    section = settings.mailbox(mailbox) if mailbox else settings.mailboxes[0]
    return Reader(rules(settings, section, lexicon.load()))


def _read_file(reader: "Reader", path: Path) -> "Content":
    from inbox_worker.core.mail import MailId, RawMail
    from inbox_worker.errors import UsageError

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); expected a mail as a file") from None
    content = reader.content(RawMail(MailId("explain", "", 0, 0), data, datetime.now(UTC)))
    # "As if it had just arrived": the mail's own date is the time at which it is judged.
    received = content.email.date or content.raw.received
    return replace(content, raw=replace(content.raw, received=received))


def _with_progress(paths: list[Path]) -> Iterator[Path]:
    import sys

    if len(paths) < 20 or not sys.stderr.isatty():
        yield from paths
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(paths, description="reading", console=Console(stderr=True), transient=True)


def _show(path: Path, reading: "Reading", title: str) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    colour = {"reply": "green", "hold": "yellow", "skip": "dim"}[reading.decision.outcome.value]
    console.rule(f"[bold]{escape(path.name)}", align="left")
    console.print(f"outcome   [{colour}]{reading.decision.outcome.name}[/] by rule [bold]{reading.decision.code}[/]")
    if title:
        console.print(f"          {escape(title)}", soft_wrap=True)
    if reading.decision.evidence:
        console.print(f"saw       {escape(reading.decision.evidence)}", soft_wrap=True)
    console.print(f"intent    {reading.intent.value.replace('_', ' ')}")
    for line in reading.evidence:
        console.print(f"          {escape(line)}", soft_wrap=True)
    if reading.tier.value in ("A", "B"):
        console.print(f"[red]distress  tier {reading.tier.value}: the named contacts are told at once[/]")
    for flag in reading.flags:
        console.print(f"flag      {flag.code} {escape(flag.detail)}".rstrip())
    _show_fields(console, reading)
    _show_reply(console, reading)
    console.print()


def _show_fields(console: "Console", reading: "Reading") -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not reading.form.values:
        return
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column("field", style="bold", no_wrap=True)
    table.add_column("value", ratio=1)
    table.add_column("source")
    table.add_column("sure", justify="right")
    for key, value in reading.form.values.items():
        sure = f"{round(value.confidence * 100)} %"
        table.add_row(key, Text(value.text), value.source, sure if value.confidence >= 0.6 else f"[yellow]{sure} ?[/]")
    console.print(table)
    if reading.form.missing:
        console.print(f"missing   {', '.join(reading.form.missing)}")


def _show_reply(console: "Console", reading: "Reading") -> None:
    if reading.reply_to is None:
        console.print("reply     none")
        return
    attached = " with the role description attached" if reading.attach_role_description else ""
    console.print(f"reply     {reading.reply.value.replace('_', ' ')} to {reading.reply_to}{attached}")
