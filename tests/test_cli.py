"""The command line as people and programs use it: a process, its output, its exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.resources import file
from tests.site import form, mail, running, written

PROGRAM = Path(sys.executable).with_name("inbox-worker")
CONTRACT = {
    "case", "intent", "reply", "attach_role_description", "reply_to", "fields", "must_review", "distress",
    "outcome", "code", "evidence", "sources",
}  # fmt: skip
FIELDS = {
    "name", "job_title", "department", "email", "motivation", "skills_experience", "support_needed", "importance",
}  # fmt: skip


def run(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("INBOX_WORKER_")}
    command = [str(PROGRAM), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**clean, "COLUMNS": "120", **environment}, timeout=120
    )


def one_clear_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert lines, done.stderr
    return "\n".join(lines)


def test_help_names_every_command_and_ends_well(tmp_path: Path):
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("demo", "check", "migrate", "run", "once", "explain", "applications", "held", "outbox", "status"):
        assert re.search(rf"\b{command}\b", done.stdout)


def test_explain_gives_programs_what_the_contract_says(tmp_path: Path):
    (tmp_path / "one.eml").write_bytes(mail(form()))
    (tmp_path / "two.eml").write_bytes(mail("Lunch on Tuesday?", subject="Lunch"))
    done = run("explain", "--json", "one.eml", "two.eml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    one, two = (json.loads(line) for line in done.stdout.splitlines())
    assert set(one) >= CONTRACT
    assert set(one["fields"]) == FIELDS
    assert one["case"] == "one"
    assert (one["intent"], one["reply"], one["reply_to"]) == ("application", "acknowledgement", "t.okoro@kent.ac.uk")
    assert one["outcome"] == "reply"
    assert one["sources"]["name"]["source"].startswith("body line")
    assert (two["intent"], two["reply"], two["reply_to"], two["must_review"]) == ("unrelated", "none", None, False)


def test_explain_shows_people_why(tmp_path: Path):
    (tmp_path / "one.eml").write_bytes(mail(form("importance")))
    done = run("explain", "one.eml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("REPLY by rule CLEAR", "application", "Tamsin Okoro", "body line", "missing", "t.okoro@kent.ac.uk"):
        assert words in done.stdout


def test_explain_on_record_reads_a_later_mail_as_a_follow_up(tmp_path: Path):
    text = "Sorry, I forgot one.\n\nSupport needed: A quiet room now and then.\n"
    (tmp_path / "one.eml").write_bytes(mail(text, subject="Re: Mental Health Ally", In_Reply_To="<x@kent.ac.uk>"))
    found = json.loads(run("explain", "--json", "--on-record", "one.eml", cwd=tmp_path).stdout)
    assert found["intent"] == "follow_up"
    assert found["fields"]["support_needed"] == "A quiet room now and then."
    assert found["fields"]["name"] is None


def test_explain_says_what_a_code_means(tmp_path: Path):
    (tmp_path / "two.eml").write_bytes(mail("Lunch on Tuesday?", subject="Lunch"))
    told = run("explain", "two.eml", cwd=tmp_path).stdout
    assert "by rule UNRELATED" in told
    assert "It is not about the scheme" in told


def test_explain_touches_nothing(tmp_path: Path):
    (tmp_path / "one.eml").write_bytes(mail(form()))
    run("explain", "one.eml", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["one.eml"]


def test_a_mail_that_is_not_there_is_one_clear_line(tmp_path: Path):
    assert "absent.eml: cannot be read" in one_clear_line(run("explain", "absent.eml", cwd=tmp_path), 2)


def test_templates_preview_needs_no_server_and_no_secret(tmp_path: Path):
    done = run("templates", "preview", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {Path(line).name for line in done.stdout.splitlines()}
    assert {"acknowledgement.txt", "acknowledgement.html", "summary.html", "digest.txt"} <= names


def test_a_broken_configuration_ends_with_78_and_every_problem(tmp_path: Path):
    (tmp_path / "config.yaml").write_text("mode: loud\n")
    lines = one_clear_line(run("once", cwd=tmp_path), 78)
    assert "config.yaml: mode: expected 'rehearse' or 'live'" in lines
    assert "config.yaml: mailboxes: is missing" in lines


def test_without_a_configuration_commands_say_where_to_get_one(tmp_path: Path):
    assert "config.example.yaml" in one_clear_line(run("once", cwd=tmp_path), 78)


def test_a_missing_secret_is_named_and_never_guessed(tmp_path: Path):
    text = file("config.example.yaml").read_text()
    (tmp_path / "config.yaml").write_text(text)
    run("migrate", cwd=tmp_path)
    line = one_clear_line(run("once", cwd=tmp_path), 78)
    assert "mailboxes equality: imap.password: environment variable INBOX_WORKER_IMAP_PASSWORD" in line


def test_a_service_that_cannot_open_its_endpoint_does_not_say_that_it_runs(
    tmp_path: Path, pymap: Account, smtp_server: SmtpServer
):
    taken = {"port": smtp_server.port}
    written(tmp_path, pymap, smtp_server, "sqlite:///w.db", lambda data: data.update(endpoint=taken))
    run("migrate", cwd=tmp_path)
    done = run("run", cwd=tmp_path)
    assert "endpoint: " in one_clear_line(done, 78)
    assert "runs in mode" not in done.stderr


def test_a_database_that_is_not_there_says_which_command_to_run(tmp_path: Path):
    (tmp_path / "config.yaml").write_text(file("config.example.yaml").read_text())
    assert 'run "inbox-worker migrate"' in one_clear_line(run("status", cwd=tmp_path), 78)


def test_migrate_creates_the_database_and_may_be_repeated(tmp_path: Path):
    (tmp_path / "config.yaml").write_text(file("config.example.yaml").read_text())
    first, second = run("migrate", cwd=tmp_path), run("migrate", cwd=tmp_path)
    assert "was created" in first.stdout
    assert "already" in second.stdout
    assert (tmp_path / "inbox_worker.db").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def folder(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path) -> Path:
    """A folder with the config.yaml of a site that has one application, one request, and a held mail."""
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(
            mail(form()),
            mail("I can't go on, I am going to end my life tonight", message_id="<2@x.org>", subject="help me"),
        )
        site.once()
    return tmp_path


def test_once_status_and_the_lists_tell_what_happened(folder: Path):
    done = run("once", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["job"] for line in done.stdout.splitlines()} >= {"poll equality", "outbox"}

    (application,) = [
        json.loads(line) for line in run("applications", "list", "--json", cwd=folder).stdout.splitlines()
    ]
    assert application["fields"]["name"]["value"] == "Tamsin Okoro"
    assert "MHA-0001" in run("applications", "list", cwd=folder).stdout
    shown = run("applications", "show", "mha-0001", cwd=folder).stdout
    assert "A quiet room now and then" in shown

    (held,) = [json.loads(line) for line in run("held", "list", "--json", cwd=folder).stdout.splitlines()]
    assert held["tier"] == "A"
    states = {json.loads(line)["state"] for line in run("outbox", "list", "--json", cwd=folder).stdout.splitlines()}
    assert states == {"sent"}

    status = run("status", cwd=folder)
    assert status.returncode == 1  # an urgent alert that nobody has accepted is not well
    assert "urgent" in status.stdout
    assert run("held", "accept", held["number"], cwd=folder).returncode == 0
    assert run("status", cwd=folder).returncode == 0


def test_a_person_corrects_a_value_and_changes_the_state(folder: Path):
    assert (
        run("applications", "correct", "MHA-0001", "job_title", "Senior Library Assistant", cwd=folder).returncode == 0
    )
    assert run("applications", "state", "MHA-0001", "under_review", cwd=folder).returncode == 0
    (found,) = [
        json.loads(line) for line in run("applications", "show", "MHA-0001", "--json", cwd=folder).stdout.splitlines()
    ]
    assert found["fields"]["job_title"]["value"] == "Senior Library Assistant"
    assert found["state"] == "under_review"
    assert "expected one of" in one_clear_line(run("applications", "state", "MHA-0001", "done", cwd=folder), 2)
    assert "no application" in one_clear_line(run("applications", "show", "MHA-0099", cwd=folder), 2)


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.json"])
def test_applications_are_exported_whole_and_for_their_owner_alone(name: str, folder: Path):
    done = run("applications", "export", name, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / name).stat().st_mode & 0o077 == 0
    if not name.endswith("xlsx"):
        assert "A quiet room now and then, and somebody to ring when I am not sure." in (folder / name).read_text(
            "utf-8"
        )


def test_check_says_what_is_wrong_and_how_to_mend_it(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, closed_port: int, tmp_path: Path
):
    def broken(data: dict[str, object]) -> None:
        data["mailboxes"][0]["smtp"]["port"] = closed_port  # type: ignore[index]

    written(tmp_path, pymap, smtp_server, sqlite_url)
    well = run("check", cwd=tmp_path)
    assert well.returncode == 0, well.stdout + well.stderr
    assert "WRONG" not in well.stdout
    written(tmp_path, pymap, smtp_server, sqlite_url, broken)
    ill = run("check", "--json", cwd=tmp_path)
    assert ill.returncode != 0
    wrong = [json.loads(line) for line in ill.stdout.splitlines() if not json.loads(line)["ok"]]
    assert any("sending" in finding["what"] for finding in wrong)
    assert smtp_server.deliveries == []
