"""The real inbox_worker as the bench runs it: `python -m bench.worker prepare|run|count|sent USER FOLDER`.

`prepare` writes a configuration in live mode with the fuses wide open, makes the database, and sets the point to the
beginning of the folder: the first look at an old mailbox answers nothing, and here all of it is to be answered.
`run` is `inbox-worker once` with a clock on its stages; it prints JSON. The servers come from IMAP_PORT and SMTP_PORT.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from bench.clock import Clock
from bench.servers import LOOPBACK, PASSWORD, processor_seconds_of_children

TEAM = "team@example.org"
READING = "parse, judge, extract (own processes)"


def write_config(folder: Path, user: str) -> Path:
    """Write the shipped example into `folder`, in live mode on the servers of this run."""
    from inbox_worker.resources import file

    data: dict[str, Any] = yaml.safe_load(file("config.example.yaml").read_text(encoding="utf-8"))
    data |= {"mode": "live", "database": f"sqlite:///{folder / 'worker.db'}"}
    data["organisation"]["notice_url"] = "https://www.example.org/privacy"
    data["team"] = {"recipients": [TEAM], "distress": {"contacts": ["on-call@example.org"]}}
    data["fuses"] = {"same_template_every": "7d", "per_address_a_day": 1000, "per_hour": 10_000_000}
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD, encoding="ascii")
    box = data["mailboxes"][0]
    imap, smtp = int(os.environ["IMAP_PORT"]), int(os.environ["SMTP_PORT"])
    plain = {"security": "plain", "host": LOOPBACK}
    box["imap"] = {**plain, "port": imap, "user": user, "password": {"file": str(secret)}} | _settings("BENCH_IMAP")
    box["smtp"] = {**plain, "port": smtp, "from_name": "The team", "per_minute": None} | _settings("BENCH_SMTP")
    data["log"] = {"format": "json", "level": "warning"}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def prepare(user: str, folder: Path, point: int = 1) -> None:
    """Make configuration and database, with the point at UID `point` (0: at the end of the folder)."""
    from datetime import UTC, datetime

    from inbox_worker import vault
    from inbox_worker.assembly import imap_config
    from inbox_worker.config import load
    from inbox_worker.database import migrate
    from inbox_worker.imap import ImapMailbox

    config = load(write_config(folder, user))
    migrate(config.database)
    with vault.store(config) as store, ImapMailbox(imap_config(config.mailboxes[0])) as mailbox:
        position = mailbox.position()
        with store.transaction() as tx:
            now = datetime.now(UTC)
            next_uid = point or position.uidnext
            tx.set_point(config.mailboxes[0].name, position.folder, position.uidvalidity, next_uid, at=now)


def run(folder: Path) -> dict[str, Any]:
    """Run every job one time, with a clock; return what was done and where the time went."""
    clock = Clock()
    start = time.perf_counter()
    with clock("start"):
        from inbox_worker import log
        from inbox_worker.assembly import service
        from inbox_worker.config import load
        from inbox_worker.jobs import Jobs

        watch(clock)
        config = load(folder / "config.yaml")
        log.setup(config.log.format, config.log.level)
    with clock("rest"), service(config) as built:
        reports = Jobs(built).once()
        seconds = time.perf_counter() - start
        clock.processor[READING] = clock.processor.get(READING, 0.0) + processor_seconds_of_children()
    for report in reports:
        if report.error:
            raise SystemExit(str(report.error))
    done = count(folder)
    return {**done, "seconds": seconds, "stages": clock.milliseconds(max(1, done["done"]))}


def watch(clock: Clock) -> None:
    """Put the clock on the seams between the stages."""
    import sqlalchemy.engine

    from inbox_worker import correspondence
    from inbox_worker.imap_commands import Commands
    from inbox_worker.intake import Intake
    from inbox_worker.reading_process import ReadingProcess
    from inbox_worker.recording import Recorder
    from inbox_worker.smtp import SmtpSender
    from inbox_worker.templates import Templates

    for name in ("__init__", "status", "select", "search", "fetch", "last_uid"):
        clock.wrap(Commands, name, "fetch")
    clock.wrap(ReadingProcess, "read", READING)  # side by side: its wall times add up to more than the clock shows
    clock.wrap(Intake, "_found", "wait for the reading")
    clock.wrap(Recorder, "record", "plan")
    clock.wrap(Templates, "render", "render")
    clock.wrap(correspondence, "compose", "compose")
    clock.wrap(SmtpSender, "send", "send")
    clock.wrap(sqlalchemy.engine.Connection, "execute", "database: statements")
    clock.wrap(sqlalchemy.engine.RootTransaction, "_do_commit", "database: commits")


def count(folder: Path) -> dict[str, int]:
    """Return how many mails were taken in, and how many messages went out."""
    import sqlite3

    with sqlite3.connect(folder / "worker.db") as database:
        done = database.execute("SELECT count(*) FROM ledger").fetchone()[0]
        unread = database.execute("SELECT count(*) FROM ledger WHERE code IN ('ERROR', 'TIMEOUT')").fetchone()[0]
        sent = database.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()[0]
        replies = database.execute("SELECT count(*) FROM outbox WHERE state = 'sent' AND kind = 'reply'").fetchone()[0]
    if unread:  # a mail that ends the reading process costs seconds, and says nothing about speed
        raise SystemExit(f"{unread} of {done} mails could not be read: a fault of the program, mend it first")
    return {"done": int(done), "sent": int(sent), "replies": int(replies)}


def _settings(name: str) -> dict[str, Any]:
    """Return settings of a variant from the environment, as YAML: BENCH_SMTP="{connections: 3}"."""
    found = yaml.safe_load(os.environ.get(name, "") or "{}")
    return dict(found)


def main() -> None:
    """See the head of this module."""
    what, user, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if what == "prepare":
        prepare(user, folder, int(os.environ.get("BENCH_POINT", "1")))
    else:
        print(json.dumps(run(folder)) if what == "run" else count(folder)["done" if what == "count" else "sent"])


if __name__ == "__main__":
    main()
