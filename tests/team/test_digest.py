"""The digest, on a whole service with real servers and a clock of the test's own."""

import io
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.digest import send_digest
from inbox_worker.records import OutboxState
from tests.site import FORM, TEAM, form, mail, running
from tests.team.people import START, Clock

MONDAY = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)  # 8:00 in London
RAY = {"name": "Ray Moss", "email": "r.moss@kent.ac.uk"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def digests(smtp: SmtpServer) -> list[EmailMessage]:
    parsed = [BytesParser(policy=default).parsebytes(each.content) for each in smtp.deliveries]
    return [each for each in parsed if str(each["X-Inbox-Worker"]).startswith("digest/")]


def text_of(message: EmailMessage) -> str:
    return " ".join(message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]


def book_of(message: EmailMessage) -> openpyxl.Workbook:
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "applications-2026-07-06.xlsx"
    return openpyxl.load_workbook(io.BytesIO(attached.get_content()))


def test_the_digest_goes_out_at_eight_in_london_even_when_nothing_arrived(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url, clock=clock) as site:
        clock.now = MONDAY - timedelta(seconds=1)
        site.once()
        assert digests(smtp_server) == []
        clock.now = MONDAY
        site.once()
        clock.now = MONDAY + timedelta(hours=5)
        site.once()
        (digest,) = digests(smtp_server)
        clock.now = MONDAY + timedelta(days=22)  # the service was down for three Mondays: one digest tells of all
        site.once()
        assert len(digests(smtp_server)) == 2
    assert digest["To"] == TEAM
    assert digest["Subject"] == "0 applications up to 6 July 2026"
    assert digest["Auto-Submitted"] == "auto-generated"
    text = text_of(digest)
    assert "Applications from 3 July 2026 to 6 July 2026" in text
    assert "No mail waits for a person." in text
    assert "No application arrived or changed in this time." in text
    assert "The mailbox was last read completely on Monday 6 July 2026 at 08:00" in text
    assert "Applications from 6 July 2026 to 27 July 2026" in text_of(digests(smtp_server)[1])


def test_the_digest_tells_what_came_and_never_an_answer(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url, clock=clock) as site:
        clock.now += timedelta(hours=1)
        pymap.deliver(
            mail(form(), sender="Tamsin Okoro <t.okoro@kent.ac.uk>", message_id="<a@kent.ac.uk>"),
            mail(form("motivation", **RAY), sender="Ray Moss <r.moss@kent.ac.uk>", message_id="<b@kent.ac.uk>"),
            mail(
                "I wanted to be a mental health ally but I want to end my life tonight. Goodbye.",
                sender="Jo Fairweather <j.fairweather@kent.ac.uk>",
                message_id="<c@kent.ac.uk>",
            ),
            received=clock.now,
        )
        site.once()
        clock.now = MONDAY
        site.once()
    (digest,) = digests(smtp_server)
    text = text_of(digest)
    html = digest.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert str(digest["Subject"]).startswith("Trouble, please read: 1 mail needs a person; 2 applications")
    assert text.index("Needs a person") < text.index("New applications: 2")
    for words in ("of these complete: 1", "of these incomplete: 1", "Library Services: 2", "MHA-0001: Tamsin Okoro"):
        assert words in text
    assert "Library Assistant, Library Services" in text
    assert "Missing: Why are you interested" in text
    book = book_of(digest)
    assert book.sheetnames == ["Needs a person", "Applications", "Charts"]
    cells = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)
    for part in (text, html, cells):
        for key in ("motivation", "skills_experience", "support_needed", "importance"):
            assert FORM[key] not in part
        for word in ("Fairweather", "fairweather", "tonight"):
            assert word not in part
    assert [row[0].value for row in book["Applications"]] == ["Reference", "MHA-0001", "MHA-0002"]
    assert [row[3].value for row in book["Needs a person"]] == ["Address", None]


def test_of_several_workers_one_sends_the_digest(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url, clock=clock) as site:
        clock.now = MONDAY
        assert send_digest(site.service) == 1
        assert send_digest(site.service) == 0
        with site.service.store.transaction() as tx:
            since, until = START, MONDAY + timedelta(days=7)
            assert tx.claim_digest("team", since, until, until)  # another worker, a week later
        clock.now = MONDAY + timedelta(days=7)
        assert send_digest(site.service) == 0


def test_a_rehearsal_records_the_digest_and_sends_nothing(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def rehearse(data: dict[str, Any]) -> None:
        data["mode"] = "rehearse"

    with running(tmp_path, pymap, smtp_server, sqlite_url, rehearse, clock=clock) as site:
        clock.now = MONDAY
        site.once()
        with site.service.store.reading() as view:
            (item,) = view.outbox()
            content = view.content(item.id)
    assert item.state is OutboxState.REHEARSED
    assert b"[Rehearsal]" in (content or b"")
    assert smtp_server.deliveries == []


def test_a_digest_has_readers_and_a_schedule_of_its_own_or_is_switched_off(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def changed(data: dict[str, Any]) -> None:
        data["team"]["digest"] = {"schedule": "0 13 * * *", "recipients": ["a@example.org", "b@example.org"]}

    def off(data: dict[str, Any]) -> None:
        data["team"]["digest"] = {"schedule": ""}

    with running(tmp_path, pymap, smtp_server, sqlite_url, changed, clock=clock) as site:
        clock.now = START + timedelta(minutes=1)  # 13:01 in London
        site.once()
    assert [str(digest["To"]) for digest in digests(smtp_server)] == []  # the service began after that time
    with running(tmp_path, pymap, smtp_server, sqlite_url, changed, clock=clock) as site:
        clock.now = START + timedelta(days=1)
        site.once()
    assert sorted(str(digest["To"]) for digest in digests(smtp_server)) == ["a@example.org", "b@example.org"]
    with running(tmp_path, pymap, smtp_server, sqlite_url, off, clock=clock) as site:
        clock.now = START + timedelta(days=9)
        site.once()
    assert len(digests(smtp_server)) == 2


def test_failures_stand_in_the_digest(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def answer(stage: str, argument: str) -> str | None:
        return "550 5.1.1 no such user" if stage == "RCPT" and "r.moss" in argument else None

    smtp_server.answer = answer
    with running(tmp_path, pymap, smtp_server, sqlite_url, clock=clock) as site:
        clock.now += timedelta(hours=1)
        pymap.deliver(
            mail(form(**RAY), sender="Ray Moss <r.moss@kent.ac.uk>", message_id="<b@kent.ac.uk>"), received=clock.now
        )
        site.once()
        clock.now = MONDAY
        site.once()
    (digest,) = digests(smtp_server)
    assert "acknowledgement about MHA-0001. Our mail was refused" in text_of(digest)


def test_two_schemes_have_a_part_and_a_sheet_each(
    clock: Clock, pymap: ImapServer, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def two(data: dict[str, Any]) -> None:
        fields = [
            {"key": "who", "label": "Runner's name", "kind": "name"},
            {"key": "pace", "label": "Pace", "kind": "short"},
            {"key": "why", "label": "Why would you like to run at lunch?"},
        ]
        runners = {"key": "runners", "name": "Lunch Runners", "role": "Lunch Runner", "reference": "RUN",
                   "templates": "mental-health-ally", "mentions": ["lunch runner"], "fields": fields}  # fmt: skip
        data["schemes"].append(runners)
        data["mailboxes"][0]["schemes"].append("runners")

    with running(tmp_path, pymap, smtp_server, sqlite_url, two, clock=clock) as site:
        clock.now += timedelta(hours=1)
        asks = "I would like to become a lunch runner.\n\nRunner's name: Ray Moss\nPace: slow\n"
        pymap.deliver(
            mail(form(**RAY), sender="Ray Moss <r.moss@kent.ac.uk>", message_id="<a@kent.ac.uk>"),
            mail(f"{asks}Why would you like to run at lunch? To see daylight before it is gone again.\n",
                 sender="Ray Moss <r.moss@kent.ac.uk>", subject="Lunch runner", message_id="<b@kent.ac.uk>"),
            received=clock.now,
        )  # fmt: skip
        site.once()
        clock.now = MONDAY
        site.once()
    (digest,) = digests(smtp_server)
    text = text_of(digest)
    ally, runners = text.split("Lunch Runners", 1)
    assert "MHA-0001: Ray Moss, Library Assistant, Library Services" in ally
    assert "RUN-0002: Ray Moss, slow" in runners
    assert "New applications by" in ally
    assert "New applications by" not in runners  # that scheme names no field to count by
    assert book_of(digest).sheetnames == ["Needs a person", "Mental Health Ally", "Lunch Runner", "Charts"]
