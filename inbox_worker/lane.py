"""One connection to a submission server in a thread of its own: messages in, what became of each out."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue

from inbox_worker import log
from inbox_worker.core.dispatch import FIRST_WINDOW, Matter, Room, matter, wider
from inbox_worker.errors import SubmissionRefused
from inbox_worker.records import OutboxItem, Outgoing
from inbox_worker.smtp import Result, SmtpSender, Submission, TryLater, Unknown

_LOG = log.logger(__name__)
BEGIN_WITHIN = 300.0  # seconds after it was handed over: well before others take it for lost (claims.STALE_CLAIM)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one message."""

    lane: "Lane"
    outgoing: Outgoing
    answer: Result | SubmissionRefused | None  # None: not begun, and safe to give to another

    @property
    def broken(self) -> bool:
        """Tell whether the connection is of no more use: this message and what lies behind it were not sent."""
        return isinstance(self.answer, SubmissionRefused) or (
            isinstance(self.answer, TryLater) and self.answer.connection
        )


class Lane:
    """A connection and what it has in hand. One thread gives and takes back, the lane's own sends."""

    def __init__(
        self,
        envelope_from: str,
        connect: Callable[[], SmtpSender],
        done: "SimpleQueue[Done]",
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """connect: returns a sender that connects at its first message. elapsed: seconds."""
        self.window = FIRST_WINDOW
        self.in_hand: dict[int, Outgoing] = {}  # given, and neither done nor taken back; for the giving thread alone
        self._envelope_from = envelope_from
        self._sender = connect()
        self._done = done
        self._elapsed = elapsed
        self._stock: deque[tuple[float, Outgoing]] = deque()
        self._ahead: Outgoing | None = None  # the server has been told of it: it is the next
        self._ending = False
        self._changed = threading.Condition()
        self._idle = False  # nothing to send, though there has been
        self._thread = threading.Thread(target=self._work, name="smtp", daemon=True)
        self._thread.start()

    @property
    def room(self) -> Room:
        """Return what the lane can still take."""
        return Room(self.free, frozenset(matter_of(each.item) for each in self.in_hand.values()))

    @property
    def free(self) -> int:
        """Return how many messages more the lane can take."""
        return max(0, self.window - len(self.in_hand))

    @property
    def wants(self) -> bool:
        """Tell whether it is time to give more."""
        return len(self.in_hand) <= self.window // 2

    def give(self, messages: Iterable[Outgoing]) -> None:
        """Put messages behind those in hand."""
        given = list(messages)
        if not given:
            return
        self.in_hand |= {each.item.id: each for each in given}
        with self._changed:
            if self._idle:  # it stood still while these were being committed
                self.window = wider(self.window)
                self._idle = False
            self._stock.extend((self._elapsed(), each) for each in given)
            self._changed.notify()

    def finished(self, done: Done) -> None:
        """Count a message as done."""
        self.in_hand.pop(done.outgoing.item.id, None)

    def withdraw(self, *, broken: bool = False) -> tuple[Outgoing, ...]:
        """Take back what is not begun. broken: also what was announced, since the connection has ended."""
        with self._changed:
            taken = [each for _, each in self._stock]
            self._stock.clear()
            if broken and self._ahead is not None:
                taken.insert(0, self._ahead)
                self._ahead = None
        for each in taken:
            del self.in_hand[each.item.id]
        return tuple(taken)

    def end(self) -> None:
        """End the connection when what was begun is done."""
        with self._changed:
            self._ending = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until the connection has ended."""
        self._thread.join()

    def _work(self) -> None:
        while (outgoing := self._next()) is not None:
            done = self._sent(outgoing)
            if done.broken:
                self._close_sender()
                self._done.put(done)
                return
            with self._changed:
                self._idle = not self._stock and self._ahead is None
            self._done.put(done)
        self._close_sender()

    def _next(self) -> Outgoing | None:
        """Wait for a message; None: no more come."""
        while True:
            with self._changed:
                if self._ahead is not None:
                    outgoing, self._ahead = self._ahead, None
                    return outgoing
                self._changed.wait_for(lambda: self._stock or self._ending)
                if not self._stock:
                    return None
                given, outgoing = self._stock[0]
                if self._elapsed() - given <= BEGIN_WITHIN:
                    self._stock.popleft()
                    return outgoing
                stale = [each for _, each in self._stock]  # all of it: none may overtake another
                self._stock.clear()
            for each in stale:
                self._done.put(Done(self, each, None))

    def _following(self) -> Submission | None:
        """Return the message that will be next, for its announcement; from now on it is begun.

        Asked again for the same message, where that is tried a second time, it is the same one.
        """
        with self._changed:
            if self._ahead is not None:
                return self._announced(self._ahead)
            if not self._stock or self._elapsed() - self._stock[0][0] > BEGIN_WITHIN:
                return None
            _, self._ahead = self._stock.popleft()
            return self._announced(self._ahead)

    def _announced(self, outgoing: Outgoing) -> Submission:
        return Submission(self._envelope_from, outgoing.item.recipient, outgoing.content)

    def _sent(self, outgoing: Outgoing) -> Done:
        """Hand a message over. A fault of ours on the way leaves its fate unknown, and the others go on."""
        answer: Result | SubmissionRefused
        try:
            answer = self._sender.send(self._envelope_from, outgoing.item.recipient, outgoing.content, self._following)
        except SubmissionRefused as error:
            answer = error
        except Exception as error:
            _LOG.error("message not sent", message=outgoing.item.id, error=type(error).__name__, at=log.place(error))
            answer = Unknown()
            self._close_sender()
        return Done(self, outgoing, answer)

    def _close_sender(self) -> None:
        """End the connection; a fault of ours on the way must not keep from the pass what became of its messages."""
        try:
            self._sender.close()
        except Exception as error:
            _LOG.error("connection not closed", error=type(error).__name__, at=log.place(error))


def matter_of(item: OutboxItem) -> Matter:
    """Return what a message shares with those that it must not overtake."""
    return matter(item.kind, item.recipient, item.application, item.ledger_id)
