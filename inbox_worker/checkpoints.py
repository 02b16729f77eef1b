"""Named points between two steps of the main job, where the crash tests end the process.

In service a point costs one comparison and does nothing. A test installs what shall happen there; the order of
`POINTS` is the order in which a mail and its answer pass them.
"""

from collections.abc import Callable

POINTS = (
    "intake.connected",  # signed in, nothing asked
    "intake.fetched",  # the bytes are here, nothing is stored
    "intake.read",  # read and understood, nothing is stored
    "intake.recorded",  # in the transaction: the ledger row is written
    "intake.applied",  # in the transaction: the application too
    "intake.queued",  # in the transaction: the messages too
    "intake.moved_on",  # in the transaction: the point too, all but the commit
    "intake.committed",
    "outbox.claimed",  # committed: ours to send
    "outbox.handed_over",  # committed as `sending`; the server has not heard of it
    "smtp.connected",  # before MAIL FROM
    "smtp.announced",  # MAIL FROM, RCPT TO and DATA accepted, no content sent
    "smtp.content_sent",  # all but the final dot
    "smtp.dot_sent",  # the server may have taken it, its answer is not read
    "smtp.answered",  # it has, and nothing of that is stored
    "outbox.settled",  # in the transaction: `sent` is written
    "outbox.recorded",  # committed
    "marks.due",  # before mails are moved into their folder
    "marks.set",  # moved, and that is not stored
)

_act: Callable[[str], None] | None = None


def reached(point: str) -> None:
    """Say that the process is at `point`. Does nothing unless a test asked for more."""
    if _act is not None:
        _act(point)


def install(act: Callable[[str], None] | None) -> None:
    """Have `act` called with the name of every point that is reached; None: nothing happens any more."""
    global _act
    _act = act
