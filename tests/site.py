"""A whole service on real servers, configured as a site would: for tests of the main job."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

from inbox_worker.assembly import Service, service, utc_now
from inbox_worker.config import Config, load
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.jobs import Jobs, Report
from inbox_worker.resources import file

MAILBOX = "equalityanddiversity@kent.ac.uk"
TEAM = "team@example.org"
CONTACT = "on-call@example.org"
Change = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Site:
    """A configured service, its mailbox and its submission server."""

    config: Config
    service: Service
    account: Account
    smtp: SmtpServer

    def once(self) -> list[Report]:
        """Run every job one time; no job may fail."""
        reports = Jobs(self.service).once()
        assert [str(report.error) for report in reports if report.error] == []
        return reports


def written(folder: Path, account: Account, smtp: Any, database: str, change: Change | None = None) -> Path:
    """Write config.yaml into `folder`: the shipped example in live mode, on these servers."""
    data = yaml.safe_load(file("config.example.yaml").read_text(encoding="utf-8"))
    data |= {"mode": "live", "database": database}
    data["organisation"]["notice_url"] = "https://www.example.org/privacy"
    data["team"] = {"recipients": [TEAM], "distress": {"contacts": [CONTACT]}}
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(account.password)
    box = data["mailboxes"][0]
    plain = {"security": "plain", "password": {"file": str(secret)}}
    box["imap"] = {**plain, "host": account.host, "port": account.port, "user": account.user}
    box["smtp"] = {"security": "plain", "host": smtp.host, "port": smtp.port, "from_name": "The team"}
    if change is not None:
        change(data)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@contextmanager
def running(
    folder: Path,
    account: Account,
    smtp: SmtpServer,
    database: str,
    change: Change | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[Site]:
    """Yield a service that has had its first look at the mailbox: mail from now on is read."""
    config = load(written(folder, account, smtp, database, change))
    with service(config, clock) as built:
        site = Site(config, built, account, smtp)
        site.once()
        yield site


def mail(
    text: str = "",
    *,
    sender: str = "Tamsin Okoro <t.okoro@kent.ac.uk>",
    to: str = MAILBOX,
    subject: str = "Become a Mental Health Ally",
    message_id: str | None = "<one@mail.kent.ac.uk>",
    html: str | None = None,
    **headers: str,
) -> bytes:
    """Return a mail as its sender's program would send it. headers: In_Reply_To="<...>" and the like."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


FORM = {
    "name": "Tamsin Okoro",
    "job_title": "Library Assistant",
    "department": "Library Services",
    "email": "t.okoro@kent.ac.uk",
    "motivation": "People tell me things at the help desk because I am not their manager.",
    "skills_experience": "Eleven years of listening across a counter, and a first-aid certificate.",
    "support_needed": "A quiet room now and then, and somebody to ring when I am not sure.",
    "importance": "Because most of us spend more hours here than with our families.",
}
LABELS = {
    "name": "Name:",
    "job_title": "Job title:",
    "department": "Department/School:",
    "email": "Email:",
    "motivation": "- Why are you interested in becoming a mental health ally?",
    "skills_experience": "- What skills and experiences can you bring to the role of a mental health ally?",
    "support_needed": "- What support do you think you will need as a mental health ally?",
    "importance": "- Why do you think mental health awareness in the workplace is important?",
}


def form(*without: str, **values: str) -> str:
    """Return the form of the shipped example, filled in, without the fields `without`."""
    given = {**FORM, **values}
    return "\n".join(f"{LABELS[key]} {given[key]}" for key in LABELS if key not in without)
