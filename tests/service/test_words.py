"""No word of a mail, no name, address or secret in logs, metrics and exception reports, whatever arrives or fails."""

import contextlib
import http.client
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inbox_worker import log
from inbox_worker.assembly import utc_now
from inbox_worker.demo_servers import Account, HangUp, SmtpServer
from inbox_worker.endpoint import Endpoint, serving
from inbox_worker.jobs import Jobs
from tests.fixtures_mail import free_port
from tests.site import CONTACT, MAILBOX, TEAM, Site, form, mail, running

TOP = Path(__file__).parents[2]
CORPUS = sorted((TOP / "tests" / "corpus" / "visible").glob("*.eml"))
WORD = re.compile(r"[^\W_]{4,}")
NUMBER = re.compile(r"\d{1,8}")  # our own lines hold times, ports and ids
SECRETS = ("a-demo-password", MAILBOX, TEAM, CONTACT)


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text) if not NUMBER.fullmatch(word)}


def strings(value: Any) -> Iterator[str]:
    """Yield every string in a label file's value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


@pytest.fixture(scope="module")
def private() -> set[str]:
    """Every word of the fixtures that our own code does not use."""
    found = words(form())
    for path in CORPUS:
        content = path.read_bytes()
        found |= words(content.decode("latin-1"))
        label = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        found |= words(" ".join(strings(label.get("fields", {}))))
    own = set()
    for path in (TOP / "inbox_worker").rglob("*.py"):
        if "sample" not in path.name and "demo" not in path.parts:  # these hold names of sample people
            own |= words(path.read_text(encoding="utf-8").replace("_", " "))
    installed = words(" ".join(path.stem for path in Path(logging.__file__).parent.parent.rglob("*.py")))
    return found - own - installed


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Let every logger of every library speak."""
    before = logging.getLogger().level, logging.getLogger().handlers[:]
    log.setup("json", "debug")
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.getLogger().setLevel(before[0])
        logging.getLogger().handlers[:] = before[1]


def scraped(site: Site) -> str:
    endpoint = Endpoint(site.config, site.service.store, tuple, utc_now)
    with serving(endpoint, "127.0.0.1", free_port()) as port:
        pages = []
        for path in ("/healthz", "/readyz", "/metrics"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            pages.append(connection.getresponse().read().decode())
    return "\n".join(pages)


def assert_nothing_of(private: set[str], *texts: str) -> None:
    for text in texts:
        assert words(text) & private == set()
        for secret in SECRETS:
            assert secret not in text


def test_the_search_would_find_a_word(private: set[str]):
    assert {"tamsin", "okoro"} <= private
    assert len(private) > 2000
    with pytest.raises(AssertionError):
        assert_nothing_of(private, '{"event": "mail held", "code": "Okoro"}')


def test_no_word_of_any_kind_of_mail_is_told(
    private: set[str], pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):  # fmt: skip
    assert len(CORPUS) >= 60
    with told(), running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(*(path.read_bytes() for path in CORPUS))
        site.once()
        page = scraped(site)
        with site.service.store.reading() as view:
            taken_in = sum(view.counts(utc_now().replace(year=2000)).mails.values())
    out, err = capfd.readouterr()
    assert taken_in == len(CORPUS)
    assert err.count("mail taken in") >= len(CORPUS) - 5
    assert_nothing_of(private, out, err, page)


def quoting(stage: str, argument: str) -> str | None:
    """Refuse with the words of the message itself, as servers do."""
    if stage == "RCPT":
        return f"550 5.1.1 <{argument}> Tamsin Okoro: user unknown, said zanzibar"
    return None


def hanging_up(stage: str, argument: str) -> str | None:
    if stage == "DATA":
        raise HangUp
    return None


@pytest.mark.parametrize("answer", [quoting, hanging_up], ids=["refused", "unknown"])
def test_no_word_of_a_server_that_refuses_is_told(
    answer: Any, private: set[str], pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):  # fmt: skip
    with told(), running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        smtp_server.answer = answer
        pymap.deliver(mail(form()))
        reports = Jobs(site.service).once()
        page = scraped(site)
    out, err = capfd.readouterr()
    assert '"state": "' in err
    assert_nothing_of(private | {"zanzibar"}, out, err, page, *(str(report.error) for report in reports))


def test_no_word_of_a_template_that_fails_is_told(
    private: set[str], pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):  # fmt: skip
    """A template that renders with every sample, and fails on one name by quoting it."""
    own = tmp_path / "own" / "mental-health-ally"
    own.mkdir(parents=True)
    fragile = "{% if applicant|string == 'Tamsin Okoro' %}{{ {}[applicant|string] }}{% endif %}"
    (own / "acknowledgement.subject").write_text("Thank you" + fragile)

    def change(data: dict[str, Any]) -> None:
        data["templates_dir"] = str(tmp_path / "own")

    with told(), running(tmp_path, pymap, smtp_server, sqlite_url, change) as site:
        pymap.deliver(mail(form()))
        reports = Jobs(site.service).once()
        page = scraped(site)
    out, err = capfd.readouterr()
    assert "TemplateError" in err or '"code": "ERROR"' in err
    assert_nothing_of(private, out, err, page, *(str(report.error) for report in reports))


def test_no_word_of_an_exception_that_nobody_caught_is_told(tmp_path: Path):
    code = """
import threading, warnings, logging
from inbox_worker import log
log.setup("json", "debug")
log.guard()
def fail(): raise ValueError("zanzibar in a thread")
thread = threading.Thread(target=fail, name="zanzibar"); thread.start(); thread.join()
class Ends:
    def __del__(self): raise ValueError("zanzibar at the end")
Ends(); del Ends
warnings.warn("zanzibar in a warning")
logging.getLogger("some.library").error("zanzibar %s", "zanzibar")
logging.getLogger("some.library").error("%d", "zanzibar is no number")
log.logger("inbox_worker.x").info("fine", subject="zanzibar", code="zanzibar@example.org", sender="zanzibar")
try: fail()
except ValueError: log.logger("inbox_worker.x").exception("failed")
raise ValueError("zanzibar at the top")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "zanzibar" not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["error"] for line in lines if line["event"] == "uncaught exception"] == ["ValueError"] * 3
    assert all(line["at"] for line in lines if "error" in line)


def test_who_asks_the_endpoint_for_nonsense_is_not_quoted(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    with told(), running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        endpoint = Endpoint(site.config, site.service.store, tuple, utc_now)
        with serving(endpoint, "127.0.0.1", free_port()) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/zanzibar?zanzibar=1", headers={"X-Zanzibar": "zanzibar"})
            text = connection.getresponse().read().decode()
    assert "zanzibar" not in text + "".join(capfd.readouterr())
    assert not [thread for thread in threading.enumerate() if thread.name == "endpoint"]
