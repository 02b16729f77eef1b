"""A look at what is on record about the mails of a batch, before each of them is asked about."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from inbox_worker.records import Clues
from inbox_worker.store.base import Statements
from inbox_worker.store.keys import address_key, fingerprint_key, message_key
from inbox_worker.store.novelty import Key
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.tables import ledger, trouble

_AT_ONCE = 50  # values in one IN list: always so many, since a list of another length is another statement
_REFERENCES = 12  # of each mail, the newest: who refers to more is looked up by itself


_Place = tuple[str, str, int, int]


class LookingAhead(Statements):
    """Asks about many mails at once."""

    def look_ahead(self, mails: Iterable[Clues]) -> None:
        """Find out which of these mails are strangers': `has_seen` and `known` need not ask about those one by one.

        Worth it for several. On PostgreSQL other transactions that record mail must be kept out (`serialise`).
        """
        mails = list(mails)
        for key, asked in _keys(mails).items():
            self._novelty.learn(key, asked, (row[0] for row in self._in(_finding(key), asked)))
        places = {_place(each) for each in mails}
        self._novelty.learn(Key.PLACE, places, self._places(mails))
        self._novelty.learn(Key.TROUBLE, places, map(tuple, self._all(_TROUBLES)))

    def _places(self, mails: list[Clues]) -> Iterator[_Place]:
        """Yield the places of mails that the ledger has."""
        folders: dict[tuple[str, str, int], set[int]] = {}
        for mailbox, folder, uidvalidity, uid in map(_place, mails):
            folders.setdefault((mailbox, folder, uidvalidity), set()).add(uid)
        for (mailbox, folder, uidvalidity), uids in folders.items():
            named = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
            yield from ((mailbox, folder, uidvalidity, row.uid) for row in self._in(_RECORDED, uids, **named))

    def _in(self, statement: Prepared, values: Collection[Any], **named: Any) -> Iterator[Row]:
        """Yield the rows of a statement about `_AT_ONCE` values; the last of them stands for those that lack."""
        listed = list(values)
        for start in range(0, len(listed), _AT_ONCE):
            some = listed[start : start + _AT_ONCE]
            some += some[-1:] * (_AT_ONCE - len(some))
            yield from self._all(statement, **named, **dict(zip(_NAMES, some, strict=True)))


_NAMES = [f"value{number}" for number in range(_AT_ONCE)]


@cache
def _finding(key: Key) -> Prepared:
    """Return the query for the keys, among many, that rows are found under."""
    table, (name,) = key.value
    column = table.c[name]
    return Prepared(select(column).where(column.in_([bindparam(each, type_=column.type) for each in _NAMES])))


_RECORDED = Prepared(
    select(ledger.c.uid).where(
        ledger.c.mailbox == bindparam("mailbox"),
        ledger.c.folder == bindparam("folder"),
        ledger.c.uidvalidity == bindparam("uidvalidity"),
        ledger.c.uid.in_([bindparam(each, type_=ledger.c.uid.type) for each in _NAMES]),
    )
)
_TROUBLES = Prepared(select(trouble.c.mailbox, trouble.c.folder, trouble.c.uidvalidity, trouble.c.uid))


def _keys(mails: list[Clues]) -> dict[Key, set[bytes]]:
    own = {message_key(each.message_id) for each in mails if each.message_id}
    answered = {message_key(reference) for each in mails for reference in each.references[-_REFERENCES:]}
    people = {address_key(address) for each in mails for address in each.addresses if address}
    return {
        Key.MAIL: own,
        Key.CONTENT: {fingerprint_key(each.fingerprint) for each in mails if each.fingerprint},
        Key.THREAD: own | answered,
        Key.SENDER: people,
        Key.RECIPIENT: people,
    }


def _place(clues: Clues) -> _Place:
    mail = clues.mail
    return mail.mailbox, mail.folder, mail.uidvalidity, mail.uid
