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
    from apscheduler.events import JobExecutionEvent

_LOG = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs on an interval. `run` raises nothing that it could handle itself."""

    name: str
    every: timedelta
    run: Callable[[], object]


def run_until_stopped(jobs: Sequence[Job], stop: threading.Event) -> None:
    """Run `jobs` on their intervals until `stop` is set; then finish what is in hand and return.

    Every job starts at once and then once an interval, one run of it at a time: a run that takes longer than its
    interval delays the next (`coalesce`), it never doubles it.
    """
    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
        # APScheduler drops a run that is more than one second late unless told otherwise.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    for job in jobs:
        jitter = min(job.every.total_seconds() / 10, 30)  # many instances on one host do not all poll at once
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC, jitter=jitter)
        scheduler.add_job(job.run, trigger, id=job.name, name=job.name, next_run_time=datetime.now(UTC))
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)


def stop_on_signals(stop: threading.Event) -> None:
    """Make SIGTERM and SIGINT set `stop`, and do nothing else: the main thread shuts down."""

    def handler(number: int, _: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _report(event: "JobExecutionEvent") -> None:
    error = getattr(event, "exception", None)
    if error is not None:
        _LOG.error("job failed", job=event.job_id, error=type(error).__name__, at=log.place(error))
    else:
        _LOG.warning("job delayed", job=event.job_id)
