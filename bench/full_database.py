"""The part `rows`: a database of years, and how long each thing that the service asks of it takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.questions import questions
from bench.rows import Size, fill
from inbox_worker.database import migrate
from inbox_worker.store import Store, Tx

TARGET_MS = 50.0
_TIMES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, in milliseconds.

    first: by the clock, the first time, with nothing of it in memory of the program.
    median: of processor time, which is all that SQLite takes then; what else the machine does matters little.
    """

    name: str
    first: float
    median: float


@dataclass(frozen=True, slots=True)
class FullDatabase:
    """What was asked of how many rows."""

    mails: int
    applications: int
    megabytes: float
    asked: tuple[Asked, ...]


def full_database(base: Path, mails: int, applications: int, tell: Callable[[str], object]) -> FullDatabase:
    """Fill a database of this run's own, and ask it everything, each several times; nothing that was asked is kept."""
    file = base / "rows.db"
    url = f"sqlite:///{file}"
    migrate(url)
    size = Size(mails, applications, datetime(2026, 11, 23, 9, tzinfo=UTC))
    fill(url, size, lambda table: tell(f"rows of {table}"))
    with Store(url) as store:
        asked = tuple(_asked(store, name, ask) for name, ask in questions(size).items())
    return FullDatabase(mails, applications, file.stat().st_size / 1e6, asked)


def _asked(store: Store, name: str, ask: Callable[[Tx], object]) -> Asked:
    taken = [_milliseconds(store, ask) for _ in range(_TIMES)]
    return Asked(name, taken[0][0], median(processor for _, processor in taken))


class _UndoneError(Exception):
    """Leaves a transaction without what it did."""


def _milliseconds(store: Store, ask: Callable[[Tx], object]) -> tuple[float, float]:
    """Return what one transaction takes: by the clock, and of the processor."""
    start, busy, taken = time.perf_counter(), time.process_time(), (0.0, 0.0)
    try:
        with store.transaction() as tx:
            ask(tx)
            taken = (1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy))
            raise _UndoneError
    except _UndoneError:
        return taken
