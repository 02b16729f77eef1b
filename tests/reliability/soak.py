"""`make soak`: many mixed mails arrive while the service runs and is killed at random; prints the figures.

SOAK_MAILS (20000), SOAK_KILLS (20), SOAK_SECONDS (600: the mails arrive within two thirds of it), SOAK_SEED. Ends with
1 where a mail was lost, somebody was answered twice, or memory grew.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from inbox_worker import log
from inbox_worker.database import migrate
from inbox_worker.demo_servers import Account
from inbox_worker.records import OutboxState
from tests.fixtures_mail import Dovecot, issue
from tests.reliability.world import Worker, World, application, unrelated, world
from tests.site import mail

MAILS = int(os.environ.get("SOAK_MAILS", "20000"))
KILLS = int(os.environ.get("SOAK_KILLS", "20"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
AT_ONCE = 40
GROWTH = 1.25  # of the last quarter's memory over the second's: more is a leak


@dataclass
class Memory:
    """Resident memory of one worker over its life, in MB."""

    samples: list[float] = field(default_factory=list)

    def sample(self, pid: int) -> None:
        """Add what the process has now."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                self.samples.append(int(line.split()[1]) / 1024)

    def growth(self) -> float:
        """Return how much more the last quarter has than the second."""
        quarter = len(self.samples) // 4
        if quarter < 3:
            return 1.0
        second, last = self.samples[quarter : 2 * quarter], self.samples[-quarter:]
        return (sum(last) / len(last)) / (sum(second) / len(second))


def automatic(number: int) -> bytes:
    """Return a mail that a machine sent."""
    words = f"I am away until day {number}."
    own = f"<auto-{number}@mail.kent.ac.uk>"
    return mail(words, sender=f"away{number}@kent.ac.uk", message_id=own, Auto_Submitted="auto-replied")


def mixture(site: World, chance: random.Random, count: int) -> list[bytes]:
    """Return mails as they come: mostly nothing of ours, some applications, some of these twice."""
    mails = []
    for _ in range(count):
        draw = chance.random()
        if draw < 0.12:
            number = len(site.applicants)
            site.applicants.append(f"person{number}@kent.ac.uk")
            _SENT[number] = application(number)
            mails.append(_SENT[number])
        elif draw < 0.16 and _SENT:
            mails.append(chance.choice(list(_SENT.values())))
        elif draw < 0.30:
            mails.append(automatic(chance.randrange(10**9)))
        else:
            site.others += 1
            mails.append(unrelated(site.others))
    return mails


_SENT: dict[int, bytes] = {}


def soak(site: World, worker: Worker, chance: random.Random) -> tuple[int, int, Memory]:
    """Let mail arrive while the worker is killed, then let it finish.

    Returns how many mails came, how often it was killed, and the memory of its last life.
    """
    started = time.monotonic()
    arrival = SECONDS * 2 / 3
    kill_at = sorted(chance.uniform(0.05, 0.7) * MAILS for _ in range(KILLS))
    memory, arrived = Memory(), 0
    worker.start(site.path)
    while arrived < MAILS and time.monotonic() < started + 0.9 * SECONDS:  # a slow machine sees fewer mails
        batch = mixture(site, chance, min(AT_ONCE, MAILS - arrived))
        site.account.deliver(*batch)
        arrived += len(batch)
        memory.sample(worker.pid)
        if kill_at and arrived >= kill_at[0]:
            kill_at.pop(0)
            worker.kill()
            memory = Memory()
            worker.start(site.path)
        ahead = started + arrival * arrived / MAILS - time.monotonic()
        time.sleep(max(0.0, ahead))
    _finish(site, worker, memory, started + SECONDS)
    return arrived, KILLS - len(kill_at), memory


def _finish(site: World, worker: Worker, memory: Memory, deadline: float) -> None:
    """Wait until the worker has nothing left to do, or the time is over."""
    while time.monotonic() < deadline:
        time.sleep(2)
        memory.sample(worker.pid)
        position = max(site.uids())
        with site.service.store.reading() as view:
            (point,) = view.points()
            waiting = view.outbox([OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN], limit=1)
        if point.next_uid > position and not waiting:
            break
    worker.stop()


def main() -> int:
    """Run it on a Dovecot of its own."""
    log.setup("console", "error")
    base = Path(tempfile.mkdtemp(prefix="soak-"))
    base.chmod(0o755)
    (base / "site").mkdir()
    (base / "ca").mkdir()
    (base / "dovecot").mkdir(mode=0o755)
    server = Dovecot(base / "dovecot", issue(base / "ca", "DNS:localhost,IP:127.0.0.1"), "mail_fsync = never")
    worker = Worker(base / "worker.log")
    try:
        server.start()
        database = f"sqlite:///{base / 'site' / 'soak.db'}"
        migrate(database)
        return _run(base / "site", server.account("soak"), database, worker)
    finally:
        worker.close()
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _patient(data: dict) -> None:  # type: ignore[type-arg]
    data["mailboxes"][0]["imap"]["unsent_after"] = "10s"
    data["fuses"]["per_hour"] = 1_000_000


def _run(folder: Path, account: Account, database: str, worker: Worker) -> int:
    print(f"{MAILS} mails, {KILLS} kills, at most {SECONDS:.0f} s; SOAK_SEED={SEED}", flush=True)
    started = time.monotonic()
    with world(folder, account, database, _patient) as site:
        arrived, killed, memory = soak(site, worker, random.Random(SEED))
        busy = time.monotonic() - started
        site.drain(120)
        site.check()
        print(f"mails                {arrived} in {busy:.0f} s ({arrived / busy:.0f} a second)")
        print(f"applications         {len(site.applicants)}, each stored once, each answered once")
        print(f"messages             {len(site.smtp.deliveries)}, none twice")
        print(f"killed               {killed} times")
    if memory.samples:
        print(f"memory, last worker  {memory.samples[0]:.0f} MB at first, {max(memory.samples):.0f} MB at most,")
        print(f"                     {memory.growth():.2f} times as much at the end as before")
    return 0 if memory.growth() <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
