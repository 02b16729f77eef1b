"""The keys of a database: which it was sealed with, and sealing every value anew."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, Text, select, type_coerce

from inbox_worker.sealing import Keyring, key_id_of
from inbox_worker.store.base import Statements
from inbox_worker.store.columns import Sealed, SealedBytes, keyring_of, sealed_bytes
from inbox_worker.store.tables import metadata, sealing_key

BATCH = 200  # rows sealed in one transaction: other writers wait for less than a second


class SealingView(Statements):
    """Knows the keys that values are sealed with."""

    def proofs(self) -> dict[str, bytes]:
        """Return key id -> what `Keyring.proof` gave, of every key that values may be sealed with."""
        return {row.id: row.proof for row in self._all(select(sealing_key))}


class Sealing(SealingView):
    """Changes the keys that values are sealed with."""

    def add_key(self, ring: Keyring, key_id: str, at: datetime) -> None:
        """Record that values may be sealed with a key from now on."""
        self._insert_unless_there(sealing_key, id=key_id, proof=ring.proof(key_id), at=at)

    def drop_keys(self, but: str | None) -> tuple[str, ...]:
        """Forget the keys that no value is sealed with any more: all but one. Return their ids."""
        others = sealing_key.delete().where(sealing_key.c.id.is_distinct_from(but))
        return tuple(sorted(row.id for row in self._all(others.returning(sealing_key.c.id))))

    def reseal(self, table: str, after: int) -> tuple[int, int] | None:
        """Seal the next rows of a table with the current key, those whose id is above `after`.

        Returns (last id looked at, values sealed anew), or None at the end of the table.
        """
        place = metadata.tables[table]
        columns = sealed_columns(place)
        stored = [type_coerce(column, _plain(column)).label(column.name) for column in columns]
        later = select(place.c.id, *stored).where(place.c.id > after).order_by(place.c.id).limit(BATCH)
        rows = self._all(later.with_for_update())
        if not rows:
            return None
        changed = 0
        for row in rows:
            if stale := [column for column in columns if self._is_stale(row._mapping[column.name])]:
                opened = self._all(select(*stale).where(place.c.id == row.id))[0]
                values: dict[str, Any] = {column.name: value for column, value in zip(stale, opened, strict=True)}
                self._changed(place.update().where(place.c.id == row.id).values(values))
                changed += len(stale)
        return rows[-1].id, changed

    def _is_stale(self, stored: str | bytes | None) -> bool:
        if stored is None:
            return False
        sealed = sealed_bytes(stored) if isinstance(stored, str) else bytes(stored)
        found = None if sealed is None else key_id_of(sealed)
        return found != keyring_of(self._connection.dialect).current


def sealed_tables() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of every table with sealed columns, and theirs."""
    for table in metadata.sorted_tables:
        if columns := sealed_columns(table):
            yield table.name, tuple(column.name for column in columns)


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table whose values are sealed."""
    return [column for column in table.columns if isinstance(column.type, Sealed | SealedBytes)]


def _plain(column: Column[Any]) -> Any:
    return Text() if isinstance(column.type, Sealed) else LargeBinary()
