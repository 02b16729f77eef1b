"""The figures of the service for Prometheus: counts, codes, names of mailboxes and jobs. Extra [metrics]."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from inbox_worker import __version__
from inbox_worker.core.reading import Outcome
from inbox_worker.expiries import Expiry
from inbox_worker.health import Health
from inbox_worker.records import Counts, JobRun, OutboxState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(health: Health, since_beginning: Counts, expiries: Iterable[Expiry], now: datetime) -> bytes:
    """Return every figure in Prometheus' text format. since_beginning: the counts of all there is."""

    class Figures(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from _service(health)
            yield from _mails(since_beginning.mails, health.counts)
            yield from _messages(health, since_beginning.outbox, now)
            yield from _jobs(health.jobs)
            yield _expiries(expiries)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return generate_latest(registry)


def _service(health: Health) -> Iterator[Metric]:
    info = InfoMetricFamily("inbox_worker", "The running version, and its mode")
    info.add_metric([], {"version": __version__, "mode": health.mode})
    yield info
    yield GaugeMetricFamily(
        "inbox_worker_problems", "What is wrong by inbox-worker status, as a number", len(health.problems)
    )
    polled = GaugeMetricFamily(
        "inbox_worker_last_complete_poll_timestamp_seconds",
        "When a mailbox was last read to its end",
        labels=["mailbox"],
    )
    missing = GaugeMetricFamily(
        "inbox_worker_missing_mails", "Mails that the server holds and the ledger does not", labels=["mailbox"]
    )
    for point in health.counts.points:
        if point.complete_at is not None:
            polled.add_metric([point.mailbox], point.complete_at.timestamp())
        missing.add_metric([point.mailbox], point.missing)
    listens = GaugeMetricFamily(
        "inbox_worker_push_listens", "1 where the server is heard, 0 where nobody listens", labels=["mailbox"]
    )
    for mailbox, heard in health.heard.items():
        listens.add_metric([mailbox], int(heard is not None))
    yield from (polled, missing, listens)


def _mails(mails: Mapping[tuple[Outcome, str], int], counts: Counts) -> Iterator[Metric]:
    seen = CounterMetricFamily("inbox_worker_mails", "Mails taken in", labels=["outcome", "code"])
    for (outcome, code), number in mails.items():
        seen.add_metric([outcome.value, code], number)
    yield seen
    applications = GaugeMetricFamily(
        "inbox_worker_applications", "Applications by scheme and state", labels=["scheme", "state"]
    )
    for (scheme, state), number in counts.applications.items():
        applications.add_metric([scheme, state.value], number)
    yield applications
    yield GaugeMetricFamily("inbox_worker_held_mails", "Mails that wait for a person", counts.held_open)
    yield GaugeMetricFamily(
        "inbox_worker_unaccepted_alerts", "Urgent alerts that nobody has accepted yet", counts.distress_open
    )
    yield GaugeMetricFamily("inbox_worker_troubled_mails", "Mails that could not be taken in yet", counts.troubles)


def _messages(health: Health, messages: Mapping[OutboxState, int], now: datetime) -> Iterator[Metric]:
    counts = health.counts
    outbox = GaugeMetricFamily("inbox_worker_outbox_messages", "Messages by state", labels=["state"])
    for state in OutboxState:
        outbox.add_metric([state.value], messages.get(state, 0))
    yield outbox
    oldest = health.oldest_waiting
    age = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield GaugeMetricFamily(
        "inbox_worker_oldest_queued_seconds",
        "Age of the oldest queued message that waits for more than smtp.per_minute; 0: none",
        age,
    )
    limited = GaugeMetricFamily(
        "inbox_worker_waiting_for_limit", "Messages that wait for smtp.per_minute alone", labels=["mailbox"]
    )
    for each in health.held_back:
        limited.add_metric([each.mailbox], each.waiting)
    yield limited
    fuses = GaugeMetricFamily(
        "inbox_worker_fuse_tripped", "1 for a fuse that has stopped all replies", labels=["fuse", "reason"]
    )
    for fuse in counts.fuses:
        fuses.add_metric([fuse.name, fuse.reason], 1)
    yield fuses


def _jobs(jobs: Iterable[JobRun]) -> Iterator[Metric]:
    duration = GaugeMetricFamily("inbox_worker_job_duration_seconds", "How long the last run took", labels=["job"])
    failures = GaugeMetricFamily("inbox_worker_job_failures", "Failures in a row", labels=["job"])
    for run in jobs:
        if run.finished_at is not None:
            duration.add_metric([run.name], max((run.finished_at - run.started_at).total_seconds(), 0.0))
        failures.add_metric([run.name], run.failures)
    yield from (duration, failures)


def _expiries(expiries: Iterable[Expiry]) -> Metric:
    ends = GaugeMetricFamily(
        "inbox_worker_expiry_timestamp_seconds", "When a certificate or secret that signs in ends", labels=["setting"]
    )
    for expiry in expiries:
        ends.add_metric([expiry.what], expiry.at.astimezone(UTC).timestamp())
    return ends
