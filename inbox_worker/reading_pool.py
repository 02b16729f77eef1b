"""Several reading processes side by side: mails are read at the same time, each in a process that it may end alone.

Every process has one mail in hand, so one that dies or takes too long costs that mail and no other. Results come as
futures, and whoever asked takes them in the order that suits it.
"""

import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from functools import cache
from queue import SimpleQueue

from inbox_worker.core.mail import RawMail
from inbox_worker.core.reading import Reading
from inbox_worker.reader import Content, Reader
from inbox_worker.reading_process import Closed, Limits, ReadingProcess

_WORTH_ANOTHER = 64  # mails that wait: to start a process (imports, patterns) takes as long as to read eighty
_PRESSED = 1.0  # seconds in which some mail always waited: worth another, too, where few large mails fill the memory

Read = tuple[Content, Reading]
_Task = tuple[Future[Read], Callable[[ReadingProcess], Read]]


class ReadingPool:
    """Reads mails in up to `processes` other processes, each started when there is enough to do. Thread-safe."""

    def __init__(self, limits: Limits, processes: int = 1, elapsed: Callable[[], float] = time.monotonic) -> None:
        """elapsed: seconds."""
        self._limits = limits
        self._most = processes
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._processes: list[ReadingProcess] = []
        self._lock = threading.Lock()
        self._elapsed = elapsed
        self._pressed_at: float | None = None  # since when there has always been a mail that waits

    def expect(self) -> None:
        """Have a process ready: mail is about to come."""
        with self._lock:
            if not self._processes:
                self._start()

    def submit(self, reader: Reader, raw: RawMail, now: datetime) -> Future[Read]:
        """Have a mail read as soon as a process is free, in the order of asking; see `ReadingProcess.read`.

        The future raises Unreadable where the mail cannot be read. Whoever submits bounds how much waits.
        """
        future: Future[Read] = Future()
        self._tasks.put((future, lambda process: process.read(reader, raw, now)))
        self.expect()
        with self._lock:
            self._start_another_if_worth_it()
        return future

    def read(self, reader: Reader, raw: RawMail, now: datetime) -> Read:
        """Return what `raw` holds and means; raises Unreadable. Waits for the mails that were submitted before."""
        return self.submit(reader, raw, now).result()

    def close(self) -> None:
        """End the processes. Mails that wait are not read: their futures are cancelled."""
        with self._lock:
            processes, self._processes = self._processes, []
            while not self._tasks.empty():
                task = self._tasks.get()
                if task is not None:
                    task[0].cancel()
            for _ in processes:
                self._tasks.put(None)
        for process in processes:
            process.close()

    def _start_another_if_worth_it(self) -> None:
        waiting, now = self._tasks.qsize(), self._elapsed()
        if not waiting:
            self._pressed_at = None
        elif self._pressed_at is None:
            self._pressed_at = now
        pressed = self._pressed_at is not None and now - self._pressed_at >= _PRESSED
        # No process: the pool is closed, and what waits are the words to end.
        if 0 < len(self._processes) < self._most and (pressed or waiting >= _WORTH_ANOTHER):
            self._pressed_at = None
            self._start()

    def _start(self) -> None:
        process = ReadingProcess(self._limits)
        self._processes.append(process)
        # A daemon: a program that ends waits for no mail that is being read.
        threading.Thread(target=self._work, args=(process,), name="reading", daemon=True).start()

    def _work(self, process: ReadingProcess) -> None:
        started = False
        with suppress(OSError, Closed):  # the first mail will tell; until it is ready, others can read what waits
            process.start()
        while (task := self._tasks.get()) is not None:
            with self._lock:
                self._start_another_if_worth_it()
            future, read = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(read(process))
            except BaseException as error:
                future.set_exception(error)
            if not started:  # what waited meanwhile waited for the start, and may be read in a moment
                started = True
                with self._lock:
                    self._pressed_at = None
            del task, future, read  # the mail is gone from memory while the next one is waited for
        process.close()


@cache
def shared(limits: Limits, processes: int) -> ReadingPool:
    """Return the reading processes of this program; they end with the program."""
    pool = ReadingPool(limits, processes)
    atexit.register(pool.close)
    return pool
