"""What the team does with applications on the command line: correct, decide, export, release."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from inbox_worker.cli.main import app
from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.resources import file
from tests.site import running
from tests.team.people import applies, sent_to


def command(tmp_path: Path, *arguments: str, exit_code: int = 0) -> str:
    arguments = (*arguments, "--config", str(tmp_path / "config.yaml"))
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == exit_code, result.output
    return result.output


def test_a_correction_keeps_the_old_value_who_and_when_and_completes_the_application(
    pymap: ImapServer, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url) as site:
        pymap.deliver(applies("Ann Person", 1, "motivation"))
        site.once()
    assert "incomplete" in command(tmp_path, "applications", "list")
    said = command(tmp_path, "applications", "correct", "mha-0001", "motivation", "She rang me.", "--by", "Robin")
    assert said == "MHA-0001: motivation is corrected; received\n"
    said = command(tmp_path, "applications", "correct", "MHA-0001", "job_title", "Porter", "--by", "Robin")
    assert said == "MHA-0001: job_title is corrected; received\n"
    shown = command(tmp_path, "applications", "show", "MHA-0001")
    before = shown[shown.index("Before") : shown.index("When")]
    assert "Library Assistant" in before
    assert "Porter" in shown
    assert "corrected" in shown
    assert "Robin" in shown
    assert "incomplete" in command(tmp_path, "applications", "correct", "MHA-0001", "motivation", "")
    assert "expected one of name, job_title" in command(
        tmp_path, "applications", "correct", "MHA-0001", "shoe_size", "9", exit_code=2
    )


def test_an_export_and_a_backup_into_a_folder_that_is_not_there_end_alike(sqlite_url: str, tmp_path: Path) -> None:
    text = file("config.example.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text) | {"database": sqlite_url}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    for arguments in (("applications", "export"), ("backup",)):
        said = command(tmp_path, *arguments, str(tmp_path / "none" / "out.csv"), exit_code=2)
        assert "cannot be written (No such file or directory)" in said


def test_a_correction_leaves_what_a_person_has_decided(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(applies("Ann Person", 1))
        site.once()
    for state in ("under_review", "invited", "accepted", "declined", "closed"):
        assert command(tmp_path, "applications", "state", "MHA-0001", state) == f"MHA-0001: {state}\n"
        assert state in command(tmp_path, "applications", "correct", "MHA-0001", "department", "")
        assert "MHA-0001" in command(tmp_path, "applications", "list", "--state", state)
    assert "expected one of held" in command(tmp_path, "applications", "state", "MHA-0001", "hired", exit_code=2)
    assert "there is no application" in command(tmp_path, "applications", "show", "MHA-0099", exit_code=2)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_is_for_its_owner_and_stands_in_the_audit_log(
    kind: str, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(applies("Ann Person", 1), applies("Ben Other", 2))
        site.once()
        out = tmp_path / f"all.{kind}"
        assert command(tmp_path, "applications", "export", str(out)) == f"2 applications in {out}\n"
        with site.service.store.reading() as view:
            log = [line.what for line in view.audit_log(thing="scheme mental-health-ally")]
    assert log == [f"exported 2 as {kind}"]
    assert out.stat().st_mode & 0o777 == 0o600
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))
        assert {row["Name"] for row in rows} == {"Ann Person", "Ben Other"}


def test_rehearsed_replies_are_released_one_by_one_or_all_after_a_question(
    pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def rehearse(data: dict[str, Any]) -> None:
        data["mode"] = "rehearse"

    with running(tmp_path, pymap, smtp_server, sqlite_url, rehearse) as site:
        pymap.deliver(applies("Ann Person", 1), applies("Ben Other", 2))
        site.once()
        with site.service.store.reading() as view:
            replies = [item for item in view.outbox() if item.template == "acknowledgement"]
    arguments = ["outbox", "release", str(replies[0].id), "--config", str(tmp_path / "config.yaml")]
    refused = CliRunner().invoke(app, arguments, input="n\n")
    assert refused.exit_code == 1
    assert "1 message will be sent, once the service runs in mode live. Go on?" in refused.output
    said = command(tmp_path, "outbox", "release", str(replies[0].id), "--yes")
    assert "queued: 1 message" in said
    assert "they go out once the service runs in mode live" in said
    assert smtp_server.deliveries == []
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        assert [len(sent_to(smtp_server, f"{name}@kent.ac.uk")) for name in ("ann.person", "ben.other")] == [1, 0]
        command(tmp_path, "outbox", "release", "--all", "--yes")
        site.once()
    assert [len(sent_to(smtp_server, f"{name}@kent.ac.uk")) for name in ("ann.person", "ben.other")] == [1, 1]
