"""Is every job still getting on? Measured outside the scheduler, which cannot end a job that hangs.

A job says when it begins, when it gets on (`beat`) and when it ends. Where one has been silent for too long, or does
not begin any more, the process ends itself at once: its supervisor starts it again, and what it had in hand is safe by
the rules for a process that is killed.
"""

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from inbox_worker import log

_LOG = log.logger(__name__)
EXIT_CODE = 75  # "try later" (sysexits.h): restart
LOOK_EVERY = 5.0  # seconds, at most


@dataclass(slots=True)
class _Pulse:
    """When a job was last heard of."""

    at: float  # seconds of the monotonic clock
    running: bool
    every: float  # seconds between two runs; 0: it runs when it is told to


class Liveness:
    """Watches the jobs of one process. Thread-safe."""

    def __init__(
        self,
        hung_after: timedelta,
        *,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """end: ends the process without a word to any other thread; those may be what hangs."""
        self._limit = hung_after.total_seconds()
        self._end = end
        self._clock = clock
        self._pulses: dict[str, _Pulse] = {}
        self._guard = threading.Lock()

    def expect(self, job: str, every: timedelta) -> None:
        """Expect `job` to run every so often from now on."""
        with self._guard:
            self._pulses[job] = _Pulse(self._clock(), False, every.total_seconds())

    @contextmanager
    def running(self, job: str) -> Iterator[None]:
        """Count `job` as running within the block."""
        self._heard(job, True)
        try:
            yield
        finally:
            self._heard(job, False)

    def beat(self, job: str) -> None:
        """Say that `job` gets on."""
        self._heard(job, True)

    def stuck(self) -> tuple[str, ...]:
        """Return the jobs that hang, or that should have begun long ago."""
        now = self._clock()
        with self._guard:
            return tuple(job for job, pulse in self._pulses.items() if now - pulse.at > self._allowed(pulse))

    def watch(self, stop: threading.Event) -> threading.Thread:
        """Look at the jobs in a thread of its own until `stop` is set; return the thread."""
        pause = min(LOOK_EVERY, self._limit / 4)

        def look() -> None:
            while not stop.wait(pause):
                if jobs := self.stuck():
                    self._give_up(jobs)

        thread = threading.Thread(target=look, name="liveness", daemon=True)
        thread.start()
        return thread

    def _heard(self, job: str, running: bool) -> None:
        with self._guard:
            pulse = self._pulses.setdefault(job, _Pulse(0.0, running, 0.0))
            pulse.at, pulse.running = self._clock(), running

    def _allowed(self, pulse: _Pulse) -> float:
        if pulse.running:
            return self._limit
        return self._limit + 2 * pulse.every if pulse.every else float("inf")

    def _give_up(self, jobs: tuple[str, ...]) -> None:
        for job in jobs:
            _LOG.error("job hangs; the service ends itself", job=job, seconds=self._limit, exit=EXIT_CODE)
        faulthandler.dump_traceback(sys.stderr)  # files and lines alone: no value of any variable
        self._end(EXIT_CODE)
