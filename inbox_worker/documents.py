"""An attached form -> its text, in a process with limits.

`read_forms` decides by content which attachments a person would take for a form, and has each of them read by
`document_server`, a process of its own. Signature pictures, calendars, keys and nameless body parts are none;
winmail.dat and encrypted mail are reported by `core.build_document`.
"""

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import IO, Any

from inbox_worker.core.cleaning import body_text
from inbox_worker.core.document import FormText
from inbox_worker.core.mail import Attachment
from inbox_worker.formats.sniff import READABLE, Format, image_size, sniff


@dataclass(frozen=True, slots=True)
class Limits:
    """What one mail's attachments may cost."""

    files: int = 10  # forms of one mail that are read
    file_bytes: int = 10_000_000
    seconds: int = 15  # wall clock, one document
    cpu_seconds: int = 10
    memory_bytes: int = 1_000_000_000  # address space of the reading process, its libraries included


_NO_FORMS = re.compile(
    r"text/(?:calendar|x-vcard|vcard|directory|rfc822-headers|x-amp-html|css)|message/|multipart/|"
    r"application/(?:ics|pkcs7|x-pkcs7|pgp|pkix|ms-tnef|vnd\.ms-tnef|x-microsoft-rpmsg)"
)
_NO_FORM_NAMES = re.compile(r".*\.(?:ics|vcf|p7s|p7m|asc|sig|pem|cer|crt)|winmail\.dat|message\.rpmsg|version\.txt")
_PICTURE_NAMES = re.compile(r"(?:image|logo|icon|banner|outlook-|pastedgraphic|unnamed|signature|img_logo).*")
# A page that was photographed or scanned has many pixels both ways; a logo, a banner, an icon has not.
PAGE_PIXELS = 400
PAGE_BYTES = 20_000
UNMEASURED_BYTES = 100_000


def read_forms(attachments: tuple[Attachment, ...], limits: Limits | None = None) -> tuple[FormText, ...]:
    """Return the text, or the problem, of every attachment that may be a form, in order. Never raises.

    problem: PASSWORD, SCAN (a picture, or a PDF without text), CORRUPT, TOO_LARGE, UNSUPPORTED (no format that is read
    here, or the extra [documents] is not installed: see `missing_libraries`), TIMEOUT.
    """
    limits = limits or Limits()
    return tuple(_read(each, kind, number, limits) for number, (each, kind) in enumerate(_candidates(attachments)))


def missing_libraries() -> tuple[str, ...]:
    """Return what is missing of the extra [documents]: pypdf (reads .pdf), defusedxml (reads .docx and .odt)."""
    return tuple(name for name in ("pypdf", "defusedxml") if find_spec(name) is None)


def _candidates(attachments: tuple[Attachment, ...]) -> Iterator[tuple[Attachment, Format]]:
    for attachment in attachments:
        name = attachment.filename.lower()
        if _NO_FORMS.match(attachment.content_type) or _NO_FORM_NAMES.fullmatch(name) or not attachment.content:
            continue
        if not name and attachment.content_type.startswith(("text/plain", "text/html")):
            continue  # a further part of the body: core.build_document reads it
        kind = sniff(attachment.content)
        if kind is Format.TNEF or (kind is Format.IMAGE and not _is_page(attachment, name)):
            continue
        yield attachment, kind


def _is_page(attachment: Attachment, name: str) -> bool:
    """Could the picture be a form that was photographed or scanned? Decoration of a signature is not."""
    width, height = image_size(attachment.content)
    if not width:
        return len(attachment.content) >= UNMEASURED_BYTES
    decoration = attachment.inline and bool(_PICTURE_NAMES.match(name))
    enough = 2 * PAGE_PIXELS if decoration else PAGE_PIXELS
    return min(width, height) >= enough and len(attachment.content) >= PAGE_BYTES


def _read(attachment: Attachment, kind: Format, number: int, limits: Limits) -> FormText:
    name = attachment.filename or f"unnamed {number + 1}"
    problem = _problem(attachment, kind, number, limits)
    if problem:
        return FormText(name, (), problem)
    answer = _SERVER.ask(kind.value, attachment.content, limits)
    rows = tuple(tuple(_cell(cell) for cell in row) for row in answer.get("rows", ()))
    if "problem" not in answer and not any(any(row) for row in rows):
        return FormText(name, (), "CORRUPT" if kind is not Format.PDF else "SCAN")
    return FormText(name, rows, answer.get("problem"))


def _cell(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in body_text(text).strip().split("\n"))


def _problem(attachment: Attachment, kind: Format, number: int, limits: Limits) -> str | None:
    if kind is Format.IMAGE:
        return "SCAN"
    if kind is Format.PROTECTED:
        return "PASSWORD"
    if kind not in READABLE:
        return "UNSUPPORTED"
    if number >= limits.files or len(attachment.content) > limits.file_bytes:
        return "TOO_LARGE"
    return None


class _Server:
    """The reading process: started when first needed, again when it died. One document at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._limits: Limits | None = None
        self._lock = threading.Lock()

    def ask(self, kind: str, content: bytes, limits: Limits) -> dict[str, Any]:
        """Return {"rows": [[str]]} or {"problem": code}."""
        with self._lock:
            process = self._running(limits)
            watchdog = threading.Timer(limits.seconds + 5, process.kill)
            watchdog.daemon = True
            watchdog.start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(json.dumps({"format": kind, "size": len(content)}).encode() + b"\n")
                process.stdin.write(content)
                process.stdin.flush()
                answer = _received(process.stdout)
            except (OSError, ValueError):
                answer = None
            finally:
                watchdog.cancel()
            if answer is None:
                self._stop()
            return answer or {"problem": "TIMEOUT"}

    def _running(self, limits: Limits) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None or self._limits != limits:
            self._stop()
            command = [sys.executable, "-I", "-m", "inbox_worker.document_server"]
            numbers = (limits.seconds, limits.cpu_seconds, limits.memory_bytes)
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [*command, *map(str, numbers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,  # a Ctrl-C is for the worker, which then ends this process in order
            )
            self._limits = limits
        return self._process

    def close(self) -> None:
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """Leave the process to the worker that started it: this is a fork of that worker, and needs one of its own."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
            self._process = None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.wait()


def _received(source: IO[bytes]) -> dict[str, Any] | None:
    """Return the next answer of the server, or None at its end; `document_server` says how it is written."""
    line = source.readline(1_000)
    if not line:
        return None
    size = json.loads(line)["size"]
    content = source.read(size)
    return json.loads(content) if len(content) == size else None


_SERVER = _Server()
atexit.register(_SERVER.close)
os.register_at_fork(after_in_child=_SERVER.forget)
