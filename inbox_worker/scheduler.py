"""Which job runs when, and a clean stop. The only user of apscheduler."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING

from inbox_worker import log

if TYPE_CHECKING:  # `once` needs no schedule, and pays for no scheduler
    from apscheduler.events import JobEvent
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

_LOG = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs on an interval. `run` raises nothing that it could handle itself."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Schedule:
    """Runs jobs on their intervals, and one of them at once where it is woken. `wake` may come from any thread."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._guard = threading.Lock()  # a job is woken wholly before the scheduler shuts down, or not at all
        self._turns: dict[str, _Turns] = {}  # empty: not running
        self._scheduler: BackgroundScheduler | None = None

    def run(self, jobs: Sequence[Job]) -> None:
        """Run `jobs` until `stop` is set; then finish what is in hand and return.

        Every job starts at once and then once an interval, one run of it at a time: a run that takes longer than its
        interval delays the next (`coalesce`), it never doubles it.
        """
        scheduler = _scheduler(len(jobs))
        turns = {job.name: _Turns(job, self._stop) for job in jobs}
        for job in jobs:
            scheduler.add_job(turns[job.name], _interval(job), id=job.name, name=job.name, next_run_time=_now())
        with self._guard:  # before the first job runs: it may wake another
            self._scheduler, self._turns = scheduler, turns
        scheduler.start()
        try:
            self._stop.wait()
        finally:
            # The scheduler holds its lock while it waits for jobs: one of them that woke another would wait for ever.
            with self._guard:
                self._turns = {}
            scheduler.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """Run the job `name` as soon as may be: now, or once more after the run that is under way.

        Does nothing where the schedule does not run (yet, or any more): every job runs when it begins.
        """
        with self._guard:
            turns = self._turns.get(name)
            if turns is not None and self._scheduler is not None and turns.ask():
                # Under an id of its own: APScheduler drops a run whose id it still counts as running.
                self._scheduler.add_job(turns, name=name)


class _Turns:
    """Runs one job, never twice at a time; where it is asked for while it runs, once more after that."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job = job
        self._stop = stop
        self._guard = threading.Lock()
        self._running = False
        self._asked = False  # and not begun since

    def ask(self) -> bool:
        """Ask for a run that begins after now. True: the caller sees to it that this is called."""
        with self._guard:
            asked, self._asked = self._asked, True
            return not asked and not self._running

    def __call__(self) -> None:
        """Run the job, as often as was asked for meanwhile; nothing where it runs already."""
        with self._guard:
            if self._running:
                return
            self._running = True
        self._once()
        while self._asked_again():
            self._once()

    def _once(self) -> None:
        self._asked = False
        try:
            self._job.run()
        except Exception as error:  # its text may quote a mail; and whoever asked meanwhile still gets a run
            _LOG.error("job failed", job=self._job.name, error=type(error).__name__, at=log.place(error))

    def _asked_again(self) -> bool:
        with self._guard:
            self._running = self._asked and not self._stop.is_set()
            return self._running


def _scheduler(jobs: int) -> "BackgroundScheduler":
    from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max(1, jobs))},
        # APScheduler drops a run that is more than one second late unless told otherwise.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_report, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler


def _interval(job: Job) -> "IntervalTrigger":
    from apscheduler.triggers.interval import IntervalTrigger

    jitter = min(job.every.total_seconds() / 10, 30)  # many instances on one host do not all poll at once
    return IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC, jitter=jitter)


def _now() -> datetime:
    return datetime.now(UTC)


def stop_on_signals(stop: threading.Event) -> None:
    """Make SIGTERM and SIGINT set `stop`, and do nothing else: the main thread shuts down."""

    def handler(number: int, _: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _report(event: "JobEvent") -> None:
    _LOG.warning("job delayed", job=event.job_id)
