"""What a person does with messages in the outbox: cancel, try again, release what was rehearsed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from inbox_worker.records import OutboxItem, OutboxState
from inbox_worker.store.operations import Operations
from inbox_worker.store.outbox import UNCLAIMED
from inbox_worker.store.outcomes import Outcomes
from inbox_worker.store.tables import outbox


class Release(Outcomes, Operations):
    """Moves messages as a person says; every move is in the audit log."""

    def cancel(self, item_id: int, *, by: str, at: datetime) -> OutboxItem | None:
        """Cancel a message that has not been handed over. None: it has, or there is no such message."""
        states = (OutboxState.REHEARSED, OutboxState.QUEUED, OutboxState.FAILED, OutboxState.UNKNOWN)
        return self._person(item_id, states, "cancelled", by, at, state=OutboxState.CANCELLED)

    def retry(self, item_id: int, *, by: str, at: datetime) -> OutboxItem | None:
        """Queue a failed or unknown message again, due now, or a queued one that waits. None: in another state.

        For an unknown one the person accepts that it may arrive twice.
        """
        states = (OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.QUEUED)
        anew = {"state": OutboxState.QUEUED, "next_try_at": at, "tries": 0, **UNCLAIMED}
        return self._person(item_id, states, "retried", by, at, **anew)

    def release(self, item_ids: Iterable[int] | None, *, by: str, at: datetime) -> tuple[int, ...]:
        """Queue rehearsed messages to be sent now: these, or all with None. Return the numbers of those queued."""
        statement = outbox.update().where(outbox.c.state == OutboxState.REHEARSED, outbox.c.purged.is_(False))
        if item_ids is not None:
            statement = statement.where(outbox.c.id.in_(list(item_ids)))
        queued = statement.values(state=OutboxState.QUEUED, next_try_at=at).returning(outbox.c.id)
        ids = tuple(sorted(row.id for row in self._connection.execute(queued)))
        for item_id in ids:
            self.audit(by, "released", f"outbox {item_id}", at)
        return ids

    def _person(
        self, item_id: int, states: tuple[OutboxState, ...], what: str, by: str, at: datetime, **values: Any
    ) -> OutboxItem | None:
        if self._move(item_id, states, outbox.c.purged.is_(False), **values) is None:
            return None
        self.audit(by, what, f"outbox {item_id}", at)
        return self.outbox_item(item_id)
