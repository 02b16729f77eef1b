"""Batches on their way: the next ones are fetched and read while the one in hand is read and recorded."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future

from inbox_worker.core.mail import RawMail
from inbox_worker.errors import MailboxError
from inbox_worker.imap import Batch
from inbox_worker.reading_pool import Read

_BATCHES = 3  # on their way at once: one to be recorded, one that is read, one that waits for it
_BYTES = 8_000_000  # nothing is fetched ahead while so much is in memory

_Underway = tuple[Batch, list[Future[Read]]]


class ReadingAhead:
    """Yields each batch, in order, with what was asked of its mails; asks about later ones in time.

    The first batch comes alone: the second is not fetched before the first is recorded. A connection that breaks at
    one and the same mail each time would otherwise keep the mails before it from being recorded, too.
    """

    def __init__(self, batches: Iterable[Batch], ask: Callable[[RawMail], Future[Read]]) -> None:
        """ask: has a mail read."""
        self._batches = iter(batches)
        self._ask = ask
        self._underway: deque[_Underway] = deque()
        self._most = 1
        self._ended = False
        self._failed: MailboxError | None = None

    def __iter__(self) -> Iterator[_Underway]:
        """Yield until the batches end. Raises MailboxError from fetching, after all that came before."""
        while True:
            self._look_ahead()
            if not self._underway:
                break
            yield self._underway.popleft()
            self._most = _BATCHES
        if self._failed is not None:
            raise self._failed

    def close(self) -> None:
        """Have nothing read any more that was not begun."""
        while self._underway:
            for future in self._underway.popleft()[1]:
                future.cancel()

    def _look_ahead(self) -> None:
        while not self._ended and len(self._underway) < self._most and self._bytes() < _BYTES:
            try:
                batch = next(self._batches, None)
            except MailboxError as error:
                batch, self._failed = None, error
            if batch is None:
                self._ended = True
            else:
                self._underway.append((batch, [self._ask(raw) for raw in batch.mails]))

    def _bytes(self) -> int:
        return sum(len(raw.content) for batch, _ in self._underway for raw in batch.mails)
