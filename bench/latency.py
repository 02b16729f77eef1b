"""From delivery to reply with `push: true`: how much longer than a server takes to tell a client that just listens."""

import contextlib
import imaplib
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from imapclient import IMAPClient

from bench.mailbox import SEED, application
from bench.parts import PROGRAM, Ground
from bench.servers import LOOPBACK, PASSWORD

_PATIENCE = 60.0  # seconds that anything here may take
_APART = (0.7, 1.3)  # seconds between a reply and the next delivery: Dovecot gathers what comes close together


@dataclass(frozen=True, slots=True)
class Latency:
    """One delivery. Seconds after the server had taken the mail."""

    told: float  # until a client that does nothing but listen heard of it
    replied: float  # until the submission server had the whole reply

    @property
    def ours(self) -> float:
        """What the service took on top of what the server takes anyway."""
        return self.replied - self.told


def latency(ground: Ground, deliveries: int) -> list[Latency]:
    """Deliver applications one by one to a service that hears of them by push alone: its next poll is an hour away.

    One more goes before those that count: with it the service is known to listen.
    """
    from inbox_worker.demo_servers import SmtpServer  # needs the extra [demo], as nothing else here

    user, draw = "push", random.Random(SEED)  # noqa: S311 - pauses that can be made again
    ground.dovecot.fill(user, 0, SEED)
    folder = ground.base / "runs" / user
    folder.mkdir(parents=True)
    handed_over: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()

    def note(stage: str, argument: str) -> None:
        if stage == "DATA":  # the whole message is there
            handed_over.put((argument, time.monotonic()))

    found = []
    with SmtpServer(answer=note) as smtp, _service(ground, user, folder, smtp.port), _Ear(ground, user) as ear:
        for number in range(deliveries + 1):
            address, mail = application(number, SEED, datetime.now(UTC))
            taken = _append(ground, user, mail)
            found.append(Latency(ear.heard() - taken, _reply(handed_over, address) - taken))
            time.sleep(draw.uniform(*_APART))
    return found[1:]


@contextlib.contextmanager
def _service(ground: Ground, user: str, folder: Path, smtp: int) -> Iterator[None]:
    """Run `inbox-worker run` with push, and end it as a supervisor does."""
    env = os.environ | {"IMAP_PORT": str(ground.dovecot.port), "SMTP_PORT": str(smtp), "BENCH_POINT": "0"}
    subprocess.run([sys.executable, "-m", "bench.worker", "prepare", user, str(folder)], env=env, check=True)
    config = folder / "config.yaml"
    data = yaml.safe_load(config.read_text(encoding="utf-8"))
    data["mailboxes"][0]["push"] = True
    data["schedule"] = {"poll": "1h", "outbox": "1h", "summaries": "1h"}
    config.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with (folder / "log").open("wb") as errors:
        command = [sys.executable, "-c", PROGRAM, "run", "--config", str(config)]
        process = subprocess.Popen(command, stderr=errors)
        try:
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _append(ground: Ground, user: str, mail: bytes) -> float:
    """Put a mail into the mailbox; return when the server had taken it."""
    client = imaplib.IMAP4(LOOPBACK, ground.dovecot.port)
    client.login(user, PASSWORD)
    answer, _ = client.append("INBOX", "", "", mail)
    taken = time.monotonic()
    assert answer == "OK"
    client.logout()
    return taken


def _reply(handed_over: "queue.SimpleQueue[tuple[str, float]]", address: str) -> float:
    """Return when the reply to `address` was there; what went to the team is passed over."""
    with contextlib.suppress(queue.Empty):
        while True:
            recipient, at = handed_over.get(timeout=_PATIENCE)
            if recipient == address:
                return at
    raise SystemExit(f"inbox-worker run with push: no reply within {_PATIENCE:g} seconds")


class _Ear:
    """A client that does nothing but listen, on a thread of its own."""

    def __init__(self, ground: Ground, user: str) -> None:
        self._client = IMAPClient(LOOPBACK, ground.dovecot.port, ssl=False)
        self._client._imap.debug = 0  # as ours
        self._client.login(user, PASSWORD)
        self._heard: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "_Ear":
        self._client.select_folder("INBOX", readonly=True)
        self._client.idle()
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._ended.set()
        self._thread.join(_PATIENCE)
        self._client.shutdown()

    def heard(self) -> float:
        """Return when the server next told of a new mail."""
        return self._heard.get(timeout=_PATIENCE)

    def _listen(self) -> None:
        while not self._ended.is_set():
            answers = self._client.idle_check(timeout=1)
            now = time.monotonic()
            if any(answer[1:2] == (b"EXISTS",) for answer in answers):
                self._heard.put(now)
