"""Coverage-guided fuzzing: any bytes, through parse, build and read, raise nothing and get an answer in time.

`make fuzz SECONDS=60` (atheris, from the extra [fuzz]); the labelled mails are the seeds. What breaks it is written to
a file `crash-...`; `python -m tests.fuzz.fuzz_read FILE` runs that file again.
"""

import sys
import time
from datetime import UTC, datetime

import atheris

with atheris.instrument_imports(include=["inbox_worker.core", "inbox_worker.reader"]):
    from inbox_worker.assembly import readers
    from inbox_worker.config import load
    from inbox_worker.core.mail import MailId, RawMail
    from inbox_worker.core.reading import Known, Outcome, Reading, ReplyKind
    from inbox_worker.resources import file

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SLOW = 10.0  # seconds of processor time that no mail of a few kilobytes may take, instrumented
(_READER,) = readers(load(file("config.example.yaml"))).values()


def one_input(data: bytes) -> None:
    """Read one mail; raise where reading raises, takes too long, or contradicts itself."""
    begun = time.process_time()
    raw = RawMail(MailId("equality", "INBOX", 1, 1), data, NOW)
    content = _READER.content(raw)
    reading = _READER.read(content, Known(), NOW)
    check(reading)
    if time.process_time() - begun > SLOW:
        raise AssertionError("one mail took too long to read")


def check(reading: Reading) -> None:
    """Raise AssertionError for a reading that no mail may have."""
    if reading.reply is not ReplyKind.NONE and reading.decision.outcome is not Outcome.REPLY:
        raise AssertionError("a mail that is not to be answered has a reply")
    if any(not 0 <= value.confidence <= 1 for value in reading.form.values.values()):
        raise AssertionError("a confidence outside 0 to 1")


def main() -> None:
    """Fuzz as libFuzzer's arguments say."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
