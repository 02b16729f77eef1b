"""How far each folder has been read, and the mails on the way that could not be taken in yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, select

from inbox_worker.core.mail import MailId
from inbox_worker.records import Point, Trouble, TroubleKind
from inbox_worker.store.base import Statements
from inbox_worker.store.tables import point, trouble


class PointsView(Statements):
    """Reads points and troubles."""

    def point(self, mailbox: str, folder: str) -> Point | None:
        """Return how far `folder` has been read; None before the first poll."""
        row = self._first(select(point).where(point.c.mailbox == mailbox, point.c.folder == folder))
        return Point(**row._mapping) if row else None

    def points(self) -> tuple[Point, ...]:
        """Return the point of every folder, by mailbox and folder."""
        rows = self._all(select(point).order_by(point.c.mailbox, point.c.folder))
        return tuple(Point(**row._mapping) for row in rows)

    def troubles(self, mailbox: str | None = None, folder: str | None = None) -> tuple[Trouble, ...]:
        """Return the mails that were tried and are not in the ledger, oldest UID first."""
        statement = select(trouble).order_by(trouble.c.mailbox, trouble.c.folder, trouble.c.uid)
        if mailbox is not None:
            statement = statement.where(trouble.c.mailbox == mailbox)
        if folder is not None:
            statement = statement.where(trouble.c.folder == folder)
        return tuple(_trouble(row) for row in self._all(statement))


class Points(PointsView):
    """Moves points, and notes troubles."""

    def set_point(
        self, mailbox: str, folder: str, uidvalidity: int, next_uid: int, *, at: datetime, complete: bool = False
    ) -> Point:
        """Move the point of `folder` to `next_uid`, and return it.

        Under one UIDVALIDITY a point never goes back: a slower worker cannot undo a faster one. A new
        UIDVALIDITY begins at `next_uid` (1 to read the folder again; the ledger knows its mails by their other keys).
        complete: the poll reached the end of the folder.
        """
        place = {"mailbox": mailbox, "folder": folder}
        where = (point.c.mailbox == mailbox, point.c.folder == folder)
        old = self._first(select(point).where(*where).with_for_update())  # SQLite has its lock already
        values: dict[str, Any] = {"uidvalidity": uidvalidity, "next_uid": next_uid}
        if complete:
            values["complete_at"] = at
        if old is not None and old.uidvalidity == uidvalidity:
            values["next_uid"] = max(next_uid, old.next_uid)
            row = self._put(point, place, values, at_first={"first_uid": next_uid, "started_at": at})
        else:
            uncounted = {"counted_at": None, "server_uidnext": None, "server_exists": None, "missing": 0}
            values |= {"first_uid": next_uid, **uncounted}
            row = self._put(point, place, values, at_first={"started_at": at})
        return Point(**row._mapping)

    def note_count(
        self, mailbox: str, folder: str, *, server_uidnext: int, server_exists: int, missing: int, at: datetime
    ) -> None:
        """Record a comparison of the server with the ledger. missing: mails that only the server has."""
        self._changed(
            point.update()
            .where(point.c.mailbox == mailbox, point.c.folder == folder)
            .values(server_uidnext=server_uidnext, server_exists=server_exists, missing=missing, counted_at=at)
        )

    def note_trouble(self, mail: MailId, kind: TroubleKind, at: datetime) -> int:
        """Count a failed try to take `mail` in; return how many there were. `record` of the mail forgets them."""
        key = {"mailbox": mail.mailbox, "folder": mail.folder, "uidvalidity": mail.uidvalidity, "uid": mail.uid}
        again = case((trouble.c.kind == kind, trouble.c.tries + 1), else_=1)
        values = {"kind": kind, "last_at": at}
        row = self._put(trouble, key, values, at_first={"tries": 1, "first_at": at}, later={"tries": again})
        return int(row.tries)

    def forget_trouble(self, mail: MailId) -> None:
        """Forget the failed tries of a mail: it was taken in, or is gone from the server."""
        self._changed(trouble.delete().where(_at(mail)))


def _at(mail: MailId) -> Any:
    return and_(
        trouble.c.mailbox == mail.mailbox,
        trouble.c.folder == mail.folder,
        trouble.c.uidvalidity == mail.uidvalidity,
        trouble.c.uid == mail.uid,
    )


def _trouble(row: Row[Any]) -> Trouble:
    mail = MailId(row.mailbox, row.folder, row.uidvalidity, row.uid)
    return Trouble(mail, row.kind, row.tries, row.first_at, row.last_at)
