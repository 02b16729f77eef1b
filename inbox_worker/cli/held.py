"""`held`: mail that waits for a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json_lines, titles, who

if TYPE_CHECKING:
    from inbox_worker.assembly import Service
    from inbox_worker.held_mail import Came
    from inbox_worker.records import HeldMail

app = typer.Typer(
    no_args_is_help=True, help="Mail that waits for a person: list, show, accept, approve, retry, resolve."
)
Number = Annotated[int, typer.Argument(help="Number of the entry, as in the list and in the alert")]


@app.command("list")
def list_(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    every: Annotated[bool, typer.Option("--all", help="Also what is resolved")] = False,
) -> None:
    """List what waits for a person: distress first, then the oldest."""
    from inbox_worker.cli.listing import print_codes, print_table, when

    with clear_errors(), opened(config) as (settings, store):
        with store.reading() as view:
            found = view.held(open_only=not every)
        if as_json:
            print_json_lines(_object(entry) for entry in found)
            return
        rows = [
            (
                str(entry.id),
                when(entry.ledger.received_at, settings.time_zone),
                entry.ledger.code
                if entry.ledger.tier.value not in "AB"
                else f"{entry.ledger.code} {entry.ledger.tier.value}",
                entry.sender_name or entry.sender,
                entry.subject,
                _standing(entry),
            )
            for entry in found
        ]
        print_table(("No.", "Received", "Why", "From", "Subject", "Now"), rows, "nothing waits for a person")
        print_codes(titles(settings, (entry.ledger.code for entry in found)))


@app.command()
def show(number: Number, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show one entry, and why it is held in plain words."""
    from inbox_worker.assembly import load_templates
    from inbox_worker.cli.listing import print_pairs, when

    with clear_errors(), opened(config) as (settings, store):
        with store.transaction() as tx:
            entry = tx.held_mail(number) or _not_there(number)
            tx.audit(who(), "viewed", f"held {number}", datetime.now(UTC))
        if as_json:
            print_json_lines([_object(entry)])
            return
        reason = load_templates(settings).reason(entry.ledger.code)
        zone = settings.time_zone
        place = f"{entry.ledger.mail_id.mailbox}, folder {entry.ledger.mail_id.folder}"
        print_pairs(
            [
                ("Received", when(entry.ledger.received_at, zone)),
                ("From", f"{entry.sender_name} <{entry.sender}>".strip()),
                ("Subject", entry.subject),
                ("Mailbox", place),
                ("Why", f"{entry.ledger.code}: {reason.title}. {reason.why}"),
                ("What to do", reason.todo),
                ("Application", entry.application or ""),
                ("Now", _standing(entry)),
            ]
        )


@app.command()
def accept(
    number: Number,
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who takes care of it (default: you)")] = None,
) -> None:
    """Say that a person takes care of it: its alerts are repeated no more."""
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        entry = tx.held_mail(number) or _not_there(number)
        done = tx.accept(number, by=by or who(), at=datetime.now(UTC))
    typer.echo(f"{number}: accepted" if done else f"{number}: {_standing(entry)} already")


@app.command()
def resolve(
    number: Number,
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who resolved it (default: you)")] = None,
) -> None:
    """Close an entry: a person has done what was needed. Sends nothing."""
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        entry = tx.held_mail(number) or _not_there(number)
        done = tx.resolve(number, by=by or who(), how="closed", at=datetime.now(UTC))
    typer.echo(f"{number}: resolved" if done else f"{number}: {_standing(entry)} already")


@app.command()
def retry(
    number: Number,
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who asks for it (default: you)")] = None,
) -> None:
    """Read the mail again by today's rules: after a change of the configuration, say. Does what follows from it."""
    from inbox_worker.held_mail import retry as work

    with clear_errors(), serving(config) as built:
        came = work(built, _entry(built, number), by or who())
        _tell(number, came, built.config.mode)


@app.command()
def approve(
    number: Number,
    config: ConfigOption = None,
    scheme: Annotated[str | None, typer.Option(help="Key of its scheme, where there are several")] = None,
    reply: Annotated[bool, typer.Option("--reply/--no-reply", help="Send the applicant the mail that is due")] = True,
    to: Annotated[str | None, typer.Option(help="Send it to this address (default: the sender of the mail)")] = None,
    by: Annotated[str | None, typer.Option(help="Who decided (default: you)")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Say that the mail is genuine: take it in, and send the applicant the right mail. Asks before it does.

    Nothing is sent to the sender of a mail on behalf of another (name the applicant's address with --to), and nothing
    to somebody who may be in distress: write to them yourself.
    """
    from inbox_worker.core.addresses import usable
    from inbox_worker.core.approval import Approval
    from inbox_worker.errors import UsageError
    from inbox_worker.held_mail import approve as work
    from inbox_worker.held_mail import scheme_for

    with clear_errors(), serving(config) as built:
        entry = _entry(built, number)
        chosen = scheme_for(built, entry, scheme)
        if to is not None and not usable(to):
            raise UsageError("--to: expected an e-mail address such as name@example.org")
        if not yes:
            what = f"the mail that is due goes to {to or 'the sender, ' + entry.sender}" if reply else "nothing is sent"
            typer.confirm(f"{number} will count as mail about {chosen.name}; {what}. Go on?", abort=True)
        came = work(built, entry, Approval(by or who(), chosen, reply, to))
        _tell(number, came, built.config.mode)


@contextmanager
def serving(config: Path | None) -> "Iterator[Service]":
    """Build the service with its mailboxes, for a command that reads mail."""
    from inbox_worker import log
    from inbox_worker.assembly import service
    from inbox_worker.cli.common import config_path
    from inbox_worker.config import load

    settings = load(config_path(config))
    log.setup(settings.log.format, "warning")
    with service(settings) as built:
        yield built


def _entry(built: "Service", number: int) -> "HeldMail":
    with built.store.reading() as view:
        return view.held_mail(number) or _not_there(number)


def _tell(number: int, came: "Came", mode: str) -> None:
    typer.echo(f"{number}: {'still held' if came.outcome.value == 'hold' else 'read again'} ({came.code})")
    if came.application is not None:
        typer.echo(f"application {came.application.reference}: {came.application.state.value}")
    for item in came.messages:
        when = "goes out with the next delivery" if mode == "live" else "is recorded only: mode rehearse"
        typer.echo(f"{item.template.replace('_', ' ')} to {item.recipient}: {when}")
    if not any(item.kind.value == "reply" for item in came.messages):
        typer.echo("no mail to the applicant")


def _standing(entry: "HeldMail") -> str:
    if entry.resolved_at is not None:
        return f"resolved ({entry.how})"
    return "accepted" if entry.accepted_at is not None else "open"


def _object(entry: "HeldMail") -> dict[str, object]:
    return {
        "number": entry.id,
        "received": entry.ledger.received_at.isoformat(),
        "code": entry.ledger.code,
        "tier": entry.ledger.tier.value,
        "intent": entry.ledger.intent.value,
        "mailbox": entry.ledger.mail_id.mailbox,
        "folder": entry.ledger.mail_id.folder,
        "uid": entry.ledger.mail_id.uid,
        "from": entry.sender,
        "name": entry.sender_name,
        "subject": entry.subject,
        "application": entry.application,
        "state": _standing(entry),
    }


def _not_there(number: int) -> NoReturn:
    from inbox_worker.errors import UsageError

    raise UsageError(f"there is no held mail {number}; see: inbox-worker held list --all")
