"""`python -m bench`: measures the whole main job and writes what it found into docs/performance.md."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bench import parts
from bench.full_database import full_database
from bench.latency import latency
from bench.picture import picture
from bench.report import BEGIN, END, Results, markdown, summary
from bench.servers import Dovecot, sink

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
PARTS = ("throughput", "far", "poll", "latency", "start", "memory", "backlog", "rows")


def options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)} [default: all]")
    parser.add_argument("--mails", type=int, default=1000, help="in the mailbox for throughput [1000]")
    parser.add_argument("--backlog", type=int, default=20_000, help="mails for the memory over a backlog [20000]")
    parser.add_argument("--rounds", type=int, default=1, help="of throughput; medians count [1]")
    parser.add_argument("--far-mails", type=int, default=2000, help="in the far mailbox [2000]")
    parser.add_argument("--round-trip", type=float, default=20, help="ms to the far server [20]")
    parser.add_argument("--polls", default="1000,10000", help="sizes of the folders for the empty poll [1000,10000]")
    parser.add_argument("--deliveries", type=int, default=50, help="mails for the latency with push [50]")
    parser.add_argument("--large", default="24,50", help="MB of the large mails [24,50]")
    parser.add_argument("--rows", default="1000000,100000", help="mails, applications on record [1000000,100000]")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        help="another program: a name in bench/peers, or a script (prepare, run, count)",
    )
    parser.add_argument("--no-page", action="store_true", help="print alone; leave docs/performance.md as it is")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write the page."""
    asked = options()
    wanted = asked.parts.split(",")
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"--parts: no part {', '.join(sorted(unknown))}")
    if os.geteuid() != 0:
        sys.exit(
            "the private Dovecot opens each mailbox as another user: run this as root, in a container for instance"
        )
    os.environ["PYTHON"] = sys.executable
    # As after any installation: else whatever is run from sources would be compiled anew at each start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # so that the servers end too
    base = Path(tempfile.mkdtemp(prefix="inbox-worker-bench-"))
    base.chmod(0o755)
    try:
        with Dovecot(base) as dovecot, sink() as port:
            results = measured(asked, wanted, parts.Ground(base, dovecot, port))
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(markdown(results))
    print(summary(results))
    if not asked.no_page:
        write(results)


def measured(asked: argparse.Namespace, wanted: list[str], ground: parts.Ground) -> Results:
    """Run the parts that are wanted, one after the other."""
    results = Results(mails=asked.mails, load=os.getloadavg()[0], round_trip_ms=asked.round_trip)
    if "throughput" in wanted:
        say(f"throughput, {asked.mails} mails")
        results.throughput = parts.throughput(ground, asked.mails, asked.rounds, asked.peer)
    if "far" in wanted:
        say(f"a far server, {asked.far_mails} mails")
        results.far = parts.far(ground, asked.far_mails, asked.round_trip, asked.peer)
    if "poll" in wanted:
        for mails in map(int, asked.polls.split(",")):
            say(f"an empty poll, {mails} mails")
            results.polls.append(parts.empty_poll(ground, mails, dict(os.environ)))
    if "latency" in wanted:
        say(f"latency with push, {asked.deliveries} mails")
        results.latencies = latency(ground, asked.deliveries)
    measure_footprint(asked, wanted, ground, results)
    return results


def measure_footprint(asked: argparse.Namespace, wanted: list[str], ground: parts.Ground, results: Results) -> None:
    """Add what the service takes: start-up, memory, and a database that has grown."""
    if "start" in wanted:
        say("start-up")
        results.starts = starts(ground)
    if "memory" in wanted:
        for megabytes in map(int, asked.large.split(",")):
            say(f"one mail of {megabytes} MB")
            results.large.append((megabytes, parts.large_mail(ground, megabytes)))
    if "backlog" in wanted:
        say(f"a backlog of {asked.backlog} mails")
        results.backlog = parts.backlog(ground, asked.backlog)
    if "rows" in wanted:
        mails, applications = map(int, asked.rows.split(","))
        say(f"{mails} mails and {applications} applications on record")
        results.full = full_database(ground.base, mails, applications, say)


def starts(ground: parts.Ground) -> list[parts.Start]:
    """Measure `--help`, and `once` on an empty folder."""
    parts.empty_poll(ground, 0, dict(os.environ))
    folder = ground.base / "runs" / "poll0"
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8").splitlines()
    ports = [number for number, line in enumerate(text) if line.strip().startswith("port:")]
    text[ports[0]] = text[ports[0]].partition(":")[0] + f": {ground.dovecot.port}"  # the relay is gone
    config.write_text("\n".join(text), encoding="utf-8")
    return [parts.start_up(["--help"], 5), parts.start_up(["once", "--config", str(config)], 5)]


def write(results: Results) -> None:
    """Put the results between the marks of the page, and the picture beside it."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n{END}{after}", encoding="utf-8")
    if results.throughput:
        PAGE.with_suffix(".svg").write_text(picture(results), encoding="utf-8")
    say(f"written: {PAGE.relative_to(ROOT)}")


def say(text: str) -> None:
    """Tell how far it is, on standard error."""
    print(f"bench: {text} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
