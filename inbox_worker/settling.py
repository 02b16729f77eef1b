"""What became of messages -> the database: many in one transaction, each alone where one cannot be stored."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from inbox_worker import checkpoints, log
from inbox_worker.conversation import acknowledged
from inbox_worker.core.retry import next_try
from inbox_worker.errors import InboxWorkerError, Unstorable
from inbox_worker.records import OutboxItem, Outgoing
from inbox_worker.smtp import Refused, Result, Sent, TryLater
from inbox_worker.store import Store, Tx

_LOG = log.logger(__name__)
_PUT_BACK = "put back"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The server's word on one message; None: it was not begun."""

    item: OutboxItem
    answer: Result | None


class Settlement:
    """Stores outcomes and hands messages over, in one transaction."""

    def __init__(self, store: Store, worker: str, clock: Callable[[], datetime], jitter: Callable[[], float]) -> None:
        self._store = store
        self._worker = worker
        self._clock = clock
        self._jitter = jitter

    def turn(
        self, outcomes: Sequence[Outcome], ids: Sequence[int] = (), back: Sequence[int] = ()
    ) -> tuple[Counter[str], tuple[Outgoing, ...]]:
        """Store `outcomes` and hand over the messages `ids`; return what became of how many, and the messages.

        back: ids of messages that were handed over and not begun; they stay claimed, and may be among `ids`.
        Left out of the messages is what is not ours to send any more. Raises StoreError; nothing is stored then.
        """
        if not outcomes and not ids and not back:
            return Counter(), ()
        try:
            with self._store.transaction() as tx:
                words = [self._settle(tx, outcome) for outcome in outcomes]
                tx.hand_back(back, self._worker)
                handed = tx.hand_over(ids, self._worker, self._clock()) if ids else ()
                if outcomes:
                    checkpoints.reached("outbox.settled")
        except Unstorable:
            return self._singly(outcomes, ids, back)
        except InboxWorkerError:
            raise
        except Exception:  # one row that cannot be read or changed must not stop the others
            return self._singly(outcomes, ids, back)
        if outcomes:
            checkpoints.reached("outbox.recorded")
        if handed:
            checkpoints.reached("outbox.handed_over")
        for outcome, word in zip(outcomes, words, strict=True):
            _tell(outcome, word)
        return Counter(word for word in words if word != _PUT_BACK), handed

    def _singly(
        self, outcomes: Iterable[Outcome], ids: Iterable[int], back: Sequence[int]
    ) -> tuple[Counter[str], tuple[Outgoing, ...]]:
        """Do the same with a transaction for each message.

        One that cannot be handed over stays claimed and shows as a message that waits too long; one whose outcome
        cannot be stored becomes `unknown` after a while.
        """
        words, handed = Counter[str](), list[Outgoing]()
        for outcome in outcomes:
            with _alone(outcome.item.id):
                with self._store.transaction() as tx:
                    word = self._settle(tx, outcome)
                if word != _PUT_BACK:
                    words[word] += 1
                _tell(outcome, word)
        with self._store.transaction() as tx:
            tx.hand_back(back, self._worker)
        for number in ids:
            with _alone(number), self._store.transaction() as tx:
                handed += tx.hand_over([number], self._worker, self._clock())
        return words, tuple(handed)

    def _settle(self, tx: Tx, outcome: Outcome) -> str:
        item, answer, now = outcome.item, outcome.answer, self._clock()
        if answer is None:
            tx.put_back([item.id], self._worker)
            return _PUT_BACK
        if isinstance(answer, Sent):
            tx.sent(item.id, self._worker, now, code=answer.code, status=answer.status)
            acknowledged(tx, item, now)
            return "sent"
        if isinstance(answer, TryLater):
            again = next_try(item.queued_at, item.tries + 1, now, self._jitter())
            if again is not None:
                tx.try_later(item.id, self._worker, again, code=answer.code, status=answer.status)
                return "later"
        if isinstance(answer, TryLater | Refused):
            tx.refused(item.id, self._worker, now, code=answer.code, status=answer.status)
            return "refused"
        tx.unknown(item.id, self._worker)
        return "unknown"


@contextmanager
def _alone(number: int) -> Iterator[None]:
    """Let a fault of one message stop no other. Raises StoreError where it is the database's."""
    try:
        yield
    except InboxWorkerError as error:
        if not isinstance(error, Unstorable):
            raise
        _LOG.error("message not stored", message=number, error=type(error).__name__)
    except Exception as error:
        _LOG.error("message not readable", message=number, error=type(error).__name__, at=log.place(error))


def _tell(outcome: Outcome, word: str) -> None:
    item, answer = outcome.item, outcome.answer
    if answer is None:
        return
    level = _LOG.info if word == "sent" else _LOG.warning
    level("message", message=item.id, template=item.template, state=word, code=answer.code, tries=item.tries)
