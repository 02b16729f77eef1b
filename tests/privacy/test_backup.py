"""Backups: taken while the service writes, checked, private, and good to restore."""

import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from inbox_worker import database
from inbox_worker.backups import backup
from inbox_worker.errors import StoreError, UsageError
from inbox_worker.store import Store
from tests.privacy.conftest import Command, configured
from tests.store.examples import apply_new


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_a_restored_backup_holds_what_was_there_and_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "backups" / "monday.db"
    target.parent.mkdir()
    with Store(sqlite_url) as store:
        with store.transaction() as tx:
            apply_new(tx, 1)
        backup(sqlite_url, target)  # while the service has it open, the row still in the write-ahead log
        with store.transaction() as tx:
            apply_new(tx, 2)
    file = file_of(sqlite_url)
    for each in tmp_path.glob(file.name + "*"):
        each.unlink()  # the disk is lost
    shutil.copyfile(target, file)
    database.migrate(sqlite_url)
    with Store(sqlite_url) as store:
        with store.reading() as view:
            assert [each.reference for each in view.applications()] == ["ALY-0001"]
        with store.transaction() as tx:
            assert apply_new(tx, 2).reference == "ALY-0002"


def test_a_backup_is_one_file_that_only_its_owner_reads(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o755)
    backup(sqlite_url, folder / "monday.db")
    assert [file.name for file in folder.iterdir()] == ["monday.db"]
    assert stat.S_IMODE((folder / "monday.db").stat().st_mode) == 0o600


def test_a_backup_under_load_is_whole(sqlite_url: str, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        uid = 0
        with Store(sqlite_url) as store:
            while not done.is_set():
                uid += 1
                with store.transaction() as tx:
                    apply_new(tx, uid)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(sqlite_url, tmp_path / f"{number}.copy")
    finally:
        done.set()
        writer.join()
    with Store(f"sqlite:///{tmp_path / '2.copy'}") as store, store.reading() as view:
        found = view.applications()
        assert all(each.texts() == {"name": "Nerys Example"} for each in found)
        assert [each.id for each in found] == list(range(len(found), 0, -1))


def test_an_older_backup_is_only_replaced_when_told(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "monday.copy"
    target.write_text("precious")
    with pytest.raises(UsageError, match="is there already"):
        backup(sqlite_url, target)
    assert target.read_text() == "precious"
    backup(sqlite_url, target, replace=True)
    Store(f"sqlite:///{target}").open().close()


def test_the_database_is_never_its_own_backup(sqlite_url: str) -> None:
    with pytest.raises(UsageError, match="is there already"):
        backup(sqlite_url, file_of(sqlite_url), replace=True)
    Store(sqlite_url).open().close()


def test_a_damaged_database_replaces_no_good_backup(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "monday.copy"
    backup(sqlite_url, target)
    good = target.read_bytes()
    content = bytearray(file_of(sqlite_url).read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xff" * 8192
    file_of(sqlite_url).write_bytes(bytes(content))
    with pytest.raises(StoreError, match="nothing was replaced"):
        backup(sqlite_url, target, replace=True)
    assert target.read_bytes() == good
    assert sorted(path.name for path in tmp_path.glob("*monday*")) == ["monday.copy"]


def test_a_folder_that_is_not_there_is_told(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written \(No such file or directory\)"):
        backup(sqlite_url, tmp_path / "none" / "monday.db")


def test_postgresql_is_left_to_its_own_means(tmp_path: Path, command: Command) -> None:
    config = configured(tmp_path, "postgresql://somebody:geheim@db.example.org/allies")
    told = command("backup", tmp_path / "x", "--config", config)
    assert told.exit_code == 78
    assert "pg_dump -Fc allies" in told.output
    assert "geheim" not in told.output


def test_the_command_says_what_it_wrote(sqlite_url: str, tmp_path: Path, command: Command) -> None:
    told = command("backup", tmp_path / "b", "--config", configured(tmp_path, sqlite_url))
    assert told.exit_code == 0
    assert f"{(tmp_path / 'b').stat().st_size} bytes, checked" in told.output
    with sqlite3.connect(tmp_path / "b") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
