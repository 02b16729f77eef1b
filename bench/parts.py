"""The parts of a run: throughput, a far server, an empty poll, start-up, memory. Each returns rows of a table."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.mailbox import SEED
from bench.runner import Measured, measure
from bench.servers import Dovecot, Relay

WORKER, PLAIN = "inbox_worker", "plain_loop"
SETTLED = 5_000  # mails
FAR = "far"
FAR_CONNECTIONS = 3  # as many as Microsoft 365 allows for a mailbox
FAR_PEERS = 500  # mails for programs that have one mail under way at a time: no more is needed to tell their rate
PROGRAM = "from inbox_worker.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run takes place: servers that are up, and a folder."""

    base: Path
    dovecot: Dovecot
    sink: int


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with nothing new, by the whole command `once`."""

    mails: int
    commands: dict[str, int]
    turns: int
    octets: int
    processor: float  # seconds


@dataclass(frozen=True, slots=True)
class Start:
    """What a command costs before it does anything."""

    command: str
    processor: float  # seconds, median
    wall: float
    heaviest: tuple[tuple[str, float], ...]  # modules and the ms that importing them took, all below included


@dataclass(frozen=True, slots=True)
class Backlog:
    """A large mailbox, all of it new."""

    mails: int
    settled: int  # mails taken in before memory is expected to stay
    measured: Measured

    @property
    def growth(self) -> float:
        """MB: the highest of all processes together after that, less the highest before."""
        return self.highest(self.settled, self.mails + 1)[0] - self.highest(0, self.settled)[0]

    def highest(self, first: int, until: int) -> tuple[float, float]:
        """Return the highest memory while so many mails had been taken in: of all processes, of the largest."""
        found = [each for each in self.measured.samples if first <= each.done < until]
        return max((each.together for each in found), default=0.0), max((each.largest for each in found), default=0.0)


def throughput(ground: Ground, mails: int, rounds: int, peers: Iterable[str]) -> list[Measured]:
    """Run every peer on the same mailbox, in turn; our own once more with a clock on its stages."""
    user = f"mix{mails}"
    ground.dovecot.fill(user, mails, SEED)
    ports = (ground.dovecot.port, ground.sink)
    found = []
    for number in range(rounds):
        found += [measure(name, ground.base, user, ports) for name in (PLAIN, WORKER)]
        found += [measure(name, ground.base, own_copy(ground, name, number, mails, SEED), ports) for name in peers]
    return [*found, measure(WORKER, ground.base, user, ports, BENCH_CLOCK="1")]


def far(ground: Ground, mails: int, round_trip_ms: float, peers: Iterable[str]) -> list[Measured]:
    """The same through relays that make every round trip long: round trips decide, not processors.

    Our own sends on as many connections as Microsoft 365 allows. peers: on fewer mails, `FAR_PEERS`.
    """
    user = f"far{mails}"
    ground.dovecot.fill(user, mails, SEED + 1)
    copies = [(name, own_copy(ground, name, FAR, min(mails, FAR_PEERS), SEED + 1)) for name in peers]
    with Relay(ground.dovecot.port, round_trip_ms) as imap, Relay(ground.sink, round_trip_ms) as smtp:
        ports = (imap.port, smtp.port)
        return [
            measure(PLAIN, ground.base, user, ports),
            measure(WORKER, ground.base, user, ports, BENCH_SMTP=f"{{connections: {FAR_CONNECTIONS}}}"),
            *(measure(name, ground.base, copy, ports) for name, copy in copies),
        ]


def own_copy(ground: Ground, peer: str, run: int | str, mails: int, seed: int) -> str:
    """Give another program a mailbox of its own for one run: some delete or flag what they read."""
    user = f"{Path(peer).stem}-{run}"
    ground.dovecot.fill(user, mails, seed)
    return user


def empty_poll(ground: Ground, mails: int, environment: dict[str, str]) -> Poll:
    """Count what `once` sends to a folder of `mails` mails of which none is new."""
    user = f"poll{mails}"
    ground.dovecot.fill(user, mails, SEED + 2)
    folder = ground.base / "runs" / user
    folder.mkdir(parents=True)
    with Relay(ground.dovecot.port) as relay:
        env = environment | {"IMAP_PORT": str(relay.port), "SMTP_PORT": str(ground.sink), "BENCH_POINT": "0"}
        prepare = [sys.executable, "-m", "bench.worker", "prepare", user, str(folder)]
        subprocess.run(prepare, env=env, check=True)
        once(folder)  # the first poll looks for gaps
    with Relay(ground.dovecot.port) as relay:
        config = folder / "config.yaml"
        config.write_text(
            config.read_text(encoding="utf-8").replace(env["IMAP_PORT"], str(relay.port)), encoding="utf-8"
        )
        _, processor = once(folder)
    counts = relay.counts
    commands = {name: number for name, number in counts.items() if name.isupper()}
    return Poll(mails, commands, counts["turns"], counts["up"] + counts["down"], processor)


def once(folder: Path) -> tuple[float, float]:
    """Run `inbox-worker once`; return wall and processor seconds."""
    return timed([sys.executable, "-c", PROGRAM, "once", "--config", str(folder / "config.yaml")])


def start_up(command: list[str], times: int) -> Start:
    """Measure a command that does next to nothing, and what it spends its time importing."""
    whole = [sys.executable, "-c", PROGRAM, *command]
    runs = [timed(whole) for _ in range(times)]
    told = subprocess.run([sys.executable, "-X", "importtime", *whole[1:]], capture_output=True, text=True, check=False)
    name = " ".join(part for part in command if "/" not in part and part != "--config")
    return Start(name, median(run[1] for run in runs), median(run[0] for run in runs), _heaviest(told.stderr))


def timed(command: list[str]) -> tuple[float, float]:
    """Return wall and processor seconds of a command, children included. Ends the bench where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[-1]}: ended with {process.returncode}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime


def large_mail(ground: Ground, megabytes: int) -> Measured:
    """Take in one mail of `megabytes`, and tell the peak of each process."""
    user = f"large{megabytes}"
    ground.dovecot.fill_one(user, megabytes)
    return measure(WORKER, ground.base, user, (ground.dovecot.port, ground.sink))


def backlog(ground: Ground, mails: int) -> Backlog:
    """Take in a mailbox of `mails`, and see whether memory grows once everything has been used."""
    user = f"backlog{mails}"
    ground.dovecot.fill(user, mails, SEED + 3)
    database = ground.base / "runs" / WORKER / "worker.db"
    settled = min(SETTLED, mails // 4)
    measured = measure(
        WORKER, ground.base, user, (ground.dovecot.port, ground.sink), progress=lambda: _taken_in(database)
    )
    return Backlog(mails, settled, measured)


def _taken_in(database: Path) -> int:
    """Return how many mails the ledger of a running worker holds."""
    if not database.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()
    return int(found[0])


def _heaviest(told: str) -> tuple[tuple[str, float], ...]:
    """Return the packages that cost most of an import, from the lines of -X importtime."""
    costs: dict[str, float] = {}
    for line in told.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            package = parts[2].strip().split(".")[0]
            costs[package] = costs.get(package, 0.0) + int(parts[0]) / 1000
    return tuple(sorted(costs.items(), key=lambda pair: -pair[1])[:6])
