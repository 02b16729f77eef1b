"""What a transaction need not ask about: keys that nothing stood under when it looked, nor was written under since.

In a backlog nearly every mail is a stranger's. Seven questions about a whole batch answer six about each mail of it.
"""

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from typing import Any

from sqlalchemy import Table

from inbox_worker.store.tables import application, ledger, outbox, thread, trouble


class Key(Enum):
    """Columns that mails and people are found by: a table and their names."""

    PLACE = (ledger, ("mailbox", "folder", "uidvalidity", "uid"))
    TROUBLE = (trouble, ("mailbox", "folder", "uidvalidity", "uid"))
    MAIL = (ledger, ("message_key",))
    CONTENT = (ledger, ("fingerprint",))
    THREAD = (thread, ("message_key",))
    SENDER = (application, ("sender_key",))
    RECIPIENT = (outbox, ("recipient_key",))

    def of(self, row: Mapping[str, Any]) -> Hashable:
        """Return the key of a row: the value of the column, or those of all."""
        first, *others = self.value[1]
        return row.get(first) if not others else (row.get(first), *map(row.get, others))


_TABLES = (ledger, trouble, thread, application, outbox)
_OF_TABLE = {table: tuple(key for key in Key if key.value[0] is table) for table in _TABLES}


class Novelty:
    """The keys of one transaction that nothing is on record under. Knows of none until it is told."""

    def __init__(self) -> None:
        self._new: dict[Key, set[Hashable]] = {}

    def learn(self, key: Key, asked: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Take down the answer to a question: rows were found under these of the keys that were asked for."""
        self._new[key] = set(asked).difference(found)

    def note(self, table: Table, row: Mapping[str, Any]) -> None:
        """Take notice of a row that is put in: there is something under its keys from now on."""
        if self._new:
            for key in _OF_TABLE.get(table, ()):
                self._new.get(key, set()).discard(key.of(row))

    def holds(self, key: Key, *values: Hashable) -> bool:
        """Tell whether nothing is on record under any of `values`; None is no key, and finds nothing."""
        new = self._new.get(key, ())
        return all(value is None or value in new for value in values)
