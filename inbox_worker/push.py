"""Listens for new mail where a mailbox says `push: true`, and wakes its poll; the poll finds the mail, with or without.

Each such mailbox has a thread with a connection of its own. Whenever the server begins to tell, one poll is woken: it
finds what came before, and of what comes later the server tells. So nothing is missed, whatever becomes of a
connection, and what goes wrong here costs no more than the wait for the next poll of the schedule.
"""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from inbox_worker import log
from inbox_worker.assembly import Box, Service, imap_config
from inbox_worker.core.retry import next_listening
from inbox_worker.errors import InboxWorkerError, StoreError
from inbox_worker.imap_idle import IdleConnection, NoIdle, Told
from inbox_worker.records import push_lease

_LOG = log.logger(__name__)
RENEW = timedelta(minutes=9)  # RFC 2177 asks for less than 29; what lies between may forget a connection after 10
_MARGIN = timedelta(minutes=2)  # how late a renewal may be before `status` gives a listener up
_LOOK = 5.0  # seconds: how soon a listener notices that another worker has the mailbox
_FREE = 1.0  # seconds: the same for a mailbox that becomes ours
_LASTED = 60.0  # seconds: a connection that ends after so long is no failure that adds to those before
_GOODBYE = 10.0  # seconds that ending may take


@contextlib.contextmanager
def listening(service: Service, wake: Callable[[Box], None]) -> Iterator[None]:
    """Listen on every mailbox with `push: true` within the block. wake: has a mailbox polled at once."""
    listeners = [Listener(service, box, wake) for box in service.boxes if box.section.push]
    for each in listeners:
        each.start()
    try:
        yield
    finally:
        for each in listeners:
            each.stop()
        end = time.monotonic() + _GOODBYE
        for each in listeners:
            each.join(max(0.0, end - time.monotonic()))


class Listener:
    """Listens on one mailbox, in a thread of its own, while this worker holds the mailbox's lock."""

    def __init__(self, service: Service, box: Box, wake: Callable[[Box], None]) -> None:
        self._service = service
        self._box = box
        self._wake = wake
        self._name = box.section.name
        self._thread = threading.Thread(target=self._run, name=f"push {self._name}", daemon=True)
        self._stopped = threading.Event()
        self._interrupt, self._interrupted = socket.socketpair()
        self._failed = 0  # connections in a row that did not last
        self._since: float | None = None  # when the server accepted, by the monotonic clock

    def start(self) -> None:
        """Listen until `stop`, or until it is clear that the server never tells."""
        self._thread.start()

    def stop(self) -> None:
        """Have the listener end soon; `join` waits for it."""
        self._stopped.set()
        self._interrupt.close()  # which the other end can read

    def join(self, seconds: float) -> None:
        """Wait until the listener has ended, so long at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        with self._interrupted:
            self._listen_again_and_again()

    def _listen_again_and_again(self) -> None:
        while not self._stopped.is_set():
            if not self._ours:
                self._stopped.wait(_FREE)
                continue
            try:
                self._listen()
            except NoIdle:
                _LOG.warning("server offers no IDLE; polls go on", mailbox=self._name)
                break
            except InboxWorkerError as error:
                self._again_later(type(error).__name__)
            except Exception as error:  # its text may quote the server
                _LOG.error("fault of the program", mailbox=self._name, error=type(error).__name__, at=log.place(error))
                self._again_later(type(error).__name__)

    @property
    def _ours(self) -> bool:
        """Tell whether it is this worker that reads the mailbox."""
        return self._service.locks.holds(self._name)

    def _listen(self) -> None:
        """Listen on one connection until it breaks, the mailbox is another's, or `stop`."""
        self._since = None
        connection = IdleConnection(imap_config(self._box.section))
        polite = False
        try:
            while self._ours and not self._stopped.is_set():
                connection.begin()
                self._begun()
                self._until_renewal(connection)
                if not self._stopped.is_set():
                    connection.end()
            polite = True
        finally:
            connection.close(politely=polite)
            self._ended()

    def _until_renewal(self, connection: IdleConnection) -> None:
        end = time.monotonic() + RENEW.total_seconds()
        while self._ours and not self._stopped.is_set() and (left := end - time.monotonic()) > 0:
            told = connection.wait(min(left, _LOOK), self._interrupted.fileno())
            if told is Told.NEW_MAIL:
                self._wake(self._box)
            elif told is Told.UNSURE:
                return

    def _begun(self) -> None:
        """Poll once for what came before the server told, and write down that it tells."""
        self._wake(self._box)
        if self._since is None:
            self._since = time.monotonic()
            _LOG.info("listens for new mail", mailbox=self._name)
        now = self._service.clock()
        with contextlib.suppress(StoreError), self._service.store.transaction() as tx:  # for people to read, no more
            tx.renew_lease(push_lease(self._name), self._service.worker, at=now, until=now + RENEW + _MARGIN)

    def _ended(self) -> None:
        if self._since is not None:
            with contextlib.suppress(StoreError), self._service.store.transaction() as tx:
                tx.drop_lease(push_lease(self._name), self._service.worker)

    def _again_later(self, error: str) -> None:
        lasted = self._since is not None and time.monotonic() - self._since > _LASTED
        self._failed = 1 if lasted else self._failed + 1
        pause = next_listening(self._failed, random.random())  # noqa: S311
        # Servers end sessions as a matter of course; Microsoft 365 does so every hour.
        say = _LOG.warning if self._failed > 1 else _LOG.info
        say(
            "listens no more for now; polls go on",
            mailbox=self._name,
            error=error,
            tries=self._failed,
            seconds=round(pause.total_seconds()),
        )
        self._stopped.wait(pause.total_seconds())
