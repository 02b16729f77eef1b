"""Job: store -> smtp -> store. Sends what is due, each message at most once, and stops where a person must look."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inbox_worker import checkpoints, log
from inbox_worker.conversation import acknowledged
from inbox_worker.core.effects import MessageKind
from inbox_worker.core.retry import next_connection, next_try
from inbox_worker.errors import InboxWorkerError, SendError, SubmissionRefused
from inbox_worker.locks import Locks
from inbox_worker.records import OutboxItem, OutboxState, Outgoing
from inbox_worker.smtp import Refused, Result, Sent, SmtpSender, TryLater, Unknown
from inbox_worker.store import Store, Tx

_LOG = log.logger(__name__)
REPLIES_FUSE = "replies"
STALE_CLAIM = timedelta(minutes=15)  # longer than any server may take to answer the final dot (RFC 5321 s.4.5.3.2.6)
_AT_A_TIME = 20
_TURN = "claim"  # transactions that claim take turns, so that together they keep to the limit of an hour
_WENT_OUT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.BOUNCED, OutboxState.UNKNOWN)
_TO_STAFF = tuple(kind for kind in MessageKind if kind is not MessageKind.REPLY)


@dataclass(frozen=True, slots=True)
class Route:
    """How the messages of one mailbox go out."""

    envelope_from: str
    sender: SmtpSender


@dataclass(slots=True)
class Pause:
    """A mailbox whose server cannot be used for now."""

    failed: int
    until: datetime


@dataclass(slots=True)
class Delivery:
    """What one pass over the outbox came to."""

    results: Counter[str] = field(default_factory=Counter)  # "sent", "later", "refused", "unknown"
    stopped: str | None = None  # why nothing more is sent: a code


class Outbox:
    """Sends the messages of every mailbox."""

    def __init__(
        self,
        store: Store,
        routes: Mapping[str, Route],
        *,
        worker: str,
        locks: Locks,
        replies_an_hour: int,
        on_fuse: Callable[[Tx, datetime], None],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        """worker: unique among processes. on_fuse: queues the alert that all replies have stopped."""
        self._store = store
        self._routes = routes
        self._worker = worker
        self._locks = locks
        self._replies_an_hour = replies_an_hour
        self._on_fuse = on_fuse
        self._clock = clock
        self._jitter = jitter
        self._paused: dict[str, Pause] = {}

    def deliver(self, stop: Callable[[], bool] = lambda: False) -> Delivery:
        """Send every message that is due. `stop` is asked between messages.

        Raises StoreError; a message in hand then becomes `unknown` after a while, never sent twice.
        """
        result = Delivery()
        self._release_stale()
        while not stop():
            items = self._claim()
            checkpoints.reached("outbox.claimed")
            if not items:
                break
            for number, item in enumerate(items):
                if stop() or not self._one(item, result):
                    self._put_back(items[number:])
                    break
        for route in self._routes.values():
            route.sender.close()
        return result

    def _release_stale(self) -> None:
        """Take back what a worker claimed that is gone: at once where its lock shows that, else after a while."""
        with self._store.reading() as view:
            gone = [name for name in view.claimants() if not self._locks.alive(name)]
        with self._store.transaction() as tx:
            released = [tx.release_claims_of(name) for name in gone]
            released.append(tx.release_stale_claims(self._clock(), STALE_CLAIM))
        for number in (number for each in released for number in each.unknown):
            _LOG.warning("outcome unknown", message=number, code="STALE_CLAIM")

    def _claim(self) -> tuple[OutboxItem, ...]:
        """Reserve what may go out now: replies only while their fuse holds, nothing of a mailbox that is paused."""
        now = self._clock()
        open_routes = [name for name in self._routes if name not in self._paused or self._paused[name].until <= now]
        if not open_routes:
            return ()
        with self._store.transaction() as tx:
            tx.serialise(_TURN)
            left = self._replies_left(tx, now)  # first: it may queue an alert for the team
            staff = tx.claim(now, self._worker, _AT_A_TIME, kinds=_TO_STAFF, mailboxes=open_routes)
            if left <= 0:
                return staff
            most = min(left, _AT_A_TIME)
            replies = tx.claim(now, self._worker, most, kinds=(MessageKind.REPLY,), mailboxes=open_routes)
            return (*staff, *replies)

    def _replies_left(self, tx: Tx, now: datetime) -> int:
        """Return how many replies may still go out this hour; trip the fuse where more are due than may."""
        if any(fuse.name == REPLIES_FUSE for fuse in tx.tripped()):
            return 0
        out = tx.sent_since(now - timedelta(hours=1), _WENT_OUT) + tx.claimed(MessageKind.REPLY)
        left = self._replies_an_hour - out
        if left <= 0 and tx.due(now, MessageKind.REPLY) and tx.trip(REPLIES_FUSE, "BREAK", now):
            _LOG.error("fuse tripped", fuse=REPLIES_FUSE, limit=self._replies_an_hour)
            self._on_fuse(tx, now)
        return left

    def _one(self, item: OutboxItem, result: Delivery) -> bool:
        """Send one message; return False where the rest must wait."""
        route = self._routes[item.mailbox]
        handed = self._handed_over(item)
        if not handed:
            return True
        checkpoints.reached("outbox.handed_over")
        try:
            answer = self._sent(route, handed[0])
        except SubmissionRefused as error:
            # A fault of the configuration: no try is counted, nothing is lost, a person must mend it.
            _LOG.error("submission refused", mailbox=item.mailbox, error=type(error).__name__)
            result.stopped = "SUBMISSION_REFUSED"
            self._server_down(item)
            return False
        if isinstance(answer, TryLater) and answer.connection:
            result.stopped = "SERVER_DOWN"
            self._server_down(item)
            return False
        self._paused.pop(item.mailbox, None)
        result.results[self._record(handed[0], answer)] += 1
        return True

    def _handed_over(self, item: OutboxItem) -> tuple[Outgoing, ...]:
        """Make a claimed message ours to send; nothing where it was cancelled, or where its row cannot be read.

        Such a row stays claimed, so that the others go on, and shows as a message that waits too long.
        """
        try:
            with self._store.transaction() as tx:
                return tx.hand_over([item.id], self._worker, self._clock())
        except InboxWorkerError:
            raise
        except Exception as error:
            _LOG.error("message not readable", message=item.id, error=type(error).__name__, at=log.place(error))
            return ()

    def _sent(self, route: Route, outgoing: Outgoing) -> Result:
        """Hand a message over. A fault of ours on the way leaves its fate unknown, and the others go on."""
        try:
            return route.sender.send(route.envelope_from, outgoing.item.recipient, outgoing.content)
        except SendError:
            raise
        except Exception as error:
            _LOG.error("message not sent", message=outgoing.item.id, error=type(error).__name__, at=log.place(error))
            route.sender.close()
            return Unknown()

    def _server_down(self, item: OutboxItem) -> None:
        self._put_back((item,))
        failed = self._paused[item.mailbox].failed + 1 if item.mailbox in self._paused else 1
        until = next_connection(failed, self._clock(), self._jitter())
        self._paused[item.mailbox] = Pause(failed, until)
        _LOG.warning("submission server not usable", mailbox=item.mailbox, tries=failed, next_try=until.isoformat())

    def _put_back(self, items: tuple[OutboxItem, ...]) -> None:
        with self._store.transaction() as tx:
            tx.put_back([item.id for item in items], self._worker)

    def _record(self, outgoing: Outgoing, answer: Result) -> str:
        """Store what became of a message; return the word for it."""
        item, now = outgoing.item, self._clock()
        with self._store.transaction() as tx:
            if isinstance(answer, Sent):
                tx.sent(item.id, self._worker, now, code=answer.code, status=answer.status)
                acknowledged(tx, item, now)
                word = "sent"
            elif isinstance(answer, TryLater):
                word = self._later(tx, item, answer, now)
            elif isinstance(answer, Refused):
                tx.refused(item.id, self._worker, now, code=answer.code, status=answer.status)
                word = "refused"
            else:
                tx.unknown(item.id, self._worker)
                word = "unknown"
            checkpoints.reached("outbox.settled")
        checkpoints.reached("outbox.recorded")
        level = _LOG.info if word == "sent" else _LOG.warning
        level("message", message=item.id, template=item.template, state=word, code=answer.code, tries=item.tries)
        return word

    def _later(self, tx: Tx, item: OutboxItem, answer: TryLater, now: datetime) -> str:
        again = next_try(item.queued_at, item.tries + 1, now, self._jitter())
        if again is None:
            tx.refused(item.id, self._worker, now, code=answer.code, status=answer.status)
            return "refused"
        tx.try_later(item.id, self._worker, again, code=answer.code, status=answer.status)
        return "later"
