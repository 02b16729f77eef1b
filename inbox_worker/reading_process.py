"""A mail is read in a process of its own: what kills it, or takes too long, costs that mail and nothing else.

`ReadingProcess` asks; `python -m inbox_worker.reading_process` answers. The process limits itself, so that it ends
even where the worker that asked is gone. Wire format, both ways: 8 bytes length, then a pickle; after a question, the
same way, the bytes of the mail as they are. Before the first question the process says that it is ready. The two ends
are the same program under the same account. What both have, or the worker seldom needs, does not travel, or stays
packed.
"""

import contextlib
import fcntl
import pickle
import resource
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

from inbox_worker import allocator
from inbox_worker.core.mail import Email, MailId, RawMail
from inbox_worker.core.reading import Known, Reading
from inbox_worker.reader import Content, Reader, load

TRIES = 2  # the first death may be the machine's fault, the second is the mail's
_LENGTH = struct.Struct(">Q")
_PIPE = 1_048_576  # bytes that the kernel holds (Linux): a mail is written at once, and both ends go on
_NOBODY = MailId("", "", 0, 0)  # what a mail says does not depend on where it lies
_Answer = tuple[Email, bytes, Reading]  # without its texts; the document, pickled; what it means
_READY = b"ready"
_FAULT = "fault"  # the answer for a mail on which the program raised: reading it again would raise again


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one mail may cost."""

    seconds: float = 60.0  # wall clock, its attached forms included
    memory_bytes: int = 2_000_000_000  # address space, the program itself included
    mails: int = 10_000  # that one process reads: it creeps up by a tenth of a MB a thousand, the next one begins anew


class Unreadable(Exception):
    """A mail cannot be read. `code`: TIMEOUT (it passed its time, twice) or ERROR."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Closed(Exception):
    """The process was ended by `ReadingProcess.close`; nothing is known about the mail."""


class ReadingProcess:
    """Reads mails in one other process, which starts with the first mail, where not before, and again after it died.

    For one thread; `close` may come from any.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._told: list[Reader] = []  # the readers that the process at hand knows, by their number
        self._left = limits.mails  # that the process at hand may still read
        self._closed = False

    def read(self, reader: Reader, raw: RawMail, now: datetime) -> tuple[Content, Reading]:
        """Return what `raw` holds, and what it means where nothing about it is on record.

        Raises Unreadable for a mail that killed the process or passed its limits in each of two tries, or on which
        the program raises; Closed where `close` came in between.
        """
        for _ in range(TRIES):
            answer, code = self._ask(reader, raw, now)
            if answer is not None:
                email, document, reading = answer
                return Content(raw, email, document), reading
        raise Unreadable(code)

    def start(self) -> None:
        """Wait until the process is ready for the first mail. Raises Closed, or OSError where it cannot be started."""
        self._running()

    def close(self) -> None:
        """End the process, if there is one, and start none any more."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()  # who waits for its answer clears up
            process.wait()

    def _ask(self, reader: Reader, raw: RawMail, now: datetime) -> tuple[_Answer | None, str]:
        process = self._running()
        known = next((number for number, each in enumerate(self._told) if each is reader), None)
        if known is None:
            self._told.append(reader)
        number = len(self._told) - 1 if known is None else known
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            question = (number, reader if known is None else None, raw.received, raw.flags, raw.junk, now)
            _send(process.stdin, pickle.dumps(question, pickle.HIGHEST_PROTOCOL), raw.content)
            answer = _receive(process.stdout)
        except OSError:
            answer = None
        if answer == _FAULT:
            raise Unreadable("ERROR")
        if isinstance(answer, tuple):
            self._left -= 1
            if self._left <= 0:
                process.stdin.close()  # it has nothing in hand, and ends
                self._end()
            return answer, ""
        died = self._end()
        return None, "TIMEOUT" if died == -signal.SIGALRM else "ERROR"

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            if self._closed:
                raise Closed
            limits = (str(self._limits.seconds), str(self._limits.memory_bytes))
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-I", "-m", "inbox_worker.reading_process", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote the mail
                start_new_session=True,  # a Ctrl-C is for the worker, which then ends this process in order
            )
            self._left = self._limits.mails
            _widen(self._process.stdin)
            _widen(self._process.stdout)
            if self._process.stdout is not None:
                _received(self._process.stdout)  # where it ends instead, the first question finds out
        return self._process

    def _end(self) -> int | None:
        """End the process; return how it ended where it had died by itself."""
        process, self._process, self._told = self._process, None, []
        if process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # it closed its end a moment ago: let the kernel say why
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return process.wait()


def serve(source: IO[bytes], sink: IO[bytes], seconds: float) -> None:
    """Answer until `source` ends. A mail that takes more than `seconds` ends the process by SIGALRM."""
    readers: dict[int, Reader] = {}
    while (asked := _receive(source)) is not None:
        number, reader, received, flags, junk, now = asked
        mail = RawMail(_NOBODY, _received(source), received, flags, junk)
        if reader is not None:
            readers[number] = reader
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(readers[number], mail, now)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(sink, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _answer(reader: Reader, raw: RawMail, now: datetime) -> _Answer | str:
    """Return what the mail holds and means. Its bytes stay here: whoever asked has them."""
    try:
        content = reader.content(raw)
        reading = reader.read(content, Known(), now)
        email = replace(content.email, plain=None, html=None)
        return email, pickle.dumps(content.document, pickle.HIGHEST_PROTOCOL), reading
    except MemoryError:  # the process may be what is at fault: it ends, and a new one tries again
        sys.exit(1)
    except Exception:  # a fault of ours, which a second try would meet again
        return _FAULT


def _widen(pipe: IO[bytes] | None) -> None:
    """Have the kernel hold a whole mail for the other end; where it may not, it takes more turns."""
    with contextlib.suppress(OSError):
        if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _send(pipe: IO[bytes], *blocks: bytes) -> None:
    """Write all blocks; at once where they are small, so that the other end wakes up once."""
    parts = [part for block in blocks for part in (_LENGTH.pack(len(block)), block)]
    together = sum(map(len, parts)) <= _PIPE
    for part in [b"".join(parts)] if together else parts:
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """Return the next value; None at the end, or where it is cut short."""
    data = _received(pipe)
    return pickle.loads(data) if data else None  # noqa: S301 - see the head of this module


def _received(pipe: IO[bytes]) -> bytes:
    """Return the next block; empty at the end, or where it is cut short."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return b""
    (length,) = _LENGTH.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else b""


def main() -> None:
    """Serve the worker that started this process, within limits of its own."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the mail
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    allocator.give_back()
    load()  # not in the time of the first mail
    _send(sys.stdout.buffer, _READY)
    serve(sys.stdin.buffer, sys.stdout.buffer, seconds)


if __name__ == "__main__":
    main()
