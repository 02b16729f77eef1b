"""Sending while a pass still reads: what a backlog causes goes out with it, not after it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")


class SendingAhead(Generic[R]):
    """Runs the outbox in a thread of its own whenever it is told that there is something to send.

    It begins when it is told that more is to come: a pass that is at its end sends by itself.
    """

    def __init__(self, deliver: Callable[[], R], failed: Callable[[R], bool]) -> None:
        """deliver: sends what is due and reports; never two at once. failed: after such a report no more is sent."""
        self._deliver = deliver
        self._failed = failed
        self._reports: list[R] = []
        self._told = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def tell(self, more: bool) -> None:
        """Say that there is something to send. more: whether the pass goes on to cause more."""
        self._told.set()
        if self._thread is None and more:
            self._thread = threading.Thread(target=self._work, name="sending ahead", daemon=True)
            self._thread.start()

    def end(self) -> list[R]:
        """Wait until what was begun is done; return the reports."""
        self._ended = True
        self._told.set()
        if self._thread is not None:
            self._thread.join()
        return self._reports

    def _work(self) -> None:
        while True:
            self._told.wait()
            self._told.clear()
            if self._ended:
                return
            report = self._deliver()
            self._reports.append(report)
            if self._failed(report):
                return
