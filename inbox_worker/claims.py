"""Which messages may go out now, and are this worker's: the fuse of an hour, the limit of a minute, the claims."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from inbox_worker import log
from inbox_worker.core.effects import MessageKind
from inbox_worker.locks import Locks
from inbox_worker.records import OutboxItem, OutboxState
from inbox_worker.store import Store, Tx

_LOG = log.logger(__name__)
REPLIES_FUSE = "replies"
STALE_CLAIM = timedelta(minutes=15)  # longer than any server may take to answer the final dot (RFC 5321 s.4.5.3.2.6)
MINUTE = timedelta(minutes=1)
_AT_A_TIME = 50  # messages of one mailbox: more would lie idle in this worker's hands
_TURN = "claim"  # transactions that claim take turns, so that together they keep to the limits
_WENT_OUT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.BOUNCED, OutboxState.UNKNOWN)
_ALERTS = (MessageKind.DISTRESS_ALERT, MessageKind.ALERT)
_TO_STAFF = tuple(kind for kind in MessageKind if kind not in (*_ALERTS, MessageKind.REPLY))


class Claims:
    """Reserves messages for one worker."""

    def __init__(
        self,
        store: Store,
        *,
        worker: str,
        locks: Locks,
        replies_an_hour: int,
        on_fuse: Callable[[Tx, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        """worker: unique among processes. on_fuse: queues the alert that all replies have stopped."""
        self._store = store
        self._worker = worker
        self._locks = locks
        self._replies_an_hour = replies_an_hour
        self._on_fuse = on_fuse
        self._clock = clock

    def release_stale(self) -> None:
        """Take back what a worker claimed that is gone: at once where its lock shows that, else after a while."""
        with self._store.reading() as view:
            claimants = view.claimants()
        if not claimants:  # as mostly: nothing to write
            return
        gone = [name for name in claimants if not self._locks.alive(name)]
        with self._store.transaction() as tx:
            released = [tx.release_claims_of(name) for name in gone]
            released.append(tx.release_stale_claims(self._clock(), STALE_CLAIM))
        for number in (number for each in released for number in each.unknown):
            _LOG.warning("outcome unknown", message=number, code="STALE_CLAIM")

    def take(self, mailboxes: Iterable[tuple[str, int | None]]) -> dict[str, tuple[OutboxItem, ...]]:
        """Reserve what may go out now of each mailbox, the longest due first. mailboxes: name, limit of a minute.

        Replies only while their fuse holds. What is over the limit waits: a later call takes it.
        """
        found: dict[str, tuple[OutboxItem, ...]] = {}
        with self._store.transaction() as tx:
            tx.serialise(_TURN)
            now = self._clock()  # not before: what others did while this one waited would be of the future
            left = self._replies_left(tx, now)  # first: it may queue an alert for the team
            for name, limit in mailboxes:
                most = _AT_A_TIME
                if limit is not None:
                    most = min(most, limit - tx.submitted(name, now - MINUTE, now))
                found[name] = self._take(tx, name, most, left, now)
                left -= sum(item.kind is MessageKind.REPLY for item in found[name])
        return found

    def _take(self, tx: Tx, mailbox: str, most: int, replies: int, now: datetime) -> tuple[OutboxItem, ...]:
        """Alerts go first; applicants and staff share what is left, so that neither waits for all of the other."""
        alerts = self._claim(tx, mailbox, most, _ALERTS, now)
        most -= len(alerts)
        answers = self._claim(tx, mailbox, min(replies, (most + 1) // 2), (MessageKind.REPLY,), now)
        staff = self._claim(tx, mailbox, most - len(answers), _TO_STAFF, now)
        shared = sorted((*answers, *staff), key=lambda item: (item.next_try_at, item.id))
        return (*alerts, *shared)

    def _claim(
        self, tx: Tx, mailbox: str, most: int, kinds: tuple[MessageKind, ...], now: datetime
    ) -> tuple[OutboxItem, ...]:
        return tx.claim(now, self._worker, most, kinds=kinds, mailboxes=[mailbox]) if most > 0 else ()

    def _replies_left(self, tx: Tx, now: datetime) -> int:
        """Return how many replies may still go out this hour; trip the fuse where more are due than may."""
        if any(fuse.name == REPLIES_FUSE for fuse in tx.tripped()):
            return 0
        # In this order: what another worker hands over in between counts twice, not never.
        claimed = tx.claimed(MessageKind.REPLY)
        left = self._replies_an_hour - claimed - tx.sent_since(now - timedelta(hours=1), _WENT_OUT)
        if left <= 0 and tx.due(now, MessageKind.REPLY) and tx.trip(REPLIES_FUSE, "BREAK", now):
            _LOG.error("fuse tripped", fuse=REPLIES_FUSE, limit=self._replies_an_hour)
            self._on_fuse(tx, now)
        return left
