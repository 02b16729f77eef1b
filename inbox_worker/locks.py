"""One worker at a time reads a mailbox: a lock that ends with the process that holds it, whatever ends that.

PostgreSQL: session advisory locks on a connection held for them alone; the server lets them go when the connection
ends. Any worker delivers from the outbox. SQLite: one lock file beside the database; one worker does everything.
A lock saves work and keeps order. What is never to happen twice is kept from it by the database, not by a lock.
"""

import fcntl
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from inbox_worker.errors import StoreError
from inbox_worker.store.coordination import advisory_key
from inbox_worker.store.engine import connect, sqlite_file

_MAILBOX, _WORKER = 2, 3  # classes of advisory locks; 1 is the store's own
# A holder whose machine is gone, or cut off, is given up by the server after 10 + 3 * 4 seconds.
_SETTINGS = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "4",
    "tcp_keepalives_count": "3",
    "idle_session_timeout": "0",  # since PostgreSQL 14: the connection that holds the locks is idle by nature
}
_SET = "SELECT set_config(name, :value, false) FROM pg_settings WHERE name = :name"


class Locks(ABC):
    """The locks of one worker. Thread-safe."""

    @abstractmethod
    def take(self, mailbox: str) -> bool:
        """Take the mailbox, or make sure that it is still ours. False: another worker reads it. Raises StoreError."""

    @abstractmethod
    def holds(self, mailbox: str) -> bool:
        """Tell whether the mailbox was ours when last asked. Takes nothing, asks nobody, waits for nothing."""

    @abstractmethod
    def may_deliver(self) -> bool:
        """Tell whether this worker sends from the outbox now. Raises StoreError."""

    @abstractmethod
    def alive(self, worker: str) -> bool:
        """Tell whether the worker of this name is still there. Raises StoreError."""

    @abstractmethod
    def close(self) -> None:
        """Let everything go. Raises nothing."""


class FileLocks(Locks):
    """One lock for all that a worker does: SQLite has one writer, and a second worker would only wait for it."""

    def __init__(self, database: Path, worker: str) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._worker = worker
        self._file: int | None = None
        self._guard = threading.Lock()

    def take(self, mailbox: str) -> bool:
        """Take the one lock."""
        with self._guard:
            return self._file is not None or self._locked()

    def holds(self, mailbox: str) -> bool:
        """The one lock is for every mailbox."""
        return self._file is not None

    def may_deliver(self) -> bool:
        """Only the worker that reads the mailboxes delivers."""
        return self.take("")

    def alive(self, worker: str) -> bool:
        """Whoever asks holds the lock, so every other worker is gone."""
        return worker == self._worker

    def close(self) -> None:
        """Let the lock go; the file stays, for removing it would let two hold it."""
        with self._guard:
            file, self._file = self._file, None
            if file is not None:
                os.close(file)

    def _locked(self) -> bool:
        try:
            file = self._opened()
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be opened for writing ({error.strerror})") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError as error:
            os.close(file)
            raise StoreError(f"{self._path}: cannot be locked ({error.strerror}); is it on a network drive?") from error
        self._file = file
        return True

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            file = os.open(self._path, flags | os.O_EXCL, 0o600)
        except FileExistsError:
            return os.open(self._path, flags, 0o600)
        # A command run by root must not leave a lock that the service cannot open; SQLite does so with its own files.
        with suppress(OSError):
            owner = self._database.stat()
            os.fchown(file, owner.st_uid, owner.st_gid)
        return file


class AdvisoryLocks(Locks):
    """A lock for each mailbox, and one that shows that this worker lives."""

    def __init__(self, url: str, worker: str) -> None:
        self._engine: Engine = connect(url)
        self._worker = worker
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._guard = threading.Lock()

    def take(self, mailbox: str) -> bool:
        """Take the lock of `mailbox`; after a lost connection whoever comes first has it."""
        with self._guard:
            connection = self._connected()
            if mailbox not in self._held and self._try(connection, _MAILBOX, mailbox):
                self._held.add(mailbox)
            return mailbox in self._held

    def holds(self, mailbox: str) -> bool:
        """Where the connection is lost, so are its locks; the next `take` notices."""
        return mailbox in self._held

    def may_deliver(self) -> bool:
        """Any worker delivers, once others can see that it lives."""
        with self._guard:
            self._connected()
        return True

    def alive(self, worker: str) -> bool:
        """Look for the lock by which `worker` shows that it lives."""
        if worker == self._worker:
            return True
        shown = (
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = :kind AND objid = :key"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._guard:
            values = {"kind": _WORKER, "key": advisory_key(worker)}
            return self._run(self._connected(), shown, values) is not None

    def close(self) -> None:
        """Close the connection; the server lets the locks go."""
        with self._guard:
            self._drop()
            self._engine.dispose()

    def _connected(self) -> Connection:
        """Return the connection that holds the locks, a new one where it was lost."""
        if self._connection is not None:
            with suppress(StoreError):
                self._run(self._connection, "SELECT 1")
        if self._connection is None:
            try:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            except SQLAlchemyError as error:
                raise StoreError(f"the database cannot be reached ({type(error).__name__})") from error
            for name, value in _SETTINGS.items():
                self._run(self._connection, _SET, {"name": name, "value": value})
            self._try(self._connection, _WORKER, self._worker)
        return self._connection

    def _try(self, connection: Connection, kind: int, name: str) -> bool:
        values = {"kind": kind, "key": advisory_key(name)}
        statement = "SELECT pg_try_advisory_lock(CAST(:kind AS int), CAST(:key AS int))"
        return bool(self._run(connection, statement, values))

    def _run(self, connection: Connection, statement: str, values: Mapping[str, object] | None = None) -> object:
        """Return the first value that a statement gives. A failure drops the connection, and all locks with it."""
        try:
            result = connection.execute(text(statement), values or {})
            return result.scalar() if result.returns_rows else None
        except SQLAlchemyError as error:
            self._drop()
            raise StoreError(f"the database did not answer ({type(error).__name__})") from error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()


def locks(url: str, worker: str) -> Locks:
    """Return the locks of `worker` on the database `url`; nothing is taken yet."""
    file = sqlite_file(url)
    return AdvisoryLocks(url, worker) if file is None else FileLocks(file, worker)
