"""The jobs of the service: each handles every fault that passes, and reports how it went."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from inbox_worker import log
from inbox_worker.assembly import Box, Service
from inbox_worker.errors import InboxWorkerError, SendError, StoreError, SubmissionRefused
from inbox_worker.intake import Poll
from inbox_worker.outbox import Outbox
from inbox_worker.reminders import remind
from inbox_worker.scheduler import Job

_LOG = log.logger(__name__)


@dataclass(slots=True)
class Report:
    """How one run of one job went."""

    job: str
    counts: Counter[str] = field(default_factory=Counter)  # what was done, by a word
    error: InboxWorkerError | None = None  # why it did not come to its end

    @property
    def exit_code(self) -> int:
        """Return what `once` ends with: 0, or that of the fault."""
        return self.error.exit_code if self.error else 0


class Jobs:
    """Runs the jobs of one service. `stop` is asked between mails, batches and messages."""

    def __init__(self, service: Service, stop: Callable[[], bool] = lambda: False) -> None:
        self._service = service
        self._stop = stop
        self._outbox: Outbox | None = None

    def once(self) -> list[Report]:
        """Run every job one time: mailboxes, reminders, then the outbox, so that a mail is answered in one pass."""
        return [*(self.poll(box) for box in self._service.boxes), self.remind(), self.deliver()]

    def scheduled(self) -> list[Job]:
        """Return the jobs with their intervals, for the scheduler."""
        every = self._service.config.schedule
        polls = [Job(f"poll {box.section.name}", every.poll, partial(self.poll, box)) for box in self._service.boxes]
        return [
            *polls,
            Job("summaries", every.summaries, self.remind),
            Job("outbox", every.outbox, self.deliver),
        ]

    def poll(self, box: Box) -> Report:
        """Take in the new mail of one mailbox; a mailbox that fails stops no other."""

        def work(report: Report) -> None:
            with box.connection() as mailbox:
                polled: Poll = box.intake.poll(mailbox, self._stop)
            report.counts.update({outcome.value: 0 for outcome, _ in polled.mails})
            for (outcome, _), number in polled.mails.items():
                report.counts[outcome.value] += number
            if polled.started:
                report.counts["started"] = 1

        return self._run(f"poll {box.section.name}", work)

    def remind(self) -> Report:
        """Repeat the alerts that nobody has accepted."""

        def work(report: Report) -> None:
            report.counts["repeated"] = remind(self._service)

        return self._run("summaries", work)

    def deliver(self) -> Report:
        """Send what is due."""

        def work(report: Report) -> None:
            if self._service.config.mode == "rehearse":
                return
            if self._outbox is None:
                self._outbox = self._service.outbox()
            delivery = self._outbox.deliver(self._stop)
            report.counts.update(delivery.results)
            if delivery.stopped == "SUBMISSION_REFUSED":
                raise SubmissionRefused(
                    'smtp: the server refuses to let us send; run "inbox-worker check". Nothing is lost'
                )
            if delivery.stopped:
                raise SendError("smtp: the server cannot be used for now; queued messages wait")

        return self._run("outbox", work)

    def _run(self, name: str, work: Callable[[Report], None]) -> Report:
        """Run one job, note when and how in the database, and turn faults into its report."""
        report = Report(name)
        started = self._service.clock()
        try:
            with self._service.store.transaction() as tx:
                tx.job_started(name, started)
            work(report)
        except InboxWorkerError as error:
            report.error = error
        self._finish(report)
        return report

    def _finish(self, report: Report) -> None:
        now = self._service.clock()
        code = type(report.error).__name__ if report.error else "ok"
        try:
            with self._service.store.transaction() as tx:
                failures = tx.job_finished(report.job, code, now)
        except StoreError as error:
            report.error = report.error or error
            failures = 1
        if report.error is not None:
            _LOG.error("job failed", job=report.job, error=code, tries=failures)
        elif report.counts.total():
            _LOG.info("job done", job=report.job, count=report.counts.total())
