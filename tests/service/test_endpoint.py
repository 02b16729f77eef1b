"""Health and metrics over HTTP: what is told, to whom, and that no word of a mail is in it."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from inbox_worker.assembly import utc_now
from inbox_worker.config import load
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.endpoint import Endpoint, serving
from inbox_worker.errors import ConfigError
from inbox_worker.records import push_lease
from tests.fixtures_mail import free_port
from tests.site import Site, form, mail, running, written

TOP = Path(__file__).parents[2]


@contextlib.contextmanager
def asked(site: Site, stuck: tuple[str, ...] = (), now: datetime | None = None) -> Iterator[Any]:
    """Yield a function that asks the endpoint of `site` for a path."""
    clock = utc_now if now is None else lambda: now
    endpoint = Endpoint(site.config, site.service.store, lambda: stuck, clock)
    with serving(endpoint, "127.0.0.1", free_port()) as port:

        def get(path: str, method: str = "GET") -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        yield get


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Return name and label values -> value."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_service_that_is_well_says_so(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site, asked(site) as get:
        assert get("/healthz") == (200, "alive\n")
        assert get("/readyz") == (200, "ready\n")
        assert get("/readyz", "HEAD") == (200, "")
        assert get("/secrets")[0] == 404
        assert get("/metrics", "POST")[0] == 501


def test_a_job_that_hangs_is_no_life(pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path):
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site, asked(site, ("poll equality",)) as get:
        assert get("/healthz") == (503, "poll equality hangs\n")


def test_a_mailbox_that_is_not_read_is_alive_but_not_ready(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    later = datetime.now(UTC) + timedelta(hours=2)
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site, asked(site, now=later) as get:
        assert get("/healthz")[0] == 200
        status, text = get("/readyz")
    assert status == 503
    assert "mailbox equality was last read to its end 1" in text


def test_the_metrics_count_what_was_done(pymap: Account, smtp_server: SmtpServer, database_url: str, tmp_path: Path):
    with running(tmp_path, pymap, smtp_server, database_url) as site:
        pymap.deliver(mail(form()), mail("I am not here", message_id="<two@x.org>", Auto_Submitted="auto-replied"))
        site.once()
        with asked(site) as get:
            found = figures(get("/metrics")[1])
    assert found["inbox_worker_mails_total", "CLEAR", "reply"] == 1
    assert found["inbox_worker_mails_total", "AUTO", "skip"] == 1
    assert found["inbox_worker_applications", "mental-health-ally", "acknowledged"] == 1
    assert found["inbox_worker_outbox_messages", "sent"] == 2
    assert found["inbox_worker_outbox_messages", "queued"] == 0
    assert found[("inbox_worker_unaccepted_alerts",)] == 0
    assert found["inbox_worker_job_failures", "poll equality"] == 0
    assert found["inbox_worker_job_duration_seconds", "outbox"] >= 0
    polled = found["inbox_worker_last_complete_poll_timestamp_seconds", "equality"]
    assert abs(polled - datetime.now(UTC).timestamp()) < 60


def test_the_metrics_tell_whether_anybody_listens_where_that_is_asked_for(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    def push(data: dict[str, Any]) -> None:
        data["mailboxes"][0]["push"] = True

    with running(tmp_path, pymap, smtp_server, sqlite_url, push) as site, asked(site) as get:
        assert figures(get("/metrics")[1])["inbox_worker_push_listens", "equality"] == 0
        now = utc_now()
        with site.service.store.transaction() as tx:
            tx.renew_lease(push_lease("equality"), "a:1:b", at=now, until=now + timedelta(minutes=1))
        assert figures(get("/metrics")[1])["inbox_worker_push_listens", "equality"] == 1


def test_the_alert_rules_name_metrics_that_there_are(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    import re

    with running(tmp_path, pymap, smtp_server, sqlite_url) as site, asked(site) as get:
        families = re.findall(r"^# TYPE (\S+)", get("/metrics")[1], re.MULTILINE)
    rules = yaml.safe_load((TOP / "docs" / "alerts.yaml").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    used = {name for expression in expressions for name in re.findall(r"inbox_worker_\w+", expression)}
    assert len(expressions) >= 8
    assert used <= set(families)
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_a_request_that_is_no_http_stops_nothing(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        endpoint = Endpoint(site.config, site.service.store, tuple, utc_now)
        with serving(endpoint, "127.0.0.1", free_port()) as port:
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(b"\x16\x03\x01 what is this\r\n\r\n")
                raw.recv(1000)
            assert endpoint.answer("/healthz").status == 200
    assert "what is this" not in capfd.readouterr().err


def test_an_endpoint_for_other_machines_must_be_wanted(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    def change(data: dict[str, Any]) -> None:
        data["endpoint"] = {"port": 9464, "host": "0.0.0.0"}

    with pytest.raises(ConfigError, match="endpoint: expected host to be this machine"):
        load(written(tmp_path, pymap, smtp_server, sqlite_url, change))


def test_a_port_that_is_taken_is_a_fault_of_the_configuration(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, silent_port: int
):
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        endpoint = Endpoint(site.config, site.service.store, tuple, utc_now)
        taken = f"cannot listen on 127.0.0.1:{silent_port}"
        with pytest.raises(ConfigError, match=taken), serving(endpoint, "127.0.0.1", silent_port):
            raise AssertionError("it listens")
