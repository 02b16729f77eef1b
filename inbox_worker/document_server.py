"""The process that reads attached forms: a server on its standard input and output that forks for every document.

Started by `documents` as `python -I -m inbox_worker.document_server`. All is imported once; a document is
then read in a fork of its own under limits on processor time, memory and wall-clock time, without files or sockets.

Wire format, both ways: a line of JSON with "size", the number of bytes that follow, then those bytes. Asked: {"format",
"size"} and the document. Answered: {"size"} and JSON {"rows": [[...]]} or {"problem": code}.
"""

import contextlib
import encodings
import gc
import json
import os
import pkgutil
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module

from inbox_worker.formats import MAX_CELL, MAX_ROWS, Row, Unreadable, docx, odt, pdf, rtf, text
from inbox_worker.formats.sniff import Format

READERS: dict[str, Callable[[bytes], list[Row]]] = {
    Format.DOCX.value: docx.read,
    Format.ODT.value: odt.read,
    Format.PDF.value: pdf.read,
    Format.RTF.value: rtf.read,
    Format.HTML.value: text.read_html,
    Format.TEXT.value: text.read,
}


def main() -> None:
    """Serve until standard input ends."""
    seconds, cpu_seconds, memory = (int(value) for value in sys.argv[1:4])
    _import_all()
    gc.freeze()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline(1_000):
        request = json.loads(line)
        answer = _in_fork(request["format"], source.read(request["size"]), seconds, cpu_seconds, memory)
        sink.write(json.dumps({"size": len(answer)}).encode() + b"\n" + answer)
        sink.flush()


def _import_all() -> None:
    """Import what a fork could no longer open: it has no file descriptors left."""
    for name in ("defusedxml.ElementTree", "defusedxml.common", "lxml.etree"):
        with contextlib.suppress(ImportError):
            import_module(name)
    with contextlib.suppress(ImportError):  # it imports its own modules late
        pypdf = import_module("pypdf")
        for module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
            with contextlib.suppress(ImportError):
                import_module(module.name)
    for module in pkgutil.iter_modules(encodings.__path__, "encodings."):
        with contextlib.suppress(ImportError):  # those of Windows
            import_module(module.name)


def _in_fork(kind: str, content: bytes, seconds: int, cpu_seconds: int, memory: int) -> bytes:
    """Return the answer of a fork that reads `content`, or a problem where it did not answer in time or died."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _limit(cpu_seconds, memory)
        with os.fdopen(writing, "wb") as sink:
            sink.write(_answer(kind, content))
        os._exit(0)
    os.close(writing)
    try:
        answer = _received(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
    if answer:
        return answer
    out_of_time = answer is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU)
    return _problem("TIMEOUT" if out_of_time else "CORRUPT")


def _limit(cpu_seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # no file, no socket, no name server
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _received(pipe: int, deadline: float) -> bytes | None:
    """Return all that comes through `pipe` until it ends, or None when `deadline` passes first."""
    pieces: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return None
        piece = os.read(pipe, 65_536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def _answer(kind: str, content: bytes) -> bytes:
    try:
        rows = READERS[kind](content)
    except Unreadable as problem:
        return _problem(problem.code)
    except MemoryError:
        return _problem("TOO_LARGE")
    except Exception:  # a damaged file finds the gaps of any reader
        return _problem("CORRUPT")
    return json.dumps({"rows": [[cell[:MAX_CELL] for cell in row] for row in rows[:MAX_ROWS]]}).encode()


def _problem(code: str) -> bytes:
    return json.dumps({"problem": code}).encode()


if __name__ == "__main__":
    main()
