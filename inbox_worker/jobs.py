"""The jobs of the service: each handles every fault that passes, and reports how it went."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from inbox_worker import digest_schedule, log, privacy, vault
from inbox_worker.assembly import Box, Service
from inbox_worker.errors import Busy, InboxWorkerError, SendError, StoreError, SubmissionRefused
from inbox_worker.imap import SessionExpired
from inbox_worker.intake import Poll
from inbox_worker.liveness import Liveness
from inbox_worker.outbox import Outbox
from inbox_worker.reminders import remind
from inbox_worker.scheduler import Job
from inbox_worker.sending_ahead import SendingAhead
from inbox_worker.turn import Turn

_LOG = log.logger(__name__)


STANDBY = timedelta(seconds=5)  # how often a worker that waits looks whether the other one is gone
OUTBOX = "outbox"  # the job that sends
_LEASE = timedelta(minutes=5)
_RETENTION = timedelta(hours=1)  # how often to ask whether the daily purge is due
_SESSIONS = 3  # a token can run out in the middle of a poll: so many connections one poll may use


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

    def __init__(
        self,
        service: Service,
        stop: Callable[[], bool] = lambda: False,
        liveness: Liveness | None = None,
        wake: Callable[[str], None] = lambda name: None,
    ) -> None:
        """wake: has the schedule run a job at once, by its name."""
        self._service = service
        self._broken_off = threading.Event()  # `once` ends with an exception: what is sent beside it ends, too
        self._told_to_stop = stop
        self._wake = wake
        self._queued: Callable[[bool], None] = lambda more: wake(OUTBOX)  # told at each batch that a poll stores
        self._liveness = liveness or Liveness(service.config.liveness.hung_after)
        self._outbox: Outbox | None = None
        self._turns = {box.section.name: Turn(box.section.name, service) for box in service.boxes}

    def once(self) -> list[Report]:
        """Run every job one time: mailboxes, reminders, then the outbox, so that a mail is answered in one pass.

        While a backlog is read, what it causes goes out already. What another worker has in hand is left to it. The
        locks are free again at the end. Ctrl-C waits for the messages that the server is being handed, not for more.
        """
        self._broken_off.clear()
        ahead = SendingAhead(self.deliver, lambda report: report.error is not None)
        self._queued = ahead.tell
        try:
            reports = [*(self.poll(box) for box in self._service.boxes), self.remind()]
            reports.append(_together([*ahead.end(), self.deliver()]))
            return [*reports, *([kept] if (kept := self.retain()) else [])]
        except BaseException:
            self._broken_off.set()
            raise
        finally:
            ahead.end()
            self._service.locks.close()

    def _stop(self) -> bool:
        return self._told_to_stop() or self._broken_off.is_set()

    def scheduled(self) -> list[Job]:
        """Return the jobs with their intervals, for the scheduler."""
        every = self._service.config.schedule
        jobs = [Job(poll_job(box), every.poll, partial(self._poll_when_due, box)) for box in self._service.boxes]
        standby = [
            Job(f"standby {box.section.name}", STANDBY, partial(self._stand_by, box)) for box in self._service.boxes
        ]
        every_one = [
            *jobs,
            *standby,
            Job("summaries", every.summaries, self.remind),
            Job(OUTBOX, every.outbox, self.deliver),
            Job(privacy.JOB, _RETENTION, self.retain),
        ]
        for job in every_one:
            self._liveness.expect(job.name, job.every)
        return every_one

    def poll(self, box: Box) -> Report:
        """Take in the new mail of one mailbox; a mailbox that fails stops no other."""
        turn = self._turns[box.section.name]

        def ready() -> None:
            if not turn.take():
                raise Busy(f"mailbox {turn.mailbox}: another worker reads it{turn.holder()}; this one waits")

        def work(report: Report) -> None:
            polled = self._polled(box)
            report.counts.update({outcome.value: 0 for outcome, _ in polled.mails})
            for (outcome, _), number in polled.mails.items():
                report.counts[outcome.value] += number
            if polled.started:
                report.counts["started"] = 1

        with turn.polling:
            report = self._run(poll_job(box), work, ready, reads=turn.mailbox)
        turn.ended(report.error)
        return report

    def _polled(self, box: Box) -> Poll:
        """Poll; where the session's token runs out on the way, go on in a new session: nothing is wrong."""
        for left in reversed(range(_SESSIONS)):
            try:
                with box.connection() as mailbox:
                    # What a batch has queued goes out at once, while the rest is read.
                    polled = box.intake.poll(mailbox, self._beating(poll_job(box)), self._queued)
                    box.filer.run(mailbox)
                    return polled
            except SessionExpired:
                if not left:
                    raise
        raise AssertionError("the last session either polls or raises")

    def _poll_when_due(self, box: Box) -> Report | None:
        """Poll on schedule: not while another worker does, and less often while the server fails."""
        if not self._turns[box.section.name].due():
            with self._liveness.running(poll_job(box)):
                return None
        return self.poll(box)

    def _stand_by(self, box: Box) -> Report | None:
        """Look whether a mailbox that another worker reads is free now, and then poll it at once."""
        turn = self._turns[box.section.name]
        with self._liveness.running(f"standby {turn.mailbox}"):
            if not turn.waiting:
                return None
            try:
                taken = turn.take()
            except StoreError:
                return None  # the poll says so too, and counts it
        return self.poll(box) if taken else None

    def _beating(self, job: str) -> Callable[[], bool]:
        """Return `stop`; to ask it is a sign of life."""

        def stop() -> bool:
            self._liveness.beat(job)
            return self._stop()

        return stop

    def remind(self) -> Report:
        """Repeat the alerts that nobody has accepted."""

        def work(report: Report) -> None:
            report.counts["repeated"] = remind(self._service)
            with self._service.store.reading() as view:
                due = digest_schedule.due(view, self._service.config, self._service.clock())
            if due is not None:
                from inbox_worker.digest import send_digest  # spreadsheets and charts: not for every start

                report.counts["digests"] = send_digest(self._service)

        return self._run("summaries", work)

    def deliver(self) -> Report:
        """Send what is due."""

        def work(report: Report) -> None:
            if self._service.config.mode == "rehearse":
                return
            if self._outbox is None:
                self._outbox = self._service.outbox()
            delivery = self._outbox.deliver(self._stop, lambda: self._liveness.beat(OUTBOX))
            report.counts.update(delivery.results)
            if delivery.stopped == "SUBMISSION_REFUSED":
                raise SubmissionRefused(
                    'smtp: the server refuses to let us send; run "inbox-worker check". Nothing is lost'
                )
            if delivery.stopped:
                raise SendError("smtp: the server cannot be used for now; queued messages wait")

        def ready() -> None:
            if not self._service.locks.may_deliver():
                raise Busy("outbox: another worker sends; this one waits")

        return self._run(OUTBOX, work, ready)

    def retain(self) -> Report | None:
        """Remove what was kept for its time; None where that was done in the last day, by whichever worker."""
        service = self._service

        def work(report: Report) -> None:
            periods = vault.periods(service.config)
            done = privacy.purge(service.store, periods, service.clock(), stop=self._beating(privacy.JOB))
            report.counts.update(done.counts)

        with self._liveness.running(privacy.JOB):
            try:
                if not privacy.due(service.store, service.clock()):
                    return None
            except StoreError:
                pass  # the run says so too, and counts it
        return self._run(privacy.JOB, work)

    def _run(
        self,
        name: str,
        work: Callable[[Report], None],
        ready: Callable[[], None] = lambda: None,
        reads: str | None = None,
    ) -> Report:
        """Run one job, note when and how in the database, and turn faults into its report.

        ready: raises Busy where another worker has the job in hand; nothing is noted then. reads: the mailbox that
        the job reads.
        """
        report = Report(name)
        with self._liveness.running(name):
            try:
                ready()
                self._started(name, reads)
                work(report)
            except InboxWorkerError as error:
                report.error = error
            except Exception as error:  # its text may quote a mail
                _LOG.error("fault of the program", job=name, error=type(error).__name__, at=log.place(error))
                report.error = InboxWorkerError(f"{name}: {type(error).__name__} at {log.place(error)}")
            if not isinstance(report.error, Busy):
                self._finish(report)
        return report

    def _started(self, name: str, reads: str | None) -> None:
        """Write down that a job runs, and who reads the mailbox: for `status`, and for workers that wait."""
        now = self._service.clock()
        with self._service.store.transaction() as tx:
            tx.job_started(name, now)
            if reads is not None:
                tx.renew_lease(reads, self._service.worker, at=now, until=now + _LEASE)

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


def poll_job(box: Box) -> str:
    """Return the name of the job that polls a mailbox."""
    return f"poll {box.section.name}"


def _together(reports: list[Report]) -> Report:
    """Return one report on several runs of a job, with the first fault."""
    counts = sum((report.counts for report in reports), Counter[str]())
    return Report(reports[-1].job, counts, next((report.error for report in reports if report.error), None))
