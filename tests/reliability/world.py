"""A site whose worker is another process that can be killed, and the count that is drawn up at the end."""

import contextlib
import imaplib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from inbox_worker.assembly import Service, service
from inbox_worker.config import Config, load
from inbox_worker.core.effects import MessageKind
from inbox_worker.demo_servers import Account, Delivery, SmtpServer
from inbox_worker.errors import Busy
from inbox_worker.jobs import Jobs
from inbox_worker.records import OutboxState
from tests.site import FORM, TEAM, form, mail, written

SENT = "Sent"
MAILBOX = "equality"


class FilingSmtp(SmtpServer):
    """A submission server that files a copy of all that it takes into the Sent folder, as Exchange does."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.deliveries = _Filed(account)


class _Filed(list[Delivery]):
    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._client: imaplib.IMAP4 | None = None

    def append(self, delivery: Delivery) -> None:
        """Take a message: the copy first, then the delivery."""
        if self._client is None:
            self._client = imaplib.IMAP4(self._account.host, self._account.port)
            user, password = self._account.user, self._account.password
            self._client.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        answer, _ = self._client.append(SENT, "(\\Seen)", "", delivery.content)
        assert answer == "OK"
        super().append(delivery)


class Worker:
    """Workers that a nursery forks, one at a time."""

    def __init__(self, errors: Path) -> None:
        """errors: gets what workers say on standard error."""
        self._errors = errors.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.nursery"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )  # fmt: skip
        self.pid = 0

    def start(self, config: Path, what: str = "run", at: str | None = None, count: int = 1) -> None:
        """Fork a worker of the site of `config`."""
        assert self._process.stdin is not None
        asked = {"config": str(config), "what": what, "at": at, "count": count}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._said())

    def wait(self) -> int:
        """Wait for the worker's end; return its exit code, negative for a signal."""
        code, self.pid = int(self._said()), 0
        return code

    def kill(self) -> int:
        """Kill the worker without a word of warning; return its exit code."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    @property
    def log(self) -> str:
        """Return what workers said on standard error."""
        return Path(self._errors.name).read_text(encoding="utf-8")

    def stop(self) -> int:
        """Ask the worker to end, as a supervisor does; return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()

    def close(self) -> None:
        """End the nursery and its worker."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery died"
        return line


@dataclass
class World:
    """A configured site on real servers, and the mail that it was sent."""

    path: Path
    config: Config
    service: Service  # a worker in this process, which goes on where another was killed
    account: Account
    smtp: FilingSmtp
    applicants: list[str] = field(default_factory=list)
    others: int = 0

    def once(self) -> None:
        """Run one whole pass in this process."""
        Jobs(self.service).once()

    def apply(self, count: int = 1) -> None:
        """Deliver applications, each of another person."""
        first = len(self.applicants)
        for number in range(first, first + count):
            address = f"person{number}@kent.ac.uk"
            self.applicants.append(address)
            self.account.deliver(application(number))

    def write_about_something_else(self) -> None:
        """Deliver a mail that is not the scheme's."""
        self.others += 1
        self.account.deliver(unrelated(self.others))

    def drain(self, seconds: float = 40) -> None:
        """Run passes until nothing waits any more."""
        end = time.monotonic() + seconds
        jobs = Jobs(self.service)
        while True:
            # A killed worker's lock is gone only when the process is, too, that it was about to start.
            busy = any(isinstance(report.error, Busy) for report in jobs.once())
            with self.service.store.reading() as view:
                open_ = view.outbox([OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN])
                troubles = view.troubles()
            if not busy and not open_ and not troubles:
                return
            waiting = Counter(item.state.value for item in open_)
            assert time.monotonic() < end, f"still waiting: {waiting}, {len(troubles)} troubles"
            time.sleep(0.3)

    def check(self) -> None:
        """Compare what was sent, stored and answered with what ought to be."""
        with self.service.store.reading() as view:
            applications = Counter(each.sender for each in view.applications())
            values = {tuple(sorted(set(each.texts()) ^ set(FORM))) for each in view.applications()}
            kinds = (MessageKind.REPLY, MessageKind.SUMMARY)
            states = Counter(item.state for item in view.outbox() if item.kind in kinds)
            (point,) = view.points()
            missing = self.uids() - view.recorded(MAILBOX, "INBOX", point.uidvalidity, self.uids())
        expected = Counter(self.applicants)
        assert applications == expected
        assert values <= {()}
        assert self.replies() == expected
        assert self.told() == len(self.applicants)
        assert states == {OutboxState.SENT: 2 * len(self.applicants)}
        assert missing == set()
        assert point.missing == 0

    def uids(self) -> set[int]:
        """Return the UIDs of the mailbox, as the server has them."""
        with self.account.client() as client:
            client.select("INBOX", readonly=True)
            return {int(uid) for uid in client.uid("SEARCH", "ALL")[1][0].split()}

    def replies(self) -> Counter[str]:
        """Return how many answers each address got."""
        return Counter(each.recipients[0] for each in self.smtp.deliveries if each.recipients != (TEAM,))

    def told(self) -> int:
        """Return how many summaries the team got; no message at all may have come twice."""
        sent = [message_from_bytes(each.content) for each in self.smtp.deliveries]
        ids = [each["Message-ID"] for each in sent]
        assert len(ids) == len(set(ids)), "a message went out twice"
        return sum(each["X-Inbox-Worker"].startswith("summary/") for each in sent)


def application(number: int) -> bytes:
    """Return the application of the person of this number."""
    address = f"person{number}@kent.ac.uk"
    filled = form(name=f"Person Number{_letters(number)}", email=address)
    return mail(filled, sender=f"Person <{address}>", message_id=f"<app-{number}@mail.kent.ac.uk>")


def unrelated(number: int) -> bytes:
    """Return a mail that is not the scheme's."""
    words = f"The heating in room {number} rattles again. Could somebody look at it?"
    sender = f"somebody{number}@kent.ac.uk"
    return mail(words, sender=sender, subject="Heating", message_id=f"<other-{number}@mail.kent.ac.uk>")


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


@contextlib.contextmanager
def world(
    folder: Path, account: Account, database: str, change: Callable[[dict[str, Any]], None] = lambda data: None
) -> Iterator[World]:
    """Yield a site that has had its first look at an empty mailbox."""

    def settings(data: dict[str, Any]) -> None:
        data["fuses"] = {"per_hour": 100_000}
        data["schedule"] |= {"poll": "500ms", "outbox": "500ms"}
        data["log"] = {"format": "json", "level": "info"}
        data["mailboxes"][0]["smtp"]["per_minute"] = None
        data["mailboxes"][0]["imap"] |= {"sent_folder": SENT, "unsent_after": "1s"}
        change(data)

    account.create_folder(SENT)
    with FilingSmtp(account) as smtp:
        path = written(folder, account, smtp, database, settings)
        config = load(path)
        with service(config) as built:
            site = World(path, config, built, account, smtp)
            site.once()
            yield site
