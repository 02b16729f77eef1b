"""`applications`: list, show, correct, change the state, export."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json_lines, who

if TYPE_CHECKING:
    from inbox_worker.config import Config
    from inbox_worker.core.effects import ApplicationState
    from inbox_worker.core.scheme import Scheme
    from inbox_worker.records import Application
    from inbox_worker.store import Store, Tx

app = typer.Typer(no_args_is_help=True, help="Applications: list, show, correct, change the state, export.")
Reference = Annotated[str, typer.Argument(help="Reference of the application, such as MHA-0001")]
SchemeOption = Annotated[str | None, typer.Option(help="Key of the scheme (default: all, or the first)")]


@app.command("list")
def list_(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    state: Annotated[str | None, typer.Option(help="Only those in this state")] = None,
    scheme: SchemeOption = None,
    limit: Annotated[int, typer.Option(help="At most this many, newest first")] = 100,
) -> None:
    """List applications, newest first."""
    from inbox_worker.cli.listing import print_table, when
    from inbox_worker.exports import as_object
    from inbox_worker.records import ApplicationFilter

    with clear_errors(), opened(config) as (settings, store):
        states = (_state(state),) if state else None
        schemes = (_scheme(settings, scheme).key,) if scheme else None
        with store.reading() as view:
            found = view.applications(ApplicationFilter(states=states, schemes=schemes, limit=limit))
        if as_json:
            print_json_lines(as_object(each, _scheme(settings, each.scheme)) for each in found)
            return
        print_table(
            ("Reference", "Received", "State", "Name", "Missing", "Notes"),
            [_row(each, _scheme(settings, each.scheme), when(each.received_at, settings.time_zone)) for each in found],
            "there are no applications",
        )


@app.command()
def show(reference: Reference, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show one application: every value with its source, and what happened to it."""
    from inbox_worker.cli.listing import print_pairs, print_table, when
    from inbox_worker.exports import as_object

    with clear_errors(), opened(config) as (settings, store):
        with store.transaction() as tx:
            found = tx.application(reference)
            events = tx.events(reference) if found else ()
            earlier = [value for value in tx.history(reference) if value.superseded_at is not None] if found else []
            if found:
                tx.audit(who(), "viewed", found.reference, datetime.now(UTC))
        found = found or _not_there(reference)
        scheme = _scheme(settings, found.scheme)
        if as_json:
            print_json_lines([as_object(found, scheme)])
            return
        head = [("Reference", found.reference), ("Scheme", scheme.name), ("State", found.state.value)]
        head += [("Received", when(found.received_at, settings.time_zone)), ("Sender", found.sender)]
        if found.delivery_problem:
            head.append(("Not delivered", found.delivery_problem))
        print_pairs(head)
        print_table(("Field", "Value", "Source", "Sure"), _value_rows(found, scheme), "no values")
        labels = {field.key: field.label for field in scheme.fields}
        zone = settings.time_zone
        if earlier:
            old = [(labels.get(v.key, v.key), v.text, v.by, when(v.superseded_at, zone)) for v in earlier]
            print_table(("Before", "Value", "By", "Until"), old, "")
        rows = [(when(event.at, settings.time_zone), event.what, event.detail, event.by) for event in events]
        print_table(("When", "What", "Detail", "By"), rows, "nothing happened yet")


@app.command()
def correct(
    reference: Reference,
    field: Annotated[str, typer.Argument(help="Key of the field, as in the export")],
    value: Annotated[str, typer.Argument(help='The right value; "-" reads it from standard input')],
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who corrects it (default: you)")] = None,
) -> None:
    """Correct one value. The old one is kept, with who changed it and when."""
    import sys

    from inbox_worker.errors import UsageError

    with clear_errors(), opened(config) as (settings, store):
        with store.reading() as view:
            found = view.application(reference) or _not_there(reference)
        scheme = _scheme(settings, found.scheme)
        keys = [item.key for item in scheme.fields]
        if field not in keys:
            raise UsageError(f'field: expected one of {", ".join(keys)}, found "{field}"')
        text = sys.stdin.read().strip() if value == "-" else value
        with store.transaction() as tx:
            corrected = tx.correct(reference, field, text, by=by or who(), at=datetime.now(UTC)) or found
            corrected = _restated(tx, corrected, scheme, by or who())
    typer.echo(f"{found.reference}: {field} is corrected; {corrected.state.value}")


def _restated(tx: "Tx", application: "Application", scheme: "Scheme", by: str) -> "Application":
    """Bring the state in line with what a correction left missing. What a person has decided stays."""
    from inbox_worker.core.effects import ApplicationState
    from inbox_worker.core.plan import missing_fields

    lacks = bool(missing_fields(scheme, application.texts()))
    complete = (ApplicationState.RECEIVED, ApplicationState.ACKNOWLEDGED)
    new, old = (ApplicationState.INCOMPLETE, complete) if lacks else (complete[0], (ApplicationState.INCOMPLETE,))
    now = datetime.now(UTC)
    return tx.set_state(application.id, new, by=by, at=now, only_from=old) or application


@app.command()
def state(
    reference: Reference,
    new: Annotated[
        str, typer.Argument(help="The new state, such as under_review, invited, accepted, declined, closed")
    ],
    config: ConfigOption = None,
    by: Annotated[str | None, typer.Option(help="Who decided (default: you)")] = None,
) -> None:
    """Change where an application stands. Sends nothing."""
    with clear_errors(), opened(config) as (_, store), store.transaction() as tx:
        changed = tx.set_state(reference, _state(new), by=by or who(), at=datetime.now(UTC)) or _not_there(reference)
    typer.echo(f"{changed.reference}: {changed.state.value}")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: its ending .csv, .xlsx or .json says the form")],
    config: ConfigOption = None,
    scheme: SchemeOption = None,
) -> None:
    """Export applications, every answer in full. The file holds personal data: keep it as you keep the database."""
    from inbox_worker.plurals import counted

    with clear_errors(), opened(config) as (settings, store):
        kind = _kind(out)
        chosen = _scheme(settings, scheme or settings.schemes[0].key)
        number = write_export(out, kind, chosen, store, settings.time_zone, settings.scheme(chosen.key).group_by)
        with store.transaction() as tx:
            tx.audit(who(), f"exported {number} as {kind}", f"scheme {chosen.key}", datetime.now(UTC))
    typer.echo(f"{counted(number, 'application')} in {out}")


def write_export(
    out: Path, kind: Literal["csv", "xlsx", "json"], scheme: "Scheme", store: "Store", zone: str, group_by: str | None
) -> int:
    """Write all applications of `scheme` to `out`, readable by its owner alone; return how many."""
    from inbox_worker.exports import as_csv, as_json, as_xlsx, table, write
    from inbox_worker.records import ApplicationFilter

    with store.reading() as view:
        found = view.applications(ApplicationFilter(schemes=(scheme.key,)))
    if kind == "xlsx":
        write(out, as_xlsx(found, scheme, zone, group_by))
    else:
        text = as_csv(table(found, scheme, zone)) if kind == "csv" else as_json(found, scheme)
        write(out, text.encode("utf-8"))
    return len(found)


def _kind(out: Path) -> Literal["csv", "xlsx", "json"]:
    from inbox_worker.errors import UsageError

    match out.suffix.lower():
        case ".csv":
            return "csv"
        case ".xlsx":
            return "xlsx"
        case ".json":
            return "json"
    raise UsageError(f'out: expected a file that ends in .csv, .xlsx or .json, found "{out.name}"')


def _row(application: "Application", scheme: "Scheme", received: str) -> tuple[str, ...]:
    from inbox_worker.core.plan import missing_fields

    texts = application.texts()
    name = next((texts[field.key] for field in scheme.fields if field.kind.value == "name" and field.key in texts), "")
    notes = [flag.code for flag in application.flags]
    notes += ["not delivered"] if application.delivery_problem else []
    missing = ", ".join(missing_fields(scheme, texts))
    return application.reference, received, application.state.value, name, missing, ", ".join(notes)


def _value_rows(application: "Application", scheme: "Scheme") -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for field in scheme.fields:
        value = application.values.get(field.key)
        if value is None:
            found.append((field.label, "", "missing" if field.required else "", ""))
        else:
            found.append((field.label, value.text, value.source, f"{round(value.confidence * 100)} %"))
    return found


def _scheme(settings: "Config", key: str) -> "Scheme":
    from inbox_worker.config.rules import scheme
    from inbox_worker.errors import UsageError

    try:
        return scheme(settings.scheme(key))
    except KeyError:
        keys = ", ".join(each.key for each in settings.schemes)
        raise UsageError(f'scheme: expected one of {keys}, found "{key}"') from None


def _state(text: str) -> "ApplicationState":
    from inbox_worker.core.effects import ApplicationState
    from inbox_worker.errors import UsageError

    try:
        return ApplicationState(text)
    except ValueError:
        states = ", ".join(state.value for state in ApplicationState)
        raise UsageError(f'state: expected one of {states}, found "{text}"') from None


def _not_there(reference: str) -> NoReturn:
    from inbox_worker.errors import UsageError

    raise UsageError(f'there is no application "{reference}"; see: inbox-worker applications list')
