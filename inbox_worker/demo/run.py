"""Runs the demo: delivers mails, lets the worker do its job, and collects what came of each."""

import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

import yaml

from inbox_worker.assembly import Service, service
from inbox_worker.config import Config, load
from inbox_worker.database import migrate
from inbox_worker.demo import mails
from inbox_worker.demo.mails import MAILBOX, Sample
from inbox_worker.demo_servers import ImapServer, SmtpServer
from inbox_worker.errors import InboxWorkerError, UsageError
from inbox_worker.exports import as_csv, as_xlsx, table, write
from inbox_worker.jobs import Jobs
from inbox_worker.records import Application, LedgerRow, OutboxItem
from inbox_worker.resources import file

MARK = ".inbox-worker-demo"
TEAM = "team@example.org"
CONTACT = "on-call@example.org"


@dataclass(frozen=True, slots=True)
class Happened:
    """What one mail of the demo came to."""

    sample: Sample
    ledger: LedgerRow
    application: Application | None
    messages: tuple[OutboxItem, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo leaves behind."""

    folder: Path
    happened: tuple[Happened, ...]
    shown: Message  # one reply, as the applicant gets it
    messages: int
    unseen: int  # mails in the mailbox that are still unread: the worker leaves no trace


def run_demo(folder: Path) -> Demo:
    """Run the whole main job and leave database, sent mails and exports in `folder`. Raises InboxWorkerError."""
    _prepare(folder)
    password = secrets.token_urlsafe(12)
    (folder / "password").touch(mode=0o600)
    (folder / "password").write_text(password)
    with ImapServer(MAILBOX, password) as imap, SmtpServer({MAILBOX: password}) as smtp:
        config = _config(folder, imap.port, smtp.port)
        migrate(config.database)
        with service(config) as built:
            _pass(built)  # the first look sets the point to now: nothing old would be answered
            samples = mails.first_round(datetime.now(UTC))
            _deliver(imap, samples)
            _pass(built)
            replies = {delivery.recipients[0]: _parsed(delivery.content) for delivery in smtp.deliveries}
            incomplete = replies["r.vance@kent.ac.uk"]
            second = mails.second_round(datetime.now(UTC), incomplete, replies["i.castellanos-bey@kent.ac.uk"])
            _deliver(imap, second)
            _pass(built)
            happened = tuple(_happened(built, sample) for sample in (*samples, *second))
            _leave(folder, built, [delivery.content for delivery in smtp.deliveries], (*samples, *second))
        with imap.client() as client:
            client.select("INBOX", readonly=True)
            unseen = len(client.search(None, "UNSEEN")[1][0].split())
        return Demo(folder, happened, incomplete, len(smtp.deliveries), unseen)


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise UsageError(f"{folder}: holds other files; name an empty or new folder with --out")
    if folder.exists():
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be created ({error.strerror}); name another with --out") from None
    (folder / MARK).touch()


def _config(folder: Path, imap_port: int, smtp_port: int) -> Config:
    """Write and load a configuration: the example that ships, in live mode, on the demo's servers."""
    data = yaml.safe_load(file("config.example.yaml").read_text(encoding="utf-8"))
    data["mode"] = "live"
    data["database"] = "sqlite:///demo.db"
    data["organisation"]["notice_url"] = "https://www.example.org/privacy"
    data["team"] = {"recipients": [TEAM], "distress": {"contacts": [CONTACT]}}
    server = {"host": "127.0.0.1", "security": "plain", "user": MAILBOX, "password": {"file": "password"}}
    box = data["mailboxes"][0]
    box["imap"] = {**server, "port": imap_port}
    box["smtp"] = {**server, "port": smtp_port, "from_name": box["smtp"]["from_name"]}
    path = folder / "config.yaml"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return load(path)


def _deliver(imap: ImapServer, samples: list[Sample]) -> None:
    imap.deliver(*(sample.content for sample in samples))


def _pass(built: Service) -> None:
    for report in Jobs(built).once():
        if report.error is not None:
            raise report.error


def _happened(built: Service, sample: Sample) -> Happened:
    message_id = str(_parsed(sample.content)["Message-ID"])
    with built.store.reading() as view:
        found = view.ledger_rows(message_id)
        if not found:
            raise InboxWorkerError(f"the demo's mail {sample.key} was not taken in")
        application = view.application(found[0].application) if found[0].application is not None else None
        messages = tuple(item for item in view.outbox() if item.ledger_id == found[0].id)
    return Happened(sample, found[0], application, messages)


def _leave(folder: Path, built: Service, sent: list[bytes], samples: tuple[Sample, ...]) -> None:
    for name, contents in (("received", [sample.content for sample in samples]), ("sent", sent)):
        (folder / name).mkdir()
        for number, content in enumerate(contents, 1):
            key = samples[number - 1].key if name == "received" else _template(content)
            (folder / name / f"{number:02d}-{key}.eml").write_bytes(content)
    scheme = built.boxes[0].handling().reader.rules.schemes[0]
    section = built.config.scheme(scheme.key)
    zone = built.config.time_zone
    with built.store.reading() as view:
        found = view.applications()
    write(folder / "applications.csv", as_csv(table(found, scheme, zone)).encode())
    write(folder / "applications.xlsx", as_xlsx(found, scheme, zone, section.group_by))


def _template(content: bytes) -> str:
    return str(_parsed(content)["X-Inbox-Worker"]).partition("/")[0].replace("_", "-")


def _parsed(content: bytes) -> Message:
    return BytesParser(policy=compat32).parsebytes(content)
