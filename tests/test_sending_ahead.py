"""What a backlog causes goes out while the rest of it is read."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inbox_worker import checkpoints
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import SubmissionRefused
from inbox_worker.jobs import Jobs
from inbox_worker.records import OutboxState
from inbox_worker.sending_ahead import SendingAhead
from tests.site import Site, form, mail, running

MAILS = 130  # five batches
PATIENCE = 60.0  # seconds until something that must come is given up


@pytest.fixture
def site(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    def change(data: dict) -> None:
        data["fuses"] = {"per_hour": 10_000}
        data["mailboxes"][0]["smtp"]["per_minute"] = None

    with running(tmp_path, pymap, smtp_server, sqlite_url, change) as made:
        yield made
    checkpoints.install(None)


def fill(site: Site) -> None:
    site.account.deliver(
        *(
            mail(
                form(email=f"p{number}@kent.ac.uk", name=f"Tamsin Okoro {chr(65 + number % 26)}"),
                sender=f"p{number}@kent.ac.uk",
                message_id=f"<{number}@mail.kent.ac.uk>",
            )
            for number in range(MAILS)
        )
    )


def until(true: Callable[[], object]) -> bool:
    """Wait until something is so; False where it does not come."""
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(true())


def test_a_backlog_is_answered_while_the_rest_of_it_is_read(site: Site) -> None:
    fill(site)
    before: list[bool] = []

    def wait(point: str) -> None:
        if point == "intake.fetched" and threading.current_thread() is threading.main_thread():
            before.append(not before or bool(until(lambda: site.smtp.deliveries)))

    checkpoints.install(wait)
    reports = {report.job: report for report in site.once()}
    assert before == [True] * 5
    with site.service.store.reading() as view:
        assert Counter(item.state for item in view.outbox()) == {OutboxState.SENT: 2 * MAILS}
    assert reports["outbox"].counts == {"sent": 2 * MAILS}
    answered = Counter(each.recipients[0] for each in site.smtp.deliveries)
    assert [answered[f"p{number}@kent.ac.uk"] for number in range(MAILS)] == [1] * MAILS


def test_a_server_that_refuses_us_while_a_backlog_is_read_fails_the_pass_and_loses_nothing(site: Site) -> None:
    fill(site)
    site.smtp.answer = lambda stage, argument: "530 5.7.57 not signed in" if stage == "MAIL" else None
    reports = {report.job: report for report in Jobs(site.service).once()}
    assert isinstance(reports["outbox"].error, SubmissionRefused)
    assert reports["poll equality"].error is None
    with site.service.store.reading() as view:
        (job,) = [each for each in view.job_runs() if each.name == "outbox"]
    assert job.code == "SubmissionRefused"  # what closes the pass does not hide it
    with site.service.store.reading() as view:
        assert Counter(item.state for item in view.outbox()) == {OutboxState.QUEUED: 2 * MAILS}


def test_a_pass_that_is_broken_off_sends_no_more_than_it_has_begun(site: Site) -> None:
    fill(site)
    jobs = Jobs(site.service)
    fetched: list[str] = []

    def hold(stage: str, argument: str) -> None:
        if stage == "MAIL" and site.smtp.deliveries:
            until(jobs._broken_off.is_set)

    def break_off(point: str) -> None:
        if point == "intake.fetched" and threading.current_thread() is threading.main_thread():
            fetched.append(point)
            if len(fetched) == 3 and until(lambda: site.smtp.deliveries):
                raise KeyboardInterrupt

    site.smtp.answer = hold
    checkpoints.install(break_off)
    with pytest.raises(KeyboardInterrupt):
        jobs.once()
    with site.service.store.reading() as view:
        states = Counter(item.state for item in view.outbox())
        assert view.claimants() == ()
    assert set(states) == {OutboxState.SENT, OutboxState.QUEUED}
    assert 0 < states[OutboxState.SENT] == len(site.smtp.deliveries) < states[OutboxState.QUEUED]


def test_nothing_is_sent_ahead_where_no_more_is_to_come() -> None:
    runs: list[int] = []
    ahead = SendingAhead(lambda: runs.append(1), lambda report: False)
    ahead.tell(more=False)
    assert (ahead.end(), runs) == ([], [])


def test_what_is_told_during_a_run_is_seen_to_by_the_next_and_never_two_run_at_once() -> None:
    running, inside, most = threading.Semaphore(0), [], []

    def deliver() -> int:
        inside.append(1)
        most.append(len(inside))
        running.acquire()
        inside.pop()
        return len(most)

    ahead = SendingAhead(deliver, lambda report: False)
    ahead.tell(more=True)
    assert until(lambda: len(most) == 1)
    ahead.tell(more=True)
    ahead.tell(more=False)
    running.release()
    assert until(lambda: len(most) == 2)
    running.release()
    assert until(lambda: not inside)
    assert ahead.end() == [1, 2]
    assert most == [1, 1]


def test_after_a_failure_nothing_more_is_sent_ahead() -> None:
    runs: list[int] = []

    def deliver() -> str:
        runs.append(1)
        return "failed"

    ahead = SendingAhead(deliver, lambda report: report == "failed")
    ahead.tell(more=True)
    assert until(lambda: runs)
    ahead.tell(more=True)
    assert ahead.end() == ["failed"]
    assert runs == [1]
