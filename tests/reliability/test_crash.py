"""A real worker is killed (SIGKILL) at every step between FETCH and "sent", and another goes on."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inbox_worker import checkpoints
from inbox_worker.demo_servers import Account
from tests.reliability.world import Worker, World, world

# Which time the point is reached: in the transaction at the second mail, in sending at the third message of a group of
# four: two are done and perhaps not recorded, one is announced behind the third one's final dot.
_SECOND = ("intake.recorded", "intake.applied", "intake.queued")


def _count(point: str) -> int:
    return 3 if point.startswith("smtp.") else 2 if point in _SECOND else 1


@pytest.fixture(params=["sqlite-pymap", pytest.param("postgresql-dovecot", marks=[pytest.mark.postgres])])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A site on each database, and on each IMAP server."""
    database, server = request.param.split("-")
    account: Account = request.getfixturevalue(server)
    with world(tmp_path, account, request.getfixturevalue(f"{database}_url")) as built:
        yield built


_MARKS = tuple(point for point in checkpoints.POINTS if point.startswith("marks."))


@pytest.mark.parametrize("point", [point for point in checkpoints.POINTS if point not in _MARKS])
def test_a_worker_killed_at_any_step_loses_no_application_and_answers_nobody_twice(
    point: str, site: World, worker: Worker
) -> None:
    site.apply(2)
    site.write_about_something_else()
    worker.start(site.path, "once", at=point, count=_count(point))
    assert worker.wait() == -signal.SIGKILL
    site.drain()
    site.check()


@pytest.mark.parametrize("point", _MARKS)
def test_a_worker_killed_while_it_files_mail_loses_none_and_files_it_once(
    point: str, dovecot: Account, sqlite_url: str, tmp_path: Path, worker: Worker
) -> None:
    def filing(data: dict[str, Any]) -> None:
        data["schemes"][0]["file_into"] = {"applications": "Filed"}

    dovecot.create_folder("Filed")
    with world(tmp_path, dovecot, sqlite_url, filing) as site:
        site.apply(2)
        site.write_about_something_else()
        worker.start(site.path, "once", at=point)
        assert worker.wait() == -signal.SIGKILL
        site.drain()
        site.once()
        site.check()
        assert len(site.uids()) == 1
        with dovecot.client() as client:
            client.select("Filed", readonly=True)
            assert len(client.uid("SEARCH", "ALL")[1][0].split()) == 2
