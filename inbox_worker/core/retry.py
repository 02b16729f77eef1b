"""Age and failed tries of a message -> when to try again, or give up."""

from datetime import datetime, timedelta

# RFC 5321 s.4.5.4.1 asks a relay for 30 minutes at least between tries. We hand over to one submission server, whose
# "later" is mostly a limit on connections or a short maintenance, and an applicant waits: so sooner at first.
DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
)
GIVE_UP_AFTER = timedelta(days=5)  # the same section: 4 to 5 days at least
CONNECTION_DELAYS = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=15),
)
LISTEN_AGAIN = timedelta(seconds=1)  # servers end connections that listen as a matter of course
SPREAD = 0.2  # the share of a delay that jitter may add, so that workers do not come back all at once


def next_try(queued_at: datetime, failed_tries: int, now: datetime, jitter: float = 0.0) -> datetime | None:
    """Return when to try a queued message again, or None to give up.

    failed_tries: 1 after the first failure. jitter: 0 to 1, drawn by the caller. Waits 1, 5, 15, 30 and 60 min, then
    2 h each time, and gives up 5 days after `queued_at`; a clock set back cannot make the wait longer.
    """
    at = now + _spread(_nth(DELAYS, failed_tries), jitter)
    return at if at - queued_at <= GIVE_UP_AFTER else None


def next_connection(failed: int, now: datetime, jitter: float = 0.0) -> datetime:
    """Return when to try a server again that could not be reached `failed` times in a row (1 after the first).

    Never gives up: a server that is down is no fault of any message.
    """
    return now + _spread(_nth(CONNECTION_DELAYS, failed), jitter)


def next_listening(failed: int, jitter: float = 0.0) -> timedelta:
    """Return how long to wait before listening again after `failed` connections in a row that did not last."""
    return _spread(_nth((LISTEN_AGAIN, *CONNECTION_DELAYS), failed), jitter)


def _nth(delays: tuple[timedelta, ...], failed: int) -> timedelta:
    if failed < 1:
        raise ValueError("failed tries are counted from 1")
    return delays[min(failed, len(delays)) - 1]


def _spread(delay: timedelta, jitter: float) -> timedelta:
    if not 0.0 <= jitter <= 1.0:
        raise ValueError("jitter is a share between 0 and 1")
    return delay * (1 + SPREAD * jitter)
