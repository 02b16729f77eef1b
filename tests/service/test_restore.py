"""The way back from a backup, as docs/operate.md gives it: what was answered since is not answered again."""

import shutil
from pathlib import Path
from typing import Any

from inbox_worker.demo_servers import Account, SmtpServer
from tests.site import form, mail, running


def rehearsing(data: dict[str, Any]) -> None:
    data["mode"] = "rehearse"


def test_a_restored_database_answers_nobody_a_second_time(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
):
    database, backup = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "backup.db"
    with running(tmp_path, pymap, smtp_server, sqlite_url):
        pass
    shutil.copyfile(database, backup)  # nobody has it open
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        pymap.deliver(mail(form()))
        site.once()
    sent = [delivery.recipients for delivery in smtp_server.deliveries]
    assert ("t.okoro@kent.ac.uk",) in sent

    for name in ("-wal", "-shm"):
        database.with_name(database.name + name).unlink(missing_ok=True)
    shutil.copyfile(backup, database)
    with running(tmp_path, pymap, smtp_server, sqlite_url, rehearsing) as site, site.service.store.reading() as view:
        assert len(view.applications()) == 1  # what the backup lacked is there again
    with running(tmp_path, pymap, smtp_server, sqlite_url) as site:
        other = form(name="Ann Example", email="ann@kent.ac.uk")
        pymap.deliver(mail(other, sender="Ann Example <ann@kent.ac.uk>", message_id="<later@kent.ac.uk>"))
        site.once()
    assert [each.recipients for each in smtp_server.deliveries].count(("t.okoro@kent.ac.uk",)) == 1
    assert ("ann@kent.ac.uk",) in [each.recipients for each in smtp_server.deliveries]
