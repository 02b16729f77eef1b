"""What is seen from outside: hanging jobs, workers that wait, gaps, faults of the set-up."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inbox_worker.assembly import service
from inbox_worker.cli.main import app
from inbox_worker.core.mail import MailId
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import Busy
from inbox_worker.jobs import Jobs
from inbox_worker.liveness import EXIT_CODE, Liveness
from inbox_worker.locks import Locks, locks
from inbox_worker.records import TroubleKind
from tests.site import Site, form, mail, running

_HANGING = """
import threading, time
from datetime import timedelta
from inbox_worker.liveness import Liveness
liveness = Liveness(timedelta(seconds=0.4))
liveness.watch(threading.Event())
with liveness.running("poll equality"):
    time.sleep(30)
"""


class Seconds:
    """A monotonic clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_process_with_a_hanging_job_ends_itself_to_be_started_again() -> None:
    ended = subprocess.run([sys.executable, "-c", _HANGING], capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == EXIT_CODE
    assert "poll equality" in ended.stdout + ended.stderr


def test_a_job_hangs_when_it_gives_no_sign_of_life_for_too_long() -> None:
    clock = Seconds()
    liveness = Liveness(timedelta(minutes=15), clock=clock)
    with liveness.running("outbox"):
        clock.now = 14 * 60
        liveness.beat("outbox")
        clock.now = 28 * 60
        assert liveness.stuck() == ()
        clock.now = 30 * 60
        assert liveness.stuck() == ("outbox",)
    assert liveness.stuck() == ()


def test_a_job_that_the_scheduler_no_longer_starts_is_noticed() -> None:
    clock = Seconds()
    liveness = Liveness(timedelta(minutes=15), clock=clock)
    liveness.expect("poll equality", timedelta(minutes=1))
    clock.now = 16 * 60
    assert liveness.stuck() == ()
    clock.now = 18 * 60
    assert liveness.stuck() == ("poll equality",)


def test_the_watch_gives_up_by_itself_and_not_on_a_job_that_gets_on() -> None:
    ended: list[int] = []
    given_up, stop = threading.Event(), threading.Event()

    def end(code: int) -> None:
        ended.append(code)
        given_up.set()
        stop.set()

    liveness = Liveness(timedelta(seconds=0.2), end=end)
    with liveness.running("outbox"):
        watching = liveness.watch(stop)
        for _ in range(10):
            liveness.beat("outbox")
            assert not given_up.wait(0.05)
        assert given_up.wait(5)
    watching.join(5)
    assert ended[0] == EXIT_CODE


@contextmanager
def held_by_another(database: str) -> Iterator[Locks]:
    other = locks(database, "another:1:abc")
    assert other.take("equality")
    try:
        yield other
    finally:
        other.close()


def test_a_second_worker_says_that_it_waits_and_does_nothing_meanwhile(
    pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url) as site:
        pymap.deliver(mail(form()))
        with held_by_another(database_url):
            poll, *_ = Jobs(site.service).once()
            assert isinstance(poll.error, Busy)
            assert "this one waits" in str(poll.error)
            assert poll.exit_code == 75
            with site.service.store.reading() as view:
                assert view.applications() == ()
        site.once()
    assert len(smtp_server.deliveries) == 2


def test_a_worker_that_waits_polls_at_once_when_the_other_is_gone(
    pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, database_url) as site, service(site.config) as waiting:
        pymap.deliver(mail(form()))
        by_name = {job.name: job for job in Jobs(waiting).scheduled()}
        with held_by_another(database_url):
            by_name["poll equality"].run()
            by_name["standby equality"].run()
        end = time.monotonic() + 20  # PostgreSQL lets a lock go once it has noticed the end of the connection
        while by_name["standby equality"].run() is None:
            assert time.monotonic() < end
        with waiting.store.reading() as view:
            assert len(view.applications()) == 1
        assert by_name["standby equality"].every <= timedelta(seconds=10)  # so that it is within 30 s


def status(site: Site, tmp_path: Path) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(app, ["status", "--json", "--config", str(tmp_path / "config.yaml")])
    return result.exit_code, json.loads(result.stdout)


def test_status_names_the_mails_that_are_missing_and_who_reads(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        code, told = status(site, tmp_path)
        assert (code, told["missing_uids"], told["behind"]) == (0, {}, {"equality": 0})
        assert told["workers"] == {"equality": site.service.worker}
        with site.service.store.transaction() as tx:
            (point,) = tx.points()
            place = MailId("equality", "INBOX", point.uidvalidity, 4711)
            tx.note_trouble(place, TroubleKind.FETCH, site.service.clock())
        code, told = status(site, tmp_path)
    assert code == 1
    assert told["missing_uids"] == {"equality": [4711]}
    assert any("4711" in problem for problem in told["problems"])  # type: ignore[attr-defined]


def test_a_fault_of_the_set_up_is_a_problem_at_once(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    smtp_server.answer = lambda stage, argument: "535 5.7.3 no" if stage == "MAIL" else None
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(mail(form()))
        Jobs(site.service).once()
        code, told = status(site, tmp_path)
    assert code == 1
    assert any("SubmissionRefused" in problem for problem in told["problems"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_program_fault_in_a_job_is_reported_without_its_words(
    jobs: int, pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        for _ in range(jobs):
            (report, *_) = Jobs(_broken(site)).once()
        with site.service.store.reading() as view:
            (run,) = [run for run in view.job_runs() if run.name == "poll equality"]
    assert report.exit_code == 70
    assert "Wilhelmina" not in str(report.error)
    assert run.failures == jobs


def _broken(site: Site):  # type: ignore[no-untyped-def]
    """Return the service with a mailbox whose connection is nothing of the kind."""
    from dataclasses import replace

    class Broken:
        section = site.service.boxes[0].section

        def connection(self) -> object:
            raise ZeroDivisionError("Wilhelmina wrote this")

    return replace(site.service, boxes=(Broken(),))  # type: ignore[arg-type]
