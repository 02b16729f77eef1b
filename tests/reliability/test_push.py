"""`push: true`: the server tells of new mail at once. Whatever becomes of that, polls go on and nothing is lost."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from inbox_worker import push
from inbox_worker.assembly import Service, service
from inbox_worker.checks import Finding, examine
from inbox_worker.cli.main import app
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.health import examine as health
from inbox_worker.jobs import Jobs, poll_job
from inbox_worker.push import listening
from inbox_worker.scheduler import Schedule
from tests.reliability.relay import Relay, Rule, cut, garble, replace
from tests.reliability.world import Worker, application
from tests.site import Change, Site, running

TELLS = r"^\* \d+ EXISTS"  # unasked: an answer to EXAMINE begins with something else
BEGINS = r" IDLE\r\n$"
ALWAYS = 10**6


def pushed(poll: str = "1h", outbox: str = "1h") -> Change:
    """Have the server tell of new mail; the schedule alone would answer none in time."""

    def change(data: dict[str, Any]) -> None:
        data["schedule"] |= {"poll": poll, "outbox": outbox}
        data["mailboxes"][0]["push"] = True
        data["fuses"] = {"per_hour": 1000}
        data["log"] = {"format": "json", "level": "info"}

    return change


@contextmanager
def serving(built: Service) -> Iterator[threading.Event]:
    """Run the service as `inbox-worker run` does; setting what is yielded stops it."""
    stop = threading.Event()
    schedule = Schedule(stop)
    jobs = Jobs(built, stop.is_set, wake=schedule.wake).scheduled()

    def run() -> None:
        with listening(built, lambda box: schedule.wake(poll_job(box))):
            schedule.run(jobs)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def until(seen: Callable[[], object], seconds: float = 60) -> None:
    """Wait for an effect, as long as a busy machine may take."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def answered(smtp: SmtpServer, number: int) -> int:
    return sum(each.recipients == (f"person{number}@kent.ac.uk",) for each in smtp.deliveries)


def heard(built: Service) -> datetime | None:
    with built.store.reading() as view:
        return health(view, built.config, built.clock()).heard["equality"]


def listens(built: Service) -> Callable[[], object]:
    return lambda: heard(built)


def failures(site: Site) -> dict[str, int]:
    with site.service.store.reading() as view:
        return {run.name: run.failures for run in view.job_runs() if run.failures}


def test_mail_is_answered_when_the_server_tells_of_it_and_not_when_the_next_poll_is_due(
    dovecot: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, dovecot, smtp_server, database_url, pushed()) as site, serving(site.service):
        until(listens(site.service))
        for number in range(4):  # one after the other: each is told of by itself
            dovecot.deliver(application(number))
            until(lambda: answered(smtp_server, number))  # noqa: B023 - called before the next round
    assert [answered(smtp_server, number) for number in range(4)] == [1] * 4


FAULTS = {
    "cut": Rule("server", TELLS, cut),
    "goodbye": Rule("server", TELLS, lambda side, data: b"* BYE Session invalidated - AccessTokenExpired\r\n"),
    "ended by the server": Rule("server", TELLS, lambda side, data: b"A9 NO [UNAVAILABLE] later\r\n"),
    "nonsense": Rule("server", TELLS, garble),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_listening_connection_that_ends_is_opened_again_and_what_came_meanwhile_is_answered(
    fault: str, dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    rule = FAULTS[fault]
    rule.seen = 0
    begun = Rule("client", BEGINS, lambda side, data: data, ALWAYS)
    with (
        Relay(dovecot, rule, begun) as relay,
        running(tmp_path, relay, smtp_server, sqlite_url, pushed()) as site,  # type: ignore[arg-type]
        serving(site.service),
    ):
        until(listens(site.service))
        dovecot.deliver(application(0))
        until(lambda: rule.seen == 1)  # perhaps after the answer: a poll follows the beginning of listening too
        until(lambda: answered(smtp_server, 0))
        until(lambda: begun.seen >= 2)
        dovecot.deliver(application(1))
        until(lambda: answered(smtp_server, 1))
        assert failures(site) == {}
    assert [answered(smtp_server, number) for number in range(2)] == [1, 1]


def test_a_connection_on_which_the_server_has_fallen_silent_is_noticed_when_it_is_renewed(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "RENEW", timedelta(seconds=2))
    silent = Rule("server", TELLS, lambda side, data: None, ALWAYS)
    with (
        Relay(dovecot, silent) as relay,
        running(tmp_path, relay, smtp_server, sqlite_url, pushed()) as site,  # type: ignore[arg-type]
        serving(site.service),
    ):
        until(listens(site.service))
        dovecot.deliver(application(0))
        until(lambda: silent.seen)
        until(lambda: answered(smtp_server, 0))
        assert failures(site) == {}


def test_what_a_server_says_before_it_accepts_is_no_refusal(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    before = Rule("server", r"^\+ idling", replace(b"+ idling", b"* 0 RECENT\r\n* OK busy\r\n+ idling"), ALWAYS)
    with (
        Relay(dovecot, before) as relay,
        running(tmp_path, relay, smtp_server, sqlite_url, pushed()) as site,  # type: ignore[arg-type]
        serving(site.service),
    ):
        until(listens(site.service))
        assert before.seen == 1


@pytest.mark.parametrize(
    "fault",
    [
        Rule("client", BEGINS, cut, ALWAYS),
        Rule("server", r"^\+ idling", replace(b"+ idling", b"A9 NO [LIMIT] too many"), ALWAYS),
        Rule("server", r"^\+ idling", garble, ALWAYS),
    ],
    ids=["cut", "refused", "nonsense"],
)
def test_a_server_that_never_tells_costs_the_wait_for_the_next_poll_and_nothing_else(
    fault: Rule, dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    fault.seen = 0
    with (
        Relay(dovecot, fault) as relay,
        running(tmp_path, relay, smtp_server, sqlite_url, pushed("500ms")) as site,  # type: ignore[arg-type]
        serving(site.service),
    ):
        until(lambda: fault.seen >= 2)
        dovecot.deliver(application(0))
        until(lambda: answered(smtp_server, 0))
        assert heard(site.service) is None
        assert failures(site) == {}


def without_idle(account: Account) -> Relay:
    return Relay(account, Rule("server", r" IDLE\b", replace(b" IDLE", b""), ALWAYS))


def test_a_server_without_idle_is_said_once_and_polls_go_on(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with (
        without_idle(dovecot) as relay,
        running(tmp_path, relay, smtp_server, sqlite_url, pushed("500ms")) as site,  # type: ignore[arg-type]
        capture_logs() as lines,
        serving(site.service),
    ):
        until(lambda: [line for line in lines if "offers no IDLE" in line["event"]])
        for number in range(3):
            dovecot.deliver(application(number))
            until(lambda: answered(smtp_server, number))  # noqa: B023
        assert len([line for line in lines if "offers no IDLE" in line["event"]]) == 1
        assert failures(site) == {}


def pushing(path: Path) -> Finding:
    from inbox_worker.config import load

    return next(finding for finding in examine(load(path)) if finding.what == "mailbox equality, push")


def test_check_says_whether_the_server_tells_of_new_mail(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, dovecot, smtp_server, sqlite_url, pushed()):
        found = pushing(tmp_path / "config.yaml")
        assert (found.ok, found.warning) == (True, False)
    with without_idle(dovecot) as relay, running(tmp_path, relay, smtp_server, sqlite_url, pushed("60s")):  # type: ignore[arg-type]
        found = pushing(tmp_path / "config.yaml")
        assert (found.ok, found.warning) == (True, True)
        assert "every 60 s" in found.detail
        assert "leave out push" in found.remedy


def status(path: Path) -> dict[str, Any]:
    told = CliRunner().invoke(app, ["status", "--json", "--config", str(path)])
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_a_service_that_listens_ends_at_sigterm_and_status_says_whether_anybody_listens(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, worker: Worker
) -> None:
    with running(tmp_path, dovecot, smtp_server, sqlite_url, pushed()) as site:
        path = tmp_path / "config.yaml"
        assert status(path)["push"] == {"equality": None}
        site.service.locks.close()
        worker.start(path)
        until(listens(site.service))
        assert status(path)["push"]["equality"] is not None
        assert list(status(path)["workers"]) == ["equality"]
        assert "Push equality" in CliRunner().invoke(app, ["status", "--config", str(path)]).stdout
        dovecot.deliver(application(0))
        until(lambda: answered(smtp_server, 0))
        assert worker.stop() == 0
        assert status(path)["push"] == {"equality": None}  # it went in an orderly way


def test_a_killed_listener_is_given_up_when_it_does_not_renew(
    dovecot: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, worker: Worker
) -> None:
    with running(tmp_path, dovecot, smtp_server, sqlite_url, pushed()) as site:
        site.service.locks.close()
        worker.start(tmp_path / "config.yaml")
        until(listens(site.service))
        worker.kill()
        later = site.service.clock() + timedelta(minutes=12)
        with site.service.store.reading() as view:
            assert health(view, site.config, later).heard == {"equality": None}


def test_of_two_workers_the_one_that_reads_the_mailbox_listens_and_then_the_other(
    dovecot: Account,
    smtp_server: SmtpServer,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push, "_FREE", 0.02)  # the other looks many times while the first one listens
    begun = Rule("client", BEGINS, lambda side, data: data, ALWAYS)
    with (
        Relay(dovecot, begun) as relay,
        running(tmp_path, relay, smtp_server, database_url, pushed()) as site,  # type: ignore[arg-type]
        service(site.config) as other,
        capture_logs() as lines,
        serving(site.service) as stop,
    ):
        until(listens(site.service))
        with serving(other):
            until(lambda: [line for line in lines if "this one waits" in line["event"]])
            dovecot.deliver(application(0))
            until(lambda: answered(smtp_server, 0))
            assert begun.seen == 1
            stop.set()
            until(lambda: heard(site.service) is None)
            site.service.locks.close()  # as at the end of the process
            until(listens(other))
            assert begun.seen == 2
            dovecot.deliver(application(1))
            until(lambda: answered(smtp_server, 1))
    assert [answered(smtp_server, number) for number in range(2)] == [1, 1]
