"""When it is this worker's turn to poll a mailbox: one worker at a time, and less often while its server fails."""

import random
import threading
from datetime import datetime

from inbox_worker import log
from inbox_worker.assembly import Service
from inbox_worker.core.retry import next_connection
from inbox_worker.errors import Busy, MailboxError

_LOG = log.logger(__name__)


class Turn:
    """The turn of one mailbox."""

    def __init__(self, mailbox: str, service: Service) -> None:
        self.mailbox = mailbox
        self.polling = threading.Lock()  # held while it is polled: never twice at a time in this process
        self.waiting = False  # another worker reads the mailbox
        self._service = service
        self._failures = 0  # in a row
        self._again: datetime | None = None  # when to try again after them

    def take(self) -> bool:
        """Take the lock of the mailbox, and say aloud when this worker begins or ends to wait for it."""
        taken = self._service.locks.take(self.mailbox)
        if taken and self.waiting:
            _LOG.warning("this worker takes over", mailbox=self.mailbox)
        elif not taken and not self.waiting:
            _LOG.warning("another worker reads this mailbox; this one waits", mailbox=self.mailbox)
        self.waiting = not taken
        return taken

    def holder(self) -> str:
        """Return the worker that reads the mailbox, in brackets behind a space; "" where none is on record."""
        with self._service.store.reading() as view:
            holder = next((lease.holder for lease in view.leases() if lease.name == self.mailbox), None)
        return f" ({holder})" if holder else ""

    def due(self) -> bool:
        """Tell whether to poll now: no other worker does, and the server has been given its time after a failure."""
        return not self.waiting and (self._again is None or self._service.clock() >= self._again)

    def ended(self, error: Exception | None) -> None:
        """Note how a poll ended. Back off from a server that fails; many workers do not come back all at once."""
        if error is None or isinstance(error, Busy):
            self._failures, self._again = 0, None
            return
        self._failures += 1
        now = self._service.clock()
        quiet = isinstance(error, MailboxError) and self._failures > 1  # one broken connection is no reason to wait
        self._again = next_connection(self._failures - 1, now, random.random()) if quiet else now  # noqa: S311
