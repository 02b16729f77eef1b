"""Applications -> CSV, XLSX, JSON: every word kept whole, and none of it able to act as a formula (CWE-1236)."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from inbox_worker.core.plan import missing_fields
from inbox_worker.core.scheme import Scheme
from inbox_worker.errors import InboxWorkerError
from inbox_worker.records import Application

_ACTS = "=+-@\t\r\n|%"  # what spreadsheets take for the start of a formula or a command (OWASP CSV injection)
CELL = 32_767  # characters that a cell of a spreadsheet holds


class ExportError(InboxWorkerError):
    """The export cannot be written."""

    exit_code = 73


def rows(applications: Iterable[Application], scheme: Scheme, zone: str) -> tuple[list[str], list[list[str]]]:
    """Return the heads and one row an application: what is known of it, then every field of the scheme."""
    heads = ["Reference", "State", "Received", "Changed", "Sender", "Missing", "Not delivered", "Duplicate of"]
    labels = {field.key: field.label for field in scheme.fields}
    body = []
    for application in applications:
        texts = application.texts()
        body.append(
            [
                application.reference,
                application.state.value.replace("_", " "),
                _time(application.received_at, zone),
                _time(application.updated_at, zone),
                application.sender,
                "; ".join(labels[key] for key in missing_fields(scheme, texts)),
                application.delivery_problem or "",
                application.duplicate_of or "",
                *(texts.get(field.key, "") for field in scheme.fields),
            ]
        )
    return [*heads, *labels.values()], body


def as_csv(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a CSV file with a byte order mark, so that Excel reads it as UTF-8; every cell quoted and harmless."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (heads, *body):
        writer.writerow([harmless_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def write_xlsx(path: Path, heads: Sequence[str], body: Sequence[Sequence[str]], sheet: str) -> None:
    """Write a spreadsheet of text cells alone. A longer text than a cell holds goes on in the rows below it.

    Raises ExportError where the file cannot be written.
    """
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, head in enumerate(heads):
        page.write_string(0, column, head, bold)
        page.set_column(column, column, 16 if column < 8 else 36)
    number = 1
    for row in body:
        height = 1
        for column, cell in enumerate(row):
            pieces = [cell[start : start + CELL] for start in range(0, len(cell), CELL)] or [""]
            height = max(height, len(pieces))
            for down, piece in enumerate(pieces):
                _write(page, number + down, column, piece, wrapped)
        number += height
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(number - 1, 1), len(heads) - 1)
    try:
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise ExportError(f"{path}: cannot be written; name another file") from error


def as_json(applications: Iterable[Application], scheme: Scheme) -> str:
    """Return a JSON list with one object an application: its values with source and confidence."""
    return json.dumps([_object(application, scheme) for application in applications], ensure_ascii=False, indent=2)


def harmless_cell(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and does not run it: an apostrophe goes before what would act.

    Spreadsheets look past leading spaces and take full-width forms for the plain ones.
    """
    start = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\u3000")[:1])
    return f"'{text}" if start and start in _ACTS else text


def _write(page: object, row: int, column: int, text: str, form: object) -> None:
    code = page.write_string(row, column, text, form)  # type: ignore[attr-defined]
    if code != 0:  # -2: the text is too long and was left out
        raise ExportError(f"row {row + 1}: a cell could not be written (code {code})")


def _object(application: Application, scheme: Scheme) -> dict[str, object]:
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


def _time(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
