"""Applications -> CSV, XLSX, JSON: every word kept whole, and none of it able to act as a formula (CWE-1236)."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from inbox_worker.core.plan import missing_fields
from inbox_worker.core.scheme import FieldKind, Scheme
from inbox_worker.core.summarise import by_week, grouped
from inbox_worker.errors import UsageError
from inbox_worker.records import Application
from inbox_worker.safe_text import revealed
from inbox_worker.template_filters import date
from inbox_worker.workbook import Cell, Chart, Table, acts, workbook

_HEADS = ("Reference", "State", "Received", "Changed", "Sender", "Missing", "Not delivered", "Duplicate of", "Notes")


class ExportError(UsageError):
    """The export cannot be written where it was asked for."""


def table(applications: Iterable[Application], scheme: Scheme, zone: str, *, answers: bool = True) -> Table:
    """Return one row an application: what is known of it, then the scheme's fields.

    answers: with the fields of kind text; a digest leaves them out. Times are in `zone`.
    """
    fields = [field for field in scheme.fields if answers or field.kind is not FieldKind.TEXT]
    wide = frozenset(number for number, field in enumerate(fields, len(_HEADS)) if field.kind is FieldKind.TEXT)
    body = tuple(
        (*_about(each, scheme, zone), *(each.texts().get(field.key, "") for field in fields)) for each in applications
    )
    return Table("Applications", (*_HEADS, *(field.label for field in fields)), body, wide)


def charts(
    received: Iterable[tuple[datetime, str]], scheme: Scheme, zone: str, group_by: str | None = None, span: str = ""
) -> tuple[Chart, ...]:
    """Return applications by week and, where `group_by` names a field, by its values.

    received: when each came in, with its value of that field, "" for none. span: the time they are of, for the titles.
    """
    found = list(received)
    of = f", {span}" if span else ""
    weeks = by_week((at for at, _ in found), ZoneInfo(zone))
    points = tuple((date(datetime.combine(monday, datetime.min.time())), number) for monday, number in weeks)
    drawn = [Chart(f"Applications by week{of}", "Week from Monday", points, "column")]
    if group_by is not None:
        label = scheme.field(group_by).label
        named = tuple((tally.label, tally.number) for tally in grouped(value for _, value in found))
        drawn.append(Chart(f"Applications by {label}{of}", label, named, "bar"))
    return tuple(drawn)


def as_xlsx(applications: Sequence[Application], scheme: Scheme, zone: str, group_by: str | None = None) -> bytes:
    """Return a spreadsheet: every application with its answers, and charts."""
    received = [(each.received_at, each.texts().get(group_by or "", "")) for each in applications]
    return workbook([table(applications, scheme, zone)], charts(received, scheme, zone, group_by))


def as_csv(rows: Table) -> str:
    """Return a CSV file with a byte order mark, so that Excel reads it as UTF-8; every cell quoted and harmless."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (rows.heads, *rows.rows):
        writer.writerow([harmless_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def as_json(applications: Iterable[Application], scheme: Scheme) -> str:
    """Return a JSON list with one object an application: its values with source and confidence, letter by letter."""
    return json.dumps([as_object(application, scheme) for application in applications], ensure_ascii=False, indent=2)


def harmless_cell(cell: Cell) -> str:
    """Return `cell` so that a spreadsheet shows it and does not run it: an apostrophe goes before what would act."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    text = revealed(str(cell))
    return f"'{text}" if acts(text) else text


def write(out: Path, content: bytes) -> None:
    """Write a file that its owner alone can read; an older one is replaced whole. Raises ExportError."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        part.write_bytes(content)
        part.replace(out)
    except OSError as error:
        raise ExportError(f"{out}: cannot be written ({error.strerror}); name another file") from error


def as_object(application: Application, scheme: Scheme) -> dict[str, object]:
    """Return an application as JSON has it."""
    return {
        "reference": application.reference,
        "scheme": application.scheme,
        "state": application.state.value,
        "received": application.received_at.isoformat(),
        "changed": application.updated_at.isoformat(),
        "sender": application.sender,
        "missing": list(missing_fields(scheme, application.texts())),
        "delivery_problem": application.delivery_problem,
        "duplicate_of": application.duplicate_of,
        "fields": {
            key: {"value": value.text, "source": value.source, "confidence": value.confidence, "by": value.by}
            for key, value in application.values.items()
        },
        "flags": [{"code": flag.code, "detail": flag.detail} for flag in application.flags],
    }


def _about(application: Application, scheme: Scheme, zone: str) -> tuple[Cell, ...]:
    labels = {field.key: field.label for field in scheme.fields}
    flags = (f"{flag.code} ({labels.get(flag.detail, flag.detail)})".replace(" ()", "") for flag in application.flags)
    return (
        application.reference,
        application.state.value.replace("_", " "),
        application.received_at.astimezone(ZoneInfo(zone)),
        application.updated_at.astimezone(ZoneInfo(zone)),
        application.sender,
        "; ".join(labels[key] for key in missing_fields(scheme, application.texts())),
        application.delivery_problem or "",
        application.duplicate_of or "",
        "; ".join(flags),
    )
