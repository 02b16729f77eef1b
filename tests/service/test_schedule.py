"""When jobs run: on their intervals, at once where they are woken, and never twice at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from inbox_worker.scheduler import Job, Schedule

HOUR = timedelta(hours=1)


class Work:
    """A job that waits inside until it is let go; counts its runs and how many were under way at once."""

    def __init__(self) -> None:
        self.runs = self.most = self._now = 0
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self._guard = threading.Lock()

    def __call__(self) -> None:
        with self._guard:
            self.runs += 1
            self._now += 1
            self.most = max(self.most, self._now)
        self.begun.release()
        self.go.acquire(timeout=30)
        with self._guard:
            self._now -= 1


@contextmanager
def running(schedule: Schedule, stop: threading.Event, *jobs: Job) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=schedule.run, args=(jobs,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def begun(work: Work) -> bool:
    return work.begun.acquire(timeout=30)


def test_a_job_that_is_woken_runs_at_once_and_not_when_its_interval_is_over() -> None:
    stop, work = threading.Event(), Work()
    schedule = Schedule(stop)
    with running(schedule, stop, Job("poll", HOUR, work)):
        assert begun(work)
        for _ in range(200):  # some of them while the run before ends, some after that
            work.go.release()
            schedule.wake("poll")
            assert begun(work)
        work.go.release()
    assert (work.runs, work.most) == (201, 1)


def test_however_often_a_job_is_woken_while_it_runs_it_runs_once_more_after_that() -> None:
    stop, work = threading.Event(), Work()
    schedule = Schedule(stop)
    with running(schedule, stop, Job("poll", HOUR, work)):
        assert begun(work)
        for _ in range(50):
            schedule.wake("poll")
        work.go.release()
        assert begun(work)
        work.go.release()
        assert not work.begun.acquire(timeout=0.5)
    assert (work.runs, work.most) == (2, 1)


def test_a_run_that_was_woken_and_one_whose_time_has_come_are_not_under_way_together() -> None:
    stop, work = threading.Event(), Work()
    schedule = Schedule(stop)
    for _ in range(10_000):
        work.go.release()
    with running(schedule, stop, Job("poll", timedelta(milliseconds=20), work)):
        for _ in range(300):
            schedule.wake("poll")
            time.sleep(0.002)
    assert work.runs > 20
    assert work.most == 1


def test_a_job_that_wakes_another_while_the_service_stops_does_not_hold_it_up() -> None:
    stop, entered, let_go = threading.Event(), threading.Event(), threading.Event()
    schedule, work = Schedule(stop), Work()
    work.go.release()

    def poll() -> None:
        entered.set()
        let_go.wait(30)
        schedule.wake("outbox")

    with running(schedule, stop, Job("poll", HOUR, poll), Job("outbox", HOUR, work)) as thread:
        assert entered.wait(30)
        assert begun(work)
        stop.set()
        time.sleep(0.3)  # the scheduler waits for the job now, or is about to
        let_go.set()
        thread.join(30)
        assert not thread.is_alive()
    assert work.runs == 1


def test_a_job_that_fails_can_still_be_woken() -> None:
    stop, runs = threading.Event(), threading.Semaphore(0)
    schedule = Schedule(stop)

    def fails() -> None:
        runs.release()
        raise ZeroDivisionError

    with running(schedule, stop, Job("poll", HOUR, fails)):
        for _ in range(100):  # some of them while it fails, some after that
            assert runs.acquire(timeout=30)
            schedule.wake("poll")


def test_waking_before_the_schedule_runs_or_a_job_that_there_is_not_does_nothing() -> None:
    stop, work = threading.Event(), Work()
    schedule = Schedule(stop)
    schedule.wake("poll")
    with running(schedule, stop, Job("poll", HOUR, work)):
        assert begun(work)
        schedule.wake("polls")
        work.go.release()
    assert work.runs == 1
