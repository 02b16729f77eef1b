"""Who may work: one worker for a mailbox, the next as soon as it is gone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from inbox_worker.locks import Locks, locks

_HOLDER = """
import sys, time
from inbox_worker.locks import locks
url, worker, mailbox = sys.argv[1:]
mine = locks(url, worker)
print(mine.take(mailbox), flush=True)
time.sleep(60)
"""


@contextmanager
def opened(url: str, worker: str) -> Iterator[Locks]:
    mine = locks(url, worker)
    try:
        yield mine
    finally:
        mine.close()


@contextmanager
def another_process(url: str, worker: str, mailbox: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, url, worker, mailbox], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_mailbox_has_one_worker_and_the_next_when_that_is_gone(database_url: str) -> None:
    with opened(database_url, "one") as one, opened(database_url, "two") as two:
        assert one.take("equality")
        assert one.take("equality")  # it is ours already
        assert not two.take("equality")
        assert (one.holds("equality"), two.holds("equality")) == (True, False)
        one.close()
        assert not one.holds("equality")
        assert two.take("equality")


def test_a_killed_worker_is_followed_at_once(database_url: str) -> None:
    with opened(database_url, "next") as waiting, another_process(database_url, "killed", "equality") as process:
        assert not waiting.take("equality")
        process.kill()
        process.wait()
        end = time.monotonic() + 10
        while not waiting.take("equality"):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert not waiting.alive("killed")


@pytest.mark.postgres
def test_on_postgresql_each_mailbox_has_a_lock_of_its_own_and_everybody_delivers(postgresql_url: str) -> None:
    with opened(postgresql_url, "one") as one, opened(postgresql_url, "two") as two:
        assert one.take("equality")
        assert two.take("research")
        assert one.may_deliver()
        assert two.may_deliver()
        assert one.alive("two")
        assert two.alive("one")
        assert not one.alive("three")


def test_on_sqlite_one_worker_does_everything(sqlite_url: str) -> None:
    with opened(sqlite_url, "one") as one, opened(sqlite_url, "two") as two:
        assert one.take("equality")
        assert not two.take("research")
        assert not two.may_deliver()
        assert one.may_deliver()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_lock_file_that_root_creates_belongs_to_the_owner_of_the_database(tmp_path: Path) -> None:
    database = tmp_path / "owned.db"
    database.touch()
    os.chown(database, 4711, 4712)
    with opened(f"sqlite:///{database}", "one") as one:
        assert one.take("equality")
    made = (tmp_path / "owned.db.lock").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (4711, 4712, 0o600)


@pytest.mark.postgres
def test_a_lost_connection_loses_the_lock_and_whoever_asks_first_has_it(postgresql_url: str) -> None:
    with opened(postgresql_url, "one") as one, opened(postgresql_url, "two") as two:
        assert one.take("equality")
        engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()
        assert two.take("equality")
        assert not one.take("equality")
