"""`privacy`: retention, and the rights of the people whose mail is kept.

An address on a command line is seen by every account of the machine while the command runs, and stays in the shell's
history. So an address is read from standard input where "-" stands in its place.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json, say, who

if TYPE_CHECKING:
    from inbox_worker.holdings import Holdings
    from inbox_worker.privacy import Erasure, Purged

app = typer.Typer(no_args_is_help=True, help="Retention; erase, export or restrict what is held about one person.")
AddressArgument = Annotated[
    str,
    typer.Argument(
        help='The e-mail address; "-" reads it from standard input: a command line can be seen by other accounts',
        metavar="ADDRESS|-",
    ),
]
ByOption = Annotated[str | None, typer.Option(help="Who decided it, for the audit log (default: you)")]


@app.command()
def purge(
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is due; remove nothing")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove what was kept for its time (see retention in the configuration). The service does this once a day."""
    from inbox_worker import vault
    from inbox_worker.privacy import purge as remove

    with clear_errors(), opened(config) as (settings, store):
        done = remove(store, vault.periods(settings), datetime.now(UTC), dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, "removed": done.counts, "overdue": done.overdue, "scrubbed": done.scrubbed})
    else:
        _show_purge(done, dry_run)


@app.command()
def erase(
    address: AddressArgument,
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer")] = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove everything about one address: applications, held mail, messages, exports. This cannot be undone."""
    from inbox_worker import vault
    from inbox_worker.privacy import erase as remove

    with clear_errors(), opened(config) as (settings, store):
        given = _address(address)
        fields = vault.email_fields(settings)
        with store.reading() as view:
            tombs = vault.tombs_to_erase(settings, view)
            found = view.holdings(given, fields)
        _confirm(found, yes, from_stdin=address == "-")
        done = remove(store, tombs, given, fields, settings.privacy.exports, by=by or who(), at=datetime.now(UTC))
    if as_json:
        print_json(_erasure_object(done))
    else:
        _show_erasure(done)


@app.command()
def export(
    address: AddressArgument,
    config: ConfigOption = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write into (default: privacy.exports)")] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything held about one address: JSON and a page to read. Check who asks before you hand it out."""
    from inbox_worker import vault
    from inbox_worker.dossiers import write
    from inbox_worker.plurals import counted

    with clear_errors(), opened(config) as (settings, store):
        now = datetime.now(UTC)
        with store.transaction() as tx:
            dossier = tx.dossier(_address(address), vault.email_fields(settings), now)
            for thing in dossier.things():
                tx.audit(by or who(), "exported for its person", thing, now)
        labels = {field.key: field.label for scheme in settings.schemes for field in scheme.fields}
        paths = write(dossier, out or settings.privacy.exports, labels, settings.time_zone)
    if as_json:
        print_json({"files": [str(path) for path in paths], "applications": len(dossier.applications)})
        return
    found = counted(len(dossier.applications), "application"), counted(len(dossier.messages), "message")
    typer.echo(f"{', '.join(found)}, {len(dossier.held)} held")
    for path in paths:
        typer.echo(str(path))
    say("not in it: the mails themselves in the mailbox, and overviews to the team that name many people")


@app.command()
def restrict(
    reference: Annotated[str, typer.Argument(help="Reference of the application, such as MHA-0001")],
    config: ConfigOption = None,
    lift: Annotated[bool, typer.Option("--lift", help="Lift the restriction")] = False,
    by: ByOption = None,
) -> None:
    """Keep an application and do nothing else with it: no automatic mail, not in summaries, not purged."""
    from inbox_worker.errors import UsageError
    from inbox_worker.plurals import counted
    from inbox_worker.privacy import restrict as set_

    with clear_errors(), opened(config) as (_, store):
        done = set_(store, reference, not lift, by=by or who(), at=datetime.now(UTC))
        if done is None:
            raise UsageError(f'there is no application "{reference}"; see: inbox-worker applications list')
    changed, stopped = done
    typer.echo(f"{changed.reference}: {'the restriction is lifted' if lift else 'restricted'}")
    if stopped:
        typer.echo(f"cancelled: {counted(stopped, 'message')} that waited to go out")


def _address(given: str) -> str:
    from inbox_worker.errors import UsageError

    text = (sys.stdin.readline() if given == "-" else given).strip()
    if text.count("@") != 1 or any(character.isspace() for character in text) or text.startswith("@"):
        raise UsageError("address: expected one e-mail address, found something else (not shown)")
    return text


def _confirm(found: "Holdings", yes: bool, *, from_stdin: bool) -> None:
    from inbox_worker.errors import UsageError
    from inbox_worker.plurals import counted

    say(
        f"found: {counted(len(found.applications), 'application')}, {counted(len(found.held), 'held mail')}, "
        f"{counted(len(found.messages), 'message')}, {counted(len(found.mails), 'mail')} in the ledger, "
        f"{counted(len(found.overviews), 'overview')} to the team"
    )
    if yes:
        return
    if from_stdin or not sys.stdin.isatty():
        raise UsageError("nothing is erased: nobody can be asked here; repeat with --yes if this is right")
    if not typer.confirm("Erase all of it? It cannot be undone", err=True):
        raise typer.Exit(1)


def _show_purge(done: "Purged", dry_run: bool) -> None:
    from inbox_worker.cli.listing import print_table

    head = "Would go" if dry_run else "Removed"
    print_table(("Category", head), [(name, str(number)) for name, number in done.counts.items()], "")
    for name, number in done.overdue.items():
        if number:
            say(f"{number} {name} for longer than undecided applications are kept: a person must decide")
    if not done.scrubbed:
        say("the database file could not be written anew while it was in use; the next purge does it")


def _show_erasure(done: "Erasure") -> None:
    from inbox_worker.privacy import UNREACHED

    for name, number in done.erased.counts.items():
        typer.echo(f"{name}: {number}")
    typer.echo(f"exports removed: {len(done.files)}")
    typer.echo("not reached, please see to it yourself:")
    for line in UNREACHED:
        typer.echo(f"  - {line}")
    if not done.scrubbed:
        say("the rows are gone, but the file could not be written anew while it was in use; repeat when it is idle")


def _erasure_object(done: "Erasure") -> dict[str, object]:
    from inbox_worker.privacy import UNREACHED

    return {
        "references": list(done.erased.references),
        "removed": done.erased.counts,
        "files": [str(path) for path in done.files],
        "scrubbed": done.scrubbed,
        "not_reached": list(UNREACHED),
    }
