"""What a start costs is what it imports: a pass with nothing to do, once a minute from a timer, needs few libraries."""

import json
import subprocess
import sys
from pathlib import Path

from inbox_worker.demo_servers import Account, SmtpServer
from tests.site import written

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
