"""What is learnt later about messages: their worker died, the Sent folder proves something, a report came back."""

from datetime import datetime, timedelta

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import OutboxItem, OutboxState, Released
from inbox_worker.store.outbox import UNCLAIMED, Outbox, item_or_none
from inbox_worker.store.tables import application, outbox


class Outcomes(Outbox):
    """Settles messages whose worker did not."""

    def release_stale_claims(self, now: datetime, older_than: timedelta) -> Released:
        """Take messages from workers that have been silent for `older_than`: more than any server may take to answer.

        A claim that was not begun is free again. One that was begun becomes `unknown`; see outbox.py.
        """
        then = now - older_than
        begun = outbox.update().where(outbox.c.state == OutboxState.SENDING, outbox.c.handed_at <= then)
        unknown = begun.values(state=OutboxState.UNKNOWN).returning(outbox.c.id)
        claimed = outbox.update().where(
            outbox.c.state == OutboxState.QUEUED, outbox.c.claimed_by.is_not(None), outbox.c.claimed_at <= then
        )
        free = claimed.values(**UNCLAIMED).returning(outbox.c.id)
        return Released(
            queued=tuple(sorted(row.id for row in self._connection.execute(free))),
            unknown=tuple(sorted(row.id for row in self._connection.execute(unknown))),
        )

    def proved_sent(self, item_id: int, at: datetime) -> OutboxItem | None:
        """Settle an `unknown` message that was found in the Sent folder. None: it is not unknown."""
        row = self._move(item_id, (OutboxState.UNKNOWN,), state=OutboxState.SENT, sent_at=at)
        self._tell(row, "sent", at)
        return item_or_none(row)

    def proved_unsent(self, item_id: int, next_try_at: datetime) -> OutboxItem | None:
        """Queue an `unknown` message again that certainly did not go out. None: it is not unknown."""
        queued = {"state": OutboxState.QUEUED, "next_try_at": next_try_at, **UNCLAIMED}
        return item_or_none(self._move(item_id, (OutboxState.UNKNOWN,), **queued))

    def bounced(self, message_id: str, action: str, status: str, at: datetime) -> OutboxItem | None:
        """Record a delivery report about a message of ours; return the message, or None where it names none.

        Only action "failed" changes anything (RFC 3464 s.2.3.3): the message is `bounced`, and its application
        shows that its applicant was not reached. status: "5.1.1", or "".
        """
        item = self.outbox_item(message_id)
        if item is None or action != "failed":
            return item
        delivered = (OutboxState.SENT, OutboxState.SENDING, OutboxState.UNKNOWN)
        row = self._move(item.id, delivered, state=OutboxState.BOUNCED, status=status or None)
        if row is None:  # reported before, or never handed over
            return item
        if row.application_id is not None and row.kind is MessageKind.REPLY:
            problem = {"delivery_problem": status or "bounced", "updated_at": at}
            self._changed(application.update().where(application.c.id == row.application_id).values(problem))
            self._tell(row, "undelivered", at)
        return item_or_none(row)
