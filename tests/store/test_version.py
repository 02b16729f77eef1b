"""The version of a database, and the way from one to the next."""

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import main as alembic_main
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from inbox_worker import database, resources
from inbox_worker.errors import SchemaError, StoreError
from inbox_worker.store import Store
from inbox_worker.store.engine import connect
from inbox_worker.store.tables import HEAD, metadata


def test_the_newest_migration_is_the_one_that_the_program_needs() -> None:
    assert ScriptDirectory.from_config(database.alembic_config()).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_that_the_program_knows(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrating_an_empty_database_makes_one_that_opens(empty_database_url: str) -> None:
    assert database.migrate(empty_database_url) == database.Migrated(None, HEAD)
    with Store(empty_database_url) as store, store.reading() as view:
        assert view.points() == ()


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    database.migrate(empty_database_url)
    assert database.migrate(empty_database_url) == database.Migrated(HEAD, HEAD)


def test_going_back_leaves_no_table_behind(fresh_database_url: str) -> None:
    engine = connect(fresh_database_url, foreign_keys=False)
    config = database.alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_a_database_without_tables_is_named_with_the_command_that_helps(empty_database_url: str) -> None:
    engine = connect(empty_database_url)
    engine.connect().close()
    engine.dispose()
    with pytest.raises(SchemaError, match='run "inbox-worker migrate"'):
        Store(empty_database_url).open()


def test_looking_for_a_database_does_not_create_one(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match='no such database; run "inbox-worker migrate"'):
        Store(f"sqlite:///{tmp_path / 'none.db'}").open()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("found", "remedy"), [("0000", 'run "inbox-worker migrate"'), ("9999", "install the version of inbox_worker")]
)
def test_an_older_or_newer_database_is_refused_with_the_remedy(
    fresh_database_url: str, found: str, remedy: str
) -> None:
    _pretend(fresh_database_url, found)
    with pytest.raises(SchemaError, match=remedy):
        Store(fresh_database_url).open()


def test_a_newer_database_is_not_migrated(fresh_database_url: str) -> None:
    _pretend(fresh_database_url, "9999")
    with pytest.raises(SchemaError, match="9999"):
        database.migrate(fresh_database_url)


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be created"):
        database.migrate(f"sqlite:///{tmp_path / 'file' / 'sub' / 'new.db'}")


def test_two_processes_that_migrate_at_once_take_turns(empty_database_url: str) -> None:
    program = "import sys; from inbox_worker.database import migrate; print(migrate(sys.argv[1]).after)"
    command_line = [sys.executable, "-c", program, empty_database_url]
    both = [subprocess.Popen(command_line, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in both] == [HEAD, HEAD]
    Store(empty_database_url).open().close()


def test_alembics_own_command_line_does_the_same(empty_database_url: str) -> None:
    ini = str(resources.directory("migrations") / "alembic.ini")
    alembic_main(["-c", ini, "-x", f"database={empty_database_url}", "upgrade", "head"])
    Store(empty_database_url).open().close()


def test_the_migrations_can_be_read_as_sql(capsys: pytest.CaptureFixture[str]) -> None:
    ini = str(resources.directory("migrations") / "alembic.ini")
    alembic_main(["-c", ini, "-x", "database=postgresql://host/name", "upgrade", "head", "--sql"])
    told = capsys.readouterr().out
    assert all(f"CREATE TABLE {table} (" in told for table in metadata.tables)
    assert "CREATE TRIGGER audit_refuses_change" in told


def test_only_its_owner_reads_the_database(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "new.db"
    database.migrate(f"sqlite:///{path}")
    path.chmod(0o644)
    with Store(f"sqlite:///{path}") as store, store.transaction() as tx:
        tx.audit("somebody", "looked", "nothing", datetime.now(UTC))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def _pretend(url: str, version: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()
