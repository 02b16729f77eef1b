"""Runs one peer on one mailbox, and measures it from outside: wall and processor time, memory, what it did."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.servers import descendants, memory

PEERS = Path(__file__).resolve().parent / "peers"
_EVERY = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory at a moment of a run, in MB."""

    done: int  # mails taken in so far
    together: float  # all processes
    largest: float  # the largest of them


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one peer."""

    peer: str
    mails: int
    sent: int | None  # None: the peer does not tell
    wall: float  # seconds
    processor: float  # seconds, of the peer and its children; not of the servers
    peaks: tuple[float, ...]  # MB, the peak of each of its processes, the first one first
    growth: float  # MB that all of them together grew by after the first quarter of the run
    stages: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # wall, processor: ms a mail
    samples: tuple["Sample", ...] = ()

    @property
    def rate(self) -> float:
        """Mails a second of wall time."""
        return self.mails / self.wall

    @property
    def processor_ms(self) -> float:
        """Processor milliseconds a mail."""
        return 1000 * self.processor / max(1, self.mails)


class Memory(threading.Thread):
    """Looks at the memory of a process and all its descendants until it ends."""

    def __init__(self, pid: int, progress: Callable[[], int] = lambda: 0) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended, self._progress = pid, threading.Event(), progress
        self._peaks: dict[int, float] = {}
        self.samples: list[Sample] = []

    def run(self) -> None:
        """Look again and again."""
        while not self._ended.wait(_EVERY):
            sizes = []
            for pid in (self._pid, *descendants(self._pid)):
                now, peak = memory(pid)
                sizes.append(now)
                if now:
                    self._peaks[pid] = max(peak, self._peaks.get(pid, 0.0))
            if any(sizes):
                self.samples.append(Sample(self._progress(), sum(sizes), max(sizes)))

    def stop(self) -> None:
        """End it."""
        self._ended.set()
        self.join()

    @property
    def peaks(self) -> tuple[float, ...]:
        """The peak of each process in MB, the largest first; helpers of a shell under 10 MB left out."""
        return tuple(sorted((peak for peak in self._peaks.values() if peak > 10), reverse=True))

    @property
    def growth(self) -> float:
        """MB between the highest of the second quarter of the run and the highest of the rest."""
        together = [sample.together for sample in self.samples]
        quarter = len(together) // 4
        if not quarter:
            return 0.0
        return max(together[2 * quarter :]) - max(together[quarter : 2 * quarter])


def peer(name: str) -> Path:
    """Return the script of a peer: one of ours by its name, or any script of the same kind by its path."""
    return PEERS / f"{name}.sh" if "/" not in name else Path(name).resolve()


def measure(
    name: str,
    base: Path,
    user: str,
    ports: tuple[int, int],
    progress: Callable[[], int] = lambda: 0,
    **settings: str,
) -> Measured:
    """Prepare, run and count one peer. ports: IMAP, SMTP. settings: more environment for its script.

    progress: returns how many mails it has taken in so far.

    A script takes `prepare`, `run` (the measured part) and `count` (prints how many mails it took in).
    """
    script = peer(name)
    environment = os.environ | {
        "BENCH_DIR": str(base), "MAILUSER": user, "PEER": script.stem,
        "IMAP_PORT": str(ports[0]), "SMTP_PORT": str(ports[1]), **settings,
    }  # fmt: skip
    (base / "runs").mkdir(exist_ok=True)
    _call(script, "prepare", environment)
    start = time.perf_counter()
    process = subprocess.Popen([script, "run"], env=environment)
    watching = Memory(process.pid, progress)
    watching.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    watching.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: run ended with {process.returncode}")
    out = base / "runs" / script.stem / "out.json"
    told = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    sent = int(_call(script, "sent", environment)) if script.parent == PEERS else None
    stages = {stage: (float(pair[0]), float(pair[1])) for stage, pair in told.get("stages", {}).items()}
    processor = used.ru_utime + used.ru_stime
    mails = int(_call(script, "count", environment))
    memory = (watching.peaks, watching.growth)
    return Measured(script.stem, mails, sent, wall, processor, *memory, stages, tuple(watching.samples))


def _call(script: Path, what: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run([script, what], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
