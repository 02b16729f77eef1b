"""What the database says of the service's health: for `status`, and later for probes and the digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inbox_worker.config.sections import Config
from inbox_worker.errors import ConfigError
from inbox_worker.expiries import expiries
from inbox_worker.plurals import counted
from inbox_worker.records import Counts, JobRun, Lease, OutboxState, Trouble, push_lease
from inbox_worker.store.store import View

POLLS_LATE = 5  # intervals without a complete poll before that is a problem
QUEUED_LONG = timedelta(hours=1)
_LATELY = timedelta(minutes=5)  # a message in this time shows that the mail server takes them
ENDS_SOON = timedelta(days=14)  # before a certificate or secret that signs in ends
FAILURES = 3  # in a row, before a job that fails is a problem
_FAULTS_OF_THE_SETUP = ("SignInError", "SubmissionRefused", "ConfigError", "SchemaError")  # a problem at once
_UIDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Messages of a mailbox that wait for their turn under its limit of a minute, while others go out."""

    mailbox: str
    waiting: int
    per_minute: int


@dataclass(frozen=True, slots=True)
class Health:
    """The figures, and what is wrong in plain words."""

    mode: str
    counts: Counts
    jobs: tuple[JobRun, ...]
    problems: tuple[str, ...]
    troubles: tuple[Trouble, ...] = ()  # mails that the server holds and the ledger has not
    leases: tuple[Lease, ...] = ()  # who reads which mailbox
    heard: Mapping[str, datetime | None] = field(default_factory=dict)  # mailboxes with push; None: nobody listens
    held_back: tuple[HeldBack, ...] = ()  # by smtp.per_minute, and by nothing else
    oldest_waiting: datetime | None = None  # when the oldest message was queued that waits for anything else

    def as_dict(self) -> dict[str, object]:
        """Return it for programs."""
        counts = self.counts
        return {
            "healthy": not self.problems,
            "mode": self.mode,
            "problems": list(self.problems),
            "mails": {f"{outcome.value} {code}": number for (outcome, code), number in counts.mails.items()},
            "applications": {
                f"{scheme} {state.value}": number for (scheme, state), number in counts.applications.items()
            },
            "outbox": {state.value: number for state, number in counts.outbox.items()},
            "oldest_queued": counts.oldest_queued_at.isoformat() if counts.oldest_queued_at else None,
            "waiting_for_limit": {
                each.mailbox: {"waiting": each.waiting, "per_minute": each.per_minute} for each in self.held_back
            },
            "held": counts.held_open,
            "distress_open": counts.distress_open,
            "troubles": counts.troubles,
            "missing_uids": {
                box: [each.mail_id.uid for each in self.troubles if each.mail_id.mailbox == box]
                for box in {each.mail_id.mailbox for each in self.troubles}
            },
            "behind": {
                point.mailbox: max(0, point.server_uidnext - point.next_uid)
                for point in counts.points
                if point.server_uidnext is not None
            },
            "workers": {lease.name: lease.holder for lease in self.leases},
            "push": {box: at.isoformat() if at else None for box, at in self.heard.items()},
            "polls": {
                point.mailbox: point.complete_at.isoformat() if point.complete_at else None for point in counts.points
            },
        }


def examine(view: View, config: Config, now: datetime) -> Health:
    """Return the health of the service at `now` (aware)."""
    counts = view.counts(now - timedelta(days=7))
    jobs = view.job_runs()
    troubles = view.troubles()
    held_back = tuple(_held_back(view, config, now))
    oldest = view.oldest_waiting([each.mailbox for each in held_back])
    problems = (
        *_polls(config, counts, now),
        *_missing(troubles),
        *_jobs(jobs),
        *_messages(counts, oldest, now),
        *_people(counts),
        *_endings(config, now),
    )
    leases = view.leases()
    names = {box.name for box in config.mailboxes}
    readers = tuple(lease for lease in leases if lease.name in names)
    return Health(
        mode=config.mode,
        counts=counts,
        jobs=jobs,
        problems=problems,
        troubles=troubles,
        leases=readers,
        heard=_heard(config, leases, now),
        held_back=held_back,
        oldest_waiting=oldest,
    )


def polls_late_after(config: Config) -> timedelta:
    """Return the time without a complete poll that is a problem."""
    return max(config.schedule.poll * POLLS_LATE, timedelta(minutes=5))


def _heard(config: Config, leases: tuple[Lease, ...], now: datetime) -> dict[str, datetime | None]:
    """Return when the server last answered whoever listens. That nobody does is no problem: polls go on."""
    valid = {lease.name: lease.taken_at for lease in leases if lease.expires_at > now}
    return {box.name: valid.get(push_lease(box.name)) for box in config.mailboxes if box.push}


def _polls(config: Config, counts: Counts, now: datetime) -> Iterator[str]:
    late = polls_late_after(config)
    for box in config.mailboxes:
        point = next((each for each in counts.points if each.mailbox == box.name), None)
        if point is None or point.complete_at is None:
            yield f"mailbox {box.name} has never been read to its end; is the service running?"
        elif now - point.complete_at > late:
            ago = counted(int((now - point.complete_at).total_seconds() // 60), "minute")
            yield f"mailbox {box.name} was last read to its end {ago} ago; is the service running?"


def _missing(troubles: tuple[Trouble, ...]) -> Iterator[str]:
    folders: dict[tuple[str, str], list[int]] = {}
    for each in troubles:
        folders.setdefault((each.mail_id.mailbox, each.mail_id.folder), []).append(each.mail_id.uid)
    for (box, folder), uids in folders.items():
        shown = ", ".join(map(str, uids[:_UIDS_SHOWN])) + (" ..." if len(uids) > _UIDS_SHOWN else "")
        yield f"mailbox {box}, folder {folder}: {counted(len(uids), 'mail')} could not be taken in yet (UID {shown})"


def _jobs(jobs: tuple[JobRun, ...]) -> Iterator[str]:
    for run in jobs:
        if run.failures >= (1 if run.code in _FAULTS_OF_THE_SETUP else FAILURES):
            yield f'job {run.name} failed {run.failures} times in a row ({run.code}); run "inbox-worker check"'


def _held_back(view: View, config: Config, now: datetime) -> Iterator[HeldBack]:
    """Yield what waits for the limit of a minute. Where nothing goes out at all, it waits for something else."""
    lately = now - max(_LATELY, 2 * config.schedule.outbox)
    for box in config.mailboxes:
        limit = box.smtp.per_minute
        if limit is not None and view.went_out(box.name, lately, now):
            room = max(0, limit - view.submitted(box.name, now - timedelta(minutes=1), now))
            if (waiting := view.due(now, mailbox=box.name) - room) > 0:
                yield HeldBack(box.name, waiting, limit)


def _messages(counts: Counts, oldest: datetime | None, now: datetime) -> Iterator[str]:
    for fuse in counts.fuses:
        yield f'the fuse "{fuse.name}" tripped ({fuse.reason}): no replies go out until "inbox-worker outbox resume"'
    if oldest is not None and now - oldest > QUEUED_LONG:
        yield "a message has waited for more than an hour; see: inbox-worker outbox list --state queued"
    if unknown := counts.outbox.get(OutboxState.UNKNOWN, 0):
        these = counted(unknown, "message")
        yield f"{these} may or may not have gone out; see: inbox-worker outbox list --state unknown"


def _endings(config: Config, now: datetime) -> Iterator[str]:
    try:
        found = expiries(config)
    except ConfigError:  # `status` may run where the service's secrets cannot be read; `check` tells
        return
    for expiry in found:
        if expiry.left(now) < ENDS_SOON:
            yield f"{expiry.what} ends on {expiry.at:%d %B %Y}; renew it"


def _people(counts: Counts) -> Iterator[str]:
    if counts.distress_open:
        yield f"{counted(counts.distress_open, 'urgent alert')} not accepted yet; see: inbox-worker held list"
