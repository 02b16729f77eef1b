"""Seals every value of the database anew: with the newest key, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from inbox_worker.sealing import Keyring
from inbox_worker.store import Store
from inbox_worker.store.sealing import sealed_tables


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    current: str | None  # id of the key that every value is sealed with now; None: all are plain
    values: int  # sealed anew
    dropped: tuple[str, ...]  # ids of keys that are not needed any more
    scrubbed: bool


def rotate(
    store: Store, ring: Keyring, *, by: str, at: datetime, progress: Callable[[str, int], None] = lambda *_: None
) -> Rotated:
    """Seal every value with the first key of `ring`, a few rows in each transaction; killed, it goes on where it was.

    progress: called with a table's name and the number of values done. Raises StoreError.
    """
    values = 0
    for table, _ in sealed_tables():
        last = 0
        while True:
            with store.transaction() as tx:
                step = tx.reseal(table, last)
            if step is None:
                break
            last, changed = step
            values += changed
            progress(table, values)
    with store.transaction() as tx:
        dropped = tx.drop_keys(ring.current)
        tx.audit(by, f"sealed {values} values with {ring.current or 'no key'}", "database", at)
    return Rotated(ring.current, values, dropped, store.scrub())
