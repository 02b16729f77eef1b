"""Older mail -> the database, without a word to anybody. It can be stopped and run again; the live point stays."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from inbox_worker.assembly import Box
from inbox_worker.core.reading import Outcome
from inbox_worker.imap import ImapMailbox, Position
from inbox_worker.intake import Poll
from inbox_worker.mail_read import Manner
from inbox_worker.store import Store


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backfill of one mailbox has come."""

    done: int  # mails of this run
    total: int  # mails that this run has to take in
    known: int  # older mails that were taken in before
    mails: Counter[tuple[Outcome, str]]  # what they were, by outcome and code


def backfill(
    box: Box, store: Store, day: date, mailbox: ImapMailbox, stop: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """Take in the mail that came on `day` (by the server's clock) or later and before the service began to read.

    Yields after every batch, each of them a transaction. Nothing is sent, now or later: no reply, no summary, no alert;
    what a person must see is on the list of held mail. Mail that the service reads by itself is left to it: where
    it has never run, it begins at the end of the folder, and all that is there is older.
    Raises MailboxError or StoreError; what was yielded stays.
    """
    position = mailbox.position()
    point = box.intake.start(mailbox)
    if point.uidvalidity != position.uidvalidity:
        return  # numbered anew: the service's next poll comes first
    older = [uid for uid in mailbox.uids_since(position, day) if uid < point.first_uid]
    left = _left(store, box.section.name, position, older)
    result = Poll()
    yield Progress(0, len(left), len(older) - len(left), result.mails)
    done = 0
    batches = mailbox.fetch(position, left)
    for batch in box.intake.take_in(mailbox, batches, position, result, stop, manner=Manner.SILENT, advance=False):
        done += len(batch.mails) + len(batch.oversized) + len(batch.missing)
        yield Progress(done, len(left), len(older) - len(left), result.mails)
        if stop():
            return


def _left(store: Store, mailbox: str, position: Position, uids: list[int]) -> list[int]:
    with store.reading() as view:
        known = view.recorded(mailbox, position.folder, position.uidvalidity, uids)
    return [uid for uid in uids if uid not in known]
