"""Mail that waits for a person, and the alerts about it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from inbox_worker.core.effects import MessageKind
from inbox_worker.core.mail import Address
from inbox_worker.core.reading import Tier
from inbox_worker.records import WORKER, HeldMail
from inbox_worker.store.applications import reference_of
from inbox_worker.store.keys import address_key, message_key
from inbox_worker.store.ledger import ledger_row_of
from inbox_worker.store.operations import Operations, OperationsView
from inbox_worker.store.tables import application, held, ledger, outbox, thread

URGENT = (Tier.A, Tier.B)


class HeldView(OperationsView):
    """Reads held mail."""

    def held(
        self, *, open_only: bool = True, since: datetime | None = None, limit: int | None = None
    ) -> tuple[HeldMail, ...]:
        """Return held mail, distress first, then oldest first. since: opened at or after."""
        statement = _select().order_by(ledger.c.tier.not_in(URGENT), held.c.id).limit(limit)
        if open_only:
            statement = statement.where(held.c.resolved_at.is_(None))
        if since is not None:
            statement = statement.where(held.c.opened_at >= since)
        return tuple(_held(row) for row in self._all(statement))

    def held_mail(self, held_id: int) -> HeldMail | None:
        """Return one held mail."""
        row = self._first(_select().where(held.c.id == held_id))
        return _held(row) if row else None

    def held_mail_of(self, ledger_id: int) -> HeldMail | None:
        """Return the held mail of a ledger row."""
        row = self._first(_select().where(held.c.ledger_id == ledger_id))
        return _held(row) if row else None

    def held_by_alert(self, references: Iterable[str]) -> tuple[HeldMail, ...]:
        """Return the held mail that our alerts with these Message-IDs are about: a reply to an alert accepts it."""
        kinds = (MessageKind.ALERT, MessageKind.DISTRESS_ALERT)
        ours = select(outbox.c.ledger_id).where(outbox.c.message_id.in_(list(references)), outbox.c.kind.in_(kinds))
        return tuple(_held(row) for row in self._all(_select().where(held.c.ledger_id.in_(ours)).order_by(held.c.id)))

    def alerts_due(self, now: datetime) -> tuple[HeldMail, ...]:
        """Return the held mail whose next round of alerts is due, longest due first."""
        due = _select().where(held.c.next_alert_at <= now, *_WAITING)
        return tuple(_held(row) for row in self._all(due.order_by(held.c.next_alert_at, held.c.id)))


class Held(HeldView, Operations):
    """Opens, accepts and resolves held mail."""

    def hold(
        self, ledger_id: int, sender: Address, subject: str, at: datetime, *, next_alert_at: datetime | None = None
    ) -> int:
        """Put a recorded mail on the team's list; return the entry's number. A second time changes nothing.

        next_alert_at: when the alert is repeated unless a person accepts before.
        """
        self._insert_unless_there(
            held,
            ledger_id=ledger_id,
            sender_name=sender.name,
            sender=sender.address,
            sender_key=address_key(sender.address),
            subject=subject,
            opened_at=at,
            next_alert_at=next_alert_at,
        )
        return int(self._value(select(held.c.id).where(held.c.ledger_id == ledger_id)))

    def alerted(self, held_id: int, at: datetime, next_alert_at: datetime | None) -> None:
        """Count a round of alerts, and say when the next is due (None: never)."""
        counted = {"alerts": held.c.alerts + 1, "last_alert_at": at, "next_alert_at": next_alert_at}
        self._changed(held.update().where(held.c.id == held_id).values(counted))

    def accept(self, held_id: int, *, by: str, at: datetime) -> HeldMail | None:
        """Record that a person takes care of it: no more alerts. None: no entry of this number that waits."""
        waiting = held.update().where(held.c.id == held_id, *_WAITING)
        if not self._changed(waiting.values(accepted_at=at, accepted_by=by, next_alert_at=None)):
            return None
        self.audit(by, "accepted", f"held {held_id}", at)
        return self.held_mail(held_id)

    def resolve(self, held_id: int, *, by: str, how: str, at: datetime) -> HeldMail | None:
        """Close an entry. how: a code such as "answered", "closed", "retried". None: no open entry of this number."""
        open_ = held.update().where(held.c.id == held_id, held.c.resolved_at.is_(None))
        if not self._changed(open_.values(resolved_at=at, resolved_by=by, how=how, next_alert_at=None)):
            return None
        self.audit(by, f"resolved {how}", f"held {held_id}", at)
        return self.held_mail(held_id)

    def reopen(self, held_id: int, *, by: str, at: datetime) -> bool:
        """Put a resolved entry back on the list. False: no resolved entry of this number."""
        closed = held.update().where(held.c.id == held_id, held.c.resolved_at.is_not(None))
        blank: dict[str, Any] = dict.fromkeys(("accepted_at", "accepted_by", "resolved_at", "resolved_by", "how"))
        if not self._changed(closed.values(blank)):
            return False
        self.audit(by, "reopened", f"held {held_id}", at)
        return True

    def answered_by_hand(self, message_ids: Iterable[str], at: datetime) -> tuple[HeldMail, ...]:
        """Record that a colleague answered the mails with these Message-IDs; return the held mail it resolves.

        `known` tells of it when such a mail is read only later.
        """
        keys = [message_key(each) for each in message_ids]
        for key in keys:
            if not self._insert_unless_there(thread, message_key=key, ours=False, answered_at=at, at=at):
                self._changed(thread.update().where(thread.c.message_key == key).values(answered_at=at))
        open_ = _select().where(ledger.c.message_key.in_(keys), held.c.resolved_at.is_(None))
        resolved = (self.resolve(row.id, by=WORKER, how="answered", at=at) for row in self._all(open_))
        return tuple(entry for entry in resolved if entry is not None)


_WAITING = (held.c.accepted_at.is_(None), held.c.resolved_at.is_(None))


def distress_open() -> Select[Any]:
    """Return the query for the alerts of tier A or B that nobody has accepted."""
    return select(held.c.id).join(ledger, ledger.c.id == held.c.ledger_id).where(ledger.c.tier.in_(URGENT), *_WAITING)


def _select() -> Select[Any]:
    joined = held.join(ledger, ledger.c.id == held.c.ledger_id)
    tied = joined.outerjoin(application, application.c.id == ledger.c.application_id)
    named = [column.label(f"mail_{column.name}") for column in ledger.c]
    return select(held, *named, application.c.prefix).select_from(tied)


def _held(row: Row[Any]) -> HeldMail:
    return HeldMail(
        id=row.id,
        ledger=ledger_row_of(row, "mail_"),
        application=reference_of(row.prefix, row.mail_application_id) if row.prefix is not None else None,
        sender_name=row.sender_name,
        sender=row.sender,
        subject=row.subject,
        opened_at=row.opened_at,
        accepted_at=row.accepted_at,
        accepted_by=row.accepted_by,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        how=row.how,
        alerts=row.alerts,
        last_alert_at=row.last_alert_at,
        next_alert_at=row.next_alert_at,
    )
