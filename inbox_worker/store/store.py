"""The store: transactions on one database, and the values that go in and come out."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from inbox_worker.errors import SchemaError, StoreError
from inbox_worker.sealing import PLAIN, Keyring
from inbox_worker.store import engine
from inbox_worker.store.changes import Changes
from inbox_worker.store.columns import use_keyring
from inbox_worker.store.coordination import Coordination, CoordinationView
from inbox_worker.store.counts import CountsView
from inbox_worker.store.engine import READING, connect, make_private, scrub, sqlite_file
from inbox_worker.store.failures import translated
from inbox_worker.store.held import Held
from inbox_worker.store.known import KnownView
from inbox_worker.store.ledger import Ledger
from inbox_worker.store.looking_ahead import LookingAhead
from inbox_worker.store.points import Points
from inbox_worker.store.prepared import plainly
from inbox_worker.store.privacy import Privacy, PrivacyView
from inbox_worker.store.release import Release
from inbox_worker.store.sealing import Sealing, SealingView
from inbox_worker.store.tables import HEAD
from inbox_worker.store.version import explain, version


class View(KnownView, LookingAhead, PrivacyView, SealingView, CoordinationView, CountsView):
    """Everything that can be asked, at one moment of the database."""


class Tx(Privacy, Sealing, Ledger, Points, Changes, Held, Release, Coordination, View):
    """Everything that can be asked and changed, in one transaction: all of it is stored, or none."""

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did, and only that, when it raises. One for each mail of a batch.

        Raises Unstorable for values that the database refuses: the rest of the transaction is still good.
        """
        with translated():
            plainly(self._connection, "SAVEPOINT mail")
            try:
                yield
            except BaseException:
                plainly(self._connection, "ROLLBACK TO SAVEPOINT mail")
                raise
            finally:
                plainly(self._connection, "RELEASE SAVEPOINT mail")


class Store:
    """A database of applications, opened at this program's version.

    Safe to share between threads; every transaction has a connection of its own.
    """

    def __init__(self, url: str, keyring: Keyring = PLAIN) -> None:
        """Prepare a store; nothing is opened yet. Raises ConfigError for a URL that cannot be used.

        keyring: the keys that values are encrypted with.
        """
        self._file = sqlite_file(url)
        self._writing = threading.Lock() if self._file else None  # PostgreSQL takes many writers at once
        self._engine = connect(url)
        self._keyring = keyring
        use_keyring(self._engine.dialect, keyring)

    def open(self) -> Self:
        """Check that the database is there, at this program's version and sealed with our keys; return the store."""
        self.check_version()
        self._check_keys()
        return self

    def close(self) -> None:
        """Close every connection. The store can be opened again."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def check_version(self) -> None:
        """Raise SchemaError where the database is at another version; its text says what to do."""
        if self._file is not None:
            if not self._file.exists():  # a connection would create it
                raise SchemaError(f'{self._file}: no such database; run "inbox-worker migrate"')
            make_private(self._file)
        with translated(), self._engine.connect().execution_options(**{READING: True}) as connection:
            found = version(connection)
        if found != HEAD:
            raise SchemaError(explain(found))

    def _check_keys(self) -> None:
        """Raise KeyringError where values are sealed with keys that we lack; note a key that is new."""
        with self.reading() as view:
            proofs = view.proofs()
        self._keyring.check(proofs)
        if self._keyring.current is not None and self._keyring.current not in proofs:
            with self.transaction() as tx:
                tx.add_key(self._keyring, self._keyring.current, datetime.now(UTC))

    def scrub(self) -> bool:
        """Leave nothing in the database's files of what was deleted; return whether all of it could be done.

        False: another process is reading; what was deleted goes when that reader has gone and this is repeated.
        """
        with translated():
            return scrub(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """Open a writing transaction; leaving the block stores it, an exception undoes all of it.

        Never hold it while a server or a process is waited for: on SQLite every other writer waits.
        Raises StoreError where the database did not take it; nothing is stored then.
        """
        turn: AbstractContextManager[None] = nullcontext() if self._writing is None else _turn(self._writing)
        with turn, translated(), self._engine.begin() as connection:
            yield Tx(connection)

    @contextmanager
    def reading(self) -> Iterator[View]:
        """Open a view of the database at one moment; writers are neither stopped nor waited for."""
        options: dict[str, Any] = {READING: True}
        if self._engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with translated(), self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield View(connection)


@contextmanager
def _turn(writing: threading.Lock) -> Iterator[None]:
    """On SQLite, wait for the other threads that write: SQLite itself would look again only now and then."""
    if not writing.acquire(timeout=engine.BUSY_SECONDS):
        raise StoreError("the database did not take it: another thread is writing; the next run tries again")
    try:
        yield
    finally:
        writing.release()
