"""What goes when its time is over. An application whose processing is restricted stays: its person may need it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.reading import Tier
from inbox_worker.core.retention import ENDED, UNDECIDED, Kept
from inbox_worker.records import OutboxState
from inbox_worker.store.base import Statements
from inbox_worker.store.tables import (
    answer,
    application,
    application_event,
    digest,
    held,
    ledger,
    outbox,
    outbox_content,
    point,
    thread,
)

SETTLED = (
    OutboxState.SENT,
    OutboxState.BOUNCED,
    OutboxState.FAILED,
    OutboxState.CANCELLED,
    OutboxState.REHEARSED,  # old rehearsals must not be released any more
)


class RetentionView(Statements):
    """Counts what stays although its time is over."""

    def overdue(self, before: datetime) -> dict[str, int]:
        """Return what is older than `before` and stays all the same: a person must act first."""
        restricted = select(func.count()).where(application.c.restricted, application.c.updated_at < before)
        open_ = select(func.count()).where(held.c.resolved_at.is_(None), held.c.opened_at < before)
        return {"restricted applications": self._value(restricted), "held mail still open": self._value(open_)}


class Retention(RetentionView):
    """Removes what is due to go."""

    def purge(self, kept: Kept, before: datetime, limit: int | None = None) -> int:
        """Remove what is older than `before`, up to `limit` of it; return how many things went."""
        match kept:
            case Kept.HELD:
                return self._purge_held(before, limit)
            case Kept.MESSAGES:
                return self._purge_messages(before, limit)
            case Kept.LEDGER:
                return self._purge_ledger(before, limit)
        return self._purge_applications(kept, before, limit)

    def remove_applications(self, ids: list[int]) -> None:
        """Remove applications with their answers, history and messages; their mails stay known by place and hash."""
        self._changed(outbox.delete().where(outbox.c.application_id.in_(ids)))
        self._changed(answer.delete().where(answer.c.application_id.in_(ids)))
        self._changed(application.delete().where(application.c.id.in_(ids)))

    def _purge_applications(self, kept: Kept, before: datetime, limit: int | None) -> int:
        due = select(application.c.id).where(_category(kept), application.c.updated_at < before)
        ids = self._ids(due.where(application.c.restricted.is_(False)), limit)
        self.remove_applications(ids)
        return len(ids)

    def _purge_held(self, before: datetime, limit: int | None) -> int:
        ids = self._ids(select(held.c.id).where(held.c.resolved_at < before), limit)
        mails = select(held.c.ledger_id).where(held.c.id.in_(ids))
        self._changed(ledger.update().where(ledger.c.id.in_(mails)).values(tier=Tier.NONE))  # no judgement outlives it
        self._changed(held.delete().where(held.c.id.in_(ids)))
        return len(ids)

    def _purge_messages(self, before: datetime, limit: int | None) -> int:
        last = func.coalesce(outbox.c.sent_at, outbox.c.queued_at, type_=outbox.c.queued_at.type)
        due = select(outbox.c.id).where(outbox.c.state.in_(SETTLED), outbox.c.purged.is_(False), last < before)
        stays = exists().where(application.c.id == outbox.c.application_id, application.c.restricted)
        ids = self._ids(due.where(~stays), limit)
        self.empty_messages(ids)
        return len(ids)

    def empty_messages(self, ids: list[int]) -> None:
        """Take text and address out of messages; that and when they went stays."""
        self._changed(outbox_content.delete().where(outbox_content.c.id.in_(ids)))
        emptied: dict[str, Any] = {"recipient": "", "recipient_key": None, "purged": True}
        self._changed(outbox.update().where(outbox.c.id.in_(ids)).values(emptied))

    def _purge_ledger(self, before: datetime, limit: int | None) -> int:
        waits = exists().where(held.c.ledger_id == ledger.c.id)
        unmarked = and_(ledger.c.mark.is_not(None), ledger.c.marked_at.is_(None))
        ids = self._ids(select(ledger.c.id).where(ledger.c.seen_at < before, ~waits, ~unmarked), limit)
        self._forget_places(ids)
        self._changed(outbox.delete().where(outbox.c.purged, outbox.c.queued_at < before))
        self._changed(ledger.delete().where(ledger.c.id.in_(ids)))
        self._changed(thread.delete().where(thread.c.at < before, thread.c.application_id.is_(None)))
        self._changed(digest.delete().where(digest.c.until < before, digest.c.until < _newest_digest()))
        return len(ids)

    def _forget_places(self, ids: list[int]) -> None:
        """No longer expect the ledger to hold the mails of these rows: they would count as missed."""
        columns = ledger.c
        grouped = select(columns.mailbox, columns.folder, columns.uidvalidity, func.max(columns.uid).label("last"))
        for row in self._all(
            grouped.where(columns.id.in_(ids)).group_by(columns.mailbox, columns.folder, columns.uidvalidity)
        ):
            same = (
                point.c.mailbox == row.mailbox,
                point.c.folder == row.folder,
                point.c.uidvalidity == row.uidvalidity,
            )
            self._changed(point.update().where(*same, point.c.first_uid <= row.last).values(first_uid=row.last + 1))

    def _ids(self, statement: Select[Any], limit: int | None) -> list[int]:
        return [row.id for row in self._all(statement.order_by("id").limit(limit))]


def _newest_digest() -> Any:
    other = digest.alias()
    return select(func.max(other.c.until)).where(other.c.name == digest.c.name).scalar_subquery()


def _category(kept: Kept) -> ColumnElement[bool]:
    accepted_once = exists().where(
        application_event.c.application_id == application.c.id,
        application_event.c.what == "state",
        application_event.c.detail == ApplicationState.ACCEPTED.value,
    )
    left = and_(application.c.state == ApplicationState.CLOSED, accepted_once)
    if kept is Kept.UNDECIDED:
        return application.c.state.in_(UNDECIDED)
    if kept is Kept.LEFT:
        return left
    return and_(application.c.state.in_(ENDED), or_(application.c.state != ApplicationState.CLOSED, ~accepted_once))
