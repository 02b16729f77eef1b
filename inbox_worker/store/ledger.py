"""The ledger of every mail seen: by which keys it is known again, and what became of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, or_, select

from inbox_worker.core.effects import LedgerEntry
from inbox_worker.core.mail import MailId
from inbox_worker.records import LedgerRow, SeenBy, Sighting
from inbox_worker.store.base import Statements
from inbox_worker.store.keys import fingerprint_key, message_key
from inbox_worker.store.novelty import Key
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.tables import ledger, trouble

_BATCH = 1000  # values in one IN list


class LedgerView(Statements):
    """Reads the ledger."""

    def has_seen(self, mail: MailId, message_id: str | None, fingerprint: str) -> Sighting | None:
        """Return where `mail` was taken in before, or None.

        PLACE: this very UID is in the ledger. Otherwise a copy: moved out and back, delivered twice, or
        renumbered by a new UIDVALIDITY. A mail that has another's Message-ID but other content is not a copy.
        message_id: with <>, or None. fingerprint: "" where it could not be made; then the Message-ID decides.
        """
        own = message_key(message_id) if message_id else None
        content = fingerprint_key(fingerprint) if fingerprint else None
        place = _place(mail)
        if (
            self._novelty.holds(Key.PLACE, Key.PLACE.of(place))
            and self._novelty.holds(Key.MAIL, own)
            and self._novelty.holds(Key.CONTENT, content)
        ):
            return None
        row = self._first(
            _SIGHTING,
            **place,
            content=content,
            own_without_content=own,
            own_alone=None if content else own,
        )
        if row is None:
            return None
        if row.here:
            return Sighting(row.id, SeenBy.PLACE)
        by_content = content is not None and row.fingerprint == content
        return Sighting(row.id, SeenBy.FINGERPRINT if by_content else SeenBy.MESSAGE_ID)

    def recorded(self, mailbox: str, folder: str, uidvalidity: int, uids: Iterable[int]) -> frozenset[int]:
        """Return those of `uids` that the ledger holds: what is left is new, or was missed."""
        found: set[int] = set()
        for batch in _batches(uids):
            statement = select(ledger.c.uid).where(_in(mailbox, folder, uidvalidity), ledger.c.uid.in_(batch))
            found.update(row.uid for row in self._all(statement))
        return frozenset(found)

    def recorded_between(self, mailbox: str, folder: str, uidvalidity: int, first: int, last: int) -> int:
        """Return how many UIDs from `first` to `last`, both included, the ledger holds."""
        statement = select(func.count()).where(_in(mailbox, folder, uidvalidity), ledger.c.uid.between(first, last))
        return int(self._value(statement))

    def ledger_row(self, ledger_id: int) -> LedgerRow | None:
        """Return what is kept of a mail, by the number of its row."""
        row = self._first(BY_ID, ledger_id=ledger_id)
        return ledger_row_of(row) if row else None

    def ledger_row_at(self, mail: MailId) -> LedgerRow | None:
        """Return what is kept of the mail at this place."""
        row = self._first(_BY_PLACE, **_place(mail))
        return ledger_row_of(row) if row else None

    def ledger_rows(self, message_id: str) -> tuple[LedgerRow, ...]:
        """Return what is kept of every mail with this Message-ID, oldest first."""
        statement = select(ledger).where(ledger.c.message_key == message_key(message_id)).order_by(ledger.c.id)
        return tuple(ledger_row_of(row) for row in self._all(statement))

    def unmarked(self, mailbox: str, folder: str, limit: int = 100) -> tuple[LedgerRow, ...]:
        """Return the mails of a folder whose mark the server has not got yet, oldest first."""
        statement = (
            select(ledger)
            .where(ledger.c.mark.is_not(None), ledger.c.marked_at.is_(None))
            .where(ledger.c.mailbox == mailbox, ledger.c.folder == folder)
            .order_by(ledger.c.id)
            .limit(limit)
        )
        return tuple(ledger_row_of(row) for row in self._all(statement))


class Ledger(LedgerView):
    """Writes the ledger."""

    def record(
        self,
        mail: MailId,
        message_id: str | None,
        fingerprint: str,
        received: datetime,
        entry: LedgerEntry,
        at: datetime,
        *,
        mark: str | None = None,
    ) -> int:
        """Record that `mail` was seen and what it was; return the number of its row.

        Only hashes of the Message-ID and the fingerprint are kept. Troubles with the mail are forgotten.
        mark: what remains to be done to it on the server, see `unmarked`.
        Raises Unstorable where this very UID is recorded already: ask `has_seen` first.
        """
        ledger_id = self._insert(
            ledger,
            mailbox=mail.mailbox,
            folder=mail.folder,
            uidvalidity=mail.uidvalidity,
            uid=mail.uid,
            message_key=message_key(message_id) if message_id else None,
            fingerprint=fingerprint_key(fingerprint) if fingerprint else None,
            received_at=received,
            seen_at=at,
            outcome=entry.outcome,
            code=entry.code,
            intent=entry.intent,
            tier=entry.tier,
            scheme=entry.scheme,
            mark=mark,
        )
        place = _place(mail)
        if not self._novelty.holds(Key.TROUBLE, Key.TROUBLE.of(place)):
            self._changed(_NO_TROUBLE, **place)
        return ledger_id

    def reread(self, ledger_id: int, mail: MailId, entry: LedgerEntry, *, mark: str | None = None) -> None:
        """Record what a mail came to that a person wanted read again, and where it lies now.

        Its row stays the same one, so that the mail still gets at most one reply.
        """
        place = {"mailbox": mail.mailbox, "folder": mail.folder, "uidvalidity": mail.uidvalidity, "uid": mail.uid}
        found: dict[str, Any] = {
            "outcome": entry.outcome,
            "code": entry.code,
            "intent": entry.intent,
            "tier": entry.tier,
            "scheme": entry.scheme,
        }
        unmarked = {"mark": mark, "marked_at": None}
        self._changed(ledger.update().where(ledger.c.id == ledger_id).values(place | found | unmarked))

    def marked(self, ledger_id: int, at: datetime, place: MailId | None = None) -> None:
        """Record that the server has the mark of this mail, or never will. place: where the mail lies since."""
        values: dict[str, Any] = {"marked_at": at}
        if place is not None:
            values |= {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
        self._changed(ledger.update().where(ledger.c.id == ledger_id).values(values))


def ledger_row_of(row: Row, prefix: str = "") -> LedgerRow:
    """Return the value of a row whose ledger columns are named with `prefix`."""
    cell = {name.removeprefix(prefix): value for name, value in row._asdict().items() if name.startswith(prefix)}
    return LedgerRow(
        id=cell["id"],
        mail_id=MailId(cell["mailbox"], cell["folder"], cell["uidvalidity"], cell["uid"]),
        received_at=cell["received_at"],
        seen_at=cell["seen_at"],
        outcome=cell["outcome"],
        code=cell["code"],
        intent=cell["intent"],
        tier=cell["tier"],
        scheme=cell["scheme"],
        application=cell["application_id"],
        mark=cell["mark"],
        marked_at=cell["marked_at"],
    )


def _in(mailbox: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
    return and_(ledger.c.mailbox == mailbox, ledger.c.folder == folder, ledger.c.uidvalidity == uidvalidity)


def _at_place(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.mailbox == bindparam("mailbox"),
        table.c.folder == bindparam("folder"),
        table.c.uidvalidity == bindparam("uidvalidity"),
        table.c.uid == bindparam("uid"),
    )


def _place(mail: MailId) -> dict[str, Any]:
    return {"mailbox": mail.mailbox, "folder": mail.folder, "uidvalidity": mail.uidvalidity, "uid": mail.uid}


def _batches(uids: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(set(uids))
    for start in range(0, len(every), _BATCH):
        yield every[start : start + _BATCH]


BY_ID = Prepared(select(ledger).where(ledger.c.id == bindparam("ledger_id")))
_BY_PLACE = Prepared(select(ledger).where(_at_place(ledger)))
_NO_TROUBLE = Prepared(trouble.delete().where(_at_place(trouble)))
_SIGHTING = Prepared(  # a key that a mail has not is NULL, and NULL equals nothing
    select(ledger.c.id, _at_place(ledger).label("here"), ledger.c.fingerprint)
    .where(
        or_(
            _at_place(ledger),
            ledger.c.fingerprint == bindparam("content"),
            and_(ledger.c.message_key == bindparam("own_without_content"), ledger.c.fingerprint.is_(None)),
            ledger.c.message_key == bindparam("own_alone"),
        )
    )
    .order_by(_at_place(ledger).desc(), ledger.c.id)
    .limit(1)
)
