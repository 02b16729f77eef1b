"""What a start costs is what it imports: a pass with nothing to do, once a minute from a timer, needs few libraries."""

import json
import subprocess
import sys
from pathlib import Path

from inbox_worker.demo_servers import Account, SmtpServer
from tests.site import written

MAILS = Path(__file__).parent / "corpus" / "visible"
COSTLY = {"apscheduler", "rich", "jinja2", "mailparser", "bs4", "xlsxwriter", "alembic", "prometheus_client", "msal"}
FOR_MAIL = {f"inbox_worker.{name}" for name in ("recording", "template_context", "compose", "core.gate")}
OTHER_DATABASE = {"sqlalchemy.dialects.postgresql"}  # the test's is SQLite
PROGRAM = """
import json, sys
from inbox_worker.cli.main import app
app(["once", "--config", sys.argv[1]], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""
COMPLETE = """
import json, sys
from pathlib import Path
from inbox_worker.assembly import service
from inbox_worker.config import load
with service(load(Path(sys.argv[1]))) as built:
    built.complete()
print(json.dumps(sorted(sys.modules)))
"""
PREPARED = """
import json, sys
from datetime import UTC, datetime
from inbox_worker import reader
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.reading import Known
from tests.core.sample_reading import sample_rules
own = reader.Reader(sample_rules())
reader.load()
before = set(sys.modules)
now = datetime(2026, 1, 5, tzinfo=UTC)
raw = RawMail(MailId("equality", "INBOX", 1, 1), sys.stdin.buffer.read(), now)
print(own.read(own.content(raw), Known(), now).intent.value)
print(json.dumps(sorted(name for name in set(sys.modules) - before if name.startswith("inbox_worker."))))
"""


def test_a_pass_with_nothing_to_do_imports_nothing_costly_that_it_does_not_need(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    config = written(tmp_path, pymap, smtp_server, sqlite_url)
    run = [sys.executable, "-c", PROGRAM, str(config)]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.partition(": ")[2] for line in told[:3]] == [
        "first look at this folder: mail that arrives from now on is read",
        "nothing to do",
        "nothing to do",
    ]
    loaded = set(json.loads(told[-1]))
    assert loaded >= {"sqlalchemy", "imapclient", "structlog"}
    assert not loaded & (COSTLY | FOR_MAIL | OTHER_DATABASE)


def test_a_service_that_runs_on_has_all_that_a_mail_needs_before_the_first_comes(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    config = written(tmp_path, pymap, smtp_server, sqlite_url)
    run = [sys.executable, "-c", COMPLETE, str(config)]
    loaded = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    assert set(loaded) >= FOR_MAIL


def test_the_first_mail_does_not_wait_for_imports_where_a_process_has_loaded_what_reading_needs() -> None:
    mail = MAILS / "application-apple-mail-answers-between-cited-lines.eml"
    run = [sys.executable, "-c", PREPARED]
    told = subprocess.run(run, input=mail.read_bytes(), capture_output=True, check=True).stdout
    intent, late = told.decode().splitlines()
    assert intent == "application"
    assert json.loads(late) == []
