"""What was measured -> the generated part of docs/performance.md. Ratios within one run alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.full_database import TARGET_MS, FullDatabase
from bench.latency import Latency
from bench.parts import PLAIN, WORKER, Backlog, Poll, Start
from bench.runner import Measured

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(slots=True)
class Results:
    """All that one run found. What was not measured is empty."""

    mails: int = 0
    load: float = 0.0  # of the machine when the run began
    throughput: list[Measured] = field(default_factory=list)
    far: list[Measured] = field(default_factory=list)
    round_trip_ms: float = 0.0
    polls: list[Poll] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    large: list[tuple[int, Measured]] = field(default_factory=list)
    backlog: Backlog | None = None
    full: FullDatabase | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One target and what was found."""

    what: str
    wanted: str
    found: str
    met: bool


def markdown(results: Results) -> str:
    """Return the generated part."""
    parts = [
        f"{results.mails:,} mails; load of the machine at the beginning {results.load:.1f}. "
        "1.00 is the plain loop of the same run.",
        _targets(targets(results)),
        _peers("The whole job on a local server", results.throughput),
        "![Where the processor time of a mail goes](performance.svg)",
        _stages(results.throughput),
        _peers(f"A far server: {results.round_trip_ms:g} ms round trip", results.far),
        _polls(results.polls),
        _latencies(results.latencies),
        _starts(results.starts),
        _large(results.large),
        _backlog(results.backlog),
        _full(results.full),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def targets(results: Results) -> list[Target]:
    """Return every target that this run can judge."""
    found = [*_throughput_targets(results.throughput), *_far_targets(results.far), *_poll_targets(results.polls)]
    found += _latency_targets(results.latencies)
    limits = {"--help": 0.3, "once": 1.0}
    for start in results.starts:
        limit = limits[start.command.split()[0]]
        what = f"`{start.command}` with nothing to do" if start.command == "once" else f"`{start.command}`"
        wanted, spent = f"under {limit:g} s of processor time", f"{start.processor:.2f} s"
        found.append(Target(what, wanted, spent, start.processor < limit))
    for megabytes, measured in results.large:
        limit = 250 if megabytes <= 25 else 120
        peak = max(measured.peaks, default=0.0)
        found.append(Target(f"one mail of {megabytes} MB", f"under {limit} MB", f"{peak:.0f} MB", peak < limit))
    return [*found, *_backlog_targets(results.backlog), *_full_targets(results.full)]


def summary(results: Results) -> str:
    """Return the targets as lines for a terminal."""
    lines = [
        f"{'met   ' if each.met else 'MISSED'} {each.what}: {each.found} ({each.wanted})" for each in targets(results)
    ]
    return "\n".join(lines)


def _throughput_targets(found: Sequence[Measured]) -> list[Target]:
    if not found:
        return []
    rate, processor = _ratio(found, WORKER), _processor_ratio(found, WORKER)
    worker = [each for each in found if each.peer == WORKER]
    growth, largest = median(each.growth for each in worker), median(max(each.peaks) for each in worker)
    targets = [
        Target("mails a second, against the plain loop", "at least 2.5", f"{rate:.2f}", rate >= 2.5),
        Target(
            "mails per processor second, against the plain loop", "at least 2.5", f"{processor:.2f}", processor >= 2.5
        ),
        Target("growth over the backlog", "under 20 MB", f"{growth:.0f} MB", growth < 20),
        Target("memory of the largest process", "under 120 MB", f"{largest:.0f} MB", largest < 120),
    ]
    if any(each.peer == "django_helpdesk" for each in found):
        peer = rate / _ratio(found, "django_helpdesk")
        targets.append(Target("mails a second, against django-helpdesk", "at least 8", f"{peer:.1f}", peer >= 8))
    return targets


def _far_targets(found: Sequence[Measured]) -> list[Target]:
    rates = [each.rate for each in found if each.peer == WORKER]
    if not rates:
        return []
    return [Target("mails a second on a far server", "at least 100", f"{median(rates):.0f}", median(rates) >= 100)]


def _poll_targets(polls: Sequence[Poll]) -> list[Target]:
    if not polls:
        return []
    after = [sum(n for name, n in each.commands.items() if name in _ASKING) for each in polls]
    octets = [each.octets for each in polls]
    same = max(octets) - min(octets) < 200
    return [
        Target("commands of an empty poll between sign-in and LOGOUT", "1", _span(after), set(after) == {1}),
        Target("its cost by the size of the folder", "the same", f"{_span(octets)} octets", same),
    ]


def _backlog_targets(found: Backlog | None) -> list[Target]:
    if found is None:
        return []
    largest, of = max(found.measured.peaks, default=0.0), f"a backlog of {found.mails:,} mails"
    after = f"growth over {of} after the first {found.settled:,}"
    return [
        Target(after, "under 20 MB", f"{found.growth:.0f} MB", found.growth < 20),
        Target(f"largest process over {of}", "under 120 MB", f"{largest:.0f} MB", largest < 120),
    ]


def _full_targets(full: FullDatabase | None) -> list[Target]:
    if full is None:
        return []
    slowest = max(full.asked, key=lambda each: each.median)
    what = f"slowest question to {full.mails:,} mails and {full.applications:,} applications ({slowest.name})"
    return [Target(what, f"under {TARGET_MS:g} ms", f"{slowest.median:.0f} ms", slowest.median < TARGET_MS)]


def _latency_targets(found: Sequence[Latency]) -> list[Target]:
    if not found:
        return []
    ours = [1000 * each.ours for each in found]
    what = "delivery to reply with push, beyond the server's own delay"
    return [
        Target(f"{what}, median", "at most 100 ms", f"{median(ours):.0f} ms", median(ours) <= 100),
        Target(f"{what}, worst of {len(ours)}", "at most 500 ms", f"{max(ours):.0f} ms", max(ours) <= 500),
    ]


_ASKING = frozenset({"STATUS", "SELECT", "EXAMINE", "SEARCH", "UID_SEARCH", "FETCH", "UID_FETCH", "NOOP"})


def _span(numbers: Iterable[int]) -> str:
    low, high = min(found := sorted(numbers)), found[-1]
    return f"{low}" if low == high else f"{low} to {high}"


def _ratio(found: Sequence[Measured], peer: str) -> float:
    """Return the rate of a peer against the plain loop, medians of their rounds without a clock."""
    mine = [each.rate for each in found if each.peer == peer and not (peer == WORKER and each.stages)]
    return median(mine) / median(each.rate for each in found if each.peer == PLAIN)


def _processor_ratio(found: Sequence[Measured], peer: str) -> float:
    mine = [each.processor_ms for each in found if each.peer == peer and not (peer == WORKER and each.stages)]
    return median(each.processor_ms for each in found if each.peer == PLAIN) / median(mine)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"## {title}", "", "| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _targets(found: Sequence[Target]) -> str:
    rows = [(each.what, each.wanted, each.found, "met" if each.met else "**missed**") for each in found]
    return _table("Targets", ("what", "target", "found", ""), rows) if rows else ""


def _peers(title: str, found: Sequence[Measured]) -> str:
    if not found:
        return ""
    rows = []
    for name in dict.fromkeys(each.peer for each in found):
        runs = [each for each in found if each.peer == name and not (name == WORKER and each.stages)]
        sent = f"{runs[0].sent / runs[0].mails:.2f}" if runs[0].sent is not None else "-"
        peaks = " + ".join(f"{peak:.0f}" for peak in runs[-1].peaks)
        ratios = (f"{_ratio(found, name):.2f}", f"{_processor_ratio(found, name):.2f}")
        rows.append((name, f"{runs[0].mails:,}", *ratios, sent, f"{peaks} MB", f"{runs[-1].growth:+.0f} MB"))
    rates = ("mails a second", "mails per processor second")
    return _table(title, ("what", "mails", *rates, "messages sent a mail", "peak memory", "growth"), rows)


def _stages(found: Sequence[Measured]) -> str:
    ours, plain = clocked(found, WORKER), clocked(found, PLAIN)
    if ours is None or plain is None:
        return ""
    whole = sum(processor for _, processor in plain.values())
    rows = [
        (stage, f"{wall / whole:.2f}", f"{processor / whole:.2f}")
        for stage, (wall, processor) in sorted(ours.items(), key=lambda pair: -pair[1][1])
    ]
    head = ("stage of inbox_worker", "wall time a mail", "processor time a mail")
    return _table("Where the time goes (1.00: all processor time that the plain loop takes for a mail)", head, rows)


def clocked(found: Sequence[Measured], peer: str) -> Mapping[str, tuple[float, float]] | None:
    """Return stage -> wall and processor ms a mail of the last run of `peer` that had a clock; None: none had."""
    return next((each.stages for each in reversed(found) if each.peer == peer and each.stages), None)


def _polls(polls: Sequence[Poll]) -> str:
    rows = [
        (
            f"{each.mails:,}",
            ", ".join(f"{name} {n}" for name, n in each.commands.items()),
            str(each.turns),
            str(each.octets),
        )
        for each in polls
    ]
    head = ("mails in the folder", "commands", "round trips in all", "octets")
    return _table("A poll with nothing new", head, rows) if rows else ""


def _latencies(found: Sequence[Latency]) -> str:
    if not found:
        return ""
    kinds = {
        "until a client that only listens is told": [each.told for each in found],
        "until the submission server has the reply": [each.replied for each in found],
        "the one beyond the other, mail by mail": [each.ours for each in found],
    }
    rows = [
        (what, *(f"{1000 * seconds:.0f} ms" for seconds in (min(all_), median(all_), max(all_))))
        for what, all_ in kinds.items()
    ]
    return _table(f"From delivery to reply with push, {len(found)} mails", ("", "least", "median", "worst"), rows)


def _starts(starts: Sequence[Start]) -> str:
    rows = [
        (f"`{each.command}`", f"{each.processor:.2f} s", ", ".join(f"{name} {ms:.0f}" for name, ms in each.heaviest))
        for each in starts
    ]
    head = ("command", "processor time", "heaviest packages to import (ms under -X importtime)")
    return _table("Start", head, rows) if rows else ""


def _large(found: Sequence[tuple[int, Measured]]) -> str:
    rows = [(f"{size} MB", " + ".join(f"{peak:.0f}" for peak in each.peaks) + " MB") for size, each in found]
    return _table("One large mail", ("size", "peak of each process"), rows) if rows else ""


def _backlog(found: Backlog | None) -> str:
    if found is None:
        return ""
    step = max(1, found.mails // 8)
    spans = [(first, min(first + step, found.mails)) for first in range(0, found.mails, step)]
    rows = []
    for first, until in (*spans, (found.mails, found.mails + 1)):
        together, largest = found.highest(first, until)
        what = f"{first:,} to {until:,}" if first < found.mails else "all; what waits is sent"
        rows.append((what, f"{together:.0f} MB", f"{largest:.0f} MB"))
    head = ("mails taken in", "highest of all processes together", "of the largest")
    return _table(f"Memory over a backlog of {found.mails:,} mails", head, rows)


def _full(full: FullDatabase | None) -> str:
    if full is None:
        return ""
    title = f"{full.mails:,} mails and {full.applications:,} applications on record ({full.megabytes:.0f} MB, SQLite)"
    rows = [
        (each.name, f"{each.first:.1f} ms", f"{each.median:.1f} ms", "" if each.median < TARGET_MS else "**missed**")
        for each in full.asked
    ]
    return _table(
        title, ("what is asked", "first time, by the clock", "processor time, median", f"target {TARGET_MS:g} ms"), rows
    )
