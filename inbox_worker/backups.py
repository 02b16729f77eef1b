"""A consistent copy of the database while the service runs."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from inbox_worker.errors import ConfigError, StoreError, UsageError
from inbox_worker.store.engine import BUSY_SECONDS, parse, sqlite_file


def backup(url: str, target: Path, *, replace: bool = False) -> int:
    """Copy the SQLite database at `url` to `target`, readable by its owner alone; return its size in bytes.

    The copy is checked before it takes the place of an older one. Raises ConfigError for PostgreSQL, which has its own
    means; UsageError where `target` is there already or its folder does not take it; StoreError where the database
    cannot be read or copied.
    """
    source = sqlite_file(url)
    if source is None:
        name = parse(url).database
        raise ConfigError(f"database: a PostgreSQL database is backed up by its own means: pg_dump -Fc {name}")
    if not source.exists():
        raise ConfigError(f'{source}: no such database; run "inbox-worker migrate"')
    if target.exists() and (not replace or target.samefile(source)):
        raise UsageError(f"{target}: is there already; name another file, or add --replace")
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, fresh)
        fresh.replace(target)
    except (OSError, sqlite3.Error) as error:
        fresh.unlink(missing_ok=True)
        said = f"{target}: the backup cannot be written ({_kind(error)}); nothing was replaced"
        raise (UsageError(said) if isinstance(error, OSError) else StoreError(said)) from error
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    reading = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(reading, uri=True, timeout=BUSY_SECONDS)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself; the store turns the log on again
        if new.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the copy is damaged")
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _kind(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return getattr(error, "sqlite_errorname", None) or str(error)
