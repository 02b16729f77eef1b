"""`run` and `once`: the service, and one pass of it.

What they need is imported when they run, since `--help` and the other commands need less; most of it by `_service`.
"""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, config_path, print_json, say

if TYPE_CHECKING:
    from inbox_worker.assembly import Service
    from inbox_worker.jobs import Report


def once(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Run every job one time: read the mailboxes, then send what is due. For cron and systemd timers."""
    with clear_errors(), _service(config) as service:
        from inbox_worker.jobs import Jobs

        reports = Jobs(service).once()
        for report in reports:
            _print(report, as_json)
    raise typer.Exit(max(report.exit_code for report in reports))


def run(config: ConfigOption = None) -> None:
    """Run the service until SIGTERM or Ctrl-C; the mail in hand is finished first."""
    import threading

    with clear_errors(), _service(config) as service:
        from inbox_worker.jobs import Jobs, poll_job
        from inbox_worker.liveness import Liveness
        from inbox_worker.push import listening
        from inbox_worker.scheduler import Schedule, stop_on_signals
        from inbox_worker.supervision import supervised

        service.complete()
        stop, stopped = threading.Event(), threading.Event()
        stop_on_signals(stop)
        liveness = Liveness(service.config.liveness.hung_after)
        liveness.watch(stopped)  # a job can hang while the service stops, too
        schedule = Schedule(stop)
        jobs = Jobs(service, stop.is_set, liveness, schedule.wake).scheduled()
        with (
            supervised(service.config, service.store, stop, liveness.stuck, service.clock),
            listening(service, lambda box: schedule.wake(poll_job(box))),
        ):
            say(f"inbox-worker runs in mode {service.config.mode}; stop it with Ctrl-C")
            schedule.run(jobs)
        stopped.set()
        say("stopped")


@contextmanager
def _service(config: Path | None) -> "Iterator[Service]":
    with ExitStack() as stack:
        gc.disable()  # nearly all that a start makes stays: to look through it for garbage takes a tenth of a start
        try:
            service = stack.enter_context(_built(config))
        finally:
            gc.enable()
        yield service


@contextmanager
def _built(config: Path | None) -> "Iterator[Service]":
    from inbox_worker import allocator, log
    from inbox_worker.assembly import service
    from inbox_worker.config import load

    allocator.give_back()
    settings = load(config_path(config))
    log.setup(settings.log.format, settings.log.level)
    with service(settings) as built:
        for box in built.boxes:
            box.connection()  # a missing secret is found now, not at the first poll
        yield built


def _print(report: "Report", as_json: bool) -> None:
    error = str(report.error) if report.error else None
    if as_json:
        print_json({"job": report.job, "counts": dict(report.counts), "error": error})
        return
    done = ", ".join(f"{number} {word}" for word, number in sorted(report.counts.items()) if number)
    done = done or ("failed" if error else "nothing to do")
    if report.counts["started"]:
        done = "first look at this folder: mail that arrives from now on is read"
    typer.echo(f"{report.job}: {done}")
    if error:
        say(f"error: {report.job}: {error}")
