"""`held`: mail that waits for a person."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json_lines, who

if TYPE_CHECKING:
    from inbox_worker.records import HeldMail

app = typer.Typer(no_args_is_help=True, help="Mail that waits for a person: list, show, accept, resolve.")
Number = Annotated[int, typer.Argument(help="Number of the entry, as in the list and in the alert")]


@app.command("list")
def list_(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    every: Annotated[bool, typer.Option("--all", help="Also what is resolved")] = False,
) -> None:
    """List what waits for a person: distress first, then the oldest."""
    from inbox_worker.cli.listing import print_table, when

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
                ("Why", f"{entry.ledger.code}: {reason.why}"),
                ("What to do", reason.todo),
                ("Application", entry.application or ""),
                ("Now", _standing(entry)),
            ]
        )


@app.command()
def accept(
    number: Number,
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who takes care of it [default: you]")] = None,
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
    by: Annotated[str | None, typer.Option(help="Who resolved it [default: you]")] = None,
) -> None:
    """Close an entry: a person has done what was needed. Sends nothing."""
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        entry = tx.held_mail(number) or _not_there(number)
        done = tx.resolve(number, by=by or who(), how="closed", at=datetime.now(UTC))
    typer.echo(f"{number}: resolved" if done else f"{number}: {_standing(entry)} already")


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
    from inbox_worker.errors import ConfigError

    raise ConfigError(f"there is no held mail {number}; see: inbox-worker held list --all")
