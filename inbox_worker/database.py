"""The version of the database: which it has, and bringing it to the one this program needs."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from inbox_worker import resources
from inbox_worker.errors import SchemaError, StoreError
from inbox_worker.store.engine import connect, make_private, sqlite_file
from inbox_worker.store.failures import translated
from inbox_worker.store.tables import HEAD
from inbox_worker.store.version import explain, version

_ONE_AT_A_TIME = 0x696E626F78  # advisory lock: two processes that migrate PostgreSQL at once take turns


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did. `before` is None where the database was empty."""

    before: str | None
    after: str


def migrate(url: str) -> Migrated:
    """Bring the database at `url` to this program's version, in one transaction: all of it or none.

    Creates a SQLite file (mode 0600) where there is none. Running it twice changes nothing.
    Raises SchemaError where the database is newer than this program, StoreError where it cannot be reached.
    """
    path = sqlite_file(url)
    if path is not None:
        _make_directory(path)
        make_private(path)
    # Rebuilding a table under SQLite drops the old one; with foreign keys on, that would delete its children.
    engine = connect(url, foreign_keys=False)
    try:
        with translated(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            before = version(connection)
            _upgrade(connection, before)
            _check_references(connection)
    finally:
        engine.dispose()
    return Migrated(before, HEAD)


def alembic_config() -> AlembicConfig:
    """Return Alembic's configuration for the migrations that ship with this program."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resources.directory("migrations")).replace("%", "%%"))
    return config


def _upgrade(connection: Connection, before: str | None) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        raise SchemaError(explain(before)) from error


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise StoreError("the migration would leave rows that refer to nothing; the database is unchanged")


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot be created ({error.strerror})") from error
