"""The engine for SQLite and PostgreSQL: pragmas, transactions and timeouts that the guarantees rest on."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from inbox_worker.errors import ConfigError, StoreError

BUSY_SECONDS = 20  # how long a writer waits for another before it gives up
READING = "inbox_worker_reading"  # execution option: this connection will not write

_POSTGRESQL = {
    "connect_timeout": 10,
    "application_name": "inbox_worker",
    # A server that is gone is noticed in about a minute instead of the system's two hours.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 40_000,
}


def connect(url: str, *, foreign_keys: bool = True) -> Engine:
    """Return an engine for `url`; no connection is made yet.

    url: "sqlite:///relative/or//absolute/path" or "postgresql://user@host/name".
    foreign_keys: off only while a migration rebuilds tables.
    Raises ConfigError for other URLs, and where the driver is not installed.
    """
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, foreign_keys)
    try:
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=_POSTGRESQL)
    except ModuleNotFoundError as error:
        raise ConfigError('database: PostgreSQL needs a driver; run pip install "inbox-worker[postgres]"') from error


def parse(url: str) -> URL:
    """Return `url` taken apart. Raises ConfigError, whose text holds no password."""
    expected = 'expected "sqlite:///path/to/file.db" or "postgresql://user@host/name"'
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        # Not chained: the library's text would quote the URL, and with it the password.
        raise ConfigError(f"database: {expected}, found something that is no URL") from None
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError(f"database: {expected}, found SQLite without a file")
    if parsed.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ConfigError(f'database: {expected}, found "{parsed.drivername}://"')
    return parsed


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for PostgreSQL."""
    parsed = parse(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def make_private(path: Path) -> None:
    """Create the database file if need be, and let only its owner read it.

    SQLite gives its -wal and -shm files the same mode. Raises StoreError.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened for writing ({error.strerror})") from error
    with suppress(PermissionError):  # somebody else's file: `check` tells
        for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            if file.exists() and file.stat().st_mode & 0o077:
                file.chmod(0o600)


def scrub(engine: Engine) -> bool:
    """Overwrite what was deleted; return False where another process still reads the old pages.

    SQLite: moves the write-ahead log into the file and cuts it off, then writes the file anew. PostgreSQL: writes
    every table anew; its own log (WAL) is the site's to keep or to drop.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL")
        return True
    raw: Any = engine.raw_connection()  # VACUUM refuses to run in a transaction, and SQLAlchemy would begin one
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"the database could not be written anew: {error.sqlite_errorname}; try again") from error
    finally:
        raw.close()


def _sqlite(url: URL, foreign_keys: bool) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    pragmas = (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit that was answered survives a power cut
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "secure_delete=ON",  # erased means overwritten
        "temp_store=MEMORY",  # no words of an applicant in temporary files
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        raw: Any = connection
        raw.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock before it reads: one that reads first and writes later meets
        # SQLITE_BUSY_SNAPSHOT at once, whatever the timeout.
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
