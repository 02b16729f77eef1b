"""Reads every real mail beside the checkout as if it had come to the mailbox: a table of outcomes and times.

No mail may raise, none may be answered. Ends with 1 where one does or is, or where reading takes too long:
p99 over 50 ms, or one mail over 2 s of processor time. Ends with 2 where the mails are not there.
"""

import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from inbox_worker.assembly import readers
from inbox_worker.config import load
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.reading import Known, ReplyKind
from inbox_worker.resources import file

MAILS = Path(__file__).resolve().parent.parent.parent / "shared" / "real-mail" / "real-mail.tar.xz"
P99_MS, WORST_MS = 50.0, 2000.0


def main() -> int:
    """Print the table."""
    if not MAILS.exists():
        print(
            "nothing was read: the real mail is not part of this repository and is looked for beside the checkout, at "
            "../shared/real-mail/real-mail.tar.xz",
            file=sys.stderr,
        )
        return 2
    (reader,) = readers(load(file("config.example.yaml"))).values()
    now = datetime.now(UTC)
    times: list[float] = []
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    bad: list[str] = []
    slow: list[tuple[float, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(MAILS) as archive:
            archive.extractall(folder, filter="data")
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        for path in track(paths, description="reading", console=Console(stderr=True), transient=True):
            kind = path.parent.name
            start = time.process_time()
            try:
                content = reader.content(RawMail(MailId("equality", "INBOX", 1, 1), path.read_bytes(), now))
                reading = reader.read(content, Known(), now)
            except Exception as error:
                bad.append(f"{path.name}: {type(error).__name__}")
                continue
            times.append(1000 * (time.process_time() - start))
            slow.append((times[-1], path.name))
            outcomes[kind][reading.decision.outcome.value] += 1
            if reading.reply is not ReplyKind.NONE:
                bad.append(f"{path.name}: would be answered ({reading.reply.value})")
    code = _report(outcomes, sorted(times), bad)
    if "--slow" in sys.argv:
        print("\n".join(f"{ms:8.0f} ms  {name}" for ms, name in sorted(slow, reverse=True)[:30]))
    return code


def _report(outcomes: dict[str, Counter[str]], times: list[float], bad: list[str]) -> int:
    table = Table("collection", "mails", "skip", "hold", "reply", title="Real mail")
    for kind, counts in sorted(outcomes.items()):
        table.add_row(kind, str(counts.total()), *(str(counts[o]) for o in ("skip", "hold", "reply")))
    whole = sum(outcomes.values(), Counter())
    table.add_row("all", str(whole.total()), *(str(whole[o]) for o in ("skip", "hold", "reply")), style="bold")
    Console().print(table)
    p50, p99, worst = times[len(times) // 2], times[int(len(times) * 0.99)], times[-1]
    print(f"processor time a mail: median {p50:.1f} ms, p99 {p99:.1f} ms, worst {worst:.0f} ms")
    print(f"{len(bad)} exceptions or replies")
    print("\n".join(bad[:50]))
    return 1 if bad or p99 > P99_MS or worst > WORST_MS else 0


if __name__ == "__main__":
    sys.exit(main())
