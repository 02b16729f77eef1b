"""`outbox`: what goes out, what did, and what a person does with it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json_lines, who

if TYPE_CHECKING:
    from inbox_worker.records import OutboxItem, OutboxState

app = typer.Typer(no_args_is_help=True, help="Messages: list, show, retry, cancel, release what was rehearsed, resume.")
Number = Annotated[int, typer.Argument(help="Number of the message, as in the list")]


@app.command("list")
def list_(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as queued or unknown")] = None,
    limit: Annotated[int, typer.Option(help="At most this many")] = 100,
) -> None:
    """List messages, oldest first."""
    from inbox_worker.cli.listing import print_table, when

    with clear_errors(), opened(config) as (settings, store):
        with store.reading() as view:
            found = view.outbox([_state(state)] if state else None, limit=limit)
        if as_json:
            print_json_lines(_object(item) for item in found)
            return
        rows = [
            (
                str(item.id),
                when(item.queued_at, settings.time_zone),
                item.template,
                item.recipient,
                item.state.value,
                f"{item.code or ''} {item.status or ''}".strip(),
                str(item.tries or ""),
                item.application or "",
            )
            for item in found
        ]
        print_table(("No.", "Queued", "What", "To", "State", "Answer", "Tries", "For"), rows, "the outbox is empty")


@app.command()
def show(number: Number, config: ConfigOption = None) -> None:
    """Show one message as it goes over the wire."""
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        tx.outbox_item(number) or _not_there(number)
        content = tx.content(number)
        tx.audit(who(), "viewed", f"outbox {number}", datetime.now(UTC))
    typer.echo(content.decode("ascii", "replace") if content is not None else "its text was purged")


@app.command()
def retry(number: Number, config: ConfigOption = None) -> None:
    """Try a failed or unknown message again now. An unknown one may arrive twice: look into the Sent folder first."""
    _move(number, config, "retry")


@app.command()
def cancel(number: Number, config: ConfigOption = None) -> None:
    """Cancel a message that has not gone out."""
    _move(number, config, "cancel")


@app.command()
def release(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of rehearsed messages")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rehearsed messages")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    config: ConfigOption = None,
) -> None:
    """Send rehearsed messages after all: these, or all of them. Asks before it does.

    In mode rehearse they wait until the service runs in mode live.
    """
    from inbox_worker.errors import UsageError
    from inbox_worker.plurals import counted
    from inbox_worker.records import OutboxState

    with clear_errors(), opened(config) as (settings, store):
        if bool(numbers) == every:
            raise UsageError("name the numbers of rehearsed messages, or --all; see: outbox list --state rehearsed")
        with store.reading() as view:
            waiting = {item.id for item in view.outbox([OutboxState.REHEARSED])}
        chosen = sorted(waiting if every else waiting & set(numbers or ()))
        if not chosen:
            raise UsageError("none of these is a rehearsed message; see: outbox list --state rehearsed")
        if not yes:
            when = "" if settings.mode == "live" else ", once the service runs in mode live"
            typer.confirm(f"{counted(len(chosen), 'message')} will be sent{when}. Go on?", abort=True)
        with store.transaction() as tx:
            done = tx.release(chosen, by=who(), at=datetime.now(UTC))
    typer.echo(f"queued: {counted(len(done), 'message')}")
    if settings.mode == "rehearse":
        typer.echo("nothing goes out yet: mode rehearse; they go out once the service runs in mode live")


@app.command()
def resume(config: ConfigOption = None) -> None:
    """Let replies go out again after the fuse tripped. Look at the list first: why were there so many?"""
    from inbox_worker.claims import REPLIES_FUSE

    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        done = tx.reset(REPLIES_FUSE, by=who(), at=datetime.now(UTC))
    typer.echo("replies go out again" if done else "the fuse was not tripped")


def _move(number: int, config: Path | None, how: str) -> None:
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        item = tx.outbox_item(number) or _not_there(number)
        now = datetime.now(UTC)
        moved = tx.retry(number, by=who(), at=now) if how == "retry" else tx.cancel(number, by=who(), at=now)
        if moved is None:
            _wrong_state(item, how)
    typer.echo(f"{number}: {moved.state.value}")


def _wrong_state(item: "OutboxItem", how: str) -> NoReturn:
    from inbox_worker.errors import UsageError

    what = "it cannot be cancelled" if how == "cancel" else "there is nothing to retry"
    raise UsageError(f"message {item.id} is {item.state.value}: {what}")


def _state(text: str) -> "OutboxState":
    from inbox_worker.errors import UsageError
    from inbox_worker.records import OutboxState

    try:
        return OutboxState(text)
    except ValueError:
        raise UsageError(f'state: expected one of {", ".join(s.value for s in OutboxState)}, found "{text}"') from None


def _object(item: "OutboxItem") -> dict[str, object]:
    return {
        "number": item.id,
        "message_id": item.message_id,
        "kind": item.kind.value,
        "template": item.template,
        "to": item.recipient,
        "state": item.state.value,
        "queued": item.queued_at.isoformat(),
        "next_try": item.next_try_at.isoformat(),
        "sent": item.sent_at.isoformat() if item.sent_at else None,
        "tries": item.tries,
        "code": item.code,
        "status": item.status,
        "application": item.application,
    }


def _not_there(number: int) -> NoReturn:
    from inbox_worker.errors import UsageError

    raise UsageError(f"there is no message {number}; see: inbox-worker outbox list")
