"""A look at what is on record about the mails of a batch, before each of them is asked about."""

from collections.abc import Iterable

from sqlalchemy import select

from inbox_worker.records import Clues
from inbox_worker.store.keys import address_key, fingerprint_key, message_key
from inbox_worker.store.ledger import LedgerView
from inbox_worker.store.novelty import Key
from inbox_worker.store.prepared import Prepared
from inbox_worker.store.tables import trouble

_AT_ONCE = 1000  # values in one IN list
_REFERENCES = 12  # of each mail, the newest: who refers to more is looked up by itself


class LookingAhead(LedgerView):
    """Asks about many mails at once."""

    def look_ahead(self, mails: Iterable[Clues]) -> None:
        """Find out which of these mails are strangers': `has_seen` and `known` need not ask about those one by one.

        Worth it for several. On PostgreSQL other transactions that record mail must be kept out (`serialise`).
        """
        mails = list(mails)
        for key, asked in _keys(mails).items():
            self._novelty.learn(key, asked, self._there(key, sorted(asked)))
        places = {_place(each) for each in mails}
        self._novelty.learn(Key.PLACE, places, self._places(mails))
        self._novelty.learn(Key.TROUBLE, places, map(tuple, self._all(_TROUBLES)))

    def _there(self, key: Key, asked: list[bytes]) -> set[bytes]:
        """Return those of `asked` that rows are found under."""
        table, (name,) = key.value
        column, found = table.c[name], set[bytes]()
        for start in range(0, len(asked), _AT_ONCE):
            found.update(row[0] for row in self._all(select(column).where(column.in_(asked[start : start + _AT_ONCE]))))
        return found

    def _places(self, mails: list[Clues]) -> set[tuple[str, str, int, int]]:
        """Return the places of mails that the ledger has."""
        folders: dict[tuple[str, str, int], list[int]] = {}
        for mailbox, folder, uidvalidity, uid in map(_place, mails):
            folders.setdefault((mailbox, folder, uidvalidity), []).append(uid)
        return {(*place, uid) for place, uids in folders.items() for uid in self.recorded(*place, uids)}


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


def _place(clues: Clues) -> tuple[str, str, int, int]:
    mail = clues.mail
    return mail.mailbox, mail.folder, mail.uidvalidity, mail.uid
