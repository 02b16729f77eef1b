"""The rehearsal: what it shows, and that it leaves no trace in mailbox, database or anybody's inbox."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inbox_worker.cli.main import app
from inbox_worker.config import load
from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.rehearsal import Rehearsal, report
from inbox_worker.resources import file
from tests.browser import look
from tests.site import form, mail, written
from tests.team.people import applies, nominates

DAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MAILS = [
    applies("Ann Person", 1),
    applies("Lee Short", 2, "motivation", "importance"),
    nominates(3),
    mail("I would like a copy of the role description for the Mental Health Allies, please.",
         sender="Kit Ask <kit.ask@kent.ac.uk>", subject="Role description", message_id="<4@mail.kent.ac.uk>"),
    mail("The zeppelin hangar is cold. Wilhelmina Quartermain", subject="Hangar",
         sender="Wilhelmina <w.q@kent.ac.uk>", message_id="<5@mail.kent.ac.uk>"),
    mail("I wanted to be an ally for mental health but I am going to end my life tonight. Goodbye.",
         sender="Jo Fair <jo.fair@kent.ac.uk>", subject="help", message_id="<6@mail.kent.ac.uk>"),
    mail(form(name="Lee Short", email="lee.short@kent.ac.uk"), sender="Lee Short <lee.short@kent.ac.uk>",
         subject="Re: Become a Mental Health Ally", message_id="<7@mail.kent.ac.uk>"),
]  # fmt: skip


def deliver(server: ImapServer) -> None:
    server.deliver(applies("Too Old", 99), received=DAY - timedelta(days=9))
    for number, content in enumerate(MAILS):
        server.deliver(content, received=DAY + timedelta(hours=number), flags=["\\Answered"] if number == 0 else [])


def listed(server: ImapServer) -> list[bytes]:
    with server.client() as client:
        client.select("INBOX", readonly=True)
        lines = client.fetch("1:*", "(UID FLAGS INTERNALDATE)")[1]
    return [re.sub(rb"\\Recent ?", b"", line) for line in lines if isinstance(line, bytes)]


@pytest.fixture
def rehearsed(pymap: ImapServer, smtp_server: SmtpServer, tmp_path: Path) -> tuple[str, str]:
    """Return what the command printed, and the report. There is no database, and there is none afterwards."""
    deliver(pymap)
    before = listed(pymap)
    path = written(tmp_path, pymap, smtp_server, "sqlite:///nothing.db")
    arguments = ["rehearse", "--since", "2026-06-01", "--report", str(tmp_path / "report.html"), "--config", str(path)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert listed(pymap) == before
    assert smtp_server.deliveries == []
    assert not (tmp_path / "nothing.db").exists()
    assert {each.name for each in tmp_path.iterdir()} == {"config.yaml", "password", "report.html"}
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o600
    return result.output, (tmp_path / "report.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).split())


def test_the_report_shows_every_reply_every_hold_and_what_is_left_alone(rehearsed: tuple[str, str]) -> None:
    printed, page = rehearsed
    text = words(page)
    assert "Mails looked at 7" in text
    assert "Replies that would have gone out 4" in text
    assert "Mails that would have waited for a person 2" in text
    assert "Not about a scheme 1" in text
    assert text.count("This is an automatic reply from the") == 4
    assert "Dear Ann Person," in text  # answered by a colleague long ago: judged as if nobody had
    assert "Missing: Why are you interested in becoming a mental health ally?" in text
    assert "with role-description.pdf, details-of-training.pdf" in text
    assert "Reference: MHA-0002" in text
    assert text.count("MHA-0002") >= 3  # the later mail of the same person completes the same application
    assert "Ray Moss" in text
    assert "Mails looked at: 7" in printed
    assert "ON_BEHALF" in printed or "FORWARDED" in printed


def test_nothing_of_mail_that_is_left_alone_or_urgent_stands_anywhere(rehearsed: tuple[str, str]) -> None:
    for part in rehearsed:
        for word in ("zeppelin", "Quartermain", "Hangar", "w.q@", "Fair", "tonight", "Too Old"):
            assert word not in part
    assert "Urgent. The named contacts would have been alerted at once." in words(rehearsed[1])


def test_the_report_needs_nothing_else_and_breaks_no_rule_of_accessibility(rehearsed: tuple[str, str]) -> None:
    page = rehearsed[1]
    assert not re.search(r"<(?:script|link|img|iframe)|src=|url\(|@import", page)
    (seen,) = look({"report": page}, width=320).values()
    assert seen.findings == ()
    assert seen.width <= 320


def test_programs_get_one_object_a_mail(pymap: ImapServer, smtp_server: SmtpServer, tmp_path: Path) -> None:
    deliver(pymap)
    path = written(tmp_path, pymap, smtp_server, "sqlite:///nothing.db")
    arguments = ["rehearse", "--since", "2026-06-01", "--json", "--report", str(tmp_path / "r.html")]
    result = CliRunner().invoke(app, [*arguments, "--config", str(path)], catch_exceptions=False)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 7
    assert lines[0]["reply"]["to"] == "ann.person@kent.ac.uk"
    assert lines[-1]["Mails looked at"] == 7
    assert lines[-1]["left_alone"] == {"UNRELATED": 1}


def test_the_report_of_a_burst_does_not_say_that_sending_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(file("config.example.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    config = load(path)
    sudden = Rehearsal(replies=[DAY + timedelta(minutes=number) for number in range(config.fuses.per_hour + 1)])
    text = report(config, sudden, DAY.date(), config.mailboxes, DAY)
    assert "More replies in one hour than you allow" in text
    assert "Sending is stopped" not in text
    assert "outbox resume" not in text


def test_a_burst_that_the_fuse_would_stop_is_told() -> None:
    steady = Rehearsal(replies=[DAY + timedelta(minutes=4 * number) for number in range(60)])
    sudden = Rehearsal(replies=[*steady.replies, DAY + timedelta(hours=1)])
    assert not steady.burst(15)
    assert sudden.burst(15)


def test_a_mailbox_that_is_not_there_is_named(pymap: ImapServer, smtp_server: SmtpServer, tmp_path: Path) -> None:
    path = written(tmp_path, pymap, smtp_server, "sqlite:///nothing.db")
    assert load(path).mailboxes[0].name == "equality"
    arguments = ["rehearse", "--since", "2026-06-01", "--mailbox", "other", "--config", str(path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "expected one of equality" in result.output
